"""The web application behind a real uvicorn on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import loopback
import pytest
from publications import Publication, maker

from syndicate.store import subscribers
from syndicate.web import routes
from syndicate.web.pages import mask
from syndicate.web.routes import make_web


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with one subscriber."""
    with maker(tmp_path) as make:
        publication = make()
        publication.people_subscribe("reader@example.org")
        yield publication


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of an application whose publication no test changes."""
    with maker(tmp_path_factory.mktemp("readers")) as make:
        publication = make()
        publication.article_is_dropped("first", date="2026-11-20")
        publication.folder_is_scanned()
        publication.folder_is_published()
        with answering(publication) as client:
            yield client


@pytest.fixture
def client(news: Publication) -> Iterator[httpx.Client]:
    """A client of the running application."""
    with answering(news) as opened:
        yield opened


@contextmanager
def answering(news: Publication) -> Iterator[httpx.Client]:
    """Run the application behind a real server on loopback for the block."""
    app = make_web(news.site, started=news.now)
    with loopback.answering(app) as address, httpx.Client(base_url=address, timeout=10) as opened:
        yield opened


def link_of(news: Publication) -> str:
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    return f"/unsubscribe/{person.token}"


def state_of(news: Publication) -> str:
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    return person.state.value


def test_too_many_at_once_are_told_to_come_again(
    readers: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Above the limit each request, ours or for a file, gets 503 with Retry-After; below it as ever."""
    monkeypatch.setattr(routes, "_MOST_AT_ONCE", 0)
    for path in ("/health", "/rss.xml"):
        answer = readers.get(path)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    monkeypatch.setattr(routes, "_MOST_AT_ONCE", 1)
    assert readers.get("/rss.xml").status_code == 200


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rss.xml", "application/rss+xml; charset=utf-8"),
        ("/atom.xml", "application/atom+xml; charset=utf-8"),
        ("/feed.json", "application/feed+json; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/articles/first/", "text/html; charset=utf-8"),
    ],
)
def test_published_files_have_their_content_type_and_a_validator(
    readers: httpx.Client, path: str, kind: str
) -> None:
    """Feeds and pages say what they are, and answer 304 to who has them; HEAD has no body."""
    answer = readers.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = readers.get(path, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert readers.head(path).content == b""


@pytest.mark.parametrize(
    "path",
    [
        "/.syndicate-manifest.json",
        "/%2esyndicate-manifest.json",
        "/../config.yaml",
        "/..%2fconfig.yaml",
        "/%2e%2e/config.yaml",
        "/articles/../../config.yaml",
        "/articles/first/..%2f..%2f..%2fvar/syndicate.db",
        "/a%00b",
        "/" + "x" * 4000,
        "/nothing-here/",
    ],
)
def test_nothing_but_the_published_files_is_served(readers: httpx.Client, path: str) -> None:
    """Hidden files, paths that climb out and impossible names are answered 404."""
    assert readers.get(path).status_code == 404


@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_a_folder_without_its_slash_is_sent_on(readers: httpx.Client, host: str) -> None:
    """The redirect is relative: no proxy, prefix or Host header makes it lead elsewhere."""
    answer = readers.get("/articles/first", headers={"host": host})
    assert (answer.status_code, answer.headers["location"]) == (301, "first/")


def test_a_page_that_is_not_there_is_answered_by_the_publication(readers: httpx.Client) -> None:
    """The 404 page is the publication's own."""
    assert "<html" in readers.get("/nothing").text


def test_looking_at_an_unsubscribe_link_changes_nothing(news: Publication, client: httpx.Client) -> None:
    """GET and HEAD show one button, as often as a scanner likes."""
    for _ in range(3):
        page = client.get(link_of(news))
        client.head(link_of(news))
    assert page.status_code == 200
    assert page.text.count("<button") == 1
    assert "reader@example.org" not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert state_of(news) == "active"


@pytest.mark.parametrize(
    "post",
    [
        {"data": {"List-Unsubscribe": "One-Click"}},
        {"files": {"List-Unsubscribe": (None, "One-Click")}},
        {"content": b""},
    ],
)
def test_one_click_unsubscribes_without_cookie_or_redirect(
    news: Publication, client: httpx.Client, post: dict[str, object]
) -> None:
    """RFC 8058: urlencoded, multipart and the button's POST take effect at once, any number of times."""
    for _ in range(2):
        answer = client.post(link_of(news), **post)  # type: ignore[arg-type]
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert state_of(news) == "unsubscribed"
    assert client.get(link_of(news)).text.count("<button") == 0


@pytest.mark.parametrize("token", ["unknown", "x" * 300, "%00", "%F0%9F%98%80"])
def test_an_unknown_link_opens_nothing(news: Publication, client: httpx.Client, token: str) -> None:
    """A mutated token is answered 404 and changes nothing."""
    assert client.post(f"/unsubscribe/{token}").status_code == 404
    assert state_of(news) == "active"


def test_a_database_that_fails_is_answered_with_an_apology(news: Publication, client: httpx.Client) -> None:
    """A reader whose click cannot be recorded now is asked to come back, and told nothing else."""
    path = news.config.sqlite_path
    assert path is not None
    link = link_of(news)
    news.site.store.close()
    path.write_bytes(b"this is no database" * 100)
    for leftover in (path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        leftover.unlink(missing_ok=True)
    answer = client.post(link)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
    assert "Something went wrong here" in answer.text
    assert str(path) not in answer.text


def test_before_the_first_publishing_a_reader_is_asked_to_wait(
    news: Publication, client: httpx.Client
) -> None:
    """While there is no publish folder yet the answer is 503 with a time, and then the feed."""
    answer = client.get("/rss.xml")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    news.folder_is_published()
    assert client.get("/rss.xml").status_code == 200


def test_health_tells_what_is_overdue(news: Publication, client: httpx.Client) -> None:
    """200 while all is in time; 503 with the reason an hour after the last scan."""
    news.folder_is_scanned()
    assert client.get("/health").json()["status"] == "ok"
    news.time_passes(minutes=50)
    answer = client.get("/health")
    assert answer.status_code == 503
    assert "scan" in json.dumps(answer.json()["problems"])


def test_an_address_is_shown_masked() -> None:
    """Whoever gets a forwarded letter does not learn the whole address from its link."""
    assert mask("kabar@example.org") == "k…r@example.org"
    assert mask("ab@example.org") == "a…@example.org"
