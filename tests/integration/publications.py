"""A publication in a folder of its own, with a clock that a test moves by hand."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from syndicate.app.health import overdue
from syndicate.app.library import Library
from syndicate.app.mailing import Made, make_due_editions, make_edition, make_edition_now
from syndicate.app.people import add_people
from syndicate.app.publishing import Publishing, publish_site
from syndicate.app.scanning import Scanned, scan_content
from syndicate.app.site import Site, open_site
from syndicate.configfile import load_config
from syndicate.delivery.plan import SendPlan
from syndicate.delivery.retry import settle
from syndicate.model import ArticleRecord, Sent
from syndicate.store import articles, editions, notes
from syndicate.store.outbox import StoreOutbox

MORNING = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)  # an hour before the daily occasion
LONG_AGO = 2**62  # a clock of files by which each was written long ago, and so is whole
CONFIG = """\
publication:
  title: Test News
  url: http://127.0.0.1:8000
  language: en
  timezone: {zone}
content: {{folder: content, every: 1s}}
newsletters:
  daily: {{title: Daily News, at: "07:00"}}
mail:
  from: Daily News <news@news.example.org>
{more}"""


@contextmanager
def maker(folder: Path) -> Iterator[Callable[..., Publication]]:
    """Give a maker of publications below `folder`; each is closed at the end."""
    with ExitStack() as stack:

        def make(*, zone: str = "UTC", more: str = "", now: datetime = MORNING) -> Publication:
            place = folder / f"site{len(list(folder.iterdir()))}"
            return Publication(place, stack, zone=zone, more=more, now=now)

        yield make


class Publication:
    """A site on disk and the steps a test takes with it. Its clock stands until it is moved."""

    def __init__(self, folder: Path, stack: ExitStack, *, zone: str, more: str, now: datetime) -> None:
        self.folder = folder
        self.now = now
        (folder / "content").mkdir(parents=True)
        (folder / "config.yaml").write_text(CONFIG.format(zone=zone, more=more))
        self.file_clock = LONG_AGO
        self._stack = stack
        self.opens()

    def opens(self) -> None:
        """Open the publication, as another process does; with the configuration as it is now."""
        self.config = load_config(self.folder / "config.yaml", {})
        site = open_site(self.config, lambda: self.now, lambda: self.file_clock)
        self.site: Site = self._stack.enter_context(site)
        self.articles = Library(self.site)

    def article_is_dropped(self, name: str, text: str = "Some words.", *, date: str = "") -> Path:
        """Put a Markdown article into the folder; its file time is the clock's."""
        path = self.folder / "content" / f"{name}.md"
        head = f"---\ntitle: {name}\n{f'date: {date}' if date else ''}\n---\n"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{head}{text}\n")
        os.utime(path, (self.now.timestamp(), self.now.timestamp()))
        return path

    def time_passes(self, **parts: float) -> None:
        self.now += timedelta(**parts)

    def folder_is_scanned(self, *, accept_removals: bool = False) -> Scanned:
        scanned = scan_content(self.site, accept_removals=accept_removals)
        self.articles = scanned.articles
        return scanned

    def folder_is_published(self) -> Publishing:
        return publish_site(self.site, self.articles, now=self.now)

    def is_built(self, *, accept_removals: bool = False) -> Publishing:
        """Scan and publish, as `syndicate build` does."""
        self.folder_is_scanned(accept_removals=accept_removals)
        return self.folder_is_published()

    def records(self) -> dict[str, ArticleRecord]:
        """Return what is remembered of each article that was not withdrawn or forgotten, by path."""
        with self.site.store.read() as conn:
            found = articles.records(conn)
        return {one.path: one for one in found if one.state.value in ("present", "missing")}

    def configuration_says(self, old: str, new: str) -> None:
        """Replace a part of the configuration, and open the publication again."""
        file = self.folder / "config.yaml"
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))
        self.opens()

    def people_subscribe(self, *emails: str, to: Sequence[str] = ("daily",), days_ago: float = 0.5) -> None:
        """Subscribe people, by default half a day ago: what became visible since is due to them."""
        self.time_passes(days=-days_ago)
        assert all(result.good for result in add_people(self.site, emails, to))
        self.time_passes(days=days_ago)

    def letters_leave(self) -> int:
        """Let a relay take every letter that is due; return how many."""
        outbox, plan, count = StoreOutbox(self.site.store), SendPlan(self.config.mail.retry.rule), 0
        while chunk := outbox.take(now=self.now):
            begun = outbox.exchange([], chunk.waiting, now=self.now).attempts
            outbox.exchange([settle(one, Sent("250"), plan, now=self.now) for one in begun], [], now=self.now)
            outbox.give_back(chunk, now=self.now)
            count += len(begun)
        return count

    def due_editions_are_made(self) -> list[Made]:
        self.folder_is_scanned()
        return make_due_editions(self.site, self.articles, now=self.now)

    def edition_is_made(self, *, at: datetime | None = None, at_once: bool = False) -> Made:
        make = make_edition_now if at_once else make_edition
        return make(self.site, "daily", self.articles, now=at or self.now)

    def problems(self) -> list[str]:
        """Return what /health would name."""
        with self.site.store.read() as conn:
            starts = {"daily": editions.newsletter_start(conn, "daily") or self.now}
            return overdue(notes.ticks(conn), starts, self.config, now=self.now, running_since=None)
