"""A real S3 server (moto's, a process of its own), and a gate before it that sees and may refuse requests."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from urllib.parse import quote, unquote

from loopback import Listener, Quiet

KEY, SECRET = "AKIAOURSECRETKEYID", "our-very-secret-value"
_SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20261125/us-east-1/s3/aws4_request"}
_FRAMING = ("content-length", "connection", "transfer-encoding", "date", "server")
_FIELDS = re.compile(r"<Contents><Key>(.*?)</Key>.*?</Contents>", re.S)


class Moto:
    """moto's server on a port of loopback."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    @contextmanager
    def running(self) -> Iterator[Moto]:
        try:
            self._wait()
            yield self
        finally:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert time.monotonic() < deadline, "moto's server does not come up"
                time.sleep(0.05)

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[bytes, dict[str, str]]:
        url = f"{self.url}{quote(path, safe='/?=&')}"
        request = urllib.request.Request(url, body or None, {**_SIGNED, **headers}, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read(), {name.lower(): value for name, value in answer.headers.items()}

    def bucket_is_made(self, name: str) -> None:
        self.ask("PUT", f"/{name}")

    def credentials_are_checked(self, checked: bool) -> None:
        """From now on only known keys are let in; none is known."""
        count = b"0" if checked else b"1000000000"
        self.ask("POST", "/moto-api/reset-auth", count, **{"Content-Type": "text/plain"})

    def put(self, bucket: str, path: str, body: bytes) -> None:
        self.ask("PUT", f"/{bucket}/{path}", body, **{"Content-Type": "text/plain"})

    def get(self, bucket: str, path: str) -> tuple[bytes, dict[str, str]]:
        return self.ask("GET", f"/{bucket}/{path}")

    def paths(self, bucket: str, prefix: str = "") -> set[str]:
        """Return what lies in the bucket, without the prefix."""
        found: set[str] = set()
        after = ""
        while True:
            page = self.ask("GET", f"/{bucket}?list-type=2&prefix={prefix}&start-after={after}")[0].decode()
            names = _FIELDS.findall(page)
            found |= {name.removeprefix(prefix) for name in names}
            if not names or "<IsTruncated>true" not in page:
                return found
            after = names[-1]


class Gate(Listener):
    """Hands requests on to moto, notes them in the order of their ends, and refuses what a test wants."""

    def __init__(self, moto: Moto) -> None:
        self.moto = moto
        self.log: list[str] = []  # "PUT path", of requests that were let through
        self.refuses: Callable[[str], bool] = lambda _: False
        super().__init__()

    def puts(self) -> list[str]:
        """Return what was put, in its order, without the bucket."""
        return [line[4:].partition("/")[2] for line in self.log if line.startswith("PUT ")]

    def deletions(self) -> int:
        return sum(line.startswith(("POST ", "DELETE ")) for line in self.log)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gate = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                line = f"{self.command} {unquote(self.path).lstrip('/')}"
                if gate.refuses(line):
                    self._answer(500, {}, b"<Error><Code>InternalError</Code></Error>")
                    return
                connection = HTTPConnection("127.0.0.1", gate.moto.port, timeout=20)
                try:
                    connection.request(self.command, self.path, body, dict(self.headers))
                    answer = connection.getresponse()
                    content = answer.read()
                    gate.log.append(line)
                    self._answer(answer.status, dict(answer.headers), content)
                finally:
                    connection.close()

            def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    if name.lower() not in _FRAMING:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass_on  # noqa: N815

        return Handler
