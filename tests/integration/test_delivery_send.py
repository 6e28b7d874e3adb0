"""The send loop over a real ledger: nobody missed, nobody twice, and one fault stops only itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from delivery_ledger import NONE, NOW, How, Ledger, Watched, only, plan, write
from delivery_servers import DROP, STALL, quick, scripted, settings_for

from syndicate.delivery.folder import FolderRelay
from syndicate.delivery.limits import Limits
from syndicate.delivery.onebyone import OneByOne
from syndicate.delivery.plan import Progress, Report
from syndicate.delivery.ports import Relay
from syndicate.delivery.send import Ears, deliver, send_forever
from syndicate.delivery.smtp import SmtpRelay
from syndicate.delivery.verdicts import Verdict, judge
from syndicate.errors import RelayUnavailable, StoreError
from syndicate.model import Alert, Attempt, DeliveryState, Letter, Outcome, Sent

pytest_plugins = ["delivery_fixtures"]

State = DeliveryState
DEAF = Ears()


async def passed(
    ledger: Ledger,
    relay: Relay,
    how: How | None = None,
    *,
    outbox: Any = None,
    writing: Callable[[Attempt], Letter] = write,
    stop: asyncio.Event | None = None,
    ears: Ears = DEAF,
    limits: Limits = NONE,
) -> Report:
    """Make one pass."""
    how = how or plan()
    return await deliver(
        outbox or ledger.outbox,
        only(relay, how.connections, limits=limits),
        writing,
        how.plan,
        clock=ledger.clock,
        stop=stop or asyncio.Event(),
        ears=ears,
    )


class Acting:
    """A relay in memory whose connections do what a test says; the wire has tests of its own."""

    def __init__(self, act: Callable[[Letter], Outcome | Verdict], *, opens: int = 99) -> None:
        self._act = act
        self._opens = opens
        self.opened = 0

    async def open(self) -> OneByOne:
        self.opened += 1
        if self.opened > self._opens:
            raise RelayUnavailable("connect", "too many connections")
        return OneByOne(self)

    async def send(self, letter: Letter) -> Outcome | Verdict:
        await asyncio.sleep(0)
        return self._act(letter)


def test_everyone_gets_one_letter(ledger: Callable[[int], Ledger], tmp_path: Path) -> None:
    """All that is due is written once, recorded as sent, and a second pass sends nothing."""
    people = ledger(30)
    report = asyncio.run(passed(people, FolderRelay(tmp_path / "mail")))
    assert (report.counts, report.relay_error, report.next_due) == (Progress(sent=30), None, None)
    assert len(list((tmp_path / "mail").glob("*.eml"))) == 30
    assert people.states() == {State.SENT: 30}
    again = asyncio.run(passed(people, FolderRelay(tmp_path / "again")))
    assert str(again) == "nothing was due"
    assert not (tmp_path / "again").exists()


def test_each_fate_is_recorded_and_open_ones_are_due_again(ledger: Callable[[int], Ledger]) -> None:
    """Refused, deferred and unknown letters each stay their own recipient's matter."""
    people = ledger(6)

    async def main() -> Report:
        script = {
            "RCPT": ["250 ok", "550 5.1.1 no", "250 ok", "450 4.2.1 later", "250 ok"],
            "DOT": ["250 ok", DROP, "250 ok"],
        }
        async with scripted(script) as (_, port):
            return await passed(people, SmtpRelay(settings_for(port)), plan(1))

    report = asyncio.run(main())
    assert report.counts == Progress(sent=3, failed=1, unknown=1, deferred=1)
    assert [row[:3] for row in people.rows()] == [
        ("p0", "sent", 1),
        ("p1", "failed", 1),
        ("p2", "unknown", 1),
        ("p3", "deferred", 1),
        ("p4", "sent", 1),
        ("p5", "sent", 1),
    ]
    assert report.next_due is not None
    assert NOW + timedelta(minutes=4) <= report.next_due <= NOW + timedelta(minutes=5)


def test_a_deferred_letter_goes_out_later_with_the_same_bytes(ledger: Callable[[int], Ledger]) -> None:
    """A letter that was deferred or unknown is sent when it is due, and is the same letter."""
    people = ledger(1)

    async def main() -> None:
        script = {"DOT": ["451 later", DROP, "250 ok"]}
        async with scripted(script) as (server, port):
            for _ in range(3):
                await passed(people, SmtpRelay(settings_for(port)))
                people.now += timedelta(hours=1)
            (taken,) = server.taken
            assert b"<token-0@example.org>" in taken[1]
            assert server.sessions == 3

    asyncio.run(main())
    assert people.rows() == [("p0", "sent", 3, "250 ok")]


