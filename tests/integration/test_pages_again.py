"""A publishing makes the pages that differ and no more, and leaves what one from scratch would."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import feedfiling, pagemarks
from syndicate.app.library import Library
from syndicate.app.standing import PUBLISHED
from syndicate.feeds import formats
from syndicate.model import Feed
from syndicate.pages.kinds import IN_FULL
from syndicate.pages.render import Layout
from syndicate.store import ids

Maker = Callable[..., Publication]
HELD = "content: {folder: content, every: 1s, withdraw_after: 1m}"


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    with maker(tmp_path) as make:
        yield make


def article(site: Publication, name: str, head: str = "", text: str = "", day: int = 1) -> Path:
    """Write an article, so that it is seen to have changed."""
    path = site.article_is_dropped(name, text or f"Words of {name}.", date=f"2026-10-{day:02}")
    path.write_text(path.read_text().replace("\n---\n", f"\n{head}\n---\n", 1))
    site.time_passes(seconds=5)
    os.utime(path, (site.now.timestamp(), site.now.timestamp()))
    return path


def from_scratch(site: Publication) -> list[str]:
    """Make everything again with nothing remembered; return what came out otherwise than it lay there."""
    (site.config.var / pagemarks.NAME).unlink(missing_ok=True)
    with site.site.store.write() as tx:
        ids.set_setting(tx, PUBLISHED, "null")
    made = site.folder_is_published().published
    return sorted([*made.written, *(f"deleted {path}" for path in made.deleted)])


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note the path of each page that is rendered."""
    told: list[str] = []
    real = Layout.render

    def spy(self: Layout, page: object, *rest: object) -> object:
        told.append(page.path)  # type: ignore[attr-defined]
        return real(self, page, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Layout, "render", spy)
    return told


def test_an_edit_makes_its_page_and_the_lists_it_is_in(publication: Maker, rendered: list[str]) -> None:
    """With 45 articles an edit makes its page and the lists with it; a file touched makes nothing."""
    site = publication()
    for number in range(45):
        article(site, f"a{number}", f"tags: [t{number % 3}]\nsummary: One.", day=1 + number % 28)
    site.is_built()
    assert len(rendered) > 50
    rendered.clear()
    path = article(site, "a3", "tags: [t0]\nsummary: One.", "Other words.", day=4)
    site.is_built()
    assert set(rendered) == {
        *("articles/a3/index.html", "page/1/index.html", "tags/t0/index.html"),
        "archive/2026/10/page/1/index.html",
    }
    rendered.clear()
    os.utime(path, (site.now.timestamp() + 5, site.now.timestamp() + 5))
    site.is_built()
    assert rendered == []
    assert from_scratch(site) == []


