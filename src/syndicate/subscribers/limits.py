"""How often an address is mailed because somebody typed it into a form, who may be anybody. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

FIRST: Final = "confirm"  # under which purposes letters are counted
AGAIN: Final = "again"
MOST: Final = 3  # letters until one of them is confirmed
DAY: Final = timedelta(days=1)
FORGOTTEN_AFTER: Final = timedelta(days=90)  # with the last of them, what was counted
Counted = tuple[int, datetime | None]  # letters, and when the last


def next_letter(
    first: Counted, resent: Counted, *, again: bool, now: datetime
) -> Literal["confirm", "again", ""]:
    """Return as what a letter that is asked for counts; "" where none may leave.

    One a day, and one more where he asks for it `again`; three in all, however long it takes. A clock that
    is set back lets none leave.
    """
    letters, last = first
    if letters + resent[0] >= MOST:
        return ""
    if last is None:
        return "confirm"
    if again and not resent[0]:
        return "again"
    return "confirm" if now - last >= DAY else ""
