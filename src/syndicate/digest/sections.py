"""How a letter's articles are ordered and divided. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.confignewsletter import Sections
from syndicate.digest.items import Item

_DIRECTIONS = {"L": "ltr", "R": "rtl", "AL": "rtl"}


@dataclass(frozen=True, slots=True)
class Section:
    """Articles under one heading. `title` is "" where there is none; `rest` says that they have no name.

    Those of the section that `leads` stand at the head of the letter.
    """

    title: str
    articles: tuple[Item, ...]
    leads: bool = False
    rest: bool = False

    @property
    def level(self) -> int:
        """The level of the headings of its articles: below its own, if it has one."""
        return 3 if self.title or self.rest else 2

    @property
    def direction(self) -> str:
        """The direction of its title, ltr or rtl: that of the first letter that has one, as with dir="auto".

        "" where none has, so that the letter's own counts.
        """
        kinds = map(unicodedata.bidirectional, self.title)
        return next((_DIRECTIONS[kind] for kind in kinds if kind in _DIRECTIONS), "")

    def is_large(self, item: Item) -> bool:
        """Tell whether a look that draws some articles larger does so with `item`.

        The featured ones are, or, where none is, the first of those that lead.
        """
        featured = any(one.featured for one in self.articles)
        return self.leads and (item.featured if featured else item is self.articles[0])


def by_weight(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the articles that lead, pinned or featured, and then the others, each in the order given."""
    return tuple(sorted(items, key=lambda one: not _leads(one)))


def divided(items: Sequence[Item], sections: Sections | None) -> tuple[Section, ...]:
    """Return `items` in sections: no empty one, no article twice.

    Pinned and featured articles lead, without a heading; in a letter that has none and no sections the first
    article does. Then come the sections that are to be `first`, then the others as their first articles
    come, and last what has no name.
    """
    leading = tuple(item for item in items if _leads(item))
    others = tuple(item for item in items if not _leads(item))
    if sections is None and not leading:
        leading, others = others[:1], others[1:]
    rest = tuple(_named(others, sections)) if sections else (Section("", others),)
    return tuple(one for one in (Section("", leading, leads=True), *rest) if one.articles)


def _leads(item: Item) -> bool:
    return item.featured or item.pinned


def _named(items: Sequence[Item], sections: Sections) -> Iterator[Section]:
    """Yield the sections of `items`; names that differ in case alone are one, spelt as `first` has it."""
    spelt = {name.casefold(): name for name in sections.first}
    found: dict[str, list[Item]] = {name: [] for name in spelt}
    unnamed = []
    for item in items:
        names = item.categories if sections.by == "category" else item.tags
        if not names:
            unnamed.append(item)
            continue
        key = next((name.casefold() for name in names if name.casefold() in spelt), names[0].casefold())
        spelt.setdefault(key, names[0])
        found.setdefault(key, []).append(item)
    for key, members in found.items():
        yield Section(spelt[key], tuple(members))
    yield Section("", tuple(unnamed), rest=any(found.values()))
