"""Editions as anybody sees them: pages, lists and a feed, behind a real server over a real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path

import feed_reading
import feedparser
import httpx
import loopback
import pytest
import sqlalchemy as sa
from publications import MORNING, Publication, maker

from syndicate.feeds.check import check_feed
from syndicate.links import edition_url
from syndicate.model import Edition, Rendition
from syndicate.store import edition_pages, editions, subscribers, tables
from syndicate.web.routes import make_web

PICTURE = "https://else.example/far.png"
FULL = """\
title: "Kapal & <tua>"
date: 2026-11-21
authors: [Ani Wijaya]
summary: Sebuah kapal.
correction: It was 12, not <14>.
language: id
"""


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with a reader and two articles, whose edition of 23 November was made."""
    with maker(tmp_path) as make:
        publication = make(more="web: {url: 'https://letters.example.org'}\n")
        publication.people_subscribe("reader@example.org")
        publication.folder_is_scanned()
        publication.time_passes(minutes=5)
        publication.article_is_dropped("lampion", date="2026-11-22")
        written(publication, "ship", FULL, f"Isi. ![far]({PICTURE})\n")
        publication.folder_is_scanned()
        publication.time_passes(hours=1)
        publication.due_editions_are_made()
        yield publication


def written(news: Publication, name: str, head: str, text: str = "Words.\n") -> None:
    (news.folder / "content" / f"{name}.md").write_text(f"---\n{head}---\n{text}")


@contextmanager
def answering(news: Publication) -> Iterator[httpx.Client]:
    """Run the application behind a real server on loopback for the block."""
    app = make_web(news.site, started=news.now)
    with loopback.answering(app) as address, httpx.Client(base_url=address, timeout=10) as opened:
        yield opened


@pytest.fixture
def client(news: Publication) -> Iterator[httpx.Client]:
    """A client of the running application."""
    with answering(news) as opened:
        yield opened


def frozen(
    news: Publication,
    occasion: str,
    *renditions: tuple[str, list[str]],
    name: str = "daily",
    subject: str = "",
    held: bool = False,
) -> int:
    """Write an edition as the freeze does: pairs of a language and article ids."""
    made = Edition(f"uid{abs(hash((name, occasion))):x}", name, occasion, news.now, news.now)
    its = [
        Rendition(language, subject or f"About {occasion}", b"", tuple(ids)) for language, ids in renditions
    ]
    with news.site.store.write() as tx:
        found = editions.freeze(tx, made, its, now=news.now, held=held)
    assert found is not None
    return found.edition_id


def ids_of(news: Publication) -> dict[str, str]:
    return {path.removesuffix(".md"): one.id for path, one in news.records().items()}


def state_is(news: Publication, number: int, **values: object) -> None:
    with news.site.store.write() as tx:
        tx.execute(sa.update(tables.edition).where(tables.edition.c.id == number).values(**values))


def titles(page: httpx.Response) -> list[str]:
    return [unescape(one.partition("</a>")[0].rpartition(">")[2]) for one in page.text.split("<h2")[1:]]


def listed(page: httpx.Response) -> list[str]:
    part = page.text.partition('<ul class="issues">')[2].partition("</ul>")[0]
    return [unescape(one.partition("</bdi>")[0].rpartition(">")[2]) for one in part.split("<li")[1:]]


def test_a_letters_link_works_the_moment_it_is_made(news: Publication, client: httpx.Client) -> None:
    """The page of the edition shows its articles: title, summary, authors, date, and the correction."""
    page = client.get("/editions/daily/2026-11-23/")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert titles(page) == ["lampion", "Kapal & <tua>"]
    for words in ("Sebuah kapal.", "Ani Wijaya", "It was 12, not &lt;14&gt;.", 'lang="id" dir="ltr"'):
        assert words in page.text
    assert "Correction: " in page.text
    assert "November 23, 2026" in page.text
    assert 'href="http://127.0.0.1:8000/articles/lampion/"' in page.text
    assert PICTURE not in page.text
    assert '<link rel="canonical" href="https://letters.example.org/editions/daily/2026-11-23/">' in page.text


