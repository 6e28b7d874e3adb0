"""Links of letters before scanners and in the hands of who guesses: nothing changes, nothing opens."""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from publications import Publication, maker
from visiting import contents, known, letters_to, link_in, visiting

from syndicate.app.keyring import token_hash
from syndicate.store import subscribers
from syndicate.store.peopletables import ticket
from syndicate.web.routes import make_web

ANA, NEW = "ana@example.org", "new@example.net"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        made = make()
        made.folder_is_scanned()
        made.people_subscribe(ANA)
        yield made


@pytest.fixture
def links(news: Publication) -> list[str]:
    """Every kind of link that a person is mailed, each of which opens."""
    token = known(news, ANA).token
    with visiting(news) as one:
        one.opens(f"/preferences/{token}")
        one.sends("/link")
        account = link_in(letters_to(news, ANA, "account")[0], "account")
        one.opens(account)
        one.sends("/move", {"email": NEW})
    move = link_in(letters_to(news, NEW, "move")[0], "move")
    return [f"/unsubscribe/{token}", f"/preferences/{token}", account, f"{account}/export", move]


def test_looking_changes_nothing(news: Publication, links: list[str]) -> None:
    """1,250 GETs and HEADs of every kind of link, with what scanners and prefetching browsers say."""
    before = contents(news)
    says = [
        {},
        {"accept": "text/html", "user-agent": "Mozilla/5.0"},
        {"sec-purpose": "prefetch", "purpose": "prefetch"},
        {"x-moz": "prefetch", "accept": "*/*"},
    ]

    async def look(client: httpx.AsyncClient) -> set[int]:
        codes = set()
        for number in range(250):
            for link in links:
                method = "GET" if number % 2 else "HEAD"
                codes.add((await client.request(method, link, headers=says[number % 4])).status_code)
        return codes

    assert run(news, look) == {200}
    assert contents(news) == before


def test_guesses_open_nothing(news: Publication, links: list[str]) -> None:
    """Ten thousand tokens that differ a little from good ones, by POST and GET: none opens anything."""
    before = contents(news)
    dice = random.Random(58)  # noqa: S311 - a test's own
    good = {link.split("/")[2] for link in links}

    async def guess(client: httpx.AsyncClient) -> set[int]:
        codes = set()
        for number in range(10_000):
            _, kind, token, *rest = dice.choice(links).split("/")
            path = "/".join(["", kind, _changed(dice, token, good), *rest])
            method = "GET" if number % 4 == 0 or kind == "account" else "POST"
            codes.add((await client.request(method, path)).status_code)
        return codes

    assert run(news, guess) <= {404, 429}
    assert contents(news) == before


def test_links_that_expire_are_kept_by_their_hash_alone(news: Publication, links: list[str]) -> None:
    """Nobody who reads the table can open one; one kind of link is no other kind."""
    with news.site.store.read() as conn:
        kept = set(conn.scalars(sa.select(ticket.c.hash)))
    account, move = links[2].split("/")[2], links[4].split("/")[2]
    assert kept == {token_hash(account), token_hash(move)}

    async def swap(client: httpx.AsyncClient) -> list[int]:
        token = known(news, ANA).token
        paths = [f"/account/{one}" for one in (move, token, *kept)] + [
            f"/move/{one}" for one in (account, token)
        ]
        paths += [f"/{kind}/{one}" for kind in ("unsubscribe", "preferences") for one in (account, move)]
        return [(await client.get(path)).status_code for path in paths]

    assert set(run(news, swap)) == {404}
    with news.site.store.read() as conn:
        assert subscribers.number_of_person(conn, ANA) is not None


def _changed(dice: random.Random, token: str, good: set[str]) -> str:
    """Return a token with a character or two changed, left out, added, swapped or in another case."""
    letters = string.ascii_letters + string.digits + "-_"
    while True:
        at = dice.randrange(len(token))
        one = dice.choice(
            [
                token[:at] + dice.choice(letters) + token[at + 1 :],
                token[:at] + token[at + 1 :],
                token[:at] + dice.choice(letters) + token[at:],
                token[:at] + token[at:][::-1],
                token.swapcase() if dice.random() < 0.5 else token.upper(),
                token + dice.choice(letters),
                "".join(dice.choice(letters) for _ in token),
            ]
        )
        if one and one not in good and one not in {"test"}:
            return one


def run(news: Publication, work: Callable[[httpx.AsyncClient], Any]) -> Any:
    """Run `work` with a client of the application, in this process."""

    async def whole() -> Any:
        app = make_web(news.site, started=news.now)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            return await work(client)

    return asyncio.run(whole())
