"""What a hub's answer means for a document that it was told of. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from syndicate.app.outgoing import Answer, NoAnswer, PrivateAddress

GIVE_UP: Final = timedelta(days=1)  # after the change: the readers' own polling has found it long since
_FIRST, _LONGEST = timedelta(seconds=30), timedelta(hours=1)
_LATER: Final = (408, 429)  # of the 4xx, those that say nothing against what was told (RFC 9110, RFC 6585)
_MOST_WORDS: Final = 120  # characters of a hub's own words


@dataclass(frozen=True, slots=True)
class Again:
    """The hub is to be told again at `due_at`; None gives it up. `answer` says why, for `status`.

    A `busy` one is to be told of nothing else until then.
    """

    due_at: datetime | None
    answer: str
    busy: bool = False


def judge(answer: Answer | NoAnswer, *, attempts: int, noted_at: datetime, now: datetime) -> Again | None:
    """Return None where the hub took it: any 2xx; else when it is told again of a change of `noted_at`.

    No answer, 5xx, 408 and 429 are tried again, after 30 s and then twice as long up to an hour, or when
    Retry-After says, for a day. Whatever else it answers, a redirect too, is its last word on this change.
    """
    if isinstance(answer, Answer) and 200 <= answer.status < 300:
        return None
    words = str(answer) if isinstance(answer, NoAnswer) else _said(answer)
    if not is_passing(answer):
        return Again(None, words)
    delay = min(_FIRST * 2 ** min(attempts, 20), _LONGEST)
    if isinstance(answer, Answer):
        delay = max(delay, retry_after(answer.headers.get("retry-after", ""), now=now))
    due = now + delay
    if due - noted_at > GIVE_UP:
        return Again(None, f"{words}; it is told no more of this change", busy=True)
    return Again(due, words, busy=True)


def is_passing(answer: Answer | NoAnswer) -> bool:
    """Return whether what kept the hub from taking it may be over later."""
    if isinstance(answer, NoAnswer):
        return not isinstance(answer, PrivateAddress)
    return answer.status >= 500 or answer.status in _LATER


def retry_after(value: str, *, now: datetime) -> timedelta:
    """Return how long Retry-After asks to wait (RFC 9110 section 10.2.3); nothing where it cannot be read."""
    text = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return timedelta(seconds=int(text))
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return timedelta()
    return max((when if when.tzinfo else when.replace(tzinfo=UTC)) - now, timedelta())


def _said(answer: Answer) -> str:
    """Return an answer in words, with the hub's own where it gave plain ones."""
    redirect = ", a redirect; give the address that it leads to" if 300 <= answer.status < 400 else ""
    own = ""
    if answer.headers.get("content-type", "").startswith("text/plain"):
        own = " ".join(answer.body.decode("utf-8", "replace").split())[:_MOST_WORDS]
        own = "".join(letter for letter in own if letter.isprintable())
    return f"it answered {answer.status}{redirect}{f': {own}' if own else ''}"
