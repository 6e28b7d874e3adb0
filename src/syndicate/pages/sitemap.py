"""The map of the site for search engines (sitemaps.org/protocol.html): every page with its versions. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import islice
from typing import Final

from syndicate import links
from syndicate.model import OutputFile
from syndicate.pages.values import Version

SITEMAP: Final = "sitemap.xml"
MOST: Final = 50_000  # addresses in one file, by the protocol
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_LEGAL_YEARS = range(1000, 10_000)


@dataclass(frozen=True, slots=True)
class Place:
    """A page in the map; `changed` is None where nobody knows when it did."""

    path: str
    changed: datetime | None = None
    versions: tuple[Version, ...] = ()


def sitemap(base: str, places: Sequence[Place], *, most: int = MOST) -> Iterator[OutputFile]:
    """Give the map of `places` in their order; of more than `most` there is one map of several maps."""
    if len(places) <= most:
        yield OutputFile(SITEMAP, _map(base, places))
        return
    rest = iter(places)
    paths: list[str] = []
    while some := list(islice(rest, most)):
        paths.append(f"sitemap-{len(paths) + 1}.xml")
        yield OutputFile(paths[-1], _map(base, some))
    lines = "".join(f"<sitemap><loc>{_url(base, path)}</loc></sitemap>\n" for path in paths)
    yield OutputFile(SITEMAP, f"{_HEAD}<sitemapindex {_SPACE}>\n{lines}</sitemapindex>\n".encode())


def _map(base: str, places: Sequence[Place]) -> bytes:
    lines = "".join(_place(base, one) for one in places)
    xhtml = ' xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    return f"{_HEAD}<urlset {_SPACE}{xhtml}>\n{lines}</urlset>\n".encode()


def _place(base: str, place: Place) -> str:
    versions = "".join(
        f'<xhtml:link rel="alternate" hreflang="{escape(one.language)}" href="{escape(one.url)}"/>'
        for one in place.versions
    )
    changed = place.changed.astimezone(UTC) if place.changed else None
    told = changed is not None and changed.year in _LEGAL_YEARS
    moment = f"<lastmod>{changed:%Y-%m-%dT%H:%M:%SZ}</lastmod>" if told else ""
    return f"<url><loc>{_url(base, place.path)}</loc>{moment}{versions}</url>\n"


def _url(base: str, path: str) -> str:
    return escape(links.url(base, path))
