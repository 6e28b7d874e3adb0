"""Which lines of a plain text are a news page's head and furniture, and which its text.

A news page is told by a line with its date among the first lines, by the name of a site under the title, or
by a source of the configuration. No line ever goes for being short: each goes by a rule, which is named.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice

from syndicate.configcontent import NewsSource
from syndicate.content.language import detect
from syndicate.content.pagehead import LONGEST_DATE_LINE, Page, read_head, read_signature
from syndicate.content.presets import Rules, joined, preset_for, rules_of
from syndicate.content.reading import Source, same_title

_FIRST_LINES = 12  # in which a source is told
_LONGEST_TITLE_OF_OTHERS = 150
_FAR, _MOST_BOXES = 30, 200  # so many lines has a box of other articles at most, so many boxes a page
_MOST_ABOVE, _LONGEST_ABOVE = 7, 250  # lines above a dateline: captions, names
_HOME = re.compile(r"(?i:home|beranda)")
_BULLET = re.compile(r"[-*•·–◦▪]\s+(?=\S)")


def examine(lines: Sequence[str], source: Source) -> Page:
    """Return what the `lines` are; each is on one line, without white space at its ends."""
    filled = [number for number, line in enumerate(lines) if line]
    chosen = _chosen(source, [lines[number] for number in filled[:_FIRST_LINES]])
    language = source.language or next((one.language for one in chosen if one.language), "")
    zone = next((one.timezone for one in chosen if one.timezone), None) or source.zone
    page = Page(language or detect(source.text), zone)
    own = [rules_of(one) for one in chosen]
    rules = joined([*own, preset_for(page.language)]) if own else preset_for(page.language)
    page.title_at = _title_at(lines, filled, source.title, rules)
    below = filled if page.title_at is None else [number for number in filled if number > page.title_at]
    told = any(one.match or one.folder for one in chosen)
    page.is_news = read_head(page, lines, below, rules, told=told)
    if page.is_news:
        before = filled[: len(filled) - len(below) - 1] if page.title_at is not None else []
        for number in before:
            page.roles[number] = ("removed", rules.dropping(lines[number]) or "above the title")
        read_signature(page, lines, below, rules)
    elif filled:
        page.title_at = filled[0] if not source.title or same_title(lines[filled[0]], source.title) else None
        below = filled if page.title_at is None else filled[1:]
        rules = joined(own)
    _sweep(page, lines, below, rules)
    _trim(page, lines, below, rules)
    return page


def _chosen(source: Source, first: Sequence[str]) -> list[NewsSource]:
    """Return the sources of the configuration that the text is from, told ones first."""
    if not source.news:
        return []
    top = "\n".join(line[:LONGEST_DATE_LINE] for line in first)
    told, others = [], []
    for one in source.news:
        folder = one.folder.strip("/")
        if (folder and f"/{source.path}".startswith(f"/{folder}/")) or any(
            re.search(pattern, top) for pattern in one.match
        ):
            told.append(one)
        elif not one.folder and not one.match:
            others.append(one)
    return [*told, *others]


def _title_at(lines: Sequence[str], filled: Sequence[int], known: str, rules: Rules) -> int | None:
    """Return the line with the title: the first that is no furniture; only `known` where that is set."""
    candidates = [number for number in filled[:_FIRST_LINES] if not rules.dropping(lines[number])]
    if filled and _HOME.fullmatch(lines[filled[0]]):  # the way to the page, a step a line
        candidates = [number for number in candidates if len(lines[number].split()) > 3] or candidates
    first = next(iter(candidates), filled[0] if filled else None)
    return first if first is None or not known or same_title(lines[first], known) else None


# ---------------------------------------------------------------- furniture


def _sweep(page: Page, lines: Sequence[str], below: Sequence[int], rules: Rules) -> None:
    """Remove the lines that rules drop, and those of the boxes that they open."""
    rest = [number for number in below if number not in page.roles]
    dropped = {number: rule for number in rest if (rule := rules.dropping(lines[number]))}
    page.roles.update({number: ("removed", rule) for number, rule in dropped.items()})
    for position in _openers(rest, dropped):
        opener, near = rest[position], rest[position + 1 : position + _FAR]
        rule = dropped[opener]
        if count := rules.listing(lines[opener]):
            _remove(page, near[: _listed(lines, near, count, rules)], rule)
        elif rules.opening(lines[opener]):
            others = [number for number in near if number not in dropped]
            is_end = len(near) < _FAR - 1
            _remove(page, _boxed(lines, opener, near, others if is_end else []), f"{rule} (box)")


def _openers(rest: Sequence[int], dropped: Container[int]) -> Iterator[int]:
    """Yield the places in `rest` of dropped lines that may open a box; no page has more than some."""
    return islice((position for position, number in enumerate(rest) if number in dropped), _MOST_BOXES)


def _remove(page: Page, numbers: Sequence[int], rule: str) -> None:
    page.roles.update({number: ("removed", rule) for number in numbers if number not in page.roles})


def _listed(lines: Sequence[str], near: Sequence[int], count: int, rules: Rules) -> int:
    """Return how many of the lines `near` the counted list has, 0 where it does not end."""
    ends = (
        position for position, number in enumerate(near[: 3 * count + 2]) if rules.ends_list(lines[number])
    )
    return next(ends, -1) + 1


def _boxed(lines: Sequence[str], opener: int, near: Sequence[int], last: Sequence[int]) -> list[int]:
    """Return the lines under `opener` that are titles of other articles.

    They are bullets right below it, one title after a colon, or the `last` lines of the page where none of
    them is a sentence.
    """
    if last and all(_is_foreign_title(lines[number]) for number in last):
        return list(last)
    bullets: list[int] = []
    for number in near:
        if number != opener + len(bullets) + 1 or not _BULLET.match(lines[number]):
            break
        bullets.append(number)
    is_alone = lines[opener].endswith(":") and len(near) > 1 and not bullets
    return [near[0]] if is_alone and _is_foreign_title(lines[near[0]]) else bullets


def _is_foreign_title(line: str) -> bool:
    return len(line) <= _LONGEST_TITLE_OF_OTHERS and not line.endswith((".", ",", ";", ":", "”", '"'))


def _trim(page: Page, lines: Sequence[str], below: Sequence[int], rules: Rules) -> None:
    """Cut the place before the text, with what stands above it, and the initials behind the text."""
    kept = [number for number in below if number not in page.roles]
    for position, number in enumerate(kept[:_MOST_ABOVE]):
        left, rule = rules.without_dateline(lines[number], sure=position > 0)
        if rule:
            _cut(page, number, left, rule)
            _remove(page, kept[:position], "above the dateline")
            break
        if len(lines[number]) > _LONGEST_ABOVE:
            break
    if kept and kept[-1] not in page.roles:
        _cut(page, kept[-1], *rules.without_ending(page.text_of(kept[-1], lines)))


def _cut(page: Page, number: int, left: str, rule: str) -> None:
    if rule and left:
        page.cuts[number] = (left, rule)
    elif rule:
        page.roles[number] = ("removed", rule)
