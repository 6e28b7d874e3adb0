"""The one model behind all formats: a feed with its links absolute, its dates placed, its texts checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, urljoin, urlsplit

from syndicate import __version__, links
from syndicate.feedfiles import KINDS, FeedFormat, Paths, paths_of
from syndicate.feeds import content
from syndicate.feeds.mediatypes import media_type
from syndicate.feeds.memory import Memory
from syndicate.model import Article, Enclosure, Fault, Feed, History, Picture, Tombstone

# What XML 1.0 cannot hold in any spelling (section 2.2): most control characters, surrogates, U+FFFE.
ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Readers built on libxml2 refuse a text above 10,000,000 bytes, and with it the whole feed.
LONGEST_HTML = 8_000_000

LONGEST_FEED = 12_000_000  # characters of all texts: Miniflux fetches 15 MB at most

_SPELT = re.compile(r"[a-zA-Z0-9/_.~:%-]*")
_NO_ADDRESS = re.compile(r"[\s<>\"]|" + ILLEGAL.pattern)

_MOST_REMEMBERED: Final = 12_000_000  # characters, about: of items, and of what formats have written of them
_KEPT: Final = 100_000  # bytes of what a format has written of an item: a longer one is written again
_WEIGHT: Final = 1_500  # characters that an item without any text is worth

# Mail dates, which RSS uses, leave early years open to guessing: readers take 0033 for 2033.
EARLIEST_YEAR = 1000

# An empty feed has no newest change; any fixed instant keeps its bytes stable.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class FeedSite:
    """What is true of every feed: where it lies, how much it carries, the zone its dates are written in.

    `formats` are those that are made, `paths` the names of their files, see `feedfiles.path_of`. `ttl` is
    how many minutes a reader may wait until it asks again, `hubs` are told of changes (WebSub), `icon` is the
    publication's, a square picture; these are absolute URLs. `words` is the operator's templates folder.
    """

    base: str
    zone: tzinfo = UTC
    content: Literal["full", "summary"] = "full"
    version: str = __version__
    formats: tuple[FeedFormat, ...] = tuple(KINDS)
    paths: Paths = field(default_factory=dict)
    ttl: int = 15
    hubs: tuple[str, ...] = ()
    icon: str = ""
    words: Path | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """An article as every format shows it. `html` is None where the feed carries summaries only.

    `permalink` says that the id is the article's address (RSS). Every enclosure has an absolute address and
    a type; its length is 0 where nobody knows it.
    """

    id: str
    url: str
    title: str
    html: str | None
    summary: str
    published: datetime
    updated: datetime
    language: str
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    picture: Picture | None
    enclosures: tuple[Enclosure, ...] = ()
    permalink: bool = False
    forms: dict[FeedFormat, bytes] = field(default_factory=dict, compare=False, repr=False)

    def written(self, form: FeedFormat, write: Callable[[Item], str]) -> bytes:
        """Return what `write` makes of this item for the format `form`; once, unless it is long."""
        made = self.forms.get(form)
        if made is None:
            made = write(self).encode()
            if len(made) <= _KEPT:
                self.forms[form] = made
        return made


@dataclass(frozen=True, slots=True)
class Document:
    """A feed ready to be written. `updated` is its newest change, `EPOCH` where it is empty.

    `addresses` are the absolute URLs of its files, `relations` those of the documents of its history by
    their relation (RFC 5005): ``prev-archive``, ``current``. `ttl` is in minutes, 0 where nothing is said.
    What is `gone` is in no item, and dated in the publication's zone.
    """

    id: str
    title: str
    description: str
    home: str
    addresses: Mapping[FeedFormat, str]
    language: str
    author: str
    updated: datetime
    items: tuple[Item, ...]
    version: str
    ttl: int = 0
    hubs: tuple[str, ...] = ()
    icon: str = ""
    relations: Mapping[str, Mapping[FeedFormat, str]] = field(default_factory=dict)
    archive: bool = False
    gone: tuple[Tombstone, ...] = ()


def compose(feed: Feed, site: FeedSite) -> tuple[Document, tuple[Fault, ...]]:
    """Return the document for `feed`, and a fault for each article, picture or enclosure that stays out."""
    items: dict[str, Item] = {}
    faults: list[Fault] = []
    for article in feed.articles:
        try:
            item = _remembered(article, feed, site)
        except (ValueError, OverflowError) as error:
            faults.append(Fault("feed", article.path, None, f"is left out of the feeds: {error}"))
            continue
        if item.id in items:
            text = f"is left out of the feeds: another article has its id {item.id}"
            faults.append(Fault("feed", article.path, None, text))
            continue
        items[item.id] = item
        faults += _without_address(article, item)
    held = _within_reach(list(items.values()))
    cut = {item.id for item in held if item.html is None} if site.content == "full" else set()
    for article in [one for one in feed.articles if one.id in cut][:1]:
        text = (
            f"and {len(cut) - 1} older ones have their summaries alone in the feed {feed.title[:80]!r}: "
            "readers fetch none that is so large; lower feeds.items"
        )
        faults.append(Fault("feed", article.path, None, text))
    return _document(feed, site, held), tuple(faults)


def _within_reach(items: list[Item]) -> tuple[Item, ...]:
    """Return `items`, without the texts of the oldest where all are longer than readers fetch."""
    if sum(len(item.html or "") for item in items) <= LONGEST_FEED:
        return tuple(items)
    held, length = [], 0
    for item in items:
        length += len(item.html or "")
        held.append(replace(item, html=None, forms={}) if length > LONGEST_FEED else item)
    return tuple(held)


def _without_address(article: Article, item: Item) -> Iterator[Fault]:
    if article.picture and not item.picture:
        text = f"its picture is left out of the feeds: {article.picture.src[:200]!r} is no web address"
        yield Fault("feed", article.path, None, text)
    for one in article.enclosures if len(article.enclosures) > len(item.enclosures) else ():
        if not _web_address(one.src, item.url):
            text = f"its enclosure is left out of the feeds: {one.src[:200]!r} is no web address"
            yield Fault("feed", article.path, None, text)


def _document(feed: Feed, site: FeedSite, items: tuple[Item, ...]) -> Document:
    title = ILLEGAL.sub("", feed.title).strip() or "Feed"
    gone = _gone(feed.gone, {item.id for item in items}, site.zone)
    changes = [*(item.updated for item in items), *(one.when for one in gone)]
    archive = feed.history.archive
    return Document(
        id=feed.id,
        title=title,
        description=ILLEGAL.sub("", feed.description).strip() or title,
        home=feed.home,
        addresses=_addresses(feed.folder, site),
        language=feed.language,
        author=ILLEGAL.sub("", feed.author).strip() or title,
        updated=max(changes, default=place(EPOCH, site.zone)),
        items=items,
        version=site.version,
        ttl=0 if archive else site.ttl,
        hubs=() if archive else site.hubs,  # nobody is told of a change in an archive
        icon=site.icon,
        relations={name: _addresses(folder, site) for name, folder in _relations(feed.history).items()},
        archive=archive,
        gone=gone,
    )


def _addresses(folder: str, site: FeedSite) -> dict[FeedFormat, str]:
    paths = paths_of(folder, site.formats, site.paths)
    return {form: links.url(site.base, path) for form, path in paths.items()}


def _relations(history: History) -> dict[str, str]:
    """Return the folders of a feed's other documents by their relation; the main one's folder is ""."""
    relations = {"prev-archive": history.previous} if history.previous else {}
    return relations | {"current": history.current} if history.archive else relations


def _gone(gone: Iterable[Tombstone], shown: Collection[str], zone: tzinfo) -> tuple[Tombstone, ...]:
    """Return the tombstones that a feed can carry, once each, of articles that it does not show."""
    found: dict[str, Tombstone] = {}
    for one in gone:
        if one.id.strip() and one.id not in shown and not ILLEGAL.search(one.id + one.url):
            found.setdefault(one.id, Tombstone(one.id, place(one.when, zone), one.url))
    return tuple(found.values())


_memory: Memory[Item] = Memory(_MOST_REMEMBERED)


def _remembered(article: Article, feed: Feed, site: FeedSite) -> Item:
    """Return what `_item` does, for an article that was in another feed without making it again.

    The mark is 64 bits of all that an item is made from, salted by this process: two versions of one
    article have one by chance never.
    """
    language = article.language or feed.language
    label = content.correction_label(language, site.words) if article.correction else ""
    mark = hash((article, feed.author, feed.language, site.base, site.zone, site.content, label))
    item = _memory.get(article.id, mark)
    if item is None:
        item = _item(article, feed, site, label)
        texts = len(item.html or "") + len(item.summary)
        _memory.put(article.id, mark, item, _WEIGHT + texts * (1 + len(site.formats)))
    return item


def _item(article: Article, feed: Feed, site: FeedSite, label: str) -> Item:
    """Return `article` as an item, `label` before its correction.

    ValueError or OverflowError says why it cannot be one.
    """
    page = article.link or links.article_url(site.base, article.slug)
    if article.published.tzinfo is None or article.updated.tzinfo is None:
        raise ValueError("its date names no time zone")
    published = place(article.published, site.zone)
    later = article.updated > article.published
    language = article.language or feed.language
    picture = _picture(article.picture, page)
    full = site.content == "full"
    item = Item(
        id=article.id,
        url=page,
        title=content.plain(article.title) or article.slug,
        html=_html(article, page, picture, feed.language, label) if full else None,
        summary=content.plain(article.summary) if full else _summary(article, label),
        published=published,
        updated=place(article.updated, site.zone) if later else published,
        language=language,
        authors=_unique(article.authors) or _unique((feed.author,)),
        tags=_unique(article.tags + article.categories),
        picture=picture,
        enclosures=_enclosures(article.enclosures, page),
        permalink=article.permalink,
    )
    if not item.id.strip():
        raise ValueError("it has no id")
    if not "".join(
        _texts(item).values()
    ).isprintable():  # what prints is legal; the other way is slow to tell
        for name, text in _texts(item).items():
            if found := ILLEGAL.search(text):
                raise ValueError(f"its {name} holds U+{ord(found[0]):04X}, which no feed can carry")
    if item.published.year < EARLIEST_YEAR:
        raise ValueError(f"its date is before the year {EARLIEST_YEAR}")
    return item


def _summary(article: Article, label: str) -> str:
    """Return the summary that stands alone: a correction, behind `label`, is its beginning."""
    said = f"{label} {content.plain(article.correction)}" if article.correction else ""
    return " ".join(filter(None, (said, content.plain(article.summary))))


def _html(article: Article, page: str, picture: Picture | None, around: str, label: str) -> str:
    """Return the article's text with absolute addresses; ValueError where it is too long to be read."""
    from syndicate.markup import absolutise  # heavy, and not needed for summaries

    if len(article.html) <= LONGEST_HTML:
        html = absolutise(article.html, page)
        html = content.whole(html, article, picture, around, label)
        if len(html.encode()) <= LONGEST_HTML:
            return html
    raise ValueError(f"its text is longer than {LONGEST_HTML:,} bytes, which breaks readers; divide it")


