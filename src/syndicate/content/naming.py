"""What the path of an article says: its date, its language, whether it is a draft, and its name. Pure."""

from __future__ import annotations

import re
from datetime import date
from pathlib import PurePosixPath

# ISO 639-1: a folder or suffix so named is a language.
_CODES = (
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de"
    " dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id"
    " ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu"
    " lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu"
    " rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr"
    " ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
LANGUAGES = frozenset(_CODES.split())
_DATED = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[-_ .]+(.*))?")
_DATED_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})/")
_TAG = re.compile(r"([a-z]{2})(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}|\d{3}))?")
_BUNDLES = {"index", "_index"}


def as_language(text: str) -> str:
    """Return `text` as a language tag (RFC 5646), such as ``pt-BR``; "" where it is none."""
    match = re.fullmatch(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)(?:[.@].*)?", text.strip())
    if match is None:
        return ""
    parts = [match[1].lower()]
    for part in re.split(r"[-_]", match[2])[1:]:
        parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part.lower())
    return "-".join(parts)


def language_of(path: str) -> str:
    """Return the language that the suffix ``name.id.md`` or the first folder names, else ""."""
    first, _, rest = path.partition("/")
    suffix = PurePosixPath(PurePosixPath(path).stem).suffix.removeprefix(".")
    for candidate in (suffix, first if rest else ""):
        match = _TAG.fullmatch(candidate)
        if match and match[1] in LANGUAGES:
            return as_language(candidate)
    return ""


def date_of(path: str) -> date | None:
    """Return the date that the file or its bundle folder (``2026-02-05-slug``) or ``2026/02/05/`` names."""
    match = _DATED.fullmatch(_name(path)) or _DATED_FOLDERS.search(path)
    if match is None:
        return None
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
    return day if 1800 <= day.year < 2200 else None


def stem_of(path: str) -> str:
    """Return the name of the article without date, language and suffix; a bundle's is its folder's."""
    name = _name(path)
    match = _DATED.fullmatch(name)
    if match is None or date_of(path) is None:
        return name
    return match[4] or name


def readable(path: str) -> str:
    """Return the article's name as a title: words apart, a capital first."""
    words = re.sub(r"[-_\s]+", " ", stem_of(path)).strip()
    return words[:1].upper() + words[1:]


def is_draft(path: str) -> bool:
    """Return whether the path says so: a ``_drafts`` folder, or ``.draft`` before the suffix."""
    pure = PurePosixPath(path.lower())
    return not {"_drafts", "drafts"}.isdisjoint(pure.parts[:-1]) or ".draft" in pure.suffixes[:-1]


def _name(path: str) -> str:
    pure = PurePosixPath(path)
    name = pure.stem
    inner = PurePosixPath(name).suffix.removeprefix(".")
    match = _TAG.fullmatch(inner)
    if (match and match[1] in LANGUAGES) or inner == "draft":
        name = PurePosixPath(name).stem
    return pure.parent.name if name.lower() in _BUNDLES and pure.parent.name else name
