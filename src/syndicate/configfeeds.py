"""The settings of the feeds: what each carries, and which there are; see `config` for the whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from syndicate.caching import Ages
from syndicate.configtypes import Hub, Language, Section, Text, parse_duration
from syndicate.feedfiles import FeedFormat, named_folder, paths_of, wrong_with_paths

FeedName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
FeedKind = Literal["tag", "category", "author", "language"]
FEED_KINDS: tuple[FeedKind, ...] = get_args(FeedKind)
_MOVED = re.compile(r"/(?:[\w.~-]+/)*[\w.~-]*")


def several(value: object) -> object:
    """Return one text as a tuple of it, all else as it is."""
    return (value,) if isinstance(value, str) else value


def parse_moved(value: object) -> str:
    """Return an address below the publication's as written; ValueError where it is none."""
    text = value.strip() if isinstance(value, str) else ""
    if not _MOVED.fullmatch(text) or text == "/" or ".." in text:
        raise ValueError("write an old address below publication.url: /feed, /rss/ or /feeds/all.xml")
    return text


def parse_ttl(value: object) -> timedelta:
    """Return how long a reader may wait; ValueError for less than a minute or more than a week."""
    length = parse_duration(value)
    if not timedelta(minutes=1) <= length <= timedelta(days=7):
        raise ValueError("write a length between 1m and 7d")
    return length


Moved = Annotated[tuple[Annotated[str, BeforeValidator(parse_moved)], ...], BeforeValidator(several)]
Ttl = Annotated[timedelta, BeforeValidator(parse_ttl)]
Hubs = Annotated[tuple[Hub, ...], BeforeValidator(several), Field(max_length=10)]
Texts = Annotated[tuple[Text, ...], BeforeValidator(several)]


class NamedFeed(Section):
    """A feed of the articles that have all that is asked for; of several tags, one of them is enough.

    `folder` is one of the content folder. What is not said is as for the main feed. `paths` name the files in
    ``feeds/<name>/``, or below the publication's address where they have a slash in them.
    """

    title: Text
    tag: Texts = ()
    category: Texts = ()
    author: Texts = ()
    language: Language | None = None
    folder: str = ""
    items: int | None = Field(default=None, ge=1, le=10_000)
    content: Literal["full", "summary"] | None = None
    formats: tuple[FeedFormat, ...] | None = Field(default=None, min_length=1)
    paths: dict[FeedFormat, str] = Field(default={})
    ttl: Ttl | None = None
    moved: Moved = ()

    @property
    def placed(self) -> dict[FeedFormat, str]:
        """The paths as `feedfiles.path_of` takes them."""
        return {
            form: f"/{path.strip('/')}" if "/" in path.strip("/") else path.strip("/")
            for form, path in self.paths.items()
        }


class Feeds(Section):
    """What the feeds carry. `paths` names the files of formats, see `feedfiles.path_of`.

    `hub` is told when feeds change (WebSub); with `hub_private` also one in a private network.
    """

    items: int = Field(default=50, ge=1, le=10_000)
    content: Literal["full", "summary"] = "full"
    formats: tuple[FeedFormat, ...] = Field(default=("rss", "atom", "json"), min_length=1)
    paths: dict[FeedFormat, str] = Field(default={})
    ttl: Ttl = timedelta(minutes=15)
    by: tuple[FeedKind, ...] = FEED_KINDS
    history: bool = True
    moved: Moved = ()
    named: dict[FeedName, NamedFeed] = Field(default={})
    hub: Hubs = ()
    hub_private: bool = False

    @property
    def hubs(self) -> tuple[str, ...]:
        """The hubs, each once."""
        return tuple(dict.fromkeys(self.hub))

    @model_validator(mode="after")
    def _name_files(self) -> Feeds:
        for wrong in wrong_with_paths(self.formats, self.paths):
            raise ValueError(f"paths: {wrong}")
        for name, one in self.named.items():
            for wrong in wrong_with_paths(one.formats or self.formats, one.paths):
                raise ValueError(f"named.{name}.paths: {wrong}")
        taken: dict[str, str] = {}
        for owner, path in self._files():
            if taken.setdefault(path, owner) != owner:
                raise ValueError(f"{owner}: {path} is a file of {taken[path]} already; choose another")
        return self

    @property
    def ages(self) -> Ages:
        """For how long feeds may be kept, those of the configuration by their paths."""
        ttls: dict[str, int] = {}
        for name, one in self.named.items():
            if one.ttl:
                ttls |= dict.fromkeys(self.files_of(name).values(), round(one.ttl.total_seconds()))
        return Ages(round(self.ttl.total_seconds()), ttls)

    def files_of(self, name: str) -> dict[FeedFormat, str]:
        """Return where the files of the feed that is named `name` lie, RSS first."""
        one = self.named[name]
        return paths_of(named_folder(name), one.formats or self.formats, one.placed or self.paths)

    def _files(self) -> Iterator[tuple[str, str]]:
        yield from (("paths", path) for path in paths_of("", self.formats, self.paths).values())
        for name in self.named:
            yield from ((f"named.{name}.paths", path) for path in self.files_of(name).values())
        for owner, old in (
            ("moved", self.moved),
            *((f"named.{n}.moved", o.moved) for n, o in self.named.items()),
        ):
            yield from ((owner, path.strip("/")) for path in old)


__all__ = ["FEED_KINDS", "FeedKind", "Feeds", "NamedFeed"]
