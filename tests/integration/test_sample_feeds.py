"""Real blogs, and the articles of the Indonesian press, make clean feeds in all three formats.

The samples are read where they lie and skipped where they are absent.
"""

from __future__ import annotations

import dataclasses
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from feed_reading import Entry, groups, read, wrong_with_entry, wrong_with_json, wrong_with_xml
from lxml import etree
from publications import LONG_AGO
from test_sample_blogs import RAW, seen

from syndicate.app.publishing import publish_site
from syndicate.app.scanning import scan_content
from syndicate.app.site import open_site
from syndicate.configfile import load_config
from syndicate.feeds.check import check_feed

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
BASE = "https://blog.example.org/kabar"
CONFIG = """\
publication: {{title: Moved in, url: "{base}", language: {language}, timezone: Asia/Jakarta, author: Redaksi}}
content: {{folder: "{folder}"}}
mail: {{from: Moved in <news@blog.example.org>}}
"""
# Each folder, its language, and how many articles its feeds and archives hold together.
FOLDERS = {
    "blogs/brew": ("en", 45),
    "blogs/jekyll-site": ("en", 102),
    "blogs/pelican-blog": ("en", 18),
    "blogs/nikola-site": ("en", 71),
    "blogs/fahdlabs-ar": ("ar", 6),
    "news-id": ("id", 41),
}
TEMPLATES = re.compile(r"\{%|%\}|\{\{|\}\}|<!--|```|\]\(|!\[")
FORMS = {"rss.xml": "rss", "atom.xml": "atom", "feed.json": "json"}


@dataclasses.dataclass(frozen=True)
class Made:
    """A sample that was built: its name, its publish folder, and its feeds by folder and file name."""

    name: str
    public: Path
    feeds: dict[Path, dict[str, Path]]

    def files(self, suffix: str) -> list[Path]:
        return [path for files in self.feeds.values() for path in files.values() if path.suffix == suffix]

    def articles(self) -> dict[str, Entry]:
        """Return every article that any JSON feed shows, by id."""
        return {one.id: one for path in self.files(".json") for one in read(path)}


@pytest.fixture(params=FOLDERS, scope="module")
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The publication of one sample, built once."""
    name: str = request.param
    if not (SAMPLES / name).is_dir():
        pytest.skip("the samples are not here")
    place = tmp_path_factory.mktemp("site")
    text = CONFIG.format(base=BASE, folder=SAMPLES / name, language=FOLDERS[name][0])
    (place / "config.yaml").write_text(text, encoding="utf-8")
    with open_site(load_config(place / "config.yaml", {}), lambda: NOW, lambda: LONG_AGO) as site:
        publish_site(site, scan_content(site).articles, now=NOW)
    public = place / "public"
    return Made(name, public, groups(public))


def test_every_feed_has_all_formats_and_every_article_is_in_one(made: Made) -> None:
    """The main feed, those of tags and so on, and the archives, which hold the rest: nothing is lost."""
    assert all(files.keys() == FORMS.keys() for files in made.feeds.values())
    assert len(made.articles()) == FOLDERS[made.name][1]
    count = FOLDERS[made.name][1]
    assert {one.id for one in read(made.public / "feed.json")} <= made.articles().keys()
    assert len(read(made.public / "feed.json")) == min(count, 50)
    if count > 50:
        assert (made.public / "archive/1/atom.xml").is_file()


def test_feedparser_reads_every_rss_and_atom_file(made: Made) -> None:
    """No bozo flag, each date read, each id as written; nor does a strict XML parser complain."""
    assert [wrong for path in made.files(".xml") for wrong in wrong_with_xml(path)] == []


def test_every_json_feed_keeps_the_rules(made: Made) -> None:
    """Each key is one of JSON Feed 1.1, with a value of its kind, and none that is required is lacking."""
    assert [wrong for path in made.files(".json") for wrong in wrong_with_json(path)] == []


def test_the_formats_say_the_same(made: Made) -> None:
    """Ids, links, dates, titles, texts, summaries, people, topics, pictures: equal, in the same order."""
    for folder, files in made.feeds.items():
        rss, atom, json = (read(files[name]) for name in FORMS)
        assert atom == json, folder
        assert rss == [dataclasses.replace(one, enclosures=one.enclosures[:1]) for one in atom], folder


def test_an_article_is_the_same_in_every_feed(made: Made) -> None:
    """Whatever feed shows it, its id stands for the same link, title, dates and authors."""
    whole = made.articles()
    for path in made.files(".json"):
        for one in read(path):
            assert dataclasses.replace(one, html="") == dataclasses.replace(whole[one.id], html=""), path


def test_texts_are_clean(made: Made) -> None:
    """Absolute addresses, no style or class but a code's language, nothing active, no 1x1 picture."""
    wrong = [(one.link, what) for one in made.articles().values() for what in wrong_with_entry(one)]
    assert wrong == []


def test_nothing_of_the_source_is_left_raw(made: Made) -> None:
    """No template code and no markup of the source is seen in a text, a title or a summary."""
    marks = TEMPLATES if made.name == "news-id" else RAW  # rows of dashes and stars are the press's own
    raw = [
        (one.link, text[max(0, match.start() - 40) : match.end() + 40])
        for one in made.articles().values()
        for text in (seen(one.html), one.title, one.summary)
        for match in marks.finditer(text)
    ]
    assert raw == []


def test_our_own_check_says_nothing(made: Made) -> None:
    """What a feed must pass before it replaces the old one finds nothing, and nothing was kept aside."""
    wrong = [
        one
        for files in made.feeds.values()
        for name, path in files.items()
        for one in check_feed(name, path.read_bytes(), FORMS[name], now=NOW)  # type: ignore[arg-type]
    ]
    assert wrong == []
    assert not (made.public.parent / "var/rejected").exists()


def test_the_list_of_feeds_names_each_once(made: Made) -> None:
    """opml.xml is XML; each of its feeds is there, and each feed that is no archive is in it."""
    root = etree.fromstring((made.public / "opml.xml").read_bytes())
    named = [str(one.get("xmlUrl")) for one in root.iter("outline") if one.get("xmlUrl")]
    assert len(set(named)) == len(named)
    files = [path for formats in made.feeds.values() for path in formats.values()]
    there = {path.relative_to(made.public).as_posix() for path in files}
    told = {unquote(address.removeprefix(f"{BASE}/")) for address in named}
    assert told <= there
    folders = {str(Path(path).parent) for path in told}
    assert folders == {str(Path(path).parent) for path in there if not path.startswith("archive/")}


def test_a_link_in_a_text_leads_somewhere(made: Made) -> None:
    """A link to an article of the publication is to a page that is there, whatever it was in the source."""
    dead = []
    for one in made.articles().values():
        assert one.link.startswith(f"{BASE}/articles/")
        for address in (one.link, *re.findall(r' href="([^"]*)"', one.html)):
            path = unquote(urlsplit(unescape(address)).path).removeprefix("/kabar/")
            if address.startswith(f"{BASE}/articles/") and path.endswith("/"):
                dead += [] if (made.public / path / "index.html").is_file() else [(one.link, address)]
    assert dead == []
