"""What answers say so that browsers keep people safe, whoever answers: our server or one in front. Pure."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from syndicate.config import Config
from syndicate.configtypes import parse_origin

# RFC 6797 section 6.1: for a year; of the host alone, as what else is below its domain is not ours to decide.
STRICT_TRANSPORT: Final = ("strict-transport-security", "max-age=31536000")


def is_secure(config: Config) -> bool:
    """Tell whether the publication's addresses are of https, both where they are two."""
    return all(urlsplit(url).scheme == "https" for url in (config.publication.url, config.web_url))


def pages_policy(config: Config) -> str:
    """Return the Content-Security-Policy of published pages, "" where they may not be ours alone.

    No script, and no form that leads elsewhere than to us: should the sanitiser ever let one through. An
    operator's own templates may have both, and so may pages that another program makes.
    """
    if not config.pages or config.templates.folder:
        return ""
    parts = urlsplit(config.web_url)
    try:
        where = parse_origin(f"{parts.scheme}://{parts.netloc}")
    except ValueError:  # a host that no browser can name
        where = f"{parts.scheme}:"
    return f"script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self' {where}"
