"""Whether an article is to be shown, as its front matter says in one of many ways. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.content.fields.block import Value
from syndicate.content.fields.meaning import FALSE, TRUE, scalar
from syndicate.content.fields.names import FLAGS

HIDDEN = frozenset(
    ("draft", "private", "hidden", "skip", "pending", "unpublished", "unlisted", "archived", "trash")
)
_SHOWN = frozenset(("published", "publish", "public", "live", "final", "posted", "featured"))
_LATER = frozenset(("scheduled", "future", "sent"))  # their date says when
_UNSEEN = frozenset(("private", "members", "paid", "hidden"))
_NAMES = frozenset(FLAGS)
_MEANS_DRAFT = {"draft": True, "unlisted": True, "hidden": True, "publish": False, "dgpublish": False}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it is a draft, and whether it says itself that it is to be shown; None: it says neither.

    `fault` and `warning` are (key, message): a flag that nobody can understand, and a status we do not know.
    """

    draft: bool = False
    marked: bool | None = None
    fault: tuple[str, str] | None = None
    warning: tuple[str, str] | None = None


_SILENT = Verdict()


def judge(values: Mapping[str, Value]) -> Verdict:
    """Return what the flags among the folded fields say; one that hides the article outranks the others."""
    if _NAMES.isdisjoint(values):
        return Verdict(True, False) if _is_unrendered(values.get("build")) else _SILENT
    said = {key: (scalar(values.get(key)) or "").lower() for key in FLAGS}
    hidden = _is_unrendered(values.get("build"))
    hidden = hidden or said["published"] in FALSE or said["visibility"] in _UNSEEN or said["status"] in HIDDEN
    for key, means_draft in _MEANS_DRAFT.items():
        if said[key] not in TRUE | FALSE and values.get(key):
            return Verdict(fault=(key, "must be true or false"))
        hidden = hidden or (said[key] in (TRUE if means_draft else FALSE))
    shown = any(said[key] in TRUE for key in ("publish", "dgpublish", "published"))
    shown = shown or said["status"] in _SHOWN | _LATER
    warning = None
    if values.get("status") and said["status"] not in HIDDEN | _SHOWN | _LATER:
        shown_as = said["status"][:60]
        warning = ("status", f"{shown_as!r} is neither draft nor published; the article is published")
    return Verdict(hidden, False if hidden else True if shown else None, warning=warning)


def _is_unrendered(build: Value) -> bool:
    """Return whether Hugo's ``build`` says that the article has no page, or is in no list."""
    if not isinstance(build, dict):
        return False
    said = {str(key).lower(): (scalar(value) or "").lower() for key, value in build.items()}
    return said.get("render") in ("never", "false") or said.get("list") in ("never", "false")