def test_nothing_of_a_reader_is_on_any_page(news: Publication, client: httpx.Client) -> None:
    """No page carries a token or an address, sets a cookie, or lets a script run."""
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    for path in ("/editions/", "/editions/daily/", "/editions/daily/2026-11-23/", "/editions/daily/atom.xml"):
        page = client.get(path)
        assert page.status_code == 200
        assert person.token not in page.text and "reader@" not in page.text
        assert "set-cookie" not in page.headers
        assert "unsubscribe" not in page.text.lower()
        assert page.headers["x-content-type-options"] == "nosniff"
    policy = client.get("/editions/daily/").headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' http://127.0.0.1:8000;"
    )


def test_own_pictures_are_shown(news: Publication, client: httpx.Client) -> None:
    """A picture of the publication's own host is on the page, with its size as far as it is known."""
    written(
        news, "pier", "title: Pier\ndate: 2026-11-22\nimage: /pictures/pier.png\n", "![a pier](/x/pier.png)\n"
    )
    news.is_built()
    frozen(news, "2026-11-24", ("en", [ids_of(news)["pier"]]))
    assert 'src="http://127.0.0.1:8000/pictures/pier.png"' in client.get("/editions/daily/2026-11-24/").text


@pytest.mark.parametrize("how", ["withdrawn", "hidden", "expired"])
def test_an_article_that_left_leaves_the_page(news: Publication, client: httpx.Client, how: str) -> None:
    """Also its title in the edition's name, on the page, in the list and in the feed."""
    paths = ("/editions/daily/2026-11-23/", "/editions/daily/", "/editions/daily/atom.xml")
    before = [client.get(path).text for path in paths]
    assert all("lampion" in text for text in before)
    if how == "withdrawn":
        (news.folder / "content" / "lampion.md").unlink()
        news.folder_is_scanned(accept_removals=True)
    elif how == "hidden":
        written(news, "lampion", "title: lampion\ndate: 2026-11-22\ndraft: true\n")
        news.folder_is_scanned()
    else:
        written(news, "lampion", "title: lampion\ndate: 2026-11-22\nexpires: 2026-11-23T07:10:00Z\n")
        news.folder_is_scanned()
    news.time_passes(hours=1)
    after = [client.get(path).text for path in paths]
    assert not any("lampion" in text for text in after)
    assert all("Kapal" in unescape(text) for text in after)


def test_an_edition_of_which_nothing_is_left_says_so(news: Publication, client: httpx.Client) -> None:
    """The page stays, under the newsletter's name."""
    for name in ("lampion", "ship"):
        (news.folder / "content" / f"{name}.md").unlink()
    news.folder_is_scanned(accept_removals=True)
    page = client.get("/editions/daily/2026-11-23/")
    assert page.status_code == 200
    assert "None of the articles of this edition is shown any more." in page.text
    assert "<h1" in page.text and "Daily News" in page.text
    assert listed(client.get("/editions/daily/")) == ["Daily News"]


def test_all_renditions_are_united_in_order(news: Publication, client: httpx.Client) -> None:
    """Each article once, in the order of the rendition that has most; ``?language=`` shows one language's."""
    for number in range(4):
        news.article_is_dropped(f"a{number}", date="2026-11-22")
    news.folder_is_scanned()
    ids = ids_of(news)
    a, b, c, d = (ids[f"a{number}"] for number in range(4))
    frozen(news, "2026-11-24", ("en", [c]), ("en", [a, b, c]), ("id", [c, d]))
    page = client.get("/editions/daily/2026-11-24/")
    assert titles(page) == ["a0", "a1", "a3", "a2"]
    assert '?language=id" lang="id"' in page.text
    indonesian = client.get("/editions/daily/2026-11-24/?language=id")
    assert titles(indonesian) == ["a2", "a3"]
    assert '<html lang="id"' in indonesian.text
    for strange in ("?language=fr", "?language=%00", "?language=" + "x" * 900):
        assert titles(client.get(f"/editions/daily/2026-11-24/{strange}")) == titles(page)


