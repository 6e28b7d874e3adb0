"""MDX -> HTML: Markdown without its imports, exports and expressions, its components made plain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from syndicate.content import embeds, markdown
from syndicate.content.embeds import containers, jsx
from syndicate.content.reading import Reading, Source

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ESM = re.compile(
    r"import\s*(?:['\"{*]|(?:type\s+)?[\w$]+\s+from\s*['\"]|[\w$]+\s*,\s*[{*]|type\s*\{)"
    r"|export\s+(?:const|let|var|function|default|async|class|type|interface)\b|export\s*[{*]"
)
_IMPORT = re.compile(r"import\s+([\w$]+)\s+from\s+['\"]([^'\"\n]+)['\"]")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]")
_MOST_LINES = 2_000  # of one export


def skim(source: Source) -> Reading:
    """Return the title alone, "" where the front matter has one; nothing is rendered."""
    if source.title:
        return Reading(html="")
    return markdown.skim(*_as_markdown(source))


def read(source: Source) -> Reading:
    """Return the text as HTML, as `markdown.read` does."""
    return markdown.read(*_as_markdown(source))


def _as_markdown(source: Source) -> tuple[Source, markdown.Flavour]:
    lines: list[str] = []
    imports: dict[str, str] = {}
    for line in _without_modules(source.text.split("\n"), imports):
        lines.append(line)
    flavour = markdown.Flavour(embeds.Dialects(jsx.dialect(imports), containers.DIALECT), _fenced)
    return replace(source, text="\n".join(_unindented(lines))), flavour


def _fenced(text: str) -> Iterator[tuple[int, int]]:
    """Give where code is: MDX knows no indented code, for its components are indented."""
    return ((start, end) for start, end in markdown.code_in(text) if text[start : start + 1] in ("`", "~"))


def _without_modules(lines: list[str], imports: dict[str, str]) -> Iterator[str]:
    """Give the lines without imports and exports; what stands for pictures is noted in `imports`."""
    at, fence, blank = 0, "", True
    while at < len(lines):
        line = lines[at]
        fence = _fence_after(fence, line)
        if not fence and blank and line[:1] in "ie" and _ESM.match(line):
            end = _end_of_module(lines, at)
            for name, path in _IMPORT.findall("\n".join(lines[at:end])):
                imports[name] = path
            at = end
            yield ""
            continue
        blank = not line.strip()
        yield line
        at += 1


def _end_of_module(lines: list[str], at: int) -> int:
    """Return the line after an import or export: past its brackets, at a blank line or at its end."""
    depth = 0
    for number in range(at, min(at + _MOST_LINES, len(lines))):
        line = lines[number]
        if depth <= 0 and not line.strip():
            return number
        depth += sum(line.count(sign) for sign in "{[(") - sum(line.count(sign) for sign in "}])")
    return next((number for number in range(at, len(lines)) if not lines[number].strip()), len(lines))


def _fence_after(fence: str, line: str) -> str:
    """Return the fence that is open after `line`, "" for none."""
    match = _FENCE.match(line)
    if match is None:
        return fence
    if not fence:
        return match[1]
    closes = match[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _unindented(lines: list[str]) -> Iterator[str]:
    """Give the lines so that none is taken for indented code: less far in, but for those of lists."""
    fence, cut, in_list = "", 0, False
    for line in lines:
        before, fence = fence, _fence_after(fence, line)
        bare = line.lstrip(" \t")
        if before:
            yield line[cut:] if not line[:cut].strip() else line
            continue
        far = len(line) - len(bare) >= 4 or line[:1] == "\t"
        if bare and not far:
            in_list = bool(_ITEM.match(line)) or (in_list and line[:1] in " \t")
        cut = len(line) - len(bare) if far and not in_list else 0
        yield line[cut:]
