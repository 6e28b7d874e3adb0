"""Bringing lists of subscribers in: each row is accounted for, nobody is resubscribed, and nobody is mailed.

A list is read twice. The first time nothing is written: it must be readable to its end, and whoever left by
any row is subscribed by none. The second time goes in short transactions, and what is there by then is left
as it is, so that an import that was cut off is done again from its start.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import TypeVar

import syndicate.store.importing as store
from syndicate.app.arrivals import Note, Read, Reader, fitted
from syndicate.app.keyring import Keyring, keyring
from syndicate.app.retention import IPS
from syndicate.app.settling import Memory, Settling, Work
from syndicate.app.sheets import Sheet, Wanted, by_name
from syndicate.app.site import Site, mint_token
from syndicate.emails import parse_email
from syndicate.model import Arrival, Departure
from syndicate.store.batches import batched
from syndicate.subscribers.columns import Layout
from syndicate.subscribers.moments import is_day_first
from syndicate.subscribers.ourlist import Reading, read_row
from syndicate.subscribers.statuses import GONE
from syndicate.subscribers.telling import verdict
from syndicate.subscribers.visitors import kept_ip

Show = Callable[[int, int], None]
T = TypeVar("T")
_OBJECTS = 5000


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the first reading found: how many rows, who left, and which columns have American dates."""

    rows: int
    memory: Memory
    slashes: dict[str, frozenset[int]]


@dataclass(slots=True)
class Account:
    """What became of the rows: numbers by what was done, and of notes by why; `wrong` rows are at fault.

    `added` and the like count subscriptions: a row may be for several newsletters.
    """

    rows: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    wrong: int = 0


def mark_of(ring: Keyring) -> str:
    """Return the mark of the key that hashes of addresses are made with; it tells nothing of the key."""
    return sha256(b"syndicate address key\x00" + ring.address).hexdigest()[:16]


def reading_of(site: Site) -> Reading:
    """Return what an import makes values of texts with."""
    ring = keyring(site)
    keeping, now = site.config.privacy.ip, site.clock()
    recent = now - IPS

    def kept(text: str, at: datetime) -> str | None:
        return kept_ip(text, keeping) if at > recent else None

    return Reading(ring.address_key_hash, mark_of(ring), kept, now)


def look_through(site: Site, sheets: Sequence[Sheet], reading: Reading, wanted: Wanted) -> Outlook:
    """Read lists to their end; SyndicateError, with file and line, where that cannot be done."""
    memory, slashes, rows = Memory(), dict[str, frozenset[int]](), 0
    for sheet in sheets:
        layout = sheet.layout
        dated = [*layout.roles["since"], *layout.roles["ended"]] if layout else []
        day_first: set[int] = set()
        gone = partial(_gone_of_ours, sheet, reading, memory) if layout is None else None
        scope = partial(_gone, layout, wanted, memory) if layout else None
        for _, cells in sheet.rows():
            rows += 1
            for number in dated:
                if number < len(cells) and "/" in cells[number] and is_day_first(cells[number]):
                    day_first.add(number)
            if gone:
                gone(cells)
            elif scope:
                scope(cells)
        slashes[sheet.file.label] = frozenset(dated) - day_first
    memory.here.update(_here(site, memory.erased, reading))
    return Outlook(rows, memory, slashes)


def _here(site: Site, hashes: Collection[str], reading: Reading) -> dict[str, str]:
    """Return the address keys of the people here whom a list knows by a hash alone: a database may be older
    than the list."""
    if not hashes:
        return {}
    with site.store.read() as conn:
        marked = ((reading.digest(key), key) for key in store.every_key(conn))
        return {digest: key for digest, key in marked if digest in hashes}


def _gone(layout: Layout, wanted: Wanted, memory: Memory, cells: list[str]) -> None:
    """Remember who left by a row of another program's list."""
    if not layout.tells and layout.standing not in GONE:
        return
    try:
        whole = fitted(layout, cells)
        status = verdict(layout, whole)
        if status in GONE:
            scope = wanted.only if status == "unsubscribed" else ""
            memory.gone.add(hash((parse_email(whole[layout.email]).key, scope)))
    except ValueError:
        return  # it is told when the row is read again


