"""Which declarations of a letter's styles hold for an element, in light and in dark surroundings. Pure.

As much of CSS as letters use: selectors of names, classes, ids and attributes below each other, and media
queries that ask for the colour scheme alone. What is not understood holds for nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from lxml.etree import _Element

Scheme = Literal["light", "dark"]
SCHEMES: Final[tuple[Scheme, Scheme]] = ("light", "dark")
Weight = tuple[bool, bool, int, int]  # important, of the element itself, specificity, place
Found = dict[str, tuple[Weight, str]]
Styles = Mapping[Scheme, Mapping[str, str]]

_WANTED: Final = frozenset(
    (
        *("color", "background", "background-color", "background-image"),
        *("display", "visibility", "opacity", "font-size"),
    )
)
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_COMPOUND = re.compile(r"(\*|[a-zA-Z][\w-]*)?((?:[.#][\w-]+|\[[^\]]*\]|::?[\w-]+(?:\([^)]*\))?)*)")
_PIECE = re.compile(
    r"([.#])([\w-]+)|\[\s*([\w-]+)\s*(?:([~^$*|]?=)\s*[\"']?([^\"'\]]*)[\"']?)?\s*\]|(::?[\w-]+)"
)
_DEEPEST: Final = 30  # compounds of a selector
_OUTLOOKS: Final = frozenset({"data-ogsc", "data-ogsb"})  # Outlook.com adds them; no letter has them
_MOST_KNOWN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Compound:
    """What one element of a selector must be; `after` is how the one before it in the selector lies."""

    name: str
    classes: frozenset[str]
    ids: frozenset[str]
    attributes: tuple[tuple[str, str | None], ...]
    after: Literal["", " ", ">"] = ""

    def fits(self, element: _Element) -> bool:
        """Tell whether `element` is such a one, whatever is around it."""
        if self.name and element.tag != self.name:
            return False
        if self.ids and element.get("id") not in self.ids:
            return False
        if self.classes and not self.classes <= classes_of(element.get("class") or ""):
            return False
        return all(
            (given := element.get(name)) is not None and value in (None, given)
            for name, value in self.attributes
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Declarations that hold for what its selector, read from its end, selects in the schemes named."""

    selector: tuple[Compound, ...]
    declarations: tuple[tuple[str, str, bool], ...]
    schemes: frozenset[Scheme]
    specificity: int
    place: int

    def fits(self, element: _Element) -> bool:
        return _fits(self.selector, element)


@lru_cache(maxsize=4096)
def classes_of(text: str) -> frozenset[str]:
    """Return the names in the value of a class attribute."""
    return frozenset(text.split())


def _fits(selector: Sequence[Compound], element: _Element) -> bool:
    if not selector[0].fits(element):
        return False
    if len(selector) == 1:
        return True
    above = element.getparent()
    while above is not None:
        if _fits(selector[1:], above):
            return True
        if selector[0].after == ">":
            return False
        above = above.getparent()
    return False


class Sheet:
    """The rules of a letter's style sheets, found by what they ask of the element itself."""

    def __init__(self, css: str) -> None:
        self.rules = rules_of(css)
        self._by: dict[str, list[Rule]] = {}
        for rule in self.rules:
            last = rule.selector[0]
            key = next((f".{one}" for one in last.classes), next((f"#{one}" for one in last.ids), last.name))
            self._by.setdefault(key, []).append(rule)
        self._known: dict[tuple[str, tuple[int, ...]], Styles] = {}

    @property
    def has_dark(self) -> bool:
        """Whether anything in it is for dark surroundings alone."""
        return any(rule.schemes == {"dark"} for rule in self.rules)

    def styles(self, element: _Element) -> Styles:
        """Return the declarations that win for `element` in each scheme, by property.

        It is the same object for elements for which the same holds.
        """
        rules = [rule for rule in self._candidates(element) if rule.fits(element)]
        style = element.get("style") or ""
        key = (style, tuple([rule.place for rule in rules]))
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            found = self._known[key] = {scheme: _cascaded(inline(style), rules, scheme) for scheme in SCHEMES}
        return found

    def _candidates(self, element: _Element) -> Iterator[Rule]:
        yield from self._by.get("", ())
        yield from self._by.get(str(element.tag), ())
        given = element.get("class")
        for name in classes_of(given) if given else ():
            yield from self._by.get(f".{name}", ())
        if (number := element.get("id")) is not None:
            yield from self._by.get(f"#{number}", ())


