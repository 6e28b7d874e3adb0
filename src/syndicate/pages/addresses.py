"""Where what an article names lies below the publish folder. Pure."""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import unquote, urlsplit

from syndicate import links


def path_below(slug: str, src: str) -> str:
    """Return where `src` of the article at `slug` lies below the publish folder, "" where that is outside.

    An address elsewhere, and one from the host's root, stay as they are.
    """
    if urlsplit(src).scheme or src.startswith("/"):
        return src
    path = normpath(f"{links.article_folder(slug)}/{unquote(src)}")
    return "" if path.startswith("..") else path
