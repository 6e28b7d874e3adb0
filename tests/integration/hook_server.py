"""A real HTTP server that a webhook is posted to, and what it does with that."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class HookServer:
    """Listens on loopback. `answers` is what it does: a status, ``slow`` or ``trickle``."""

    def __init__(self) -> None:
        self.answers: int | str = 204
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.paths: list[str] = []
        self.over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.paths.append(f"GET {self.path}")
                self._answer(200)

            def do_POST(self) -> None:
                server.paths.append(f"POST {self.path}")
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.heard.append((self.path, dict(self.headers), json.loads(body)))
                if server.answers == "slow":
                    server.over.wait(10)
                elif server.answers == "trickle":
                    self._trickle()
                else:
                    self._answer(int(server.answers))

            def _answer(self, status: int) -> None:
                self.send_response(status)
                if status in (301, 302, 307, 308):
                    self.send_header("Location", f"{server.url}/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _trickle(self) -> None:
                try:
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not server.over.wait(0.02):
                        self.wfile.write(b"x")
                except OSError:
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Nothing: the test looks at `heard`."""

        return Handler

    @contextmanager
    def running(self) -> Iterator[HookServer]:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            self._server.shutdown()
            self._server.server_close()
            thread.join()