def test_no_more_letters_are_in_doubt_than_there_are_connections(ledger: Callable[[int], Ledger]) -> None:
    """Never are more letters handed over without a recorded outcome than connections allow."""
    people = ledger(60)
    watched = Watched(people.outbox)

    async def main() -> int:
        async with scripted({}) as (server, port):
            await passed(people, SmtpRelay(settings_for(port)), plan(5), outbox=watched)
            assert len({recipient for recipient, _ in server.taken}) == len(server.taken) == 60
            return server.most_at_once

    most_at_once = asyncio.run(main())
    assert watched.most_open == 5
    assert 1 < most_at_once <= 5
    assert watched.exchanges < 60


def test_a_letter_that_cannot_be_written_fails_alone(ledger: Callable[[int], Ledger], tmp_path: Path) -> None:
    """An error in one letter's template fails that delivery with the reason; all others are sent."""
    people = ledger(5)

    def broken_for_p2(attempt: Attempt) -> Letter:
        if attempt.email.startswith("p2@"):
            raise ValueError("slot name is missing")
        return write(attempt)

    report = asyncio.run(passed(people, FolderRelay(tmp_path / "mail"), writing=broken_for_p2))
    assert report.counts == Progress(sent=4, failed=1)
    assert "slot name is missing" in (people.rows()[2][3] or "")


def test_a_relay_that_is_away_costs_no_attempt(ledger: Callable[[int], Ledger]) -> None:
    """Where no connection can be had the pass ends with the reason, and every letter is as it was."""
    people = ledger(10)
    report = asyncio.run(passed(people, SmtpRelay(settings_for(1))))
    assert report.relay_error is not None
    assert "refused" in report.relay_error
    assert report.counts.settled == 0
    assert {(row[1], row[2]) for row in people.rows()} == {("pending", 0)}
    assert report.next_due == NOW


def test_a_relay_that_turns_the_sender_down_costs_no_attempt(ledger: Callable[[int], Ledger]) -> None:
    """5xx at MAIL on a new connection ends the pass as an unreachable relay does."""
    people = ledger(10)

    async def main() -> tuple[Report, int]:
        async with scripted({"MAIL": "550 5.7.1 sender not verified"}) as (server, port):
            return await passed(people, SmtpRelay(settings_for(port))), server.sessions

    report, sessions = asyncio.run(main())
    assert "not verified" in (report.relay_error or "")
    assert {(row[1], row[2]) for row in people.rows()} == {("pending", 0)}
    assert sessions == 4


def test_a_relay_that_turns_everyone_down_ends_the_pass(ledger: Callable[[int], Ledger]) -> None:
    """Ten refusals that name no address, and no letter taken: they are tried again, the others wait."""
    people = ledger(30)
    denied = judge("dot", 554, "We do not like what you say")
    report = asyncio.run(passed(people, Acting(lambda _: denied)))
    assert report.relay_error is not None
    assert "554 We do not like what you say" in report.relay_error
    assert people.states()[State.PENDING] >= 30 - 10 - 4
    assert State.FAILED not in people.states()
    assert State.SENDING not in people.states()
    people.now += timedelta(minutes=6)  # the fleet of a new pass begins without rests
    assert asyncio.run(passed(people, Acting(lambda _: Sent("250")))).relay_error is None
    assert people.states() == {State.SENT: 30}


@pytest.mark.parametrize(("count", "refused"), [(30, 9), (7, 7)])
def test_refusals_before_the_first_letter_taken_stay_refusals(
    ledger: Callable[[int], Ledger], count: int, refused: int
) -> None:
    """Where the relay takes a later letter, or nothing else is due, a 5xx is the person's own and final."""
    people = ledger(count)
    bad = {f"p{number}@example.org" for number in range(refused)}
    relay = Acting(lambda one: judge("dot", 550, "no") if one.recipient in bad else Sent("250"))
    report = asyncio.run(passed(people, relay))
    assert (report.counts, report.relay_error) == (Progress(sent=count - refused, failed=refused), None)


def test_a_list_of_dead_addresses_pauses_the_edition_and_blames_no_relay(
    ledger: Callable[[int], Ledger],
) -> None:
    """Refusals that name the address are final; more than 5 % of the first 200 pause the edition."""
    people = ledger(30)
    alerts: list[Alert] = []
    relay = Acting(lambda _: judge("rcpt", 550, "5.1.1 no such user"))
    report = asyncio.run(passed(people, relay, plan(1), ears=Ears(alert=alerts.append)))
    assert (report.counts, report.relay_error, report.next_due) == (Progress(failed=11), None, None)
    assert people.states() == {State.FAILED: 11, State.PENDING: 19}
    assert [(one.cause, one.about) for one in alerts] == [("edition paused", "daily/2026-11-23")]
    assert "syndicate editions resume daily/2026-11-23" in alerts[0].message
    assert "@" not in alerts[0].message


