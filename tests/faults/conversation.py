"""One SMTP connection of the fault server: RFC 5321, or the fault that is planned."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import socket
import ssl
import time
from collections.abc import Sequence
from typing import Final

from .answers import Answers, Desk
from .journal import Taken
from .plan import TAKEN

_MESSAGE_ID: Final = re.compile(rb"^message-id:\s*<([^>\r\n]*)>", re.IGNORECASE | re.MULTILINE)
_PATH: Final = re.compile(rb"(?:FROM|TO):<([^>]*)>", re.IGNORECASE)


class Conversation(Answers):
    """Answers one command after another; while it is `_busy` what comes in waits."""

    def __init__(self, desk: Desk, *, secure: bool = False) -> None:
        super().__init__(desk)
        self._secure = secure
        self._known = desk.login is None
        self._buffer = bytearray()
        self._login: list[str] | None = None  # what AUTH LOGIN has been told
        self._upgrading: asyncio.Future[None] | None = None
        self._reset()

    def _reset(self) -> None:
        self._sender: bytes | None = None
        self._recipients: list[str] = []
        self._begun = self._body_at = 0.0
        self._in_body = False
        self._body_fault: str | None = None
        self._seen = 0

    # ------------------------------------------------------------ what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answer("greeting", b"220 faults.example ESMTP")
        self._flush()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._work()

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone = True

    # ------------------------------------------------------------ lines and bodies

    def _work(self) -> None:
        while not (self._busy or self._gone):
            if not (self._take_body() if self._in_body else self._take_line()):
                break
        self._flush()

    def _take_line(self) -> bool:
        end = self._buffer.find(b"\r\n")
        if end < 0:
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 2]
        if self._login is not None:
            self._hear_login(line)
            return True
        verb, _, rest = line.partition(b" ")
        command = getattr(self, f"_on_{verb.decode('ascii', 'replace').lower()}", None)
        if command is None:
            self._say(b"500 5.5.1 unknown")
        else:
            command(rest)
        return True

    def _take_body(self) -> bool:
        """Look for the dot that ends the body; also where the body is empty."""
        if self._buffer and not self._body_at:
            self._body_at = time.time()
        end = (
            0
            if self._buffer.startswith(b".\r\n")
            else self._buffer.find(b"\r\n.\r\n", max(self._seen - 4, 0)) + 2
        )
        if self._body_fault and (len(self._buffer) > 64 or end != 1):
            self._fail(self._body_fault)
            return True
        if end == 1:
            self._seen = len(self._buffer)
            return False
        body = bytes(self._buffer[:end])
        del self._buffer[: end + 3]
        self._end_of_body(_unstuffed(body))
        return True

    def _end_of_body(self, body: bytes) -> None:
        recipients, begun, body_at = self._recipients, self._begun, self._body_at
        self._reset()
        if not recipients:
            self._say(b"554 5.5.1 no valid recipients")
            return
        kind, visit = self._desk.visit("dot")
        if kind is not None and kind not in ("split", "glued", *TAKEN):
            self._commit_fault("dot", kind, visit)
            return
        found = _MESSAGE_ID.search(body)
        message_id = found[1].decode("ascii", "replace") if found else ""
        digest = hashlib.sha256(body).hexdigest()
        now, fault = time.time(), kind if kind in TAKEN else ""
        letters = [
            Taken(self._desk.number(), one, message_id, digest, begun, body_at, now, fault or "")
            for one in recipients
        ]
        self._busy = True
        self._desk.take(letters, lambda: self._taken(kind, visit, letters[0].number))

    def _taken(self, kind: str | None, visit: int, number: int) -> bool:
        """Answer for a letter that is on the disk now; tell whether a 250 left."""
        self._busy = False
        if self._gone or self._transport.is_closing():
            return False
        if kind in TAKEN:
            self._commit_fault("dot", str(kind).removeprefix("taken-"), visit)
        else:
            self._good(kind, visit, b"250 2.0.0 taken as %d" % number, after=self._desk.latency)
        self._work()
        return kind not in TAKEN

    # ------------------------------------------------------------ commands

    def _on_ehlo(self, rest: bytes) -> None:
        self._reset()
        offers = [b"faults.example", b"SIZE 20000000", b"8BITMIME", b"SMTPUTF8", b"ENHANCEDSTATUSCODES"]
        offers += [b"PIPELINING"] if self._desk.pipelining else []
        offers += [b"STARTTLS"] if self._desk.tls and not self._secure else []
        offers += [b"AUTH PLAIN LOGIN"] if self._desk.login and (self._secure or not self._desk.tls) else []
        self._answer("ehlo", _lines(250, offers))

    def _on_helo(self, rest: bytes) -> None:
        self._reset()
        self._answer("ehlo", b"250 faults.example")

    def _on_starttls(self, rest: bytes) -> None:
        if self._desk.tls is None or self._secure:
            self._say(b"503 5.5.1 not here")
            return
        kind, visit = self._desk.visit("starttls")
        if kind not in (None, "split", "glued"):
            self._commit_fault("starttls", str(kind), visit)
            return
        self._say(b"220 2.0.0 go on")
        if kind == "glued":  # words in clear that a client must not take for an answer given inside TLS
            self._say(b"250 2.0.0 slipped in")
        self._busy = True
        self._buffer.clear()  # nor does what it said in clear count here (RFC 3207 section 4.2)
        self._transport.pause_reading()
        self._upgrading = asyncio.ensure_future(self._upgrade())

    async def _upgrade(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            assert self._desk.tls is not None
            self._transport = await loop.start_tls(
                self._transport, self, self._desk.tls, server_side=True, ssl_handshake_timeout=10
            )
        except (OSError, ssl.SSLError, AttributeError):
            self._gone = True
            return
        self._secure, self._busy = True, False
        self._reset()
        self._work()

    def _on_auth(self, rest: bytes) -> None:
        method, _, initial = rest.partition(b" ")
        if method.upper() == b"PLAIN" and initial:
            _, user, password = _decoded(initial).split("\0")
            self._judge((user, password))
        elif method.upper() in (b"PLAIN", b"LOGIN"):
            self._login = [method.upper().decode()]
            if initial:
                self._hear_login(initial)
            else:
                self._say(b"334 VXNlcm5hbWU6" if method.upper() == b"LOGIN" else b"334 ")
        else:
            self._say(b"504 5.5.4 not that one")

    def _hear_login(self, line: bytes) -> None:
        assert self._login is not None
        self._login.append(_decoded(line))
        method, *told = self._login
        if method == "LOGIN" and len(told) < 2:
            self._say(b"334 UGFzc3dvcmQ6")
            return
        self._login = None
        words = told if method == "LOGIN" else told[0].split("\0")[1:]
        self._judge((words[0], words[-1]))

    def _judge(self, login: tuple[str, str]) -> None:
        if login != self._desk.login:
            self._say(b"535 5.7.8 bad credentials")
        else:
            self._known = self._answer("auth", b"235 2.7.0 welcome")

    def _on_mail(self, rest: bytes) -> None:
        path = _PATH.match(rest)
        if not self._known:
            self._say(b"530 5.7.0 authentication required")
        elif path is None or self._sender is not None:
            self._say(b"503 5.5.1 a sender, once")
        elif self._answer("mail", b"250 2.1.0 ok"):
            self._sender, self._begun = path[1], time.time()

    def _on_rcpt(self, rest: bytes) -> None:
        path = _PATH.match(rest)
        if path is None or self._sender is None:
            self._say(b"503 5.5.1 MAIL first")
        elif path[1].startswith(b"gone"):
            self._say(b"550 5.1.1 <%b> is not here" % path[1])
        elif self._answer("rcpt", b"250 2.1.5 ok"):
            self._recipients.append(path[1].decode())

    def _on_data(self, rest: bytes) -> None:
        """Ask for the body; after a refused recipient every other time, as some servers do (RFC 2920 3.1)."""
        if self._sender is None or (not self._recipients and self._desk.visit("nobody")[1] % 2):
            self._say(b"503 5.5.1 no valid recipients")
        elif not self._recipients:
            self._say(b"354 go on")
            self._in_body = True
        elif self._answer("data", b"354 go on"):
            self._in_body, self._body_fault = True, self._desk.visit("body")[0]

    def _on_rset(self, rest: bytes) -> None:
        self._reset()
        self._say(b"250 2.0.0 flushed")

    def _on_noop(self, rest: bytes) -> None:
        self._say(b"250 2.0.0 still here")

    def _on_quit(self, rest: bytes) -> None:
        self._say(b"221 2.0.0 bye")
        self._flush()
        self._gone = True
        self._transport.close()


def _lines(code: int, words: Sequence[bytes]) -> bytes:
    last = len(words) - 1
    return b"\r\n".join(b"%d%b%b" % (code, b" " if n == last else b"-", word) for n, word in enumerate(words))


def _unstuffed(body: bytes) -> bytes:
    """Take away the dots that RFC 5321 section 4.5.2 put before dots."""
    body = body.replace(b"\r\n.", b"\r\n")
    return body[1:] if body.startswith(b".") else body


def _decoded(text: bytes) -> str:
    try:
        return base64.b64decode(text).decode()
    except ValueError:
        return "\0\0"
