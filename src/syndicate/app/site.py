"""Site: one configuration with its open store and templates; made once per process."""

from __future__ import annotations

import os
import secrets
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from time import time_ns
from typing import TYPE_CHECKING

from syndicate.config import Config
from syndicate.digest.occasions import Schedule, schedule_of
from syndicate.durable import locked, make_folder
from syndicate.resources import shipped
from syndicate.store.engine import Store, open_store
from syndicate.store.schema import is_current

if TYPE_CHECKING:
    from syndicate.content.defaults import Defaults
    from syndicate.templating import Templates

BUILD_WAIT = 60.0  # seconds that a second build waits for the first


def wall_clock() -> datetime:
    """Return the real time; only entry points call this."""
    return datetime.now(UTC)


def mint_urn() -> str:
    """Return a new id that hangs on nothing (RFC 9562 version 4, as a URN)."""
    return f"urn:uuid:{uuid.uuid4()}"


def mint_token() -> str:
    """Return 16 characters that nobody can guess: 96 bits, safe in a URL.

    So an unsubscribe link has 77 characters with a host of 40: beyond that libraries for mail, which a relay
    may be made of, turn its header into an encoded word, and one-click is broken.
    """
    return secrets.token_urlsafe(12)


@dataclass(frozen=True)
class Site:
    """What a process needs to work on one publication; what is heavy is loaded when it is used."""

    config: Config
    store: Store
    clock: Callable[[], datetime] = wall_clock
    file_clock: Callable[[], int] = time_ns  # what the times of files are held against, in nanoseconds

    @cached_property
    def templates(self) -> Templates:
        return templates_of(self.config)

    @cached_property
    def defaults(self) -> Defaults:
        return defaults_of(self.config)

    @cached_property
    def reading_version(self) -> str:
        """What changes when files would be read otherwise than before: the version of what is remembered."""
        from syndicate.content.defaults import version

        return version(self.defaults)

    def schedule(self, newsletter: str) -> Schedule:
        return schedule_of(self.config.newsletters[newsletter], self.config.publication.timezone)

    def build_lock(self) -> AbstractContextManager[None]:
        """Hold the right to scan, publish and make editions; waits a minute, then Busy."""
        busy = "another syndicate process has been building for a minute; try again when it is done"
        return locked(self.config.var / "build.lock", wait=BUILD_WAIT, busy=busy)

    def sender_lock(self) -> AbstractContextManager[None]:
        """Hold the right to send; Busy at once where another sender lives."""
        return locked(self.config.var / "sender.lock", busy="another syndicate process is sending")


def defaults_of(config: Config) -> Defaults:
    """Return what an article takes from the publication where it says nothing itself."""
    from syndicate.content.defaults import Defaults

    publication = config.publication
    return Defaults(
        language=publication.language,
        zone=publication.timezone,
        author=publication.author,
        news=tuple(config.content.news.values()),
        copies=config.pages,
        languages=tuple((folder.strip("/"), tag) for folder, tag in config.content.languages.items()),
        rules=repr((config.links.rules, config.content.include, config.content.exclude)),
    )


def templates_of(config: Config) -> Templates:
    """Return the shipped templates under the operator's own."""
    from syndicate.templating import Templates

    return Templates(shipped("templates"), config.templates.folder)


@contextmanager
def open_site(
    config: Config,
    clock: Callable[[], datetime] = wall_clock,
    file_clock: Callable[[], int] = time_ns,
) -> Iterator[Site]:
    """Open the publication for the block: private folders made, database brought up to date.

    Raises StoreError where the database cannot be used.
    """
    private_folder(config.var)
    store = open_store(config.database.url, sqlite_path=config.sqlite_path)
    try:
        if not is_current(store):
            from syndicate.store.migrate import migrate

            migrate(store, backups=config.var / "backup", now=clock())
        yield Site(config, store, clock, file_clock)
    finally:
        store.close()


def private_folder(folder: Path) -> None:
    """Make `folder` for this user alone; one that was there is closed to others too if it is ours."""
    make_folder(folder, mode=0o700)
    if folder.stat().st_uid == os.getuid():
        folder.chmod(0o700)