def test_connections_that_work_carry_on_without_those_that_do_not(ledger: Callable[[int], Ledger]) -> None:
    """A relay that allows two connections of four gets everything over those two."""
    people = ledger(40)
    relay = Acting(lambda _: Sent(), opens=2)
    report = asyncio.run(passed(people, relay))
    assert (report.counts, report.relay_error) == (Progress(sent=40), None)
    assert relay.opened == 4
    assert {(row[1], row[2]) for row in people.rows()} == {("sent", 1)}


def test_a_connection_that_serves_few_letters_is_replaced(ledger: Callable[[int], Ledger]) -> None:
    """A relay that says 421 at every third MAIL, or closes, still gets everything, without a lost try."""
    people = ledger(30)

    async def main() -> int:
        script = {"MAIL": ["250 ok", "250 ok", "421 4.7.0 enough"] * 60}
        async with scripted(script) as (server, port):
            await passed(people, SmtpRelay(settings_for(port)), plan(1))
            return server.sessions

    assert asyncio.run(main()) == 15
    assert {(row[1], row[2]) for row in people.rows()} == {("sent", 1)}


def test_a_bug_in_one_letter_leaves_the_others(
    ledger: Callable[[int], Ledger], caplog: pytest.LogCaptureFixture
) -> None:
    """An unforeseen error makes that letter unknown, is logged with its traceback, and the rest is sent."""
    people = ledger(10)

    def act(letter: Letter) -> Outcome:
        if letter.name == "p3":
            raise ZeroDivisionError
        return Sent()

    relay = Acting(act)
    with caplog.at_level(logging.INFO):
        report = asyncio.run(passed(people, relay))
    assert report.counts == Progress(sent=9, unknown=1)
    assert people.rows()[3][:3] == ("p3", "unknown", 1)
    assert "ZeroDivisionError" in caplog.text
    assert "@example.org" not in caplog.text


def test_a_lane_that_is_ended_from_inside_leaves_nothing_held(ledger: Callable[[int], Ledger]) -> None:
    """A cancellation that comes out of a connection costs that lane, and the pass still ends."""
    people = ledger(10)

    def act(letter: Letter) -> Outcome:
        if letter.name == "p3":
            raise asyncio.CancelledError
        return Sent()

    report = asyncio.run(passed(people, Acting(act)))
    assert report.counts == Progress(sent=9, unknown=1)
    assert State.SENDING not in people.states()


def test_a_stop_claims_nothing_new_and_lets_letters_in_flight_end(ledger: Callable[[int], Ledger]) -> None:
    """After a stop the letters in flight are recorded, and the rest waits, unattempted."""
    people = ledger(50)

    async def main() -> tuple[Report, int]:
        stop = asyncio.Event()

        def act(letter: Letter) -> Outcome:
            if letter.name == "p10":
                stop.set()
            return Sent()

        return await passed(people, Acting(act), stop=stop), 0

    report, _ = asyncio.run(main())
    assert 11 <= report.counts.sent <= 14
    assert people.states() == {State.SENT: report.counts.sent, State.PENDING: 50 - report.counts.sent}
    assert all(tries == (state == "sent") for _, state, tries, _ in people.rows())


def test_a_letter_unanswered_after_a_stop_is_unknown(ledger: Callable[[int], Ledger]) -> None:
    """Letters that a stalling relay holds when the grace is over are unknown, and the pass ends."""
    people = ledger(10)

    async def main() -> Report:
        stop = asyncio.Event()
        async with scripted({"DOT": ["250 ok", STALL]}) as (server, port):
            task = asyncio.create_task(passed(people, SmtpRelay(settings_for(port)), plan(2), stop=stop))
            while server.bodies < 3:
                await asyncio.sleep(0.005)
            stop.set()
            return await task

    report = asyncio.run(main())
    assert report.counts == Progress(sent=1, unknown=2)
    assert people.states() == {State.SENT: 1, State.UNKNOWN: 2, State.PENDING: 7}


