"""Steps of tests that bring lists of subscribers in and out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from publications import Publication

from syndicate.app.arrivals import Note
from syndicate.app.exporting import exported
from syndicate.app.importing import Account, bring
from syndicate.app.people import Person, find_person
from syndicate.app.sheets import Wanted, sheets_of
from syndicate.model import Subscriber
from syndicate.store import subscribers, suppressions


@dataclass(slots=True)
class Imported:
    """What an import said: its account, and each note as ``line what why``."""

    account: Account
    notes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)


def comes_in(news: Publication, body: bytes, name: str = "people.csv", **wanted: Any) -> Imported:
    """Import a file of that name: first dry, which must write nothing and say the same."""
    file = news.folder / name
    file.write_bytes(body)
    return files_come_in(news, [file], **wanted)


def files_come_in(news: Publication, files: list[Path], **wanted: Any) -> Imported:
    said = Wanted(**{"newsletters": tuple(news.config.newsletters), **wanted})
    sheets, _ = sheets_of(files, said)
    before = goes_out(news)
    dry, real = Imported(Account()), Imported(Account())
    for one in (dry, real):

        def tell(note: Note, one: Imported = one) -> None:
            one.notes.append(f"{note.line} {note.what} {note.why}")
            one.texts.append(note.text)

        one.account = bring(news.site, sheets, said, dry=one is dry, tell=tell)
        assert one is real or goes_out(news) == before
    assert (dry.account, dry.notes) == (real.account, real.notes)
    return real


def goes_out(news: Publication, **options: Any) -> bytes:
    return b"".join(exported(news.site, **options))


def everyone(news: Publication) -> dict[str, dict[str, str]]:
    """Return what else is known of each active subscriber, by address."""
    with news.site.store.read() as conn:
        return {one.email: dict(one.extra) for one in _active(conn)}


def _active(conn: Any) -> Iterator[Subscriber]:
    return (one for one in subscribers.subscribers(conn) if one.state.value == "active")


def stopped(news: Publication) -> dict[str, tuple[str, str]]:
    """Return for each suppressed address for which newsletter that is, and why."""
    with news.site.store.read() as conn:
        return {one.email or one.hash: (one.newsletter, one.reason) for one in suppressions.every(conn)}


def known(news: Publication, email: str) -> Person:
    return find_person(news.site, email)