def _gone_of_ours(sheet: Sheet, reading: Reading, memory: Memory, cells: list[str]) -> None:
    """Remember who left by a row of our own list."""
    try:
        row = by_name(sheet.header, cells)
        if row["state"] == "active":
            return
        item, _ = read_row(row, reading)
    except ValueError:
        return
    if isinstance(item, Arrival):
        memory.gone.add(hash((item.email.key, item.newsletter)))
    elif item.email is None:
        memory.erased.add(item.suppression.hash)
    else:
        memory.gone.add(hash((item.email.key, item.suppression.newsletter)))


def _nothing(*_: object) -> None:
    pass


def bring(
    site: Site,
    sheets: Sequence[Sheet],
    wanted: Wanted,
    *,
    dry: bool = False,
    tell: Callable[[Note], None] = _nothing,
    show: Show = _nothing,
) -> Account:
    """Subscribe everyone in some lists who is to be, and write down who is never to be; return the account.

    Each row that is left out, or becomes something else, is told. `dry` writes nothing and gives the same
    account. SyndicateError where a list cannot be read to its end: then nobody was subscribed.
    """
    reading = reading_of(site)
    outlook = look_through(site, sheets, reading, wanted)
    reader = Reader(site, wanted, reading)
    settling = Settling(outlook.memory, reading.digest, now=reading.now)
    account = Account()
    size = max(store.AT_ONCE // max(len(wanted.newsletters), 1), 1)
    batches = batched(_read(sheets, reader, outlook), size)
    easy = nullcontext(_nothing) if dry else store.at_ease(site.store)
    with _seldom_collected(), easy as rest, ThreadPoolExecutor(1) as ahead:
        batch = next(batches, None)
        while batch:
            work, coming = _brought(
                site,
                batch,
                settling,
                reading,
                outlook.memory.here,
                dry=dry,
                read=lambda: ahead.submit(next, batches, None),
            )
            _count(account, batch, work)
            for note in work.notes:
                tell(note)
            show(account.rows, outlook.rows)
            rest()
            batch = coming.result()
    return account


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Look for cycles a few times in a batch, not each 700 objects: rows make none, statements a few."""
    was = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *was[1:])
    try:
        yield
    finally:
        gc.set_threshold(*was)


def _read(sheets: Sequence[Sheet], reader: Reader, outlook: Outlook) -> Iterator[Read]:
    for sheet in sheets:
        yield from reader.read(sheet, outlook.slashes[sheet.file.label])


def _brought(
    site: Site,
    batch: Sequence[Read],
    settling: Settling,
    reading: Reading,
    here: Mapping[str, str],
    *,
    dry: bool,
    read: Callable[[], T],
) -> tuple[Work, T]:
    """Settle a batch as things stand, and write it down unless it is `dry`; `read` begins with the next.

    It does so just before the commit: that is a third of the time, in which no Python runs.
    """
    items = _items(batch)
    keys = {item.email.key for item in items if item.email}
    keys |= {here[digest] for digest in _unnamed(items) if digest in here}
    tokens = [item.token for item in items if isinstance(item, Arrival) and item.token]
    with site.store.read() if dry else site.store.write() as conn:
        known = store.look(conn, keys, partial(_digests, items, reading))
        work = settling.settle(batch, known, store.taken_tokens(conn, tokens))
        if not dry:
            store.write(conn, work.changes, now=reading.now, token=_tokens_alike())
        coming = read()
    return work, coming


def _tokens_alike() -> Callable[[], str]:
    """Return what mints the links of a batch: all begin with the same two characters, and 84 bits are left.

    So they are neighbours in their index: else each would write a page of it, a third of all that is written.
    """
    start = mint_token()[:2]
    return lambda: start + mint_token()[2:]


def _items(batch: Sequence[Read]) -> list[Arrival | Departure]:
    return [item for read in batch for item in read.items]


def _unnamed(items: Sequence[Arrival | Departure]) -> set[str]:
    return {one.suppression.hash for one in items if isinstance(one, Departure) and one.email is None}


def _digests(items: Sequence[Arrival | Departure], reading: Reading) -> set[str]:
    """Return the hashes of all addresses in a batch."""
    return {
        reading.digest(item.email.key) if isinstance(item, Arrival) else item.suppression.hash
        for item in items
    }


def _count(account: Account, batch: Sequence[Read], work: Work) -> None:
    account.rows += len(batch)
    account.counts += work.counts
    account.left_out.update(note.why for note in work.notes if note.what == "left out")
    account.changed.update(note.why for note in work.notes if note.what == "changed")
    account.wrong += sum(note.wrong for note in work.notes)
