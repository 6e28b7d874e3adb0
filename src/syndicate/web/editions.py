"""The editions of newsletters, for anybody: each has a page for good, there are lists of them, and feeds.

No address names a reader, and nothing is set or asked of him. A page shows the articles as they are now.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from syndicate.app.edition_feed import edition_feed
from syndicate.app.editions_shown import PAGE, EditionsShown, Page
from syndicate.app.site import Site
from syndicate.feedfiles import KINDS
from syndicate.web.answers import Answer, Answers

_PLACE = re.compile(r"[\w-]+(?:/[\w+:.-]+)*", re.ASCII)
_LONGEST: Final = 500  # characters of an address that may lead somewhere
_FEED: Final = "atom.xml"
_MOST_PAGES: Final = 10_000
_HTML: Final = "text/html; charset=utf-8"


class EditionPages:
    """Answers below ``/editions/``."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._shown = EditionsShown(site)
        self._answers = Answers(site.clock)
        home = urlsplit(site.config.publication.url)
        self._policy = (
            f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {home.scheme}://{home.netloc}; "
            "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )

    async def __call__(self, request: Request) -> Response:
        """Answer GET and HEAD: ``NEWSLETTER/OCCASION/``, ``NEWSLETTER/``, ``NEWSLETTER/atom.xml`` or all."""
        path = request.path_params.get("path", "")
        if not request.scope["path"].endswith(("/", f"/{_FEED}")):
            return _with_slash(request)
        asked = path.removesuffix("/")
        name, _, rest = asked.partition("/")
        if asked and not (_PLACE.fullmatch(asked) and len(asked) <= _LONGEST):
            answer = self._missing(name if _PLACE.fullmatch(name) else "")
        elif not asked:
            answer = await self._answers.give("", self._newsletters)
        elif rest == _FEED and not path.endswith("/"):
            answer = await self._answers.give(f"{name}/{_FEED}", partial(self._feed, name))
        elif not rest:
            page = _number(request.query_params.get("page", ""))
            answer = await self._answers.give(f"{name}/?{page}", partial(self._editions, name, page))
        else:
            language = request.query_params.get("language", "")
            language = language if re.fullmatch(r"[A-Za-z0-9-]{2,35}", language) else ""
            answer = await self._answers.give(
                f"{asked}/?{language}", partial(self._edition, name, rest, language)
            )
        return answer.to(request)

    def _newsletters(self) -> Answer:
        publication = self._site.config.publication
        return self._page("web/newsletters.html", publication.language, newsletters=self._shown.newsletters())

    def _editions(self, name: str, number: int) -> Answer:
        """Return a page of the list, from 1; the first one is there for each newsletter of ours."""
        head = self._shown.masthead(name)
        lines = self._shown.editions(head, number * PAGE + 1, now=self._site.clock())
        here = lines[(number - 1) * PAGE : number * PAGE]
        if not here and (number > 1 or name not in self._site.config.newsletters):
            return self._missing("" if number == 1 else name)
        older = number + 1 if len(lines) > number * PAGE else None
        return self._page(
            "web/editions.html", head.language, newsletter=head, lines=here, number=number, older=older
        )

    def _edition(self, name: str, occasion: str, language: str) -> Answer:
        head = self._shown.masthead(name)
        page = self._shown.edition(name, occasion, language, now=self._site.clock())
        if page is None:
            return self._missing(name)
        return self._page("web/edition.html", page.language, newsletter=head, page=page, others=_others(page))

    def _feed(self, name: str) -> Answer:
        head, now = self._shown.masthead(name), self._site.clock()
        known = name in self._site.config.newsletters or self._shown.editions(head, 1, now=now)
        if not known:
            return self._missing("")
        kind = f"{KINDS['atom'].content_type}; charset=utf-8"
        return Answer.of(kind, edition_feed(self._shown, head, now=now))

    def _missing(self, name: str) -> Answer:
        """Return what is answered where there is no edition, with the ways to those that are there."""
        head = self._shown.masthead(name)
        known = name in self._site.config.newsletters
        language = head.language if known else self._site.config.publication.language
        return self._page(
            "web/edition_missing.html", language, status=404, newsletter=head if known else None
        )

    def _page(self, template: str, language: str, *, status: int = 200, **context: object) -> Answer:
        publication = self._site.config.publication
        head = context.get("newsletter")
        html = self._site.templates.render(
            template,
            language=language,
            zone=getattr(head, "zone", publication.timezone),
            publication=publication,
            home_url=f"{publication.url}/",
            all_url=f"{self._site.config.web_url}/editions/",
            **context,
        )
        return Answer.of(_HTML, html.encode(), policy=self._policy, status=status)


def _number(text: str) -> int:
    """Return the number of a page; 1 where `text` is none."""
    return int(text) if re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) and int(text) <= _MOST_PAGES else 1


def _others(page: Page) -> list[tuple[str, str]]:
    """Return the languages of an edition and where its page is in each, where they are several."""
    if len(page.languages) < 2:
        return []
    return [(one, f"{page.line.url}?language={quote(one)}") for one in page.languages]


def _with_slash(request: Request) -> Response:
    """Lead to the same with a slash at its end; relative, so that no header makes it lead elsewhere."""
    last = quote(request.scope["path"].rpartition("/")[2], safe="+:.~")
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"./{last}/{query}" if last else "./", 301, {"cache-control": "no-cache"})
