"""What the settings of other programs' sites say, and the configuration that is made of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syndicate.app.founding import Answers, found
from syndicate.app.moving.outline import Outline
from syndicate.app.moving.programs import PROGRAMS, outline_of
from syndicate.app.moving.settings import python_settings, script_text
from syndicate.app.moving.writing import put, usable
from syndicate.config import Config
from syndicate.configfile import load_config
from syndicate.errors import UsageError

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def _site(folder: Path, files: dict[str, str]) -> Outline:
    for name, body in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(body, "utf-8")
    return outline_of(folder)


def _rules(outline: Outline) -> list[tuple[str, str, str]]:
    return [(rule.folder, rule.language, rule.pattern) for rule in outline.rules]


def _configured(outline: Outline, folder: Path) -> Config:
    clean = usable(outline)
    answers = Answers(clean.title, clean.url, clean.language, clean.timezone or "UTC", "")
    found(folder, answers, demo=False, now=NOW, site=clean)
    return load_config(folder / "config.yaml", {})


HUGO = """
baseURL = "https://kabar.example.org/"
title = "Kabar"
languageCode = "id-ID"
timeZone = "Asia/Jakarta"
[params]
description = "Kabar desa"
author = "Redaksi"
[permalinks]
posts = "/:year/:month/:slug/"
[services.rss]
limit = 20
"""


def test_a_hugo_site_is_read(tmp_path: Path) -> None:
    """Title, address, language, zone, permalinks of a section, and the feed that Hugo makes by itself."""
    outline = _site(tmp_path, {"hugo.toml": HUGO, "content/posts/a.md": "x"})
    assert (outline.title, outline.url, outline.language) == ("Kabar", "https://kabar.example.org", "id-ID")
    assert (outline.timezone, outline.description, outline.author) == (
        "Asia/Jakarta",
        "Kabar desa",
        "Redaksi",
    )
    assert _rules(outline) == [
        ("posts", "", "/{year}/{month}/{slug_or_title}/"),
        ("", "", "/{below}/{slug_or_stem}/"),
    ]
    assert (outline.feeds, outline.items, outline.unknown) == ({"rss": "index.xml"}, 20, [])
    assert outline.content == tmp_path / "content"


def test_a_hugo_site_with_settings_in_a_folder_and_languages(tmp_path: Path) -> None:
    """config/_default in any format; each language has its folder, its prefix and its permalinks."""
    outline = _site(
        tmp_path,
        {
            "config/_default/hugo.yaml": "baseURL: https://x.example\ndefaultContentLanguage: en\n",
            "config/_default/languages.toml": (
                '[en]\ntitle = "News"\ncontentDir = "content/en"\n[id]\ncontentDir = "content/id"\n'
                '[id.permalinks.page]\nposts = "/tulisan/:slug/"\n'
            ),
            "config/_default/permalinks.json": '{"page": {"posts": "/p/:contentbasename/"}}',
            "content/en/posts/a.md": "x",
            "layouts/x.html": "",
        },
    )
    assert (outline.title, outline.language, outline.content) == ("News", "en", tmp_path / "content")
    assert _rules(outline) == [
        ("en/posts", "", "/p/{stem}/"),
        ("en", "", "/{below}/{slug_or_stem}/"),
        ("id/posts", "", "/id/tulisan/{slug_or_title}/"),
        ("id", "", "/id/{below}/{slug_or_stem}/"),
    ]
    assert any("timeZone is not set" in line for line in outline.unknown)
    assert any("/id/" in line for line in outline.unknown)


def test_a_folder_of_a_language_that_its_name_does_not_say_is_told(tmp_path: Path) -> None:
    """It is in the configuration, with a rule for the language; what no tag can be is left out."""
    outline = _site(
        tmp_path / "site",
        {
            "hugo.toml": 'title = "K"\nbaseURL = "https://x.example"\ndefaultContentLanguage = "id"\n'
            '[languages.id]\ncontentDir = "content"\n[languages.en]\ncontentDir = "content-en"\n'
            '[languages.odd_one]\ncontentDir = "inhalt teil"\nlanguageCode = "de-AT"\n'
            '[languages.fr]\ncontentDir = "fr"\n',
            "content/a.md": "x",
        },
    )
    assert outline.languages == {"content-en": "en", "inhalt teil": "de-AT"}
    assert ("content-en", "en", "/en/{below}/{slug_or_stem}/") in _rules(outline)
    assert ("fr", "", "/fr/{below}/{slug_or_stem}/") in _rules(outline)
    config = _configured(outline, tmp_path / "new")
    assert config.content.languages == {"content-en": "en", "inhalt teil": "de-AT"}


def test_hugo_feeds_have_the_names_its_formats_give(tmp_path: Path) -> None:
    """Own formats, base names, paths and suffixes."""
    outline = _site(
        tmp_path,
        {
            "hugo.yaml": (
                "outputs: {home: [HTML, RSS, JSONFeed, Atom]}\n"
                "mediaTypes: {application/rss+xml: {suffixes: [rss]}}\n"
                "outputFormats: {RSS: {baseName: feed}, Atom: {mediaType: application/atom+xml, path: f},"
                " JSONFeed: {mediaType: application/feed+json, baseName: feed}}\n"
            ),
            "content/a.md": "x",
        },
    )
    assert outline.feeds == {"rss": "feed.rss", "json": "feed.json", "atom": "f/index.xml"}


def test_what_hugo_says_and_we_do_not_understand_is_told(tmp_path: Path) -> None:
    """A permalink with an unknown token makes no rule, and is named."""
    outline = _site(tmp_path, {"hugo.toml": '[permalinks]\nposts = "/:moon/:slug/"\n', "content/a.md": "x"})
    assert _rules(outline) == [("", "", "/{below}/{slug_or_stem}/")]
    assert any("/:moon/:slug/" in line for line in outline.unknown)
    odd = 'disablePathToLower = true\n[[module.mounts]]\nsource = "x"\n'
    said = "\n".join(_site(tmp_path, {"hugo.toml": odd}).unknown)
    assert "disablePathToLower: not followed" in said
    assert "module.mounts: not followed" in said


JEKYLL = "title: Kabar\nurl: https://x.example\nbaseurl: /blog\nlang: id\ntimezone: Asia/Jakarta\n"


@pytest.mark.parametrize(
    ("link", "pattern", "like"),
    [
        ("", "/{categories}/{year}/{month}/{day}/{slug}.html", "jekyll"),
        ("permalink: pretty\n", "/{categories}/{year}/{month}/{day}/{slug}/", "jekyll"),
        ("permalink: ordinal\n", "/{categories}/{year}/{y_day}/{slug}.html", "jekyll"),
        ("permalink: none\n", "/{categories}/{slug}.html", "jekyll"),
        ("permalink: /:year/:short_month/:title\n", "/{year}/{short_month}/{slug}", "jekyll"),
        ("permalink: /a/:slug/\n", "/a/{slug}/", ""),
        (
            "defaults: [{scope: {path: '', type: posts}, values: {permalink: '/b/:title/'}}]\n",
            "/b/{slug}/",
            "jekyll",
        ),
    ],
)
def test_a_jekyll_site_is_read(tmp_path: Path, link: str, pattern: str, like: str) -> None:
    """Its permalink styles and its own patterns; the feed of jekyll-feed is Atom."""
    files = {"_config.yml": f"{JEKYLL}{link}plugins: [jekyll-feed]\n", "_posts/2026-01-02-a.md": "x"}
    outline = _site(tmp_path, files)
    assert (outline.title, outline.url, outline.language) == ("Kabar", "https://x.example/blog", "id")
    assert [(rule.pattern, rule.like) for rule in outline.rules] == [(pattern, like)]
    assert (outline.feeds, outline.content) == ({"atom": "feed.xml"}, tmp_path / "_posts")


def test_jekyll_posts_in_several_folders_and_a_feed_of_ones_own(tmp_path: Path) -> None:
    """The content is the folder around them; a template tells which format it is of."""
    outline = _site(
        tmp_path,
        {"_config.yml": "name: x\n", "a/_posts/b.md": "x", "_posts/c.md": "", "atom.xml": "---\n---\n<feed>"},
    )
    assert (outline.content, outline.feeds) == (tmp_path, {"atom": "atom.xml"})
    assert "vendor" in outline.exclude


PELICAN = """
import os
SITENAME = "Kabar"
TIMEZONE = 'Asia/Jakarta'
DEFAULT_LANG = 'id'
PATH = "content"
ARTICLE_URL = 'posts/{date:%Y}/{date:%b}/{slug}/'
ARTICLE_SAVE_AS = ARTICLE_URL + 'index.html'
FEED_ALL_ATOM = None
os.system("touch ran")
"""


def test_a_pelican_site_is_read_and_never_run(tmp_path: Path) -> None:
    """The settings for publishing win; what has to be computed is left out."""
    conf = "from pelicanconf import *\nSITEURL = 'https://x.example'\nFEED_ALL_ATOM = 'feeds/all.atom.xml'\n"
    outline = _site(
        tmp_path,
        {"pelicanconf.py": PELICAN, "publishconf.py": conf, "content/a.rst": ""},
    )
    assert (outline.title, outline.url, outline.language) == ("Kabar", "https://x.example", "id")
    assert _rules(outline) == [
        ("", "id", "/posts/{year}/{short_month}/{slug_or_title}/"),
        ("", "", "/{slug_or_title}-{language}.html"),
    ]
    assert outline.feeds == {"atom": "feeds/all.atom.xml"}
    assert outline.exclude == ("pages/**",)
    assert not (tmp_path / "ran").exists()
    assert not Path("ran").exists()


def test_a_zola_site_is_read(tmp_path: Path) -> None:
    """Languages other than the default have a folder; the feed is Atom unless it is named otherwise."""
    outline = _site(
        tmp_path,
        {
            "config.toml": (
                'base_url = "https://x.example/"\ntitle = "Kabar"\ndefault_language = "id"\n'
                "generate_feeds = true\n[languages.en]\n"
            ),
            "content/blog/a.md": "x",
        },
    )
    assert (outline.program, outline.url, outline.language) == ("Zola", "https://x.example", "id")
    assert _rules(outline) == [("", "en", "/en/{folder}/{slug}/"), ("", "", "/{folder}/{slug}/")]
    assert outline.feeds == {"atom": "atom.xml"}


NIKOLA = """
BLOG_AUTHOR = "Redaksi"
BLOG_TITLE = {"en": "News", "id": "Kabar"}
SITE_URL = "https://x.example/"
DEFAULT_LANG = "id"
TRANSLATIONS = {DEFAULT_LANG: "", "en": "./en"}
TIMEZONE = "Asia/Jakarta"
POSTS = (("posts/*.rst", "posts", "post.tmpl"), ("posts/*.md", "posts", "post.tmpl"))
"""


def test_a_nikola_site_is_read(tmp_path: Path) -> None:
    """Several formats of one folder are one rule, for each language."""
    outline = _site(tmp_path, {"conf.py": NIKOLA, "posts/a.rst": ""})
    assert (outline.title, outline.url, outline.content) == ("Kabar", "https://x.example", tmp_path / "posts")
    assert _rules(outline) == [
        ("", "id", "/posts/{below}/{slug_or_stem}/"),
        ("", "en", "/en/posts/{below}/{slug_or_stem}/"),
    ]
    assert outline.feeds == {"rss": "rss.xml"}


def test_an_eleventy_site_is_read_as_far_as_it_is_plain(tmp_path: Path) -> None:
    """Folders, the metadata file, the permalink of the data file, the feed plugin."""
    outline = _site(
        tmp_path,
        {
            "eleventy.config.js": (
                "c.addPlugin(feedPlugin, {type: 'atom', outputPath: '/feed/feed.xml'})\n"
                "export const config = {dir: {input: 'src', output: 'dist'}}\n"
            ),
            "src/_data/metadata.js": 'export {title: "Kabar", url: "https://x.example", language: "id"}',
            "src/posts/posts.json": '{"permalink": "/tulisan/{{ page.fileSlug }}/"}',
            "src/posts/a.md": "x",
        },
    )
    assert (outline.title, outline.url, outline.language) == ("Kabar", "https://x.example", "id")
    assert (_rules(outline), outline.feeds) == ([("", "", "/tulisan/{slug}/")], {"atom": "feed/feed.xml"})
    assert (outline.content, outline.built) == (tmp_path / "src" / "posts", tmp_path / "dist")
    assert any("links check" in line for line in outline.unknown)


def test_an_astro_site_is_read_as_far_as_it_is_plain(tmp_path: Path) -> None:
    """The collection with the articles, and the route that shows it."""
    outline = _site(
        tmp_path,
        {
            "astro.config.mjs": "export default defineConfig({ site: 'https://x.example', base: '/b' })",
            "src/consts.ts": "export const SITE_TITLE = 'Kabar';",
            "src/content/blog/a.md": "x",
            "src/pages/blog/[...slug].astro": "",
            "src/pages/rss.xml.js": "",
        },
    )
    assert (outline.title, outline.url) == ("Kabar", "https://x.example/b")
    assert _rules(outline) == [("", "", "/blog/{below}/{slug_or_stem}/")]
    assert outline.feeds == {"rss": "rss.xml"}


def test_a_folder_of_no_program_is_told(tmp_path: Path) -> None:
    """The programs that are known are named."""
    with pytest.raises(UsageError, match="Hugo, Jekyll, Pelican"):
        outline_of(tmp_path)


def test_the_configuration_has_what_was_found(tmp_path: Path) -> None:
    """It can be loaded, the comments stay, and the content is where it was."""
    outline = _site(tmp_path / "site", {"hugo.toml": HUGO, "content/posts/a.md": "x"})
    config = _configured(outline, tmp_path / "new")
    assert config.pages is False
    assert config.content.folder == tmp_path / "site" / "content"
    assert [(rule.folder, rule.pattern, rule.like) for rule in config.links.rules] == [
        ("posts", "/{year}/{month}/{slug_or_title}/", "hugo"),
        ("", "/{below}/{slug_or_stem}/", "hugo-files"),
    ]
    assert (config.feeds.formats, config.feeds.paths, config.feeds.items) == (
        ("rss",),
        {"rss": "index.xml"},
        20,
    )
    text = (tmp_path / "new" / "config.yaml").read_text()
    assert "content: ../site" not in text
    assert "folder: ../site/content" in text
    assert not (tmp_path / "new" / "content").exists()


def test_in_the_folder_of_the_site_itself_its_own_files_are_let_be(tmp_path: Path) -> None:
    """Hugo's pages are in public, so the feeds go elsewhere."""
    config = _configured(_site(tmp_path, {"hugo.toml": HUGO, "content/posts/a.md": "x"}), tmp_path)
    assert config.publish.folder == tmp_path / "feeds"
    assert (tmp_path / ".gitignore").read_text() == "/feeds/\n/var/\n"


