"""The furniture of news pages, as rules per language: one file per language, one line in the table here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

from syndicate.configcontent import NewsSource
from syndicate.content.presets import en, id

_LONGEST = 1000  # no furniture is longer, and no rule is tried on more
_KINDS = ("dated", "updated", "byline", "label", "dateline", "place", "ending", "listed", "list_end")
_BOXES = ("read also", "recommended", "topics")


@dataclass(frozen=True, slots=True)
class Rule:
    """A regular expression and the name by which it is shown: ``id: read also``."""

    name: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Dated:
    """What a line with a date may say: the texts of its date and of the last change, and the author.

    `rule` is "" where the line is to be a date as a whole.
    """

    text: str
    updated: str = ""
    author: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """Rules by what they do. All are for a whole line, `dateline` and `place` for its start.

    `drop` is furniture anywhere; `box` opens a box of other articles, or is all of it. `dated` finds the
    date of a page (groups ``date``, ``clock``, ``updated``, ``name``), `updated` tells the line of its last
    change, `byline` the author (group ``name``), `label` stands above the line with his name. `dateline`
    surely opens a text, `place` does where the text begins there anyway. `listed` opens a list of a counted
    length (group ``count``) that `list_end` ends. `own` are those of the configuration. `quick` are
    alternations: a line that none of them matches is dropped by no preset.
    """

    drop: tuple[Rule, ...] = ()
    box: tuple[Rule, ...] = ()
    dated: tuple[Rule, ...] = ()
    updated: tuple[Rule, ...] = ()
    byline: tuple[Rule, ...] = ()
    label: tuple[Rule, ...] = ()
    dateline: tuple[Rule, ...] = ()
    place: tuple[Rule, ...] = ()
    ending: tuple[Rule, ...] = ()
    listed: tuple[Rule, ...] = ()
    list_end: tuple[Rule, ...] = ()
    quick: tuple[re.Pattern[str], ...] = ()
    own: tuple[Rule, ...] = ()

    def dropping(self, line: str) -> str:
        """Return the name of the rule that removes `line`, "" where none does."""
        if len(line) > _LONGEST:
            return ""
        if rule := _first(self.own, line):
            return rule
        if not any(pattern.fullmatch(line) for pattern in self.quick):
            return ""
        return _first(self.drop, line) or _first(self.box, line)

    def opening(self, line: str) -> str:
        """Return the name of the rule for which `line` opens a box of other articles, "" for none."""
        return _first(self.box, line) if len(line) <= _LONGEST else ""

    def listing(self, line: str) -> int:
        """Return how many lines the list is long that `line` opens, 0 where it opens none."""
        matches = (rule.pattern.fullmatch(line) for rule in self.listed if len(line) < 60)
        return next((int(match["count"]) for match in matches if match), 0)

    def ends_list(self, line: str) -> bool:
        """Return whether `line` ends a list that another line opened."""
        return len(line) < 60 and bool(_first(self.list_end, line))

    def dates_in(self, line: str) -> Iterator[Dated]:
        """Yield the ways in which `line` may hold a date, `line` as a whole last."""
        for rule in self.dated:
            if match := rule.pattern.fullmatch(line):
                said = match.groupdict("")
                text = f"{said.get('date') or line} {said.get('clock', '')}"
                yield Dated(text.strip(), said.get("updated", ""), said.get("name", ""), rule.name)
        yield Dated(line)

    def is_update(self, line: str) -> bool:
        """Return whether a line with a date tells of the last change."""
        return bool(_first(self.updated, line))

    def author_in(self, line: str) -> tuple[str, str]:
        """Return the author that a byline names and the rule that says so, "" and "" where it is none."""
        for rule in self.byline:
            if len(line) <= 200 and (match := rule.pattern.fullmatch(line)):
                name = match.groupdict().get("name") or line
                return name.strip(" ,;|-"), rule.name
        return "", ""

    def labels_author(self, line: str) -> str:
        """Return the name of the rule by which the next line is the author's name, "" for none."""
        return _first(self.label, line) if len(line) < 60 else ""

    def without_dateline(self, line: str, *, sure: bool = False) -> tuple[str, str]:
        """Return `line` without the place and agency before its text, and the rule; "" for none.

        With `sure` a place alone is none: an agency or a site has to be named.
        """
        for rule in self.dateline if sure else (*self.dateline, *self.place):
            if match := rule.pattern.match(line[:_LONGEST]):
                return line[match.end() :].lstrip(), rule.name
        return line, ""

    def without_ending(self, line: str) -> tuple[str, str]:
        """Return `line` without the initials of its editors behind it, and the rule; "" for none."""
        tail = line[-60:]
        for rule in self.ending:
            if match := rule.pattern.search(tail):
                return line[: len(line) - len(tail) + match.start()].rstrip(), rule.name
        return line, ""


def _first(rules: Iterable[Rule], line: str) -> str:
    return next((rule.name for rule in rules if rule.pattern.fullmatch(line)), "")


def joined(several: Iterable[Rules]) -> Rules:
    """Return all of `several` as one, the first ones first."""
    every = list(several)
    return Rules(*(sum((getattr(one, field.name) for one in every), ()) for field in fields(Rules)))


def _preset(language: str, patterns: Mapping[str, tuple[str, ...]]) -> Rules:
    rules = {
        name: tuple(Rule(f"{language}: {name}", re.compile(text)) for text in texts)
        for name, texts in patterns.items()
    }
    kinds = {kind: rules.pop(kind, ()) for kind in _KINDS}
    boxes = tuple(rule for name in _BOXES for rule in rules.pop(name, ()))
    drop = tuple(rule for several in rules.values() for rule in several)
    quick = re.compile("|".join(f"(?:{rule.pattern.pattern})" for rule in (*drop, *boxes)))
    return Rules(drop=drop, box=boxes, quick=(quick,), **kinds)


LANGUAGES = {"id": id.RULES, "en": en.RULES}


@lru_cache(maxsize=256)
def preset_for(language: str) -> Rules:
    """Return the rules for `language`; those of all languages where it is unknown or has none.

    They are compiled when they are first asked for: most builds read no plain text.
    """
    base = language.split("-")[0]
    if base in LANGUAGES:
        return _preset(base, LANGUAGES[base])
    return joined(preset_for(name) for name in LANGUAGES)


@lru_cache(maxsize=256)
def rules_of(source: NewsSource) -> Rules:
    """Return the rules that the configuration names for one source; shown by its name."""
    name = source.name or "news"

    def compiled(kind: str) -> tuple[Rule, ...]:
        shown = f"{name}: {kind.replace('_', ' ')}"
        return tuple(Rule(shown, re.compile(text)) for text in getattr(source, kind))

    boxes = compiled("read_also")
    return Rules(
        box=boxes,
        dated=compiled("dated"),
        updated=compiled("updated"),
        byline=compiled("byline"),
        dateline=compiled("dateline"),
        own=(*compiled("drop"), *boxes),
    )
