"""The folders of real blogs work as they are: all that their authors published, once, and nothing raw.

The samples are read where they lie and skipped where they are absent. What is expected of each file is read
from it here by simple means of the test's own, one per program, and a few odd ones were written down by eye.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml

from syndicate.app.scanning import Scanned, scan_content
from syndicate.app.site import open_site
from syndicate.configfile import load_config
from syndicate.model import Article

BLOGS = Path(__file__).resolve().parents[3] / "shared" / "samples" / "blogs"
NOW = datetime(2026, 11, 25, tzinfo=UTC)
CONFIG = """\
publication: {{title: Moved in, url: "https://blog.example.org"}}
content: {{folder: "{folder}"}}
mail: {{from: Moved in <news@blog.example.org>}}
"""

# What each folder holds, counted by hand (`find`, and a look into each group of files):
# brew: 45 files in _posts, each with a title, and with its date in its name alone.
# jekyll-site: 102 files in docs/_posts, all with a title; 3 have no date but that of their names.
# pelican-blog: 18 files in content/news, all with a date; the 3 in content/pages have none and are in no feed
#   of Pelican's (one of them is hidden).
# nikola-site: 71 texts in posts: 65 .txt, of which 16 have their fields in a .meta file beside them, 5 .rst
#   and 1 .html; one more .meta lost its text. To Nikola what lies in stories are pages, and in
#   files, galleries and listings no texts; WhatIsNikola.rst is for its authors.
# fahdlabs-ar: 6 bundles in content/post; their pictures are not in the sample.
COUNTS = {"brew": 45, "jekyll-site": 102, "pelican-blog": 18, "nikola-site": 71, "fahdlabs-ar": 6}
LANGUAGES = {"fahdlabs-ar": "ar"}


@dataclass(frozen=True)
class Expected:
    """What an author said of an article: a date where he gave no time."""

    title: str
    when: date | datetime
    tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


# ---------------------------------------------------------------- what the authors said, one way per program


def of_jekyll(file: Path) -> Expected:
    """`key: value` lines between two `---`; tags are the categories; no date, then that of the name."""
    _, head, _ = file.read_text(encoding="utf-8").split("---\n", 2)
    given = dict(re.findall(r"^(\w+): *(.*?) *$", head, re.MULTILINE))
    category = (given.get("categories") or given.get("category") or "").strip("[]")
    day = date(*(int(part) for part in file.name.split("-", 3)[:3]))
    stamp = re.fullmatch(r'"?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4})"?', given.get("date", ""))
    when = datetime.strptime(stamp[1], "%Y-%m-%d %H:%M:%S %z") if stamp else day
    tags = tuple(category.split(", ")) if category else ()
    return Expected(unquoted(given["title"]), when, tags, (given["author"],))


def unquoted(text: str) -> str:
    return text[1:-1] if text[0] in "\"'" and text[0] == text[-1] else text


def of_hugo(file: Path) -> Expected:
    """YAML; tags and categories together are what readers may follow."""
    _, head, _ = file.read_text(encoding="utf-8").split("---\n", 2)
    given = yaml.load(head, yaml.BaseLoader)  # noqa: S506 - the loader that knows text only
    when = (
        datetime.fromisoformat(given["date"]) if "T" in given["date"] else date.fromisoformat(given["date"])
    )
    tags = tuple(dict.fromkeys([*given["tags"], *given["categories"]]))
    return Expected(given["title"], when, tags)


def of_pelican(file: Path) -> Expected:
    """A title with its rule, then `:key: value`; one file has `Key: value` lines between two `---`."""
    text = file.read_text(encoding="utf-8")
    given = {key.lower(): value for key, value in re.findall(r"^:?(\w+): (.*)$", text[:400], re.MULTILINE)}
    title = given.get("title") or next(line for line in text.splitlines() if re.match(r"\w", line))
    tags = tuple(filter(None, given.get("tags", "").split(", ")))
    authors = (given["author"],) if "author" in given else ()
    return Expected(title, date.fromisoformat(given["date"]), tags, authors)


def of_nikola(file: Path) -> Expected:
    """`.. key: value` lines on top or in the .meta file; times without a zone are the publication's."""
    meta = file.with_suffix(".meta")
    text = (meta if meta.exists() else file).read_text(encoding="utf-8")
    given = dict(re.findall(r"^\.\. (\w+): *(.*?) *$", text[:1000], re.MULTILINE))
    tags = [tag.strip() for name in ("tags", "category") for tag in given.get(name, "").split(",")]
    authors = (given["author"],) if given.get("author") else ()
    return Expected(given["title"], nikola_time(given["date"]), tuple(filter(None, tags)), authors)


