"""One letter through a real SMTP session: what each answer, drop and silence makes of it."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from delivery_servers import (
    BODY,
    DROP,
    STALL,
    Scripted,
    certificate,
    letter,
    mailbox,
    only_ani,
    quick,
    scripted,
    server_context,
    settings_for,
    trusting,
)

from syndicate.delivery.session import Timeouts
from syndicate.delivery.smtp import SmtpRelay
from syndicate.errors import RelayUnavailable
from syndicate.model import Deferred, Letter, Outcome, Refused, Returned, Sent, Unknown

Script = Mapping[str, str | list[str]]


def sent_through(
    script: Script, *letters: Letter, timeouts: Timeouts | None = None
) -> tuple[list[Outcome], bool, Scripted]:
    """Send letters over one connection; return their outcomes, whether it is usable then, the server."""

    async def main() -> tuple[list[Outcome], bool, Scripted]:
        async with scripted(script) as (server, port):
            relay = SmtpRelay(settings_for(port, timeouts=timeouts or quick()))
            connection = await relay.open()
            outcomes = [await connection.send(one) for one in letters or (letter(),)]
            usable = connection.room
            await connection.close()
            return outcomes, usable, server

    return asyncio.run(main())


def test_a_good_session_delivers_the_very_bytes() -> None:
    """A letter arrives as it was written, leading dots and all, and the session ends with QUIT."""
    outcomes, usable, server = sent_through({}, letter("ani"), letter("budi"))
    assert outcomes == [Sent("250 2.0.0 taken")] * 2
    assert usable
    stuffed = BODY.replace(b"\r\n.", b"\r\n..")
    assert server.taken == [("ani@example.org", stuffed), ("budi@example.org", stuffed)]
    assert server.said[1] == f"MAIL FROM:<news@example.org> SIZE={len(BODY)}"
    assert server.said[-1] == "QUIT"


@pytest.mark.parametrize(
    ("script", "outcome", "usable"),
    [
        ({"MAIL": "451 4.3.0 busy"}, Deferred(451, "4.3.0 busy"), True),
        ({"RCPT": "450 4.2.1 greylisted"}, Deferred(450, "4.2.1 greylisted"), True),
        ({"RCPT": "550-5.1.1 no\r\n550 5.1.1 such user"}, Refused(550, "5.1.1 no 5.1.1 such user"), True),
        ({"RCPT": "421 4.3.2 closing"}, Deferred(421, "4.3.2 closing"), False),
        ({"DATA": "452 4.3.1 full"}, Deferred(452, "4.3.1 full"), True),
        ({"DATA": "554 5.5.1 no recipients"}, Refused(554, "5.5.1 no recipients"), True),
        ({"DOT": "451 4.7.1 later"}, Deferred(451, "4.7.1 later"), True),
        ({"DOT": "554 5.7.1 spam"}, Refused(554, "5.7.1 spam"), True),
        ({"DOT": "421 4.3.2 closing"}, Deferred(421, "4.3.2 closing"), False),
    ],
)
def test_each_answer_at_each_stage_has_its_fate(script: Script, outcome: Outcome, usable: bool) -> None:
    """4xx defers and 5xx refuses at RCPT, DATA and the dot; 421 also ends the connection."""
    assert sent_through(script)[:2] == ([outcome], usable)


@pytest.mark.parametrize("said", ["550 5.7.1 sender rejected", "421 4.7.0 slow down", "454 4.7.0 no"])
def test_a_sender_turned_down_is_not_the_recipients_fate(said: str) -> None:
    """5xx, 421 and 454 at MAIL give the letter back, unattempted, and end the connection."""
    outcomes, usable, _ = sent_through({"MAIL": said})
    assert isinstance(outcomes[0], Returned)
    assert said in outcomes[0].text
    assert not usable


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_login_wanted_late_is_not_the_recipients_fate(stage: str) -> None:
    """530 at RCPT or DATA (RFC 4954) defers the letter."""
    outcomes, _, _ = sent_through({stage: "530 5.7.0 Authentication required"})
    assert outcomes == [Deferred(530, "5.7.0 Authentication required")]


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("act", [DROP, STALL, "what?", "354 go on", "25"])
def test_trouble_before_the_body_is_safe_to_try_again(stage: str, act: str) -> None:
    """A drop, silence or nonsense before the body was handed over defers the letter, without a code."""
    if (stage, act) == ("DATA", "354 go on"):
        act = "250 go on"
    seconds = quick(mail=0.05, rcpt=0.05, data=0.05)
    outcomes, usable, server = sent_through({stage: act}, timeouts=seconds)
    assert isinstance(outcomes[0], Deferred)
    assert outcomes[0].code is None
    assert not usable
    assert server.taken == []


@pytest.mark.parametrize("stage", ["BODY", "DOT"])
@pytest.mark.parametrize("act", [DROP, STALL, "what?", "354 go on"])
def test_trouble_after_the_body_began_is_unknown(stage: str, act: str) -> None:
    """A drop, silence or nonsense in the body or after the dot leaves the letter unknown."""
    outcomes, usable, _ = sent_through({stage: act}, timeouts=quick(dot=0.05))
    assert isinstance(outcomes[0], Unknown)
    assert not usable


def test_a_relay_that_stops_reading_is_left() -> None:
    """A body that the relay does not take in time is unknown, long before the final dot's ten minutes."""
    big = letter(body=b"x" * 70 + b"\r\n" + (b"y" * 70 + b"\r\n") * 200_000)
    script = {"BODY": STALL, "EHLO": "250 scripted"}
    started = time.monotonic()
    outcomes, _, _ = sent_through(script, big, timeouts=quick(block=0.2))
    assert isinstance(outcomes[0], Unknown)
    assert time.monotonic() - started < 5


