"""Test letters: the next edition to a few addresses and to nobody else, through the relays as they are."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from syndicate.app.forecast import Preview
from syndicate.app.previewing import sample_letter
from syndicate.app.sending import LetterWriter, send_plan
from syndicate.app.site import Site
from syndicate.delivery.relays import make_relays
from syndicate.delivery.send import deliver
from syndicate.digest.trial import TOKEN, as_test
from syndicate.emails import parse_email
from syndicate.errors import Busy, UsageError
from syndicate.model import OPEN_STATES, Chunk, DeliveryState, Email
from syndicate.store import letters
from syndicate.store.letters import Fate
from syndicate.store.outbox import StoreOutbox

MOST: Final = 20  # addresses of one test
PRIORITY: Final = -1  # before all else, so that a pass can be of these alone
_FOLLOW: Final = 0.25  # seconds between looks at what another sender does with them
_PATIENCE: Final = 120.0  # seconds that another sender may take for them


def checked_addresses(texts: Sequence[str]) -> list[Email]:
    """Return the addresses, each once. UsageError names all that are none, or says that they are too many."""
    found: dict[str, Email] = {}
    wrong = []
    for text in texts:
        try:
            one = parse_email(text)
            found.setdefault(one.key, one)
        except ValueError as error:
            wrong.append(str(error))
    if wrong:
        raise UsageError("; ".join(wrong))
    if len(found) > MOST:
        raise UsageError(f"a test goes to {MOST} addresses at most, these are {len(found)}")
    return list(found.values())


def queue_tests(site: Site, shown: Preview, people: Sequence[Email], *, now: datetime) -> list[str]:
    """Write one letter to each of `people` into the outbox, due now; return their keys, in that order.

    They are complete, belong to no edition, and carry nobody's token.
    """
    keys = [f"test/{shown.edition.newsletter}/{shown.edition.uid}/{number}" for number in range(len(people))]
    subject, language = shown.rendition.subject, shown.rendition.language
    with site.store.write() as tx:
        for number, (key, one) in enumerate(zip(keys, people, strict=True)):
            letter = sample_letter(site, shown, recipient=one.address, token=TOKEN, number=number)
            body = as_test(letter.body, subject, language, site.config.templates.folder)
            letters.enqueue(tx, key=key, email=one.address, body=body, now=now, priority=PRIORITY)
    return keys


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of each letter, and why no relay took letters where that was so."""

    fates: tuple[Fate, ...]
    trouble: str = ""

    @property
    def good(self) -> bool:
        """Whether a relay took every letter."""
        return all(one.state is DeliveryState.SENT for one in self.fates)


def send_tests(site: Site, keys: Sequence[str]) -> Tried:
    """Send the queued letters with these keys, and no others; return what became of them, in their order.

    Beside a sender that is at work it waits for that one, two minutes at most. What the relay puts off stays
    in the outbox and is tried again like any letter.
    """
    for _ in range(round(_PATIENCE / _FOLLOW)):
        try:
            with site.sender_lock():
                trouble = asyncio.run(_one_pass(site))
            return Tried(fates(site, keys), trouble)
        except Busy:
            asyncio.run(asyncio.sleep(_FOLLOW))
        if all(one.state not in OPEN_STATES or one.code for one in fates(site, keys)):
            break
    return Tried(fates(site, keys))


def fates(site: Site, keys: Sequence[str]) -> tuple[Fate, ...]:
    """Return what became of the letters with these keys so far."""
    with site.store.read() as conn:
        found = letters.fates(conn, keys)
    return tuple(found.get(key, Fate(DeliveryState.PENDING)) for key in keys)


async def _one_pass(site: Site) -> str:
    """Send what test letters are due; return why no relay took any, "" where one did."""
    owner = f"tests at {socket.gethostname()}"
    outbox = _TestsAlone(site.store, owner=owner, hold_unknown=site.config.mail.on_unknown == "hold")
    outbox.recover(now=site.clock())
    stop = asyncio.Event()
    relays, plan = make_relays(site.config), send_plan(site)
    report = await deliver(outbox, relays, LetterWriter(site), plan, clock=site.clock, stop=stop)
    return report.relay_error or ""


class _TestsAlone(StoreOutbox):
    """The outbox as if it held test letters alone: what else is due is not taken."""

    def take(self, *, now: datetime, before: int | None = None) -> Chunk | None:
        return super().take(now=now, before=min(PRIORITY + 1, PRIORITY + 1 if before is None else before))
