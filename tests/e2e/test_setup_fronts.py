"""nginx and Caddy with the sites that `syndicate setup` prints: one table of answers, for ours too."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import fronts
import httpx
import pytest
from front_table import ARTICLE, BASE, HUB, OTHER, SOUND, SOUND_AT, TABLE, TAG, Row
from test_service import founded, free_port, here, letters, running, syndicate

from syndicate.app.fronts.caddy import caddy_site
from syndicate.app.fronts.facts import Facts, facts_of
from syndicate.app.fronts.nginx import nginx_site
from syndicate.app.site import templates_of
from syndicate.config import Config
from syndicate.configfile import load_config

SETTINGS = f"""
feeds:
  hub: "{HUB}"
  moved: [/feed, /old/rss.xml]
  named: {{pilihan: {{title: Pilihan, tag: [Kota Désa], ttl: 1h}}}}
"""
ARTICLES = {
    "rekaman/index.md": "---\ntitle: Rekaman\ntags: [Kota Désa]\naliases: [/lama/, /2019/lama.html]\n"
    "enclosure: suara.mp3\n---\n" + "Kata. " * 400 + "\n\n![Peta](peta.svg)\n",
    "pergi.md": "---\ntitle: Pergi\n---\nHilang.\n",
}
MEDIA = {
    "rekaman/suara.mp3": SOUND,
    "rekaman/peta.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"></svg>',
}
PAGE_OF_A_STRANGER = b"<!doctype html><title>Naskah</title>"
KINDS = ("ours", "nginx", "caddy")


@dataclass(frozen=True)
class World:
    """A published publication, and the servers over it, whose own files are at `place`."""

    config: Config
    urls: dict[str, str]
    place: Path

    @property
    def public(self) -> Path:
        return self.config.publish.folder

    def client(self, kind: str) -> httpx.Client:
        if kind not in self.urls:
            pytest.skip(f"no {kind} on this machine")
        plain = {"accept-encoding": "identity"}
        return httpx.Client(base_url=self.urls[kind], timeout=10, headers=plain)


def written(folder: Path, port: int) -> Config:
    """Make a publication with all that a server can meet, an article of it withdrawn, and publish it."""
    path = founded(folder, port, every="1h")
    text = path.read_text().replace(f"http://127.0.0.1:{port}", BASE, 1)
    text = text.replace("  folder: content ", "  withdraw_after: 1s\n  folder: content ", 1)
    kept = text[: text.index("\nfeeds:")] + SETTINGS + text[text.index("\nnewsletters:") :]
    path.write_text(kept)
    for name, words in ARTICLES.items():
        (folder / "content" / name).parent.mkdir(exist_ok=True)
        (folder / "content" / name).write_text(words)
    for name, body in MEDIA.items():
        (folder / "content" / name).write_bytes(body)
    here(folder, "build")
    (folder / "content/pergi.md").unlink()
    here(folder, "build")
    time.sleep(1.1)  # the length of withdraw_after
    here(folder, "build")
    config = load_config(path, {})
    (config.publish.folder / "articles/rekaman/naskah.html").write_bytes(PAGE_OF_A_STRANGER)
    return config


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("fronts") / "kabar \"désa\" 'x' $y #1"
    folder.mkdir()
    port = free_port()
    config = written(folder, port)
    with ExitStack() as stack:
        url, _ = stack.enter_context(running(folder, port))
        place = tmp_path_factory.mktemp("servers")
        others = {kind: stack.enter_context(server) for kind, server in servers(place, config)}
        yield World(config, {"ours": url, **others}, place)


def servers(
    folder: Path, config: Config, change: Callable[[Facts], Facts] = lambda facts: facts
) -> Iterator[tuple[str, AbstractContextManager[str]]]:
    """Yield each server that this machine has, to be started, with the site that is printed for it."""
    facts, templates = change(facts_of(config)), templates_of(config)
    if fronts.NGINX:
        port = free_port()
        (folder / "nginx").mkdir(parents=True)
        site = nginx_site(facts, templates, listen=[f"127.0.0.1:{port}"])
        yield "nginx", fronts.nginx_runs(folder / "nginx", site, port)
    if fronts.CADDY:
        port = free_port()
        (folder / "caddy").mkdir(parents=True)
        site = caddy_site(facts, templates, address=f"http://127.0.0.1:{port}")
        yield "caddy", fronts.caddy_runs(folder / "caddy", site, port)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "row", TABLE, ids=lambda row: f"{row.method} {row.path} {dict(row.asked) or ''}".strip()
)
def test_an_address_is_answered_alike(world: World, kind: str, row: Row) -> None:
    """Status, headers and bytes are those of the table, whoever answers."""
    with world.client(kind) as client:
        answer = client.request(row.method, row.path, headers=dict(row.asked))
    assert answer.status_code == row.status
    assert {name: answer.headers.get(name) for name in row.headers} == row.headers
    body = (world.public / row.body).read_bytes() if isinstance(row.body, str) else row.body
    assert body is None or answer.content == body
    assert "set-cookie" not in answer.headers
    assert answer.headers.get("content-encoding") is None
    if answer.status_code in (200, 206):
        assert answer.headers["x-content-type-options"] == "nosniff"
    if row.method == "HEAD" and answer.status_code == 200:
        with world.client(kind) as client:
            assert answer.headers["content-length"] == str(len(client.get(row.path).content))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/rss.xml", "/", f"{TAG}/atom.xml", SOUND_AT])
def test_what_a_client_has_is_not_sent_again(world: World, kind: str, path: str) -> None:
    """304 by either validator, with the headers of 200; a tag that differs outweighs the date."""
    with world.client(kind) as client:
        first = client.get(path)
        tag, date = first.headers["etag"], first.headers["last-modified"]
        assert tag.startswith('"')
        for asked in (
            {"if-none-match": tag},
            {"if-none-match": f'"x", W/{tag}'},
            {"if-none-match": "*"},
            {"if-modified-since": date},
            {"if-none-match": tag, "if-modified-since": date},
        ):
            again = client.get(path, headers=asked)
            assert (again.status_code, again.content) == (304, b""), asked
            for name in ("etag", "cache-control", "vary"):
                assert again.headers.get(name) == first.headers.get(name)
        for asked in (
            {"if-none-match": '"other"', "if-modified-since": date},
            {"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        ):
            assert client.get(path, headers=asked).status_code == 200, asked


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", ["/rss.xml", "/", f"{ARTICLE}/", f"{TAG}/rss.xml"])
def test_companions_are_sent_with_tags_of_their_own(world: World, kind: str, path: str) -> None:
    """gzip (and br, where the server can) decode to the plain bytes; 304 knows each by its tag alone."""
    with world.client(kind) as client:
        plain = client.get(path)
        tags = {plain.headers["etag"]}
        for accepted in ("gzip", "gzip, deflate, br"):
            packed = client.get(path, headers={"accept-encoding": accepted})
            expected = "br" if "br" in accepted and kind != "nginx" else "gzip"
            assert packed.headers["content-encoding"] == expected
            assert packed.content == plain.content
            assert packed.num_bytes_downloaded < len(plain.content)
            for name in ("content-type", "vary", "cache-control", "link"):
                assert packed.headers.get(name) == plain.headers.get(name)
            tag = packed.headers["etag"]
            assert tag.startswith('"')
            tags.add(tag)
            asked = {"accept-encoding": accepted, "if-none-match": tag}
            again = client.get(path, headers=asked)
            assert (again.status_code, again.headers["etag"]) == (304, tag)
            assert again.headers["vary"] == "Accept-Encoding"
            assert client.get(path, headers={"if-none-match": tag}).status_code == 200
        assert len(tags) == (2 if kind == "nginx" else 3)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_outside_of_the_folder_is_answered(world: World, kind: str) -> None:
    """Whatever way up a path takes, it is refused or found nowhere."""
    with world.client(kind) as client:
        for path in ("/%2e%2e/config.yaml", "/articles/..%2f..%2fconfig.yaml", "/..%5cconfig.yaml"):
            assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize("kind", ["ours", "nginx"])
def test_a_link_that_leads_out_is_not_followed(world: World, kind: str) -> None:
    """Neither a linked file nor a linked folder; Caddy has no setting for this."""
    for name, target in [("leak.txt", world.config.base / "config.yaml"), ("up", world.config.base)]:
        (world.public / name).unlink(missing_ok=True)
        (world.public / name).symlink_to(target)
    with world.client(kind) as client:
        for path in ("/leak.txt", "/up/config.yaml"):
            assert client.get(path).status_code == 404


def test_one_click_unsubscribes_through_each(world: World) -> None:
    """The POST of a mail provider reaches syndicate, is answered 200, and its token is in no log."""
    folder = world.config.base
    here(folder, "subscribers", "add", *(f"{kind}@example.org" for kind in world.urls))
    syndicate(folder, "digest", "send", "daily", "--now")
    for letter in letters(folder):
        kind = letter["To"].partition("@")[0]
        path = letter["List-Unsubscribe"].strip("<>").removeprefix(BASE)
        with world.client(kind) as client:
            assert client.get(path).status_code == 200
            answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        logs = [file for name in ("access.log", "error.log", "log") for file in world.place.rglob(name)]
        assert not any(path.rpartition("/")[2] in log.read_text() for log in logs)
    states = [row["state"] for row in json.loads(here(folder, "subscribers", "list", "--json"))]
    assert states == ["unsubscribed"] * len(world.urls)


@pytest.mark.parametrize("kind", KINDS)
def test_what_people_send_reaches_syndicate(world: World, kind: str) -> None:
    """A form and JSON come through whole; what is too long is refused, by whoever it is."""
    world.client(kind).close()
    away = httpx.HTTPTransport(local_address=f"127.0.0.{10 + KINDS.index(kind)}")  # a visitor for each
    with httpx.Client(base_url=world.urls[kind], transport=away) as client:
        form = {"email": f"{kind}@example.net", "zone": "Asia/Tokyo"}
        assert client.post("/subscribe/", data=form).status_code == 200
        assert client.post("/api/subscribe", json={"email": f"{kind}@example.net"}).status_code == 202
        headers = {"content-type": "application/json"}
        answer = client.post("/api/subscribe", content=b" " * 20_000, headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")
        with suppress(httpx.TransportError):  # who is sent much may end the connection at once
            assert client.post("/subscribe/", content=b"x" * 200_000).status_code == 413


def test_a_folder_of_our_name_shadows_nothing(world: World) -> None:
    """Whatever lies in the publish folder, what syndicate answers is asked of syndicate."""
    for name in ("subscribe", "preferences"):
        (world.public / name).mkdir(exist_ok=True)
        (world.public / name / "index.html").write_text("a page of a stranger")
    for kind in world.urls:
        with world.client(kind) as client:
            for path in ("/subscribe/", "/preferences/"):
                assert "stranger" not in client.get(path).text
    for name in ("subscribe", "preferences"):
        (world.public / name / "index.html").unlink()


def test_where_a_server_in_front_differs(world: World) -> None:
    """What is known to be otherwise, and allowed: a page sent once more, a page's name without its digest."""
    with world.client("nginx") as client:
        first = client.get("/rss.xml")
        both = {"if-none-match": first.headers["etag"], "if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"}
        assert client.get("/rss.xml", headers=both).status_code == 200  # RFC 9110 would have 304
    page = (world.public / "index.html").read_text()
    (style,) = set(re.findall(r'href="[./]*(style\.css\?[0-9a-f]+)"', page))
    for kind, kept in [("ours", "public, max-age=31536000, immutable"), ("nginx", OTHER), ("caddy", OTHER)]:
        if kind in world.urls:
            with world.client(kind) as client:
                assert client.get(f"/{style}").headers["cache-control"] == kept


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_health_is_for_this_machine_alone(world: World, kind: str) -> None:
    """Who asks from elsewhere, were it 127.0.0.2, finds nothing, whatever he says of himself."""
    with world.client(kind) as client:
        assert client.get("/health").json()["status"] == "ok"
    away = httpx.HTTPTransport(local_address="127.0.0.2")
    with httpx.Client(base_url=world.urls[kind], transport=away) as client:
        answer = client.get("/health", headers={"x-forwarded-for": "127.0.0.1"})
    assert answer.status_code == 404


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_a_publication_below_a_path(world: World, kind: str, tmp_path: Path) -> None:
    """The files do not know the path; nothing else of the host is answered but letters' links."""
    world.client(kind).close()

    def below(facts: Facts) -> Facts:
        return replace(facts, prefix="/kabar désa", answers="/akun")

    with ExitStack() as stack:
        urls = {name: stack.enter_context(server) for name, server in servers(tmp_path, world.config, below)}
        client = stack.enter_context(httpx.Client(base_url=urls[kind]))
        top = "/kabar%20d%C3%A9sa"
        for path, status, location in [
            (top, 301, f"{top}/"),
            (f"{top}/", 200, None),
            (f"{top}/rss.xml", 200, None),
            (f"{top}{TAG}/", 200, None),
            (f"{top}{TAG}", 301, "kota-d%C3%A9sa/"),
            (f"{top}/lama/", 301, f"{BASE}{ARTICLE}/"),
            (f"{top}/articles/pergi/", 410, None),
            (f"{top}/none", 404, None),
            (f"{top}/_redirects", 404, None),
            ("/rss.xml", 404, None),
            ("/", 404, None),
        ]:
            answer = client.get(path)
            assert (path, answer.status_code) == (path, status)
            assert answer.headers.get("location") == location
        for answers in ("/akun", top):
            assert client.get(f"{answers}/editions/daily/atom.xml").status_code == 200
            assert "<html" in client.get(f"{answers}/editions/daily/2026-11-23/Asia/Tokyo/").text
        assert client.get("/akun/unsubscribe/nobody").headers["cache-control"] == "no-store"
        assert client.get(f"{top}/unsubscribe/nobody").headers["cache-control"] == "no-store"


