"""The newsletters part of config.yaml: when each leaves, what is in it, what its subscribers may choose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from syndicate.configfeeds import Texts, several
from syndicate.configletter import Look
from syndicate.configtypes import Duration, Language, Section, Sender, Text, parse_clock, parse_zone
from syndicate.model import FREQUENCIES, Frequency
from syndicate.spelling import folded

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NewsletterName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
_QUIET = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_LONGEST_TEMPLATE = 5000


def parse_quiet(value: object) -> str:
    """Return a day on which nothing leaves: ``2026-12-25``, or ``12-25`` in each year."""
    text = value.isoformat() if isinstance(value, date) else value.strip() if isinstance(value, str) else ""
    match = _QUIET.fullmatch(text)
    try:
        if match:
            date(int(match[1] or 2024), int(match[2]), int(match[3]))
            return text
    except ValueError:
        pass
    raise ValueError('write a day such as 2026-12-25, or "12-25" for each year')


Quiet = Annotated[
    tuple[Annotated[str, BeforeValidator(parse_quiet)], ...], BeforeValidator(several), Field(max_length=200)
]
Template = Annotated[str, Field(max_length=_LONGEST_TEMPLATE)]


def parse_folder(value: object) -> object:
    """Return a folder below the content folder, as written; ValueError for one that is elsewhere."""
    if isinstance(value, str) and value:
        parts = value.removesuffix("/").split("/")
        if "\\" in value or any(part in ("", ".", "..") for part in parts):
            raise ValueError("write a folder of the content folder such as kota or news/asia")
    return value


def parse_topics(value: tuple[str, ...]) -> tuple[str, ...]:
    """Return topics as they are; ValueError where two are spellings of one name."""
    found: dict[str, str] = {}
    for topic in value:
        if first := found.get(folded(topic)):
            raise ValueError(f"{first} and {topic} are one topic: case, accents and spaces do not count")
        found[folded(topic)] = topic
    return value


class Selection(Section):
    """Which articles a newsletter takes: those that have all that is asked for, one of several tags."""

    tag: Texts = ()
    category: Texts = ()
    author: Texts = ()
    language: Annotated[tuple[Language, ...], BeforeValidator(several)] = ()
    folder: Annotated[str, BeforeValidator(parse_folder)] = ""


class Sections(Section):
    """How a letter is divided: by each article's first category or tag; `first` are the names that lead."""

    by: Literal["category", "tag"]
    first: Texts = ()


def _sections(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


class Newsletter(Section):
    """A mailing. `subject`, `preheader`, `intro` and `footer` are templates; "" is as the look has it.

    Subscribers choose for themselves among `topics`, and how often, when, in which language and zone;
    what they do not choose is as here. With `by_language` who chose a language gets articles in it alone.
    Without `signup` nobody can subscribe by himself; `welcome` is what he is sent when he has.
    """

    title: Text
    language: Language | None = None
    timezone: Annotated[ZoneInfo | None, BeforeValidator(lambda v: v if v is None else parse_zone(v))] = None
    frequency: Frequency = "daily"
    at: Annotated[time, BeforeValidator(parse_clock)] = time(7, 0)
    days: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1)
    weekday: Weekday | None = None
    monthday: int = Field(default=1, ge=1, le=31)
    quiet: Quiet = ()
    late_by: Duration = timedelta(hours=12)
    stale_after: Duration | None = None
    select: Selection = Selection()
    topics: Annotated[Texts, AfterValidator(parse_topics)] = ()
    by_language: bool = False
    sections: Annotated[Sections | None, BeforeValidator(_sections)] = None
    order: Literal["newest", "oldest", "title"] = "newest"
    min_items: int = Field(default=1, ge=1, le=1000)
    max_items: int | None = Field(default=None, ge=1, le=1000)
    rest: Literal["later", "web"] = "later"
    hold: bool = False
    signup: bool = True
    welcome: Literal["none", "latest"] = "none"
    look: Look | None = None
    pictures: bool = True
    subject: Template = ""
    preheader: Template = ""
    intro: Template = ""
    footer: Template = ""
    sender: Sender | None = Field(default=None, alias="from")
    reply_to: Sender | None = None

    @field_validator("quiet", mode="before")
    @classmethod
    def _one_day(cls, value: object) -> object:
        return (value,) if isinstance(value, date) else value

    @model_validator(mode="after")
    def _min_and_max(self) -> Newsletter:
        if self.max_items is not None and self.min_items > self.max_items:
            raise ValueError("min_items is more than max_items, so nothing would ever leave")
        return self

    @property
    def week_day(self) -> Weekday:
        """The day on which weekly letters leave: the given one, else the first of `days`."""
        return self.weekday or self.days[0]


def templates_of(newsletter: Newsletter) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the templates that `newsletter` gives itself."""
    for name in ("subject", "preheader", "intro", "footer"):
        text: str = getattr(newsletter, name)
        if text:
            yield name, text


__all__ = ["FREQUENCIES", "WEEKDAYS", "Newsletter", "NewsletterName", "Sections", "Selection", "Weekday"]
