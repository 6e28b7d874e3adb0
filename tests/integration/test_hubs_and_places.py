"""Where files go on to places, a hub is told once these have the feeds, and no place silences it for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError

import pytest
from bucket_server import Gate, Moto
from hub_server import HubServer
from place import There
from publications import Publication, maker

from syndicate.app import hubs
from syndicate.app.publishing import Publishing, publish_site
from syndicate.app.reporting import status_of
from syndicate.app.telling import keep_telling, tell_due

pytest_plugins = ["place_fixtures"]

FEEDS = ["/atom.xml", "/feed.json", "/rss.xml"]
NEWS = b"Quite other words."
Make = Callable[[str], Publication]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with HubServer(tmp_path).running() as running:
        yield running


@pytest.fixture
def make(tmp_path: Path, hub: HubServer) -> Iterator[Make]:
    (tmp_path / "sites").mkdir()
    with maker(tmp_path / "sites") as made:
        yield lambda to: made(more=f"pages: false\nfeeds: {{hub: '{hub.url}', hub_private: true}}\n{to}")


def founded(make: Make, hub: HubServer, there: There) -> Publication:
    """A publication of which the hub was told, and which fetches what it is told of from `there`."""

    def fetch(path: str) -> bytes:
        try:
            return there.read(path)
        except (OSError, HTTPError):
            return b""

    hub.fetch = fetch
    site = make(there.config)
    site.article_is_dropped("one")
    site.is_built()
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    hub.heard.clear()
    return site


def is_edited(site: Publication, text: str = NEWS.decode()) -> Publishing:
    site.time_passes(minutes=5)
    site.article_is_dropped("one", text)
    return site.is_built()


def place_fails(there: There, fails: bool) -> None:
    """From now on the place takes nothing, or takes all again."""
    there.gate.refuses = lambda _: fails
    if there.folder:
        away = there.folder.parent.with_name("unmounted")
        there.folder.parent.rename(away) if fails else away.rename(there.folder.parent)


def test_a_hub_finds_the_new_document_in_the_place(there: There, make: Make, hub: HubServer) -> None:
    """What it fetches from the place when it is told is the new document, and it is told once."""
    site = founded(make, hub, there)
    is_edited(site)
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    assert all(NEWS in one.found for one in hub.heard)
    site.is_built()
    tell_due(site.site)
    assert len(hub.heard) == len(FEEDS)


def test_a_thread_that_tells_waits_for_an_upload(bucket: There, make: Make, hub: HubServer) -> None:
    """The sender looks for news each half second; while files are still going it says nothing."""
    site = founded(make, hub, bucket)
    stop, slow = threading.Event(), threading.Event()

    def refuses(line: str) -> bool:
        if line.startswith("PUT"):
            slow.wait(2.5)
        return False

    bucket.gate.refuses = refuses
    telling = threading.Thread(target=keep_telling, args=(site.site, stop))
    telling.start()
    try:
        is_edited(site)
        deadline = time.monotonic() + 10
        while len(hub.heard) < len(FEEDS) and time.monotonic() < deadline:
            time.sleep(0.02)
    finally:
        slow.set()
        stop.set()
        telling.join()
    assert sorted(hub.topics) == FEEDS
    assert all(NEWS in one.found for one in hub.heard)


def test_a_place_that_fails_holds_hubs_for_an_hour(there: There, make: Make, hub: HubServer) -> None:
    """They are then told all the same, also of later changes, and again when the place has the feeds."""
    site = founded(make, hub, there)
    place_fails(there, True)
    is_edited(site)
    tell_due(site.site)
    site.time_passes(minutes=50)
    site.is_built()
    tell_due(site.site)
    assert hub.heard == []
    [standing] = status_of(site.site).hubs
    assert standing.waiting == 3 and standing.next_at and standing.next_at > site.now
    site.time_passes(minutes=11)
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    is_edited(site, "Later words.")
    tell_due(site.site)
    assert len(hub.heard) == 6
    hub.heard.clear()
    place_fails(there, False)
    site.is_built()
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    assert all(b"Later words." in one.found for one in hub.heard)
    site.is_built()
    tell_due(site.site)
    assert len(hub.heard) == 3


def test_a_place_that_mends_within_the_hour_is_told_of_once(there: There, make: Make, hub: HubServer) -> None:
    """A short failure costs nobody a second message."""
    site = founded(make, hub, there)
    place_fails(there, True)
    is_edited(site)
    site.time_passes(minutes=5)
    place_fails(there, False)
    site.is_built()
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    assert all(NEWS in one.found for one in hub.heard)


def test_of_two_places_the_slower_counts(
    tmp_path: Path, moto: Moto, gate: Gate, make: Make, hub: HubServer
) -> None:
    """A hub is not told while one of two places lacks the feeds, whichever it is."""
    (tmp_path / "srv").mkdir()
    one, two = There(moto, gate, tmp_path / "srv" / "www"), There(moto, gate, None)
    both = f"publish:\n  to: [{one.folder}, {two.config.partition('to: ')[2].strip()}]\n"
    site = make(both)
    site.article_is_dropped("one")
    gate.refuses = lambda _: True
    site.is_built()
    assert "atom.xml" in one.paths() and not two.paths()
    tell_due(site.site)
    assert hub.heard == []
    gate.refuses = lambda _: False
    site.is_built()
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS


def test_a_page_that_fails_for_its_own_sake_holds_nobody(
    tmp_path: Path, moto: Moto, gate: Gate, make: Make, hub: HubServer
) -> None:
    """Where the feeds are there, a file that a place does not take is no reason to say nothing."""
    (tmp_path / "srv").mkdir()
    there = There(moto, gate, tmp_path / "srv" / "www")
    site = founded(make, hub, there)
    there.somebody_puts("tags/b/index.html", b"theirs")
    site.configuration_says("pages: false", "pages: true")
    path = site.article_is_dropped("two")
    path.write_text(path.read_text().replace("title: two", "title: two\ntags: [b]"))
    assert [fault.kind for fault in site.is_built().faults] == ["upload"]
    assert hubs.held_until(site.site) is None
    tell_due(site.site)
    assert set(hub.topics) >= set(FEEDS)


def test_a_build_that_dies_amid_an_upload_holds_no_longer_than_it_may_take(
    bucket: There, make: Make, hub: HubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the upload's end: hubs are told when a build ends it, or after ten minutes."""
    site = founded(make, hub, bucket)

    class Killed(BaseException):
        pass

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("syndicate.app.publishing.upload", dies)
        with pytest.raises(Killed):
            is_edited(site)
    site.opens()
    tell_due(site.site)
    assert hub.heard == []
    site.time_passes(minutes=11)
    tell_due(site.site)
    assert len(hub.heard) == 3
    publish_site(site.site, site.articles, now=site.now)
    tell_due(site.site)
    assert len(hub.heard) == 6
    assert all(NEWS in one.found for one in hub.heard[3:])


def test_without_places_nobody_is_held(bucket: There, make: Make, hub: HubServer) -> None:
    """Who takes a failing place out of the configuration has the hubs told at once."""
    site = founded(make, hub, bucket)
    bucket.gate.refuses = lambda _: True
    is_edited(site)
    tell_due(site.site)
    assert hub.heard == []
    site.configuration_says(bucket.config, "")
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
