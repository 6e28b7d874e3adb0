"""Several relays, limits, refusals that are about us, and who is told: a real ledger, real servers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from delivery_ledger import Ledger, only, plan, write
from delivery_servers import PIPELINING, Scripted, scripted, settings_for

from syndicate.delivery.limits import Limits, Rate
from syndicate.delivery.plan import Progress, RelaySpec, Report
from syndicate.delivery.send import Ears, deliver
from syndicate.delivery.smtp import SmtpRelay
from syndicate.model import Alert, DeliveryState
from syndicate.store.letters import enqueue

pytest_plugins = ["delivery_fixtures"]

State = DeliveryState
Script = dict[str, str | list[str]]


async def passed(
    people: Ledger,
    relays: tuple[RelaySpec, ...],
    *,
    alerts: list[Alert] | None = None,
    clock: Callable[[], datetime] | None = None,
) -> Report:
    """Make one pass over these relays."""
    told: list[Alert] = [] if alerts is None else alerts
    work = deliver(
        people.outbox,
        relays,
        write,
        plan().plan,
        clock=clock or people.clock,
        stop=asyncio.Event(),
        ears=Ears(alert=told.append),
    )
    return await asyncio.wait_for(work, 30)


def sent_over(
    people: Ledger, *scripts: Script, priorities: tuple[int, ...] = (), weights: tuple[int, ...] = ()
) -> tuple[Report, list[Scripted], list[Alert]]:
    """Make one pass over a relay for each script, named a, b, …"""
    alerts: list[Alert] = []

    async def main() -> tuple[Report, list[Scripted]]:
        async with AsyncExitStack() as stack:
            running = [await stack.enter_async_context(scripted(script)) for script in scripts]
            relays = tuple(
                RelaySpec(
                    "abc"[n],
                    SmtpRelay(settings_for(port)),
                    2,
                    weight=weights[n] if weights else 1,
                    priority=priorities[n] if priorities else 0,
                )
                for n, (_, port) in enumerate(running)
            )
            return await passed(people, relays, alerts=alerts), [server for server, _ in running]

    report, servers = asyncio.run(main())
    return report, servers, alerts


def test_two_relays_share_by_weight(ledger: Callable[[int], Ledger]) -> None:
    """Each relay gets letters, everyone gets one, and the heavier relay gets more."""
    people = ledger(200)
    report, (light, heavy), _ = sent_over(people, {}, {}, weights=(1, 4))
    assert report.counts == Progress(sent=200)
    assert len(light.taken) + len(heavy.taken) == 200
    assert 0 < len(light.taken) < len(heavy.taken)


@pytest.mark.parametrize(
    "script",
    [
        {"banner": "554 5.7.1 go away"},
        {"MAIL": "550 5.7.1 sender rejected"},
        {"MAIL": "421 4.7.0 too busy"},
        {"RCPT": "550 5.4.5 Daily user sending limit exceeded"},
        {"DOT": "554 Message rejected: Email address is not verified"},
    ],
)
def test_another_relay_takes_over_from_one_that_refuses_us(
    ledger: Callable[[int], Ledger], script: Script
) -> None:
    """What is about us rests that relay and fails no letter; the next relay by priority takes the others."""
    people = ledger(30)
    report, (_, second), alerts = sent_over(people, script, {}, priorities=(0, 1))
    assert report.relay_error is None
    assert report.counts.failed == 0
    assert report.counts.sent + report.counts.deferred == 30
    assert len(second.taken) == report.counts.sent >= 24
    expected = [] if "421" in str(script) else [("relay refuses", "a", "a")]
    assert [(one.cause, one.about, one.relay) for one in alerts] == expected
    assert all("@" not in one.message for one in alerts)


def test_a_limit_of_the_account_leaves_everything_deferred_or_untouched(
    ledger: Callable[[int], Ledger],
) -> None:
    """With one relay a quota ends the pass for an hour: nothing fails, and the operator is told."""
    people = ledger(30)
    report, _, alerts = sent_over(people, {"RCPT": "550 5.4.5 Daily user sending limit exceeded"})
    assert "5.4.5" in (report.relay_error or "")
    assert 3000 < report.back_in <= 3600
    assert set(people.states()) == {State.DEFERRED, State.PENDING}
    assert [one.cause for one in alerts] == ["relay refuses"]


def test_one_persons_421_is_not_everybodys(ledger: Callable[[int], Ledger]) -> None:
    """421 at RCPT defers that recipient, and the others leave over a new connection."""
    people = ledger(20)
    script: Script = {"RCPT": ["250 ok", "250 ok", "421 4.3.0 busy", "250 ok"]}
    report, _, alerts = sent_over(people, script)
    assert report.counts == Progress(sent=19, deferred=1)
    assert (report.relay_error, alerts) == (None, [])


def test_three_recipients_in_a_row_rest_the_relay(ledger: Callable[[int], Ledger]) -> None:
    """421 for three different recipients in a row is the relay's matter: it rests, the rest is untouched."""
    people = ledger(40)
    report, _, _ = sent_over(people, {"RCPT": "421 4.3.0 busy"})
    assert "421 4.3.0 busy" in (report.relay_error or "")
    assert people.states()[State.PENDING] >= 34
    assert 3 <= people.states()[State.DEFERRED] <= 6