@pytest.mark.parametrize("kind", ["nginx", "caddy"])
def test_files_answer_while_syndicate_is_down(world: World, kind: str, tmp_path: Path) -> None:
    """Feeds and pages as ever, an old address by its page; the rest is 503, never the manifest."""
    world.client(kind).close()

    def dead(facts: Facts) -> Facts:
        return replace(facts, upstream=f"127.0.0.1:{free_port()}")

    with ExitStack() as stack:
        urls = {name: stack.enter_context(server) for name, server in servers(tmp_path, world.config, dead)}
        client = stack.enter_context(httpx.Client(base_url=urls[kind]))
        for path in ("/rss.xml", "/", f"{ARTICLE}/", SOUND_AT):
            assert client.get(path).status_code == 200
        leading = client.get("/lama/")
        assert (leading.status_code, f"url={BASE}{ARTICLE}/" in leading.text) == (200, True)
        for path in ("/none", "/articles/pergi/", ARTICLE, "/unsubscribe/nobody"):
            answer = client.get(path)
            assert (path, answer.status_code, answer.headers.get("retry-after")) == (path, 503, "120")
        for path in ("/.syndicate-manifest.json", "/_redirects", "/lama/index.html.moved"):
            assert client.get(path).status_code == 404


@pytest.mark.skipif(not fronts.NGINX, reason="no nginx on this machine")
def test_nginx_takes_what_is_printed(world: World, tmp_path: Path) -> None:
    """`nginx -t` is content with the file that the command prints, but for ports that tests may not take."""
    printed = here(world.config.base, "setup", "nginx")
    assert printed == nginx_site(facts_of(world.config), templates_of(world.config))
    tried = printed.replace("listen 80;", f"listen 127.0.0.1:{free_port()};").replace("listen [::]:80;", "")
    assert "warn" not in fronts.nginx_accepts(fronts.nginx_main(tmp_path, tried))


@pytest.mark.skipif(not fronts.CADDY, reason="no caddy on this machine")
def test_caddy_takes_what_is_printed(world: World, tmp_path: Path) -> None:
    """`caddy validate` is content with the file that the command prints, also with its form."""
    printed = here(world.config.base, "setup", "caddy")
    assert printed == caddy_site(facts_of(world.config), templates_of(world.config))
    said = fronts.caddy_accepts(tmp_path, printed)
    assert '"level":"warn"' not in said
