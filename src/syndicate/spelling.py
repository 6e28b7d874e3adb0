"""How names are spelt: what makes two of them one, and as parts of an address, ours or another program's.

Pure, a leaf.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
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


_STROKED = str.maketrans("øłđı", "oldi")  # accents to people, letters of their own to Unicode
_LAST_OF_A_LETTER = 9  # Unicode's classes of marks up to here are nukta, voicing of kana, virama: no accents
_HYPHENS = re.compile(r"(?<=\w)[-_\u2010-\u2015]+(?=\w)")


@lru_cache(maxsize=16384)
def folded(name: str) -> str:
    """Return what is the same for all spellings of a name, to hold names against each other.

    Case, accents, spaces, and hyphens within words do not count; other signs do: C, C++ and C# are three
    names. ß is ss; marks that make another letter, as in Japanese and Hindi, stay.
    """
    plain = name
    for _ in range(2):  # capitals of some signs come apart, and what comes apart has other capitals
        plain = unicodedata.normalize("NFKD", plain).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_STROKED)
    return _HYPHENS.sub("", "".join(sign for sign in plain if not _is_silent(sign)))


def _is_silent(sign: str) -> bool:
    accent = unicodedata.combining(sign) > _LAST_OF_A_LETTER
    return accent or sign.isspace() or unicodedata.category(sign) == "Cf"


def slugify(text: str, *, otherwise: str = "article") -> str:
    """Return `text` as one path segment: lower case, letters and digits of any script, hyphens."""
    kept = unicodedata.normalize("NFKC", text).lower().translate(_OURS)
    slug = re.sub(r"-+", "-", kept).strip("-")
    slug = slug.encode("utf-8", "replace")[:LONGEST_SLUG].decode(errors="ignore").strip("-")
    return unicodedata.normalize("NFC", slug) or otherwise


@dataclass(frozen=True, slots=True)
class Style:
    """How a program spells names in addresses, and whose calendar the dates in them follow.

    `title` spells titles and slugs, `file` the names of files and folders. `days` is ``site`` for the zone
    of the publication, ``written`` for the zone written with the date, and ``utc``. `slashed` says that an
    address in the front matter gets a slash at its end where it has no suffix, `cased` that the names of
    months and days keep their capital. `category` spells categories, where not as titles, `folder` folders,
    where not as files, and `slug` a slug in the front matter, where not as a title.
    """

    title: Spell
    file: Spell
    days: Literal["site", "written", "utc"] = "site"
    slashed: bool = False
    cased: bool = False
    category: Spell | None = None
    folder: Spell | None = None
    slug: Spell | None = None


_PLAIN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def _plain(text: str) -> str:
    return text if _PLAIN.fullmatch(text) and len(text) <= LONGEST_SLUG else slugify(text, otherwise="")


def _as_written(text: str) -> str:
    return text.strip()


def _hugo(text: str) -> str:
    """Letters, marks, digits and ``._#~@-`` stay, slashes are hyphens, white space is one; all else goes."""
    if _PLAIN.fullmatch(text):
        return text
    kept = _hugo_words(re.sub(r"[/\\]", "-", text))
    # On second thought it takes a plus for an encoded space.
    return _go_lower(_hugo_words(kept.replace("+", " ")))


def _hugo_words(text: str) -> str:
    kept = text.translate(_HUGO).strip()
    return re.sub(r"\s+", "-", re.sub(r"(?<=-)\s+|\s+(?=-)", "", kept))


def _hugo_file(text: str) -> str:
    """As in a title, but each space is a hyphen, and a plus stays."""
    return text if _PLAIN.fullmatch(text) else _go_lower(re.sub(r"\s", "-", text.translate(_HUGO)))


def _go_lower(text: str) -> str:
    """Return `text` in lower case as Go has it: each letter is one letter."""
    return text.replace("\u0130", "i").lower()


def _jekyll(text: str) -> str:
    """Jekyll's "pretty" mode: the case stays, as do the signs that an address may hold."""
    return re.sub(r"-+", "-", text.translate(_JEKYLL)).strip("-")


# Latin letters and dashes that no decomposition takes apart.
_LATIN = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L",
     "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i", "–": "-", "—": "--", "‐": "-"}
)  # fmt: skip


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text.translate(_LATIN)).encode("ascii", "ignore").decode()


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
# by tables of their own, which we do not have: there a slug in the front matter is needed.
STYLES: Mapping[str, Style] = {
    "": Style(_plain, _plain),
    "hugo": Style(_hugo, _hugo, "written", slashed=True),
    "hugo-files": Style(
        _hugo, _hugo_file, "written", slashed=True
    ),  # without permalinks: as the files are named
    "jekyll": Style(_jekyll, _jekyll, cased=True, category=str.lower),
    "pelican": Style(_pelican, _pelican, "written", cased=True),
    "nikola": Style(_nikola, _nikola, folder=_as_written),
    "zola": Style(_zola, _zola, "written", slashed=True),
    "astro": Style(_astro, _astro, "utc", slug=_as_written),
    "eleventy": Style(_as_written, _as_written, "utc"),
}
