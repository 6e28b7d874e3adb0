"""What a request asks of a file beyond its path: conditions, codings, ranges (RFC 9110). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from functools import lru_cache

_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)")
_LONGEST = 1000  # characters of a field that are looked at
CODINGS = ("br", "gzip")  # the best first


def is_known(if_none_match: str, etag: str) -> bool:
    """Return whether the client has `etag` already: the weak comparison of section 13.1.2."""
    if if_none_match == etag or if_none_match.strip() == "*":
        return True
    return any(tag[1] == etag.strip('"') for tag in _TAG.finditer(if_none_match[: 8 * _LONGEST]))


def is_unmodified(if_modified_since: str, modified: int) -> bool:
    """Return whether nothing changed since that date; `modified` in seconds. A date that is none says no."""
    since = _seconds(if_modified_since)
    return since is not None and modified <= since


def still_holds(if_range: str, etag: str, modified: int | None) -> bool:
    """Return whether a part may be given: section 13.1.5, the strong comparison, the very date."""
    if not if_range:
        return True
    if if_range.lstrip().startswith(('"', "W/")):
        return if_range.strip() == etag
    return modified is not None and _seconds(if_range) == modified


def _seconds(text: str) -> int | None:
    try:
        return int(parsedate_to_datetime(text[:100]).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def part_of(field: str, size: int) -> tuple[int, int] | None:
    """Return start and end (exclusive) of the single range asked for in `size` bytes, None for the whole.

    Start and end are equal where the range lies outside (416). Several ranges, and what is no range, are
    answered with the whole (section 14.2).
    """
    match = _RANGE.fullmatch(field) if len(field) < _LONGEST else None
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        length = min(int(match[2]), size)
        return (size - length, size)
    start, last = int(match[1]), int(match[2] or size - 1)
    if match[2] and last < start:
        return None
    return (start, min(last + 1, size)) if start < size else (size, size)


@lru_cache(maxsize=256)
def codings(accept_encoding: str) -> tuple[str, ...]:
    """Return which of `CODINGS` the client takes rather than the plain bytes, the most welcome first.

    Section 12.5.3. Between equals ours is the order; plain bytes always stay possible.
    """
    if len(accept_encoding) > _LONGEST:
        return ()
    weights = dict(_weights(accept_encoding.lower().split(",")))
    others = weights.get("*", 0.0)
    plain = weights.get("identity", 0.0)
    weights.setdefault("gzip", weights.get("x-gzip", others))
    wanted = {one: weights.get(one, others) for one in CODINGS}
    good = [one for one in CODINGS if wanted[one] > 0 and wanted[one] >= plain]
    return tuple(sorted(good, key=lambda one: -wanted[one]))


def _weights(items: Iterable[str]) -> Iterable[tuple[str, float]]:
    for item in items:
        name, _, rest = item.partition(";")
        key, _, value = rest.partition("=")
        value = value.strip()
        if not rest.strip():
            yield name.strip(), 1.0
        elif key.strip() == "q":
            yield name.strip(), float(value) if _QUALITY.fullmatch(value) else 0.0
