"""A seeded storm over a real ledger and hostile relays: what happens in it, and what is judged meanwhile."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import sqlalchemy as sa
from delivery_ledger import RETRY, Ledger, write
from delivery_servers import quick, settings_for
from hostile_server import Hostile, hostile

from syndicate.delivery.limits import Limits, Rate
from syndicate.delivery.plan import Pace, RelaySpec, SendPlan
from syndicate.delivery.send import deliver
from syndicate.delivery.smtp import SmtpRelay
from syndicate.errors import StoreError
from syndicate.model import Attempt, Letter
from syndicate.store.letters import enqueue
from syndicate.store.outbox import StoreOutbox

PEOPLE = 60
PASSES = 60
ENDED = {"sent", "failed", "skipped"}


class Failing:
    """The real outbox, of which a call fails now and then, and another follows after a commit."""

    def __init__(self, outbox: Any, dice: Random, rate: float) -> None:
        self._outbox = outbox
        self._dice = dice
        self._rate = rate
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._outbox, name)

        def call(*values: Any, **named: Any) -> Any:
            self.calls += 1
            trouble = self._dice.random()
            if trouble < self._rate / 2:
                raise StoreError(f"{name} failed")
            answer = method(*values, **named)
            if trouble < self._rate and name in {"exchange", "give_back", "keep", "pause"}:
                raise StoreError(f"{name} failed after its commit")
            return answer

        return call


@dataclass
class Storm:
    """What one seed makes happen, and what is judged of it."""

    people: Ledger
    dice: Random
    servers: list[Hostile] = field(default_factory=list)
    relays: tuple[RelaySpec, ...] = ()
    handed: Counter[tuple[str, int]] = field(default_factory=Counter)
    gone: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    rough: bool = False  # a body may be on its way that no server has read
    stolen: bool = False  # another sender took a chunk, and calls unknown what was under way

    def __post_init__(self) -> None:
        dice = self.dice
        self.most = dice.choice([None, 1, 2, 4, 30])
        self.plan = SendPlan(
            RETRY,
            self.most,
            pace=Pace(grace=dice.choice([0.05, 0.5]), persist=0.2, persist_every=0.02),
        )
        self.trouble = dice.choice([0.0, 0.0, 0.02])
        self.outbox = Failing(self.people.outbox, dice, 0.0)
        self.speed = dice.choice([5, 50])

    async def servers_up(self, stack: AsyncExitStack) -> None:
        dice = self.dice
        rate = dice.choice([0.0, 0.02, 0.1, 0.4])
        specs = []
        for number in range(dice.choice([1, 1, 2])):
            pipelining, stalls = dice.random() < 0.6, dice.random() < 0.3
            server = Hostile(dice, rate=rate, pipelining=pipelining, stalls=stalls)
            server.arrives = self.arrives
            port = await stack.enter_async_context(hostile(server))
            seconds = quick(greeting=1, mail=0.3, rcpt=0.3, data=0.3, dot=0.3, quit=0.05)
            most = dice.choice([1, 3, 1000])
            settings = settings_for(port, timeouts=seconds, per_connection=most)
            limits = dice.choice(
                [
                    Limits(),
                    Limits(),
                    Limits(per_second=40),
                    Limits(per_hour=25),
                    Limits(domains={"example.org": Rate(30, 1)}),
                ]
            )
            self.servers.append(server)
            specs.append(
                RelaySpec(
                    f"r{number}",
                    SmtpRelay(settings),
                    dice.choice([1, 2, 5]),
                    weight=dice.choice([1, 3]),
                    priority=dice.choice([0, number]),
                    limits=limits,
                )
            )
        self.relays = tuple(specs)

    # ------------------------------------------------------------ what is judged at once

    def arrives(self, recipient: str, body: bytes) -> None:
        """Hold each body against the ledger as it comes in."""
        with self.people.store.read() as conn:
            rows = conn.exec_driver_sql(
                "SELECT email, state, attempts, token FROM delivery WHERE email = ? OR state = 'sending'",
                (recipient,),
            ).all()
        mine = next(row for row in rows if row[0] == recipient)
        self.handed[recipient, mine[2]] += 1
        if mine[1] != "sending" and not self.stolen:
            self.wrong.append(f"a body for {recipient} that is {mine[1]}")
        if self.handed[recipient, mine[2]] > 1:
            self.wrong.append(f"two bodies for attempt {mine[2]} of {recipient}")
        if recipient in self.gone and mine[2] > self.gone[recipient]:
            self.wrong.append(f"an attempt for {recipient} after the unsubscription")
        if b"To: " + recipient.encode() not in body or f"<{mine[3]}@".encode() not in body:
            self.wrong.append(f"another letter for {recipient}")
        standing = set().union(*(server.standing for server in self.servers))
        in_doubt = standing & {row[0] for row in rows if row[1] == "sending"}
        most = self.most or sum(relay.connections for relay in self.relays)
        if len(in_doubt) > most and not self.rough:
            self.wrong.append(f"{len(in_doubt)} letters in doubt instead of {most}")

    # ------------------------------------------------------------ what happens

    async def calamities(self, work: asyncio.Task[Any], stop: asyncio.Event) -> None:
        """Let things happen while a pass is under way."""
        happenings: list[Callable[[], None]] = [self.leave, self.leave, self.turn, self.jump, self.urgent]
        while not work.done():
            await asyncio.sleep(self.dice.choice([0.005, 0.03, 0.2]))
            chance = self.dice.random()
            if chance < 0.04:
                self.rough = True
                stop.set()
            elif chance < 0.06 and not work.cancelling():
                self.rough = True
                work.cancel()
            elif chance < 0.07:
                self.steal()
            elif chance < 0.3:
                self.dice.choice(happenings)()

    def leave(self) -> None:
        name = f"p{self.dice.randrange(PEOPLE)}"
        address = f"{name}@example.org"
        if address in self.gone or len(self.gone) > 6:
            return
        self.people.leave(name)
        with self.people.store.read() as conn:
            self.gone[address] = conn.exec_driver_sql(
                "SELECT attempts FROM delivery WHERE email = ?", (address,)
            ).scalar_one()

    def turn(self) -> None:
        """Pause the edition, or resume it."""
        with self.people.store.write() as conn:
            conn.exec_driver_sql(
                "UPDATE edition SET state = CASE state WHEN 'open' THEN 'paused' ELSE 'open' END"
            )

    def jump(self) -> None:
        self.people.now += timedelta(hours=self.dice.choice([-1, 1, 24]))

    def steal(self) -> None:
        """Let another sender take a chunk of ours, as if this one had slept past its lease."""
        self.rough = self.stolen = True
        with self.people.store.write() as conn:
            conn.exec_driver_sql("UPDATE chunk SET leased_until = '2026-11-01' WHERE owner IS NOT NULL")
        thief = StoreOutbox(self.people.store, owner="thief")
        chunk = thief.take(now=self.people.now)
        if chunk is not None:
            thief.give_back(chunk, now=self.people.now)

    def urgent(self) -> None:
        """Queue a letter of no edition."""
        number = self.dice.randrange(10**9)
        body = f"To: o{number}@example.org\r\nMessage-ID: <{number}@example.org>\r\n\r\nx\r\n"
        with self.people.store.write() as conn:
            enqueue(
                conn,
                key=f"k/{number}",
                email=f"o{number}@example.org",
                body=body.encode(),
                now=self.people.now,
            )

    def write(self, attempt: Attempt) -> Letter:
        if attempt.email == "p7@example.org":
            raise RuntimeError("a letter that cannot be written")
        return write(attempt)

    # ------------------------------------------------------------ passes

    async def run(self) -> None:
        async with AsyncExitStack() as stack:
            await self.servers_up(stack)
            for number in range(PASSES):
                calm = number >= PASSES // 4
                for server in self.servers:
                    server.calm = calm
                    server.standing.clear()
                await self.one_pass(calm)
                self.people.outbox.recover(now=self.people.now)
                if calm:
                    with self.people.store.write() as conn:
                        conn.exec_driver_sql("UPDATE edition SET state = 'open', reason = 'resumed'")
                if self.is_over():
                    return
                self.people.now += timedelta(minutes=self.dice.choice([10, 90]))

    async def one_pass(self, calm: bool) -> None:
        stop = asyncio.Event()
        self.rough = self.stolen = False
        self.outbox._rate = 0.0 if calm else self.trouble
        began, moment = self.people.now, asyncio.get_running_loop().time

        since = moment()

        def clock() -> datetime:
            return self.people.now + timedelta(seconds=(moment() - since) * self.speed)

        sessions, calls = sum(one.sessions for one in self.servers), self.outbox.calls
        work = asyncio.create_task(
            deliver(self.outbox, self.relays, self.write, self.plan, clock=clock, stop=stop)
        )
        weather = None if calm else asyncio.create_task(self.calamities(work, stop))
        done, _ = await asyncio.wait({work}, timeout=20)
        if weather is not None:
            weather.cancel()
        if not done:
            work.cancel()
            raise AssertionError(f"a pass that began at {began} does not end")
        error = None if work.cancelled() else work.exception()
        assert error is None or isinstance(error, StoreError), error
        if error is None and not (work.cancelled() and self.outbox._rate):
            assert self.held() == (0, 0), f"held after a pass: {self.held()}"
        assert sum(one.sessions for one in self.servers) - sessions < 12 * PEOPLE
        assert self.outbox.calls - calls < 40 * PEOPLE
        assert not self.wrong, self.wrong

    def rows(self) -> list[tuple[str, str, str | None, int]]:
        """Return of each letter whom it is for, its state, why, and how many of its attempts are unknown."""
        statement = sa.text(
            "SELECT email, state, reply, (SELECT count(*) FROM attempt a WHERE a.delivery_id = d.id"
            " AND a.state = 'unknown') FROM delivery d"
        )
        with self.people.store.read() as conn:
            return [(str(a), str(b), c, int(d)) for a, b, c, d in conn.execute(statement)]

    def held(self) -> tuple[int, int]:
        """Return how many chunks are owned, and how many letters are being sent."""
        with self.people.store.read() as conn:
            owned = conn.exec_driver_sql("SELECT count(*) FROM chunk WHERE owner IS NOT NULL")
            sending = conn.exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'sending'")
            return owned.scalar_one(), sending.scalar_one()

    def is_over(self) -> bool:
        return all(state in ENDED for _, state, _, _ in self.rows())