def test_what_the_configuration_cannot_hold_is_told(tmp_path: Path) -> None:
    """A language or an address that is none is left out, with the reason."""
    outline = usable(
        _site(tmp_path, {"hugo.toml": 'baseURL = "/"\nlanguageCode = "?"\n', "content/a.md": "x"})
    )
    assert (outline.url, outline.language) == ("", "")
    said = "\n".join(outline.unknown)
    assert "the title: the settings do not say" in said
    assert "its address: the settings do not say" in said
    assert "the language '?': write a language tag" in said


def test_a_setting_is_put_in_its_place() -> None:
    """One that stands there, also as a comment, one that does not, and a section that is new."""
    text = "a:\n  x: 1      # why\n  # y: [2]  # how\nb:\n  x: 3\n"
    assert put(text, "a", "x", "7") == text.replace("x: 1      # why", "x: 7      # why")
    assert put(text, "a", "y", "7") == text.replace("  # y: [2]  # how", "  y: 7      # how")
    assert put(text, "a", "z", "7") == text.replace("a:\n", "a:\n  z: 7\n")
    assert put(text, "b", "x", "7") == text.replace("x: 3", "x: 7")
    assert put(text, "c", "x", "7") == f"{text}\nc:\n  x: 7\n"


def test_python_that_must_be_run_is_not() -> None:
    """Constants, earlier names, sums and f-strings are read; a call leaves the name out."""
    source = "A = 'x'\nB = A + '/y'\nC = f'{B}/z'\nD = open('q')\nE: int = 3\nF = {'k': D, A: [1, (2, A)]}\n"
    assert python_settings(source) == {
        "A": "x", "B": "x/y", "C": "x/y/z", "E": 3, "F": {"k": None, "x": [1, [2, "x"]]}
    }  # fmt: skip
    assert python_settings("A = " + "(" * 5000 + ")" * 5000) == {}
    assert script_text('const a = {site: "it\'s \\"x\\""}', "site") == 'it\'s "x"'


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=200),
    st.sampled_from(["hugo.toml", "hugo.yaml", "hugo.json", "_config.yml", "config.toml"]),
)
def test_any_bytes_in_settings_are_read_or_told(tmp_path: Path, body: bytes, name: str) -> None:
    """A broken file of settings is a sentence with its name, never a traceback."""
    (tmp_path / "content").mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(body)
    for program in PROGRAMS:
        try:
            usable(program.read(tmp_path))
        except UsageError as error:
            assert str(tmp_path) in str(error)
    (tmp_path / name).unlink()
