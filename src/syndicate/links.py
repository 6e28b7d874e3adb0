"""Where everything lies: paths in the publish folder and the URLs that lead there. Pure."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

LONGEST_SLUG = 120  # bytes of UTF-8: with a suffix it stays a file name everywhere


def slugify(text: str, *, otherwise: str = "article") -> str:
    """Return `text` as one path segment: lower case, letters and digits of any script, hyphens."""
    folded = unicodedata.normalize("NFKC", text).lower()
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else "-" for c in folded)
    slug = re.sub(r"-+", "-", kept).strip("-")
    slug = slug.encode()[:LONGEST_SLUG].decode(errors="ignore").strip("-")
    return unicodedata.normalize("NFC", slug) or otherwise


def article_folder(slug: str) -> str:
    """Return the folder of an article's page and its media: ``articles/<slug>``."""
    return f"articles/{slug}"


def tag_folder(tag: str) -> str:
    """Return the folder of a tag's page and feeds: ``tags/<slug>``."""
    return f"tags/{slugify(tag, otherwise='tag')}"


def url(base: str, path: str) -> str:
    """Return the absolute URL of `path` below `base`; ``x/index.html`` becomes ``x/``.

    `base` has no slash at its end; other scripts are percent-encoded (RFC 3986).
    """
    shown = (
        path.removesuffix("index.html") if path.endswith(("/index.html",)) or path == "index.html" else path
    )
    return f"{base}/{quote(shown, safe='/~')}"


def article_url(base: str, slug: str) -> str:
    """Return the address of an article's page, with the slash at its end."""
    return url(base, f"{article_folder(slug)}/index.html")
