"""Names that are no article's in anybody's folder: half-written files, conflict copies, READMEs. Pure."""

from __future__ import annotations

import re

# Hidden, or on its way here and gone before anybody could look; 4913 is vim's, to see whether it may write.
_NOISE = re.compile(
    r"\..*|#.*#|.*~|~\$.*|4913|.*\.(?:tmp|temp|part|partial|swp|swo|bak|orig|crdownload)", re.IGNORECASE
)
_CLOSED = re.compile(
    r"\..*|node_modules|bower_components|__pycache__|__macosx|@eadir|\$recycle\.bin|lost\+found"
    r"|_(?:layouts|includes|sass|data|site)",
    re.IGNORECASE,
)
_SECTION = re.compile(r"_index\..*", re.IGNORECASE)
_FOR_WORKERS = re.compile(
    r"(?:readme(?:[._-].*)?|(?:(?:gpl|lgpl|agpl|mit|bsd|apache|ofl)[-_.])?licen[cs]e(?:\..*)?"
    r"|(?:changelog|contributing|code[-_]of[-_]conduct)(?:\..*)?)",
    re.IGNORECASE,
)
# These are words of articles, too: only capitals tell.
_FOR_WORKERS_IN_CAPITALS = re.compile(
    r"(?:LICEN[CS]E-.*|(?:COPYING|CHANGES|HISTORY|CONTRIBUTORS|AUTHORS|MAINTAINERS|GOVERNANCE|NOTICE|SECURITY"
    r"|SUPPORT|TODO|UPGRADING|INSTALL|AGENTS|(?:PULL_REQUEST|ISSUE)_TEMPLATE)(?:\..*)?)"
)
_FOR_MACHINES = re.compile(
    r"(?:(?:robots|humans|ads|app-ads|llms|llms-full|requirements|constraints|CMakeLists)\.txt"
    r"|404\..*|google[0-9a-f]{16}\.html?)"
)
# Dropbox and Nextcloud write "x (Ann's conflicted copy 2026-11-25).md" in the language of whoever saved it.
_CONFLICT = r"conflict|conflit|konflik|çakış|конфликт|競合|冲突|衝突|충돌|تعارض|متعارض"
_COPY = r"\bcop(?:y|ies?|ia)\b|cópia|kopi|kopya|salinan|копи|コピー|副本|复制|복사|نسخة|\d{4}-\d\d-\d\d"
_CONFLICT_COPY = re.compile(
    rf"[(（](?=[^()（）]*(?:{_CONFLICT}))[^()（）]*(?:{_COPY})"
    r"|\(case conflict"
    r"|\.sync-conflict-\d{8}-"  # Syncthing
    r"|_conflict-\d{8}-\d{6}"  # ownCloud
    r"|\(sfconflict "  # Seafile
    r"|\[conflict(?:ed)?\]"  # pCloud
    r"|_(?:case|unreadable)?conflict\.[^.]*$"  # Synology
    r"|-(?:desktop|laptop)-[a-z0-9]{7,8}(?:-\d+)?\.[^.]*$",  # OneDrive adds the name Windows gave the machine
    re.IGNORECASE,
)
# One of these is in every name that has a reason below, in small letters: most names have none.
_WORDS = (
    "_index readme licen gpl lgpl agpl mit bsd apache ofl changelog contributing code copying changes history"
    " contributors authors maintainers governance notice security support todo upgrading install agents"
    " pull_request issue robots humans ads app-ads llms requirements constraints cmakelists 404 google"
)
_BEGINNINGS = tuple(_WORDS.split())


def is_noise(name: str) -> bool:
    """Return whether a file is hidden, an editor's, or still on its way here."""
    return _NOISE.fullmatch(name) is not None


def is_closed(name: str) -> bool:
    """Return whether a folder holds no articles in anybody's system: hidden, packages, layouts."""
    return _CLOSED.fullmatch(name) is not None


def why_none(name: str) -> str:
    """Return why a file of this name is no article, "" where it may be one."""
    small = name.lower()
    if not small.startswith(_BEGINNINGS) and not _may_be_a_copy(small):
        return ""
    if _SECTION.fullmatch(name):
        return "it speaks of its folder, as Hugo and Zola have it"
    if _FOR_WORKERS.fullmatch(name) or _FOR_WORKERS_IN_CAPITALS.fullmatch(name):
        return "it is written for those who work on the folder"
    if _FOR_MACHINES.fullmatch(name):
        return "it is written for machines"
    if _CONFLICT_COPY.search(name):
        return "it is a copy that a conflict left; merge it into the original and remove it"
    return ""


def _may_be_a_copy(small: str) -> bool:
    return (
        "(" in small
        or "conflict" in small
        or "[" in small
        or "（" in small
        or "-desktop-" in small
        or "-laptop-" in small
    )
