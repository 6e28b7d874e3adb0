"""Whose folder it is: a plain one, that of a site another program makes, or an Obsidian vault."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path

_PARENTS = 3
_SAMPLES = 5  # files of a folder that are looked into
_HEAD = 2048  # bytes of such a file
_CONFIG = 65_536  # bytes of a site's settings
_TEXTS = (".md", ".rst", ".txt", ".html", ".markdown", ".meta")


class Kind(StrEnum):
    """What a content folder was made for: all but PLAIN and VAULT are sites, named for the program."""

    PLAIN = "plain"
    VAULT = "Obsidian"
    HUGO = "Hugo"
    ZOLA = "Zola"
    JEKYLL = "Jekyll"
    PELICAN = "Pelican"
    NIKOLA = "Nikola"
    ELEVENTY = "Eleventy"
    ASTRO = "Astro"

    @property
    def is_site(self) -> bool:
        """Whether another program makes a site of the folder."""
        return self not in (Kind.PLAIN, Kind.VAULT)


@dataclass(frozen=True, slots=True)
class Site:
    """What a folder is. `closed` are folders directly in it that hold no articles at all, and are not looked
    into; `shelves` are those that hold what articles show, but no articles."""

    kind: Kind
    closed: frozenset[str] = frozenset()
    shelves: frozenset[str] = frozenset()


# What the programs have in a site's own folder: where it is made, and what it is made with.
_CLOSED: Mapping[Kind, str] = {
    Kind.HUGO: "public resources layouts themes archetypes i18n data",
    Kind.ZOLA: "public templates themes sass",
    Kind.JEKYLL: "vendor",
    Kind.PELICAN: "output theme themes plugins pelican-plugins",
    Kind.NIKOLA: "output cache templates themes plugins __pycache__",
    Kind.ELEVENTY: "dist public",
    Kind.ASTRO: "dist",
}
_SHELVES: Mapping[Kind, str] = {
    Kind.HUGO: "static assets",
    Kind.ZOLA: "static",
    Kind.JEKYLL: "assets",
    Kind.NIKOLA: "files galleries listings images",
    Kind.ASTRO: "public",
}


# Where the programs look for articles, from the site's own folder on.
_CONTENT: Mapping[Kind, tuple[str, ...]] = {
    Kind.HUGO: ("content",),
    Kind.ZOLA: ("content",),
    Kind.JEKYLL: ("_posts",),
    Kind.PELICAN: ("content",),
    Kind.NIKOLA: ("posts",),
    Kind.ELEVENTY: ("src",),
    Kind.ASTRO: ("src", "content"),
}
_SETTINGS: Mapping[Kind, str] = {
    Kind.HUGO: "hugo.toml hugo.yaml hugo.yml hugo.json config/_default/hugo.toml config/_default/hugo.yaml"
    " config/_default/config.toml config/_default/config.yaml config/_default/config.yml",
    Kind.JEKYLL: "_config.yml _config.yaml _config.toml",
    Kind.PELICAN: "pelicanconf.py",
    Kind.ELEVENTY: ".eleventy.js .eleventy.cjs eleventy.config.js eleventy.config.cjs eleventy.config.mjs"
    " eleventy.config.ts",
    Kind.ASTRO: "astro.config.mjs astro.config.js astro.config.ts astro.config.cjs astro.config.mts",
}
# Settings whose names others use, too, with the words that only this program's have.
_AMBIGUOUS: tuple[tuple[Kind, str, re.Pattern[str]], ...] = (
    (Kind.ZOLA, "config.toml", re.compile(r"^\s*base_url\s*=", re.MULTILINE)),
    *(
        (Kind.HUGO, name, re.compile(r"""^\s*["']?baseurl["']?\s*[=:]""", re.MULTILINE | re.IGNORECASE))
        for name in ("config.toml", "config.yaml", "config.yml", "config.json")
    ),
    (Kind.NIKOLA, "conf.py", re.compile(r"^\s*(?:POSTS|PAGES|BLOG_TITLE)\s*=", re.MULTILINE)),
)


def kind_of(folder: Path) -> Kind:
    """Return what `folder` was made for; a folder that cannot be read is a plain one."""
    return look(folder).kind


