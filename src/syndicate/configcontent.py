"""The settings of the content folder, of news sources and of addresses; see `config` for the whole."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from syndicate.configtypes import Duration, Language, LocalPath, Section, parse_zone
from syndicate.links import check_pattern
from syndicate.spelling import STYLES


def parse_pattern(value: object) -> str:
    """Return a regular expression as written; ValueError where it is none."""
    if not isinstance(value, str) or not value:
        raise ValueError("write a regular expression")
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return value


def _several(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def parse_link(value: object) -> str:
    """Return a pattern of addresses as written; ValueError names a placeholder that there is not."""
    if not isinstance(value, str):
        raise ValueError("write an address such as /blog/{year}/{month}/{slug}/")
    check_pattern(value)
    return value


def parse_like(value: object) -> str:
    """Return the name of a program whose spelling we know."""
    if value not in STYLES:
        raise ValueError(f"write one of {', '.join(name for name in STYLES if name)}, or leave it out")
    return str(value)


def parse_glob(value: object) -> str:
    """Return a glob below the content folder as written; ValueError where it can match nothing."""
    text = value.strip() if isinstance(value, str) else ""
    parts = text.strip("/").split("/")
    if not text.strip("/") or ".." in parts or "\\" in text or "//" in text:
        raise ValueError("write a name, a folder or a glob below the content folder: notes/** or *.txt")
    if text.count("[") != text.count("]"):
        raise ValueError("has a [ without its ]")
    return text


def _with_group(name: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        text = parse_pattern(value)
        if name not in re.compile(text).groupindex:
            raise ValueError(f"needs a group (?P<{name}>...) around the {name}")
        return text

    return parse


LinkPattern = Annotated[str, BeforeValidator(parse_link)]
Like = Annotated[str, BeforeValidator(parse_like)]
Pattern = Annotated[str, BeforeValidator(parse_pattern)]
Patterns = Annotated[tuple[Pattern, ...], BeforeValidator(_several)]
DatePatterns = Annotated[
    tuple[Annotated[str, BeforeValidator(_with_group("date"))], ...], BeforeValidator(_several)
]
NamePatterns = Annotated[
    tuple[Annotated[str, BeforeValidator(_with_group("name"))], ...], BeforeValidator(_several)
]
Globs = Annotated[tuple[Annotated[str, BeforeValidator(parse_glob)], ...], BeforeValidator(_several)]


class NewsSource(Section):
    """Rules for text copied from one news site, on top of the presets of its language.

    A pattern is for one whole line, but `match` and `dateline`. The source is told by `match`, found anywhere
    in the first lines, or by `folder`, below which all of its files lie; with neither it is every plain text.
    """

    match: Patterns = ()
    folder: str = ""
    language: Language | None = None
    timezone: Annotated[ZoneInfo | None, BeforeValidator(lambda value: value and parse_zone(value))] = None
    drop: Patterns = ()
    dated: DatePatterns = ()  # group ``date``
    updated: Patterns = ()
    byline: NamePatterns = ()  # group ``name``
    dateline: Patterns = ()  # the place before the text: ``JAKARTA, KOMPAS.com - ``, at the start of a line
    read_also: Patterns = ()  # a line that opens a box of other articles, or is all of it
    _name: str = PrivateAttr("")

    @property
    def name(self) -> str:
        """The name it has in the configuration, "" for one that was made without."""
        return self._name


class Content(Section):
    """The content folder: what in it is an article, and when one that is gone counts as withdrawn."""

    folder: LocalPath = Field(default="content", validate_default=True)
    every: Duration = timedelta(minutes=5)
    include: Globs = ()
    exclude: Globs = ()
    withdraw_after: Duration = timedelta(minutes=15)
    languages: dict[str, Language] = Field(default={})  # of the articles below a folder
    news: dict[str, NewsSource] = Field(default={})

    @model_validator(mode="after")
    def _name_sources(self) -> Content:
        for name, source in self.news.items():
            source._name = name
        return self


class LinkRule(Section):
    """Where the page of an article below `folder` in `language` lies: ``/blog/{year}/{month}/{slug}/``.

    `like` names the program that makes the pages, where names are to be spelt in its way.
    """

    pattern: LinkPattern
    folder: str = ""
    language: Language | None = None
    like: Like = ""


class Links(Section):
    """How another program that makes the pages addresses them. A list stands for its `rules`.

    With `wait` a new article is held until its page is there, and told of where that takes longer.
    """

    rules: tuple[LinkRule, ...] = ()
    wait: Duration | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_list(cls, value: Any) -> Any:
        return {"rules": value} if isinstance(value, list | tuple) else value
