"""A real HTTP server that a webhook is posted to, and what it does with that."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

from loopback import Listener, Quiet


class HookServer(Listener):
    """Listens on loopback. `answers` is what it does: a status, ``slow`` or ``trickle``."""

    def __init__(self) -> None:
        self.answers: int | str = 204
        self.heard: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.paths: list[str] = []
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(Quiet, BaseHTTPRequestHandler):
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

        return Handler
