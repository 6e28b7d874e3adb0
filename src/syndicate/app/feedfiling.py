"""The files of the feeds, one after another: made, checked, given to be written; a bad one is set aside."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import unquote

from syndicate import links
from syndicate.app.feeding import Fed, Feeding, feed_site
from syndicate.app.scanning import findable
from syndicate.config import Config
from syndicate.durable import make_folder, write_whole
from syndicate.feedfiles import BEST_FIRST, OPML, FeedFormat, named_folder, paths_of
from syndicate.feeds.check import check_feed
from syndicate.feeds.formats import file_names, rendered
from syndicate.feeds.opml import Outline, lists, names, render_opml
from syndicate.model import Fault, OutputFile

_GROUPS = {"tags": "Topics", "categories": "Categories", "authors": "Authors", "languages": "Languages"}


@dataclass
class FeedFiling:
    """Gives the files of feeds. `keep` gathers those that stay as they are, as what was made is not sound.

    What is wrong is added to `faults`.
    """

    feeding: Feeding
    faults: list[Fault] = field(default_factory=list)
    keep: set[str] = field(default_factory=set)
    _listed: list[Fed] = field(default_factory=list)

    @property
    def _config(self) -> Config:
        return self.feeding.site.config

    @property
    def _aside(self) -> Path:
        return self._config.var / "rejected"

    def files(self, among: Sequence[str] | None = None) -> Iterator[OutputFile]:
        """Give the files of all feeds, or those `among` some folders, one in memory at a time."""
        if among is None:  # what is still wrong is set aside again
            shutil.rmtree(self._aside, ignore_errors=True)
        for fed in self.feeding.feeds(among):
            if not fed.feed.history.archive:
                self._listed.append(fed.bare)
            yield from self._files_of(fed)
            del fed

    def leave(self, shown: Iterable[Fed], among: Sequence[str]) -> None:
        """Keep the list and what there is of the feeds `shown` and archives, but those `among` some."""
        named = named_folder("")
        for fed in shown:
            folder = fed.feed.folder
            if folder not in among and not ("" in among and folder.startswith(named)):
                self.keep.update(paths_of(folder, fed.site.formats, fed.site.paths).values())
                self.keep.update(self._copies(fed).values())
        usual = feed_site(self._config)
        for folder in self.feeding.archives():
            if folder not in among:
                self.keep.update(file_names(folder, usual))
        self.keep.add(OPML)

    def opml(self) -> OutputFile:
        """Give the list of the feeds that were given, which must be all there are."""
        return self._opml_of(self._listed)

    def opml_again(self, among: Sequence[str]) -> Iterator[OutputFile]:
        """Give the list anew where it lists the feeds `among` some folders, which were given, otherwise."""
        try:
            old = (self._config.publish.folder / OPML).read_bytes()
        except OSError:
            old = b""
        given = {fed.feed.folder: _outline(fed) for fed in self._listed}
        usual = feed_site(self._config)
        gone = [file_names(folder, usual) for folder in among if folder and folder not in given]
        urls = [links.url(usual.base, path) for paths in gone for path in paths]
        if not all(lists(old, one) for one in given.values()) or any(names(old, url) for url in urls):
            yield self._opml_of(self.feeding.outlines(shown=True))

    def _opml_of(self, feeds: Sequence[Fed]) -> OutputFile:
        from syndicate.i18n import translations  # loads Babel

        publication = self._config.publication
        _ = translations(publication.language, self._config.templates.folder).gettext
        outlines = [_outline(fed) for fed in feeds]
        grouped = [replace(one, group=one.group and _(one.group)) for one in outlines]
        return OutputFile(OPML, render_opml(publication.title, grouped))

    def _files_of(self, fed: Fed) -> Iterator[OutputFile]:
        made, faults = rendered(fed.feed, fed.site)
        self.faults += findable(self._config, faults)
        copies = self._copies(fed)
        for form, file in made:
            copy = copies.get(links.url(fed.site.base, file.path))
            paths = [file.path] if copy is None else [file.path, copy]
            if wrong := check_feed(file.path, file.body, form, now=self.feeding.now):
                self._reject(file, wrong)
                self.keep.update(paths)
                continue
            yield file
            if copy is not None:
                yield OutputFile(copy, file.body)

    @staticmethod
    def _copies(fed: Fed) -> dict[str, str]:
        """Return where a feed lies once more, at old addresses that are no pages; by its own addresses."""
        return {old.target: unquote(old.path).lstrip("/") for old in fed.redirects() if not old.page}

    def _reject(self, file: OutputFile, wrong: Sequence[str]) -> None:
        place = self._aside / file.path.replace("/", "_")
        make_folder(place.parent, mode=0o700)
        write_whole(place, [file.body])
        reason = wrong[0].removeprefix(f"{file.path}: ")
        text = f"is not published, the old one stays: {reason}; please report it with what was made: {place}"
        self.faults.append(Fault("feed", file.path, None, text))


def _outline(fed: Fed) -> Outline:
    """Return a feed's place in the list: its best format, among those of its kind, in English."""
    paths = paths_of(fed.feed.folder, fed.site.formats, fed.site.paths)
    form: FeedFormat = next(form for form in BEST_FIRST if form in paths)
    group = _GROUPS.get(fed.feed.folder.partition("/")[0], "")
    url = links.url(fed.site.base, paths[form])
    return Outline(fed.feed.title, url, fed.feed.home, form, fed.feed.language, group)
