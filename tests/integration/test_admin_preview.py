"""/admin/preview: the next edition live, for this machine alone, whatever templates and builds do."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import loopback
import pytest
from publications import Publication, maker

from syndicate.app import liveview
from syndicate.durable import locked
from syndicate.web.routes import make_web

MORE = """\
templates: {folder: own}
"""
PAGE = "/admin/preview/daily"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with a folder for templates of its own, an article, and a subscriber."""
    with maker(tmp_path) as make:
        made = make(more=MORE)
        (made.folder / "own" / "mail").mkdir(parents=True)
        made.article_is_dropped("Tides", "They come and go.", date="2026-11-22")
        made.is_built()
        made.people_subscribe("reader@example.org")
        yield made


@pytest.fixture
def client(news: Publication) -> Iterator[httpx.Client]:
    """A client of the running application, which trusts a proxy on this machine, as it does by default."""
    app = make_web(news.site, started=news.now)
    with (
        loopback.answering(app, trusted=("127.0.0.1", "::1")) as address,
        httpx.Client(base_url=address, timeout=20) as opened,
    ):
        yield opened


def digest_says(news: Publication, old: str, new: str) -> Path:
    """Put a changed copy of the shipped letter into the operator's folder."""
    shipped = Path(__file__).resolve().parents[2] / "templates" / "mail" / "digest.html"
    path = news.folder / "own" / "mail" / "digest.html"
    assert old in shipped.read_text()
    path.write_text(shipped.read_text().replace(old, new, 1))
    return path


def test_the_list_names_each_newsletter(client: httpx.Client) -> None:
    """Its title, and where its letter is shown."""
    page = client.get("/admin/preview")
    assert page.status_code == 200
    assert "Daily News" in page.text
    assert f'href="{PAGE}"' in page.text


def test_the_page_shows_the_letter_in_four_frames(client: httpx.Client) -> None:
    """At both widths, light and dark, where nothing runs; with subject, text, size and the check."""
    page = client.get(PAGE)
    assert page.status_code == 200
    frames = re.findall(r'<iframe src="([^"]*)"[^>]* sandbox=""[^>]* width="(\d+)"', page.text)
    assert [width for _, width in frames] == ["375", "700", "375", "700"]
    assert [re.search("in=(light|dark)", url)[1] for url, _ in frames] == [  # type: ignore[index]
        *("light", "light", "dark", "dark")
    ]
    assert "Daily News: Tides" in page.text
    assert "They come and go." in page.text  # the text part
    assert "kB" in page.text
    assert "Nothing wrong" in page.text