def nikola_time(text: str) -> datetime:
    found = re.fullmatch(
        r"(\d{4})[-/](\d\d)[-/](\d\d) (\d\d):(\d\d)(?::(\d\d))?(?: UTC(?:([+-]\d\d):00)?)?", text
    )
    assert found, text
    *parts, hours = found.groups()
    moment = datetime(*(int(part or 0) for part in parts), tzinfo=UTC)  # type: ignore[misc, arg-type]
    return moment - timedelta(hours=int(hours or 0))


@dataclass(frozen=True)
class Blog:
    """Where a folder has its articles, and how to read what they say."""

    files: str
    read: Callable[[Path], Expected]


KINDS: Mapping[str, Blog] = {
    "brew": Blog("_posts/*.md", of_jekyll),
    "jekyll-site": Blog("docs/_posts/*.m*", of_jekyll),
    "pelican-blog": Blog("content/news/*", of_pelican),
    "nikola-site": Blog("posts/*[!a]", of_nikola),  # all but .meta
    "fahdlabs-ar": Blog("content/post/*/index.md", of_hugo),
}

# Written down by eye: what is easily taken wrong.
BY_EYE = {
    "brew": {
        "_posts/2025-02-03-Homebrew-git-signing.md": ("Homebrew's new git signing key", "2025-02-03"),
        "_posts/2016-09-21-homebrew-1.0.0.md": ("1.0.0", "2016-09-21"),
    },
    "jekyll-site": {
        # its name says 2014-11-06
        "docs/_posts/2014-11-06-jekylls-midlife-crisis-jekyll-turns-2-5-0.markdown": (
            "Jekyll's Mid-Life Crisis (Or, Jekyll turns 2.5.0)",
            "2014-11-05T18:48:22",
        ),
        "docs/_posts/2013-09-06-jekyll-1-2-0-released.markdown": (
            "Jekyll 1.2.0 Released",
            "2013-09-07T02:02:41",
        ),
        # its time is a slip of the pen: `18:30:22 2023 -0800`
        "docs/_posts/2023-01-29-jekyll-3-9-3-released.markdown": ("Jekyll 3.9.3 Released", "2023-01-29"),
    },
    "pelican-blog": {
        "content/news/namespace-plugins.md": ("Migrating Plugins to New Organization", "2021-02-15"),
        "content/news/sprint-2019-fall.rst": ("Pelican Sprint — Fall 2019", "2019-10-18"),
        "content/news/i18n_subsites_released.rst": ("I18N Subsites plugin released", "2014-02-05"),
    },
    "nikola-site": {
        "posts/author-pages-in-nikola-770.rst": ("Author pages in Nikola v7.7.0", "2015-09-04T15:40:00"),
        "posts/new-feature-in-nikola-sections.html": (
            "New feature in Nikola: Sections",
            "2015-09-03T14:01:57",
        ),
        "posts/how-it-is-done.txt": ("How it's done", "2012-03-29T18:07:00"),
    },
    "fahdlabs-ar": {
        "content/post/v6-email-smime-verification-badge/index.md": (
            "كيف توثق إيميلك الشخصي مجاناً وتحصل على علامة التوثيق (الصح) ✔️",
            "2026-03-17",
        ),
    },
}

# What of a source must not be seen outside of code: of Markdown, Liquid, Hugo, reStructuredText and Nikola.
RAW = re.compile(
    r"\{%|%\}|\{\{|\}\}|\{:|\{#"
    r"|```|\*\*|\]\(|\]\[|!\["
    r"|^\.\. |[a-z]:: |:[a-z]+:`|`_|``|\|\w+\|"
    r"|<[a-z]+ [a-z]+=|\bTEASER_END -->|<!--|^:\w+: |={4,}|-{4,}|~{4,}"
    r"|:(?:tada|heart|bug|sparkles|wave|bouquet|bow|wink|smiley|pray|broken_heart|sweat_smile):",
    re.MULTILINE,
)
# It is said in these that there is such a thing.
SPOKEN_OF = {'<meta content="noindex" name="robots">'}


def seen(html: str) -> str:
    """Return the text outside of code, as it is seen."""
    html = re.sub(r"<pre\b.*?</pre>|<code\b.*?</code>", "…", html, flags=re.DOTALL)
    text = unescape(re.sub(r"<[^>]*>", "", html))
    for words in SPOKEN_OF:
        text = text.replace(words, "…")
    return text


