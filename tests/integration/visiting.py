"""A visitor with a browser: he opens pages of the running web application and sends their forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import cast
from urllib.parse import urljoin, urlsplit

import httpx
import loopback
import sqlalchemy as sa
from lxml.html import FormElement, document_fromstring
from publications import Publication

from syndicate.model import Subscriber
from syndicate.store import subscribers
from syndicate.store.peopletables import metadata
from syndicate.store.tables import delivery, rendition
from syndicate.web.routes import make_web

BROWSER = {"accept": "text/html,application/xhtml+xml", "sec-fetch-site": "same-origin", "origin": "null"}


class Visitor:
    """What he sees is `page`, the last answer."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self.page: httpx.Response

    def opens(self, path: str) -> httpx.Response:
        """Open a page, by a path or a link of a letter."""
        parts = urlsplit(path)
        self.page = self._client.get(f"{parts.path}?{parts.query}" if parts.query else parts.path)
        return self.page

    def sends(self, ending: str = "", said: Mapping[str, str | list[str]] | None = None) -> httpx.Response:
        """Send the form of the page whose action ends so, filled in as it stands but for what is `said`."""
        here = self.page.url.path
        form = self._form(lambda action: urljoin(here, action or here).endswith(ending or here))
        fields: dict[str, str | list[str]] = {}
        for name, value in form.form_values():
            there = fields.get(name)
            fields[name] = (
                value if there is None else [*([there] if isinstance(there, str) else there), value]
            )
        filled = {**fields, **(said or {})}
        self.page = self._client.post(urljoin(here, form.action or here), data=filled)
        return self.page

    def fields(self, ending: str) -> dict[str, str]:
        """Return the hidden fields of such a form."""
        form = self._form(lambda action: action.endswith(ending))
        return {one.name: one.value for one in form.xpath(".//input[@type='hidden']")}

    def _form(self, is_it: Callable[[str], bool]) -> FormElement:
        forms = cast("list[FormElement]", document_fromstring(self.page.text).xpath("//form"))
        return next(one for one in forms if is_it(one.action or ""))


@contextmanager
def visiting(news: Publication) -> Iterator[Visitor]:
    """Run the application behind a real server on loopback, for one visitor."""
    app = make_web(news.site, started=news.now)
    with (
        loopback.answering(app) as address,
        httpx.Client(base_url=address, timeout=10, headers=BROWSER) as client,
    ):
        yield Visitor(client)


def known(news: Publication, email: str, newsletter: str = "daily") -> Subscriber:
    """Return the subscription of an address."""
    with news.site.store.read() as conn:
        return next(one for one in subscribers.of_person(conn, email.lower()) if one.newsletter == newsletter)


def letters_to(news: Publication, email: str, kind: str) -> list[str]:
    """Return the bodies of the letters of no edition of a kind to an address, the oldest first, as text."""
    his = (delivery.c.email == email) & delivery.c.key.startswith(f"{kind}/")
    bodies = sa.select(rendition.c.body).join_from(delivery, rendition).where(his).order_by(delivery.c.id)
    with news.site.store.read() as conn:
        return [body.decode().replace("=\r\n", "") for body in conn.scalars(bodies)]


def link_in(letter: str, kind: str) -> str:
    """Return the path of the link of a kind in a letter."""
    at = letter.index(f"/{kind}/")
    return letter[at:].split()[0]


def contents(news: Publication) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table."""
    with news.site.store.read() as conn:
        return {
            table.name: sorted((tuple(row) for row in conn.execute(sa.select(table))), key=repr)
            for table in metadata.sorted_tables
        }
