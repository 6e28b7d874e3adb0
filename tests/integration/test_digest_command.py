"""`digest send` does for hubs and held articles what `build` and `run` do: by hand nothing is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hub_server import HubServer
from page_server import PageServer
from publications import Publication, maker

from syndicate.cli import cli
from syndicate.model import Choice
from syndicate.store import choices, waiting

FEEDS = ["/atom.xml", "/feed.json", "/rss.xml"]
PAGES = "pages: false\nlinks: {wait: 30m, rules: [{pattern: '/blog/{slug}/'}]}\n"


@pytest.fixture
def host() -> Iterator[PageServer]:
    with PageServer().running() as running:
        yield running


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    with HubServer(tmp_path / "site0" / "public").running() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, host: PageServer, hub: HubServer) -> Iterator[Publication]:
    """A publication with one old article, whose hub knows it, and a new one whose page is not there."""
    with maker(tmp_path) as make:
        made = make(more=f"{PAGES}feeds: {{hub: '{hub.url}', hub_private: true}}\n")
        made.configuration_says("url: http://127.0.0.1:8000", f"url: {host.url}")
        made.article_is_dropped("old", date="2026-11-01")
        answers("build", made)
        made.people_subscribe("ani@example.org")
        hub.heard.clear()
        made.article_is_dropped("new")
        yield made


def answers(command: str, site: Publication, *options: str) -> Any:
    words = [*command.split(), *options, "--json", "--config", str(site.folder / "config.yaml")]
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def sent(site: Publication, *options: str) -> list[str]:
    """Return the titles that `digest send --now` mails."""
    return [one["title"] for one in answers("digest send daily --now", site, *options)["articles"]]


def test_an_edition_by_hand_has_what_its_page_allows(site: Publication, host: PageServer) -> None:
    """The page of the new article is there by now: it is asked for once, and the article is mailed."""
    host.pages["/blog/new/"] = 200
    assert "new" in sent(site)
    assert host.asked == ["HEAD /blog/new/"]
    assert "/blog/new/" in (site.folder / "public" / "atom.xml").read_text()


def test_an_edition_by_hand_leaves_out_what_still_waits(site: Publication, host: PageServer) -> None:
    """No letter points at a page that is not there, also where a plan asked before."""
    assert sent(site, "--dry-run") == sent(site) == ["old"]
    assert host.asked == ["HEAD /blog/new/"] * 2
    with site.site.store.read() as conn:
        assert [one.path for one in waiting.waiting(conn, now=datetime.now(UTC))] == ["new.md"]


def test_an_edition_by_hand_tells_hubs_of_the_feeds(
    site: Publication, host: PageServer, hub: HubServer
) -> None:
    """The hub hears of the feeds that the command wrote, and of nothing in a plan."""
    host.pages["/blog/new/"] = 200
    sent(site, "--dry-run")
    assert hub.heard == []
    sent(site)
    assert sorted(hub.topics) == FEEDS
    assert all(b"/blog/new/" in one.found for one in hub.heard)


def test_a_plan_counts_each_rendition(site: Publication) -> None:
    """--dry-run says how many people would get which letter, and what is made is just that."""
    with site.site.store.write() as tx:
        choices.choose(tx, "ani@example.org", "daily", Choice(language="id", pictures=False), now=site.now)
    site.people_subscribe("budi@example.org", "citra@example.org")
    planned = answers("digest send daily --now --dry-run", site)
    told = [(one["language"], one["pictures"], one["recipients"]) for one in planned["renditions"]]
    assert sorted(told) == [("en", True, 2), ("id", False, 1)]
    made = answers("digest send daily --now", site)
    assert [one["recipients"] for one in made["renditions"]] == [
        one["recipients"] for one in planned["renditions"]
    ]
