"""What the JSON API takes, said once: the schema that programs read is the one that bodies are checked by.

JSON Schema 2020-12, as much of it as is used here. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from syndicate.app.offering import Offer

Schema = Mapping[str, Any]
TRAP: Final = "website"  # a field that no person sees


def sign_up_schema(offers: Offer) -> Schema:
    """Return the schema of what is posted to sign somebody up for what is offered."""
    said = "as the newsletter has it where it is empty or left out"
    newsletters = {"type": "string", "enum": list(offers.newsletters)} if offers.newsletters else False
    return {
        "type": "object",
        "required": ["email"],
        "additionalProperties": False,
        "properties": {
            "email": _text(320, "The address that is sent a link.", format="email", minLength=1),
            "newsletters": {
                "type": "array",
                "items": newsletters,
                "maxItems": 100,
                "description": "All that are offered where it is empty or left out.",
            },
            "frequency": _text(20, f"How often; {said}.", enum=["", *offers.frequencies]),
            "topics": {
                "type": "array",
                "items": _text(200, "One that a chosen newsletter has.", enum=list(offers.topics)),
                "maxItems": 100,
                "description": "Only articles on these; all where it is empty or left out.",
            }
            if offers.topics
            else {"type": "array", "maxItems": 0, "description": "No newsletter has topics."},
            "language": _text(35, f"A BCP 47 tag; {said}.", examples=["en"]),
            "zone": _text(64, f"An IANA time zone; {said}.", examples=["Asia/Jakarta"]),
            "at": _text(5, f"The time of day; {said}.", pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$|^$"),
            "pictures": {"type": "boolean", "description": "Letters with pictures or without."},
            TRAP: _text(500, "Hide this field from people. What fills it in is no person."),
        },
    }


def _text(most: int, words: str, **more: object) -> dict[str, object]:
    return {"type": "string", "maxLength": most, "description": words, **more}


def faults(value: object, schema: Schema) -> list[dict[str, str]]:
    """Return what in a body is not as the schema has it, each with its place (RFC 6901)."""
    return [{"pointer": f"#{place}", "detail": detail} for place, detail in _faults(value, schema, "")]


def _faults(value: object, schema: Any, place: str) -> Iterator[tuple[str, str]]:
    if schema is False:
        yield place, "nothing is offered"
        return
    kind: str = schema["type"]
    if not isinstance(value, _TYPES[kind]):
        yield place, f"must be {_NAMES[kind]}"
    elif isinstance(value, str):
        yield from ((place, words) for words in _of_text(value, schema))
    elif isinstance(value, list):
        if len(value) > schema["maxItems"]:
            yield place, f"must hold at most {schema['maxItems']}"
            return
        for number, one in enumerate(value):
            yield from _faults(one, schema["items"], f"{place}/{number}")
    elif isinstance(value, dict):
        yield from _of_object(value, schema, place)


def _of_object(value: Mapping[str, object], schema: Schema, place: str) -> Iterator[tuple[str, str]]:
    known = schema["properties"]
    for name in schema["required"]:
        if name not in value:
            yield f"{place}/{name}", "is missing"
    for name, one in value.items():
        if name not in known:
            near = ", ".join(each for each in known if each != TRAP)
            yield place, f"there is no field {name[:60]!r} (there are: {near})"
        else:
            yield from _faults(one, known[name], f"{place}/{name}")


def _of_text(value: str, schema: Schema) -> Iterator[str]:
    if len(value) > schema.get("maxLength", len(value)):
        yield f"must have at most {schema['maxLength']} characters"
    elif len(value) < schema.get("minLength", 0):
        yield "must not be empty"
    elif any(character == "\x00" or "\ud800" <= character <= "\udfff" for character in value):
        yield "holds a character that is none"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"must be one of {', '.join(repr(one) for one in schema['enum'][:50])}"


_TYPES: Final = {"string": str, "array": list, "boolean": bool, "object": dict}
_NAMES: Final = {"string": "a text", "array": "a list", "boolean": "true or false", "object": "an object"}
