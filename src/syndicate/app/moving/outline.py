"""What is found out about a site that another program makes; the readers' one result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

FeedFormat = Literal["rss", "atom", "json"]


@dataclass(frozen=True, slots=True)
class FoundRule:
    """A rule for links, as `config.LinkRule` takes it. `folder` is relative to the content folder."""

    pattern: str
    folder: str = ""
    language: str = ""
    like: str = ""


@dataclass(slots=True)
class Outline:
    """What a site's settings say; "" and empty where they are silent.

    `content` is the folder of the articles, `built` and `static` are where the pages come to lie and where
    files lie that are copied as they are. `url` is the address of the site, without a slash at its end.
    `languages` are those of folders below `content` whose files do not say, by folder.
    `feeds` has the path of each feed of the home page. `unknown` says what could not be found out.
    """

    program: str
    content: Path
    title: str = ""
    url: str = ""
    language: str = ""
    timezone: str = ""
    description: str = ""
    author: str = ""
    built: Path | None = None
    static: tuple[Path, ...] = ()
    exclude: tuple[str, ...] = ()
    languages: dict[str, str] = field(default_factory=dict)
    rules: list[FoundRule] = field(default_factory=list)
    feeds: dict[FeedFormat, str] = field(default_factory=dict)
    items: int | None = None
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Program:
    """A program that makes sites: how its folder is told, and what reads its settings."""

    name: str
    is_here: Callable[[Path], bool]
    read: Callable[[Path], Outline]
