"""A real hub: an HTTP server on loopback that fetches a document when it is told of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from loopback import Listener, Quiet


@dataclass
class Heard:
    """What the hub was told, when, and what it found at the document's address then."""

    form: dict[str, list[str]]
    found: bytes
    agent: str
    at: float = field(default_factory=time.monotonic)

    @property
    def topic(self) -> str:
        return self.form["hub.topic"][0]


class HubServer(Listener):
    """Listens on loopback and answers `status`; `public` is the folder whose files the documents are.

    `fetch` gives what lies at a path, by default there.
    """

    def __init__(self, public: Path) -> None:
        self.public = public
        self.fetch: Callable[[str], bytes] = self._read
        self.status = 204
        self.headers: dict[str, str] = {}
        self.body = b""
        self.silent = False
        self.heard: list[Heard] = []
        super().__init__()
        self.url += "/hub"

    @property
    def topics(self) -> list[str]:
        """The paths of the documents it was told of, in their order."""
        return [urlsplit(one.topic).path for one in self.heard]

    def _read(self, path: str) -> bytes:
        file = self.public / path
        return file.read_bytes() if file.is_file() else b""

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        hub = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                found = hub.fetch(urlsplit(form["hub.topic"][0]).path.lstrip("/"))
                hub.heard.append(Heard(form, found, self.headers["User-Agent"]))
                if hub.silent:
                    hub.over.wait(20)
                    self.close_connection = True
                    return
                self.send_response(hub.status)
                for name, value in {"Content-Length": str(len(hub.body)), **hub.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(hub.body)

        return Handler
