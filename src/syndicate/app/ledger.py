"""What an operator does to editions and their letters: find, pause, resume, cancel, verify, try again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import syndicate.store.retries as store_retries
from syndicate.app.site import Site
from syndicate.emails import parse_email
from syndicate.errors import UsageError
from syndicate.model import DeliveryState
from syndicate.store import operations, sums
from syndicate.store.audits import Audit, audit
from syndicate.store.batches import batched
from syndicate.store.operations import Account
from syndicate.store.retries import Again, Candidates

CHUNKS = 40  # of 500 letters each: what one short transaction changes
_MANY_WORDS = 200_000  # different replies that are looked at: many name the address
_ADDRESS = re.compile(r"<?[^\s<>@:;,\"'()]+@[^\s<>@:;,\"'()]+>?")
RETRIED = (DeliveryState.FAILED, DeliveryState.UNKNOWN)


def edition_of(site: Site, text: str) -> Account:
    """Return the edition that `text` names: ``daily/2026-11-23`` or its number. UsageError names others."""
    newsletter, slash, occasion = text.strip().partition("/")
    with site.store.read() as conn:
        if slash:
            found = operations.named(conn, newsletter, occasion)
        else:  # a larger number is none that a database could have given
            found = operations.account(conn, int(text)) if re.fullmatch(r"[0-9]{1,9}", text) else None
        if found:
            return found
        newest = operations.accounts(conn, newsletter, limit=3) or operations.accounts(conn, limit=3)
    names = ", ".join(one.name for one in newest) or "none yet"
    raise UsageError(
        f"there is no edition {text!r}; write NEWSLETTER/OCCASION or its number "
        f"(the newest: {names}; `syndicate editions list` shows more)"
    )


def without_addresses(words: str) -> str:
    """Return a relay's words with every mail address in them hidden: they go where addresses must not."""
    return _ADDRESS.sub("…", words)


def failures(site: Site, edition_id: int, *, limit: int = 3) -> list[tuple[str, int]]:
    """Return the commonest words with which letters of an edition failed, and how many with each."""
    with site.store.read() as conn:
        exact = sums.refusals(conn, edition_id, limit=_MANY_WORDS)
    counts: Counter[str] = Counter()
    for words, number in exact:
        counts[without_addresses(words) or "no reason"] += number
    return counts.most_common(limit)


# ---------------------------------------------------------------- pausing, resuming, cancelling


def pause(site: Site, one: Account, reason: str) -> None:
    """Let no further letter of an edition leave. UsageError where none would, or it is paused already."""
    if one.state == "open" and not one.tally.open:
        raise UsageError(f"{one.name} is done; there is nothing to pause")
    if not _becomes(site, one, "paused", reason=reason, of=("open",)):
        raise UsageError(f"{one.name} is {_now(site, one)} already")


def resume(site: Site, one: Account) -> None:
    """Let a paused edition go on; what it was paused for does not pause it again. UsageError for others."""
    if not _becomes(site, one, "open", reason=sums.RESUMED, of=("paused",)):
        raise UsageError(f"{one.name} is {_now(site, one)}, not paused; there is nothing to resume")


@dataclass(frozen=True, slots=True)
class Cancelled:
    """What a cancellation left: letters skipped now, and those that a sender still has in hand."""

    skipped: int
    in_hand: int


def cancel(site: Site, one: Account, *, now: datetime) -> Cancelled:
    """Skip every letter of an edition that still waits, a few thousand in a transaction.

    What a sender has in hand ends there: letters under way by the relay's answer, the others skipped.
    The same again goes on with a cancellation that was cut short.
    """
    _becomes(site, one, "cancelled", reason="", of=("open", "paused"))
    with site.store.read() as conn:
        left = operations.chunks_left(conn, one.id)
    skipped = 0
    for batch in batched(left, CHUNKS):
        with site.store.write() as tx:
            skipped += operations.cancel(tx, batch, now=now)
    with site.store.read() as conn:
        return Cancelled(skipped, sums.tally(conn, one.id).open)


def _becomes(site: Site, one: Account, state: str, *, reason: str, of: Collection[str]) -> bool:
    with site.store.write() as tx:
        return operations.set_state(tx, one.id, state, reason=reason, of=of)


def _now(site: Site, one: Account) -> str:
    with site.store.read() as conn:
        found = operations.account(conn, one.id)
    return found.state if found else "gone"


# ---------------------------------------------------------------- the accounts


def accounts_with_open_letters(site: Site) -> list[tuple[Account, int]]:
    """Return the editions that are not finished, each with how many of its letters are held."""
    with site.store.read() as conn:
        return [(one, operations.held(conn, one.id)) for one in operations.unfinished(conn)]


def verify(site: Site, one: Account) -> tuple[Audit, list[str]]:
    """Count an edition anew from its rows; return what was found, and what does not add up."""
    with site.store.read() as conn:
        found = audit(conn, one.id)
    return found, judge(found)


def judge(found: Audit) -> list[str]:
    """Return a sentence for each thing in which an edition does not add up. Pure."""
    letters, people = found.counted.frozen, found.people + found.removed
    checks = (
        (found.frozen != letters, f"letters frozen: {found.frozen:,}, letters there: {letters:,}"),
        (people != letters, f"letters: {letters:,}, people: {people:,}: somebody has two"),
        (found.silent > 0, f"letters sent without a server's reply: {found.silent:,}"),
        (found.stray > 0, f"letters under way that no sender has: {found.stray:,}"),
        (found.idle > 0, f"chunks with letters that wait and that no sender will ever take: {found.idle:,}"),
        (found.differ > 0, f"chunks whose counters differ from their letters: {found.differ:,}"),
    )
    return [words for wrong, words in checks if wrong]


# ---------------------------------------------------------------- trying again


def wanted(one: Account, states: Sequence[DeliveryState], emails: Sequence[str]) -> Again:
    """Return which letters are to be tried again. UsageError for what is no address."""
    try:
        keys = tuple(dict.fromkeys(parse_email(text).key for text in emails))
    except ValueError as error:
        raise UsageError(str(error)) from None
    return Again(one.id, frozenset(states or RETRIED), keys or None)


def can_be_tried_again(site: Site, one: Account, wish: Again) -> Candidates:
    """Return which letters `try_again` would take up. UsageError where none of the edition can leave."""
    if one.state == "cancelled":
        raise UsageError(f"{one.name} is cancelled; nothing of it is sent any more")
    stale = one.edition.stale_at
    if stale is not None and stale <= site.clock():
        since = f"{stale:%Y-%m-%d %H:%M} UTC"
        raise UsageError(f"{one.name} is stale since {since}; nothing of it is sent any more")
    with site.store.read() as conn:
        return store_retries.candidates(conn, wish)


def try_again(
    site: Site, wish: Again, chunks: Sequence[int], *, progress: Callable[[int], None] | None = None
) -> int:
    """Let the wanted letters in `chunks` be due now, a few thousand in a transaction; return how many."""
    done = 0
    for batch in batched(chunks, CHUNKS):
        with site.store.write() as tx:
            done += store_retries.retry(tx, wish, batch, now=site.clock())
        if progress:
            progress(done)
    return done
