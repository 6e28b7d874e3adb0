"""When pages are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.app.patience import late, next_ask, to_ask
from syndicate.links import on_host
from syndicate.store.waiting import Held

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WAIT = timedelta(minutes=30)


def held(path: str = "a.md", *, asked: timedelta | None = None, since: datetime = NOW) -> Held:
    return Held(path, path, "/a/", since, None if asked is None else since + asked)


def test_a_page_is_asked_for_at_once() -> None:
    """The first time is the moment the article was to be out."""
    assert next_ask(held(), wait=WAIT) == NOW


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_no_page_is_asked_for_too_often_or_too_seldom(asked: timedelta) -> None:
    """Between 20 and 60 s within the wait, between a minute and a quarter of an hour later."""
    gap = next_ask(held(asked=asked), wait=WAIT) - (NOW + asked)
    if asked < WAIT:
        assert timedelta(seconds=20) <= gap <= timedelta(seconds=60)
    else:
        assert timedelta(minutes=1) <= gap <= timedelta(minutes=15)


def test_those_that_are_due_longest_come_first() -> None:
    """Few are asked for at a time; none of those that are not due."""
    waiting = [
        held("c.md", since=NOW - timedelta(seconds=1)),
        held("b.md", asked=timedelta(seconds=1)),
        held("a.md"),
        held("d.md", since=NOW - timedelta(minutes=1)),
    ]
    assert [one.path for one in to_ask(waiting, now=NOW, wait=WAIT, most=9)] == ["d.md", "c.md", "a.md"]
    assert [one.path for one in to_ask(waiting, now=NOW, wait=WAIT, most=1)] == ["d.md"]


def test_a_page_that_was_never_asked_for_is_not_late() -> None:
    """After days without a service nothing is complained of before it was looked for."""
    later = NOW + timedelta(days=3)
    assert late([held()], now=later, wait=WAIT) == []
    assert late([held(asked=timedelta())], now=later, wait=WAIT) != []


@pytest.mark.parametrize(
    ("address", "base", "ours"),
    [
        ("/a/", "https://x.example", True),
        ("https://x.example/a", "https://x.example/blog", True),
        ("https://x.example:443/a", "https://x.example", True),
        ("http://x.example/a", "https://x.example", True),
        ("https://X.example/a", "https://x.example", True),
        ("//y.example/a", "https://x.example", False),
        ("https://y.example/a", "https://x.example", False),
        ("https://x.example.y.example/a", "https://x.example", False),
        ("https://x.example:8443/a", "https://x.example", False),
        ("ftp://x.example/a", "https://x.example", False),
        ("https://[/a", "https://x.example", False),
    ],
)
def test_the_host_of_an_address_is_told(address: str, base: str, ours: bool) -> None:
    """Path, scheme and case do not matter, port and name do."""
    assert on_host(address, base) is ours
