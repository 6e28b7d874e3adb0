"""Pages that stand where something was: one that leads on, one that says it is gone.

Servers answer 301 and 410 for these addresses; static hosts that cannot show these files.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import unquote

from syndicate import feedfiles, links
from syndicate.model import OutputFile
from syndicate.pages.values import PageSite
from syndicate.templating import Templates

GONE: Final = "gone.html"


def redirect_page(site: PageSite, path: str, target: str, templates: Templates) -> OutputFile:
    """Return the page at `path` that leads to `target`, an absolute URL. Raises TemplateFault.

    Where that is a feed, the page names it as one, so that a reader that is given the page finds it.
    """
    publication = site.publication
    below = unquote(target.removeprefix(f"{publication.url}/"))
    text = templates.render(
        "pages/redirect.html",
        language=publication.language,
        zone=publication.timezone,
        target=target,
        feed_type=_feed_type(site, below),
        **_about(site),
    )
    return OutputFile(path, text.encode())


def gone_page(site: PageSite, folder: str, when: datetime, language: str, templates: Templates) -> OutputFile:
    """Return the page of an article in `folder` that was withdrawn at `when`. Raises TemplateFault.

    It says no more than that: neither title nor text, as these may be why the article went.
    """
    publication = site.publication
    text = templates.render(
        "pages/gone.html",
        language=language or publication.language,
        zone=publication.timezone,
        when=when,
        **_about(site),
    )
    return OutputFile(f"{folder}/{GONE}", text.encode())


def _about(site: PageSite) -> dict[str, object]:
    """Return what both are given: their links are absolute, as they are shown at several addresses."""
    base = site.publication.url
    return {
        "publication": site.publication,
        "home_url": f"{base}/",
        "style_url": links.url(base, "style.css"),
    }


def _feed_type(site: PageSite, path: str) -> str:
    """Return the content type of the feed's file at `path`, "" where it is no feed's."""
    folder = path.rpartition("/")[0]
    formats, paths = site.placed.get(folder, (site.formats, site.paths))
    return feedfiles.type_of(path, formats, paths)
