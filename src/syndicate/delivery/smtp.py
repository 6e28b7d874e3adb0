"""The only file that knows aiosmtplib: it opens the session; the letters go over our own wire.

What the answers mean (RFC 5321 section 4.2.1, RFC 1047 for the last one):

    before MAIL   the connection ended between letters          Returned
    MAIL          421, 454 or 5xx: it is about us               Returned (the letter's own if SMTPUTF8)
    MAIL          other 4xx                                     Deferred
    RCPT, DATA    4xx / 5xx                                     Deferred / Refused
    the dot       4xx / 5xx                                     Deferred / Refused
    anywhere      421                                           as above, and the connection is over
    drop, silence or garbage before the body, at any command    Deferred
    drop, silence or garbage once the body began                Unknown
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, Literal, cast

import aiosmtplib

from syndicate.delivery.ports import Tell, tell_nobody
from syndicate.delivery.wire import Lost, Reply, Wire
from syndicate.errors import RelayUnavailable
from syndicate.model import Deferred, Letter, Outcome, Refused, Returned, Sent, Unknown

_ABOUT_US: Final = frozenset({421, 454})


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


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to come into one relay. `password` is asked at each login; `tls` is the system's trust if None."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str = ""
    password: Callable[[], str] = field(default=str, repr=False)
    tls: ssl.SSLContext | None = None
    timeouts: Timeouts = Timeouts()
    per_connection: int = 100


class SmtpRelay:
    """A submission host. `tell` hears of each step on the way in."""

    def __init__(self, settings: SmtpSettings, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._tell = tell
        self._context = settings.tls

    async def open(self) -> SmtpConnection:
        """Return a connection that is greeted, encrypted as set and logged in; else RelayUnavailable."""
        settings = self._settings
        with _step("connect", settings):
            sock = await _dial(settings)
        client = await self._client(sock)
        try:
            await self._come_in(client)
            if client.transport is None:
                raise RelayUnavailable("login", f"{settings.host} closed the connection")
            wire = Wire(cast(asyncio.Transport, client.transport))
        except BaseException:
            client.close()
            raise
        return SmtpConnection(wire, dict(client.esmtp_extensions), settings)

    async def _client(self, sock: socket.socket) -> aiosmtplib.SMTP:
        settings = self._settings
        if self._context is None and settings.security != "none":
            self._context = await asyncio.to_thread(ssl.create_default_context)
        return aiosmtplib.SMTP(
            hostname=settings.host,
            sock=sock,
            use_tls=settings.security == "tls",
            start_tls=False,
            tls_context=self._context,
            local_hostname=await asyncio.to_thread(_own_name),
            timeout=settings.timeouts.greeting,
        )

    async def _come_in(self, client: aiosmtplib.SMTP) -> None:
        settings = self._settings
        with _step("tls" if settings.security == "tls" else "connect", settings):
            greeting = await client.connect()
            self._tell("connect", f"{greeting.code} {greeting.message}")
            if settings.security == "tls":
                self._tell("tls", _cipher(client))
            await _hello(client)
        if settings.security == "starttls":
            with _step("tls", settings):
                await self._encrypt(client)
        if settings.username:
            with _step("login", settings):
                reply = await client.login(
                    settings.username, settings.password(), timeout=settings.timeouts.login
                )
                self._tell("login", f"{reply.code} {reply.message}")

    async def _encrypt(self, client: aiosmtplib.SMTP) -> None:
        if not client.supports_extension("starttls"):
            host = self._settings.host
            raise RelayUnavailable("tls", f"{host} offers no STARTTLS, and nothing is sent in clear")
        await client.starttls(timeout=self._settings.timeouts.login)
        await _hello(client)
        self._tell("tls", _cipher(client))


class SmtpConnection:
    """An open session; see the top of this file for what each answer means."""

    def __init__(self, wire: Wire, offers: dict[str, str], settings: SmtpSettings) -> None:
        self._wire = wire
        self._offers = offers
        self._timeouts = settings.timeouts
        self._left = settings.per_connection
        self._over = False
        self._in_letter = False
        self._body_began = False

    @property
    def usable(self) -> bool:
        """False once the relay ended it, or after `per_connection` letters."""
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
            return await self._turned_down(_fate(reply), reply)
        reply = await self._wire.ask(b"DATA", seconds.data)
        if reply.code != 354:
            return await self._turned_down(_fate(reply), reply)
        self._body_began = True
        reply = await self._wire.hand_over(letter.body, block=seconds.block, dot=seconds.dot)
        if reply.good:
            return Sent(str(reply))
        self._over = reply.code == 421
        return _fate(reply)

    def _at_mail(self, reply: Reply, *, needs_utf8: bool) -> Outcome:
        if reply.code in _ABOUT_US or (reply.code >= 500 and not needs_utf8):
            self._over = True
            return Returned(f"the relay does not take letters from us: {reply}")
        return _fate(reply)

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


def unsendable(letter: Letter, offers: dict[str, str]) -> Refused | None:
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


def mail_command(letter: Letter, offers: dict[str, str]) -> tuple[bytes, str]:
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


async def _dial(settings: SmtpSettings) -> socket.socket:
    """Return a connected socket; OSError with the last address's reason where none answers."""
    loop = asyncio.get_running_loop()
    failure: OSError | None = None
    async with asyncio.timeout(settings.timeouts.connect):
        for family, kind, proto, _, address in await loop.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM
        ):
            sock = socket.socket(family, kind, proto)
            sock.setblocking(False)
            try:
                await loop.sock_connect(sock, address)
            except OSError as error:
                sock.close()
                failure = error
            except BaseException:
                sock.close()
                raise
            else:
                return sock
    raise failure or OSError("the name has no address")


async def _hello(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        if not client.is_connected:
            raise
        await client.helo()


def _own_name() -> str:
    name = socket.getfqdn()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "localhost"


def _cipher(client: aiosmtplib.SMTP) -> str:
    name, version, _ = client.get_transport_info("cipher")
    return f"{version}, {name}, certificate verified" if _verifies(client) else f"{version}, {name}"


def _verifies(client: aiosmtplib.SMTP) -> bool:
    context = client.get_transport_info("sslcontext")
    return isinstance(context, ssl.SSLContext) and context.verify_mode is ssl.CERT_REQUIRED


@contextmanager
def _step(name: str, settings: SmtpSettings) -> Iterator[None]:
    """Translate what goes wrong in one step into RelayUnavailable, in words."""
    where = f"{settings.host}:{settings.port}"
    try:
        yield
    except aiosmtplib.SMTPResponseException as error:
        text = " ".join(str(error.message).split())[:500]
        code = error.code if error.code > 0 else None
        raise RelayUnavailable(name, f"{where} said {code or ''} {text}", code=code) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        cause = error.__cause__ if isinstance(error, aiosmtplib.SMTPConnectError) else None
        step, text = _reason(cause or error)
        raise RelayUnavailable(step or name, f"{where}: {text}") from error


def _reason(error: BaseException) -> tuple[str | None, str]:
    match error:
        case ssl.SSLCertVerificationError():
            return "tls", f"the certificate is not accepted: {error.verify_message}"
        case ssl.SSLError():
            return "tls", f"no TLS could be agreed on: {error.reason or error}"
        case socket.gaierror():
            return "connect", f"the name was not found: {error.strerror or error}"
        case TimeoutError():
            return None, f"timed out: {error}" if str(error) else "timed out"
        case OSError(errno=int(number)):
            name = f" ({error.filename})" if error.filename else ""
            return None, f"{os.strerror(number)}{name}"
        case _:
            return None, str(error) or type(error).__name__
