"""What a form sends, as texts: urlencoded or multipart, both small. Files in it are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote_to_bytes

from starlette.exceptions import HTTPException
from starlette.requests import Request

MOST_BYTES: Final = 16 << 10  # of a body
MOST_FIELDS: Final = 100
_KINDS: Final = ("application/x-www-form-urlencoded", "multipart/form-data")
_BOUNDARY = re.compile(r';\s*boundary=(?:"([^"\r\n]{1,70})"|([^\s;,"]{1,70}))', re.IGNORECASE)
_DISPOSITION = re.compile(rb"(?im)^content-disposition:[ \t]*form-data([^\r\n]*)")
_NAME = re.compile(rb';[ \t]*name="([^"]*)"', re.IGNORECASE)
_FILE = re.compile(rb";[ \t]*filename\*?=", re.IGNORECASE)
_ESCAPED: Final = {b"%22": b'"', b"%0D": b"\r", b"%0A": b"\n"}  # HTML, "multipart/form-data encoding"


async def read_form(request: Request) -> Mapping[str, list[str]]:
    """Return the values of each field of a form, in their order; a body that is empty has none.

    Raises HTTPException: 413 beyond 16 KB, 415 for a body of another kind, 400 for one that is cut off,
    has more than a hundred fields, or holds what is no text in UTF-8.
    """
    body = await _body(request)
    if not body:
        return {}
    said = request.headers.get("content-type", "")
    match said.partition(";")[0].strip().lower():
        case "application/x-www-form-urlencoded":
            pairs = _urlencoded(body)
        case "multipart/form-data":
            pairs = _multipart(body, said)
        case _:
            raise HTTPException(415, f"a form is sent as {' or '.join(_KINDS)}")
    found: dict[str, list[str]] = {}
    for number, (name, value) in enumerate(pairs):
        if number >= MOST_FIELDS:
            raise HTTPException(400, f"a form has at most {MOST_FIELDS} fields")
        found.setdefault(_text(name), []).append(_text(value))
    return found


def first(form: Mapping[str, list[str]], name: str) -> str:
    """Return the first value of a field, "" where there is none."""
    return (form.get(name) or [""])[0]


async def _body(request: Request) -> bytes:
    """Return the request's body; what is beyond the limit is not read."""
    read = bytearray()
    async for part in request.stream():
        read += part
        if len(read) > MOST_BYTES:
            raise HTTPException(413, f"a form has at most {MOST_BYTES >> 10} KB")
    return bytes(read)


def _urlencoded(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    for pair in filter(None, body.split(b"&")):
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)


def _multipart(body: bytes, content_type: str) -> Iterator[tuple[bytes, bytes]]:
    """Give the fields of a body of parts (RFC 7578); those that are files are left out."""
    match = _BOUNDARY.search(content_type)
    if not match:
        raise HTTPException(400, "a form in parts names their boundary")
    mark = b"--" + (match[1] or match[2]).encode("latin-1", "replace")
    _, *parts = (b"\r\n" + body).split(b"\r\n" + mark)
    if not parts or not parts.pop().startswith(b"--"):
        raise HTTPException(400, "the form is cut off: its last part has no end")
    for part in parts:
        head, gap, value = part.lstrip(b" \t").partition(b"\r\n\r\n")
        said = _DISPOSITION.search(head)
        name = _NAME.search(said[1]) if said else None
        if not (gap and said and name):
            raise HTTPException(400, "a part of the form has no name")
        if not _FILE.search(said[1]):
            yield _unescaped(name[1]), value


def _unescaped(name: bytes) -> bytes:
    for written, meant in _ESCAPED.items():
        name = name.replace(written, meant)
    return name


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise HTTPException(400, "the form holds bytes that are no text in UTF-8") from None
    if "\x00" in text:
        raise HTTPException(400, "the form holds a NUL character")
    return text
