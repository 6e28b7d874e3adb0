"""What stands where something was: pages that lead on, pages of what is gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from syndicate import links
from syndicate.app.site import Site
from syndicate.errors import TemplateFault
from syndicate.model import Fault, OutputFile
from syndicate.pages.moved import GONE, gone_page, redirect_page
from syndicate.pages.values import PageSite
from syndicate.publish.paths import wrong_with
from syndicate.redirects import Redirect
from syndicate.store import selection
from syndicate.templating import Templates


@dataclass
class StandIns:
    """Makes the pages for hosts that answer neither 301 nor 410; none where a page of `taken` lies.

    `faults` has what was wrong with their templates, `keep` the pages that stay as they are for it.
    """

    site: Site
    pages: PageSite
    taken: Collection[str]
    faults: list[Fault] = field(default_factory=list)
    keep: set[str] = field(default_factory=set)

    def files(self, moved: Sequence[Redirect]) -> Iterator[OutputFile]:
        """Give a page for each address that leads on and for each article that was withdrawn."""
        taken = set(self.taken)
        for one in moved:
            if one.page and one.page not in taken and wrong_with(one.page) is None:
                taken.add(one.page)
                yield from self._made(one.page, partial(redirect_page, self.pages, one.page, one.target))
        with self.site.store.read() as conn:
            gone = selection.withdrawn(conn)
        for record in gone:
            folder = links.article_folder(record.slug)
            if record.missing_at and f"{folder}/index.html" not in taken:
                make = partial(gone_page, self.pages, folder, record.missing_at, record.language)
                yield from self._made(f"{folder}/{GONE}", make)

    def _made(self, path: str, make: Callable[[Templates], OutputFile]) -> Iterator[OutputFile]:
        try:
            yield make(self.site.templates)
        except TemplateFault as error:
            self.keep.add(path)
            if error.fault not in self.faults:
                self.faults.append(error.fault)
