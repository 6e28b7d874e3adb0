"""Which texts link to which articles: where one of these comes, moves or goes, the others are stale."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from syndicate.content.crosslinks import name_of, names_in
from syndicate.model import Body
from syndicate.store import articles, ids

_KEY = "content_links"  # path -> the names that its text links to, as JSON


def note(conn: Any, texts: Mapping[str, Body | None]) -> None:
    """Remember to which articles the texts link, by path; the caller's transaction keeps them, too."""
    known = _known(conn)
    names = {path: sorted(names_in(text.html)) if text else [] for path, text in texts.items()}
    if any(known.get(path, []) != wanted for path, wanted in names.items()):
        kept = {path: wanted for path, wanted in (known | names).items() if wanted}
        ids.set_setting(conn, _KEY, json.dumps(kept, ensure_ascii=False))


def linking(conn: Any, paths: Iterable[str]) -> list[str]:
    """Return the ids of the articles whose texts link to a file at one of `paths`, or of its name."""
    known = _known(conn)
    if not known:
        return []
    names = {name_of(path) for path in paths}
    return _ids(conn, [path for path, wanted in known.items() if not names.isdisjoint(wanted)])


def _known(conn: Any) -> dict[str, list[str]]:
    known: dict[str, list[str]] = json.loads(ids.get_setting(conn, _KEY) or "{}")
    return known


def _ids(conn: Any, paths: Collection[str]) -> list[str]:
    return [one.id for one in articles.records_at(conn, paths)] if paths else []
