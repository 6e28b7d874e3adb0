"""The public pages of a running service in the hands of scanners, guessers, and who signs others up."""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import string
import subprocess
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import pytest
from test_service import founded, free_port, here, letters, running, syndicate, wait_for, workers

pytestmark = pytest.mark.timeout(300)

PEOPLE = 200
STRACE = shutil.which("strace")
# What a scan of the content folder may write; all else is about people and their letters.
OURS = {"note", "setting", "sqlite_sequence", "alembic_version"}
SCANNERS = [
    {},
    {"accept": "text/html", "user-agent": "Mozilla/5.0"},
    {"sec-purpose": "prefetch", "purpose": "prefetch"},
    {"x-moz": "prefetch", "accept": "*/*"},
]


@dataclass(frozen=True)
class World:
    """A running service, and the letters of an edition that it sent to 200 people."""

    folder: Path
    url: str
    process: subprocess.Popen[str]
    links: tuple[str, ...]

    def rows(self) -> dict[str, list[Any]]:
        """Return all rows of the database but those that every scan writes."""
        with sqlite3.connect(f"file:{self.folder}/var/syndicate.db?mode=ro", uri=True) as opened:
            names = [row[0] for row in opened.execute("select name from sqlite_master where type = 'table'")]
            kept = sorted(set(names) - OURS)
            return {name: sorted(opened.execute(f'select * from "{name}"'), key=repr) for name in kept}  # noqa: S608 names of our own tables

    def each(self, asked: Iterable[tuple[str, str, dict[str, str]]]) -> Counter[int]:
        """Send requests (method, path, headers) over four connections; return how often which status came."""

        def some(part: list[tuple[str, str, dict[str, str]]]) -> Counter[int]:
            with httpx.Client(base_url=self.url, timeout=60) as client:
                return Counter(
                    client.request(method, path, headers=headers).status_code
                    for method, path, headers in part
                )

        every = list(asked)
        with ThreadPoolExecutor(4) as pool:
            return sum(pool.map(some, (every[start::4] for start in range(4))), Counter[int]())

    def waiting(self) -> int:
        """Return on how many sign-ups is still to be decided."""
        with sqlite3.connect(f"file:{self.folder}/var/syndicate.db?mode=ro", uri=True) as opened:
            found: int = opened.execute("select count(*) from signup where due_at is not null").fetchone()[0]
            return found

    def letters_to(self, email: str) -> list[EmailMessage]:
        return [one for one in letters(self.folder) if one["To"] == email]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("defence")
    port = free_port()
    founded(folder, port, every="1h")
    with running(folder, port) as (url, process):
        here(folder, "subscribers", "add", *(f"reader{number}@example.org" for number in range(PEOPLE)))
        syndicate(folder, "digest", "send", "daily", "--now")
        sent = letters(folder)
        assert len(sent) == PEOPLE
        found = {path for letter in sent for path in links_in(letter, url)}
        assert sum(path.startswith("/unsubscribe/") for path in found) == PEOPLE
        yield World(folder, url, process, tuple(sorted(found)))