def _texts(item: Item) -> dict[str, str]:
    """Return the texts of `item` by what they are, without the ends of lines."""
    return {
        "id": item.id,
        "address": item.url,
        "title": item.title,
        "text": (item.html or "").replace("\n", ""),
        "summary": item.summary,
        "language": item.language,
        "authors": "".join(item.authors),
        "tags": "".join(item.tags),
        "picture": item.picture.src + item.picture.alt if item.picture else "",
    }


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return `names` without blank ones, and once where they differ in nothing but case and spaces."""
    if len(names) == 1 and names[0].isprintable() and names[0] == names[0].strip() and "  " not in names[0]:
        return names if names[0] else ()
    found: dict[str, str] = {}
    for name in map(content.plain, names):
        if name:
            found.setdefault(name.casefold(), name)
    return tuple(found.values())


def _picture(picture: Picture | None, page: str) -> Picture | None:
    """Return the picture with an absolute address, or None where it has no web address."""
    src = _web_address(picture.src, page) if picture else ""
    if picture is None or not src:
        return None
    return Picture(src, content.plain(picture.alt), picture.width, picture.height)


def _enclosures(enclosures: tuple[Enclosure, ...], page: str) -> tuple[Enclosure, ...]:
    """Return those of `enclosures` that have a web address, each once, with a type."""
    if not enclosures:
        return ()
    found: dict[str, Enclosure] = {}
    for one in enclosures:
        if src := _web_address(one.src, page):
            found.setdefault(src, Enclosure(src, media_type(src, one.type), max(one.length, 0)))
    return tuple(found.values())


def _web_address(src: str, page: str) -> str:
    """Return the absolute http(s) address of `src` as seen from `page`, "" where it has none."""
    src = src.strip()
    try:
        if not _SPELT.fullmatch(src):  # spelt as it is in the text, so that readers know it again
            src = quote(src, safe="/~!$&'()*+,;=:@%?#[]|") if src.isprintable() else ""
        address = urljoin(page, src)
        parts = urlsplit(address)
    except ValueError:
        return ""
    if not src or parts.scheme not in ("http", "https") or not parts.netloc or _NO_ADDRESS.search(address):
        return ""
    return address


def place(moment: datetime, zone: tzinfo) -> datetime:
    """Return `moment` in `zone`, in whole seconds; in UTC where the zone's offset then had seconds.

    RFC 3339 and RFC 5322 know offsets in minutes only; local mean times, before about 1930, have seconds.
    OverflowError for a moment at the very end of the calendar.
    """
    placed = moment.astimezone(zone).replace(microsecond=0)
    offset = placed.utcoffset() or timedelta()
    return placed.astimezone(UTC) if offset % timedelta(minutes=1) else placed


def rfc5322(moment: datetime) -> str:
    """Return `moment` as RSS writes it: ``Thu, 05 Feb 2026 07:00:00 +0700``, whatever the locale."""
    return format_datetime(moment)
