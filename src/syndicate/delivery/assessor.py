"""What became of letters, made certain: refusals are weighed, relays rest, editions pause."""

from __future__ import annotations

import logging
from typing import Protocol

from syndicate.delivery.clerk import Clerk
from syndicate.delivery.fleet import Fleet, Post
from syndicate.delivery.lane import Ticket
from syndicate.delivery.ledger import Ledger
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import settle
from syndicate.delivery.supply import Supply
from syndicate.delivery.verdicts import Cause, Verdict, puts_domain_off
from syndicate.delivery.watches import EditionWatch
from syndicate.model import Attempt, EditionStanding, Outcome, Returned, Sent

log = logging.getLogger("syndicate.delivery.assessor")


class Front(Protocol):
    """Who acts on what several refusals together mean."""

    def rest(self, post: Post, cause: Cause) -> None:
        """Let the relay rest."""

    def pause(self, edition_id: int, attempt: Attempt, reason: str) -> None:
        """Pause the edition that the attempt belongs to."""

    def unassign(self, ticket: Ticket) -> None:
        """Give back to the relay's limits what they let through for a letter that was not attempted."""


class Assessor:
    """Feeds the watches of relays and editions, and gives the clerk what is certain."""

    def __init__(
        self, ledger: Ledger, clerk: Clerk, supply: Supply, fleet: Fleet, plan: SendPlan, front: Front
    ) -> None:
        self._clock = ledger.clock
        self._clerk = clerk
        self._supply = supply
        self._fleet = fleet
        self._plan = plan
        self._front = front
        self._watches: dict[int, EditionWatch] = {}

    def met(self, edition_id: int, standing: EditionStanding) -> None:
        """Watch an edition that stands so."""
        self._watches[edition_id] = EditionWatch(
            standing.settled, standing.refused, forgiven=standing.forgiven
        )

    def judge(self, ticket: Ticket, judged: Outcome | Verdict, now: float) -> None:
        """Take in what came of a letter whose attempt has begun."""
        if isinstance(judged, Returned):
            self._front.unassign(ticket)
            self._certain(ticket.attempt, judged)
            return
        post = ticket.lane.post
        if isinstance(judged, Sent):
            post.candidate.rests.taken()
        elif isinstance(judged, Verdict) and puts_domain_off(judged):
            post.limits.slower(ticket.domain, now)
        certain, cause = post.watch.feed(ticket.attempt, judged, now)
        for attempt, outcome in certain:
            self._certain(attempt, outcome)
        if not ticket.certain:  # a refusal that may be about us: the relay has not taken it
            self._clerk.clear(ticket)
        if cause is not None:
            self._front.rest(post, cause)

    def expire(self, now: float) -> None:
        """Settle the refusals that are clear of doubt by now."""
        for post in self._fleet.posts.values():
            for attempt, outcome in post.watch.expire(now):
                self._certain(attempt, outcome)

    def release(self) -> None:
        """Settle all refusals as what they are: no more letters come that could clear a doubt."""
        for post in self._fleet.posts.values():
            for attempt, outcome in post.watch.release():
                self._certain(attempt, outcome)

    def _certain(self, attempt: Attempt, outcome: Outcome) -> None:
        ticket = self._clerk.ticket(attempt)
        if ticket is None or ticket.certain:
            return
        ticket.certain = True
        edition_id = self._supply.edition_of(attempt)
        watch = self._watches.get(edition_id) if edition_id is not None else None
        if watch is not None and edition_id is not None and (reason := watch.feed(attempt, outcome)):
            del self._watches[edition_id]  # until it is resumed: what was on its way pauses it no second time
            self._front.pause(edition_id, attempt, reason)
        relay = ticket.lane.post.name
        self._clerk.settle(settle(attempt, outcome, self._plan, now=self._clock(), relay=relay))
