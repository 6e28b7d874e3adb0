"""What is wrong with a letter, as values, and what is known of a letter beside its bytes."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Final, Literal
from urllib.parse import urlsplit

from syndicate.digest.slots import LEAVING, marker
from syndicate.links import on_host

Level = Literal["error", "warning"]
Part = Literal["letter", "head", "text", "html"]
Link = Literal["good", "relative", "dead", "insecure"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a letter, and what to do about it.

    `line` counts from 1 in the decoded part. `element` is the tag as far as it tells which it is. `clues` are
    texts of it that the template may hold as they are, the best first.
    """

    level: Level
    code: str
    part: Part
    line: int | None
    element: str
    message: str
    clues: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"{self.part}:{self.line}" if self.line else self.part
        return f"{where}: {self.element}: {self.message}" if self.element else f"{where}: {self.message}"


def _anywhere(url: str) -> bool:
    del url
    return True


@dataclass(frozen=True)
class Facts:
    """What the letters of one edition are held against; the same for all its renditions.

    `base` is the publication's URL, `web_url` where syndicate answers. `hosts` are URLs on whose hosts
    pictures may lie, beside those. `texts` is what articles and settings say themselves, in which nothing is
    a placeholder. `leads` tells whether a URL of the publication leads to something published.
    """

    uid: str
    base: str
    web_url: str
    hosts: tuple[str, ...] = ()
    texts: Collection[str] = ()
    leads: Callable[[str], bool] = _anywhere

    @cached_property
    def said(self) -> str:
        """All that articles and settings say, with white space as one space, between line ends."""
        return "\n" + "\n".join(plain(text) for text in self.texts) + "\n"

    @cached_property
    def homes(self) -> frozenset[tuple[str, str]]:
        """Scheme and host of each place from which a letter may load pictures."""
        return frozenset(filter(None, map(_home, (self.base, self.web_url, *self.hosts))))

    @cached_property
    def leaving(self) -> tuple[str, str, str]:
        """The ends of a person's unsubscribe link, with its slot: in the head, the text and the page."""
        head, text, html = (marker(self.uid, name) for name in ("token", "text_token", "html_token"))
        return f"{LEAVING}{head}", f"{LEAVING}{text}", f"{LEAVING}{html}"

    @cached_property
    def slot(self) -> str:
        """What each slot begins with."""
        return marker(self.uid, "").removesuffix("_")

    @cached_property
    def _judged(self) -> dict[str, Link]:
        return {}

    def judge(self, url: str) -> Link:
        """Return what is wrong with where `url` leads from a letter; asked once for each."""
        found = self._judged.get(url)
        if found is None:
            found = self._judged[url] = self._judge(url)
        return found

    def _judge(self, url: str) -> Link:
        try:
            parts, base = urlsplit(url), urlsplit(self.base)
            scheme, host, path = parts.scheme.lower(), parts.hostname, parts.path
        except ValueError:
            return "relative"
        if scheme in ("mailto", "tel") and path:
            return "good"
        if scheme not in ("http", "https") or not host:
            return "relative"
        if on_host(url, self.base) and path.startswith(base.path) and not self.leads(url):
            return "dead"
        insecure = base.scheme == "https" and scheme == "http" and host == base.hostname
        return "insecure" if insecure else "good"

    def is_ours(self, url: str) -> bool:
        """Tell whether a letter may load a picture from `url`."""
        return _home(url) in self.homes


def _home(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return (parts.scheme.lower(), parts.netloc.lower()) if parts.netloc else None


def plain(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())


# Template code that nobody filled, the merge fields of other programs, and values that show their makers.
_CODE = re.compile(
    r"\{\{.{0,80}?\}\}|\{%.{0,80}?%\}|\{#.{0,80}?#\}|\{\{|\{%|%\(\w{1,40}\)[sd]|\*\|[\w: .-]{1,40}\|\*"
    r"|\[\[[a-z][\w .-]{0,40}\]\]|%%\w{1,40}%%|<%=?.{0,80}?%>|%7B%7B.{0,80}?%7D%7D"
    r"|\$\{\w[\w .|-]{0,40}\}|\{(?:[a-z]+_[a-z_]{1,30}|f?name|e?mail|firstname|lastname)\}"
    r"|(?-i:\[(?:[A-Z]+_[A-Z_]{1,30}|F?NAME|EMAIL|FIRSTNAME|LASTNAME)\])"
    r"|(?-i:\b[A-Z]\w{1,40}\([a-z]\w{0,40}=)|\bdatetime\.(?:date|time|datetime|timedelta)\("
    r"|<(?:jinja2\b|bound method\b|built-in\b|generator object\b|function\s|class\s*['\"])"
    r"|<[\w.]+ object at 0x",
    re.DOTALL | re.IGNORECASE,
)
_HINT = re.compile(r"[{%*\[<(]")
_NOTHING: Final = frozenset({"undefined", "None", "null", "NaN", "nan", "[object Object]"})
# What makes a template's own words of None and of texts that are nowhere.
_NOTHING_WORD = re.compile(r"(?<![\w/.@#-])(?:None|undefined|Undefined)(?![\w/@-]|\.\w)")
_BEFORE, _AFTER = re.compile(r"\S+ \S*\Z"), re.compile(r"\S* \S+")


def placeholder(text: str, facts: Facts) -> str:
    """Return what stands unfilled in `text`, "" where nothing does.

    What an article or a setting says so itself is none.
    """
    if text.strip() in _NOTHING:
        found = text.strip()
        return "" if f"\n{found}\n" in facts.said else found
    if "None" in text or "ndefined" in text:
        for match in _NOTHING_WORD.finditer(plain(text)):
            if not _is_said(match, facts):
                return match[0]
    if not _HINT.search(text):
        return ""
    for match in _CODE.finditer(text):
        if plain(match[0]) not in facts.said and plain(unescape(match[0])) not in facts.said:
            return match[0]
    return ""


def _is_said(match: re.Match[str], facts: Facts) -> bool:
    """Tell whether somebody says the word himself: with the word before or after it, or as a whole."""
    word, text = match[0], match.string
    before = _BEFORE.search(text, max(match.start() - 100, 0), match.start())
    after = _AFTER.match(text, match.end())
    start, end = text.rfind(" ", 0, match.start()) + 1, text.find(" ", match.end())
    alone = text[start : end if end >= 0 else None]
    phrases = (before and before[0] + word, after and word + after[0], f"\n{word}\n", f"\n{alone}\n")
    return any(one in facts.said for one in phrases if one)
