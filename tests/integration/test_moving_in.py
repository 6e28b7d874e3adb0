"""A site of another program moves in: its settings, its addresses, and the ids its readers know."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from syndicate.app.moving.feedfile import Item, items_of
from syndicate.cli import main

HUGO = Path(sys.executable).with_name("hugo")
Run = Callable[..., tuple[int, str]]

needs_hugo = pytest.mark.skipif(not HUGO.exists(), reason="Hugo is not installed")


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; give its exit status and all it said."""

    def command(*arguments: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        assert isinstance(ended.value.code, int)
        said = capfd.readouterr()
        return ended.value.code, said.out + said.err

    return command


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")


def _post(title: str, date: str, *more: str) -> str:
    return "\n".join(["---", f"title: {title}", f"date: {date}", *more, "---", f"The text of {title}.", ""])


def _shown(items: Iterable[Item]) -> dict[str, tuple[bool, tuple[str, ...]]]:
    """Return what a reader tells items by: their ids, and whether and where they lead."""
    return {item.id: (item.permalink, item.links) for item in items}


def _feed(path: Path) -> dict[str, tuple[bool, tuple[str, ...]]]:
    return _shown(items_of(path.read_bytes(), name=str(path)))


# ---------------------------------------------------------------- Hugo

SETTINGS = """
baseURL = "https://kabar.example.org/sub/"
title = "Kabar Lama"
languageCode = "id"
defaultContentLanguage = "id"
timeZone = "Asia/Jakarta"
[permalinks]
posts = "/:year/:month/:day/:slug/"
blog = "/b/:sections/:title/"
notes = "/n/:monthname/:weekdayname/:yearday/:contentbasename/"
"""

ARTICLES = {
    "content/posts/one.md": _post('"What\'s New in C++ 2.0 – Déjà_Vu / x?"', "2026-02-05"),
    "content/posts/2026-02-03-dated.md": _post("Dated", "2026-02-03T23:30:00-05:00"),
    "content/posts/Bundle One/index.md": _post("Bundle", "2026-02-04T23:30:00Z"),
    "content/posts/slugged.md": _post("Slugged", "2026-02-01", "slug: My_Slug & Here"),
    "content/posts/u1.md": _post("U1", "2026-01-04", "url: lama/u1"),
    "content/posts/u2.md": _post("U2", "2026-01-05", "url: /lama/u2.html"),
    "content/posts/u3.md": _post("U3", "2026-01-06", "url: /Lama/U 3"),
    "content/blog/_index.md": "---\ntitle: Blog\n---\n",
    "content/blog/flat/deep.md": _post('"Deep  Title -- here"', "2026-01-07 09:05:00"),
    "content/blog/sub/_index.md": "---\ntitle: Sub\n---\n",
    "content/blog/sub/ar.md": _post("كيف تكتب", "2026-01-08"),
    "content/notes/Some_Note + more.md": _post("Note", "2026-01-09"),
    "content/other/Deep Folder/A file (1).md": _post("File", "2026-01-10"),
    "layouts/all.html": "<html></html>",
}


def _built(folder: Path, files: dict[str, str]) -> Path:
    """Write a Hugo site and let Hugo make it; return the folder of its pages."""
    _write(folder, files)
    made = subprocess.run([HUGO, "build", "--quiet"], cwd=folder, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    return folder / "public"


@needs_hugo
def test_a_hugo_site_moves_in_with_every_id_and_address(tmp_path: Path, run: Run) -> None:
    """`init --from` and `adopt`: the feed after has each id, isPermaLink and link of the one before.

    So has the one that is made from the file of ids, when the database is lost.
    """
    public = _built(tmp_path / "site", {"hugo.toml": SETTINGS, **ARTICLES})
    before = _feed(public / "index.xml")
    assert len(before) == 11
    config = tmp_path / "new" / "config.yaml"
    assert run("init", tmp_path / "new", "--from", tmp_path / "site")[0] == 0
    assert run("check", "--config", config)[0] == 0
    for against in (public, public / "sitemap.xml"):
        status, said = run("links", "check", "--against", against, "--config", config)
        assert (status, said.splitlines()[-1]) == (0, "11 articles: 11 where they should be, 0 not.")
    status, said = run("adopt", public / "index.xml", "--dry-run", "--config", config)
    assert (status, said.count("\nmatched ") + 1) == (0, 11)
    assert "11 items: 11 matched, 0 unmatched, 0 ambiguous; 11 ids would be given" in said
    assert "; 11 ids given" in run("adopt", public / "index.xml", "--config", config)[1]
    assert run("build", "--config", config)[0] == 0
    assert _feed(tmp_path / "new" / "public" / "index.xml") == before
    assert not (tmp_path / "new" / "public" / "articles").exists()
    assert "0 ids given, 11 as they were" in run("adopt", public / "index.xml", "--config", config)[1]
    for file in (tmp_path / "new" / "var").glob("syndicate.db*"):
        file.unlink()
    assert run("build", "--config", config)[0] == 0
    assert _feed(tmp_path / "new" / "public" / "index.xml") == before


@needs_hugo
def test_a_hugo_site_of_two_languages_moves_in(tmp_path: Path, run: Run) -> None:
    """Each language has its permalinks and its prefix; both feeds are in ours."""
    settings = (
        'baseURL = "https://kabar.example.org/"\ntitle = "K"\ndefaultContentLanguage = "id"\n'
        "[languages.id]\nweight = 1\n[languages.en]\nweight = 2\n[languages.en.permalinks.page]\n"
        'posts = "/p/:year/:slug/"\n[permalinks.page]\nposts = "/tulisan/:slug/"\n'
    )
    public = _built(
        tmp_path / "site",
        {
            "hugo.toml": settings,
            "layouts/all.html": "<html></html>",
            "content/posts/satu.md": _post("Satu Dua", "2026-01-01"),
            "content/posts/satu.en.md": _post("One Two", "2026-01-02"),
            "content/posts/b/index.en.md": _post("Bundle", "2026-01-03"),
        },
    )
    before = _feed(public / "index.xml") | _feed(public / "en" / "index.xml")
    assert len(before) == 3
    config = tmp_path / "new" / "config.yaml"
    run("init", tmp_path / "new", "--from", tmp_path / "site")
    assert run("links", "check", "--against", public, "--config", config)[0] == 0
    feeds = [public / "index.xml", public / "en" / "index.xml"]
    assert "3 items: 3 matched" in run("adopt", *feeds, "--config", config)[1]
    run("build", "--config", config)
    assert _feed(tmp_path / "new" / "public" / "index.xml") == before


@needs_hugo
def test_a_hugo_site_with_a_folder_for_each_language_moves_in(tmp_path: Path, run: Run) -> None:
    """Names of languages that are none, regions, dates in file names, and addresses that end in .html."""
    settings = (
        "baseURL: https://x.example/\ntitle: K\ndefaultContentLanguage: english\n"
        "defaultContentLanguageInSubdir: true\nuglyURLs: true\n"
        "frontmatter: {date: [':filename', ':default']}\n"
        "languages:\n  english: {contentDir: content/english, weight: 1, languageCode: en-GB}\n"
        "  id: {contentDir: content/id, weight: 2, languageCode: id-ID}\n"
        "permalinks: {page: {posts: '/:year/:section/:sections[1:]/:slug'}}\n"
    )
    public = _built(
        tmp_path / "site",
        {
            "hugo.yaml": settings,
            "layouts/all.html": "<html></html>",
            "content/english/posts/2026/_index.md": "---\ntitle: Year\n---\n",
            "content/english/posts/2026/2026-01-02-one.md": '+++\ntitle = "One A"\n+++\nHello one\n',
            "content/english/posts/two.md": _post("Two and three", "2026-01-03T23:00:00-08:00"),
            "content/id/posts/satu.md": '{"title": "Satu", "date": "2026-01-05", "slug": "Si_Satu"}\nTiga\n',
            "content/id/halaman/Hal Satu.md": _post("Hal", "2026-01-06"),
        },
    )
    before = _feed(public / "english" / "index.xml") | _feed(public / "id" / "index.xml")
    assert len(before) == 4
    config = tmp_path / "new" / "config.yaml"
    run("init", tmp_path / "new", "--from", tmp_path / "site")
    status, said = run("links", "check", "--against", public, "--config", config)
    assert (status, said) == (0, "4 articles: 4 where they should be, 0 not.\n")
    run("adopt", public / "english" / "index.xml", public / "id" / "index.xml", "--config", config)
    run("build", "--config", config)
    assert _feed(tmp_path / "new" / "public" / "index.xml") == before


@needs_hugo
def test_a_hugo_site_with_a_content_folder_for_each_language_moves_in(tmp_path: Path, run: Run) -> None:
    """The folders are named as no language is, and lie beside the site's others: each article has its own."""
    settings = (
        "baseURL: https://x.example/\ntitle: K\ndefaultContentLanguage: id\n"
        "languages:\n  id: {contentDir: content, weight: 1}\n  en: {contentDir: content-en, weight: 2}\n"
        "permalinks: {posts: '/:year/:slug/'}\n"
    )
    public = _built(
        tmp_path / "site",
        {
            "hugo.yaml": settings,
            "layouts/all.html": "<html></html>",
            "content/posts/satu.md": _post("Satu", "2026-01-05"),
            "content/posts/rutin.md": _post("Rutin", "2026-01-07", "url: /docs/:year/x-:slug"),
            "content-en/posts/one.md": _post("One", "2026-01-06"),
        },
    )
    config = tmp_path / "new" / "config.yaml"
    _, said = run("init", tmp_path / "new", "--from", tmp_path / "site")
    assert "Language of content-en: en\n" in said
    assert "languages: {content-en: en}" in config.read_text()
    status, said = run("links", "check", "--against", public / "sitemap.xml", "--config", config)
    assert (status, said) == (0, "3 articles: 3 where they should be, 0 not.\n")
    run("build", "--config", config)
    feed = (tmp_path / "new" / "public" / "index.xml").read_text()
    assert feed.count("<dc:language>en</dc:language>") == 1
    assert "<link>https://x.example/docs/2026/x-rutin/</link>" in feed


@needs_hugo
def test_an_address_that_differs_is_told(tmp_path: Path, run: Run) -> None:
    """A rule that is wrong: each article is named with its address and the likely one of the site."""
    public = _built(tmp_path / "site", {"hugo.toml": SETTINGS, **ARTICLES})
    config = tmp_path / "new" / "config.yaml"
    run("init", tmp_path / "new", "--from", tmp_path / "site")
    text = config.read_text().replace("/{year}/{month}/{day}/", "/{year}/")
    config.write_text(text)
    status, said = run("links", "check", "--against", public, "--config", config)
    assert status == 1
    assert "posts/slugged.md: /2026/my_slug-here/ is not there, but /2026/02/01/my_slug-here/ is" in said
    assert "11 articles: 7 where they should be, 4 not." in said


# ---------------------------------------------------------------- feeds of others


def _config(folder: Path, *, more: str = "") -> Path:
    config = folder / "config.yaml"
    _write(
        folder,
        {
            "config.yaml": (
                "publication: {title: Kabar, url: 'https://x.example', timezone: UTC}\n"
                f"mail: {{from: a@x.example, transport: folder, folder: var/mail}}\n{more}"
            )
        },
    )
    return config


def test_a_jekyll_site_moves_in_with_the_ids_of_jekyll_feed(tmp_path: Path, run: Run) -> None:
    """Its ids are links without .html; those of articles that the feed no longer holds are so too."""
    posts = {
        f"_posts/2026-01-{day:02}-My-Post-{day}.md": _post(
            f"My Post {day}", f"2026-01-{day:02} 10:00:00 +0000", "categories: [Web Dev]"
        )
        for day in range(1, 14)
    }
    site = tmp_path / "site"
    _write(
        site, {"_config.yml": "title: K\nurl: https://x.example\nlang: en\nplugins: [jekyll-feed]\n", **posts}
    )
    ids = {day: f"https://x.example/web%20dev/2026/01/{day:02}/My-Post-{day}" for day in range(1, 14)}
    entries = "".join(
        f'<entry><title type="html">My Post {day}</title><link href="{ids[day]}.html" rel="alternate"/>'
        f"<published>2026-01-{day:02}T10:00:00+00:00</published><id>{ids[day]}</id></entry>"
        for day in range(13, 3, -1)
    )
    feed = tmp_path / "old.xml"
    feed.write_text(f'<feed xmlns="http://www.w3.org/2005/Atom"><id>x</id>{entries}</feed>')
    config = tmp_path / "new" / "config.yaml"
    run("init", tmp_path / "new", "--from", site, "--timezone", "UTC")
    status, said = run("adopt", feed, "--config", config)
    assert (status, said.splitlines()[-2:]) == (
        0,
        [
            "10 items: 10 matched, 0 unmatched, 0 ambiguous; 13 ids given, 0 as they were, 0 refused",
            "syndicate build publishes them",
        ],
    )
    run("build", "--config", config)
    assert _feed(tmp_path / "new" / "public" / "feed.xml") == _feed(feed)
    config.write_text(config.read_text().replace("items: 10", "items: 50"))
    run("build", "--config", config)
    assert list(_feed(tmp_path / "new" / "public" / "feed.xml")) == [ids[day] for day in range(13, 0, -1)]


WORDPRESS = """<rss version="2.0"><channel><title>K</title>
<item><title>Harga &#8220;Beras&#8221; Naik</title><link>https://x.example/2020/05/harga-beras/</link>
<pubDate>Sun, 03 May 2020 04:05:06 +0000</pubDate><guid isPermaLink="false">https://x.example/?p=123</guid></item>
<item><title>Dua</title><link>https://x.example/2020/06/dua/?utm_source=rss</link>
<pubDate>Mon, 01 Jun 2020 00:00:00 +0000</pubDate><guid isPermaLink="false">http://x.example/?p=9&#038;a=b</guid></item>
</channel></rss>"""

SUBSTACK = """<rss version="2.0"><channel><title><![CDATA[K]]></title>
<item><title><![CDATA[Harga "Beras" Naik]]></title><link>https://k.substack.com/p/harga</link>
<guid isPermaLink="false">https://k.substack.com/p/harga</guid>
<pubDate>Sun, 03 May 2020 04:05:06 GMT</pubDate></item>
<item><title><![CDATA[Dua]]></title><link>https://k.substack.com/p/dua-2</link>
<guid isPermaLink="false">https://k.substack.com/p/dua-2</guid>
<pubDate>Mon, 01 Jun 2020 00:00:00 GMT</pubDate></item>
</channel></rss>"""


@pytest.mark.parametrize("pages", [True, False])
@pytest.mark.parametrize("feed", [WORDPRESS, SUBSTACK], ids=["wordpress", "substack"])
def test_feeds_of_wordpress_and_substack_keep_every_id(
    tmp_path: Path, run: Run, feed: str, pages: bool
) -> None:
    """By link where our address is theirs, else by title and date; a reader sees nothing as new."""
    links = "" if pages else "pages: false\nlinks: [{pattern: '/{year}/{month}/{slug}/'}]\n"
    config = _config(tmp_path, more=links)
    _write(
        tmp_path / "content",
        {
            "harga-beras.md": _post('Harga "Beras" Naik', "2020-05-03T04:05:06Z"),
            "dua.md": _post("Dua", "2020-06-01"),
        },
    )
    (tmp_path / "old.xml").write_text(feed)
    assert "2 items: 2 matched" in run("adopt", tmp_path / "old.xml", "--config", config)[1]
    run("build", "--config", config)
    before, after = _feed(tmp_path / "old.xml"), _feed(tmp_path / "public" / "rss.xml")
    assert {name: shown[0] for name, shown in before.items()} == {
        name: shown[0] for name, shown in after.items()
    }
    atom = items_of((tmp_path / "public" / "atom.xml").read_bytes(), name="atom")
    assert {item.id for item in atom} == set(before)


def test_ids_that_cannot_be_given_are_told(tmp_path: Path, run: Run) -> None:
    """The front matter's own id wins, an item of nothing is unmatched, and a swap of two ids is made."""
    config = _config(tmp_path)
    _write(
        tmp_path / "content",
        {
            "a.md": _post("A", "2020-05-03", "id: mine"),
            "b.md": _post("B", "2020-05-04"),
            "c.md": _post("C", "2020-05-05"),
        },
    )
    feed = tmp_path / "feed.json"

    def give(ended: int = 0, /, **ids: str) -> str:
        items = ", ".join(
            f'{{"id": "{name}", "title": "{title}", "date_published": "2020-05-0{" ABCX".index(title) + 2}"}}'
            for title, name in ids.items()
        )
        feed.write_text(f'{{"version": "https://jsonfeed.org/version/1.1", "items": [{items}]}}')
        status, said = run("adopt", feed, "--config", config)
        assert status == ended, said
        return said

    said = give(1, A="1", B="2", C="3", X="4")
    assert (
        "refused    content/a.md" in said or "refused    a.md: not 1, because its front matter asks" in said
    )
    assert "unmatched  4 'X'" in said
    assert "2 ids given, 0 as they were, 1 refused" in said
    assert "2 ids given" in give(B="3", C="2")
    assert "refused    b.md: not mine, because a.md has that id" in give(1, B="mine")
    run("build", "--config", config)
    feed_now = items_of((tmp_path / "public" / "rss.xml").read_bytes(), name="rss")
    assert {item.title: item.id for item in feed_now} == {"A": "mine", "B": "3", "C": "2"}
    ids = (tmp_path / "var" / "ids.jsonl").read_text()
    assert '"was":"2"' in ids
    assert '"id":"3"' in ids


SIGNS = "!\"#$%&'()*+,-.:;<=>?@[]^_`{|}~–…½²№٣éßİ"


@needs_hugo
def test_names_of_every_sign_have_hugos_address(tmp_path: Path, run: Run) -> None:
    """Titles and file names with each sign that Hugo keeps, drops or replaces, by permalinks and without."""
    files = {"layouts/all.html": "<html></html>"}
    for number, sign in enumerate(SIGNS):
        title = json.dumps(f"A{sign}b {sign} c{sign}")
        day = f"2026-01-{number % 28 + 1:02}"
        files[f"content/titles/t{number}.md"] = _post(title, day)
        files[f"content/files/f{number}a{sign}B {sign} c{sign}.md"] = _post(f"File {number}", day)
        files[f"content/plain/p{number}a{sign}B {sign} c{sign}D/index.md"] = _post(f"Plain {number}", day)
    settings = '[permalinks]\ntitles = "/t/:filename/:slug/"\nfiles = "/:contentbasename/"\n'
    public = _built(tmp_path / "site", {"hugo.toml": f'baseURL = "https://x.example"\n{settings}', **files})
    config = tmp_path / "new" / "config.yaml"
    run("init", tmp_path / "new", "--from", tmp_path / "site")
    status, said = run("links", "check", "--against", public, "--config", config)
    assert (status, said) == (
        0,
        f"{3 * len(SIGNS)} articles: {3 * len(SIGNS)} where they should be, 0 not.\n",
    )


@needs_hugo
def test_each_step_answers_a_machine_and_says_what_was_found(tmp_path: Path, run: Run) -> None:
    """`init` names rules, feeds and what it could not find; the others have their JSON."""
    public = _built(tmp_path / "site", {"hugo.toml": SETTINGS, **ARTICLES})
    (tmp_path / "site" / "static").mkdir()
    config = tmp_path / "new" / "config.yaml"
    _, said = run("init", tmp_path / "new", "--from", tmp_path / "site", "--sender", "Desk <a@x.example>")
    assert "Links of posts: /{year}/{month}/{day}/{slug_or_title}/\n" in said
    assert "Feed: index.xml (rss)\n" in said
    assert f"Its pictures in {tmp_path / 'site' / 'static'} stay where they are" in said
    assert "adopt https://kabar.example.org/sub/index.xml --dry-run" in said
    assert "from: Desk <a@x.example>" in config.read_text()
    found = json.loads(run("links", "check", "--against", public, "--json", "--config", config)[1])
    assert (found["articles"], found["differences"]) == (11, [])
    found = json.loads(run("adopt", public / "index.xml", "--json", "--config", config)[1])
    assert (len(found["matched"]), found["unmatched"], found["given"]) == (11, [], 11)
    status, said = run("init", tmp_path / "new", "--from", tmp_path / "site")
    assert (status, said.count("name another DIR")) == (1, 1)
    status, said = run("init", tmp_path / "none", "--from", tmp_path / "new")
    assert status == 2
    assert "is not the folder of a site whose settings we know" in said


def test_articles_that_our_readers_will_see_as_new_are_told(tmp_path: Path, run: Run) -> None:
    """Our feeds carried them under ids of our own before their old ids were taken over."""
    config = _config(tmp_path)
    for name in "ab":
        _write(tmp_path / "content", {f"{name}.md": _post(name.upper(), "2020-05-03")})
    items = '{"id": "1", "title": "A", "date_published": "2020-05-03"}'
    (tmp_path / "old.json").write_text(f'{{"items": [{items}]}}')
    told = "readers of those feeds will see them as new"
    assert told not in run("adopt", tmp_path / "old.json", "--dry-run", "--config", config)[1]
    run("build", "--config", config)
    dry = run("adopt", tmp_path / "old.json", "--dry-run", "--config", config)[1]
    assert f"1 article in our published feeds would get another id: {told}\n" in dry
    assert "syndicate build" not in dry
    said = run("adopt", tmp_path / "old.json", "--config", config)[1]
    assert said.endswith(
        f"1 article in our published feeds got another id: {told}\nsyndicate build publishes them\n"
    )
    said = run("adopt", tmp_path / "old.json", "--config", config)[1]
    assert (told in said, "syndicate build" in said) == (False, False)


def test_a_feed_of_something_else_changes_nothing(tmp_path: Path, run: Run) -> None:
    """No item is known: each is named, and the exit status says that nothing came of it."""
    config = _config(tmp_path)
    _write(tmp_path / "content", {"a.md": _post("A", "2020-05-03")})
    (tmp_path / "old.xml").write_text(WORDPRESS)
    status, said = run("adopt", tmp_path / "old.xml", "--config", config)
    assert status == 1
    assert "unmatched  https://x.example/?p=123" in said
    assert "2 items: 0 matched, 2 unmatched, 0 ambiguous; 0 ids given" in said
