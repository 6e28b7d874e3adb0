"""Feeds of a site whose pages another program makes: where they were, leading to where the pages are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from publications import Publication, maker

MORE = """\
pages: false
links:
  - {pattern: "/blog/{year}/{month}/{slug}/"}
feeds:
  formats: [rss]
  content: summary
  paths: {rss: index.xml}
"""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Publication]]:
    with maker(tmp_path) as made:
        yield made


def published(news: Publication) -> set[str]:
    folder = news.config.publish.folder
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    return {path for path in found if not path.startswith(".") and not path.endswith((".gz", ".br"))}


def items(news: Publication, path: str) -> list[Any]:
    return etree.fromstring((news.config.publish.folder / path).read_bytes())[0].findall("item")


def article_is_written(news: Publication, name: str, tag: str, day: int) -> None:
    place = news.folder / "content" / f"{name}.md"
    place.write_text(f"---\ntitle: {name}\ndate: 2026-11-{day:02}\ntags: [{tag}]\n---\nSome words.\n")


def test_only_the_old_feeds_are_written_and_lead_to_the_old_addresses(
    make: Callable[..., Publication],
) -> None:
    """One format under its old name, their list, no page; every item's link is what `links` says."""
    news = make(more=MORE)
    article_is_written(news, "First", "Coffee", 3)
    news.folder_is_scanned()
    news.folder_is_published()
    assert published(news) == {"index.xml", "tags/coffee/index.xml", "opml.xml"}
    for path in published(news) - {"opml.xml"}:
        (item,) = items(news, path)
        assert item.findtext("link") == "http://127.0.0.1:8000/blog/2026/11/first/"
        assert item.find("guid").attrib == {"isPermaLink": "false"}
        channel = item.getparent()
        assert channel.findtext("link") == "http://127.0.0.1:8000/"
        assert channel.find("{*}link[@rel='self']").get("href") == f"http://127.0.0.1:8000/{path}"


def test_one_change_writes_its_own_feeds_alone(make: Callable[..., Publication]) -> None:
    """A new article is in its feeds, those of other tags are not looked at, one without articles goes."""
    news = make(more=MORE)
    article_is_written(news, "First", "Coffee", 3)
    article_is_written(news, "Second", "Sea", 4)
    news.folder_is_scanned()
    news.folder_is_published()
    assert "tags/sea/index.xml" in published(news)
    news.time_passes(minutes=10)
    article_is_written(news, "Second", "Harbour", 4)
    news.folder_is_scanned()
    made = news.folder_is_published().published
    assert made.written == ("index.xml", "tags/harbour/index.xml", "opml.xml")
    assert (made.deleted, made.unchanged) == (("tags/sea/index.xml",), 0)
    assert len(items(news, "index.xml")) == 2
