"""The suffixes of files that may be articles, for those who ask names alone; a test holds them true."""

from __future__ import annotations

from typing import Final

SUFFIXES: Final = frozenset({".htm", ".html", ".markdown", ".md", ".mdx", ".rst", ".txt"})


def suffix_of(path: str) -> str:
    """Return the suffix by which the format of the file at `path` is told, ``.md``; "" where it has none."""
    at = path.rfind(".")
    return path[at:].lower() if at > path.rfind("/") + 1 else ""
