"""Material -> the bytes of every page. Reads templates; writes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from posixpath import commonprefix
from urllib.parse import quote, urlsplit

from syndicate import feedfiles, links
from syndicate.errors import TemplateFault
from syndicate.model import Article, CopiedFile, Fault, Feed, OutputFile
from syndicate.pages.kinds import KINDS
from syndicate.pages.values import Material, Page, PageSite, RenderedPages, gather
from syndicate.templating import Templates

STYLE = "style.css"
_GIVE_UP_AFTER = 20  # the same fault on so many pages and none without it: it is the template's, not theirs


@dataclass(frozen=True, slots=True)
class FeedLink:
    """The address of a feed in one format."""

    format: str
    type: str
    title: str
    url: str


@dataclass(slots=True)
class _Tally:
    """What has gone wrong so far: which pages each fault stopped, and which templates ever worked."""

    stopped: dict[Fault, list[str]] = field(default_factory=dict)
    worked: set[str] = field(default_factory=set)
    failed: Counter[tuple[str, Fault]] = field(default_factory=Counter)

    def hopeless(self, template: str) -> Fault | None:
        """Return the fault because of which no page of `template` needs to be tried again."""
        if template in self.worked:
            return None
        found = ((fault, n) for (name, fault), n in self.failed.items() if name == template)
        return next((fault for fault, n in found if n >= _GIVE_UP_AFTER), None)

    def note(self, page: Page, fault: Fault) -> None:
        self.stopped.setdefault(fault, []).append(page.path)
        self.failed[page.template, fault] += 1


def render_pages(
    site: PageSite,
    articles: Sequence[Article],
    feeds: Sequence[Feed],
    templates: Templates,
    *,
    progress: Callable[[int, int], None] | None = None,
) -> RenderedPages:
    """Return every page, the style sheet and the articles' media; same input, same bytes. Never raises.

    `progress` hears how many of how many pages are made.

    A fault in a template, or in what it makes of one article, stops only the pages concerned: their
    paths are in `keep`, and each fault is named once with the first page it stopped.
    """
    material = gather(site, articles, feeds)
    tally = _Tally()
    style = _style(templates)
    files: dict[str, OutputFile | CopiedFile] = {file.path: file for file in _media(site, articles)}
    version = sha256(style.body).hexdigest()[:10] if isinstance(style, OutputFile) else ""
    pages = [page for kind in KINDS for page in kind(material)]
    for number, page in enumerate(pages, start=1):
        if progress:
            progress(number, len(pages))
        fault = tally.hopeless(page.template)
        made = fault or _render(page, material, version, templates)
        if isinstance(made, Fault):
            files.pop(page.path, None)
            tally.note(page, made)
        else:
            files[page.path] = made
            tally.worked.add(page.template)
    faults = [_named(fault, paths) for fault, paths in tally.stopped.items()]
    keep = {path for paths in tally.stopped.values() for path in paths}
    if isinstance(style, OutputFile):
        files[STYLE] = style
    else:
        faults.append(style)
        keep.add(STYLE)
    ordered = tuple(files[path] for path in sorted(files))
    return RenderedPages(ordered, tuple(faults), frozenset(keep))


def _render(page: Page, material: Material, version: str, templates: Templates) -> OutputFile | Fault:
    publication = material.site.publication
    link = partial(relative, page.path) if page.portable else partial(_anywhere, publication.url)
    try:
        text = templates.render(
            page.template,
            language=page.language,
            zone=publication.timezone,
            **_common(page, material, link, version),
            **page.context,
        )
        return OutputFile(page.path, text.encode())
    except TemplateFault as error:
        return error.fault
    except UnicodeEncodeError as error:
        return Fault("page", page.path, None, f"holds a character that is none: {error.reason}")


def _common(page: Page, material: Material, link: Callable[[str], str], version: str) -> dict[str, object]:
    """Return what every page is given beside its own."""
    publication = material.site.publication
    main = [feed for feed in material.feeds if not feed.folder]
    own = [page.feed] if page.feed else []
    return {
        "publication": publication,
        "link": link,
        "home_url": link("index.html"),
        "style_url": link(STYLE) + (f"?{version}" if version else ""),
        "canonical": links.url(publication.url, page.path),
        "base": publication.url,
        "alternates": [one for feed in (*own, *main) for one in feed_links(feed, material.site)],
        "feed_links": partial(feed_links, site=material.site),
        "menu": material.menu,
        "path": page.path,
    }


def feed_links(feed: Feed, site: PageSite) -> list[FeedLink]:
    """Return the absolute addresses of `feed` in each of its formats, the best first."""
    paths = feedfiles.paths_of(feed.folder, site.formats, site.paths)
    return [
        FeedLink(kind.title, kind.content_type, f"{feed.title} ({kind.title})", links.url(base, paths[form]))
        for form in feedfiles.BEST_FIRST
        if form in paths
        for kind, base in [(feedfiles.KINDS[form], site.publication.url)]
    ]


def relative(here: str, path: str) -> str:
    """Return the link from the page at `here` to the file at `path`; an absolute address stays as it is."""
    if urlsplit(path).scheme or path.startswith("/"):
        return path
    start, goal = here.split("/")[:-1], path.split("/")
    if goal[-1] == "index.html":
        goal[-1] = ""
    shared = len(commonprefix([start, goal[:-1]]))
    link = "../" * (len(start) - shared) + "/".join(goal[shared:])
    return quote(link, safe="/~") or "./"


def _anywhere(base: str, path: str) -> str:
    return path if urlsplit(path).scheme else links.url(base, path.lstrip("/"))


def _media(site: PageSite, articles: Sequence[Article]) -> list[CopiedFile]:
    return [
        CopiedFile(
            f"{links.article_folder(article.slug)}/{media.name}", str(site.content_folder / media.source)
        )
        for article in articles
        for media in article.media
    ]


def _style(templates: Templates) -> OutputFile | Fault:
    try:
        return OutputFile(STYLE, templates.source(f"pages/{STYLE}").encode())
    except TemplateFault as error:
        return error.fault


def _named(fault: Fault, paths: Sequence[str]) -> Fault:
    """Return `fault` with the pages it stopped."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return Fault(fault.kind, fault.path, fault.line, f"{fault.message} (stopped {paths[0]}{more})")
