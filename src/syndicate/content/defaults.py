"""What the configuration says where an article does not, and the version of what was read with it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from syndicate.configcontent import NewsSource

_FORM = 3  # another whenever more is remembered of a reading


@dataclass(frozen=True)
class Defaults:
    """What the configuration says where an article does not.

    `copies` says that files beside an article are published beside its page; `rules` is whatever else a
    reading hangs on, as a text.
    """

    language: str
    zone: ZoneInfo
    author: str
    news: tuple[NewsSource, ...] = ()
    copies: bool = True
    rules: str = ""
    languages: tuple[tuple[str, str], ...] = ()  # of folders

    def language_below(self, path: str) -> str:
        """Return the language that the configuration gives to the folder of the file at `path`, else ""."""
        return next((tag for folder, tag in self.languages if path.startswith(f"{folder}/")), "")


def version(defaults: Defaults) -> str:
    """Return a text that changes when the readers' code or `defaults` change: the version of the cache."""
    said = json.dumps(
        [
            defaults.language,
            defaults.zone.key,
            defaults.author,
            defaults.copies,
            defaults.rules,
            defaults.languages,
            _FORM,
        ],
    )
    news = [source.model_dump_json() for source in defaults.news]
    return hashlib.sha256(f"{said}\n{news}\n{_code()}".encode("utf-8", "replace")).hexdigest()[:16]


@lru_cache(maxsize=1)
def _code() -> str:
    here = Path(__file__).resolve().parent
    beside = ("links.py", "markup.py", "placeholders.py", "spelling.py", "yamldoc.py")
    sources = sorted([*here.rglob("*.py"), *(here.parent / name for name in beside)])
    return hashlib.sha256(b"\n".join(file.read_bytes() for file in sources)).hexdigest()
