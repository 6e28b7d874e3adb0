"""The next edition as it is at this moment, for the pages under /admin/preview."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from syndicate.app.forecast import Preview, Reader
from syndicate.app.library import Library
from syndicate.app.linting import told
from syndicate.app.previewing import NOBODY, findings_of, foresee, parts_of, sample_letter
from syndicate.app.site import Site
from syndicate.app.timetables import newsletter_of
from syndicate.digest.cascade import Scheme
from syndicate.digest.lint import LARGEST
from syndicate.digest.lintpage import preheader
from syndicate.durable import locked
from syndicate.errors import Busy, TemplateFault
from syndicate.model import Choice
from syndicate.resources import shipped
from syndicate.store import selection

_MOST_KEPT: Final = 12
_LOCK_WAIT: Final = 2.0  # seconds that a page waits for a build
_TURN: Final = 5.0  # seconds that it waits for another page
_AROUND: Final = 6  # lines of a template that are shown before and after a faulty one
_LARGEST_SOURCE: Final = 1_000_000  # bytes of a template that is shown


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letter is looked at: the newsletter's, in a language ("" as it is), with pictures or without."""

    newsletter: str
    language: str = ""
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong with a letter, as a page shows it."""

    level: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A letter as a page shows it, of which `version` it is. `html` and `text` are its parts, whole.

    `size` and `room` are its bytes and those that a letter may have.
    """

    version: str
    sender: str
    subject: str
    preheader: str
    html: str
    text: str
    size: int
    room: int
    articles: int
    people: int
    repeated: bool
    language: str
    findings: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class SourceLine:
    """A line of a template around a fault; `wrong` is the one that is to blame."""

    number: int
    text: str
    wrong: bool


class LiveView:
    """Looks at next editions for a process that answers many requests; what did not change is not made again.

    Its methods block, and may be called from any thread.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: OrderedDict[Wanted, Seen] = OrderedDict()
        self._making = threading.Lock()

    def version(self) -> str:
        """Return a mark that changes with whatever a letter hangs on: templates, articles, settings."""
        site = self._site
        with site.store.read() as conn:
            articles = selection.mark(conn)
        config = site.config
        settings = (config.publication, config.newsletters, config.letter, config.web_url)
        about = repr((site.templates.stamps(), articles, settings))
        return sha256(about.encode()).hexdigest()[:16]

    def look(self, wanted: Wanted) -> Seen:
        """Return the letter as it is now.

        Raises Busy while a build holds the lock for longer than a moment, TemplateFault for a mistake in a
        template, and UsageError where there is no such newsletter or no article.
        """
        newsletter_of(self._site, wanted.newsletter)
        if not self._making.acquire(timeout=_TURN):
            raise Busy("another look at a letter takes long; is there a loop without end in a template?")
        try:
            return self._current(wanted)
        finally:
            self._making.release()

    def _current(self, wanted: Wanted) -> Seen:
        version = self.version()
        kept = self._kept.get(wanted)
        if kept is None or kept.version != version:
            kept = self._kept[wanted] = replace(self._look(wanted), version=version)
        self._kept.move_to_end(wanted)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return kept

    def _look(self, wanted: Wanted) -> Seen:
        site = self._site
        reader = Reader(choice=Choice(language=wanted.language, pictures=wanted.pictures))
        busy = "a build is under way; the letter is shown when it is done"
        with locked(site.config.var / "build.lock", wait=_LOCK_WAIT, busy=busy):
            shown = foresee(site, wanted.newsletter, Library(site), now=site.clock(), reader=reader)
            findings = findings_of(site, shown)
        return self._seen(
            shown, [Told(one.level, one.code, told(site, wanted.newsletter, one)) for one in findings]
        )

    def _seen(self, shown: Preview, findings: Sequence[Told]) -> Seen:
        letter = sample_letter(self._site, shown, recipient=NOBODY)
        html, text = parts_of(letter)
        made, newsletter = shown.made, shown.edition.newsletter
        sender = self._site.config.letter_sender(newsletter)
        return Seen(
            version="",
            sender=sender.name or self._site.config.publication.title,
            subject=shown.rendition.subject,
            preheader=preheader(html),
            html=html,
            text=text,
            size=len(letter.body),
            room=LARGEST,
            articles=len(made.articles),
            people=made.recipients,
            repeated=made.repeated,
            language=shown.rendition.language,
            findings=tuple(findings),
        )


def languages(site: Site, newsletter: str) -> list[str]:
    """Return the languages in which a letter may speak: the newsletter's, then all that have words."""
    own = site.config.newsletters[newsletter].language or site.config.publication.language
    folders = [files("syndicate") / "locales"]
    if site.config.templates.folder and (site.config.templates.folder / "locales").is_dir():
        folders.append(site.config.templates.folder / "locales")
    names = {
        one.name.removesuffix(".po")
        for folder in folders
        for one in folder.iterdir()
        if one.name.endswith(".po")
    }
    return [own, *sorted({"en", *names} - {own})]


def in_surroundings(html: str, scheme: Scheme) -> str:
    """Return a page as it is drawn in light or dark surroundings, whatever those of its reader are.

    A frame's scroll bar would take from its width, so that there is none; it scrolls all the same.
    """
    other: Scheme = "light" if scheme == "dark" else "dark"
    html = _scheme_query(scheme).sub("(min-width: 0)", html)
    html = _scheme_query(other).sub("(max-width: 0)", html)
    html = re.sub(
        r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*(")', rf"\g<1>{scheme}\g<2>", html
    )
    html = re.sub(r"(?<![\w-])(color-scheme\s*:)[^;}\"]*", rf"\g<1> {scheme}", html)
    return html.replace("</head>", "<style>html { scrollbar-width: none }</style></head>", 1)


def _scheme_query(scheme: Scheme) -> re.Pattern[str]:
    return re.compile(rf"\(\s*prefers-color-scheme\s*:\s*{scheme}\s*\)", re.IGNORECASE)


def with_own_pictures(html: str, base: str) -> str:
    """Return a page whose pictures of the publication come from this server, also before it is online."""
    return html.replace(f'src="{base}/', 'src="/')


def source_around(site: Site, fault: TemplateFault) -> list[SourceLine]:
    """Return the lines of the template around a fault; none where it is no file of ours, or has no line."""
    roots = [shipped("templates"), *filter(None, [site.config.templates.folder])]
    path = Path(fault.path)
    try:
        inside = any(path.resolve().is_relative_to(root.resolve()) for root in roots)
        if fault.line is None or not inside or path.stat().st_size > _LARGEST_SOURCE:
            return []
        lines = path.read_text("utf-8", "replace").split("\n")
    except OSError:
        return []
    first, last = max(fault.line - _AROUND, 1), min(fault.line + _AROUND, len(lines))
    return [SourceLine(n, lines[n - 1].rstrip("\r"), n == fault.line) for n in range(first, last + 1)]