def test_a_letter_follows_a_refused_one_on_the_same_connection() -> None:
    """After a refusal the envelope is cleared, and the next letter is delivered."""
    script = {"RCPT": ["550 5.1.1 no", "250 ok"]}
    outcomes, _, server = sent_through(script, letter("gone"), letter("ani"))
    assert [type(one) for one in outcomes] == [Refused, Sent]
    verbs = [line.split()[0] for line in server.said]
    assert verbs == ["EHLO", "MAIL", "RCPT", "RSET", "MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.parametrize("said", [DROP, "503 what", "421 4.3.2 closing"])
def test_a_relay_that_does_not_clear_an_envelope_attempts_nothing(said: str) -> None:
    """A session that ends at RSET gives the next letter back, and the refused one stays refused."""
    outcomes, usable, _ = sent_through({"RCPT": "550 5.1.1 no", "RSET": said}, letter("gone"), letter("ani"))
    assert outcomes[0] == Refused(550, "5.1.1 no")
    assert isinstance(outcomes[1], Returned)
    assert not usable


def test_a_relay_that_hung_up_between_letters_took_nothing() -> None:
    """A connection that ended while idle is not usable, and returns a letter given to it all the same."""

    async def main() -> None:
        async with scripted({"DOT": "250 ok\r\n421 4.3.2 good bye"}) as (server, port):
            connection = await SmtpRelay(settings_for(port)).open()
            assert isinstance(await connection.send(letter()), Sent)
            assert not connection.room
            assert isinstance(await connection.send(letter("budi")), Returned)
            await connection.close()
            assert len(server.taken) == 1

    asyncio.run(main())


def test_a_connection_left_in_the_middle_of_a_letter_says_no_more() -> None:
    """After a cancelled letter the connection is just closed: a QUIT would become part of the letter."""

    async def main() -> None:
        async with scripted({"RCPT": STALL}) as (server, port):
            connection = await SmtpRelay(settings_for(port, timeouts=quick(quit=5))).open()
            sending = asyncio.create_task(connection.send(letter()))
            while not server.said[-1].startswith("RCPT"):
                await asyncio.sleep(0.001)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
            async with asyncio.timeout(1):
                await connection.close()
            assert not connection.room

    asyncio.run(main())


def test_a_bad_address_is_refused_before_anything_is_written() -> None:
    """A recipient that smuggles a command never reaches the wire, and the connection stays good."""
    bad = Letter("news@example.org", "x@a.example>\r\nRCPT TO:<y@b.example", "1@x", "one", BODY)
    outcomes, usable, server = sent_through({}, bad)
    assert isinstance(outcomes[0], Refused)
    assert usable
    assert [verb.split()[0] for verb in server.said] == ["EHLO", "QUIT"]


def test_a_connection_is_recycled_after_its_letters() -> None:
    """A connection is not usable after `per_connection` letters."""

    async def main() -> None:
        async with scripted({}) as (_, port):
            connection = await SmtpRelay(settings_for(port, per_connection=2)).open()
            used = []
            for _number in range(2):
                used.append(connection.room)
                await connection.send(letter())
            assert [*used, connection.room] == [True, True, False]
            await connection.close()

    asyncio.run(main())


def opened(port_settings: Any) -> RelayUnavailable | None:
    """Open and close a connection; return why that was not possible."""

    async def main() -> RelayUnavailable | None:
        try:
            connection = await SmtpRelay(port_settings).open()
        except RelayUnavailable as error:
            return error
        await connection.close()
        return None

    return asyncio.run(main())


@pytest.mark.parametrize(
    ("script", "step", "code"),
    [
        ({"banner": "554 5.7.1 go away"}, "connect", 554),
        ({"banner": "421 4.3.2 busy"}, "connect", 421),
        ({"banner": DROP}, "connect", None),
        ({"banner": STALL}, "connect", None),
        ({"banner": "what?"}, "connect", None),
        ({"EHLO": "421 4.3.2 busy"}, "connect", 421),
    ],
)
def test_a_relay_that_does_not_greet_is_unavailable(script: Script, step: str, code: int | None) -> None:
    """No greeting means no connection: the step and the server's code are told."""

    async def main() -> None:
        async with scripted(script) as (_, port):
            with pytest.raises(RelayUnavailable) as caught:
                await SmtpRelay(settings_for(port, timeouts=quick(greeting=0.1))).open()
        assert (caught.value.step, caught.value.code) == (step, code)

    asyncio.run(main())


def test_a_closed_port_and_an_unknown_name_are_told_apart() -> None:
    """Nobody listening and no such name are both of the step connect, in different words."""
    refused = opened(settings_for(1))
    assert refused is not None
    assert refused.step == "connect"
    assert "refused" in str(refused)
    unknown = opened(settings_for(25, host="relay.invalid"))
    assert unknown is not None
    assert unknown.step == "connect"
    assert "name was not found" in str(unknown)


def test_starttls_is_verified_and_carries_letters_and_login(tmp_path: Path) -> None:
    """With a certificate that we trust, a letter goes out encrypted, after login."""
    path = certificate(tmp_path)
    told: list[tuple[str, str]] = []

    async def main() -> None:
        server = {"tls_context": server_context(path), "require_starttls": True, "authenticator": only_ani}
        async with mailbox(**server, auth_required=True) as (box, port):
            settings = settings_for(
                port, security="starttls", tls=trusting(path), username="ani", password=lambda: "pass word"
            )
            relay = SmtpRelay(settings, lambda step, words: told.append((step, words)))
            connection = await relay.open()
            assert isinstance(await connection.send(letter()), Sent)
            assert isinstance(await connection.send(letter("budi", body=BODY * 5000)), Sent)
            await connection.close()
            assert [one.content for one in box.envelopes] == [BODY, BODY * 5000]

    asyncio.run(main())
    assert [step for step, _ in told] == ["connect", "tls", "login"]
    assert "certificate verified" in told[1][1]


def test_tls_from_the_first_byte_is_verified(tmp_path: Path) -> None:
    """Port 465's way: encrypted at once, verified, and a letter goes through."""
    path = certificate(tmp_path)

    async def main() -> None:
        async with mailbox(implicit=server_context(path)) as (box, port):
            connection = await SmtpRelay(settings_for(port, security="tls", tls=trusting(path))).open()
            assert isinstance(await connection.send(letter()), Sent)
            await connection.close()
            assert box.envelopes[0].rcpt_tos == ["ani@example.org"]

    asyncio.run(main())


@pytest.mark.parametrize("security", ["tls", "starttls"])
@pytest.mark.parametrize("wrong", ["untrusted", "other name"])
def test_a_certificate_that_cannot_be_verified_stops_us(tmp_path: Path, security: str, wrong: str) -> None:
    """An unknown signer or another name than the host's is refused before login."""
    path = certificate(tmp_path, names="DNS:other.example" if wrong == "other name" else "IP:127.0.0.1")
    trust = ssl.create_default_context() if wrong == "untrusted" else trusting(path)

    async def main() -> None:
        context = server_context(path)
        options = {"implicit": context} if security == "tls" else {"tls_context": context}
        async with mailbox(**options) as (box, port):
            settings = settings_for(
                port, security=security, tls=trust, username="ani", password=lambda: "pass word"
            )
            with pytest.raises(RelayUnavailable, match="certificate is not accepted") as caught:
                await SmtpRelay(settings).open()
            assert caught.value.step == "tls"
            assert box.envelopes == []

    asyncio.run(main())


def test_nothing_goes_in_clear_where_starttls_is_not_offered() -> None:
    """A relay without STARTTLS, or one stripped of it, gets neither login nor letter."""

    async def main() -> None:
        script = {"EHLO": "250-scripted\r\n250 AUTH PLAIN"}
        async with scripted(script) as (server, port):
            settings = settings_for(port, security="starttls", username="ani", password=lambda: "secret")
            with pytest.raises(RelayUnavailable, match="offers no STARTTLS") as caught:
                await SmtpRelay(settings).open()
            assert caught.value.step == "tls"
            assert [verb.split()[0] for verb in server.said] == ["EHLO"]

    asyncio.run(main())


def test_a_starttls_that_is_refused_stops_us() -> None:
    """An answer other than 220 to STARTTLS ends the way in."""

    async def main() -> None:
        script = {"EHLO": "250-scripted\r\n250 STARTTLS", "STARTTLS": "454 4.7.0 not now"}
        async with scripted(script) as (_, port):
            with pytest.raises(RelayUnavailable) as caught:
                await SmtpRelay(settings_for(port, security="starttls")).open()
            assert (caught.value.step, caught.value.code) == ("tls", 454)

    asyncio.run(main())


def test_a_wrong_password_is_told_without_being_shown(tmp_path: Path) -> None:
    """A refused login names the step and the code, and no text holds the password."""
    path = certificate(tmp_path)

    async def main() -> None:
        server = {"tls_context": server_context(path), "authenticator": only_ani}
        async with mailbox(**server) as (_, port):
            settings = settings_for(
                port, security="starttls", tls=trusting(path), username="ani", password=lambda: "wr0ng"
            )
            with pytest.raises(RelayUnavailable) as caught:
                await SmtpRelay(settings).open()
            assert (caught.value.step, caught.value.code) == ("login", 535)
            assert "wr0ng" not in str(caught.value) + repr(settings)

    asyncio.run(main())


def test_a_relay_without_login_is_said_to_have_none() -> None:
    """Where a login is set and none is offered, nothing is sent."""

    async def main() -> None:
        async with scripted({}) as (_, port):
            settings = settings_for(port, username="ani", password=lambda: "secret")
            with pytest.raises(RelayUnavailable, match="AUTH") as caught:
                await SmtpRelay(settings).open()
            assert caught.value.step == "login"

    asyncio.run(main())


def test_a_password_file_that_cannot_be_read_is_of_the_step_login(tmp_path: Path) -> None:
    """A missing password file is told as a failed login, with the file's name."""

    async def main() -> None:
        async with scripted({"EHLO": "250-scripted\r\n250 AUTH PLAIN"}) as (_, port):
            missing = tmp_path / "password"
            settings = settings_for(port, username="ani", password=missing.read_text)
            with pytest.raises(RelayUnavailable, match="No such file") as caught:
                await SmtpRelay(settings).open()
            assert caught.value.step == "login"
            assert str(missing) in str(caught.value)

    asyncio.run(main())


@pytest.mark.parametrize("offered", [True, False])
def test_an_international_address_needs_a_relay_that_takes_it(offered: bool) -> None:
    """A non-ASCII local part goes out with SMTPUTF8 where offered, and is refused with 5.6.7 elsewhere."""

    async def main() -> None:
        async with mailbox(enable_SMTPUTF8=offered) as (box, port):
            connection = await SmtpRelay(settings_for(port)).open()
            outcome = await connection.send(letter("añi"))
            plain = await connection.send(letter("ani"))
            await connection.close()
            assert isinstance(plain, Sent)
            if offered:
                assert isinstance(outcome, Sent)
                assert box.envelopes[0].rcpt_tos == ["añi@example.org"]
                assert [one.smtp_utf8 for one in box.envelopes] == [True, False]
            else:
                assert isinstance(outcome, Refused)
                assert outcome.text.startswith("5.6.7")

    asyncio.run(main())
