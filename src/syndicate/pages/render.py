"""A page -> its bytes, and a mark of all that these hang on. Reads templates; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from posixpath import commonprefix
from urllib.parse import quote, urlsplit

from syndicate import links
from syndicate.errors import TemplateFault
from syndicate.model import Article, Fault, Feed, OutputFile
from syndicate.pages.about import facts_of
from syndicate.pages.kinds import preview_path
from syndicate.pages.offers import alternates, feed_links
from syndicate.pages.stories import Text, texts_elsewhere
from syndicate.pages.values import Material, Page
from syndicate.templating import Templates

STYLE = "style.css"


@dataclass(frozen=True)
class Layout:
    """What all pages of a publication have in common; `version` tells one style sheet from another."""

    material: Material
    templates: Templates
    version: str

    @cached_property
    def main(self) -> list[Feed]:
        """The feed of everything, where there is one."""
        return [feed for feed in self.material.feeds if not feed.folder]

    @cached_property
    def _mark(self) -> str:
        site = self.material.site
        menu = [(topic.name, topic.folder) for topic in self.material.menu]
        main = [(feed.title, feed.folder) for feed in self.main]
        return repr((site, menu, main, self.version, bool(self.material.months)))

    def mark(self, page: Page) -> str:
        """Return a hash of what the bytes of `page` hang on, beside templates and code; "" where unknown."""
        digests = [self.material.digests.get(one, "") for one in page.texts]
        if not all(digests):
            return ""
        feed = (page.feed.folder, page.feed.title) if page.feed else None
        own = (page.path, page.template, page.language, page.canonical, page.context, feed, digests)
        return sha256(f"{self._mark}{own!r}".encode("utf-8", "replace")).hexdigest()[:20]

    def render(self, page: Page, articles: Mapping[str, Article]) -> OutputFile | Fault:
        """Return the file of `page`, with the texts that it needs of `articles` by id, or what is wrong."""
        context = {**self._common(page), **page.context, **self._texts(page, articles)}
        zone = self.material.site.publication.timezone
        try:
            made = self.templates.render(page.template, language=page.language, zone=zone, **context)
            return OutputFile(page.path, made.encode())
        except TemplateFault as error:
            return error.fault
        except UnicodeEncodeError as error:
            return Fault("page", page.path, None, f"holds a character that is none: {error.reason}")

    def _texts(self, page: Page, articles: Mapping[str, Article]) -> Mapping[str, object]:
        if page.text:
            return Text.of(articles[page.text]).context()
        base = self.material.site.publication.url
        shown = [articles[one] for one in page.shown]
        return {"texts": texts_elsewhere(shown, base, relative(page.path, ""))} if shown else {"texts": {}}

    def _common(self, page: Page) -> dict[str, object]:
        """Return what every page is given beside its own."""
        site = self.material.site
        base = site.publication.url
        link = partial(relative, page.path) if page.portable else partial(_anywhere, base)
        own = [page.feed] if page.feed else []
        address = links.url(base, page.path)
        return {
            "publication": site.publication,
            "link": link,
            "home_url": link("index.html"),
            "style_url": link(STYLE) + (f"?{self.version}" if self.version else ""),
            "canonical": page.canonical or address,
            "base": base,
            "alternates": alternates([*own, *self.main], site),
            "feed_links": partial(feed_links, site=site),
            "preview_path": preview_path,
            "facts": partial(facts_of, publication=site.publication, address=address),
            "menu": self.material.menu,
            "path": page.path,
        }


def relative(here: str, path: str) -> str:
    """Return the link from the page at `here` to the file at `path`; an absolute address stays as it is."""
    if urlsplit(path).scheme or path.startswith("/"):
        return path
    start, goal = here.split("/")[:-1], path.split("/")
    if goal[-1] == "index.html":
        goal[-1] = ""
    shared = len(commonprefix([start, goal[:-1]]))
    link = "../" * (len(start) - shared) + "/".join(goal[shared:])
    return quote(link, safe="/~") or "./"


def _anywhere(base: str, path: str) -> str:
    return path if urlsplit(path).scheme else links.url(base, path.lstrip("/"))