@pytest.fixture(params=KINDS, scope="module")
def moved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Moved:
    """A publication whose only setting of content is the folder."""
    name = request.param
    if not (BLOGS / name).is_dir():
        pytest.skip("the samples are not here")
    place = tmp_path_factory.mktemp(name)
    (place / "config.yaml").write_text(CONFIG.format(folder=BLOGS / name), encoding="utf-8")
    with ExitStack() as stack:
        site = stack.enter_context(open_site(load_config(place / "config.yaml", {}), lambda: NOW))
        scanned = scan_content(site)
        return Moved(name, scanned, {one.path: one for one in scanned.articles.everything()})


@dataclass(frozen=True)
class Moved:
    """A blog that moved in."""

    name: str
    scanned: Scanned
    articles: dict[str, Article]

    @property
    def expected(self) -> dict[str, Expected]:
        kind, folder = KINDS[self.name], BLOGS / self.name
        return {file.relative_to(folder).as_posix(): kind.read(file) for file in folder.glob(kind.files)}


def test_what_was_published_is_there_once(moved: Moved) -> None:
    """Each article of the authors is there, no page is, and no two share an id or a slug."""
    assert sorted(moved.articles) == sorted(moved.expected)
    assert len(moved.articles) == COUNTS[moved.name]
    assert len({one.id for one in moved.articles.values()}) == COUNTS[moved.name]
    assert len({one.slug for one in moved.articles.values()}) == COUNTS[moved.name]


def test_titles_dates_tags_and_authors_are_the_authors(moved: Moved) -> None:
    """What the front matter says is what the article has; a day without a time stays that day."""
    zone = ZoneInfo("UTC")
    for path, wanted in moved.expected.items():
        article = moved.articles[path]
        assert article.title == wanted.title, path
        found: date = article.published.astimezone(zone)
        assert (found if isinstance(wanted.when, datetime) else article.published.date()) == wanted.when, path
        assert article.tags == wanted.tags, path
        assert article.authors == wanted.authors, path


def test_the_odd_ones_are_right_by_eye(moved: Moved) -> None:
    """Titles and dates that are easily taken wrong are as a reader of the blog saw them."""
    for path, (title, when) in BY_EYE[moved.name].items():
        assert moved.articles[path].title == title
        assert moved.articles[path].published.isoformat().startswith(when)


def test_the_language_is_the_blogs(moved: Moved) -> None:
    """No sample names its language; the Arabic one is known by its script."""
    assert {one.language for one in moved.articles.values()} == {LANGUAGES.get(moved.name, "en")}


def test_no_markup_is_left_raw(moved: Moved) -> None:
    """Nothing of the source's markup or template code is seen outside of code, nor in a link or a summary."""
    raw = [
        (path, text[max(0, match.start() - 40) : match.end() + 40])
        for path, one in moved.articles.items()
        for text in (seen(one.html), one.title, one.summary)
        for match in RAW.finditer(text)
    ]
    assert raw == []
    addresses = [
        (path, address)
        for path, one in moved.articles.items()
        for address in re.findall(r'<(?:a|img)\b[^>]* (?:href|src)="([^"]*)"', one.html)
        if re.search(r"[{}|<>`\[\]]|%7B|%7D", address)
    ]
    assert addresses == []


def test_every_article_has_its_text(moved: Moved) -> None:
    """No text is lost: an article has a summary, and most of the words of its file."""
    for path, one in moved.articles.items():
        source = (BLOGS / moved.name / path).read_text(encoding="utf-8")
        words = len(re.findall(r"\w{4,}", re.sub(r"<[^>]*>", "", one.html)))
        assert one.summary, path
        assert words > 0.4 * len(re.findall(r"\w{4,}", source)) - 30, path


def test_no_picture_is_announced_that_is_not_there(moved: Moved) -> None:
    """The pictures of the bundles are not in the sample, so no article may claim one of its own."""
    named = {one.picture.src for one in moved.articles.values() if one.picture}
    assert all(src.startswith(("https://", "http://", "/")) for src in named), named


def test_only_what_is_wrong_is_told(moved: Moved) -> None:
    """Of all files two are faulty: a field given twice, and the time that is a slip of the pen."""
    told = [str(fault) for fault in moved.scanned.faults if "count as an archive" not in fault.message]
    expected = {"brew": ["redirect_from: given again on line 5"], "jekyll-site": ["only the day of"]}
    assert len(told) == len(expected.get(moved.name, []))
    assert all(words in line for words, line in zip(expected.get(moved.name, []), told, strict=True))
