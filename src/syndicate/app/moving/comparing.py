"""The addresses that were worked out against those that a site has: its folder, or its sitemap."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from lxml import etree

from syndicate.app.moving.fetching import body_of, is_address
from syndicate.errors import SyndicateError, UsageError

_MOST_SITEMAPS = 200
_SITEMAPS = ("sitemap.xml", "sitemap_index.xml", "sitemap-index.xml", "wp-sitemap.xml")


@dataclass(frozen=True, slots=True)
class Difference:
    """An article whose address is none of the site's. `theirs` is the likely one, "" where there is none."""

    path: str
    ours: str
    theirs: str = ""


def differences(addresses: Iterable[tuple[str, str]], pages: Iterable[str], *, base: str) -> list[Difference]:
    """Return the articles, (path, address), whose page is not among `pages`. Pure.

    Pages are paths below the publication's URL `base`, or absolute URLs. The likely page is one that differs
    by slash, suffix or case, else the only one of the same name.
    """
    known = {_plain(page, base) for page in pages}
    loose: dict[str, set[str]] = defaultdict(set)
    named: dict[str, set[str]] = defaultdict(set)
    for page in known:
        loose[_loosely(page)].add(page)
        named[_loosely(page).rpartition("/")[2]].add(page)
    found = []
    for path, address in addresses:
        ours = _plain(address, base)
        if ours in known:
            continue
        alike = loose.get(_loosely(ours)) or named.get(_loosely(ours).rpartition("/")[2]) or set()
        found.append(Difference(path, ours, _the_one(alike)))
    return found


def _the_one(pages: Collection[str]) -> str:
    """Return the shortest address of the one page that all of `pages` are, "" where they are several."""
    return min(pages, key=len) if len({_loosely(page) for page in pages}) == 1 else ""


def _plain(address: str, base: str) -> str:
    """Return an address as people read it, below the publication where it lies there."""
    parts = urlsplit(address)
    if parts.scheme and parts.netloc == urlsplit(base).netloc:
        address = parts.path.removeprefix(urlsplit(base).path.rstrip("/"))
    return unicodedata.normalize("NFC", unquote(address, errors="replace")) or "/"


def _loosely(page: str) -> str:
    page = page.lower().removesuffix("/index.html").rstrip("/")
    return page.removesuffix(".html")


def pages_of(source: str) -> list[str]:
    """Return the addresses in a site's built folder, its sitemap, or the sitemap of the site at an address.

    Raises UsageError where there is neither, SyndicateError where a sitemap cannot be read.
    """
    if is_address(source):
        return list(_of_sitemap(source if _is_sitemap(source) else _sitemap_at(source)))
    if Path(source).is_dir():
        return list(_of_folder(Path(source)))
    return list(_of_sitemap(source))


def _is_sitemap(address: str) -> bool:
    return urlsplit(address).path.endswith((".xml", ".xml.gz"))


def _sitemap_at(site: str) -> str:
    """Return the address of the sitemap of a site, under one of the usual names."""
    last: SyndicateError | None = None
    for name in _SITEMAPS:
        address = f"{site.rstrip('/')}/{name}"
        try:
            body_of(address)
            return address
        except SyndicateError as error:
            last = last or error
    raise last or UsageError(f"{site}: has no sitemap")


def _of_folder(folder: Path) -> Iterator[str]:
    """Yield each page below `folder`; ``x/index.html`` is ``/x/``, ``x.html`` is ``/x`` as well."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        below = Path(place).relative_to(folder).as_posix()
        start = "/" if below == "." else f"/{below}/"
        for name in names:
            if name in ("index.html", "index.htm"):
                yield _quotable(start)
            if name.endswith((".html", ".htm")):
                yield _quotable(start + name)
                yield _quotable(start + name.rpartition(".")[0])


def _quotable(path: str) -> str:
    """Return a path whose percent signs survive being read as an address."""
    return path.encode("utf-8", "replace").decode().replace("%", "%25")


def _of_sitemap(source: str) -> Iterator[str]:
    waiting = [source]
    seen: set[str] = set()
    while waiting and len(seen) < _MOST_SITEMAPS:
        one = waiting.pop(0)
        if one in seen:
            continue
        seen.add(one)
        kind, places = _locations(body_of(one), one)
        if kind == "sitemapindex":
            waiting += [_next_to(one, place) for place in places]
        else:
            yield from places


def _next_to(source: str, place: str) -> str:
    """Return where a sitemap that another names is: beside it, where that one is a file."""
    if is_address(source):
        below = urljoin(source, place)
        return below if is_address(below) else source
    return str(_file_beside(Path(source), unquote(urlsplit(place).path)))


def _file_beside(source: Path, place: str) -> Path:
    """Return the file that the path of an address leads to below the folder of `source`.

    The folder may stand for any part of the address: the longest rest of the path that is a file counts, the
    file that names it apart. Where none is, it is the whole path.
    """
    parts = [part for part in place.split("/") if part not in ("", ".", "..") and "\0" not in part]
    rests = [source.parent.joinpath(*parts[at:]) for at in range(len(parts))]
    return next((rest for rest in rests if rest.is_file() and rest != source), rests[0] if rests else source)


def _locations(body: bytes, name: str) -> tuple[str, Sequence[str]]:
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise SyndicateError(f"{name}: is no sitemap: {error}") from None
    kind = etree.QName(root).localname
    if kind not in ("urlset", "sitemapindex"):
        raise SyndicateError(f"{name}: is no sitemap: it begins with <{kind}>")
    entries = [child for child in root if isinstance(child.tag, str)]
    places = [(entry.findtext("{*}loc") or "").strip() for entry in entries]
    return kind, [place for place in places if place]
