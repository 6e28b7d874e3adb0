"""Hugo's permalinks -> rules for links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from syndicate.app.moving.outline import FoundRule
from syndicate.app.moving.settings import listed, section
from syndicate.placeholders import HUGO
from syndicate.spelling import STYLES


class Permalinks:
    """The patterns of one site; what is not understood is added to `unknown`."""

    def __init__(self, values: Mapping[str, Any], unknown: list[str]) -> None:
        self.values, self.unknown = values, unknown

    def rules(self, links: Mapping[str, Any], content: Path) -> Iterator[FoundRule]:
        """Yield the rules of a language: those of sections, then the one for all that have none."""
        for name, link in links.items():
            if not isinstance(link, str) or name == "/":
                self.unknown.append(f"the permalinks of {name!r}: not understood")
                continue
            for folder, sections in _sections(content, name, nested=":sections" in link):
                pattern = self._pattern(link, sections)
                if pattern:
                    yield FoundRule(pattern, folder)
        rest = "/{below}/{wish|dated_name|stem}/" if self._dated() else "/{below}/{slug_or_stem}/"
        yield FoundRule(self._ugly(rest), like="hugo-files")

    def _dated(self) -> bool:
        """Return whether date and slug are taken from the names of files."""
        return ":filename" in listed(section(self.values, "frontmatter"), "date")

    def _pattern(self, link: str, sections: list[str]) -> str:
        """Return Hugo's pattern as ours, "" where a token is not known."""

        def place(match: re.Match[str]) -> str:
            name, part = match[1].lower(), match[2]
            if name in ("section", "sectionslug"):
                return sections[0]
            if name in ("sections", "sectionslugs"):
                return "/".join(_sliced(sections, part or ""))
            if name.startswith("slug") and self._dated():
                return "{wish|dated_name|title}" if name == "slug" else "{wish|dated_name|stem}"
            return HUGO.get(name, ":") + (part or "")

        pattern = re.sub(r":([A-Za-z]+)(\[[^\]]*\])?", place, link)
        if ":" in pattern or "{" in re.sub(r"\{[a-z_|]+\}", "", pattern):
            self.unknown.append(f"the permalinks {link!r}: not understood")
            return ""
        return self._ugly(re.sub(r"/+", "/", f"/{pattern}/"))

    def _ugly(self, pattern: str) -> str:
        ugly = self.values.get("uglyurls") is True and pattern.endswith("/")
        return f"{pattern.rstrip('/')}.html" if ugly else pattern


def _sections(content: Path, name: str, *, nested: bool) -> Iterator[tuple[str, list[str]]]:
    """Yield the folders of a section, deepest first, each with the sections its pages are in.

    A folder below the top is a section of its own only where it has an ``_index`` file.
    """
    top = content / name.strip("/")
    spell = STYLES["hugo-files"].file
    if nested and top.is_dir():
        inner = [path.parent for path in sorted(top.rglob("_index.*")) if path.parent != top]
        for folder in sorted(set(inner), key=lambda path: (-len(path.parts), path)):
            parts = folder.relative_to(content).parts
            named = [
                spell(part)
                for at, part in enumerate(parts)
                if at == 0 or any(content.joinpath(*parts[: at + 1]).glob("_index.*"))
            ]
            yield "/".join(parts), named
    yield name.strip("/"), [spell(part) for part in name.strip("/").split("/")[:1]]


def _sliced(sections: list[str], part: str) -> list[str]:
    """Return the sections that ``[1:]``, ``[0]``, ``[last]`` or ``[:last]`` choose."""
    inner = part.strip("[]").replace("last", str(len(sections) - 1)).strip()
    if not inner:
        return sections
    first, colon, end = inner.partition(":")
    try:
        if not colon:
            return [sections[int(first)]]
        return sections[int(first or 0) : int(end) if end else None]
    except (ValueError, IndexError):
        return []
