"""What was read, as compact text for the database, and back."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from syndicate.model import Body, Enclosure, Media, Parsed, Picture

_NAMES = tuple(field.name for field in fields(Parsed))
_DEFAULTS = {field.name: field.default for field in fields(Parsed)}
_values = attrgetter(*_NAMES)
_MOMENTS = ("when", "updated", "expires", "mtime")
_LISTS = ("tags", "categories", "authors", "aliases", "warnings")
_dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump_head(parsed: Parsed) -> str:
    """Return `parsed` as JSON without what is as by default; `load_head` gives it back."""
    said = {name: value for name, value in zip(_NAMES, _values(parsed), strict=True)
            if value != _DEFAULTS[name]}  # fmt: skip
    for name in _MOMENTS:
        if name in said:
            said[name] = said[name].isoformat()
    return _dumps(said)


def load_head(text: str) -> Parsed:
    """Return what `dump_head` was given; ValueError for any other text."""
    try:
        data: dict[str, Any] = json.loads(text)
        for name in _MOMENTS:
            if name in data:
                data[name] = _moment(data[name])
        for name in _LISTS:
            if name in data:
                data[name] = tuple(data[name])
        return Parsed(**data)
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not what a head was kept as: {error}") from None


def dump_body(body: Body) -> str:
    """Return `body` as JSON; `load_body` gives it back."""
    return _dumps(asdict(body))


def load_body(text: str) -> Body:
    """Return what `dump_body` was given; ValueError for any other text."""
    try:
        data: dict[str, Any] = json.loads(text)
        picture = data.pop("picture")
        return Body(
            picture=Picture(**picture) if picture else None,
            media=tuple(Media(**one) for one in data.pop("media")),
            enclosures=tuple(Enclosure(**one) for one in data.pop("enclosures")),
            warnings=tuple(data.pop("warnings")),
            **data,
        )
    except (TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueError(f"not what a text was kept as: {error}") from None


def _moment(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
