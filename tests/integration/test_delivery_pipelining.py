"""Letters over a relay with PIPELINING: the next envelope rides behind the last dot, its body does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from delivery_ledger import Ledger, Watched, only, plan, write
from delivery_servers import DROP, PIPELINING, STALL, Scripted, quick, scripted, settings_for

from syndicate.delivery.plan import Progress, Report
from syndicate.delivery.send import deliver
from syndicate.delivery.smtp import SmtpRelay
from syndicate.model import DeliveryState
from syndicate.store.tables import delivery

pytest_plugins = ["delivery_fixtures"]

State = DeliveryState


def sent_over(
    people: Ledger,
    script: dict[str, str | list[str]],
    *,
    connections: int = 4,
    in_doubt: int | None = None,
    outbox: Any = None,
    arrived: Callable[[str], None] | None = None,
    seconds: dict[str, float] | None = None,
) -> tuple[Report, Scripted]:
    """Make one pass over a pipelining relay that follows `script`."""

    async def main() -> tuple[Report, Scripted]:
        async with scripted({"EHLO": PIPELINING} | script) as (server, port):
            server.arrived = arrived or server.arrived
            relay = SmtpRelay(settings_for(port, timeouts=quick(**(seconds or {}))))
            work = deliver(
                outbox or people.outbox,
                only(relay, connections),
                write,
                plan(in_doubt=in_doubt).plan,
                clock=people.clock,
                stop=asyncio.Event(),
            )
            return await asyncio.wait_for(work, 30), server

    return asyncio.run(main())


def state_of(people: Ledger, recipient: str) -> str:
    with people.store.read() as conn:
        return str(conn.scalar(sa.select(delivery.c.state).where(delivery.c.email == recipient)))


@pytest.mark.parametrize("connections", [1, 4])
@pytest.mark.parametrize("in_doubt", [None, 1, 16])
def test_everyone_gets_one_letter_whose_attempt_was_durable_before(
    ledger: Callable[[int], Ledger], connections: int, in_doubt: int | None
) -> None:
    """When a body arrives its delivery stands as sending in the database, and never too many are in doubt."""
    people = ledger(60)
    states: Counter[str] = Counter()
    watched = Watched(people.outbox)

    def arrived(recipient: str) -> None:
        states[state_of(people, recipient)] += 1

    report, server = sent_over(
        people, {}, connections=connections, in_doubt=in_doubt, outbox=watched, arrived=arrived
    )
    assert report.counts == Progress(sent=60)
    assert sorted(name for name, _ in server.taken) == sorted(f"p{n}@example.org" for n in range(60))
    assert states == {"sending": 60}
    assert watched.most_open <= (in_doubt or connections)
    assert people.states() == {State.SENT: 60}


def test_the_next_envelope_rides_behind_the_dot(ledger: Callable[[int], Ledger]) -> None:
    """MAIL, RCPT and DATA of the second letter are there before the first has its answer."""
    people = ledger(2)
    early: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hello\r\n")
        await reader.readline()
        writer.write(PIPELINING.encode() + b"\r\n")
        for number in range(2):
            for _ in range(0 if early else 3):
                await reader.readline()
            writer.write(b"250 ok\r\n250 ok\r\n354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            early.extend([await reader.readline() for _ in range(0 if number else 3)])
            writer.write(b"250 taken\r\n")
        writer.close()

    async def main() -> Report:
        async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
            relay = SmtpRelay(settings_for(server.sockets[0].getsockname()[1]))
            work = deliver(
                people.outbox,
                only(relay, 1),
                write,
                plan().plan,
                clock=people.clock,
                stop=asyncio.Event(),
            )
            return await asyncio.wait_for(work, 10)

    assert asyncio.run(main()).counts == Progress(sent=2)
    assert [line.split(b":")[0].strip() for line in early] == [b"MAIL FROM", b"RCPT TO", b"DATA"]


@pytest.mark.parametrize("data", ["354 go on", "554 5.5.1 no valid recipients", "503 5.5.1 no"])
def test_a_refused_recipient_stops_only_itself(ledger: Callable[[int], Ledger], data: str) -> None:
    """A 354 after a refused RCPT is ended with a lone dot, and no empty letter is taken for anybody."""
    people = ledger(8)
    script: dict[str, str | list[str]] = {
        "RCPT": ["250 ok", "250 ok", "550 5.1.1 no such user", "250 ok"],
        "DATA": ["354 go on", "354 go on", data, "354 go on"],
    }
    report, server = sent_over(people, script, connections=1)
    assert report.counts == Progress(sent=7, failed=1)
    assert server.lone_dots == (data.startswith("354"))
    assert server.said.count("RSET") == (not data.startswith("354"))
    assert len({name for name, _ in server.taken}) == len(server.taken) == 7
    assert server.sessions == 1


@pytest.mark.parametrize("act", [DROP, "what?", STALL])
def test_a_drop_after_the_dot_is_the_first_letters_matter(ledger: Callable[[int], Ledger], act: str) -> None:
    """The letter whose answer is missing is unknown; the one announced behind it costs no attempt."""
    people = ledger(6)
    report, server = sent_over(
        people, {"DOT": ["250 ok", act, "250 ok"]}, connections=1, seconds={"dot": 0.2}
    )
    assert report.counts == Progress(sent=5, unknown=1)
    assert [row[:3] for row in people.rows()] == [
        (f"p{n}", "unknown" if n == 1 else "sent", 1) for n in range(6)
    ]
    assert server.sessions == 2


def test_who_leaves_before_his_attempt_gets_no_body(ledger: Callable[[int], Ledger]) -> None:
    """An envelope that is on its way when its person leaves is not followed by a letter."""
    people = ledger(12)
    left: list[str] = []

    def arrived(recipient: str) -> None:
        if not left:
            left.extend(row[0] for row in people.rows() if row[1] == "pending")
            people.leave(*left)

    report, server = sent_over(people, {}, connections=2, arrived=arrived)
    assert len(left) >= 8
    assert report.counts.sent == 12 - len(left)
    assert {name.partition("@")[0] for name, _ in server.taken}.isdisjoint(left)
    assert Counter(row[1] for row in people.rows()) == {"skipped": len(left), "sent": 12 - len(left)}


def test_a_relay_that_ends_each_connection_after_some_letters_gets_all(
    ledger: Callable[[int], Ledger],
) -> None:
    """A 421 at MAIL in a session that took letters costs nobody an attempt."""
    people = ledger(30)
    script: dict[str, str | list[str]] = {"MAIL": ["250 ok", "250 ok", "421 4.7.0 enough"] * 60}
    report, server = sent_over(people, script, connections=1)
    assert report.counts == Progress(sent=30)
    assert {(row[1], row[2]) for row in people.rows()} == {("sent", 1)}
    assert server.sessions == 15


def test_a_connection_serves_as_many_letters_as_it_may(ledger: Callable[[int], Ledger]) -> None:
    """`per_connection` letters go over a connection, then it ends with QUIT and another is opened."""
    people = ledger(20)

    async def main() -> tuple[Report, Scripted]:
        async with scripted({"EHLO": PIPELINING}) as (server, port):
            relay = SmtpRelay(settings_for(port, per_connection=5))
            work = deliver(
                people.outbox,
                only(relay, 1),
                write,
                plan().plan,
                clock=people.clock,
                stop=asyncio.Event(),
            )
            return await asyncio.wait_for(work, 30), server

    report, server = asyncio.run(main())
    assert report.counts == Progress(sent=20)
    assert server.sessions in (4, 5)
    assert server.said.count("QUIT") >= 4