def links_in(letter: EmailMessage, url: str) -> set[str]:
    """Return the paths of all links of ours in a letter, in both its texts and its fields."""
    texts = [str(letter["List-Unsubscribe"])]
    texts += [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    places = {place for text in texts for place in re.findall(re.escape(url) + r'(/[^\s"<>)]*)', text)}
    return {place for place in places if not place.startswith("/articles/")}


def random_ip(dice: random.Random) -> str:
    return ".".join(str(dice.randrange(1, 224)) for _ in range(4))


def test_a_thousand_looks_at_every_link_change_nothing(world: World) -> None:
    """All links of 200 letters, by GET and HEAD, as scanners and prefetching browsers do: no row differs."""
    dice = random.Random(7)  # noqa: S311 the same each time
    before = world.rows()
    ours = [path for path in world.links if path.split("/")[1] in ("unsubscribe", "preferences")]
    assert len(ours) == 2 * PEOPLE
    asked = [
        (method, path, {**says, "x-forwarded-for": random_ip(dice)})
        for path in world.links
        for method, says in zip(("GET", "HEAD", "GET"), dice.sample(SCANNERS, 3), strict=True)
    ]
    codes = world.each(asked)
    assert sum(codes.values()) >= 1000
    assert set(codes) <= {200, 301, 304}
    assert world.rows() == before


def changed(dice: random.Random, token: str) -> str:
    """Return a token that is not `token`: a character more, less or another, or all of them others."""
    letters = string.ascii_letters + string.digits + "-_"
    at = dice.randrange(len(token))
    one = dice.choice(
        [
            token[:at] + dice.choice(letters) + token[at + 1 :],
            token[:at] + token[at + 1 :],
            token[:at] + dice.choice(letters) + token[at:],
            token.swapcase(),
            token[::-1],
            "".join(dice.choice(letters) for _ in token),
        ]
    )
    return one if one != token else changed(dice, token)


def test_ten_thousand_guessed_links_open_nothing(world: World) -> None:
    """Tokens of real letters, mutated, at every kind of link, from everywhere, by GET and POST."""
    dice = random.Random(11)  # noqa: S311 the same each time
    tokens = [path.split("/")[2] for path in world.links if path.startswith("/unsubscribe/")]
    known = set(tokens)
    ends = [
        *("/unsubscribe/{}", "/unsubscribe/{}/undo", "/preferences/{}", "/preferences/{}/link"),
        *("/confirm/{}", "/account/{}", "/account/{}/export", "/account/{}/delete", "/move/{}"),
    ]
    before = world.rows()
    asked: list[tuple[str, str, dict[str, str]]] = []
    while len(asked) < 10_000:
        one = changed(dice, dice.choice(tokens))
        if one not in known:
            end = dice.choice(ends)
            method = "POST" if end.endswith(("undo", "link", "delete")) else dice.choice(["GET", "POST"])
            ip = "198.51.100.7" if dice.random() < 0.8 else random_ip(dice)
            asked.append((method, end.format(one), {"x-forwarded-for": ip}))
    codes = world.each(asked)
    assert set(codes) <= {303, 404, 405, 429}
    assert codes[429] > 1000  # one guesser of 8,000 gets no pages
    assert world.rows() == before


@pytest.mark.skipif(not STRACE, reason="no strace on this machine")
def test_no_request_leaves_for_what_a_visitor_typed(world: World, tmp_path: Path) -> None:
    """While addresses of many domains are typed in, no process of ours asks a name server, or anybody."""
    assert STRACE
    trace = tmp_path / "trace"
    command = [STRACE, "-f", "-qq", "-e", "trace=network,write", "-s", "40", "-o", str(trace)]
    for pid in workers(world.process).values():
        command += ["-p", str(pid)]
    tracing = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        time.sleep(1)
        if tracing.poll() is not None:
            pytest.skip(f"strace may not attach here: {tracing.stderr and tracing.stderr.read()}")
        with httpx.Client(base_url=world.url, timeout=60) as client:
            for number in range(12):
                email = f"a@typed{number}.example.com"
                ip = {"x-forwarded-for": f"2001:db8:{number}::1"}
                codes = (
                    client.post("/subscribe/", data={"email": email}, headers=ip).status_code,
                    client.post("/api/subscribe", json={"email": email}, headers=ip).status_code,
                )
                assert codes == (200, 202)
        time.sleep(2)
    finally:
        tracing.terminate()
        tracing.wait(10)
    said = trace.read_text()
    assert said.count('"HTTP/1.1 200 OK') >= 12 and "accept" in said  # it saw what was done
    assert not re.findall(r".*(?:connect|send\w+)\(.*sa_family=AF_INET.*", said)


def test_a_thousand_sign_ups_for_one_address_make_three_letters_at_most(world: World) -> None:
    """From 100 addresses, by the form, the button and the API: one letter a day, one more, then silence."""
    victim = "korban@example.net"
    with httpx.Client(base_url=world.url, timeout=60) as client:
        page = client.post("/subscribe/", data={"email": victim}, headers={"x-forwarded-for": "192.0.2.250"})
        found = re.search(r'name="mark" value="(\w+)"', page.text)
        assert found
        wait_for(lambda: world.letters_to(victim))
        codes: Counter[int] = Counter()
        for number in range(1000):
            ip = {"x-forwarded-for": f"192.0.2.{number % 100}"}
            again = {"email": victim, "mark": found[1]}
            if number % 3 == 0:
                answer = client.post("/subscribe/", data={"email": victim}, headers=ip)
            elif number % 3 == 1:
                answer = client.post("/subscribe/again", data=again, headers=ip)
            else:
                answer = client.post("/api/subscribe", json={"email": victim.upper()}, headers=ip)
            codes[answer.status_code] += 1
        assert set(codes) <= {200, 202, 429}
        assert codes[429] >= 700  # 200 at once over all, then one each 3.6 seconds
    wait_for(lambda: not world.waiting())
    time.sleep(6)  # longer than it takes the sender to look again
    assert 1 <= len(world.letters_to(victim)) <= 3
    assert victim not in (world.folder / "log").read_text()


def test_the_log_names_nobody(world: World) -> None:
    """Neither a token nor an address of all that was asked is in the log."""
    log = (world.folder / "log").read_text()
    tokens = {path.split("/")[2] for path in world.links if path.startswith("/unsubscribe/")}
    assert "@example" not in log and "@typed" not in log
    assert not any(token in log for token in tokens)
