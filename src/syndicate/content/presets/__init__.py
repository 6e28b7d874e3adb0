"""The furniture of news pages, as rules per language: one file per language, one line in this table."""

from __future__ import annotations

import re
from dataclasses import dataclass

from syndicate.content.presets import en, id  # noqa: A004 - named after its language


@dataclass(frozen=True, slots=True)
class Preset:
    """Named regular expressions for whole lines; the name says which rule took a line away.

    `drop` is furniture anywhere. `dated` finds a line with the date of a news page (group ``date``),
    `updated` one with its last change, `byline` the author (group ``name``).
    """

    drop: tuple[tuple[str, re.Pattern[str]], ...]
    dated: re.Pattern[str]
    updated: re.Pattern[str]
    byline: re.Pattern[str]

    def rule_for(self, line: str) -> str:
        """Return the name of the rule that drops `line`, "" where none does."""
        return next((name for name, pattern in self.drop if pattern.fullmatch(line)), "")


def _preset(rules: dict[str, tuple[str, ...]]) -> Preset:
    drop = tuple(
        (name, re.compile("|".join(f"(?:{pattern})" for pattern in patterns)))
        for name, patterns in rules.items()
        if name not in ("dated", "updated", "byline")
    )
    return Preset(drop, *(re.compile("|".join(rules[name])) for name in ("dated", "updated", "byline")))


PRESETS = {"id": _preset(id.RULES), "en": _preset(en.RULES)}
_UNSURE = _preset(
    {name: id.RULES.get(name, ()) + en.RULES.get(name, ()) for name in {**id.RULES, **en.RULES}}
)


def preset_for(language: str) -> Preset:
    """Return the rules for `language`, the English ones for a language that has none."""
    return PRESETS.get(language.split("-")[0], PRESETS["en"])