@pytest.mark.parametrize("greeting", ["250-scripted\r\n250 SIZE 1000000", PIPELINING])
def test_a_letter_of_no_edition_goes_first(ledger: Callable[[int], Ledger], greeting: str) -> None:
    """A confirmation or an alert that is queued after an edition leaves before it, and to nobody's list."""
    people = ledger(40)
    with people.store.write() as conn:
        assert enqueue(
            conn,
            key="test/1",
            email="operator@example.org",
            body=b"Message-ID: <1@example.org>\r\nSubject: x\r\n\r\nx\r\n",
            now=people.now,
        )
    report, (server,), _ = sent_over(people, {"EHLO": greeting})
    assert report.counts == Progress(sent=41)
    # it is given out first; on a busy machine other connections may still be quicker with theirs
    assert "operator@example.org" in [name for name, _ in server.taken][:8]


def limited(
    people: Ledger, limits: Limits, clock: Callable[[], datetime] | None = None
) -> tuple[Report, list[str], float]:
    """Make one pass over a relay with these limits; return who got a letter, and how long it took."""

    async def main() -> tuple[Report, list[str], float]:
        async with scripted({"EHLO": PIPELINING}) as (server, port):
            began = asyncio.get_running_loop().time()
            report = await passed(people, only(SmtpRelay(settings_for(port)), limits=limits), clock=clock)
            return report, [name for name, _ in server.taken], asyncio.get_running_loop().time() - began

    return asyncio.run(main())


def wall() -> datetime:
    return datetime.now(UTC)


def test_letters_keep_to_a_rate(ledger: Callable[[int], Ledger]) -> None:
    """At 20 a second 40 letters take a second: the first 20 at once, the others one by one."""
    report, taken, seconds = limited(ledger(40), Limits(per_second=20), wall)
    assert report.counts == Progress(sent=40)
    assert len(set(taken)) == 40
    assert 0.9 < seconds < 5


def test_a_days_limit_is_kept_over_a_restart(ledger: Callable[[int], Ledger]) -> None:
    """Ten a day: ten leave, the rest waits in the ledger for tomorrow, also for a sender that starts anew."""
    people = ledger(30)
    report, _, _ = limited(people, Limits(per_day=10))
    assert report.counts == Progress(sent=10)
    assert people.states() == {State.SENT: 10, State.PENDING: 20}
    assert report.next_due is not None
    assert report.next_due > people.now + timedelta(hours=23)
    with people.store.write() as conn:  # as if an operator had them taken now
        conn.exec_driver_sql("UPDATE chunk SET due_at = (SELECT min(due_at) FROM delivery)")
    again, taken, _ = limited(people, Limits(per_day=10))
    assert (again.counts, taken) == (Progress(), [])
    people.now += timedelta(days=1, hours=1)
    assert limited(people, Limits(per_day=10))[0].counts == Progress(sent=10)


def test_a_domains_limit_holds_only_that_domain_up(ledger: Callable[[int], Ledger]) -> None:
    """Others leave at once while a limited domain keeps its pace."""
    people = ledger(30)
    with people.store.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET email = 'q' || id || '@slow.example' WHERE id % 3 = 0")
    limits = Limits(domains={"slow.example": Rate(5, 1)})
    report, taken, seconds = limited(people, limits, wall)
    assert report.counts == Progress(sent=30)
    assert sum(name.endswith("@slow.example") for name in taken[:24]) <= 6
    assert 0.9 < seconds < 5


@pytest.mark.parametrize(
    "greeting", ["250-scripted\r\n250 SIZE 10", "250-s\r\n250-PIPELINING\r\n250 SIZE 10"]
)
def test_another_relay_takes_what_one_must_not_be_asked_to_take(
    ledger: Callable[[int], Ledger], greeting: str
) -> None:
    """A letter too large for one relay goes over the other; where none takes it, it fails with the reason."""
    people = ledger(30)
    report, (first, second), _ = sent_over(people, {"EHLO": greeting}, {}, priorities=(0, 1))
    assert report.counts.sent == 30
    assert (len(first.taken), len(second.taken)) == (0, 30)
    assert not any(line.startswith("MAIL") for line in first.said)
    assert {(row[1], row[2]) for row in people.rows()} == {("sent", 1)}


def test_a_letter_that_no_relay_may_be_asked_to_take_fails(ledger: Callable[[int], Ledger]) -> None:
    """It is tried with one other relay, then failed with the reason."""
    people = ledger(5)
    small: Script = {"EHLO": "250-scripted\r\n250 SIZE 10"}
    report, _, _ = sent_over(people, small, small)
    assert report.counts.failed == 5
    assert all("this relay takes 10" in (row[3] or "") for row in people.rows())
