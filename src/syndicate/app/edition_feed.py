"""A newsletter's newest editions -> an Atom feed of them, for who reads feeds rather than mail."""

from __future__ import annotations

from datetime import datetime
from html import escape
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from syndicate import __version__
from syndicate.app.editions_shown import EditionsShown, Line, Masthead
from syndicate.app.site import Site
from syndicate.content.articles import link_of
from syndicate.feeds.content import plain
from syndicate.feeds.document import EPOCH, ILLEGAL, Document, Item, place
from syndicate.feeds.formats import FORMATS
from syndicate.store import ids

MOST: Final = 30  # editions
_MAIN: Final = "feed:"  # the key of the publication's own feed


def edition_feed(shown: EditionsShown, head: Masthead, *, now: datetime) -> bytes:
    """Return the feed of a newsletter's newest editions; the same bytes while nothing in it changed."""
    site = shown.site
    publication = site.config.publication
    with site.store.read() as conn:
        main = ids.known_ids(conn, [_MAIN]).get(_MAIN, publication.url)
    items = [_item(site, head, line) for line in shown.editions(head, MOST, now=now)]
    title = _legal(head.title) or head.name
    document = Document(
        id=f"urn:uuid:{uuid5(NAMESPACE_URL, f'{main}/editions/{head.name}')}",
        title=title,
        description=title,
        home=head.url,
        addresses={"atom": head.feed_url},
        language=head.language,
        author=_legal(publication.author or publication.title) or title,
        updated=max((one.updated for one in items), default=place(EPOCH, head.zone)),
        items=tuple(items),
        version=__version__,
        icon=publication.icon or "",
    )
    return FORMATS["atom"](document)


def _item(site: Site, head: Masthead, line: Line) -> Item:
    """Return an edition as an entry; its id hangs on no address, its date moves with what is in it."""
    made = line.row.edition
    moves = [one.moved for one in line.headline.articles if one.moved]
    heading = _legal(line.heading)
    return Item(
        id=f"urn:uuid:{uuid5(NAMESPACE_URL, f'edition:{made.uid}')}",
        url=line.url,
        title=heading or head.name,
        html=_contents(site, line),
        summary="",
        published=place(made.frozen_at, head.zone),
        updated=place(max([made.frozen_at, *moves]), head.zone),
        language=line.headline.language or head.language,
        authors=(),
        tags=(),
        picture=None,
    )


def _contents(site: Site, line: Line) -> str:
    """Return a list of the articles that are shown, each leading to its page."""
    base = site.config.publication.url
    there = [(link_of(one.address, base), _legal(one.title)) for one in line.headline.articles if one.is_out]
    found = [f'<li><a href="{escape(url)}">{escape(title, quote=False)}</a></li>' for url, title in there]
    return f"<ul>{''.join(found)}</ul>" if found else ""


def _legal(text: str) -> str:
    return plain(ILLEGAL.sub("", text))
