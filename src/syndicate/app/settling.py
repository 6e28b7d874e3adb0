"""What a batch of rows comes to, as far as is known: who is new, who stays away, who left. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from syndicate.app.arrivals import Note, Read
from syndicate.model import Arrival, Consent, Departure, SubscriptionState
from syndicate.store.importing import Changes, Known

_ACTIVE, _LEFT = SubscriptionState.ACTIVE, SubscriptionState.UNSUBSCRIBED


@dataclass(slots=True)
class Work:
    """What is to be written for a batch, and what is to be told of it."""

    changes: Changes = field(default_factory=Changes)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    """What an import must remember of the rows before: 64 bits of each, not the texts.

    `gone` are those who left by any row of the lists, found when these were read first; `erased` are hashes
    of addresses that these do not name, and `here` the address keys of the people who have one of them.
    """

    gone: set[int] = field(default_factory=set)
    erased: set[str] = field(default_factory=set)
    here: dict[str, str] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    ended: set[tuple[str, str]] = field(default_factory=set)

    def left(self, key: str, newsletter: str) -> bool:
        """Tell whether a row says that this person left this newsletter, or all."""
        return bool(self.gone) and (hash((key, newsletter)) in self.gone or hash((key, "")) in self.gone)

    def again(self, *what: str) -> bool:
        """Tell whether this was said before, and remember it."""
        mark = hash(what)
        if mark in self.seen:
            return True
        self.seen.add(mark)
        return False


class Settling:
    """Settles batches of one import, in order. `digest` makes the hash of an address key."""

    def __init__(self, memory: Memory, digest: Callable[[str], str], *, now: datetime) -> None:
        self._memory = memory
        self._digest = digest
        self._now = now

    def settle(self, batch: Iterable[Read], known: Known, taken: set[str]) -> Work:
        """Return what a batch comes to; `taken` are the links in it that are somebody's already."""
        work = Work()
        extras: dict[str, dict[str, str]] = {}
        for read in batch:
            work.notes += read.notes
            for item in read.items:
                if isinstance(item, Departure):
                    self._departs(read, item, known, work)
                elif self._arrives(read, item, known, work):
                    extras.setdefault(item.email.key, {}).update(item.extra)
        self._join(work, extras, known)
        _mint(work, taken)
        return work

    def _arrives(self, read: Read, one: Arrival, known: Known, work: Work) -> bool:
        """Settle a subscription; True where what is said of the person is to be kept."""
        key, name = one.email.key, one.newsletter
        if one.state is _LEFT:
            self._had_left(read, one, known, work)
            return False
        if self._memory.left(key, name):
            work.notes.append(
                read.note("left out", "left by another row", f"{name}: another row says that he left")
            )
            return False
        if self._memory.again(key, name):
            work.notes.append(
                read.note("left out", "twice in the list", f"{name}: an earlier row is of him too")
            )
            return True
        if reason := self._suppressed(key, name, known):
            work.notes.append(read.note("left out", "suppressed here", f"{name}: suppressed here, {reason}"))
            return False
        standing = known.standings.get(key, {}).get(name)
        if standing is None:
            work.changes.arrivals.append(one)
            work.counts["added"] += 1
            return True
        if standing[0] is _ACTIVE:
            work.counts["already"] += 1
            return True
        work.notes.append(read.note("left out", "left here before", f"{name}: he unsubscribed here"))
        return False

    def _had_left(self, read: Read, one: Arrival, known: Known, work: Work) -> None:
        """Settle a subscription of our own list that had ended."""
        key, name = one.email.key, one.newsletter
        if self._memory.again(key, name):
            work.notes.append(
                read.note("left out", "twice in the list", f"{name}: an earlier row is of him too")
            )
            return
        standing = known.standings.get(key, {}).get(name)
        if standing is None:
            work.changes.arrivals.append(one)
            work.counts["left before"] += 1
        elif standing[0] is _LEFT:
            work.counts["already"] += 1
        elif one.ended_at and one.ended_at < standing[1]:
            work.notes.append(read.note("left out", "came back here", _came_back(name, standing[1])))
        else:
            self._end(read, key, {name: standing[1]}, one.ended_at, known, work)

    def _departs(self, read: Read, one: Departure, known: Known, work: Work) -> None:
        said = one.suppression
        if self._memory.again(said.hash, said.newsletter, "gone"):
            work.counts["suppressed already"] += 1
            return
        key = one.email.key if one.email else self._memory.here.get(said.hash)
        if key is not None:
            his = {name: began for name, (state, began) in known.standings.get(key, {}).items()
                   if state is _ACTIVE and said.newsletter in ("", name)}  # fmt: skip
            later = [name for name, began in his.items() if one.told_at and one.told_at < began]
            if later:
                text = _came_back(later[0], his[later[0]])
                work.notes.append(read.note("left out", "came back here", text))
                return
            self._end(read, key, his, one.told_at, known, work)
        there = known.suppressed.get(said.hash, {})
        if said.newsletter in there:
            work.counts["suppressed already"] += 1
        else:
            work.changes.suppressions.append(said)
            work.counts["suppressed"] += 1

    def _end(
        self, read: Read, key: str, his: Mapping[str, datetime], at: datetime | None, known: Known, work: Work
    ) -> None:
        """End the active subscriptions `his`, which a list says he left."""
        names = [name for name in his if (key, name) not in self._memory.ended]
        if not names:
            return
        self._memory.ended.update((key, name) for name in names)
        moment = at or self._now
        consents = tuple(Consent("left", moment, name, read.file.rpartition("/")[2]) for name in names)
        work.changes.endings.append((known.persons[key][0], moment, consents))
        work.counts["unsubscribed"] += len(names)
        text = f"{', '.join(names)}: he was subscribed here, and is not any more"
        work.notes.append(read.note("changed", "unsubscribed here", text))

    def _suppressed(self, key: str, name: str, known: Known) -> str:
        """Return why an address is suppressed here for a newsletter, "" where it is not."""
        if not known.suppressed and not self._memory.erased:
            return ""
        digest = self._digest(key)
        if digest in self._memory.erased:
            return "erased"
        reasons = known.suppressed.get(digest, {})
        return reasons.get("") or reasons.get(name) or ""

    def _join(self, work: Work, extras: Mapping[str, Mapping[str, str]], known: Known) -> None:
        """Join what rows say of people to what is known of them."""
        for key, extra in extras.items():
            if key in known.persons and extra:
                number, packed = known.persons[key]
                before = json.loads(packed)
                if any(before.get(name) != text for name, text in extra.items()):
                    work.changes.extras[number] = {**before, **extra}
        work.changes.arrivals = [
            replace(one, extra=extras[one.email.key])
            if one.email.key in extras and one.extra != extras[one.email.key]
            else one
            for one in work.changes.arrivals
        ]


def _mint(work: Work, taken: set[str]) -> None:
    """Take links away that are somebody else's: each opens one person's subscription."""
    arrivals = work.changes.arrivals
    for at, one in enumerate(arrivals):
        if one.token and one.token in taken:
            arrivals[at] = replace(one, token="")
            work.counts["with a new link"] += 1
        elif one.token:
            taken.add(one.token)


def _came_back(name: str, began: datetime) -> str:
    return f"{name}: he is subscribed here since {began:%Y-%m-%d %H:%M} UTC, which is later"
