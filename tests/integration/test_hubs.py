"""A hub is told of the feeds that changed: once, after their files are live, and again until it takes it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from hub_server import HubServer
from publications import Publication, maker

from syndicate.app import hubs, standing
from syndicate.app.feeding import feed_site
from syndicate.app.reporting import status_of
from syndicate.app.telling import tell_due
from syndicate.durable import locked

FEEDS = ["/atom.xml", "/feed.json", "/rss.xml"]


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with HubServer(tmp_path / "site0" / "public").running() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, hub: HubServer) -> Iterator[Publication]:
    """A publication with one article, of which the hub was told."""
    (tmp_path / "made").mkdir()
    with maker(tmp_path / "made") as make:
        made = make(more=f"pages: false\nfeeds: {{hub: '{hub.url}', hub_private: true}}\n")
        hub.public = made.folder / "public"
        made.article_is_dropped("one")
        made.is_built()
        tell_due(made.site)
        assert sorted(hub.topics) == FEEDS
        hub.heard.clear()
        yield made


def is_edited(site: Publication, text: str) -> None:
    site.time_passes(minutes=5)
    site.article_is_dropped("one", text)
    site.is_built()


def wrong(site: Publication) -> list[str]:
    return [line for line in status_of(site.site).wrong if "hub" in line]


def test_a_hub_that_is_told_finds_the_new_document(site: Publication, hub: HubServer) -> None:
    """When it fetches the document it was told of, the edit is there; it is told in both fields."""
    is_edited(site, "Quite other words.")
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    for one in hub.heard:
        assert b"Quite other words." in one.found
        assert one.form == {"hub.mode": ["publish"], "hub.topic": [one.topic], "hub.url": [one.topic]}
        assert one.topic.startswith(f"{site.config.publication.url}/")
        assert one.agent.startswith("syndicate/")


def test_the_feeds_name_the_hub(site: Publication) -> None:
    """What is written is made with the hub's address, to its last slash."""
    assert feed_site(site.config).hubs == site.config.feeds.hubs


def test_nothing_new_is_no_news(site: Publication, hub: HubServer) -> None:
    """Neither a build that changes nothing nor a second look tells a hub anything."""
    site.is_built()
    tell_due(site.site)
    tell_due(site.site)
    assert hub.heard == []


def test_only_feeds_that_changed_are_told_of(site: Publication, hub: HubServer) -> None:
    """A feed whose article stays as it was is not named."""
    path = site.article_is_dropped("two")
    path.write_text(path.read_text().replace("title: two", "title: two\ntags: [b]"))
    site.is_built()
    tell_due(site.site)
    first = set(hub.topics)
    hub.heard.clear()
    is_edited(site, "Other words.")
    tell_due(site.site)
    assert {"/tags/b/atom.xml", *FEEDS} <= first
    assert sorted(hub.topics) == FEEDS


def test_many_changes_are_told_once(site: Publication, hub: HubServer) -> None:
    """Three builds before the hub could be told are one message for each document."""
    for number in range(3):
        is_edited(site, f"Version {number}.")
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS


def test_a_hub_that_cannot_now_is_told_again(site: Publication, hub: HubServer) -> None:
    """After a 503 it is told of nothing for 30 s, and then of everything; meanwhile `status` says why."""
    hub.status = 503
    is_edited(site, "Other words.")
    tell_due(site.site)
    tell_due(site.site)
    assert len(hub.heard) == 1
    [line] = wrong(site)
    assert hub.url in line
    assert "waiting: 3" in line
    assert line.endswith("it answered 503")
    hub.status = 202
    site.time_passes(seconds=31)
    tell_due(site.site)
    assert sorted(hub.topics[1:]) == FEEDS
    assert wrong(site) == []


@pytest.mark.parametrize("dated", [False, True])
def test_retry_after_is_honoured(site: Publication, hub: HubServer, dated: bool) -> None:
    """A hub that asks for ten minutes gets them, whether it says how long or until when; also by new news."""
    hub.status = 429
    is_edited(site, "Other words.")
    until = format_datetime(site.now + timedelta(minutes=10), usegmt=True)
    hub.headers = {"Retry-After": until if dated else "600"}
    tell_due(site.site)
    hub.status, hub.headers = 204, {}
    site.time_passes(minutes=4)
    is_edited(site, "Words again.")
    tell_due(site.site)
    assert len(hub.heard) == 1
    site.time_passes(minutes=2)
    tell_due(site.site)
    assert sorted(hub.topics[1:]) == FEEDS


