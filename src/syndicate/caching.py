"""For how long a published file may be kept, whoever answers with it: our server or a bucket. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from syndicate import filetypes
from syndicate.redirects import LIST

LISTS: Final = ("robots.txt", "sitemap.xml")  # they change with the pages
PAGE: Final = "public, max-age=60, must-revalidate"
OTHER: Final = "public, max-age=3600"


@dataclass(frozen=True, slots=True)
class Ages:
    """Seconds that feeds may be kept: all, and by path those for which the configuration says otherwise."""

    ttl: int = 900
    ttls: Mapping[str, int] = field(default_factory=dict)


def cache_control(path: str, kind: str, ages: Ages) -> str:
    """Return Cache-Control (RFC 9111 section 5.2.2) of the file at `path` of the media type `kind`.

    Feeds and the list of them have the age of the configuration, pages and lists of pages a minute.
    """
    if kind in filetypes.FEEDS or kind == filetypes.OPML:
        return feed_age(ages.ttls.get(path, ages.ttl))
    return PAGE if kind == "text/html" or path in (LIST, *LISTS) else OTHER


def feed_age(ttl: int) -> str:
    """Return Cache-Control of a feed that may be kept for `ttl` seconds."""
    return f"public, max-age={ttl}"
