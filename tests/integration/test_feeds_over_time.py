"""What becomes of an article in the feeds: seen when it comes, then in the history for ever."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

MORE = """\
content: {{folder: content, every: 1s, withdraw_after: 1s}}
pages: {pages}
feeds:
  items: 3
  formats: [rss, json]
  named:
    both: {{title: B, tag: [A, B], language: en, items: 2, content: summary, paths: {{json: both/all.json}}}}
    notes: {{title: Notes, folder: notes}}
"""


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Publication]]:
    with maker(tmp_path) as making:
        yield making


def a_publication(make: Callable[..., Publication], *, pages: bool) -> Publication:
    made = make()
    text = (made.folder / "config.yaml").read_text()
    text = text.replace("content: {folder: content, every: 1s}\n", MORE.format(pages=str(pages).lower()))
    (made.folder / "config.yaml").write_text(text)
    made.opens()
    return made


def titles(publication: Publication, path: str = "feed.json") -> list[str]:
    return [
        item["title"] for item in json.loads((publication.config.publish.folder / path).read_text())["items"]
    ]


def archives(publication: Publication) -> dict[str, bytes]:
    folder = publication.config.publish.folder
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.glob("archive/*/*.[xj]*[ln]"))
    }


@pytest.mark.parametrize("pages", [True, False])
def test_an_article_of_an_old_date_is_seen_when_it_comes(
    make: Callable[..., Publication], pages: bool
) -> None:
    """It stands first in the feeds, with its own date, though others are newer by date."""
    one = a_publication(make, pages=pages)
    for number in range(3):
        one.article_is_dropped(f"n{number}", date=f"2026-11-2{number}T10:00:00Z")
    one.is_built()
    assert titles(one) == ["n2", "n1", "n0"]
    one.time_passes(minutes=5)
    one.article_is_dropped("found", date="2019-05-05T10:00:00Z")
    one.is_built()
    assert titles(one)[0] == "found"
    item = json.loads((one.config.publish.folder / "feed.json").read_text())["items"][0]
    assert item["date_published"].startswith("2019-05-05")


@pytest.mark.parametrize("pages", [True, False])
def test_the_history_holds_what_the_feed_shows_no_more(make: Callable[..., Publication], pages: bool) -> None:
    """Archives hold every article once, and change only when one of theirs is edited or withdrawn."""
    one = a_publication(make, pages=pages)
    for number in range(7):
        one.article_is_dropped(f"n{number}", date=f"2026-11-1{number}T10:00:00Z")
    one.is_built()
    assert titles(one, "archive/1/feed.json") == ["n2", "n1", "n0"]
    assert titles(one, "archive/2/feed.json") == ["n5", "n4", "n3"]
    first = archives(one)
    assert len(first) == 4
    for number in range(7, 9):
        one.time_passes(minutes=5)
        one.article_is_dropped(f"n{number}")
        one.is_built()
    later = archives(one)
    assert titles(one, "archive/3/feed.json") == ["n8", "n7", "n6"]
    assert {path: later[path] for path in first} == first
    one.time_passes(minutes=5)
    one.article_is_dropped("n4", "Other words.", date="2026-11-14T10:00:00Z")
    one.is_built()
    changed = {path for path, body in archives(one).items() if later[path] != body}
    assert changed == {"archive/2/rss.xml", "archive/2/feed.json"}
    (one.folder / "content" / "n1.md").unlink()
    for _ in range(3):
        one.time_passes(minutes=20)
        one.is_built()
    assert titles(one, "archive/1/feed.json") == ["n2", "n0"]


def test_the_configuration_names_feeds(make: Callable[..., Publication]) -> None:
    """Of one of several tags, in a language, below a folder; each in its own size and place."""
    one = a_publication(make, pages=False)
    for number, tag in enumerate("ABAC"):
        path = one.article_is_dropped(f"n{number}", date=f"2026-11-1{number}T10:00:00Z")
        path.write_text(path.read_text().replace("title:", f"tags: [{tag}]\ntitle:"))
    one.article_is_dropped("notes/x", date="2026-11-10T10:00:00Z")
    one.is_built()
    assert titles(one, "both/all.json") == ["n2", "n1"]
    assert "content_html" not in (one.config.publish.folder / "both/all.json").read_text()
    assert (one.config.publish.folder / "feeds/both/rss.xml").is_file()
    assert titles(one, "feeds/notes/feed.json") == ["notes/x"]
    one.time_passes(minutes=5)
    one.article_is_dropped("notes/y")
    one.is_built()
    assert titles(one, "feeds/notes/feed.json") == ["notes/y", "notes/x"]


def test_old_addresses_lead_on(make: Callable[..., Publication]) -> None:
    """A renamed article's and a moved feed's: in the list for servers, and as a copy where it was a file."""
    one = make(more="feeds: {moved: [/old/feed.xml, /rss/]}\n")
    one.article_is_dropped("first")
    one.is_built()
    public = one.config.publish.folder
    assert (public / "old/feed.xml").read_bytes() == (public / "rss.xml").read_bytes()
    assert f'href="{"http://127.0.0.1:8000/rss.xml"}"' in (public / "rss/index.html").read_text()
    path = one.folder / "content" / "first.md"
    path.write_text(path.read_text().replace("title:", "slug: second\naliases: [/2019/first.html]\ntitle:"))
    one.time_passes(minutes=5)
    one.is_built()
    base = "http://127.0.0.1:8000"
    assert (public / "_redirects").read_text().splitlines() == [
        f"/old/feed.xml {base}/rss.xml 301",
        f"/rss/ {base}/rss.xml 301",
        f"/2019/first.html {base}/articles/second/ 301",
        f"/articles/first/ {base}/articles/second/ 301",
    ]
    for page in ("2019/first.html", "articles/first/index.html"):
        assert f"url={base}/articles/second/" in (public / page).read_text()
    assert (public / "old/feed.xml").read_bytes() == (public / "rss.xml").read_bytes()


def test_a_withdrawn_article_leaves_a_tombstone_and_nothing_else(make: Callable[..., Publication]) -> None:
    """Title and text are gone from feeds, archives and pages; its page says that it was withdrawn."""
    one = make(more="feeds: {items: 2}\n")
    one.configuration_says("every: 1s", "every: 1s, withdraw_after: 1s")
    one.opens()
    for number in range(4):
        one.article_is_dropped(f"word{number}x", date=f"2026-11-1{number}T10:00:00Z")
    one.is_built()
    urn = one.records()["word1x.md"].id
    public = one.config.publish.folder
    assert urn in (public / "archive/1/atom.xml").read_text()
    (one.folder / "content" / "word1x.md").unlink()
    for _ in range(3):
        one.time_passes(minutes=20)
        one.is_built()
    told = [str(path.relative_to(public)) for path in public.rglob("*.*") if b"word1x" in path.read_bytes()]
    entries = (public / "atom.xml").read_text(), (public / "archive/1/atom.xml").read_text()
    for text in entries:
        (grave,) = re.findall(r"<at:deleted-entry[^>]*ref=\"([^\"]*)\"", text)
        assert grave == urn
    assert set(told) <= {".syndicate-manifest.json", "atom.xml", "archive/1/atom.xml"}  # its address
    assert sorted(path.name for path in (public / "articles/word1x").iterdir()) == ["gone.html"]
    one.article_is_dropped("word1x", date="2026-11-11T10:00:00Z")
    one.time_passes(minutes=20)
    one.is_built()
    assert one.records()["word1x.md"].id == urn
    assert "deleted-entry" not in (public / "atom.xml").read_text()
    assert (public / "articles/word1x/index.html").is_file()
    assert not (public / "articles/word1x/gone.html").exists()
