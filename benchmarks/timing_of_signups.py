"""Whether the answer to a sign-up tells who subscribes: ``python benchmarks/timing_of_signups.py [COUNT]``.

COUNT (500) addresses of subscribers and as many unknown ones sign up, in an order that differs with each run,
by the form and by the API, at a web process as `syndicate run` has it, but without quotas. Prints status,
size and median time of each, and the p of the Mann-Whitney test that their times come from one distribution.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from http.client import HTTPConnection
from itertools import groupby
from math import erfc, sqrt
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from serving import free_port, wait_for

from syndicate.app.people import add_people
from syndicate.app.site import open_site
from syndicate.configfile import load_config

CONFIG = """\
publication: {{title: Kabar Kota, url: "http://127.0.0.1:{port}", language: id, timezone: UTC}}
newsletters: {{daily: {{title: Kabar Harian, at: "07:00"}}}}
mail: {{from: Kabar Harian <kabar@news.example.org>, transport: folder, folder: var/mail}}
"""
OURS = """\
import asyncio, socket, sys, threading
from pathlib import Path
from syndicate.app.confirming import keep_confirming
from syndicate.app.site import open_site
from syndicate.configfile import load_config
from syndicate.web.quota import Allowance, Quotas
from syndicate.web.routes import make_web
from syndicate.web.server import server
with open_site(load_config(Path(sys.argv[1]), {})) as site:
    told = threading.Event()
    threading.Thread(target=keep_confirming, args=(site, told), daemon=True).start()
    quotas = Quotas(sign_ups=Allowance(10**6, 1.0), together=Allowance(10**6, 1.0))
    web = make_web(site, started=site.clock(), asked=told.set, quotas=quotas)
    answering = server(web, web.files, trusted=())
    with asyncio.Runner(loop_factory=answering.config.get_loop_factory()) as runner:
        opened = socket.create_server(("127.0.0.1", int(sys.argv[2])))
        runner.run(answering.serve(sockets=[opened]))
"""
KNOWN, UNKNOWN = "reader{:05}@example.org", "nobody{:05}@example.org"
WARM = 100
Send = Callable[[HTTPConnection, str], tuple[float, int, int]]  # seconds, status and size of an answer


def by_form(connection: HTTPConnection, email: str) -> tuple[float, int, int]:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    return timed(connection, "/subscribe/", urlencode({"email": email}), kind)


def by_api(connection: HTTPConnection, email: str) -> tuple[float, int, int]:
    kind = {"content-type": "application/json"}
    return timed(connection, "/api/subscribe", json.dumps({"email": email}), kind)


def timed(
    connection: HTTPConnection, path: str, body: str, headers: dict[str, str]
) -> tuple[float, int, int]:
    began = time.perf_counter()
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    read = answer.read()
    return time.perf_counter() - began, answer.status, len(read)


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as name:
        port = free_port()
        path = Path(name) / "config.yaml"
        path.write_text(CONFIG.format(port=port), encoding="utf-8")
        (path.parent / "content").mkdir()
        with open_site(load_config(path, {})) as site:
            people = [KNOWN.format(number) for number in range(2 * count)]
            assert all(one.good for one in add_people(site, people, ["daily"]))
        ours = subprocess.Popen([sys.executable, "-c", OURS, str(path), str(port)])
        try:
            wait_for(port)
            for start, (title, send) in enumerate({"form": by_form, "API": by_api}.items()):
                measure(title, send, port, range(start * count, (start + 1) * count))
        finally:
            ours.terminate()
            ours.wait()


def measure(title: str, send: Send, port: int, numbers: range) -> None:
    """Let as many known and unknown people sign up, and print how their answers compare."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for number in range(WARM):
        send(connection, f"warmup{title}{number:05}@example.org")
    people = [(kind, kind.format(number)) for kind in (KNOWN, UNKNOWN) for number in numbers]
    random.SystemRandom().shuffle(people)
    found: dict[str, list[tuple[float, int, int]]] = {KNOWN: [], UNKNOWN: []}
    for kind, email in people:
        found[kind].append(send(connection, email))
    times = {kind: [seconds for seconds, _, _ in each] for kind, each in found.items()}
    seen = {kind: sorted({(status, size) for _, status, size in each}) for kind, each in found.items()}
    p = mann_whitney(times[KNOWN], times[UNKNOWN])
    print(f"{title}: {len(numbers)} each, statuses and sizes {seen[KNOWN]} known, {seen[UNKNOWN]} unknown")
    known, unknown = (median(times[kind]) * 1000 for kind in (KNOWN, UNKNOWN))
    print(f"  median {known:.3f} ms known, {unknown:.3f} ms unknown, p = {p:.3f}")


def mann_whitney(one: Sequence[float], other: Sequence[float]) -> float:
    """Return the two-sided p of the Mann-Whitney U test, by the normal distribution, ties corrected."""
    every = sorted([(value, 0) for value in one] + [(value, 1) for value in other])
    total, rank, ties, ranks = len(every), 0, 0, 0.0
    for _, group in groupby(every, key=lambda pair: pair[0]):
        same = list(group)
        ranks += (rank + (len(same) + 1) / 2) * sum(which == 0 for _, which in same)
        rank += len(same)
        ties += len(same) ** 3 - len(same)
    u = ranks - len(one) * (len(one) + 1) / 2
    spread = len(one) * len(other) / 12 * (total + 1 - ties / (total * (total - 1)))
    return erfc(abs(u - len(one) * len(other) / 2) / sqrt(2 * spread))


if __name__ == "__main__":
    main()