@pytest.mark.parametrize("status", [301, 400, 403, 404, 410])
def test_a_refusal_is_final_until_the_next_change(site: Publication, hub: HubServer, status: int) -> None:
    """A hub that will not is not asked again, a redirect not followed; `status` says what it said."""
    hub.status, hub.body = status, b"no\x00 such\n topic"
    hub.headers = {"Content-Type": "text/plain; charset=utf-8", "Location": hub.url}
    is_edited(site, "Other words.")
    tell_due(site.site)
    site.time_passes(hours=2)
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    [line] = wrong(site)
    assert "refused: 3" in line
    assert f"it answered {status}" in line
    assert "no such topic" in line
    hub.status = 204
    is_edited(site, "Words again.")
    tell_due(site.site)
    assert len(hub.heard) == 6
    assert wrong(site) == []


def test_a_hub_that_stays_away_is_given_up_after_a_day(site: Publication, hub: HubServer) -> None:
    """It is tried about hourly for a day, and no more until something changes."""
    hub.status = 500
    is_edited(site, "Other words.")
    for _ in range(24 * 12):
        tell_due(site.site)
        site.time_passes(minutes=5)
    tries = len(hub.heard)
    assert 24 <= tries <= 40
    for _ in range(24):
        tell_due(site.site)
        site.time_passes(hours=1)
    assert len(hub.heard) <= tries + 3
    assert "refused: 3" in wrong(site)[0]


def test_a_private_address_is_not_told(site: Publication, hub: HubServer) -> None:
    """A hub on this machine hears nothing unless the configuration allows it; `status` says how."""
    site.configuration_says(", hub_private: true", "")
    is_edited(site, "Other words.")
    tell_due(site.site)
    assert hub.heard == []
    assert "feeds.hub_private: true allows that" in wrong(site)[0]


def test_a_hub_that_is_down_holds_up_no_build(site: Publication, hub: HubServer) -> None:
    """A build says nothing to a hub; telling it ends within its time, and goes on later."""
    hub.silent = True
    begun = time.monotonic()
    is_edited(site, "Other words.")
    assert hub.heard == []
    tell_due(site.site, within=0.4)
    assert time.monotonic() - begun < 5
    assert "no answer" in wrong(site)[0]


def test_two_that_tell_tell_once(site: Publication, hub: HubServer) -> None:
    """Of two processes at once one tells, the other leaves it to that one."""
    is_edited(site, "Other words.")
    with locked(site.config.var / "hubs.lock"):
        tell_due(site.site)
    assert hub.heard == []
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS


@pytest.mark.parametrize("moment", ["before the note", "after the note"])
def test_a_build_that_is_cut_short_is_told_of(
    site: Publication, hub: HubServer, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """Whether it died before or after it noted what changed, the next build leaves no change untold."""

    class Killed(BaseException):
        pass

    def dies(*args: object, **more: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*((hubs, "note") if moment == "before the note" else (standing, "remember")), dies)
        with pytest.raises(Killed):
            is_edited(site, "Other words.")
    assert b"Other words." in (site.folder / "public" / "atom.xml").read_bytes()
    site.opens()
    assert site.is_built().published.written == ()
    tell_due(site.site)
    assert sorted(hub.topics) == FEEDS
    site.is_built()
    tell_due(site.site)
    assert len(hub.heard) == 3


def test_a_hub_that_is_no_longer_named_is_forgotten(site: Publication, hub: HubServer) -> None:
    """What waited for it is not told, nor complained of."""
    hub.status = 400
    is_edited(site, "Other words.")
    tell_due(site.site)
    site.configuration_says(f"hub: '{hub.url}', hub_private: true", "items: 9")
    site.is_built()
    assert wrong(site) == []
    tell_due(site.site)
    assert len(hub.heard) == 3
