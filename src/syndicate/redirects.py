"""Old addresses -> where they lead now: for servers as one list, for static hosts as pages. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from syndicate import links
from syndicate.feedfiles import FeedFormat
from syndicate.model import Article, OutputFile

LIST = "_redirects"  # the name under which static hosts look for it
MARK = ".moved"  # behind the name of a file that stands where something was
_LONGEST = 255 - len(MARK)  # bytes of a name that has room for it
_PAGES = (".html", ".htm")


@dataclass(frozen=True, slots=True, order=True)
class Redirect:
    """An old path below the publication's address, percent-encoded, and the absolute URL it leads to."""

    path: str
    target: str

    @property
    def page(self) -> str:
        """Return where the page lies that leads on, for hosts that know no redirects; "" where none can."""
        shown = unquote(self.path, errors="strict").lstrip("/")
        if shown.endswith("/") or not shown:
            return f"{shown}index.html"
        last = shown.rpartition("/")[2]
        if last.endswith(_PAGES):
            return shown
        return "" if "." in last else f"{shown}/index.html"

    @property
    def mark(self) -> str:
        """Return where the mark lies of the file that stands at this address; "" where no name has room."""
        place = f"{self.page or unquote(self.path).lstrip('/')}"
        return place + MARK if len(place.rpartition("/")[2].encode()) <= _LONGEST else ""


def redirects_of(articles: Iterable[Article], base: str, taken: Collection[str] = ()) -> list[Redirect]:
    """Return the old addresses of `articles`, sorted; of two that claim one, the first article has it.

    No path of `taken`, and no address where an article is, leads elsewhere. `base` is the publication's URL.
    """
    known = list(articles)
    living = {_plain(f"/{links.article_folder(one.slug)}/") for one in known}
    found: dict[str, str] = {}
    for article in known:
        target = links.article_url(base, article.slug)
        for alias in article.aliases:
            path = old_path(alias, base)
            if path and _plain(path) not in living and path.lstrip("/") not in taken:
                found.setdefault(path, target)
    return sorted(Redirect(path, target) for path, target in found.items())


def old_path(alias: str, base: str) -> str:
    """Return `alias` as a percent-encoded path below `base`, "" where it is none that can lead on.

    It may be a path or a URL below `base`; the publication's front page leads nowhere else.
    """
    if not alias.isprintable():
        return ""
    text = alias.removeprefix(base) if alias.startswith(f"{base}/") else alias
    try:
        parts = urlsplit(text)
        shown = unquote(parts.path, errors="strict")
    except ValueError:
        return ""
    if parts.scheme or parts.netloc or parts.query or parts.fragment:
        return ""
    names = [name for name in shown.split("/") if name]
    if not names or {".", ".."} & set(names) or not shown.isprintable():
        return ""
    if names[0].startswith(".") or names == ["index.html"]:
        return ""
    return quote("/" + "/".join(names) + ("/" if shown.endswith("/") else ""), safe="/~")


def form_of(path: str, forms: Iterable[FeedFormat]) -> FeedFormat:
    """Return which of a feed's formats was at an old `path`, as far as its name tells; else the first."""
    wanted = list(forms)
    told = (form for form in wanted if form in path.lower())
    return next(told, "rss" if "rss" in wanted and "feed.json" not in path else wanted[0])


def moved_of(feeds: Iterable[Redirect], articles: Iterable[Article], base: str) -> list[Redirect]:
    """Return the old addresses of feeds, then those of `articles`, where no feed was."""
    moved = list(feeds)
    return [*moved, *redirects_of(articles, base, taken={one.path.lstrip("/") for one in moved})]


def list_of(moved: Sequence[Redirect]) -> list[OutputFile]:
    """Return the list for servers, none where nothing moved, and beside what stands at each address a mark.

    A server that does not read the list, such as nginx, sees by the mark that the address has moved.
    """
    marks = {one.mark: one.target for one in reversed(moved) if one.mark}
    files = [OutputFile(LIST, written(moved))] if moved else []
    return [*files, *(OutputFile(path, f"{target}\n".encode()) for path, target in sorted(marks.items()))]


def written(redirects: Iterable[Redirect]) -> bytes:
    """Return the list as static hosts read it: ``/old/path/ https://news.example.org/new/ 301``."""
    return "".join(f"{one.path} {one.target} 301\n" for one in redirects).encode()


def _plain(path: str) -> str:
    """Return a path as one that leads to the same place: decoded, without its last slash."""
    return unquote(path).rstrip("/")
