"""A row of a list -> what it says of one person. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from syndicate.subscribers.columns import ENDINGS, WISHES, Layout, Role
from syndicate.subscribers.moments import parse_moment, within
from syndicate.subscribers.statuses import Status, flagged, plainly, reason_of, status_of, weightiest

_DELETED = "deletedat"
_Columns = tuple[tuple[int, str], ...]  # numbers and names


class Told(NamedTuple):
    """What a row says of a person, beside his address.

    `said` is what makes him what he is, in words; `evidence` holds the cells of his consent or his leaving,
    by their columns, without IP addresses; `extra` the others. `doubts` are what could not be read: the rest
    of the row counts without it.
    """

    status: Status
    said: str
    since: datetime | None
    ended: datetime | None
    ip: str
    wishes: dict[str, str]
    evidence: dict[str, str]
    extra: dict[str, str]
    doubts: tuple[str, ...]


class Teller:
    """Tells what the rows of one list say, of which each has a cell for each column.

    Dates with slashes are American in the columns `slashes`; in others they are not known for certain.
    """

    def __init__(self, layout: Layout, *, now: datetime, slashes: frozenset[int] = frozenset()) -> None:
        self._layout = layout
        self._now = now
        self._slashes = slashes
        self._since, self._ended = self._columns("since"), self._columns("ended")
        self._ips = layout.roles["ip"]
        self._wishes = tuple((number, role) for role in WISHES for number in layout.roles[role])
        self._states = (
            *self._columns("status"),
            *((number, layout.names[number]) for number in layout.flags),
        )
        self._telling = (*self._states, *self._since, *self._ended, *self._columns("reason"))

    def tell(self, cells: Sequence[str]) -> Told:
        """Return what a row says."""
        cells = [cell.strip() for cell in cells]
        doubts: list[str] = []
        since = self._moment(self._since, cells, doubts)
        ended = self._moment(self._ended, cells, doubts) if self._ended else None
        shown = [f"{name} {cells[number][:60]!r}" for number, name in self._states if cells[number]]
        return Told(
            verdict(self._layout, cells) if self._layout.tells else self._layout.standing,
            ", ".join(shown),
            since,
            ended,
            next(filter(None, [cells[number] for number in self._ips]), ""),
            {role: cells[number] for number, role in self._wishes if cells[number]} if self._wishes else {},
            {name: cells[number] for number, name in self._telling if cells[number]},
            {name: cells[number] for number, name in self._layout.others if cells[number]},
            tuple(doubts),
        )

    def _columns(self, role: Role) -> _Columns:
        return tuple((number, self._layout.names[number]) for number in self._layout.roles[role])

    def _moment(self, columns: _Columns, cells: Sequence[str], doubts: list[str]) -> datetime | None:
        """Return the first of the moments that can be read; those that cannot are doubts."""
        for number, name in columns:
            if not cells[number]:
                continue
            moment = parse_moment(cells[number], slashes=number in self._slashes)
            if within(moment, now=self._now):
                return moment
            what = "is in the future" if moment else "is no time that is known for certain"
            doubts.append(f"{name} {cells[number][:60]!r} {what}")
        return None


def verdict(layout: Layout, cells: Sequence[str]) -> Status:
    """Return what a person is by a row: subscribed, gone, or nobody to be subscribed."""
    if not layout.tells:
        return layout.standing
    said = [status_of(cells[number], layout.service) for number in layout.roles["status"]]
    said += [flagged(layout.names[number], cells[number]) for number in layout.flags]
    ended = [plainly(layout.names[number]) for number in layout.roles["ended"] if cells[number].strip()]
    if said:  # who came back may keep the day on which he left, but nobody deleted is there
        ended = [name for name in ended if name == _DELETED]
    said += [ENDINGS.get(name, "unsubscribed") for name in ended]
    why = " ".join([cells[number] for number in layout.roles["reason"]])
    return reason_of(weightiest([layout.standing, *said]), why)
