"""Bare addresses in rendered Markdown -> links, as GitHub makes them (GFM spec, extended autolinks). Pure."""

from __future__ import annotations

import re

_STARTS = ("http://", "https://", "www.")
_TAKEN = frozenset("<\"'=/")  # before an address: it is in a tag, in quotes or in another one already
_PART = re.compile(
    r"<(?P<whole>a|pre|code|script|style|textarea)\b|<!--|<[^<>]*>"
    r"|(?<![\w/])(?P<url>(?:https?://|www\.)[\w-]+(?:\.[\w-]+)*(?::\d+)?(?:[/?#][^\s<]*)?)",
    re.IGNORECASE,
)
_LONGEST = 2_000
_TAIL = re.compile(r"(?:[?!.,:*_~'\"]|&(?:quot|gt|lt|#39);)+$")


def link_addresses(html: str, source: str) -> str:
    """Return `html`, made from the Markdown `source`, with bare http(s) and www addresses as links."""
    if not _has_bare(source):
        return html
    parts: list[str] = []
    done, at = 0, 0
    missing: set[str] = set()
    while match := _PART.search(html, at):
        at = match.end()
        if match["url"]:
            url = _trimmed(match["url"])
            if not _is_address(url):
                continue
            href = url if url[0] in "hH" else f"http://{url}"
            parts += (html[done : match.start()], f'<a href="{href}">{url}</a>')
            done = at = match.start() + len(url)
            continue
        end = "-->" if match[0] == "<!--" else f"</{match['whole'].lower()}" if match["whole"] else ""
        if end and end not in missing:
            close = html.find(end, at)
            if close < 0:
                missing.add(end)
            else:
                at = close
    return "".join((*parts, html[done:])) if parts else html


def _has_bare(source: str) -> bool:
    """Return whether the Markdown may hold an address that is in no link, no tag and no quotes yet."""
    for start in _STARTS:
        at = source.find(start)
        while at >= 0:
            before = source[at - 1 : at]
            if before not in _TAKEN and not (before == "(" and source[at - 2 : at - 1] == "]"):
                return True
            at = source.find(start, at + 1)
    return False


def _trimmed(url: str) -> str:
    """Return an address without what belongs to the sentence around it."""
    url = url[:_LONGEST]
    while True:
        shorter = _TAIL.sub("", url)
        if shorter.endswith(")") and shorter.count(")") > shorter.count("("):
            shorter = shorter[:-1]
        if shorter == url:
            return url
        url = shorter


def _is_address(url: str) -> bool:
    host = re.sub(r"^(?:https?://)?", "", url, flags=re.IGNORECASE)
    host = re.split(r"[/?#:]", host)[0]
    return ("." in host.strip(".") and "_" not in host.rpartition(".")[2]) or host == "localhost"
