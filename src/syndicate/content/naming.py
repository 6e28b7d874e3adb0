"""What the path of an article says: its date, its language, whether it is a draft, and its name. Pure."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
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
# 2026-02-05, 2026-2-5, 2026_02_05, 2026.02.05 and 20260205, also with a time behind (Zola, Zettelkasten).
_DATED = re.compile(
    r"(?:(\d{4})([-_.])(\d{1,2})\2(\d{1,2})(?:T\d\d[:\d]*(?:\.\d+)?Z?)?|(\d{4})(\d\d)(\d\d)(?:T?\d{4}(?:\d\d)?Z?)?)"
    r"(?:[-_ .,]+(.*))?",
    re.ASCII,
)
_DATED_FOLDERS = re.compile(r"(?:^|/)(\d{4})/(\d{1,2})/(\d{1,2})/", re.ASCII)
# Folders that hold an article's language folder: content/id/x.md, _i18n/fr/_posts/x.md.
_HOLDERS = frozenset(
    ("content", "contents", "docs", "source", "src", "site", "data", "blog", "posts", "post")
) | {"_posts", "articles", "pages", "news", "i18n", "_i18n"}
_TAG = re.compile(r"([a-z]{2})(?:[-_](?:[A-Za-z]{2}|[A-Z][a-z]{3}|\d{3}))?")
_BUNDLES = {"index", "_index"}
_ANY_YEAR = re.compile(r"\d{4}.*/", re.ASCII | re.DOTALL)


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
    """Return the language that the suffix ``name.id.md`` or a folder names, else "".

    Such a folder is the first, or the first below folders that are named for what they hold: ``content/id``.
    """
    folders, _, name = path.rpartition("/")
    return (_of_suffixes(name) if name.count(".") > 1 else "") or _of_folders(folders)


def _of_suffixes(name: str) -> str:
    for suffix in name.split(".")[-2:0:-1]:
        if _is_language(suffix):
            return as_language(suffix)
        if suffix.lower() != "draft":
            break
    return ""


@lru_cache(maxsize=1024)
def _of_folders(folders: str) -> str:
    for folder in folders.split("/"):
        if _is_language(folder):
            return as_language(folder)
        if folder.lower() not in _HOLDERS:
            break
    return ""


def key_of(path: str) -> str:
    """Return what ties the translations of an article: its path without language and suffix.

    ``x.md``, ``x.id.md`` and ``id/x.md`` are one article's.
    """
    *folders, name = path.split("/")
    stem, *rest = name.split(".")
    kept = [part for part in rest[:-1] if not _is_language(part) and part.lower() != "draft"]
    for number, folder in enumerate(folders):
        if _is_language(folder):
            del folders[number]
            break
        if folder.lower() not in _HOLDERS:
            break
    return "/".join((*folders, ".".join((stem, *kept))))


def _is_language(text: str) -> bool:
    match = _TAG.fullmatch(text)
    return match is not None and match[1] in LANGUAGES


def date_of(path: str) -> date | None:
    """Return the date that the file or a folder of it (``2026-02-05-slug``) or ``2026/02/05/`` names.

    The nearest to the file counts; a year and a month alone are no date.
    """
    match = _DATED.fullmatch(_name(path))
    day = _day_of(match) if match else None
    if day is not None or not _ANY_YEAR.search(path):
        return day
    for folder in reversed(path.split("/")[:-1]):
        if (match := _DATED.fullmatch(folder)) and (day := _day_of(match)):
            return day
    return path_date(path)


def path_date(path: str) -> date | None:
    """Return the date in an address or path such as ``2020/03/12/x``, None where there is none."""
    match = _DATED_FOLDERS.search(path)
    return _date(match[1], match[2], match[3]) if match else None


def stem_of(path: str) -> str:
    """Return the name of the article without date, language and suffix; a bundle's is its folder's."""
    name = _name(path)
    match = _DATED.fullmatch(name)
    if match is None or _day_of(match) is None:
        return name
    return match[8] or name


def _day_of(match: re.Match[str]) -> date | None:
    return _date(match[1] or match[5], match[3] or match[6], match[4] or match[7])


def _date(year: str, month: str, day: str) -> date | None:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return found if 1800 <= found.year < 2200 else None


def readable(path: str) -> str:
    """Return the article's name as a title: words apart, a capital first."""
    words = re.sub(r"[-_\s]+", " ", stem_of(path)).strip()
    return words[:1].upper() + words[1:]


def is_jekyll(path: str) -> bool:
    """Return whether the path is one of a Jekyll site, where a space parts tags."""
    return "_posts/" in path or "_drafts/" in path


def is_draft(path: str) -> bool:
    """Return whether the path says so: a ``_drafts`` folder, or ``.draft`` before the suffix."""
    lowered = path.lower()
    if "draft" not in lowered:
        return False
    pure = PurePosixPath(lowered)
    return not {"_drafts", "drafts"}.isdisjoint(pure.parts[:-1]) or ".draft" in pure.suffixes[:-1]


def _name(path: str) -> str:
    """Return the file's name, or its bundle's, without suffix, language and ``.draft``."""
    folders, _, name = path.rpartition("/")
    stem, dot, _ = name.rpartition(".")
    if not dot or not stem:
        stem = name
    while True:
        shorter, dot, inner = stem.rpartition(".")
        if not shorter or not (inner.lower() == "draft" or _is_language(inner)):
            break
        stem = shorter
    folder = folders.rpartition("/")[2]
    return folder if stem.lower() in _BUNDLES and folder else stem