def test_no_answer_is_kept_or_framed_elsewhere(client: httpx.Client) -> None:
    """Each answer is private, tells search engines to stay away, and allows its own script alone."""
    for path in ("/admin/preview", PAGE, f"{PAGE}/letter", f"{PAGE}/version", "/admin/preview/none"):
        answer = client.get(path)
        assert answer.headers["cache-control"] == "no-store", path
        assert "noindex" in answer.headers["x-robots-tag"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    page = client.get(PAGE)
    policy = page.headers["content-security-policy"]
    nonce = re.search(r"script-src 'nonce-([\w-]+)'", policy)
    assert nonce and f'<script nonce="{nonce[1]}">' in page.text
    assert "frame-ancestors 'self'" in policy and "unsafe-inline" not in policy
    assert client.get(PAGE).headers["content-security-policy"] != policy
    letter = client.get(f"{PAGE}/letter").headers["content-security-policy"]
    assert letter.endswith("sandbox") and "script-src" not in letter and "default-src 'none'" in letter


def test_dark_is_drawn_whatever_the_browser_likes(client: httpx.Client) -> None:
    """The server writes the media queries out, so that each frame is as in its surroundings."""
    light, dark = (client.get(f"{PAGE}/letter?in={scheme}").text for scheme in ("light", "dark"))
    assert "prefers-color-scheme" not in light + dark
    assert '<meta name="color-scheme" content="dark">' in dark
    assert "@media (min-width: 0)" in dark and "@media (max-width: 0)" in light


def test_the_switches_choose_language_and_pictures(client: httpx.Client) -> None:
    """The page of another language shows our words in it; an odd one is as if none were asked for."""
    assert "إلغاء" in client.get(f"{PAGE}/letter?language=ar").text
    assert 'lang="ar"' in client.get(f"{PAGE}/letter?language=ar").text
    assert client.get(f"{PAGE}?pictures=none").status_code == 200
    assert client.get(f"{PAGE}?language=%22%3E%3Cscript%3E").status_code == 200
    assert "<script>" not in client.get(f"{PAGE}?language=%22%3E%3Cscript%3E").text


def test_no_link_of_the_letter_ends_a_subscription(client: httpx.Client, news: Publication) -> None:
    """The unsubscribe link is known to nobody."""
    links = re.findall(r'href="([^"]*/unsubscribe/[^"]*)"', client.get(f"{PAGE}/letter").text)
    assert links and all(link.endswith("/unsubscribe/preview") for link in links)
    assert client.post("/unsubscribe/preview").status_code == 404


def test_a_change_is_seen(client: httpx.Client, news: Publication) -> None:
    """The mark changes with a template and with an article, and stays while nothing does."""

    def mark() -> str:
        return client.get(f"{PAGE}/version").text

    first = mark()
    assert mark() == first
    digest_says(news, "</body>", "<!-- edited --></body>")
    second = mark()
    assert second != first
    news.article_is_dropped("Moons", "They pull.", date="2026-11-22")
    news.folder_is_scanned()
    assert mark() != second
    assert "Moons" in client.get(f"{PAGE}/letter").text


def test_a_mistake_in_a_template_is_shown_where_it_is(client: httpx.Client, news: Publication) -> None:
    """File, line and the lines around it; the next save shows the letter again."""
    path = digest_says(news, '<h1 class="h1">', "<h1>{{ nothing_here }}")
    page = client.get(PAGE)
    line = path.read_text().split("nothing_here")[0].count("\n") + 1
    assert page.status_code == 500
    assert f"{path}:{line}" in page.text
    assert re.search(rf'<span class="row wrong"><span class="number">{line}</span>', page.text)
    assert page.text.count('<span class="row">') == 12
    assert client.get(f"{PAGE}/letter").status_code == 503
    path.unlink()
    assert client.get(PAGE).status_code == 200


def test_what_the_check_finds_is_listed(client: httpx.Client, news: Publication) -> None:
    """With the line of the template that it comes from."""
    path = digest_says(news, '{{ _("Unsubscribe") }}', "*|UNSUB|*")
    page = client.get(PAGE).text
    line = path.read_text().split("*|UNSUB|*")[0].count("\n") + 1
    assert '<li class="error">' in page
    assert f"{path}:{line}" in page


def test_a_build_under_way_is_waited_for(
    client: httpx.Client, news: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the lock is held the page says so and tries again; other answers come meanwhile."""
    monkeypatch.setattr(liveview, "_LOCK_WAIT", 0.3)
    with locked(news.config.var / "build.lock"):
        waiting = threading.Thread(target=client.get, args=(f"{PAGE}?language=ar",))
        waiting.start()
        assert client.get("/health").status_code in (200, 503)
        page = client.get(PAGE)
        waiting.join()
    assert (page.status_code, page.headers["retry-after"]) == (503, "2")
    assert "build is under way" in page.text
    assert client.get(PAGE).status_code == 200


def test_nothing_to_show_is_said(tmp_path: Path) -> None:
    """A publication without articles has a page that says what to do."""
    with maker(tmp_path) as make:
        empty = make()
        with loopback.answering(make_web(empty.site, started=empty.now)) as address:
            page = httpx.get(f"{address}{PAGE}")
    assert page.status_code == 200
    assert "holds no article" in page.text


@pytest.mark.parametrize("path", ["/admin/preview", PAGE, f"{PAGE}/letter", f"{PAGE}/version"])
def test_only_this_machine_is_answered(client: httpx.Client, path: str) -> None:
    """A foreign Host is refused with a word; what a proxy passed on gets what is nowhere."""
    assert client.get(path, headers={"host": "evil.example"}).status_code == 403
    for name in ("x-forwarded-for", "forwarded", "via"):
        answer = client.get(path, headers={name: "127.0.0.1"})
        assert (answer.status_code, answer.text) == (404, "404 Not Found\n")


@pytest.mark.parametrize(
    "path", [f"{PAGE}/other", "/admin/preview/none", "/admin/preview/", "/admin", "/admin/"]
)
def test_there_is_nothing_else(client: httpx.Client, path: str) -> None:
    """Paths beside the pages are 404, and nothing can be posted."""
    assert client.get(path).status_code in (307, 404)
    assert client.post(PAGE).status_code == 405


async def status_for(news: Publication, peer: str) -> int:
    """Return how the application itself answers a request from `peer`."""
    transport = httpx.ASGITransport(make_web(news.site, started=news.now), client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:8000") as inside:
        return (await inside.get(PAGE)).status_code


@pytest.mark.parametrize(("peer", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 404)])
def test_the_peer_decides(news: Publication, peer: str, status: int) -> None:
    """Who is on another machine gets what is nowhere, whatever he calls us."""
    assert asyncio.run(status_for(news, peer)) == status
