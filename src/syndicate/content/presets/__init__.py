"""The furniture of news pages, as rules per language: one file per language, one line in the table here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from syndicate.content.presets import en, id

Patterns = tuple[re.Pattern[str], ...]
_LONGEST = 1000
_HEADER = ("dated", "updated", "byline")


@dataclass(frozen=True, slots=True)
class Preset:
    """Regular expressions for whole lines, by the name of their rule.

    `drop` is furniture anywhere. `dated` finds the date of a news page in its line (group ``date``),
    `updated` tells the line of its last change, `byline` the author (group ``name``).
    """

    drop: Mapping[str, Patterns]
    dated: Patterns
    updated: Patterns
    byline: Patterns

    def rule_for(self, line: str) -> str:
        """Return the name of the rule that drops `line`, "" where none does."""
        if len(line) > _LONGEST:
            return ""
        return next((name for name, patterns in self.drop.items() if _any(patterns, line)), "")

    def dates_in(self, line: str) -> Iterator[str]:
        """Yield the parts of `line` that may be a date, `line` itself last."""
        for pattern in self.dated:
            if match := pattern.fullmatch(line):
                yield match["date"]
        yield line

    def is_update(self, line: str) -> bool:
        """Return whether a line with a date tells of the last change."""
        return _any(self.updated, line)

    def author_in(self, line: str) -> str:
        """Return the author a byline names, "" where it is none."""
        return next((match["name"].strip() for each in self.byline if (match := each.fullmatch(line))), "")


def _any(patterns: Patterns, line: str) -> bool:
    return any(pattern.fullmatch(line) for pattern in patterns)


def _preset(*sets: Mapping[str, tuple[str, ...]]) -> Preset:
    compiled: dict[str, Patterns] = {}
    for rules in sets:
        for name, patterns in rules.items():
            compiled[name] = (*compiled.get(name, ()), *map(re.compile, patterns))
    header = (compiled.pop(name) for name in _HEADER)
    return Preset(compiled, *header)


PRESETS = {"id": _preset(id.RULES), "en": _preset(en.RULES)}
_UNSURE = _preset(id.RULES, en.RULES)


def preset_for(language: str) -> Preset:
    """Return the rules for `language`; those of all languages where it is unknown or has none."""
    return PRESETS.get(language.split("-")[0], _UNSURE)
