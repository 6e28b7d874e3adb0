"""Rare moments of the send loop that once went wrong: each by a real ledger and a real server."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from delivery_ledger import How, Ledger, Watched, only, plan, write
from delivery_servers import DROP, PIPELINING, STALL, quick, scripted, settings_for

from syndicate.delivery.onebyone import OneByOne
from syndicate.delivery.plan import Progress, RelaySpec, Report
from syndicate.delivery.ports import Relay
from syndicate.delivery.send import deliver
from syndicate.delivery.smtp import SmtpRelay
from syndicate.delivery.verdicts import Verdict, judge
from syndicate.model import DeliveryState, Letter, Outcome, Sent
from syndicate.store.letters import enqueue
from syndicate.store.tables import delivery

pytest_plugins = ["delivery_fixtures"]

State = DeliveryState
PLAIN = "250-scripted\r\n250 SIZE 1000000"


async def passed(
    people: Ledger,
    relays: tuple[RelaySpec, ...],
    how: How | None = None,
    *,
    outbox: Any = None,
    stop: asyncio.Event | None = None,
) -> Report:
    """Make one pass."""
    work = deliver(
        outbox or people.outbox,
        relays,
        write,
        (how or plan()).plan,
        clock=people.clock,
        stop=stop or asyncio.Event(),
    )
    return await asyncio.wait_for(work, 30)


def own_domains(people: Ledger) -> None:
    """Give each person a domain of his own."""
    with people.store.write() as conn:
        address = delivery.c.email.concat(sa.func.cast(delivery.c.id, sa.Text)).concat(".example")
        conn.execute(sa.update(delivery).values(email=sa.func.replace(address, "@", "@x")))


class Answers:
    """A relay in memory that answers as an awaited function says."""

    def __init__(self, answer: Callable[[Letter], Awaitable[Outcome | Verdict]]) -> None:
        self._answer = answer

    async def open(self) -> OneByOne:
        return OneByOne(self)

    async def send(self, letter: Letter) -> Outcome | Verdict:
        return await self._answer(letter)


@pytest.mark.parametrize("greeting", [PLAIN, PIPELINING])
def test_the_last_letters_in_flight_at_a_stop_are_unknown(
    ledger: Callable[[int], Ledger], greeting: str
) -> None:
    """A body that left is never taken back as untouched, also where no letter is announced behind it."""
    people = ledger(2)

    async def main() -> Report:
        stop = asyncio.Event()
        async with scripted({"EHLO": greeting, "DOT": STALL}) as (server, port):
            work = asyncio.create_task(
                passed(people, only(SmtpRelay(settings_for(port)), 2), plan(2), stop=stop)
            )
            while server.bodies < 2:
                await asyncio.sleep(0.005)
            stop.set()
            return await work

    assert asyncio.run(main()).counts == Progress(unknown=2)
    assert people.states() == {State.UNKNOWN: 2}


def test_a_letter_that_a_folder_is_writing_at_a_stop_is_not_taken_back(
    ledger: Callable[[int], Ledger],
) -> None:
    """The last letter is recorded as what became of it."""
    people = ledger(1)

    async def main() -> Report:
        stop = asyncio.Event()

        async def slowly(letter: Letter) -> Outcome:
            stop.set()
            await asyncio.sleep(0.1)
            return Sent()

        return await passed(people, only(Answers(slowly), 1), plan(grace=5), stop=stop)

    assert asyncio.run(main()).counts == Progress(sent=1)
    assert people.states() == {State.SENT: 1}


@pytest.mark.parametrize("greeting", [PLAIN, PIPELINING])
def test_a_relay_that_refuses_one_connection_while_others_are_logging_in_is_used(
    ledger: Callable[[int], Ledger], greeting: str
) -> None:
    """More connections than the relay allows cost nothing: those that it lets in carry all letters."""
    people = ledger(20)
    at_once = 0

    async def main() -> Report:
        async with scripted({"EHLO": greeting}) as (server, _):

            async def two_at_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                nonlocal at_once
                at_once += 1
                try:
                    if at_once > 2:
                        writer.write(b"421 4.7.0 Error: too many connections\r\n")
                        writer.close()
                        return
                    await asyncio.sleep(0.1)
                    await server(reader, writer)
                finally:
                    at_once -= 1

            async with await asyncio.start_server(two_at_once, "127.0.0.1", 0) as listening:
                port = listening.sockets[0].getsockname()[1]
                return await passed(people, only(SmtpRelay(settings_for(port)), 4))

    report = asyncio.run(main())
    assert report.relay_error is None
    assert report.counts == Progress(sent=20)


def test_a_refusal_is_laid_to_him_whose_envelope_it_answers(ledger: Callable[[int], Ledger]) -> None:
    """The answer to the envelope of somebody who left meanwhile says nothing about who comes next."""
    people = ledger(3)

    class Leaving(Watched):
        """An outbox at which p0 leaves just before his attempt would begin."""

        def exchange(self, settled: Any, wanted: Any, *, now: Any) -> Any:
            if any(one.email.startswith("p0@") for one in wanted):
                people.leave("p0")
            return super().exchange(settled, wanted, now=now)

    async def main() -> Report:
        async with scripted({"RCPT": ["550 5.1.1 no such user", "250 ok"]}) as (server, _):

            async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                answer = server._answer

                async def later(verb: str, writer: asyncio.StreamWriter) -> str:
                    if verb == "RCPT":
                        await asyncio.sleep(0.1)
                    return await answer(verb, writer)

                server._answer = later  # type: ignore[method-assign]
                await server(reader, writer)

            async with await asyncio.start_server(slowly, "127.0.0.1", 0) as listening:
                port = listening.sockets[0].getsockname()[1]
                relays = only(SmtpRelay(settings_for(port)), 1)
                return await passed(people, relays, outbox=Leaving(people.outbox))

    report = asyncio.run(main())
    assert report.counts == Progress(sent=2)
    assert [row[:2] for row in people.rows()] == [("p0", "skipped"), ("p1", "sent"), ("p2", "sent")]


def test_letters_out_of_doubt_make_no_room_a_second_time(ledger: Callable[[int], Ledger]) -> None:
    """A refusal that was held back, and is no longer, lets no further attempt begin beyond `in_doubt`."""
    people = ledger(64)
    own_domains(people)
    in_doubt: set[str] = set()
    most = 0

    class Counting(Watched):
        """Counts the letters that have begun, were not refused and have no recorded outcome."""

        def exchange(self, settled: Any, wanted: Any, *, now: Any) -> Any:
            nonlocal most
            granted = super().exchange(settled, wanted, now=now)
            in_doubt.difference_update(one.attempt.email for one in settled)
            in_doubt.update(one.email for one in granted.attempts)
            most = max(most, len(in_doubt))
            return granted

    async def main() -> Report:
        async def answer(letter: Letter) -> Outcome | Verdict:
            await asyncio.sleep(0.003)
            number = int(letter.name[1:])
            if number % 16 != 5:
                return Sent()
            in_doubt.discard(letter.recipient)
            return judge("rcpt", 550, f"refused, {'abcdefgh'[number // 16] * 3}")

        outbox = Counting(people.outbox)
        return await passed(people, only(Answers(answer), 4), plan(in_doubt=2), outbox=outbox)

    assert asyncio.run(main()).counts == Progress(sent=60, failed=4)
    assert most == 2


def test_what_is_about_us_is_seen_also_when_few_letters_are_left(ledger: Callable[[int], Ledger]) -> None:
    """Refusals that trickle in while others are still awaited are weighed together, and fail nobody."""
    people = ledger(4)
    own_domains(people)
    count = 0

    async def main() -> Report:
        async def answer(letter: Letter) -> Outcome | Verdict:
            nonlocal count
            count += 1
            await asyncio.sleep(0.25 * count)
            return judge("dot", 554, "message refused by policy of this house")

        return await passed(people, only(Answers(answer), 4))

    report = asyncio.run(main())
    assert report.counts.failed == 0
    assert "policy of this house" in (report.relay_error or "")


@pytest.mark.parametrize("answer", ["554 5.7.1 no thanks", "550 5.3.0 nothing for you"])
def test_a_refusal_that_comes_after_a_stop_is_recorded_as_one(
    ledger: Callable[[int], Ledger], answer: str
) -> None:
    """What the relay refused while the sender ended is no letter without an answer."""
    people = ledger(4)

    async def main() -> Report:
        stop = asyncio.Event()
        async with scripted({"EHLO": PIPELINING, "RCPT": ["250 ok", answer]}) as (server, port):

            class Slow(Watched):
                """An outbox that takes its time to begin attempts."""

                def exchange(self, settled: Any, wanted: Any, *, now: Any) -> Any:
                    time.sleep(0.3)
                    return super().exchange(settled, wanted, now=now)

            work = asyncio.create_task(
                passed(
                    people,
                    only(SmtpRelay(settings_for(port)), 2),
                    plan(2, grace=0.01),
                    stop=stop,
                    outbox=Slow(people.outbox),
                )
            )
            while not any(line.startswith("DATA") for line in server.said):
                await asyncio.sleep(0.001)
            await asyncio.sleep(0.05)
            stop.set()
            return await work

    asyncio.run(main())
    assert "unknown" not in {state for _, state, _, _ in people.rows()}


def test_a_chunk_that_comes_back_while_letters_of_it_are_at_hand_is_sent_once(
    ledger: Callable[[int], Ledger],
) -> None:
    """An edition that is paused and resumed while a connection is still being opened reaches all once."""
    people = ledger(12)
    sent: Counter[str] = Counter()
    opened = 0
    resuming: list[asyncio.TimerHandle] = []
    resumed = asyncio.Event()

    def turn(state: str) -> None:
        with people.store.write() as conn:
            conn.exec_driver_sql("UPDATE edition SET state = ?", (state,))

    async def answer(letter: Letter) -> Outcome:
        sent[letter.recipient] += 1
        await asyncio.sleep(0.7 if letter.name == "p1" else 0.05)
        if sent.total() == 4 and not resuming:
            turn("paused")
            resuming.append(asyncio.get_running_loop().call_later(0.3, turn, "open"))
            resuming.append(asyncio.get_running_loop().call_later(1.6, resumed.set))
        return Sent()

    class Late(Answers):
        """A relay whose second connection is long in coming."""

        async def open(self) -> OneByOne:
            nonlocal opened
            opened += 1
            if opened > 1:
                await resumed.wait()
            return await super().open()

    async def main() -> Report:
        return await passed(people, only(Late(answer), 2), plan(2))

    asyncio.run(main())
    people.now += timedelta(minutes=1)
    asyncio.run(main())
    assert set(sent.values()) == {1}
    assert people.states() == {State.SENT: 12}


def test_a_chunk_that_is_being_taken_at_a_stop_is_given_back(ledger: Callable[[int], Ledger]) -> None:
    """Nothing is owned by a sender that ended well, whatever the ledger was asked a moment before."""
    people = ledger(10)

    async def main() -> Report:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        class Stopped(Watched):
            """An outbox at which the stop comes while it takes a chunk."""

            def take(self, **how: Any) -> Any:
                loop.call_soon_threadsafe(stop.set)
                time.sleep(0.1)
                return people.outbox.take(**how)

        async def answer(letter: Letter) -> Outcome:
            return Sent()

        return await passed(people, only(Answers(answer)), outbox=Stopped(people.outbox), stop=stop)

    assert asyncio.run(main()).counts == Progress()
    with people.store.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM chunk WHERE owner IS NOT NULL").scalar() == 0


def test_an_operator_who_resumes_an_edition_in_the_same_pass_is_heard(
    ledger: Callable[[int], Ledger],
) -> None:
    """What paused an edition once does not pause it again after the operator let it go on."""
    people = ledger(40)
    with people.store.write() as conn:
        enqueue(conn, key="k", email="operator@example.org", body=b"x\r\n", now=people.now)

    def resume() -> int:
        with people.store.write() as conn:
            resumed = "UPDATE edition SET state = 'open', reason = 'resumed' WHERE state = 'paused'"
            return conn.exec_driver_sql(resumed).rowcount

    def failed() -> int:
        with people.store.read() as conn:
            count = "SELECT count(*) FROM delivery WHERE state = 'failed'"
            return int(conn.exec_driver_sql(count).scalar_one())

    async def answer(letter: Letter) -> Outcome | Verdict:
        if letter.name != "operator":
            return judge("rcpt", 550, "5.1.1 no such user")
        while not resume():
            await asyncio.sleep(0.01)
        for _ in range(600):  # while this letter is under way the pass goes on
            if failed() > 30:  # the last answers are written when there is room for more, or at the end
                break
            await asyncio.sleep(0.05)
        return Sent()

    async def main() -> Report:
        return await passed(people, only(Answers(answer), 2))

    assert asyncio.run(main()).counts == Progress(sent=1, failed=40)


def test_a_slow_store_lets_few_letters_meet_a_relay_that_turns_all_down(
    ledger: Callable[[int], Ledger],
) -> None:
    """Nobody more is announced while what a relay said to those before waits to be weighed."""
    people = ledger(60)

    class Slow(Watched):
        """An outbox that takes its time."""

        def exchange(self, settled: Any, wanted: Any, *, now: Any) -> Any:
            time.sleep(0.1)
            return super().exchange(settled, wanted, now=now)

    async def main() -> Report:
        async with scripted({"RCPT": "421 4.3.0 busy"}) as (_, port):
            return await passed(people, only(SmtpRelay(settings_for(port)), 2), outbox=Slow(people.outbox))

    report = asyncio.run(main())
    assert "421 4.3.0 busy" in (report.relay_error or "")
    assert 3 <= people.states()[State.DEFERRED] <= 6


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "DOT"])
def test_another_relay_takes_over_from_one_that_drops_each_connection(
    ledger: Callable[[int], Ledger], stage: str
) -> None:
    """A relay that hangs up on one letter after the other rests; those after go another way."""
    people = ledger(60)

    async def main() -> Report:
        async with scripted({stage: DROP}) as (_, bad), scripted({}) as (_, good):
            relays: list[Relay] = [SmtpRelay(settings_for(port)) for port in (bad, good)]
            return await passed(
                people, (RelaySpec("bad", relays[0], 2), RelaySpec("good", relays[1], 2, priority=1))
            )

    report = asyncio.run(main())
    assert report.counts.sent >= 46
    assert report.counts.sent + report.counts.deferred + report.counts.unknown == 60
    assert bool(report.counts.unknown) == (stage == "DOT")


def test_one_hung_connection_does_not_keep_a_rested_relay_from_work(
    ledger: Callable[[int], Ledger],
) -> None:
    """After its rest a relay gets new connections, also while an old one is still not answered."""
    people = ledger(30)

    async def main() -> int:
        async with scripted({"DOT": ["250 ok", STALL, "250 ok"]}) as (server, port):
            timeouts = quick(dot=1.5)
            relays = only(SmtpRelay(settings_for(port, timeouts=timeouts)), 2)
            server.script["RCPT"] = [*["250 ok"] * 6, *["421 4.3.0 busy"] * 3, "250 ok"]
            work = asyncio.create_task(passed(people, relays))
            for _ in range(8):
                await asyncio.sleep(0.1)
                people.now += timedelta(seconds=10)
            sent_meanwhile = people.states()[State.SENT]
            await work
            return sent_meanwhile

    assert asyncio.run(main()) > 20