def test_an_occasion_may_hold_slashes_or_be_no_path(news: Publication, client: httpx.Client) -> None:
    """Zones are part of the address; an occasion that cannot stand in one is found by the edition's uid."""
    ids = list(ids_of(news).values())
    for occasion in ("2026-11-23/Asia/Tokyo", "2026-W48/18:00", "urn:uuid:1-2", "https://x.example/a b?c"):
        frozen(news, occasion, ("en", ids), name="weekly")
        with news.site.store.read() as conn:
            row = editions.find(conn, "weekly", occasion)
        assert row is not None
        path = edition_url("", "weekly", occasion, row.edition.uid)
        page = client.get(path)
        assert (page.status_code, titles(page)) == (200, titles(client.get("/editions/daily/2026-11-23/"))), (
            path
        )


@pytest.mark.parametrize(
    "path",
    [
        "/editions/daily/2026-11-24/",
        "/editions/nobody/",
        "/editions/nobody/atom.xml",
        "/editions/daily/?page=2",
        "/editions/daily/..%2f..%2fvar/",
        "/editions/%00/",
        "/editions/daily/%00/",
        "/editions/daily/" + "x" * 4000 + "/",
        "/editions/daily//2026-11-23/",
        "/editions/daily/2026-11-23/atom.xml",
        "/editions/दैनिक/",
    ],
)
def test_what_is_not_there_gets_a_helpful_page(client: httpx.Client, path: str) -> None:
    """404, with links to the editions and newsletters that there are."""
    page = client.get(path)
    assert page.status_code == 404
    assert "This edition is not here" in page.text
    assert 'href="https://letters.example.org/editions/"' in page.text


