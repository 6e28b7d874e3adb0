"""SMTP servers for the delivery tests: a scripted one that misbehaves where told, and aiosmtpd."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from syndicate.delivery.session import Timeouts
from syndicate.delivery.smtp import SmtpSettings
from syndicate.model import Letter

DROP: Final = "drop"
STALL: Final = "stall"
GOOD: Final = {
    "banner": "220 scripted",
    "EHLO": "250-scripted\r\n250 SIZE 1000000",
    "MAIL": "250 2.1.0 ok",
    "RCPT": "250 2.1.5 ok",
    "DATA": "354 go on",
    "DOT": "250 2.0.0 taken",
    "LONE": "554 5.5.1 no recipients",
    "RSET": "250 2.0.0 flushed",
    "QUIT": "221 2.0.0 bye",
}
PIPELINING: Final = "250-scripted\r\n250-PIPELINING\r\n250 SIZE 1000000"
BODY: Final = b"Subject: hi\r\n\r\nhello\r\n.leading dot\r\n"


def letter(name: str = "ani", *, sender: str = "news@example.org", body: bytes = BODY) -> Letter:
    """Return a letter to `name`."""
    return Letter(sender, f"{name}@example.org", f"{name}@id.example.org", name, body)


def settings_for(port: int, **changes: Any) -> SmtpSettings:
    """Return settings for a server on loopback, in clear unless `changes` say otherwise."""
    values: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none"} | changes
    return SmtpSettings(**values)


def quick(**seconds: float) -> Timeouts:
    """Return timeouts so short that a stalling server does not hold a test up."""
    return Timeouts(**({"connect": 5, "greeting": 5, "login": 5} | seconds))


def _unheard(recipient: str) -> None:
    """The listener of tests that only count."""


class Scripted:
    """Answers each command by `script`: a reply, DROP, or STALL; BODY is met while the body comes in.

    A list is used up by one entry for each time the command comes; the last one stays. `said` holds the
    commands, `taken` the bodies it answered 250 to, by recipient.
    """

    def __init__(self, script: Mapping[str, str | list[str]]) -> None:
        self.script = {**GOOD, **script}
        self.said: list[str] = []
        self.taken: list[tuple[str, bytes]] = []
        self.sessions = 0
        self.at_once = 0
        self.most_at_once = 0
        self.bodies = 0  # that came in whole
        self.lone_dots = 0
        self.arrived: Callable[[str], None] = _unheard  # hears of each body
        self.over = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = ""
        await self._answer("banner", writer)
        while line := await reader.readline():
            self.said.append(line.decode().strip())
            verb = line.split(b" ")[0].strip().decode().upper()
            if verb == "RCPT":
                recipient = line.decode().partition("<")[2].partition(">")[0]
            said = await self._answer(verb, writer)
            if verb == "DATA" and said.startswith("354"):
                self.at_once += 1
                self.most_at_once = max(self.at_once, self.most_at_once)
                try:
                    await self._body(recipient, reader, writer)
                finally:
                    self.at_once -= 1
            if verb == "QUIT":
                return

    async def _body(self, recipient: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if "BODY" in self.script:
            await reader.readexactly(5)
            await self._answer("BODY", writer)
            return
        body = b""
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError
            body += line
        if not body:
            self.lone_dots += 1
            await self._answer("LONE", writer)
            return
        self.bodies += 1
        self.arrived(recipient)
        said = await self._answer("DOT", writer)
        if said.startswith("2"):
            self.taken.append((recipient, body))

    async def _answer(self, verb: str, writer: asyncio.StreamWriter) -> str:
        entry = self.script.get(verb, "500 5.5.1 unknown")
        said = entry if isinstance(entry, str) else entry.pop(0) if len(entry) > 1 else entry[0]
        if said == DROP:
            raise ConnectionResetError
        if said == STALL:
            await self.over.wait()
            raise ConnectionResetError
        writer.write(said.encode() + b"\r\n")
        await writer.drain()
        return said


@asynccontextmanager
async def scripted(script: Mapping[str, str | list[str]]) -> AsyncIterator[tuple[Scripted, int]]:
    """Serve `script` on a loopback port."""
    server = Scripted(script)
    async with await asyncio.start_server(server, "127.0.0.1", 0, limit=2**20) as listening:
        yield server, listening.sockets[0].getsockname()[1]
        server.over.set()
        await asyncio.sleep(0)


class Mailbox:
    """An aiosmtpd handler that keeps what it takes."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.envelopes.append(envelope)
        return "250 2.0.0 kept"


def only_ani(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    """Let in ani with the password "pass word"."""
    known = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ani", b"pass word")
    return AuthResult(success=known, handled=False)


@asynccontextmanager
async def mailbox(**options: Any) -> AsyncIterator[tuple[Mailbox, int]]:
    """Serve an aiosmtpd on a loopback port; `implicit` is a context for TLS from the first byte."""
    box = Mailbox()
    implicit = options.pop("implicit", None)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(box, hostname="relay.example", **options), "127.0.0.1", 0, ssl=implicit
    )
    async with server:
        yield box, server.sockets[0].getsockname()[1]


def certificate(folder: Path, *, names: str = "IP:127.0.0.1") -> Path:
    """Make a self-signed certificate for `names`; return the file that holds it and its key."""
    path = folder / f"{names.replace(':', '-')}.pem"
    key = folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=relay"),
            *("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(path)),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path


def server_context(path: Path) -> ssl.SSLContext:
    """Return the server's side for `certificate`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


def trusting(path: Path) -> ssl.SSLContext:
    """Return a client's side that trusts `certificate` and nothing else, and checks the name."""
    return ssl.create_default_context(cafile=str(path))
