"""Servers on loopback for the length of a block: what each answers is its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from syndicate.web.files import PublishedFiles
from syndicate.web.server import server


class Quiet:
    """Logs nothing: a test looks at what its server heard."""

    def log_message(self, format: str, *args: object) -> None:
        pass


class Listener:
    """A real HTTP server, at `url` while it is `running`; `over` ends what it still waits with."""

    def __init__(self) -> None:
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        raise NotImplementedError

    @contextmanager
    def running(self) -> Iterator[Self]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()


@contextmanager
def answering(
    app: Any, files: PublishedFiles | None = None, trusted: Sequence[str] = (), idle: int = 15
) -> Iterator[str]:
    """Run an ASGI application behind uvicorn, as the service does, for the block; gives its address."""
    with serving(server(app, files, trusted=trusted, idle=idle)) as address:
        yield address


@contextmanager
def serving(opened: Any) -> Iterator[str]:
    """Run a server of ours for the block; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=lambda: asyncio.run(opened.serve(sockets=[listening])))
    thread.start()
    try:
        while not opened.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        opened.should_exit = True
        thread.join(10)
