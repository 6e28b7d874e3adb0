"""config.yaml -> what a server in front of us needs to know of the publication. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from syndicate import filetypes, links
from syndicate.app.fronts.quoting import pattern
from syndicate.config import Config
from syndicate.errors import SyndicateError
from syndicate.feedfiles import KINDS, OPML, paths_of
from syndicate.filetypes import content_type
from syndicate.safety import is_secure, pages_policy
from syndicate.store.folders import ARCHIVES

TOPICS: Final = ("tags", "categories", "authors", "languages")
HTML: Final = frozenset({"text/html"})
ASKED: Final = "\ue000"  # stands for the path that was asked for until the text around it is quoted
SCRIPTABLE: Final = frozenset(
    kind for kind in filetypes.TYPES.values() if kind.endswith("xml") and kind != "image/svg+xml"
)
TEXT: Final = frozenset(kind for kind in filetypes.TYPES.values() if filetypes.is_text(kind)) - HTML
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
_PORTS: Final = {"http": 80, "https": 443}
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - not listened on


@dataclass(frozen=True, slots=True)
class FeedFiles:
    """The files of feeds whose path below the publication matches `pattern`, and how they are answered.

    `own` is the address of the one file there is; "" where there may be many, each at its path. `is_feed` is
    False for a list of feeds, which names no hub.
    """

    pattern: str
    content_type: str
    ttl: int
    own: str = ""
    is_feed: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """What a server in front of us needs to know.

    `hosts` are its names, `prefix` the path that the publication's address ends with, `answers` that of
    `web.url`; both without a slash at their end, not encoded. `upstream` is where we answer. `policy` is what
    pages say (Content-Security-Policy), `stay` whether browsers are told to ask by https alone.
    """

    title: str
    url: str
    hosts: tuple[str, ...]
    port: int
    secure: bool
    prefix: str
    answers: str
    folder: Path
    upstream: str
    feeds: tuple[FeedFiles, ...]
    hubs: tuple[str, ...]
    policy: str = ""
    stay: bool = False

    @property
    def origin(self) -> str:
        """The publication's address without its path."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def facts_of(config: Config) -> Facts:
    """Return the facts; SyndicateError where an address has no name that a server could answer for."""
    public, dynamic = urlsplit(config.publication.url), urlsplit(config.web_url)
    secure = public.scheme == "https"
    upstream_host, upstream_port = config.web.listen
    upstream_host = _EVERYWHERE.get(upstream_host, upstream_host)
    port = public.port or _PORTS[public.scheme]
    return Facts(
        title=config.publication.title,
        url=config.publication.url,
        hosts=tuple(dict.fromkeys([_host(config.publication.url), _host(config.web_url)])),
        port=_PORTS[public.scheme] if port == upstream_port else port,  # that one is ours already
        secure=secure,
        prefix=_path(public.path),
        answers=_path(dynamic.path),
        folder=config.publish.folder,
        upstream=f"{f'[{upstream_host}]' if ':' in upstream_host else upstream_host}:{upstream_port}",
        feeds=tuple(_feeds(config)),
        hubs=tuple(hub for hub in config.feeds.hubs if not set(hub) & set('"<>')),
        policy=pages_policy(config),
        stay=is_secure(config),
    )


def _feeds(config: Config) -> Iterator[FeedFiles]:
    """Yield the files of feeds, those with a place of their own first."""
    feeds, base = config.feeds, config.publication.url
    usual = _seconds(feeds.ttl)
    for form, path in paths_of("", feeds.formats, feeds.paths).items():
        yield _one(path, KINDS[form].content_type, usual, base)
    for name, named in feeds.named.items():
        for form, path in feeds.files_of(name).items():
            yield _one(path, KINDS[form].content_type, _seconds(named.ttl) if named.ttl else usual, base)
    yield FeedFiles(f"^/{pattern(OPML)}$", content_type(filetypes.OPML), usual, is_feed=False)
    folders = f"(?:{'|'.join(TOPICS)})/.+|{ARCHIVES}[0-9]+"
    for form, path in paths_of(f"{TOPICS[0]}/x", feeds.formats, feeds.paths).items():
        file = pattern(path.rpartition("/")[2])
        yield FeedFiles(f"^/(?:{folders})/{file}$", content_type(KINDS[form].content_type), usual)


def _one(path: str, kind: str, ttl: int, base: str) -> FeedFiles:
    return FeedFiles(f"^/{pattern(path)}$", content_type(kind), ttl, own=links.url(base, path))


def encoded(path: str) -> str:
    """Return a path as it stands in an address (RFC 3986 section 3.3)."""
    return quote(path, safe="/~!$&'()+,;=:@")


def suffixes(kinds: Iterable[str]) -> str:
    """Return a regular expression for the ends of names of files of some types: ``\\.(?:htm|html)$``."""
    wanted = set(kinds)
    names = [suffix[1:] for suffix, kind in filetypes.TYPES.items() if kind in wanted]
    return rf"\.(?:{'|'.join(sorted(names))})$"


def link_field(facts: Facts, one: FeedFiles) -> str:
    """Return the Link field of the files of a feed, "" where there is no hub (WebSub section 4).

    `ASKED` stands in it for the path that was asked for, where there are many.
    """
    if not facts.hubs or not one.is_feed:
        return ""
    own = one.own or f"{facts.origin}{ASKED}"
    return ", ".join([*(f'<{hub}>; rel="hub"' for hub in facts.hubs), f'<{own}>; rel="self"'])


def wrong_with(config: Config) -> Iterator[str]:
    """Yield what an operator should know before he puts a server in front."""
    host = urlsplit(config.publication.url).hostname or ""
    if host == "localhost" or re.fullmatch(r"[0-9.]+|.*:.*", host):
        yield f"publication.url is {config.publication.url}: give it the address that readers will use"
    if not config.pages:
        yield "pages: false: what is printed has no place for another program's pages; take over its parts"
    upstream = config.web.listen[0]
    if upstream in ("127.0.0.1", "::1") and upstream not in config.web.trusted_proxies:
        yield f"web.trusted_proxies does not name {upstream}: all readers will seem to be the server in front"


def _host(url: str) -> str:
    """Return the host of a URL as servers name it: in ASCII, an IPv6 address in brackets."""
    host = urlsplit(url).hostname or ""
    if ":" in host:
        return f"[{host}]"
    try:
        name = host.encode("idna").decode()
    except UnicodeError:
        name = ""
    if not _HOST.fullmatch(name):
        raise SyndicateError(f"{url}: {host!r} is no host name that a web server can answer for")
    return name


def _path(path: str) -> str:
    return unquote(path).rstrip("/")


def _seconds(length: timedelta) -> int:
    return round(length.total_seconds())