def test_a_stop_does_not_wait_for_a_relay_that_does_not_greet(ledger: Callable[[int], Ledger]) -> None:
    """Letters whose connection is still being opened are given back at once on a stop."""
    people = ledger(10)

    async def main() -> Report:
        stop = asyncio.Event()
        async with scripted({"banner": STALL}) as (server, port):
            pace = plan(2, grace=60.0)
            task = asyncio.create_task(passed(people, SmtpRelay(settings_for(port)), pace, stop=stop))
            while server.sessions < 2:
                await asyncio.sleep(0.005)
            stop.set()
            async with asyncio.timeout(5):
                return await task

    report = asyncio.run(main())
    assert report.counts == Progress()
    assert {(row[1], row[2]) for row in people.rows()} == {("pending", 0)}


@pytest.mark.parametrize("number", [1, 2, 5])
def test_a_store_that_fails_ends_the_pass_and_what_is_known_is_kept(
    ledger: Callable[[int], Ledger], number: int
) -> None:
    """A failed exchange is raised once the letters in flight have ended and what is known is recorded."""
    people = ledger(40)
    watched = Watched(people.outbox, failing={number: StoreError("database is locked")})
    sent: list[str] = []

    def act(letter: Letter) -> Outcome:
        sent.append(letter.name)
        return Sent()

    with pytest.raises(StoreError, match="locked"):
        asyncio.run(passed(people, Acting(act), outbox=watched))
    assert people.states().get(State.SENT, 0) == len(sent)
    assert State.SENDING not in people.states()


def test_a_store_that_comes_back_soon_gets_what_is_known(ledger: Callable[[int], Ledger]) -> None:
    """While another program holds the database, heard answers are kept and recorded when it lets go."""
    people = ledger(10)
    failing: dict[int, Exception] = {n: StoreError("database is locked") for n in range(2, 7)}
    watched = Watched(people.outbox, failing=failing)
    with pytest.raises(StoreError, match="locked"):
        asyncio.run(passed(people, Acting(lambda _: Sent()), plan(persist=5), outbox=watched))
    assert people.states() == {State.SENT: 4, State.PENDING: 6}


def test_a_stop_ends_the_wait_for_a_broken_store(ledger: Callable[[int], Ledger]) -> None:
    """SIGTERM is not held up by a store that does not come back."""
    people = ledger(10)
    failing: dict[int, Exception] = {n: StoreError("disk full") for n in range(2, 99)}

    async def main() -> None:
        stop = asyncio.Event()

        def act(letter: Letter) -> Outcome:
            asyncio.get_running_loop().call_later(0.1, stop.set)
            return Sent()

        watched = Watched(people.outbox, failing=failing)
        how = plan(persist=60, persist_every=60)
        async with asyncio.timeout(10):
            await passed(people, Acting(act), how, outbox=watched, stop=stop)

    with pytest.raises(StoreError, match="disk full"):
        asyncio.run(main())


def test_a_store_that_stays_broken_is_left_to_recovery(ledger: Callable[[int], Ledger]) -> None:
    """Where outcomes cannot be recorded at all, they become unknown: one copy each at most."""
    people = ledger(10)
    failing: dict[int, Exception] = {n: StoreError("disk full") for n in range(2, 99)}
    with pytest.raises(StoreError, match="disk full"):
        asyncio.run(passed(people, Acting(lambda _: Sent()), outbox=Watched(people.outbox, failing=failing)))
    assert people.states() == {State.UNKNOWN: 4, State.PENDING: 6}


def test_a_store_error_while_writing_a_letter_ends_the_pass(ledger: Callable[[int], Ledger]) -> None:
    """A letter that cannot be read from the store is not its recipient's fate: it waits, unattempted."""
    people = ledger(10)

    def unreadable(attempt: Attempt) -> Letter:
        raise StoreError("disk error")

    with pytest.raises(StoreError, match="disk error"):
        asyncio.run(passed(people, Acting(lambda _: Sent()), writing=unreadable))
    assert {(row[1], row[2]) for row in people.rows()} == {("pending", 0)}


def test_a_cancelled_pass_leaves_no_letter_in_sending(ledger: Callable[[int], Ledger]) -> None:
    """A pass that is cancelled records what it held: unknown where it was handed over."""
    people = ledger(10)

    async def main() -> None:
        async with scripted({"DOT": STALL}) as (server, port):
            task = asyncio.create_task(passed(people, SmtpRelay(settings_for(port)), plan(2)))
            while server.bodies < 2:
                await asyncio.sleep(0.005)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert people.states() == {State.UNKNOWN: 2, State.PENDING: 8}


def test_progress_is_heard_up_to_the_end(ledger: Callable[[int], Ledger]) -> None:
    """The listener hears growing counts, and the whole at last."""
    people = ledger(20)
    heard: list[int] = []
    ears = Ears(progress=lambda progress: heard.append(progress.sent))
    asyncio.run(passed(people, Acting(lambda _: Sent()), ears=ears))
    assert heard == sorted(heard)
    assert heard[-1] == 20


