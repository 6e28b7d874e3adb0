"""How a letter's articles are ordered and divided. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from syndicate.confignewsletter import Sections
from syndicate.digest.items import Item


@dataclass(frozen=True, slots=True)
class Section:
    """Articles under one heading. `title` is "" where there is none; `rest` says that they have no name.

    `leads` are drawn larger where the look does so.
    """

    title: str
    articles: tuple[Item, ...]
    leads: bool = False
    rest: bool = False

    @property
    def level(self) -> int:
        """The level of the headings of its articles: below its own, if it has one."""
        return 3 if self.title or self.rest else 2


def by_weight(items: Sequence[Item]) -> tuple[Item, ...]:
    """Return the featured articles and then the others, each in the order given."""
    return tuple(sorted(items, key=lambda one: not one.featured))


def divided(items: Sequence[Item], sections: Sections | None) -> tuple[Section, ...]:
    """Return `items`, the featured ones first, in sections: no empty one, no article twice.

    Featured articles lead, without a heading; in a letter that has none and no sections the first article
    does. Then come the sections that are to be `first`, then the others as their first articles come, and
    last what has no name.
    """
    featured = tuple(item for item in items if item.featured)
    others = tuple(item for item in items if not item.featured)
    if sections is None and not featured:
        featured, others = others[:1], others[1:]
    rest = tuple(_named(others, sections)) if sections else (Section("", others),)
    return tuple(one for one in (Section("", featured, leads=True), *rest) if one.articles)


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