def test_texts_are_read_for_the_pages_that_are_made(
    publication: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of many articles only the text of the new one is asked for, and those of the feed's preview."""
    site = publication()
    for number in range(30):
        article(site, f"a{number}")
    site.is_built()
    asked: list[str] = []
    real = Library.with_ids

    def spy(self: Library, wanted: list[str], **more: object) -> object:
        asked.extend(wanted)
        return real(self, wanted, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Library, "with_ids", spy)
    article(site, "new", "id: urn:x:new")
    monkeypatch.setattr("syndicate.app.feeding.Feeding.feeds", lambda *_: iter(()))
    site.is_built()
    assert asked.count("urn:x:new") == 1 and len(asked) == IN_FULL


def test_a_picture_added_beside_an_article_makes_no_other_page(
    publication: Maker, rendered: list[str]
) -> None:
    """A new file in the content folder is no reason to make every page again."""
    site = publication()
    for number in range(5):
        article(site, f"a{number}")
    site.is_built()
    rendered.clear()
    (site.folder / "content" / "dot.png").write_bytes(b"\x89PNG")
    article(site, "pictured", "summary: s", "Words. ![A dot](dot.png)")
    made = site.is_built()
    assert "articles/pictured/dot.png" in made.published.written
    assert not {f"articles/a{number}/index.html" for number in range(5)} & set(rendered)
    assert from_scratch(site) == []


def test_a_recording_that_is_named_or_replaced_is_on_the_page(publication: Maker) -> None:
    """Its name is in the front matter and its size on disk alone: both are seen though the text stays."""
    site = publication()
    article(site, "talk")
    site.is_built()
    (site.folder / "content" / "talk.mp3").write_bytes(b"x" * 1500)
    article(site, "talk", "audio: talk.mp3")
    for size in ("1.5", "2.5"):
        site.is_built()
        for page in ("articles/talk/index.html", "preview/index.html"):
            html = (site.config.publish.folder / page).read_text()
            assert "<audio controls" in html
            assert f"MP3, {size}\u00a0kB" in html
        assert from_scratch(site) == []
        (site.folder / "content" / "talk.mp3").write_bytes(b"x" * 2500)


def test_a_preview_shows_an_edit(publication: Maker) -> None:
    """The text of an article is on its page and in the previews of its feeds, and both follow it."""
    site = publication()
    article(site, "one", "tags: [a]", "summary words\n\nFirst version.")
    site.is_built()
    article(site, "one", "tags: [a]", "summary words\n\nSecond version.")
    site.is_built()
    for page in ("articles/one/index.html", "preview/index.html", "tags/a/preview/index.html"):
        html = (site.config.publish.folder / page).read_text()
        assert "Second version." in html and "First" not in html
    assert from_scratch(site) == []


def test_a_page_that_was_changed_by_hand_is_made_again(publication: Maker) -> None:
    """What lies in the publish folder is looked at, not only what is remembered of it."""
    site = publication()
    article(site, "one")
    site.is_built()
    page = site.config.publish.folder / "articles/one/index.html"
    whole = page.read_bytes()
    page.unlink()
    article(site, "two")
    site.is_built()
    assert page.read_bytes() == whole


@pytest.mark.parametrize("broken", ["", "[]", '{"version": 1}', '{"version": 1, "sign": "", "pages": 3}'])
def test_marks_that_cannot_be_read_cost_time_and_nothing_else(publication: Maker, broken: str) -> None:
    """A broken file of marks is as none: all pages are made."""
    site = publication()
    article(site, "one")
    site.is_built()
    marks = site.config.var / pagemarks.NAME
    assert json.loads(marks.read_text())["pages"]
    marks.write_text(broken)
    article(site, "two")
    site.is_built()
    assert json.loads(marks.read_text())["pages"]["articles/one/index.html"]
    assert from_scratch(site) == []


def test_a_link_follows_the_article_it_leads_to(publication: Maker) -> None:
    """A page whose text links to another article is made again when that one comes or goes."""
    site = publication()
    article(site, "one", "", "See [the other](other.md).")
    site.is_built()
    page = site.config.publish.folder / "articles/one/index.html"
    assert "articles/other/" not in page.read_text()
    article(site, "other")
    site.is_built()
    assert "articles/other/" in page.read_text()
    assert from_scratch(site) == []


def test_a_new_topic_in_the_menu_is_on_every_page(publication: Maker) -> None:
    """What all pages have in common changes all of them: the pages of articles nobody touched, too."""
    site = publication()
    article(site, "one", "tags: [a]")
    site.is_built()
    page = site.config.publish.folder / "articles/one/index.html"
    assert "categories/sport/" not in page.read_text()
    article(site, "two", "categories: [Sport]")
    site.is_built()
    assert "categories/sport/" in page.read_text()
    assert from_scratch(site) == []


def test_where_an_article_was_a_page_says_that_it_is_gone(publication: Maker) -> None:
    """A withdrawn article's page goes with its words, gone.html comes; it leaves when the article is back."""
    site = publication()
    site.configuration_says("content: {folder: content, every: 1s}", HELD)
    article(site, "stays")
    path = article(site, "secret name", "language: ar")
    site.is_built()
    words = path.read_text()
    folder = site.config.publish.folder / "articles/secret-name"
    path.unlink()
    for _ in range(3):
        site.time_passes(minutes=2)
        site.is_built(accept_removals=True)
    assert [one.name for one in folder.iterdir()] == ["gone.html"]
    assert 'lang="ar"' in (folder / "gone.html").read_text()
    assert "secret name" not in (folder / "gone.html").read_text()
    path.write_text(words)
    site.time_passes(minutes=2)
    os.utime(path, (site.now.timestamp(), site.now.timestamp()))
    site.is_built()
    assert not (folder / "gone.html").exists() and (folder / "index.html").exists()


def test_old_addresses_have_pages_that_lead_on(publication: Maker) -> None:
    """Old addresses of articles and feeds lead on without a server's help; none takes the place of a page."""
    site = publication(more="feeds: {moved: [/feed/]}\n")
    article(site, "one", "aliases: [/2019/one/, /old.html, /feeds/]")
    site.is_built()
    public = site.config.publish.folder
    base = site.config.publication.url
    assert f"url={base}/articles/one/" in (public / "2019/one/index.html").read_text()
    assert f"url={base}/articles/one/" in (public / "old.html").read_text()
    assert (
        f'type="application/rss+xml" title="Test News" href="{base}/rss.xml"'
        in (public / "feed/index.html").read_text()
    )
    assert "http-equiv" not in (public / "feeds/index.html").read_text()
    article(site, "two")
    site.is_built()
    assert (public / "old.html").exists()
    assert from_scratch(site) == []


WORDS = ["", "See [it](a1.md).", "![A dot](dot.png) words", "| a | b |\n|---|---|\n| 1 | 2 |"]


@pytest.mark.parametrize("seed", range(int(os.environ.get("STORMS", "3"))))
def test_what_is_made_bit_by_bit_is_what_is_made_at_once(publication: Maker, seed: int) -> None:
    """After any steps (articles come, change, move between tags, go, come back; settings and templates
    change; files are deleted from the publish folder) a build from scratch finds nothing to do."""
    dice = random.Random(seed)  # noqa: S311
    site = publication()
    site.configuration_says("content: {folder: content, every: 1s}", HELD)
    (site.folder / "content" / "dot.png").write_bytes(b"\x89PNG")

    def drop() -> None:
        head = [
            f"tags: [{dice.choice('abc')}, {dice.choice('ab')}]",
            f"author: {dice.choice(['Ani', 'Budi'])}",
        ]
        head.append(f"language: {dice.choice(['en', 'ar', 'id'])}")
        head += dice.choice(
            [[], ["correction: It was two."], ["aliases: [/old/]"], [f"categories: [{dice.choice('xyz')}]"]]
        )
        name = f"{dice.choice(['', 'en/', 'id/'])}a{dice.randrange(30)}"
        article(site, name, "\n".join(head), dice.choice(WORDS), day=dice.randrange(1, 29))

    def remove() -> None:
        files = sorted((site.folder / "content").rglob("*.md"))
        if files:
            dice.choice(files).unlink()
            site.time_passes(minutes=3)
            site.folder_is_scanned(accept_removals=True)
            site.time_passes(minutes=3)

    def harm() -> None:
        files = sorted(site.config.publish.folder.rglob("*.html"))
        if files:
            dice.choice(files).unlink()

    def rename() -> None:
        old, new = dice.choice([("language: en", "language: id"), ("language: id", "language: en")])
        text = (site.folder / "config.yaml").read_text()
        if f"  {old}" in text:
            site.configuration_says(f"  {old}", f"  {new}")

    def picture() -> None:
        (site.folder / "content" / "dot.png").write_bytes(b"\x89PNG" + bytes([dice.randrange(256)]))

    for _ in range(5):
        drop()
    for _ in range(16):
        dice.choice([drop, drop, drop, remove, harm, rename, picture])()
        site.is_built(accept_removals=True)
        if dice.random() < 0.4:
            assert from_scratch(site) == []
    assert from_scratch(site) == []


def test_an_edit_makes_its_feeds_and_leaves_the_others(
    publication: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pages, too, only the feeds are made that the article is in; a picture that changes makes none."""
    site = publication()
    for number in range(12):
        article(site, f"a{number}", f"tags: [t{number % 3}]\nsummary: One.", day=1 + number)
    site.is_built()
    made: list[str] = []

    def spy(feed: Feed, *rest: object) -> object:
        made.append(feed.folder)
        return formats.rendered(feed, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(feedfiling, "rendered", spy)
    article(site, "a3", "tags: [t0]\nsummary: One.", "Other words.", day=4)
    site.is_built()
    assert set(made) == {"", "tags/t0"}
    made.clear()
    site.time_passes(seconds=5)
    (site.folder / "content/plan.png").write_bytes(b"PNG")
    site.is_built()
    assert made == []
    assert from_scratch(site) == []


def test_no_page_gives_way_to_an_old_address(publication: Maker) -> None:
    """Where an alias or a moved feed names a page of ours, the page stays, and a fault says so."""
    site = publication()
    article(site, "a", "aliases: [/articles/b/, /archive/, /style.css, /old/]")
    article(site, "b")
    site.folder_is_scanned()
    told = site.folder_is_published()
    lines = (site.folder / "public/_redirects").read_text()
    assert (
        "/old/ " in lines
        and "/articles/b/" not in lines
        and "/archive/" not in lines
        and "style.css" not in lines
    )
    assert "Words of b" in (site.folder / "public/articles/b/index.html").read_text()
    assert {fault.path for fault in told.faults} == {"archive", "style.css"}
