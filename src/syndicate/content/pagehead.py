"""The head of a news page: title, standfirst, bylines and dates, up to where its text begins."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from syndicate.content.dates import read_date
from syndicate.content.presets import Rules

Role = Literal["title", "standfirst", "site", "date", "updated", "byline", "removed"]

LONGEST_DATE_LINE = 160
_HEAD_LINES, _HEAD_TEXTS = 20, 4  # the date stands among so many lines, under so many that could be text
_LONGEST_STANDFIRST = 500
_LONGEST_LABEL = 60
_SURELY_FURNISHED = 2  # lines of furniture directly under a title: no letter has them
_NAMED = re.compile(r"[^\W\d_][^\d:.!?]{2,60}")
_SIGNED = 6  # last lines among which "Pewarta: …" names the author
_SITE = re.compile(r"[a-z0-9-]{2,63}(?:\.[a-z0-9-]{2,63}){0,2}\.[a-z]{2,12}", re.IGNORECASE)
_TOPS = (".com", ".id", ".co", ".net", ".org", ".news", ".tv", ".info", ".co.uk", ".my", ".sg", ".au")
_ENDS = (".", "!", "?", "…", "”", '"', "’", "'", ")", ",", ";", ":")


@dataclass(slots=True)
class Page:
    """What each line is, by its number from 0; a line without a role is text.

    `cuts` are lines that lost a part. Roles and cuts carry the name of the rule that gave them,
    "" where it was the line's place.
    """

    language: str
    zone: ZoneInfo
    title_at: int | None = None
    is_news: bool = False
    roles: dict[int, tuple[Role, str]] = field(default_factory=dict)
    cuts: dict[int, tuple[str, str]] = field(default_factory=dict)
    summary: str = ""
    when: date | datetime | None = None
    updated: date | datetime | None = None
    authors: tuple[str, ...] = ()

    def text_of(self, number: int, lines: Sequence[str]) -> str:
        """Return what is left of a line."""
        return self.cuts[number][0] if number in self.cuts else lines[number]


def read_head(page: Page, lines: Sequence[str], below: Sequence[int], rules: Rules, *, told: bool) -> bool:
    """Read the lines up to the date and what belongs to it; return whether they are a news page's head.

    `told` says that the page is known to be one by its source.
    """
    texts: list[int] = []
    roles: dict[int, tuple[Role, str]] = {}
    dated = site = False
    label, furniture = "", 0
    for number in below[:_HEAD_LINES]:
        line = lines[number]
        if role := _dated(page, line, rules):
            dated = True
            roles[number] = role
        elif _SITE.fullmatch(line):
            near = number == (-1 if page.title_at is None else page.title_at) + 1
            site = site or (not texts and (near or line.lower().endswith(_TOPS)))
            roles[number] = ("site", "")
        elif rules.labels_author(line):
            label = rules.labels_author(line)
            roles[number] = ("removed", label)
            continue
        elif rules.dropping(line):
            furniture += not texts
        elif label and _NAMED.fullmatch(line):
            roles[number] = ("byline", label)
        elif said := rules.author_in(line)[1]:
            roles[number] = ("byline", said)
        elif dated or len(texts) == _HEAD_TEXTS:
            break
        else:
            texts.append(number)
        label = ""
    signed = dated and bool(below) and max(roles) >= below[-1]  # a letter's date at its end
    if signed or not dated:  # then only what stands directly under the title is the head
        roles = {number: role for number, role in roles.items() if not texts or number < texts[0]}
        texts = []
    if not (told or site or (dated and not signed) or furniture >= _SURELY_FURNISHED):
        return False
    page.roles.update(roles)
    for number in sorted(number for number, (role, _) in roles.items() if role == "byline"):
        _add_author(page, rules.author_in(lines[number])[0] or lines[number])
    _read_standfirst(page, lines, texts)
    page.when = page.when or page.updated
    return True


def _dated(page: Page, line: str, rules: Rules) -> tuple[Role, str] | None:
    """Take the date from `line`; return its role, None where it holds none."""
    if len(line) > LONGEST_DATE_LINE or not re.search(r"\d{4}|\d\d/\d\d/\d\d", line):
        return None
    for said in rules.dates_in(line):
        day = _date(page, said.text)
        if day is None:
            continue
        page.updated = _date(page, said.updated) or page.updated
        _add_author(page, said.author.strip(" ,;|-"))
        if rules.is_update(line):
            page.updated = day
            return "updated", said.rule
        page.when = page.when or day
        return "date", said.rule
    return None


def _date(page: Page, text: str) -> date | datetime | None:
    return read_date(text, language=page.language, zone=page.zone) if text else None


def _add_author(page: Page, name: str) -> None:
    if name and name not in page.authors:
        page.authors = (*page.authors, name)


def _read_standfirst(page: Page, lines: Sequence[str], texts: Sequence[int]) -> None:
    """Take the first sentence between title and date as the summary; a bare label there is no text either."""
    for number in texts:
        line = lines[number]
        ended = line.endswith(_ENDS)
        if not page.summary and len(line) <= _LONGEST_STANDFIRST and (ended or len(line.split()) > 3):
            page.summary = line
            page.roles[number] = ("standfirst", "")
        elif not ended and len(line) <= _LONGEST_LABEL:
            page.roles[number] = ("removed", "label above the date")


def read_signature(page: Page, lines: Sequence[str], below: Sequence[int], rules: Rules) -> None:
    """Take ``Pewarta: NAME`` at the end of the page as its author."""
    for number in below[-_SIGNED:]:
        if number not in page.roles and ":" in lines[number]:
            name, rule = rules.author_in(lines[number])
            if rule:
                page.roles[number] = ("byline", rule)
                _add_author(page, name)
