"""Letters over an open SMTP session: the commands of each, and what the answers mean.

before MAIL   the connection ended between letters          Returned
MAIL          421, 454 or 5xx: it is about us               Returned (the letter's own if SMTPUTF8)
RCPT, DATA    530: a login is wanted (RFC 4954 section 6)   Returned
MAIL          other 4xx                                     Deferred
RCPT, DATA    other 4xx / 5xx                               Deferred / Refused
the dot       4xx / 5xx                                     Deferred / Refused
anywhere      421                                           as above, and the connection is over
drop, silence or garbage before the body, at any command    Deferred
drop, silence or garbage once the body began                Unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from syndicate.delivery.wire import Lost, Reply, Wire
from syndicate.model import Deferred, Letter, Outcome, Refused, Returned, Sent, Unknown

_ABOUT_US: Final = frozenset({421, 454})
_LOGIN_WANTED: Final = 530


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait at each step (RFC 5321 section 4.5.3.2).

    A final dot given up earlier than the relay needs makes a second copy (RFC 1047).
    """

    connect: float = 30
    greeting: float = 300
    login: float = 60
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 1


class SmtpConnection:
    """An open session; see the top of this file for what each answer means."""

    def __init__(self, wire: Wire, offers: Mapping[str, str], timeouts: Timeouts, letters: int) -> None:
        self._wire = wire
        self._offers = offers
        self._timeouts = timeouts
        self._left = letters
        self._over = False
        self._in_letter = False
        self._body_began = False

    @property
    def usable(self) -> bool:
        """False once the relay ended it, or after as many letters as it is good for."""
        return not self._over and self._left > 0 and self._wire.quiet

    async def send(self, letter: Letter) -> Outcome:
        """Return what became of `letter`; never raises for what the wire does."""
        fault = unsendable(letter, self._offers)
        if fault is not None:
            return fault
        if self._over or not self._wire.quiet:
            return Returned("the relay closed the connection before a letter was begun")
        self._left -= 1
        self._in_letter, self._body_began = True, False
        try:
            outcome = await self._transact(letter)
        except Lost as lost:
            self._over = True
            return Unknown(str(lost)) if self._body_began else Deferred(None, str(lost))
        self._in_letter = False
        return outcome

    async def _transact(self, letter: Letter) -> Outcome:
        seconds = self._timeouts
        mail, encoding = mail_command(letter, self._offers)
        reply = await self._wire.ask(mail, seconds.mail)
        if not reply.good:
            return await self._turned_down(self._at_mail(reply, needs_utf8=encoding == "utf-8"), reply)
        reply = await self._wire.ask(f"RCPT TO:<{letter.recipient}>".encode(encoding), seconds.rcpt)
        if not reply.good:
            return await self._turned_down(self._at_envelope(reply), reply)
        reply = await self._wire.ask(b"DATA", seconds.data)
        if reply.code != 354:
            return await self._turned_down(self._at_envelope(reply), reply)
        self._body_began = True
        reply = await self._wire.hand_over(letter.body, block=seconds.block, dot=seconds.dot)
        if reply.good:
            return Sent(str(reply))
        self._over = reply.code == 421
        return _fate(reply)

    def _at_mail(self, reply: Reply, *, needs_utf8: bool) -> Outcome:
        if reply.code in _ABOUT_US or (reply.code >= 500 and not needs_utf8):
            return self._not_from_us(reply)
        return _fate(reply)

    def _at_envelope(self, reply: Reply) -> Outcome:
        return self._not_from_us(reply) if reply.code == _LOGIN_WANTED else _fate(reply)

    def _not_from_us(self, reply: Reply) -> Outcome:
        self._over = True
        return Returned(f"the relay does not take letters from us: {reply}")

    async def _turned_down(self, outcome: Outcome, reply: Reply) -> Outcome:
        """Clear the envelope for the next letter; what RSET meets does not change this one's fate."""
        self._over = self._over or reply.code == 421
        if not self._over:
            try:
                self._over = not (await self._wire.ask(b"RSET", self._timeouts.mail)).good
            except Lost:
                self._over = True
        return outcome

    async def close(self) -> None:
        """Say QUIT, unless the session is over or was left in the middle of a letter."""
        if not (self._over or self._in_letter) and self._wire.quiet:
            with suppress(Lost):
                await self._wire.ask(b"QUIT", self._timeouts.quit)
        self._wire.abort("closed")


def unsendable(letter: Letter, offers: Mapping[str, str]) -> Refused | None:
    """Return why this relay must not be asked to take `letter`, or None where it may be. Pure.

    Nothing that could end a command line early, or a path, may stand in an address (RFC 5321 4.1.2).
    """
    for address in (letter.sender, letter.recipient):
        if not address.isprintable() or "<" in address or ">" in address or "@" not in address.strip("@"):
            return Refused(None, "5.1.3 the address holds what no address may hold")
        if not address.isascii() and "smtputf8" not in offers:
            return Refused(None, "5.6.7 the address needs SMTPUTF8, which this relay does not offer")
    breaks = letter.body.count(b"\r\n")
    if letter.body.count(b"\n") != breaks or letter.body.count(b"\r") != breaks:
        return Refused(None, "5.6.0 the letter holds a bare CR or LF")
    if not letter.body.isascii() and "8bitmime" not in offers:
        return Refused(None, "5.6.3 the letter needs 8BITMIME, which this relay does not offer")
    limit = offers.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < len(letter.body):
        return Refused(None, f"5.3.4 the letter has {len(letter.body)} bytes, this relay takes {limit}")
    return None


def mail_command(letter: Letter, offers: Mapping[str, str]) -> tuple[bytes, str]:
    """Return the MAIL command with what it needs of the relay's `offers`, and the envelope's encoding.

    SIZE is RFC 1870, BODY is RFC 6152, SMTPUTF8 is RFC 6531. Pure.
    """
    parts = [f"MAIL FROM:<{letter.sender}>"]
    if "size" in offers:
        parts.append(f"SIZE={len(letter.body)}")
    if not letter.body.isascii():
        parts.append("BODY=8BITMIME")
    if letter.sender.isascii() and letter.recipient.isascii():
        return " ".join(parts).encode("ascii"), "ascii"
    return " ".join([*parts, "SMTPUTF8"]).encode(), "utf-8"


def _fate(reply: Reply) -> Outcome:
    if reply.code >= 500:
        return Refused(reply.code, reply.text)
    if reply.code >= 400:
        return Deferred(reply.code, reply.text)
    raise Lost(f"the relay answered out of turn: {reply}")