def look(folder: Path) -> Site:
    """Return what `folder` is, by itself and by at most three folders above it.

    The nearest sign counts: the settings of a site whose content the folder is or holds, or Obsidian's own
    folder; a vault that is the content folder of a site is the site's. Where there is no sign, the way the
    folder is laid out tells, for many keep their content apart from the settings.
    """
    here = Path(os.path.realpath(folder))
    vault = False
    for place in (here, *list(here.parents)[:_PARENTS]):
        below = here.relative_to(place).parts
        kind = _settings_in(place)
        if kind and _is_read_by(kind, below, strictly=vault):
            return _site(kind, own=not below)
        vault = vault or (place / ".obsidian").is_dir()
    if vault:
        return Site(Kind.VAULT)
    kind = next((kind for kind, looks_so in _LAYOUTS if looks_so(here)), Kind.PLAIN)
    own = kind.is_site and (here / _CONTENT[kind][0]).is_dir()
    return _site(kind, own=own)


def _site(kind: Kind, *, own: bool) -> Site:
    """Return the site. Only in its `own` folder, not in its content, the program's folders mean something."""
    if not own:
        return Site(kind)
    return Site(kind, *(frozenset(names.get(kind, "").split()) for names in (_CLOSED, _SHELVES)))


def _settings_in(place: Path) -> Kind | None:
    for kind, names in _SETTINGS.items():
        if any((place / name).is_file() for name in names.split()):
            return kind
    for kind, name, words in _AMBIGUOUS:
        if words.search(_beginning(place / name, _CONFIG)):
            return kind
    return None


def _is_read_by(kind: Kind, below: tuple[str, ...], *, strictly: bool) -> bool:
    """Return whether a program reads the folder `below` its site's for articles.

    A configuration of Jekyll is in many a folder that is no site; in its other folders are pages only.
    """
    content = _CONTENT[kind]
    if strictly:
        return below[: len(content)] == content
    if kind is Kind.JEKYLL:
        return not below or any(part.startswith("_") for part in below)
    if kind in (Kind.HUGO, Kind.ZOLA):
        return not below or below[0].startswith("content")
    return True


# ---------------------------------------------------------------- without settings


def _is_jekyll(here: Path) -> bool:
    holders = (".", "docs", "src", "source", "content", "site", "blog")
    return here.name == "_posts" or any((here / holder / "_posts").is_dir() for holder in holders)


def _is_nikola(here: Path) -> bool:
    others = ("stories", "pages", "files", "galleries", "listings")
    beside = any((here / name).is_dir() for name in others)
    return beside and any(_NIKOLA.match(head) for head in _heads(here / "posts"))


def _is_pelican(here: Path) -> bool:
    holders = (here / "content", here)
    return any(_PELICAN.search(head) for holder in holders for head in _heads(holder / "pages"))


def _is_hugo(here: Path) -> bool:
    if (here / "archetypes").is_dir() and (here / "content").is_dir():
        return True
    sections = ("post", "posts", "blog", "articles", "news")
    if any((here / "content" / section).is_dir() for section in sections):
        return True
    places = (here, *(here / section for section in sections))
    return any((place / "_index.md").is_file() for place in places)


_NIKOLA = re.compile(r"\s*(?:<!--\s*)?\.\. (?:title|slug|date): ")
_PELICAN = re.compile(
    r"(?:^|\n):(?:title|slug|status|save_as|url|date|summary):[ \n]|\A(?:Title|Slug|Date): "
)
_LAYOUTS: tuple[tuple[Kind, Callable[[Path], bool]], ...] = (
    (Kind.JEKYLL, _is_jekyll),
    (Kind.NIKOLA, _is_nikola),
    (Kind.PELICAN, _is_pelican),
    (Kind.HUGO, _is_hugo),
)


def _heads(folder: Path) -> Iterator[str]:
    """Yield how some files of a folder begin."""
    try:
        with os.scandir(folder) as listing:
            files = (Path(entry.path) for entry in listing if entry.name.endswith(_TEXTS))
            some = list(islice(files, _SAMPLES))
    except OSError:
        return
    for file in sorted(some):
        yield _beginning(file, _HEAD)


def _beginning(file: Path, size: int) -> str:
    """Return the first `size` bytes of a regular file as text, "" where they cannot be read."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)  # a fifo must not hold us up
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                return ""
            return opened.read(size).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""
