"""The suffixes of files that may be articles, for those who ask names alone; a test holds them true."""

from __future__ import annotations

from typing import Final

SUFFIXES: Final = frozenset({".htm", ".html", ".markdown", ".md", ".mdx", ".rst", ".txt"})
