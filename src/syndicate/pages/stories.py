"""Article -> Story: what pages show of an article; its text is asked for where its own page is made. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from hashlib import sha256
from html import escape, unescape
from urllib.parse import urljoin, urlsplit

from markupsafe import Markup

from syndicate import links
from syndicate.model import Article, Picture
from syndicate.pages.addresses import path_below
from syndicate.pages.attached import Attached, attached, has_video
from syndicate.pages.body import elsewhere, readable

LONGEST = 100_000  # characters of the texts on a page that lists articles
_SAME_BREATH = timedelta(hours=1)


@dataclass(frozen=True, slots=True, repr=False)
class Story:
    """An article as lists show it.

    `path` is for `link`; so is `picture_path`, which is "" where there is no picture. `updated` is set only
    where it is later than the day's first hour of correction; `changed` always is. `folders` are those of
    its tags and so on that have a page. `canonical` is the absolute address of the article elsewhere, "" for
    none. `mark` is a hash of all this.
    """

    id: str
    path: str
    title: str
    summary: str
    language: str
    published: datetime
    updated: datetime | None
    changed: datetime
    visible_at: datetime
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    folders: tuple[str, ...]
    picture: Picture | None
    picture_path: str
    picture_alt: str
    correction: str
    canonical: str
    key: str
    mark: str = ""

    def __repr__(self) -> str:
        return f"Story({self.id!r}, {self.mark})"

    @classmethod
    def of(cls, article: Article, folders: Collection[str], base: str = "") -> Story:
        """Return the story of `article`; `folders` are those that have a page below the URL `base`."""
        picture = article.picture
        src = path_below(article.slug, picture.src) if picture else ""
        theirs = links.folders_of(article.tags, article.categories, article.authors, article.language)
        values = (
            article.id,
            f"{links.article_folder(article.slug)}/index.html",
            article.title,
            article.summary,
            article.language,
            article.published,
            article.updated if article.updated - article.published > _SAME_BREATH else None,
            max(article.updated, article.published),
            article.visible_at,
            article.authors,
            article.tags,
            tuple(folder for folder in theirs if folder in folders),
            picture if src else None,
            src,
            picture.alt if picture else "",
            article.correction,
            _elsewhere(article, base),
            article.key,
        )
        return cls(*values, mark=sha256(repr(values).encode("utf-8", "replace")).hexdigest()[:16])

    def picture_url(self, base: str) -> str:
        """Return the absolute address of the picture, "" where there is none."""
        if not self.picture_path or urlsplit(self.picture_path).scheme:
            return self.picture_path
        if self.picture_path.startswith("/"):
            return urljoin(f"{base}/", self.picture_path)
        return links.url(base, self.picture_path)


@dataclass(frozen=True, slots=True)
class Text:
    """What only an article's own page shows.

    `picture` is set only where neither the body nor an attached film shows it already; `standfirst` only
    where the body does not begin with the summary.
    """

    html: Markup
    standfirst: str
    picture: Picture | None
    attached: tuple[Attached, ...] = ()

    @classmethod
    def of(cls, article: Article) -> Text:
        """Return the text of an `article` that was read with it."""
        picture, html = article.picture, article.html
        opening = picture if picture and not _shows(html, picture.src) else None
        beside = attached(article)
        return cls(
            # an article's html is sanitised when it is read
            html=Markup(readable(html, picture, eager=opening is None)),  # noqa: S704
            standfirst="" if _begins_with(html, article.summary) else article.summary,
            picture=None if has_video(beside) else opening,
            attached=beside,
        )

    def context(self) -> Mapping[str, object]:
        """Return it as templates are given it."""
        return {one.name: getattr(self, one.name) for one in fields(self)}


def texts_elsewhere(articles: Iterable[Article], base: str, root: str) -> dict[str, Text]:
    """Return the texts of `articles` by id for a page among many, from which `root` leads to the URL `base`.

    There are as many as `LONGEST` allows, so that a page stays one that can be read.
    """
    found: dict[str, Text] = {}
    room = LONGEST
    for article in articles:
        text = Text.of(article)
        room -= len(text.html)
        if room < 0:
            break
        page = links.article_url(base, article.slug)
        html = Markup(elsewhere(text.html, page, base, root))  # noqa: S704 as safe as it was
        found[article.id] = replace(text, html=html)
    return found


def _elsewhere(article: Article, base: str) -> str:
    """Return the absolute address that the article calls its own, "" where that is its page here."""
    address = article.canonical
    own = links.article_url(base, article.slug).rstrip("/") == address.rstrip("/")
    return address if address.startswith(("http://", "https://")) and not own else ""


def _shows(html: str, src: str) -> bool:
    return f'src="{src}"' in html or f'src="{escape(src)}"' in html


def _begins_with(html: str, summary: str) -> bool:
    """Tell whether the text of `html` begins with the summary, which then says nothing more."""
    start = unescape(re.sub(r"<[^>]*>", " ", html[: 20 * len(summary) + 500]))
    wanted = "".join(summary.rstrip("….").split())[:60]
    return "".join(start.split()).startswith(wanted)
