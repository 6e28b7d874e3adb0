"""Which files of a folder that somebody else's program or an Obsidian vault lives in are articles. Pure.

`kind_of`, which tells such folders apart, looks into them: see `content.sites`.
"""

from __future__ import annotations

import re
from functools import lru_cache

from syndicate.content.naming import LANGUAGES, stem_of
from syndicate.content.sites import Kind, kind_of

__all__ = ["Kind", "kind_of", "left_out", "section_of"]

# Folders that hold sections and are none.
_HOLDERS = frozenset({"content", "contents", "docs", "src", "source", "site", "collections", "i18n", "_i18n"})
_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_LANGUAGE_NAMES = frozenset({"english", "indonesian", "bahasa", "arabic", "french", "german", "spanish"})
_JEKYLL = frozenset({"_posts", "_drafts"})
# What a site has beside its articles, as its file or folder is called.
_NAMES = (
    "404 about about-me about-us about-this-site archive archives author authors bio categories colophon"
    " contact contact-me contact-us cookie-policy cookies cv disclaimer faq home home-page imprint index"
    " legal license licence links newsletter now offline portfolio privacy privacy-notice privacy-policy"
    " projects resume search sitemap subscribe support tags terms terms-and-conditions terms-of-service"
    " terms-of-use thank-you thanks tos uses"
    " hubungi hubungi-kami kebijakan-privasi kontak pedoman-media-siber privasi redaksi syarat-ketentuan"
    " tentang tentang-kami tentang-saya"
    " من-نحن عنا حول اتصل-بنا سياسة-الخصوصية"
    " datenschutz impressum kontakt ueber ueber-mich über über-mich a-propos à-propos mentions-legales"
    " acerca acerca-de contacto privacidad sobre"
)
_PAGES = frozenset(_NAMES.split())
_PAGES_ONLY = frozenset({"page", "pages", "_pages"})
# Nikola's pages were stories once; in `src/pages` Astro may have articles, too.
_PAGE_FOLDERS = {Kind.NIKOLA: _PAGES_ONLY | {"stories"}, Kind.ASTRO: frozenset[str]()}
_HOW = "name it in content.include to publish it"


def section_of(path: str) -> str:
    """Return the folder that the article at `path` is in as a part of its site, "" where it is in none.

    It is the first folder below those that only hold others, such as ``content`` and languages':
    ``content/id/post`` for ``content/id/post/2026/x.md``; Jekyll's ``_posts`` may lie anywhere.
    """
    return _section_in(path.rpartition("/")[0])


@lru_cache(maxsize=1024)  # many files share a folder
def _section_in(folder_path: str) -> str:
    folders = folder_path.split("/") if folder_path else []
    for number, folder in enumerate(folders):
        if folder in _JEKYLL:
            return "/".join(folders[: number + 1])
    for number, folder in enumerate(folders):
        if not _is_holder(folder, number):
            return "/".join(folders[: number + 1])
    return "/".join(folders)


def left_out(
    path: str, *, kind: Kind, dated: bool, marked: bool | None, dated_in_section: int, included: bool
) -> str:
    """Return why the file at `path` is no article, "" where it is one.

    `dated` says whether it has a date of its own, `marked` whether it says itself that it is to be published,
    `dated_in_section` how many files of its section have a date, `included` whether the operator named it.
    """
    if included or kind is Kind.PLAIN:
        return ""
    if kind is Kind.VAULT:
        return _why_no_note(dated, marked)
    return _why_no_article(path, kind, dated, dated_in_section)


def _why_no_note(dated: bool, marked: bool | None) -> str:
    if marked and dated:
        return ""
    lacks = "publish: true" if dated else "a date" if marked else "a date and publish: true"
    return f"it is a note in an Obsidian vault without {lacks}; add what is missing, or {_HOW}"


def _why_no_article(path: str, kind: Kind, dated: bool, dated_in_section: int) -> str:
    section = section_of(path)
    folder = section.rpartition("/")[2].lower() if not _is_bare(section) else ""
    stem = _plain(stem_of(path))
    if folder in _PAGE_FOLDERS.get(kind, _PAGES_ONLY):
        return f"{folder}/ holds the pages of the {kind} site, not its articles; {_HOW}"
    if stem in _PAGES and (not dated or _is_bare(section) or _plain(folder) == stem):
        return f"it is a page of the {kind} site, not an article; {_HOW}"
    if dated or dated_in_section:
        return ""
    where = f"in {section}/" if section else "beside it"
    return f"it has no date, and no other file {where} of the {kind} site has one; give it a date, or {_HOW}"


def _is_bare(section: str) -> bool:
    """Return whether `section` is no more than what holds sections."""
    return all(_is_holder(folder, number) for number, folder in enumerate(section.split("/"))) or not section


def _is_holder(folder: str, number: int) -> bool:
    match = _LANGUAGE.fullmatch(folder)
    return (
        folder in _HOLDERS
        or (match is not None and match[1].lower() in LANGUAGES)
        or (number > 0 and folder in _LANGUAGE_NAMES)
    )


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", "-", name).strip("-").lower()
