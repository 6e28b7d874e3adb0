"""A content folder in memory: what `ingest` tells is remembered as the database would."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from syndicate.content.identity import Known
from syndicate.content.ingest import Ingest, Intake, Terms, ingest
from syndicate.links import Addresses, Rule
from syndicate.model import ArticleRecord, ArticleState, Parsed

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 2, 0, 0, 999, tzinfo=UTC)  # 09:00 in Jakarta
WHOLE = NOW.replace(microsecond=0)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
WITHDRAW_AFTER = 15 * MINUTE
LIVING = (ArticleState.PRESENT, ArticleState.MISSING)


def mark_of(text: str, rest: object = "") -> str:
    """Return a mark as a reading has it: one half of the text, one of the rest."""
    return ".".join(hashlib.sha256(repr(part).encode()).hexdigest()[:24] for part in (text, rest))


def article(path: str, text: str = "", **fields: object) -> Parsed:
    """Return what a file says whose text is `text`, by default one that is all its own."""
    said = text or f"The words of {path}."
    given: dict[str, object] = {"title": path, "mtime": NOW, "language": "en", "length": len(said)}
    given |= fields
    rest = (given["title"], given.get("tags", ()))
    return Parsed(path=path, mark=mark_of(said, rest), **given)  # type: ignore[arg-type]


class World:
    """Remembers what ingest tells; a scan is one call, with all files of the folder."""

    def __init__(self, *, pages: bool = True, rules: Sequence[Rule] = ()) -> None:
        self.records: dict[str, ArticleRecord] = {}
        self.folded: dict[str, str] = {}
        self.numbers: Iterator[int] = itertools.count(1)
        self.addresses = Addresses(pages, rules, JAKARTA)

    def scan(
        self,
        *files: Parsed,
        now: datetime = NOW,
        texts: Mapping[str, str] | None = None,
        unread: Collection[str] = (),
        untouched: Collection[str] = (),
        folder_present: bool = True,
        first_scan: bool = False,
        moved: bool = False,
        accept_removals: bool = False,
    ) -> Ingest:
        """Take in the folder as it is now; `unread` files are there, and nothing is known of them."""
        parsed = {file.path: file for file in files}
        there = {*parsed, *unread}
        living = [record for record in self.records.values() if record.state in LIVING]
        intake = Intake(
            known=Known(list(self.records.values()), parsed, there, texts or {}),
            gone=[record for record in living if record.path not in there],
            living=len(living),
            slugs={record.slug for record in self.records.values()},
            untouched=untouched,
            folder_present=folder_present,
            first_scan=first_scan,
            moved=moved,
            accept_removals=accept_removals,
        )
        result = ingest(intake, self._terms(now))
        for old in result.new_ids:
            del self.records[old]
        self.records |= {record.id: record for record in result.changed}
        self.folded = dict(result.folded)
        return result

    def _terms(self, now: datetime) -> Terms:
        return Terms(
            now=now,
            zone=JAKARTA,
            period=DAY,
            withdraw_after=WITHDRAW_AFTER,
            addresses=self.addresses,
            mint=lambda: f"urn:uuid:{next(self.numbers)}",
        )

    def living(self) -> dict[str, ArticleRecord]:
        """Return the articles that are neither withdrawn nor forgotten, by path."""
        return {record.path: record for record in self.records.values() if record.state in LIVING}

    def ids(self) -> dict[str, str]:
        """Return the id of each file that is shown or held."""
        return {path: record.id for path, record in self.living().items()}

    def one(self) -> ArticleRecord:
        """Return the record of the only article there is."""
        [record] = self.living().values()
        return record


def edited(file: Parsed, text: str) -> Parsed:
    """Return `file` with another text."""
    return replace(file, mark=mark_of(text, (file.title, file.tags)), length=len(text))
