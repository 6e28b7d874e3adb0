"""Judges the letters of an edition before they leave, held against what is published; errors stop them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from syndicate.app.site import Site
from syndicate.confignewsletter import templates_of
from syndicate.content.articles import link_of
from syndicate.digest.lint import Facts, Finding, errors_of, lint_quickly, lint_rendition
from syndicate.errors import SyndicateError, TemplateFault
from syndicate.model import Article, Edition, Rendition
from syndicate.publish.paths import MANIFEST
from syndicate.redirects import LIST
from syndicate.store import selection

log = logging.getLogger("syndicate.edition")

_MOST_IN_FULL: Final = 20  # renditions of an edition; beyond these only what no other one showed
_CODE: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|<[^>]*>|\n", re.DOTALL)
_NOTHING: Final = re.compile(r"\b(?:None|[Uu]ndefined)\b")
_ANSWERED: Final = ("/editions/", "/unsubscribe/")  # by the web worker, where nothing is published
_KINDS: Final = {"html": (".html",), "text": (".txt",), "head": ("subject.txt",), "letter": (".html",)}


def facts_of(site: Site, edition: Edition, articles: Sequence[Article]) -> Facts:
    """Return what the letters of `edition` with these articles are held against."""
    config = site.config
    return Facts(
        uid=edition.uid,
        base=config.publication.url,
        web_url=config.web_url,
        texts=tuple(_texts(site, edition.newsletter, articles)),
        leads=_Published(site, edition.frozen_at, articles).leads,
    )


def lint_edition(
    site: Site, edition: Edition, renditions: Sequence[Rendition], articles: Sequence[Article]
) -> tuple[Finding, ...]:
    """Return what is wrong with the letters of an edition, each thing once, errors first.

    Of very many renditions those whose articles others have shown already, in the same language, are looked
    at only for what hangs on the letter as a whole.
    """
    facts = facts_of(site, edition, articles)
    shown: dict[tuple[str, bool], set[str]] = {}
    found: dict[Finding, None] = {}
    for number, one in enumerate(renditions):
        seen = shown.setdefault((one.language, b"<img" in one.body), set())
        quick = number >= _MOST_IN_FULL and seen.issuperset(one.article_ids)
        seen.update(one.article_ids)
        found.update(dict.fromkeys((lint_quickly if quick else lint_rendition)(one, facts)))
    return tuple(sorted(found, key=lambda finding: finding.level != "error"))


def stop_at_errors(site: Site, newsletter: str, findings: Sequence[Finding]) -> None:
    """Log what only should be better; raise SyndicateError with everything for which nothing may leave."""
    for finding in findings:
        if finding.level == "warning":
            log.warning("newsletter %s: %s", newsletter, told(site, newsletter, finding))
    if errors := errors_of(findings):
        lines = "\n".join(f"  {told(site, newsletter, one)}" for one in errors)
        look = f"`syndicate digest lint {newsletter}` lists it again"
        raise SyndicateError(f"the letter of {newsletter} must not leave as it is ({look}):\n{lines}")


def told(site: Site, newsletter: str, finding: Finding) -> str:
    """Return a finding with the place an operator would open: a template's line where it can be told."""
    place = place_of(site, newsletter, finding)
    return (
        f"{place}: {finding.element}: {finding.message}"
        if place and finding.element
        else (f"{place}: {finding.message}" if place else str(finding))
    )


def place_of(site: Site, newsletter: str, finding: Finding) -> str:
    """Return ``file:line`` of the one template's line that made what was found, or the setting; else ""."""
    config = site.config.newsletters.get(newsletter)
    settings = dict(templates_of(config)) if config else {}
    for clue in finding.clues:
        named = [name for name, text in settings.items() if clue in text]
        if named:
            return f"newsletters.{newsletter}.{named[0]}"
        look = (config.look if config else None) or site.config.letter.look
        lines = list(_lines_with(site, clue, f"mail/looks/{look}/", _KINDS[finding.part]))
        if len(lines) == 1:
            return f"{lines[0][0]}:{lines[0][1]}"
    return ""


