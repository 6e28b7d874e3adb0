"""Which texts link to which articles: where one of these comes, moves or goes, the others are stale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syndicate.content.crosslinks import name_of, names_in
from syndicate.model import Body
from syndicate.store import articles, crosslinks


def note(conn: Any, texts: Mapping[str, Body | None]) -> None:
    """Remember to which articles the texts link, by path; the caller's transaction keeps them, too."""
    crosslinks.save(conn, {path: names_in(text.html) if text else () for path, text in texts.items()})


def linking(conn: Any, paths: Iterable[str]) -> list[str]:
    """Return the ids of the articles whose texts link to a file at one of `paths`, or of its name."""
    found = crosslinks.linking(conn, {name_of(path) for path in paths})
    return [one.id for one in articles.records_at(conn, found)]
