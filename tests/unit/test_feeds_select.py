"""Which articles are in which feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.config import Publication
from syndicate.feeds.select import feed_keys, publishable, select_feeds
from syndicate.model import Article

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
BASE = "https://news.example.org"
PUBLICATION = Publication(title="Kabar Contoh", url=BASE, description="Berita", language="id")


def article(name: str, *tags: str, age: int = 1) -> Article:
    moment = NOW - timedelta(hours=age)
    return Article(
        id=f"urn:uuid:{name}",
        path=f"{name}.md",
        slug=name,
        title=name.title(),
        html=f"<p>{name}</p>",
        summary=name,
        language="id",
        published=moment,
        updated=moment,
        visible_at=moment,
        tags=tags,
    )


def ids_for(articles: list[Article]) -> dict[str, str]:
    return {key: f"urn:uuid:{number}" for number, key in enumerate(feed_keys(articles))}


def test_articles_of_the_future_wait() -> None:
    """An article is published at the second of its date, not before."""
    articles = [article("tomorrow", age=-24), article("now", age=0), article("old", age=9)]
    assert [one.slug for one in publishable(articles, now=NOW)] == ["now", "old"]


@given(st.permutations([article("a", age=1), article("b", age=2), article("c", age=2), article("d", age=3)]))
@settings(max_examples=24, deadline=None)
def test_the_order_hangs_on_dates_and_ids_alone(articles: list[Article]) -> None:
    """Newest first, equal dates by id, whatever order the articles come in."""
    assert [one.slug for one in publishable(articles, now=NOW)] == ["a", "b", "c", "d"]


def test_keys_name_the_main_feed_and_each_tag_once() -> None:
    """Tags that lead to one folder share a key, and a key holds neither address nor title."""
    articles = [article("a", "Politik", "Timur Tengah"), article("b", "politik")]
    assert feed_keys(articles) == [
        "feed:",
        "feed:languages/id",
        "feed:tags/politik",
        "feed:tags/timur-tengah",
    ]


def test_every_tag_has_its_feed_with_its_newest_articles() -> None:
    """The main feed holds all, a tag's feed its own, each no more than its newest items."""
    articles = [
        article("a", "Politik", age=3),
        article("b", "politik", "Ekonomi", age=2),
        article("c", age=1),
    ]
    feeds = select_feeds(articles, PUBLICATION, ids_for(articles), items=2)
    assert [(feed.folder, [one.slug for one in feed.articles]) for feed in feeds] == [
        ("", ["c", "b"]),
        ("languages/id", ["c", "b"]),
        ("tags/ekonomi", ["b"]),
        ("tags/politik", ["b", "a"]),
    ]


def test_a_feed_names_itself_its_page_and_its_author() -> None:
    """Titles are distinct, home pages absolute, and without an author the publication is the author."""
    articles = [article("a", "السياسة")]
    main, language, tag = select_feeds(articles, PUBLICATION, ids_for(articles), items=9)
    assert (main.id, main.title, main.home) == ("urn:uuid:0", "Kabar Contoh", f"{BASE}/")
    assert (tag.id, tag.title) == ("urn:uuid:2", "Kabar Contoh: السياسة")
    assert (language.title, language.language) == ("Kabar Contoh: Indonesia", "id")
    assert tag.home.startswith(f"{BASE}/tags/%D8")
    assert (main.description, main.language, main.author) == ("Berita", "id", "Kabar Contoh")


def test_a_tag_is_shown_as_most_articles_spell_it() -> None:
    """The spelling with the most articles names the feed; one article counts once."""
    articles = [article("a", "politik"), article("b", "Politik", "POLITIK"), article("c", "Politik")]
    feeds = select_feeds(articles, PUBLICATION, ids_for(articles), items=9)
    assert feeds[2].title == "Kabar Contoh: Politik"
    assert len(feeds[2].articles) == 3


def test_categories_and_authors_have_feeds_too() -> None:
    """Each of an article's categories and authors, under the name it uses."""
    one = replace(article("a"), categories=("Berita",), authors=("Ana Wijaya", "Budi"))
    feeds = select_feeds([one], PUBLICATION, ids_for([one]), items=9)
    assert {feed.folder: feed.title for feed in feeds if feed.folder} == {
        "authors/ana-wijaya": "Kabar Contoh: Ana Wijaya",
        "authors/budi": "Kabar Contoh: Budi",
        "categories/berita": "Kabar Contoh: Berita",
        "languages/id": "Kabar Contoh: Indonesia",
    }


@given(st.permutations([article("a", "x", age=1), article("b", "X", age=1), article("c", "x", "y", age=2)]))
@settings(max_examples=6, deadline=None)
def test_feeds_do_not_hang_on_the_order_of_articles(articles: list[Article]) -> None:
    """The same articles in any order give the same feeds."""
    expected = select_feeds(sorted(articles, key=lambda a: a.id), PUBLICATION, ids_for(articles), items=2)
    assert select_feeds(articles, PUBLICATION, ids_for(articles), items=2) == expected


def test_without_articles_there_is_still_the_main_feed() -> None:
    """An empty publication has an empty main feed."""
    (main,) = select_feeds([], PUBLICATION, {"feed:": "urn:uuid:0"}, items=9)
    assert main.articles == ()
