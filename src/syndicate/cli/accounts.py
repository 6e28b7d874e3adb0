"""How commands show editions: as a table, in words, for a machine."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from syndicate.cli.output import count, equation, moment, short, table, tally_json, tally_words
from syndicate.model import DeliveryState

if TYPE_CHECKING:
    from syndicate.store.audits import Audit
    from syndicate.store.operations import Account, RenditionRow


def listing(found: list[Account], zone: ZoneInfo) -> list[str]:
    """Return editions as a table."""
    head = ("no.", "edition", "state", f"made ({zone.key})", "frozen", "sent", "failed", "skipped", "open")
    rows = [
        (
            str(one.id),
            one.name,
            state_of(one),
            short(one.edition.frozen_at, zone),
            f"{one.tally.frozen:,}",
            *(f"{one.tally[DeliveryState(name)]:,}" for name in head[5:8]),
            f"{one.tally.open:,}",
        )
        for one in found
    ]
    return table(head, rows, right={0, *range(4, 9)})


def state_of(one: Account) -> str:
    """Return the state of an edition in a word: done where every letter of an open one has ended."""
    return "done" if one.state == "open" and not one.tally.open else one.state


def description(one: Account, zone: ZoneInfo) -> list[str]:
    """Return what an edition is and how its letters stand."""
    state = f"{state_of(one)}, {one.reason}" if one.reason else state_of(one)
    said = [
        f"{one.name} (number {one.id}): {state}",
        f"  occasion  {moment(one.edition.occasion_at, zone)}",
        f"  made      {moment(one.edition.frozen_at, zone)}",
        f"  letters   {tally_words(one.tally)}",
    ]
    if one.edition.stale_at and one.tally.open:
        said.append(f"  stale     {moment(one.edition.stale_at, zone)}: what is open then is skipped")
    return said


def outlook(one: Account, due: datetime | None, held: int, *, now: datetime, zone: ZoneInfo) -> list[str]:
    """Return what becomes of an edition's open letters, and what an operator can do."""
    said = []
    if held:
        again = f"`syndicate deliveries retry --edition {one.name} --state unknown` sends them again"
        said.append(f"  held      {held:,}: the relay may have them; {again}")
    if one.state == "paused":
        said.append(f"  next try  when `syndicate editions resume {one.name}` lets it go on")
    elif due and one.state == "open":
        said.append(f"  next try  {moment(due, zone) if due > now else 'now'}")
    elif one.tally.open > held:
        said.append("  next try  a sender is at work on it")
    return said


def verdict(one: Account, found: Audit, wrong: list[str]) -> list[str]:
    """Return what an audit found, as an operator reads it."""
    removed = f" and {found.removed:,} who were removed since" if found.removed else ""
    lines = [
        f"{one.name} (number {one.id}): {state_of(one)}",
        f"  {equation(found.counted)}",
        f"  {found.frozen:,} letters were frozen, in {count(found.chunks, 'chunk')}, "
        f"for {count(found.people, 'person', 'people')}{removed}",
    ]
    if not wrong:
        return [*lines, "It adds up: nobody has two letters, and each one sent has a server's reply."]
    return [*lines, "It does not add up:", *(f"  {words}" for words in wrong)]


def for_machine(one: Account) -> dict[str, Any]:
    """Return an edition for a machine."""
    edition = one.edition
    return {
        "id": one.id,
        "newsletter": edition.newsletter,
        "occasion": edition.occasion,
        "state": one.state,
        "reason": one.reason,
        "occasion_at": edition.occasion_at,
        "frozen_at": edition.frozen_at,
        "stale_at": edition.stale_at,
        "deliveries": tally_json(one.tally),
        "open": one.tally.open,
    }


def parts_for_machine(renditions: list[RenditionRow]) -> dict[str, Any]:
    """Return what an edition holds for a machine."""
    return {
        "renditions": [
            {
                "id": one.id,
                "language": one.language,
                "subject": one.subject,
                "letters": one.letters,
                "articles": one.articles,
            }
            for one in renditions
        ]
    }


def audit_for_machine(found: Audit) -> dict[str, int]:
    """Return what an audit found for a machine."""
    names = ("frozen", "chunks", "people", "removed", "differ", "idle", "stray", "silent")
    return {name: getattr(found, name) for name in names}
