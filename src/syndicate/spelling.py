"""Names as parts of an address: our own slugs, and those of other programs that make pages. Pure, a leaf."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

LONGEST_SLUG = 120  # bytes of UTF-8: with a suffix it stays a file name everywhere
Spell = Callable[[str], str]


class _Signs(dict[int, str]):
    """What becomes of each character: itself where `keep` says so, else `other`; asked once for each."""

    def __init__(self, keep: Callable[[str], bool], other: str) -> None:
        super().__init__()
        self._keep, self._other = keep, other

    def __missing__(self, point: int) -> str:
        sign = chr(point)
        self[point] = sign if self._keep(sign) else self._other
        return self[point]


def _is_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"


def _is_letter_or_digit(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LM" or sign.isdecimal()


_OURS = _Signs(_is_word, "-")
_HUGO = _Signs(lambda sign: _is_letter_or_digit(sign) or sign in "._#+~@\\-" or sign.isspace(), "")
_JEKYLL = _Signs(lambda sign: _is_letter_or_digit(sign) or sign in "._~!$&'()+,;=@", "-")
_ASTRO = _Signs(lambda sign: _is_word(sign) or sign in "-_ ", "")


def slugify(text: str, *, otherwise: str = "article") -> str:
    """Return `text` as one path segment: lower case, letters and digits of any script, hyphens."""
    kept = unicodedata.normalize("NFKC", text).lower().translate(_OURS)
    slug = re.sub(r"-+", "-", kept).strip("-")
    slug = slug.encode("utf-8", "replace")[:LONGEST_SLUG].decode(errors="ignore").strip("-")
    return unicodedata.normalize("NFC", slug) or otherwise


@dataclass(frozen=True, slots=True)
class Style:
    """How a program spells names in addresses, and whose calendar the dates in them follow.

    `days` is ``site`` for the zone of the publication, ``written`` for the zone written with the date, and
    ``utc``.
    """

    spell: Spell
    days: Literal["site", "written", "utc"] = "site"


_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _plain(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and len(text) <= LONGEST_SLUG else slugify(text, otherwise="")


def _as_written(text: str) -> str:
    return text.strip()


def _hugo(text: str) -> str:
    """Letters, marks, digits and ``._#+~@\\-`` stay, white space becomes one hyphen, all else goes."""
    if _PLAIN.fullmatch(text):
        return text
    kept = text.translate(_HUGO).strip()
    return re.sub(r"\s+", "-", re.sub(r"(?<=-)\s+|\s+(?=-)", "", kept)).lower()


def _jekyll(text: str) -> str:
    """Jekyll's "pretty" mode: the case stays, as do the signs that an address may hold."""
    return re.sub(r"-+", "-", text.translate(_JEKYLL)).strip("-")


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def _pelican(text: str) -> str:
    words = re.sub(r"[^\w\s-]", "", re.sub(r"<[^<>]*>", "", _ascii(text)))
    return re.sub(r"[-\s]+", "-", words.strip()).lower()


def _nikola(text: str) -> str:
    return re.sub(r"[-\s]+", "-", re.sub(r"[^+\w\s-]", "", _ascii(text)).strip()).lower()


def _zola(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _ascii(text).lower()).strip("-")


def _astro(text: str) -> str:
    """GitHub's way: each space a hyphen, punctuation but ``-`` and ``_`` gone."""
    return text.strip().lower().translate(_ASTRO).replace(" ", "-")


# The words of `like:` in a rule for links. Of scripts other than Latin, Pelican, Nikola and Zola make ASCII
# by tables of their own, which we have not: there a slug in the front matter is needed.
STYLES: Mapping[str, Style] = {
    "": Style(_plain),
    "hugo": Style(_hugo, "written"),
    "jekyll": Style(_jekyll),
    "pelican": Style(_pelican, "written"),
    "nikola": Style(_nikola),
    "zola": Style(_zola, "written"),
    "astro": Style(_astro, "utc"),
    "eleventy": Style(_as_written, "utc"),
}
