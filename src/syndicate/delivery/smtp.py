"""The only file that knows aiosmtplib: it comes into a relay, and hands the open session on."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, cast

import aiosmtplib

from syndicate.delivery.ports import Tell, tell_nobody
from syndicate.delivery.session import SmtpChannel, Timeouts
from syndicate.errors import RelayUnavailable


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to come into one relay. `password` is asked at each login; `tls` is the system's trust if None."""

    host: str
    port: int
    security: Literal["tls", "starttls", "none"]
    username: str = ""
    password: Callable[[], str] = field(default=str, repr=False)
    tls: ssl.SSLContext | None = None
    timeouts: Timeouts = field(default_factory=Timeouts)
    per_connection: int = 100


class SmtpRelay:
    """A submission host. `tell` hears of each step on the way in."""

    def __init__(self, settings: SmtpSettings, tell: Tell = tell_nobody) -> None:
        self._settings = settings
        self._tell = tell
        self._context = settings.tls

    async def open(self) -> SmtpChannel:
        """Return a channel that is greeted, encrypted as set and logged in; else RelayUnavailable."""
        settings = self._settings
        with _step("connect", settings):
            sock = await _dial(settings)
        client = await self._client(sock)
        try:
            await self._come_in(client)
            if client.transport is None:
                raise RelayUnavailable("login", f"{settings.host} closed the connection")
            transport = cast(asyncio.Transport, client.transport)
            return SmtpChannel(
                transport, dict(client.esmtp_extensions), settings.timeouts, settings.per_connection
            )
        except BaseException:
            client.close()
            raise

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
        words = f"{where} said {code} {text}" if code else f"{where}: {text}"
        raise RelayUnavailable(name, words, code=code) from error
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
