"""Rows of a list -> who arrives and who left, each with what is to be reported of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from syndicate.app.sheets import Sheet, Wanted, by_name
from syndicate.app.site import Site
from syndicate.app.wishes import settled_newsletter, zone_of
from syndicate.emails import parse_email
from syndicate.model import Arrival, Choice, Consent, Departure, Email, Suppression
from syndicate.store import selection
from syndicate.store.choices import DEFAULT
from syndicate.subscribers.choosing import parse_choice
from syndicate.subscribers.columns import Layout
from syndicate.subscribers.ourlist import Reading, read_row
from syndicate.subscribers.statuses import GONE, Gone, Status
from syndicate.subscribers.telling import Teller, Told

What = Literal["left out", "changed", "suppressed"]


@dataclass(frozen=True, slots=True)
class Note:
    """What became of a row that is not simply somebody subscribed: `why` in few words, which are counted.

    `wrong` where the row itself is at fault.
    """

    file: str
    line: int
    what: What
    why: str
    text: str
    wrong: bool = False


class Read(NamedTuple):
    """A row that was read: who it brings, and what is to be reported of it."""

    file: str
    line: int
    items: tuple[Arrival | Departure, ...] = ()
    notes: tuple[Note, ...] = ()

    def note(self, what: What, why: str, text: str) -> Note:
        """Return a note on this row."""
        return Note(self.file, self.line, what, why, text)


_NOBODY: Final[dict[Status, tuple[str, str]]] = {
    "unconfirmed": ("not confirmed", "has not confirmed, so nobody knows that he wants it"),
    "inactive": ("not subscribed", "is no subscriber there"),
    "unknown": ("state not known", "is a state that is not known here; --map status= names another column"),
}


class Reader:
    """Reads rows of lists, for one import. `slashes` are the columns whose dates are American, by file."""

    def __init__(self, site: Site, wanted: Wanted, reading: Reading) -> None:
        self._site = site
        self._wanted = wanted
        self._reading = reading
        with site.store.read() as conn:
            self._languages = selection.languages(conn)
        self._choice = lru_cache(maxsize=10_000)(self._choice_of)

    def read(self, sheet: Sheet, slashes: frozenset[int]) -> Iterator[Read]:
        """Give what each row of a list brings."""
        layout, label = sheet.layout, sheet.file.label
        teller = Teller(layout, now=self._reading.now, slashes=slashes) if layout else None
        for line, cells in sheet.rows():
            try:
                if layout and teller:
                    whole = fitted(layout, cells)
                    yield self._foreign(label, line, parse_email(whole[layout.email]), teller.tell(whole))
                else:
                    yield self._ours(sheet, line, cells)
            except ValueError as error:
                note = Note(label, line, "left out", "cannot be read", str(error), wrong=True)
                yield Read(label, line, notes=(note,))

    def _ours(self, sheet: Sheet, line: int, cells: list[str]) -> Read:
        item, doubts = read_row(by_name(sheet.header, cells), self._reading)
        notes = [Note(sheet.file.label, line, "changed", "not all could be read", one) for one in doubts]
        newsletter = item.newsletter if isinstance(item, Arrival) else item.suppression.newsletter
        if self._wanted.only and newsletter not in ("", self._wanted.only):
            notes = [Note(sheet.file.label, line, "left out", "of another newsletter", f"is of {newsletter}")]
            return Read(sheet.file.label, line, notes=tuple(notes))
        if newsletter and newsletter not in self._site.config.newsletters:
            text = f"{newsletter} is not configured: he is kept, and gets nothing"
            notes.append(Note(sheet.file.label, line, "changed", "of no newsletter there is", text))
        return Read(sheet.file.label, line, (item,), tuple(notes))

    def _foreign(self, label: str, line: int, email: Email, said: Told) -> Read:
        notes = [Note(label, line, "changed", "not all could be read", one) for one in said.doubts]
        if said.status in GONE:
            notes.append(Note(label, line, "suppressed", said.status, said.said or said.status))
            return Read(label, line, (self._departure(email, said),), tuple(notes))
        if said.status != "active":
            why, words = _NOBODY[said.status]
            notes.append(Note(label, line, "left out", why, f"{said.said or said.status} {words}"))
            return Read(label, line, notes=tuple(notes))
        source = label.rpartition("/")[2]
        items = [self._arrival(email, name, said, source) for name in self._wanted.newsletters]
        if said.wishes:
            wrong = [each for name in self._wanted.newsletters for each in self._wish(name, said)[2]]
            notes += [Note(label, line, "changed", "not all could be read", one) for one in wrong]
        return Read(label, line, tuple(items), tuple(notes))

    def _departure(self, email: Email, said: Told) -> Departure:
        scope = self._wanted.only if said.status == "unsubscribed" else ""
        reason: Gone = said.status  # type: ignore[assignment]
        at = said.ended or self._reading.now
        digest, evidence = self._reading.digest(email.key), {**said.evidence, **said.extra}
        return Departure(email, Suppression(digest, scope, reason, at, email.address, evidence), said.ended)

    def _arrival(self, email: Email, newsletter: str, said: Told, source: str) -> Arrival:
        choice, until, wrong = self._wish(newsletter, said)
        since = said.since or self._reading.now
        ip = self._reading.kept_ip(said.ip, since) if said.ip else None
        return Arrival(
            email=email,
            newsletter=newsletter,
            started_at=since,
            choice=choice,
            paused_until=until,
            extra={**said.extra, **said.wishes} if wrong else said.extra,
            consents=(Consent("imported", since, newsletter, source, "", ip, said.evidence),),
        )

    def _wish(self, newsletter: str, said: Told) -> tuple[Choice, datetime | None, tuple[str, ...]]:
        if not said.wishes:
            return DEFAULT, None, ()
        return self._choice(newsletter, tuple(said.wishes.items()))

    def _choice_of(
        self, newsletter: str, wishes: tuple[tuple[str, str], ...]
    ) -> tuple[Choice, datetime | None, tuple[str, ...]]:
        """Return the choice and the pause that texts name, and what is wrong with the others."""
        own = settled_newsletter(self._site.config, newsletter)
        good: dict[str, str] = {}
        wrong: list[str] = []
        for field, text in wishes:
            if field == "paused_until":
                continue
            try:
                parse_choice(own, **{field: text}, languages=self._languages)
                good[field] = text
            except ValueError as error:
                wrong.append(f"{newsletter}: {error}")
        choice = parse_choice(own, **good, languages=self._languages)
        until = None
        if text := dict(wishes).get("paused_until", ""):
            until = self._until(newsletter, choice, text)
            wrong += [f"{newsletter}: paused_until {text[:60]!r} is no date"] if until is None else []
        return choice, until if until and until > self._reading.now else None, tuple(wrong)

    def _until(self, newsletter: str, choice: Choice, text: str) -> datetime | None:
        zone = zone_of(self._site.config, newsletter, choice)
        try:
            if len(text) == 10:
                said = datetime.combine(date.fromisoformat(text), time(), zone)
            else:
                said = datetime.fromisoformat(text)
            moment = said if said.tzinfo else said.replace(tzinfo=zone)
            return moment if 1970 <= moment.year < 9999 else None
        except ValueError:
            return None


def fitted(layout: Layout, cells: list[str]) -> Sequence[str]:
    """Return the cells of a row, one for each column; ValueError where they do not fit.

    Cells too many are a comma that nobody quoted: then no cell behind it is what its column says. Where a row
    is cut short, whether he is subscribed must still be told.
    """
    width = len(layout.names)
    if len(cells) > width and any(map(str.strip, cells[width:])):
        raise ValueError(f"has {len(cells)} cells where the list has {width} columns")
    if len(cells) < width:
        needed = max([layout.email, *layout.flags, *layout.roles["status"], *layout.roles["ended"]])
        if needed >= len(cells):
            raise ValueError(f"is cut short: it has no {layout.names[needed]}")
        return [*cells, *[""] * (width - len(cells))]
    return cells
