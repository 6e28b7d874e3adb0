"""Editions -> a newsletter's list of them, each said once; what an edition is called. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from gettext import NullTranslations
from typing import Final

from syndicate.i18n import format_number
from syndicate.markup import clean_text, shorten
from syndicate.store.edition_pages import Headline
from syndicate.store.editions import EditionRow

_LONGEST: Final = 200  # characters of what an edition is called
_DAY = re.compile(r"(\d{4}-(?:\d\d-\d\d|W\d\d|\d\d))/.+")


def day_of(occasion: str) -> str:
    """Return the day, week or month of an occasion of some zone or hour: ``2026-11-23/Asia/Tokyo``.

    Any other occasion is returned as it is.
    """
    match = _DAY.fullmatch(occasion)
    return match[1] if match else occasion


def alike(rows: Iterable[EditionRow]) -> list[list[EditionRow]]:
    """Return those of `rows` that are of one day, week or month, where they are several."""
    found: dict[str, list[EditionRow]] = {}
    for row in rows:
        found.setdefault(day_of(row.edition.occasion), []).append(row)
    return [those for those in found.values() if len(those) > 1]


def repeats(groups: Iterable[Sequence[EditionRow]], contents: Mapping[int, frozenset[str]]) -> frozenset[int]:
    """Return the numbers of the editions whose articles are all in earlier ones of their day.

    The earlier one stays whatever comes after it, so that a feed never takes an entry back.
    """
    found = set()
    for group in groups:
        said: frozenset[str] = frozenset()
        for row in sorted(group, key=lambda one: one.id):
            its = contents.get(row.id, frozenset())
            if said and its <= said:
                found.add(row.id)
            said |= its
    return frozenset(found)


def called(one: Headline, newsletter: str, words: NullTranslations) -> str:
    """Return what an edition is called: its subject without the newsletter's name before it.

    A subject may name an article that is shown no more; then it is made anew of those that are.
    """
    there = [article for article in one.articles if article.is_out]
    subject = _line(one.subject)
    if len(there) == len(one.articles) and subject:
        return subject.removeprefix(f"{newsletter}:").strip() or newsletter
    title = _line(there[0].title) if there else ""
    if not title:
        return newsletter
    if len(there) == 1:
        return title
    more = words.ngettext("and %(num)s more", "and %(num)s more", len(there) - 1)
    return f"{title} {more % {'num': format_number(len(there) - 1, language=one.language)}}"


def _line(text: str) -> str:
    return shorten(clean_text(text[: 20 * _LONGEST]), _LONGEST)
