"""Addresses from the root of a site that lies below a path of its host: ``/x`` -> ``/blog/x``. Pure."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from syndicate.markup import rewrite_urls
from syndicate.model import Body


def rooted(body: Body, base: str) -> Body:
    """Return `body` with its root-relative addresses below the path of `base`, where they are not already.

    Programs such as Jekyll put that path before each of them (``site.baseurl``); what a reader would make of
    ``/x`` is another site's.
    """
    root = urlsplit(base).path.rstrip("/")
    if not root:
        return body

    def below(url: str) -> str:
        own = url == root or url.startswith(f"{root}/")
        return url if own or not url.startswith("/") or url.startswith("//") else f"{root}{url}"

    picture = replace(body.picture, src=below(body.picture.src)) if body.picture else None
    return replace(
        body,
        html=rewrite_urls(body.html, lambda _element, _attribute, url: below(url))
        if '="/' in body.html
        else body.html,
        picture=picture,
        enclosures=tuple(replace(one, src=below(one.src)) for one in body.enclosures),
    )
