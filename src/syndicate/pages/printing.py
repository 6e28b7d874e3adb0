"""Material -> the files of all pages, one at a time, but for those that are still as they would be made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from syndicate import links
from syndicate.errors import TemplateFault
from syndicate.model import Article, CopiedFile, Fault, OutputFile
from syndicate.pages.gathering import gather
from syndicate.pages.kinds import KINDS
from syndicate.pages.moved import GONE
from syndicate.pages.render import STYLE, Layout
from syndicate.pages.sitemap import Place, sitemap
from syndicate.pages.values import Material, Page, PageSite, RenderedPages, Stock
from syndicate.templating import Templates

ROBOTS = "robots.txt"
_GIVE_UP_AFTER = 20  # the same fault on so many pages and none without it: it is the template's, not theirs
_TEXTS = 100  # articles whose texts are in memory at once
Show = Callable[[int, int], None]


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


@dataclass
class Printing:
    """Makes the pages of a site. Afterwards it holds what to remember of them until the next time.

    `before` are the `marks` of last time, which must be of pages that are published, with the same templates
    and code: a page with the same mark has the same bytes, and is not made but in `keep`. So is one that a
    fault stops, and each fault is in `faults` once, with the first page it stopped; it has no mark. `paths`
    are those of all pages, made or not.
    """

    site: PageSite
    templates: Templates
    before: Mapping[str, str] = field(default_factory=dict)
    progress: Show | None = None
    marks: dict[str, str] = field(default_factory=dict)
    keep: set[str] = field(default_factory=set)
    paths: set[str] = field(default_factory=set)
    _tally: _Tally = field(default_factory=_Tally)
    _style_fault: Fault | None = None
    _done: int = 0

    @property
    def faults(self) -> list[Fault]:
        """What went wrong so far."""
        found = [_named(fault, paths) for fault, paths in self._tally.stopped.items()]
        return [*found, self._style_fault] if self._style_fault else found

    def files(self, stock: Stock) -> Iterator[OutputFile | CopiedFile]:
        """Give the articles' media, the style sheet, each page that is to be made, the map; never raises."""
        yield from _media(self.site, stock.articles)
        style = _style(self.templates)
        if isinstance(style, OutputFile):
            yield style
        else:
            self._style_fault = style
            self.keep.add(STYLE)
        version = sha256(style.body).hexdigest()[:10] if isinstance(style, OutputFile) else ""
        layout = Layout(gather(self.site, stock), self.templates, version)
        pages = [page for kind in KINDS for page in kind(layout.material)]
        self.paths.update(page.path for page in pages)
        yield from self._printed(layout, pages, stock)
        yield from sitemap(self.site.publication.url, _places(layout.material, pages))
        yield from self._robots()

    def _printed(self, layout: Layout, pages: Sequence[Page], stock: Stock) -> Iterator[OutputFile]:
        waiting: list[Page] = []
        for page in pages:
            mark = layout.mark(page)
            if mark and self.before.get(page.path) == mark:
                self.keep.add(page.path)
                self.marks[page.path] = mark
                self._step(len(pages))
            elif page.texts:
                waiting.append(page)
                if sum(len(one.texts) for one in waiting) >= _TEXTS:
                    yield from self._with_texts(layout, waiting, stock, len(pages))
                    waiting = []
            else:
                yield from self._made(layout, page, {}, len(pages))
        yield from self._with_texts(layout, waiting, stock, len(pages))

    def _with_texts(
        self, layout: Layout, pages: Sequence[Page], stock: Stock, total: int
    ) -> Iterator[OutputFile]:
        if not pages:
            return
        wanted = dict.fromkeys(one for page in pages for one in page.texts)
        texts = {article.id: article for article in stock.texts(list(wanted))}
        for page in pages:
            if texts.keys() >= set(page.texts):
                yield from self._made(layout, page, texts, total)
            else:  # its file went while we made the others; the next scan knows
                self.keep.add(page.path)

    def _made(
        self, layout: Layout, page: Page, texts: Mapping[str, Article], total: int
    ) -> Iterator[OutputFile]:
        self._step(total)
        made = self._tally.hopeless(page.template) or layout.render(page, texts)
        if isinstance(made, Fault):
            self.keep.add(page.path)
            self._tally.note(page, made)
            return
        self._tally.worked.add(page.template)
        if mark := layout.mark(page):
            self.marks[page.path] = mark
        yield made

    def _step(self, total: int) -> None:
        self._done += 1
        if self.progress:
            self.progress(self._done, total)

    def _robots(self) -> Iterator[OutputFile]:
        page = Page(ROBOTS, f"pages/{ROBOTS}", self.site.publication.language, {})
        zone, base = self.site.publication.timezone, self.site.publication.url
        try:
            text = self.templates.render(page.template, language=page.language, zone=zone, base=base)
            yield OutputFile(ROBOTS, text.encode("utf-8", "replace"))
        except TemplateFault as error:
            self.keep.add(ROBOTS)
            self._tally.note(page, error.fault)


def render_pages(
    site: PageSite, stock: Stock, templates: Templates, *, progress: Show | None = None
) -> RenderedPages:
    """Return every page of a site at once; same input, same bytes. Never raises. See `Printing`."""
    printing = Printing(site, templates, progress=progress)
    files = {file.path: file for file in printing.files(stock)}
    ordered = tuple(files[path] for path in sorted(files))
    return RenderedPages(ordered, tuple(printing.faults), frozenset(printing.keep))


def _places(material: Material, pages: Sequence[Page]) -> list[Place]:
    versions = material.versions
    return [Place(one.path, one.changed, versions.get(one.text, ())) for one in pages if one.listed]


def _media(site: PageSite, articles: Sequence[Article]) -> Iterator[CopiedFile]:
    """Give the files that lie beside the articles' pages; none takes the place of a page."""
    for article in sorted(articles, key=lambda one: one.slug):
        folder = links.article_folder(article.slug)
        for media in article.media:
            if media.name not in ("index.html", GONE):
                yield CopiedFile(f"{folder}/{media.name}", str(site.content_folder / media.source))


def _style(templates: Templates) -> OutputFile | Fault:
    try:
        return OutputFile(STYLE, templates.source(f"pages/{STYLE}").encode())
    except TemplateFault as error:
        return error.fault


def _named(fault: Fault, paths: Sequence[str]) -> Fault:
    """Return `fault` with the pages it stopped."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return Fault(fault.kind, fault.path, fault.line, f"{fault.message} (stopped {paths[0]}{more})")
