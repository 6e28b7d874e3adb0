"""The operator is told of a place that fails, once, and once when it takes files again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hook_server import HookServer
from place import There
from publications import Publication, maker

from syndicate.app.alerts import post_webhooks
from syndicate.app.places import Tried, Trouble, judge
from syndicate.app.reporting import status_of
from syndicate.app.uploading import upload
from syndicate.model import Fault
from syndicate.store.outbox import StoreOutbox

pytest_plugins = ["place_fixtures"]

Make = Callable[[There], Publication]
WHERE = ("s3://a", "s3://b")
START = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with HookServer().running() as running:
        yield running


@pytest.fixture
def make(tmp_path: Path, hook: HookServer) -> Iterator[Make]:
    (tmp_path / "sites").mkdir()
    operator = f"operator: {{email: boss@example.org, webhook: '{hook.url}/x'}}\n"
    with maker(tmp_path / "sites") as made:
        yield lambda there: made(more=f"{operator}{there.config}")


def told(site: Publication, hook: HookServer) -> list[tuple[str, str]]:
    """Return what the webhook has heard so far: cause and message."""
    post_webhooks(site.site, now=site.now)
    return [(said["cause"], said["message"]) for _, _, said in hook.heard]


def letters(site: Publication) -> int:
    outbox, count = StoreOutbox(site.site.store), 0
    while outbox.take(now=site.now + timedelta(days=1)) is not None:
        count += 1
    return count


def test_one_trouble_is_two_messages(there: There, make: Make, hook: HookServer) -> None:
    """Told once after a quarter of an hour, however long it lasts, and when it is over; so the next time."""
    site = make(there)
    site.article_is_dropped("first")
    for _ in range(2):
        hook.heard.clear()
        place_fails(there, True)
        site.time_passes(minutes=1)
        site.article_is_dropped("first", f"Words of {site.now}.")
        site.is_built()
        assert told(site, hook) == []
        for _ in range(4):
            site.time_passes(hours=5)
            site.is_built()
        [(cause, words)] = told(site, hook)
        assert cause == "place fails" and there.name in words
        assert any(line.startswith(there.name) for line in status_of(site.site).wrong)
        place_fails(there, False)
        site.is_built()
        site.is_built()
        assert [one for one, _ in told(site, hook)] == ["place fails", "place is back"]
        assert status_of(site.site).wrong == ()
    assert letters(site) == 4


def place_fails(there: There, fails: bool) -> None:
    there.gate.refuses = lambda _: fails
    if there.folder:
        away = there.folder.parent.with_name("unmounted")
        there.folder.parent.rename(away) if fails else away.rename(there.folder.parent)


def test_a_store_that_stumbles_is_not_told_of(bucket: There, make: Make, hook: HookServer) -> None:
    """What the next build mends is in the log and in `status` alone; a quick build changes nothing."""
    site = make(bucket)
    site.article_is_dropped("first")
    place_fails(bucket, True)
    site.is_built()
    site.time_passes(minutes=20)
    upload(site.site, now=site.now, quick=True)
    place_fails(bucket, False)
    site.is_built()
    assert told(site, hook) == []


def after(before: dict[str, Trouble], minutes: int, *failing: str, tried: tuple[str, ...] = WHERE) -> object:
    faults = [Fault("upload", name, None, "no such bucket") for name in failing]
    now = START + timedelta(minutes=minutes)
    troubles, alerts = judge(before, Tried(WHERE, tried, faults), now=now)
    return troubles, [(one.cause, one.about.partition(" ")[0]) for one in alerts]


def test_each_place_has_its_own_trouble() -> None:
    """One that fails, one that is not tried, one that is not configured any more."""
    a, b = WHERE
    known = {a: Trouble(START, told=True), "s3://gone": Trouble(START, told=True)}
    late = {b: Trouble(START)}
    assert after({}, 0, b) == ({b: Trouble(START)}, [])
    assert after(late, 15, b) == ({b: Trouble(START, told=True)}, [("place fails", b)])
    assert after(late, 15, b, tried=(a,)) == (late, [])
    assert after(late, 15) == ({}, [])
    assert after(known, 1) == ({}, [("place is back", a)])
    assert after(known, 1, tried=(b,)) == ({a: known[a]}, [])