def _lines_with(site: Site, clue: str, look: str, endings: tuple[str, ...]) -> Iterator[tuple[Path, int]]:
    """Yield where the templates of letters hold `clue`, those of other looks left out."""
    for name in site.templates.names():
        ours = name.startswith(look) or (name.startswith("mail/") and not name.startswith("mail/looks/"))
        if not ours or not name.endswith(endings):
            continue
        try:
            lines = site.templates.source(name).split("\n")
        except TemplateFault:
            continue
        for number, line in enumerate(lines, start=1):
            if clue in line:
                yield site.templates.place(name), number


def _texts(site: Site, newsletter: str, articles: Sequence[Article]) -> Iterator[str]:
    """Yield what articles and settings say themselves, in which nothing is a placeholder."""
    publication, config = site.config.publication, site.config.newsletters.get(newsletter)
    yield from (publication.title, publication.description, publication.author, publication.url)
    yield from (publication.postal_address, publication.contact, str(publication.privacy_url or ""))
    yield config.title if config else ""
    yield from _own_words(site, newsletter)
    for one in articles:
        yield from (one.title, one.summary, one.link, one.slug, one.correction)
        yield from (*one.authors, *one.tags, *one.categories)
        if one.picture:
            yield from (one.picture.alt, one.picture.src)


def _own_words(site: Site, newsletter: str) -> Iterator[str]:
    """Yield the sentences of settings and of letters' templates that say None or undefined in words."""
    config = site.config.newsletters.get(newsletter)
    texts = [text for _, text in templates_of(config)] if config else []
    for name in site.templates.names():
        if name.startswith("mail/") and not name.endswith(".css"):
            with suppress(TemplateFault):
                texts.append(site.templates.source(name))
    for text in texts:
        if _NOTHING.search(text):
            yield from (line for line in _CODE.split(text) if _NOTHING.search(line))


class _Published:
    """Where links to the publication's own address lead."""

    def __init__(self, site: Site, now: datetime, articles: Sequence[Article]) -> None:
        self._site = site
        self._shown = articles
        self._now = now
        self._base = urlsplit(site.config.publication.url).path

    def leads(self, url: str) -> bool:
        """Tell whether something is at `url`, or will be once what is written is published.

        True where nobody can know: before the first publishing, and among pages of another program.
        """
        path = unquote(urlsplit(url).path).removeprefix(self._base) or "/"
        if path == "/" or path.startswith(_ANSWERED) or self._is_file(path):
            return True
        if path.rstrip("/") in self._articles or path.rstrip("/") in self._moved or path in self._media:
            return True
        folder = self._site.config.publish.folder
        return not self._site.config.pages or not (folder / MANIFEST).exists()

    def _is_file(self, path: str) -> bool:
        if "\x00" in path or ".." in path.split("/") or len(path) > 2000:
            return False
        folder = self._site.config.publish.folder
        try:
            there = folder / path.lstrip("/")
            return there.is_file() or (there / "index.html").is_file()
        except OSError:
            return False

    @cached_property
    def _articles(self) -> frozenset[str]:
        base = self._site.config.publication.url
        with self._site.store.read() as conn:
            rows = selection.addresses(conn, now=self._now)
        urls = (link_of(address, base) for _, address in rows)
        return frozenset(unquote(urlsplit(url).path).removeprefix(self._base).rstrip("/") for url in urls)

    @cached_property
    def _media(self) -> frozenset[str]:
        """Where the files of the letter's articles are, beside their pages, once these are published."""
        return frozenset(f"/articles/{one.slug}/{file.name}" for one in self._shown for file in one.media)

    @cached_property
    def _moved(self) -> frozenset[str]:
        try:
            lines = (self._site.config.publish.folder / LIST).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            return frozenset()
        paths = (line.split()[0] for line in lines if line.strip() and not line.startswith("#"))
        return frozenset(unquote(path).removeprefix(self._base).rstrip("/") for path in paths)
