"""The host of a publication whose pages another program makes: real HTTP on loopback."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

from loopback import Listener, Quiet


class PageServer(Listener):
    """Answers 404 but for what `pages` has by path: a status, or an address that it redirects to."""

    def __init__(self) -> None:
        self.pages: dict[str, int | str] = {}
        self.head: int | None = None  # what HEAD is answered whatever the page
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.silent = False
        super().__init__()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        host = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(host.pages.get(self.path, 404))

            def do_HEAD(self) -> None:
                self._answer(host.pages.get(self.path, 404) if host.head is None else host.head)

            def _answer(self, what: int | str) -> None:
                host.asked.append(f"{self.command} {self.path}")
                host.agents.add(self.headers["User-Agent"])
                if host.silent:
                    host.over.wait(20)
                self.send_response(what if isinstance(what, int) else 302)
                if isinstance(what, str):
                    self.send_header("Location", what)
                self.send_header("Content-Length", "0")
                self.end_headers()

        return Handler
