"""An article's picture as Media RSS, for RSS and Atom alike (rssboard.org/media-rss)."""

from __future__ import annotations

from syndicate.feeds.mediatypes import picture_type
from syndicate.feeds.xml import attribute, text
from syndicate.model import Picture

NAMESPACE = "http://search.yahoo.com/mrss/"


def written(picture: Picture, margin: str) -> str:
    """Return media:content, with the picture's alternative text, and media:thumbnail, each on its line."""
    src, size = attribute(picture.src), ""
    kind = f' type="{known}"' if (known := picture_type(picture.src)) else ""
    if picture.width and picture.height:
        size = f' width="{picture.width}" height="{picture.height}"'
    content = f'{margin}<media:content url="{src}" medium="image"{kind}{size}'
    if picture.alt:
        alt = f'{margin}  <media:description type="plain">{text(picture.alt)}</media:description>'
        content = f"{content}>\n{alt}\n{margin}</media:content>\n"
    else:
        content += "/>\n"
    return f'{content}{margin}<media:thumbnail url="{src}"{size}/>\n'