def _cascaded(own: Found, rules: Sequence[Rule], scheme: Scheme) -> dict[str, str]:
    found = dict(own)
    for rule in rules:
        if scheme not in rule.schemes:
            continue
        for name, value, important in rule.declarations:
            weight = (important, False, rule.specificity, rule.place)
            if name not in found or found[name][0] <= weight:
                found[name] = (weight, value)
    return {name: value for name, (_, value) in found.items()}


@lru_cache(maxsize=4096)
def inline(style: str) -> Found:
    """Return the declarations of a style attribute."""
    found: Found = {}
    for place, (name, value, important) in enumerate(_declarations(style)):
        weight = (important, True, 0, place)
        if name not in found or found[name][0] <= weight:
            found[name] = (weight, value)
    return found


@lru_cache(maxsize=64)
def rules_of(css: str) -> tuple[Rule, ...]:
    """Return the rules of a style sheet that say something of colour or of what is shown."""
    found: list[Rule] = []
    for schemes, selectors, body in _blocks(_COMMENT.sub(" ", css), frozenset(SCHEMES)):
        declarations = tuple(_declarations(body))
        if not declarations:
            continue
        for text in selectors.split(","):
            if selector := _selector(text):
                found.append(Rule(selector, declarations, schemes, _specificity(selector), len(found)))
    return tuple(found)


def _blocks(css: str, schemes: frozenset[Scheme]) -> Iterator[tuple[frozenset[Scheme], str, str]]:
    """Yield for each rule the schemes it is for, its selectors and its declarations."""
    at = 0
    while (start := css.find("{", at)) >= 0:
        end = _closing(css, start)
        head, body = css[at:start].rpartition(";")[2].strip(), css[start + 1 : end]
        if head.lower().startswith("@media"):
            inner = schemes & asked_by(head[len("@media") :])
            if inner:
                yield from _blocks(body.replace("@media", "@other"), inner)
        elif not head.startswith("@"):
            yield schemes, head, body
        at = end + 1


def _closing(css: str, start: int) -> int:
    depth = 0
    for match in re.compile(r"[{}]").finditer(css, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(css)


def asked_by(query: str) -> frozenset[Scheme]:
    """Return the schemes in which a media query holds on a wide screen; none where it asks for more."""
    found: set[Scheme] = set()
    for one in query.lower().split(","):
        words = re.sub(r"\s+", " ", one).strip()
        features = re.findall(r"\(([^()]*)\)", words)
        kind = re.sub(r"\([^()]*\)|\b(?:and|only)\b", " ", words).strip()
        if kind not in ("", "all", "screen"):
            continue
        asked = {feature.replace(" ", "") for feature in features}
        if not asked:
            found |= set(SCHEMES)
        elif asked == {"prefers-color-scheme:dark"}:
            found.add("dark")
        elif asked == {"prefers-color-scheme:light"}:
            found.add("light")
    return frozenset(found)


def _declarations(body: str) -> Iterator[tuple[str, str, bool]]:
    for text in body.split(";"):
        name, colon, value = text.partition(":")
        name = name.strip().lower()
        if not colon or name not in _WANTED:
            continue
        value, important, _ = value.strip().lower().partition("!important")
        yield name, value.strip(), bool(important)


@lru_cache(maxsize=1024)
def _selector(text: str) -> tuple[Compound, ...]:
    """Return the compounds of a selector from its end; () for one that is not understood."""
    words = re.sub(r"\s*>\s*", " > ", text.strip()).split()
    found: list[Compound] = []
    after: Literal["", " ", ">"] = ""
    for word in words[: 2 * _DEEPEST]:
        if word == ">":
            after = ">"
            continue
        compound = _compound(word, after)
        if compound is None:
            return ()
        found.append(compound)
        after = " "
    return tuple(reversed(found)) if len(found) <= _DEEPEST else ()


def _compound(word: str, after: Literal["", " ", ">"]) -> Compound | None:
    match = _COMPOUND.fullmatch(word)
    if match is None:
        return None
    classes, ids, attributes = set[str](), set[str](), list[tuple[str, str | None]]()
    for mark, name, attribute, sign, value, pseudo in _PIECE.findall(match[2]):
        if mark:
            (classes if mark == "." else ids).add(name)
        elif attribute in _OUTLOOKS:
            return None
        elif attribute and sign in ("", "="):
            attributes.append((attribute, value if sign else None))
        elif pseudo not in (":link", ":any-link"):
            return None
    name = "" if match[1] in (None, "*") else match[1].lower()
    return Compound(name, frozenset(classes), frozenset(ids), tuple(attributes), after)


def _specificity(selector: Sequence[Compound]) -> int:
    return sum(
        10_000 * len(one.ids) + 100 * (len(one.classes) + len(one.attributes)) + bool(one.name)
        for one in selector
    )
