"""What a format's parser takes and gives; the rest of the line knows no formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from syndicate.configcontent import NewsSource


@dataclass(frozen=True, slots=True)
class Source:
    """The text below the front matter; `title` and `language` are what that says, "" where it is silent.

    `news` are the operator's rules for text copied from news sites; only plain text looks at them.
    """

    path: str
    text: str
    title: str
    language: str
    zone: ZoneInfo
    news: Sequence[NewsSource] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says by itself; the front matter outranks it. `html` is not safe yet.

    `title` is what the text calls itself, "" where it does not; it is not repeated in `html`. `teaser` is
    the raw HTML above a ``<!--more-->``, `summary` plain text.
    """

    html: str
    title: str = ""
    summary: str = ""
    teaser: str = ""
    when: date | datetime | None = None
    updated: date | datetime | None = None
    language: str = ""
    authors: tuple[str, ...] = ()
    picture: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    slug: str = ""


Read = Callable[[Source], Reading]


def same_title(one: str, other: str) -> bool:
    """Return whether two titles are the same to a reader: case and white space aside."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
