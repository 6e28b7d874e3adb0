"""HTML pages and fragments -> the article in them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from syndicate.content import embeds
from syndicate.content.codeblocks import plain_code
from syndicate.content.dates import read_date
from syndicate.content.naming import as_language
from syndicate.content.reading import Reading, Source, same_title
from syndicate.markup import Page, bare_text, one_line, read_page, sanitise

_MORE = re.compile(r"<!--\s*(?:more|TEASER_END)\s*-->", re.IGNORECASE)
_HEADING = re.compile(r"<h1\b[^>]*>.*?</h1>", re.IGNORECASE | re.DOTALL)
_DATES = ("article:published_time", "datepublished", "date", "dc.date", "dcterms.created", "pubdate")
_UPDATED = ("modified", "article:modified_time", "datemodified", "last-modified", "dcterms.modified")
_SUMMARIES = ("summary", "description", "og:description", "twitter:description")
_AUTHORS = ("authors", "author", "article:author", "dc.creator")


_PAGE = re.compile(r"<(?:html|head|body|meta|title|time|article|main|h1)\b|\{[{%]", re.IGNORECASE)


def skim(source: Source) -> Reading:
    """Return what `read` says but for the text; a fragment without a heading says nothing, at once."""
    return read(source) if _PAGE.search(source.text) else Reading(html="")


def read(source: Source) -> Reading:
    """Return the article of a page: title, dates, language, tags and more from its head where it has one.

    The names are those of Pelican, of Open Graph and of Dublin Core.
    """
    text = embeds.replace(source.text, embeds.HTML, source).whole()
    page = read_page(text)
    title = _title(page)
    language = as_language(page.language)
    body = page.body
    if page.heading and same_title(page.heading, source.title or title):
        body = _HEADING.sub(lambda match: "" if _says(match[0], page.heading) else match[0], body, count=1)
    when = (_first(page.metas, _DATES), page.time)
    more = _MORE.search(body)
    return Reading(
        html=plain_code(embeds.finish(body)),
        title=title,
        summary=_first(page.metas, _SUMMARIES),
        teaser=body[: more.start()] if more else "",
        when=next((day for text in when if (day := _date(text, source, language))), None),
        updated=_date(_first(page.metas, _UPDATED), source, language),
        language=language,
        authors=_authors(_first(page.metas, _AUTHORS)),
        tags=_several(_first(page.metas, ("tags", "article:tag", "keywords", "news_keywords"))),
        categories=_several(_first(page.metas, ("category", "categories", "article:section"))),
        slug=_first(page.metas, ("slug",)),
        picture=_first(page.metas, ("og:image", "twitter:image")),
    )


def _title(page: Page) -> str:
    named = _first(page.metas, ("og:title", "twitter:title", "dc.title")) or page.title
    # "Headline - Site name": the heading knows where the headline ends.
    if page.heading and (not named or page.heading.casefold() in named.casefold()):
        return page.heading
    return named


def _authors(text: str) -> tuple[str, ...]:
    return () if "://" in text else _several(text)


def _several(text: str) -> tuple[str, ...]:
    """Return the parts of a list as Pelican writes it: a semicolon parts better than a comma."""
    parts = text.split(";" if ";" in text else ",")
    return tuple(dict.fromkeys(part for part in map(one_line, parts) if part))


def _says(heading: str, title: str) -> bool:
    return same_title(bare_text(sanitise(heading)), title)


def _first(metas: Mapping[str, str], names: Sequence[str]) -> str:
    return next((metas[name] for name in names if metas.get(name)), "")


def _date(text: str, source: Source, language: str) -> date | datetime | None:
    return read_date(text, language=source.language or language, zone=source.zone) if text else None
