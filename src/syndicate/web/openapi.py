"""The API's own description: an OpenAPI 3.1 document, made from what the configuration offers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from syndicate import __version__
from syndicate.web.apischema import Schema
from syndicate.web.refusing import PROBLEM

_PROBLEMS: Final = {
    400: "The body is no JSON.",
    403: "The page that asks is of a site that may not (`web.form_origins`).",
    413: "The body is longer than 16 KB.",
    415: "The body is not `application/json`.",
    422: "A field is missing, unknown, or says what there is not; `errors` names each.",
    429: "Too many sign-ups from one network, or of all.",
    503: "Too many sign-ups wait; or the database cannot be read.",
}
_LATER: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
_PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}
_ANSWER: Final[Schema] = {
    "type": "object",
    "required": ["status", "sender", "subject"],
    "properties": {
        "status": {"type": "string", "const": "check your mail"},
        "sender": {"type": "string", "description": "Whose letter to look for."},
        "subject": {"type": "string", "description": "What the letter is called."},
    },
}


def document(*, title: str, url: str, schema: Schema, words: str) -> Mapping[str, Any]:
    """Return the document of the API at `url`; `schema` is what it takes, `words` what people agree to."""
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{title}: subscribing", "version": __version__},
        "servers": [{"url": url}],
        "paths": {
            "/api/subscribe": {"post": _sign_up(words)},
            "/api/openapi.json": {"get": _itself()},
        },
        "components": {"schemas": {"SignUp": schema, "Answer": _ANSWER, "Problem": _PROBLEM}},
    }


def _sign_up(words: str) -> Mapping[str, Any]:
    return {
        "operationId": "subscribe",
        "summary": "Sign an address up.",
        "description": (
            "The address is sent a link, and nothing else until that is confirmed. The answer is the same "
            f"for every address. Show people these words, which are kept with what they agree to: {words}"
        ),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/SignUp"}}},
        },
        "responses": {
            "202": {
                "description": "It was written down.",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Answer"}}},
            },
            **{str(status): _problem(status, words) for status, words in _PROBLEMS.items()},
        },
    }


def _problem(status: int, words: str) -> Mapping[str, Any]:
    later = {"headers": _LATER} if status in (429, 503) else {}
    content = {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": words, **later, "content": content}


def _itself() -> Mapping[str, Any]:
    return {
        "operationId": "document",
        "summary": "This document.",
        "responses": {
            "200": {
                "description": "An OpenAPI 3.1 document.",
                "content": {"application/json": {"schema": {"type": "object"}}},
            }
        },
    }