def test_addresses_without_their_slash_lead_on(client: httpx.Client) -> None:
    """The redirect is relative, and no part of it is taken for another place."""
    for path, target in (
        ("/editions", "./editions/"),
        ("/editions/daily", "./daily/"),
        ("/editions/daily/urn:x?a=b", "./urn:x/?a=b"),
        ("/editions//evil.example", "./evil.example/"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["location"]) == (301, target)


def test_only_looking_is_answered(client: httpx.Client) -> None:
    """HEAD has GET's head and no body; other methods are refused."""
    path = "/editions/daily/2026-11-23/"
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    for method in ("POST", "PUT", "DELETE"):
        assert client.request(method, path).status_code == 405


def test_who_has_the_bytes_gets_none(client: httpx.Client) -> None:
    """304 for the tag that was given, in either coding; a minute may pass before anybody asks again."""
    for path in ("/editions/daily/2026-11-23/", "/editions/daily/atom.xml"):
        for coding in ("gzip", "identity"):
            answer = client.get(path, headers={"accept-encoding": coding})
            assert answer.headers["cache-control"] == "public, max-age=60"
            assert answer.headers["vary"] == "Accept-Encoding"
            known = {"if-none-match": answer.headers["etag"], "accept-encoding": coding}
            again = client.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == answer.headers["etag"]
    zipped = client.get(path, headers={"accept-encoding": "gzip"}).headers
    assert zipped.get("content-encoding", "") == ("gzip" if int(zipped["content-length"]) > 400 else "")


def test_many_who_ask_ask_the_database_once(
    news: Publication, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within ten seconds a page is made once; after them it is as things are then."""
    asked: list[str] = []
    find = edition_pages.find

    def counted(conn: sa.Connection, name: str, occasion: str) -> object:
        asked.append(occasion)
        return find(conn, name, occasion)

    monkeypatch.setattr(edition_pages, "find", counted)
    for _ in range(20):
        client.get("/editions/daily/2026-11-23/")
    assert asked == ["2026-11-23"]
    written(news, "ship", FULL.replace("12", "13"))
    news.folder_is_scanned()
    assert "It was 12" in client.get("/editions/daily/2026-11-23/").text
    news.time_passes(seconds=11)
    assert "It was 13" in client.get("/editions/daily/2026-11-23/").text
    assert asked == ["2026-11-23"] * 2


def test_a_held_edition_is_shown_once_it_may_leave(news: Publication, client: httpx.Client) -> None:
    """While it waits for the operator's word nobody sees it; one paused for another reason stays."""
    number = frozen(news, "2026-11-24", ("en", list(ids_of(news).values())), held=True)
    path = "/editions/daily/2026-11-24/"
    assert client.get(path).status_code == 404
    assert listed(client.get("/editions/daily/")) == ["lampion and 1 more"]
    state_is(news, number, state="open", reason="resumed")
    news.time_passes(seconds=11)
    assert client.get(path).status_code == 200
    assert listed(client.get("/editions/daily/"))[0] == "About 2026-11-24"
    state_is(news, number, state="paused", reason="refusals")
    news.time_passes(seconds=11)
    assert client.get(path).status_code == 200


def test_a_cancelled_edition_is_shown_only_where_it_left(news: Publication, client: httpx.Client) -> None:
    """One of which no letter was sent never was; one that somebody has, stays."""
    number = frozen(news, "2026-11-24", ("en", list(ids_of(news).values())))
    state_is(news, number, state="cancelled")
    path = "/editions/daily/2026-11-24/"
    assert client.get(path).status_code == 404
    its = tables.chunk.c.edition_id == number
    with news.site.store.write() as tx:
        tx.execute(sa.update(tables.chunk).where(its).values(owner="a sender"))
        tx.execute(
            sa.update(tables.delivery).where(tables.delivery.c.edition_id == number).values(state="sent")
        )
    assert client.get(path).status_code == 200
    with news.site.store.write() as tx:
        tx.execute(sa.update(tables.chunk).where(its).values(owner=None, sent=0))
    news.time_passes(seconds=11)
    assert client.get(path).status_code == 404
    with news.site.store.write() as tx:
        tx.execute(sa.update(tables.chunk).where(its).values(sent=1))
    assert client.get(path).status_code == 200


def test_zones_of_one_day_are_listed_once(news: Publication, client: httpx.Client) -> None:
    """An edition whose articles its day has already is not listed, and has its page; one with more is."""
    news.article_is_dropped("late", date="2026-11-22")
    news.folder_is_scanned()
    ids = ids_of(news)
    both = [ids["lampion"], ids["ship"]]
    frozen(news, "2026-11-23/Asia/Tokyo", ("en", both))
    frozen(news, "2026-11-23/Europe/Berlin", ("en", both), ("en", [both[1]]))
    frozen(news, "2026-11-23/America/Lima/18:00", ("en", [*both, ids["late"]]))
    frozen(news, "2026-11-24", ("en", both))
    names = listed(client.get("/editions/daily/"))
    assert names == ["About 2026-11-24", "About 2026-11-23/America/Lima/18:00", "lampion and 1 more"]
    assert client.get("/editions/daily/2026-11-23/Asia/Tokyo/").status_code == 200


def test_a_list_has_fifty_a_page(news: Publication, client: httpx.Client) -> None:
    """Newest first; the pages lead to each other, and zones take no place from other days."""
    ids = list(ids_of(news).values())
    for number in range(120):
        news.time_passes(days=1)
        day = (MORNING + timedelta(days=number + 1)).date().isoformat()
        frozen(news, day, ("en", ids))
        frozen(news, f"{day}/Asia/Tokyo", ("en", ids))
    first, second, third = (client.get(f"/editions/daily/?page={number}") for number in (1, 2, 3))
    assert [len(listed(page)) for page in (first, second, third)] == [50, 50, 21]
    assert listed(first)[0] == "About 2027-03-23" and listed(third)[-1] == "lampion and 1 more"
    assert len({*listed(first), *listed(second), *listed(third)}) == 121
    assert 'rel="next" href="https://letters.example.org/editions/daily/?page=2"' in first.text
    assert 'rel="prev" href="https://letters.example.org/editions/daily/"' in second.text
    assert 'rel="next"' not in third.text
    assert client.get("/editions/daily/?page=4").status_code == 404
    assert client.get("/editions/daily/?page=0").text == first.text


def test_newsletters_are_listed_also_those_that_were(news: Publication, client: httpx.Client) -> None:
    """One that is configured no more keeps its pages under its name; one without editions says so."""
    assert "Daily News" in client.get("/editions/").text
    frozen(news, "2026-W47", ("id", list(ids_of(news).values())), name="mingguan")
    news.configuration_says("  daily: {title: Daily News", "  harian: {title: Harian")
    with answering(news) as later:
        page = later.get("/editions/").text
        assert page.index("Harian") < page.index("daily") < page.index("mingguan")
        assert "No editions yet." in page
        assert later.get("/editions/daily/2026-11-23/").status_code == 200
        assert later.get("/editions/mingguan/").status_code == 200
        assert later.get("/editions/harian/").status_code == 200
        assert later.get("/editions/harian/atom.xml").status_code == 200


def test_the_feed_is_sound_and_stands_still(news: Publication, client: httpx.Client) -> None:
    """Strict and lenient readers take it; its ids hang on no address, its bytes on its content alone."""
    answer = client.get("/editions/daily/atom.xml")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert check_feed("atom.xml", answer.content, "atom", now=news.now) == ()
    read = feedparser.parse(answer.content)
    assert (read.bozo, read.feed.title, len(read.entries)) == (0, "Daily News", 1)
    [entry] = read.entries
    assert (entry.title, entry.link) == (
        "lampion and 1 more",
        "https://letters.example.org/editions/daily/2026-11-23/",
    )
    assert "http://127.0.0.1:8000/articles/lampion/" in entry.content[0].value
    assert "Kapal &amp; &lt;tua&gt;" in entry.content[0].value
    [strict] = feed_reading.entries(answer.content)
    assert strict.id.startswith("urn:uuid:")
    news.time_passes(days=2)
    assert client.get("/editions/daily/atom.xml").content == answer.content
    news.configuration_says("https://letters.example.org", "https://other.example.org")
    with answering(news) as later:
        moved = later.get("/editions/daily/atom.xml")
    assert [one.id for one in feedparser.parse(moved.content).entries] == [entry.id]
    assert feedparser.parse(moved.content).feed.id == read.feed.id


def test_pages_lead_to_the_feed(client: httpx.Client) -> None:
    """The list and an edition's page name it where readers look."""
    wanted = 'rel="alternate" type="application/atom+xml" title="Daily News" '
    wanted += 'href="https://letters.example.org/editions/daily/atom.xml"'
    for path in ("/editions/daily/", "/editions/daily/2026-11-23/"):
        assert wanted in client.get(path).text


def test_it_works_without_pages_of_ours(tmp_path: Path) -> None:
    """With ``pages: false`` articles lead to the other program's pages, and ours is answered all the same."""
    with maker(tmp_path) as make:
        news = make(more="pages: false\nlinks: {rules: [{pattern: '/{slug}.html'}]}\n")
        news.people_subscribe("reader@example.org")
        news.folder_is_scanned()
        news.time_passes(minutes=5)
        news.article_is_dropped("lampion", date="2026-11-22")
        news.folder_is_scanned()
        news.time_passes(hours=1)
        news.due_editions_are_made()
        with answering(news) as client:
            page = client.get("/editions/daily/2026-11-23/")
    assert 'href="http://127.0.0.1:8000/lampion.html"' in page.text


def test_the_language_is_the_newsletters(news: Publication) -> None:
    """Words and dates are in the newsletter's own language, Arabic from right to left."""
    news.configuration_says("title: Daily News", "language: ar, title: Daily News")
    with answering(news) as client:
        page = client.get("/editions/daily/2026-11-23/").text
        assert '<html lang="ar" dir="rtl">' in page
        assert "مقالان" in page and "تصحيح: " in page
        assert "النشرات البريدية" in client.get("/editions/daily/").text
