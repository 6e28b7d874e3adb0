"""What the operator says is an article and what is none, as globs over paths. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class Rules:
    """Globs for paths below the content folder: ``drafts``, ``*.wip.md``, ``notes/**/public/*``.

    ``*`` and ``?`` stay within a name, ``**`` is any number of folders; capitals count. A glob without a
    slash is a name in any folder, one that matches a folder is for all below it. What `exclude` names is
    never an article, what `include` names is one whatever else is said of it; `include` shuts nothing out.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def includes(self, path: str) -> bool:
        """Return whether `path`, or a folder above it, is included and not excluded."""
        return bool(self.include) and _any_of(self.include)(path) and not self.excludes(path)

    def excludes(self, path: str) -> bool:
        """Return whether `path`, or a folder above it, is excluded."""
        return bool(self.exclude) and _any_of(self.exclude)(path)

    def names(self, path: str) -> bool:
        """Return whether an included glob spells the file's own name, so that no habit hides the file.

        ``docs/README.md`` does, ``docs``, ``docs/**`` and ``*.md`` do not.
        """
        spelt = tuple(glob for glob in self.include if not _WILD.search(_last(glob)))
        return bool(spelt) and _any_of(spelt, below=False)(path) and not self.excludes(path)

    def opens(self, folder: str) -> bool:
        """Return whether an included glob spells `folder`, or one below it, from the content folder on."""
        return any(_begins(_spelt(glob), folder.split("/")) for glob in self.include)


def _any_of(globs: Sequence[str], below: bool = True) -> Matcher:
    return _compiled(tuple(globs), below)


@lru_cache(maxsize=32)
def _compiled(globs: tuple[str, ...], below: bool) -> Matcher:
    alternatives = "|".join(_expression(glob, below) for glob in globs if glob.strip("/"))
    expression = re.compile(alternatives or r"(?!)", re.DOTALL)
    return Matcher(expression)


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled set of globs."""

    expression: re.Pattern[str]

    def __call__(self, path: str) -> bool:
        return self.expression.fullmatch(path) is not None


_FOLDERS = "(?:[^/]+/)*"


def _expression(glob: str, below: bool) -> str:
    parts = [part for part in glob.removeprefix("./").strip("/").split("/") if part]
    if "/" not in glob.rstrip("/"):
        parts.insert(0, "**")  # a name, in any folder
    if parts[-1] == "**":
        parts[-1:] = ["**", "*"] if below else []
    first, *rest = _between_stars(parts)
    if not rest:
        whole = "/".join(first)
    else:
        *middle, last = rest
        once = "".join(f"(?>(?:[^/]+/)*?{'/'.join(names)}/)" for names in middle if names)
        whole = "".join(f"{name}/" for name in first) + once + _FOLDERS + "/".join(last)
    if glob.endswith("/"):
        return f"{whole}/.+"
    return f"{whole}(?:/.+)?" if below else whole


def _between_stars(parts: list[str]) -> list[list[str]]:
    """Return the expressions of the names between double stars."""
    groups: list[list[str]] = [[]]
    for part in parts:
        if part == "**":
            groups.append([])
        else:
            groups[-1].append(_segment(part))
    return groups


def _segment(part: str) -> str:
    """Return the expression of one name.

    What stands between two stars is matched once and for all: the first place where it fits is as good as
    any, and a glob with many stars cannot take for ever. So it is with double stars above.
    """
    first, *rest = _split(part)
    if not rest:
        return first
    *middle, last = rest
    return first + "".join(f"(?>[^/]*?{fixed})" for fixed in middle if fixed) + f"[^/]*{last}"


def _split(part: str) -> list[str]:
    """Return the expressions between the stars of a name."""
    pieces = [""]
    at = 0
    while at < len(part):
        end = part.find("]", at + 2) if part[at] == "[" else -1
        if part[at] == "*":
            pieces.append("")
        elif part[at] == "?":
            pieces[-1] += "[^/]"
        elif end > 0 and _is_set(part[at + 1 : end]):
            pieces[-1] += _set(part[at + 1 : end])
            at = end
        else:
            pieces[-1] += re.escape(part[at])
        at += 1
    return pieces


def _set(text: str) -> str:
    inside = text.removeprefix("!") if text.startswith("!") else text
    escaped = re.sub(r"([\\\]\[^&~|])", r"\\\1", inside)
    return f"(?!/)[{'^' if text.startswith('!') else ''}{escaped}]"


def _is_set(text: str) -> bool:
    try:
        re.compile(_set(text))
    except re.error:
        return False
    return True


def _last(glob: str) -> str:
    return glob.rstrip("/").rpartition("/")[2]


def _spelt(glob: str) -> list[str]:
    """Return the folders that a glob names without a wildcard, from the content folder on."""
    parts = [part for part in glob.removeprefix("./").strip("/").split("/") if part]
    wild = next((number for number, part in enumerate(parts) if _WILD.search(part)), len(parts))
    return parts[:wild]


def _begins(spelt: list[str], folder: list[str]) -> bool:
    """Return whether `spelt` lies at `folder` or below it, or `folder` below all that is `spelt`."""
    return bool(spelt) and spelt[: len(folder)] == folder
