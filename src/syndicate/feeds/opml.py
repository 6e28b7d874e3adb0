"""All feeds of a publication in one file that readers import: OPML 2.0 (opml.org/spec2.opml)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from syndicate.feedfiles import FeedFormat
from syndicate.feeds.document import ILLEGAL, rfc5322
from syndicate.feeds.xml import attribute, text


@dataclass(frozen=True, slots=True)
class Outline:
    """A feed in the list. `url` and `home` are absolute; `group` is the heading above it, "" for none."""

    title: str
    url: str
    home: str
    form: FeedFormat
    language: str
    group: str = ""


def render_opml(title: str, feeds: Iterable[Outline], updated: datetime | None = None) -> bytes:
    """Return the list of `feeds` in their order, those of a group together where its first one stands.

    `updated` is the newest change of any of them, None where that is not told: same input, same bytes.
    """
    groups: dict[str, list[Outline]] = {}
    for number, feed in enumerate(feeds):
        groups.setdefault(feed.group or f"\0{number}", []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n  <head>\n'
        f"    <title>{text(_legal(title))}</title>\n"
        + (f"    <dateModified>{rfc5322(updated)}</dateModified>\n" if updated else "")
        + "    <docs>http://opml.org/spec2.opml</docs>\n  </head>\n  <body>\n"
    ]
    for name, members in groups.items():
        if name.startswith("\0"):
            lines += [_outline(one, "    ") for one in members]
        else:
            lines.append(f'    <outline text="{attribute(_legal(name))}">\n')
            lines += [_outline(one, "      ") for one in members]
            lines.append("    </outline>\n")
    lines.append("  </body>\n</opml>\n")
    return "".join(lines).encode()


def lists(opml: bytes, feed: Outline) -> bool:
    """Return whether `opml`, as `render_opml` makes it, lists `feed` as it is."""
    return _outline(feed, "").encode() in opml


def names(opml: bytes, url: str) -> bool:
    """Return whether `opml` lists a feed at `url`."""
    return f' xmlUrl="{attribute(url)}"'.encode() in opml


def _outline(feed: Outline, margin: str) -> str:
    """Return a feed's line. Its type is "rss" whatever its format: readers pass by what has another."""
    title = attribute(_legal(feed.title))
    version = ' version="RSS2"' if feed.form == "rss" else ""
    return (
        f'{margin}<outline type="rss"{version} text="{title}" title="{title}" xmlUrl="{attribute(feed.url)}"'
        f' htmlUrl="{attribute(feed.home)}" language="{attribute(feed.language)}"/>\n'
    )


def _legal(title: str) -> str:
    return ILLEGAL.sub("", title)