class Forever:
    """The endless loop as a task, with the reports it gave."""

    def __init__(self, ledger: Ledger, relay: Relay, **pace: float) -> None:
        self.stop, self.wake = asyncio.Event(), asyncio.Event()
        self.reports: list[Report] = []
        self._noted = asyncio.Event()
        self.task = asyncio.create_task(
            send_forever(
                ledger.outbox,
                only(relay, 2),
                write,
                replace(plan(2).plan, pace=replace(plan(2).plan.pace, **pace)),
                clock=ledger.clock,
                stop=self.stop,
                wake=self.wake,
                ears=Ears(report=self._note),
            )
        )

    def _note(self, report: Report) -> None:
        self.reports.append(report)
        self._noted.set()

    async def reported(self, number: int) -> Report:
        """Wait until there are `number` reports; return that one."""
        async with asyncio.timeout(10):
            while len(self.reports) < number:
                self._noted.clear()
                await self._noted.wait()
        return self.reports[number - 1]

    async def ends(self) -> None:
        self.stop.set()
        async with asyncio.timeout(5):
            await self.task


def test_the_loop_recovers_what_a_dead_sender_left(ledger: Callable[[int], Ledger]) -> None:
    """Letters that were in flight when a sender died are sent again, each once, and nobody is missing."""
    people = ledger(10)
    chunk = people.outbox.take(now=NOW)
    assert chunk is not None
    people.outbox.exchange([], chunk.waiting[:3], now=NOW)
    taken: list[str] = []

    async def main() -> None:
        def act(letter: Letter) -> Outcome:
            taken.append(letter.name)
            return Sent()

        loop = Forever(people, Acting(act))
        assert (await loop.reported(1)).counts.sent == 10
        await loop.ends()

    asyncio.run(main())
    assert sorted(taken) == sorted(f"p{n}" for n in range(10))
    assert sorted(row[2] for row in people.rows()) == [1] * 7 + [2] * 3


def test_a_wake_starts_the_next_pass_at_once(ledger: Callable[[int], Ledger]) -> None:
    """The loop sleeps while nothing is due and looks again when it is woken."""
    people = ledger(1)

    async def main() -> None:
        loop = Forever(people, Acting(lambda _: Sent()), idle=60.0)
        assert (await loop.reported(1)).counts.sent == 1
        loop.wake.set()
        assert str(await loop.reported(2)) == "nothing was due"
        await asyncio.sleep(0.05)  # a wake that was heeded must not be heeded again
        await loop.ends()
        assert len(loop.reports) == 2

    asyncio.run(main())


def test_the_loop_rests_from_a_relay_that_is_away_and_comes_back(ledger: Callable[[int], Ledger]) -> None:
    """After a relay error the loop rests, tries again when the rest is over, and all letters leave then."""
    people = ledger(5)

    class Away(Acting):
        async def open(self) -> OneByOne:
            if self.opened < 3:
                self.opened += 1
                raise RelayUnavailable("connect", "nobody listens")
            return await super().open()

    async def main() -> None:
        loop = Forever(people, Away(lambda _: Sent()), shortest_rest=0.01, longest_rest=0.02, idle=60.0)
        while not (loop.reports and loop.reports[-1].counts.sent):
            await loop.reported(len(loop.reports) + 1)
            people.now += timedelta(minutes=10)
        assert loop.reports[-1].counts.sent == 5
        await loop.ends()

    asyncio.run(main())
    assert {row[2] for row in people.rows()} == {1}


def test_no_wake_ends_the_first_seconds_of_a_rest(ledger: Callable[[int], Ledger]) -> None:
    """New editions do not make the loop hammer at a relay that has just refused us, yet a stop ends it."""
    people = ledger(1)

    async def main() -> None:
        loop = Forever(people, SmtpRelay(settings_for(1)), shortest_rest=30.0)
        await loop.reported(1)
        loop.wake.set()
        await asyncio.sleep(0.05)
        assert len(loop.reports) == 1
        await loop.ends()

    asyncio.run(main())


def test_letters_leave_a_stalling_relay_by_its_timeouts(ledger: Callable[[int], Ledger]) -> None:
    """A relay that falls silent at RCPT defers the letter it holds, and the others go on elsewhere."""
    people = ledger(6)

    async def main() -> Report:
        script = {"RCPT": ["250 ok", STALL, "250 ok"]}
        async with scripted(script) as (_, port):
            relay = SmtpRelay(settings_for(port, timeouts=quick(rcpt=0.05)))
            return await passed(people, relay, plan(2))

    assert asyncio.run(main()).counts == Progress(sent=5, deferred=1)
