"""uvicorn as it serves here: what is in memory is answered in the parser's call, without scope or task."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from syndicate.safety import STRICT_TRANSPORT
from syndicate.web.files import PublishedFiles

# Who says one of these asks for more than the bytes: a part, an upgrade, an end, a body of his own.
_MORE = frozenset({b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"range", b"if-range"})
_MOST_CONNECTIONS = 800  # below the files that a process may usually have open
_LONGEST_HEAD = 64 << 10  # bytes of a request before its body, about
_MOST_UNHEARD = 1 << 20  # bytes of a body that are let pass after its request was answered
_LOOK = 30.0  # seconds between looks at what a client has not read
_LEAST_READ = 16 << 10  # bytes that it reads in between, or it is cut off


def server(
    app: ASGIApp,
    files: PublishedFiles | None,
    *,
    trusted: Sequence[str],
    idle: int = 15,
    secure: bool = False,
) -> uvicorn.Server:
    """Return the server of `app`; hot documents of `files` are answered before it is asked.

    `trusted`: the addresses and networks of whom X-Forwarded-For and -Proto are believed, and of nobody
    else. Nothing believes X-Forwarded-Host: our addresses come from the configuration. A connection that
    asks nothing for `idle` seconds ends. Where we are `secure`, at addresses of https, each answer says so.
    """
    settings = uvicorn.Config(
        app,
        http=_protocol(files) if files else "auto",
        access_log=False,  # its lines would hold tokens
        log_config=None,
        log_level="warning",
        server_header=False,
        headers=[STRICT_TRANSPORT] if secure else [],
        timeout_graceful_shutdown=3,
        timeout_keep_alive=idle,
        proxy_headers=True,
        forwarded_allow_ips=[spelt for one in trusted for spelt in _spellings(one)],
        lifespan="off",
        ws="none",
    )
    return uvicorn.Server(settings)


def _spellings(proxy: str) -> tuple[str, ...]:
    """Return an address or network as its peers are called: on ``[::]`` 1.2.3.4 is ::ffff:1.2.3.4.

    RFC 4291, section 2.5.5.2.
    """
    address, slash, length = proxy.partition("/")
    if ":" in address:
        return (proxy,)
    return (proxy, f"::ffff:{address}/{96 + int(length)}" if slash else f"::ffff:{address}")


def _protocol(files: PublishedFiles) -> type[HttpToolsProtocol]:
    """Return the protocol that answers from `files` at once where it can, else by the application."""

    class OfThese(_Hot):
        _files = files

    return OfThese


class _Hot(HttpToolsProtocol):
    """One connection. A plain GET is answered at once, after all before it, while the client reads.

    Who sends no whole head of a request for `timeout_keep_alive`, or then no whole body for as long, is cut
    off; so is who does not read what he is answered.
    """

    _files: PublishedFiles
    _is_plain = True
    _is_answered = False
    _is_heading = False
    _is_new = False
    _head = 0
    _unheard = 0
    _hosts = 0
    _idle_since = 0.0
    _slow: asyncio.TimerHandle | None = None
    _reading: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._idle_since = self.loop.time()
        if len(self.connections) > _MOST_CONNECTIONS and not self._makes_place():
            self._refuse(b"503 Service Unavailable", b"retry-after: 10\r\n")
            return
        self.timeout_keep_alive_task = self._later()

    def _makes_place(self) -> bool:
        """End the connection that asks nothing for the longest time; False where all are at work.

        So nobody who holds many open keeps others out.
        """
        others = (one for one in self.connections if isinstance(one, _Hot) and one is not self)
        idle = min(filter(_Hot._is_idle, others), key=lambda one: one._idle_since, default=None)
        if idle is not None:
            idle.transport.close()
        return idle is not None

    def _is_idle(self) -> bool:
        return not self.transport.is_closing() and (self.cycle is None or self.cycle.response_complete)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        self._is_new = False
        super().data_received(data)
        if not self._is_heading:
            return
        self._head = 0 if self._is_new else self._head + len(data)
        if self._head > _LONGEST_HEAD:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._slow is None:  # who sends a head byte by byte has as long as who is idle
            self._slow = self._later()

    def _later(self) -> asyncio.TimerHandle:
        return self.loop.call_later(self.timeout_keep_alive, self.timeout_keep_alive_handler)

    def _refuse(self, status: bytes, more: bytes = b"") -> None:
        """End the connection; say why where nothing is being answered on it."""
        if self.transport.is_closing():
            return
        if self.cycle is None or self.cycle.response_complete:
            head = b"HTTP/1.1 %b\r\n%bcontent-length: 0\r\nconnection: close\r\n\r\n" % (status, more)
            self.transport.write(head)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        self._is_read()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._see_him_read()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._is_read()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._idle_since = self.loop.time()
        self._see_him_read()

    def _see_him_read(self) -> None:
        """Look again and again whether the client takes what is on its way to it, until it has all."""
        self._is_read()
        left = self.transport.get_write_buffer_size()
        if left:
            self._reading = self.loop.call_later(_LOOK, self._look, left)

    def _look(self, left: int) -> None:
        if self.transport.get_write_buffer_size() > max(0, left - _LEAST_READ):
            self.transport.abort()
        else:
            self._see_him_read()

    def _is_read(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _in_time(self) -> None:
        if self._slow is not None:
            self._slow.cancel()
            self._slow = None

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self._is_plain = True
        self._is_answered = False
        self._is_heading = True
        self._is_new = True
        self._unheard = 0
        self._hosts = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        self._hosts += name == b"host"
        if name in _MORE or (name == b"connection" and value.lower() != b"keep-alive"):
            self._is_plain = False
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._unset_keepalive_if_required()
        self._is_heading = False
        self._in_time()
        if self.transport.is_closing() or not self._is_for_somebody():
            self._is_answered = True
            self._refuse(b"400 Bad Request")
            return
        answer = self._at_once() if self._is_plain else None
        if answer is None:
            self._as_usual()
            self._slow = self._later()  # for the body
            return
        self._is_answered = True
        self.transport.write(answer)
        self.on_response_complete()

    def _is_for_somebody(self) -> bool:
        """Tell whether the request names its host once, as one of HTTP/1.1 must (RFC 9112 section 3.2)."""
        return self._hosts == 1 or (not self._hosts and self.parser.get_http_version() != "1.1")

    def on_body(self, body: bytes) -> None:
        if self._is_answered:
            return
        super().on_body(body)
        if self.cycle.response_complete:
            self._unheard += len(body)
            if self._unheard > _MOST_UNHEARD:
                self.transport.close()

    def _at_once(self) -> bytes | None:
        busy = self.cycle is not None and not self.cycle.response_complete
        if busy or self.flow.write_paused or self.parser.get_method() != b"GET":
            return None
        if self.parser.get_http_version() != "1.1":
            return None
        return self._files.at_once(self.url, self.headers, self.server_state.default_headers)

    def _as_usual(self) -> None:
        url, headers = self.url, self.headers
        super().on_message_begin()
        self.url = url
        for name, value in headers:
            super().on_header(name, value)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_time()
        if not self._is_answered:
            super().on_message_complete()
