"""Compares the built-in server with nginx over one folder: ``python benchmarks/serving.py [SECONDS]``.

Both serve a main feed of 60 KB with one process each; wrk (Debian) asks for it, gzip and 304, by turns.
A second word, ``plain``, leaves out nginx's cache of open files, as Debian's nginx comes.
"""

from __future__ import annotations

import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import Request, urlopen

from watching import field

from syndicate.model import OutputFile
from syndicate.publish.compress import compress
from syndicate.publish.folder import publish

OURS = """\
import asyncio, socket, sys
from pathlib import Path
from syndicate.web.files import PublishedFiles
from syndicate.web.server import server
files = PublishedFiles(Path(sys.argv[1]))
answering = server(files, files, trusted=["127.0.0.1", "::1"])
with asyncio.Runner(loop_factory=answering.config.get_loop_factory()) as runner:
    opened = socket.create_server(("127.0.0.1", int(sys.argv[2])))
    runner.run(answering.serve(sockets=[opened]))
"""
NGINX = """\
worker_processes 1; daemon off; pid {work}/nginx.pid; error_log {work}/error.log; user root;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_requests 1000000; sendfile on; tcp_nopush on; {cache}
  gzip_static on; gzip_vary on;
  types {{ application/rss+xml xml; }}
  server {{ listen 127.0.0.1:{port}; root {work}/public; add_header Cache-Control "public, max-age=900"; }}
}}
"""


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    cache = "" if "plain" in sys.argv else "open_file_cache max=100;"
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        fill(work / "public")
        ports = free_port(), free_port()
        (work / "nginx.conf").write_text(NGINX.format(work=work, port=ports[1], cache=cache))
        ours = subprocess.Popen([sys.executable, "-c", OURS, str(work / "public"), str(ports[0])])
        nginx = subprocess.Popen(["nginx", "-p", name, "-e", "stderr", "-c", str(work / "nginx.conf")])
        try:
            for port in ports:
                wait_for(port)
            for title, tagged in (("200 gzip", False), ("304", True)):
                before = field(ours.pid, "status", "VmRSS")
                rates = [0.0, 0.0]
                for which in (0, 1, 0, 1):
                    rates[which] += ask(ports[which], seconds, tagged=tagged) / 2
                after = field(ours.pid, "status", "VmRSS")
                print(f"{title}: ours {rates[0]:,.0f}/s, nginx {rates[1]:,.0f}/s, {rates[0] / rates[1]:.2f}")
                count = rates[0] * 2 * seconds
                print(f"  {count:,.0f} requests; memory {before:.1f} MB before, {after:.1f} MB after")
        finally:
            for process in (ours, nginx):
                process.terminate()
                process.wait(10)


def fill(public: Path) -> None:
    """Publish one feed of 60 KB whose text compresses as text does."""
    chance = random.Random(1)  # noqa: S311
    words = ["".join(chance.choices("aeioubdgklmnprst", k=chance.randint(2, 9))) for _ in range(1500)]
    text = " ".join(chance.choices(words, k=9500))[:60_000]
    publish(public, [OutputFile("rss.xml", f"<rss><channel>{text}</channel></rss>".encode())])
    compress(public)
    time.sleep(1.1)


def ask(port: int, seconds: int, *, tagged: bool) -> float:
    """Return the requests a second of one run of wrk; each answer must be what was asked for."""
    headers = {"Accept-Encoding": "gzip"}
    with urlopen(Request(f"http://127.0.0.1:{port}/rss.xml", headers=headers)) as answer:
        assert answer.headers["Content-Encoding"] == "gzip"
        if tagged:
            headers["If-None-Match"] = answer.headers["ETag"]
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["wrk", "-t1", "-c32", f"-d{seconds}s", *given, f"http://127.0.0.1:{port}/rss.xml"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found, said
    return float(found[1])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        port: int = opened.getsockname()[1]
    return port


def wait_for(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.05)
    raise SystemExit(f"nothing answers on {port}")


if __name__ == "__main__":
    main()
