"""Article -> Story: what a template shows of an article. Pure."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape, unescape
from posixpath import normpath
from urllib.parse import unquote, urljoin, urlsplit

from markupsafe import Markup

from syndicate import links
from syndicate.model import Article, Picture
from syndicate.pages.body import readable

_SAME_BREATH = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Story:
    """An article as templates see it.

    `path` is for `link`; so is `picture_path`, which is "" where there is no picture. `picture` is set
    only where the body does not show it already; `standfirst` only where the body does not begin with
    the summary; `updated` only where it is later than the day's first hour of correction.
    """

    id: str
    path: str
    title: str
    summary: str
    standfirst: str
    html: Markup
    language: str
    published: datetime
    updated: datetime | None
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    tag_folders: tuple[str, ...]
    picture: Picture | None
    picture_path: str
    picture_alt: str
    slug: str

    @classmethod
    def of(cls, article: Article, folders: Set[str]) -> Story:
        """Return the story of `article`; `folders` are those of the tags that have a page."""
        picture = article.picture
        tag_folders = dict.fromkeys(links.tag_folder(tag) for tag in article.tags)
        return cls(
            id=article.id,
            path=f"{links.article_folder(article.slug)}/index.html",
            title=article.title,
            summary=article.summary,
            standfirst="" if _begins_with(article.html, article.summary) else article.summary,
            html=Markup(readable(article.html)),  # noqa: S704 an article's html is sanitised when it is read
            language=article.language,
            published=article.published,
            updated=article.updated if article.updated - article.published > _SAME_BREATH else None,
            authors=article.authors,
            tags=article.tags,
            tag_folders=tuple(folder for folder in tag_folders if folder in folders),
            picture=picture if picture and not _shows(article.html, picture.src) else None,
            picture_path=_picture_path(article.slug, picture.src) if picture else "",
            picture_alt=picture.alt if picture else "",
            slug=article.slug,
        )

    def picture_url(self, base: str) -> str:
        """Return the absolute address of the picture, "" where there is none."""
        if not self.picture_path or urlsplit(self.picture_path).scheme:
            return self.picture_path
        if self.picture_path.startswith("/"):
            return urljoin(f"{base}/", self.picture_path)
        return links.url(base, self.picture_path)


def _picture_path(slug: str, src: str) -> str:
    """Return where the picture lies below the publish folder; an address elsewhere stays as it is."""
    if urlsplit(src).scheme or src.startswith("/"):
        return src
    path = normpath(f"{links.article_folder(slug)}/{unquote(src)}")
    return "" if path.startswith("..") else path


def _shows(html: str, src: str) -> bool:
    return f'src="{src}"' in html or f'src="{escape(src)}"' in html


def _begins_with(html: str, summary: str) -> bool:
    """Tell whether the text of `html` begins with the summary, which then says nothing more."""
    start = unescape(re.sub(r"<[^>]*>", " ", html[: 20 * len(summary) + 500]))
    wanted = "".join(summary.rstrip("….").split())[:60]
    return "".join(start.split()).startswith(wanted)
