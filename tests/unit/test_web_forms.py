"""Forms as browsers and programs send them, and as nobody should."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Message

from syndicate.web.forms import MOST_BYTES, first, read_form

URLENCODED = "application/x-www-form-urlencoded"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
FORMS = st.lists(st.tuples(TEXTS, TEXTS), max_size=20)


def read(body: bytes, content_type: str = URLENCODED, *, pieces: int = 7) -> Mapping[str, list[str]]:
    """Read a body that arrives in pieces of a few bytes."""
    parts = [body[at : at + pieces] for at in range(0, len(body), pieces)] or [b""]

    async def receive() -> Message:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    headers = [(b"content-type", content_type.encode())]
    return asyncio.run(read_form(Request({"type": "http", "method": "POST", "headers": headers}, receive)))


def in_parts(pairs: list[tuple[str, str]], boundary: str) -> bytes:
    """Return a form as a browser sends it in parts."""
    escapes = {'"': "%22", "\r": "%0D", "\n": "%0A"}
    said = ""
    for name, value in pairs:
        quoted = "".join(escapes.get(one, one) for one in name)
        said += f'--{boundary}\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{value}\r\n'
    return f"{said}--{boundary}--\r\n".encode()


def as_dict(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the values of each field."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


@given(FORMS)
def test_a_form_is_read_as_it_was_filled_in(pairs: list[tuple[str, str]]) -> None:
    """Whatever is written into a form arrives, urlencoded as in parts."""
    assert read(urlencode(pairs).encode()) == as_dict(pairs)
    if not any("%" in name for name, _ in pairs):  # browsers leave a % in a name as it is
        sent = in_parts(pairs, "----fence9")
        assert read(sent, "multipart/form-data; boundary=----fence9") == as_dict(pairs)


def test_a_file_in_a_form_is_not_read() -> None:
    """A part that is a file is left out; what stands beside it is read."""
    body = (
        b'--x\r\nContent-Disposition: form-data; name="a"; filename="b.txt"\r\n'
        b"Content-Type: text/plain\r\n\r\n\xff\r\n"
        b'--x\r\ncontent-disposition: form-data; name="email"\r\n\r\nkim@example.org\r\n--x--'
    )
    form = read(body, 'multipart/form-data; boundary="x"')
    assert form == {"email": ["kim@example.org"]}
    assert first(form, "email") == "kim@example.org"
    assert first(form, "a") == ""


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"a=" + b"x" * MOST_BYTES, URLENCODED, 413),
        (b"a=%ff", URLENCODED, 400),
        (b"a=%00", URLENCODED, 400),
        (b"&".join([b"a=1"] * 101), URLENCODED, 400),
        (b'{"email": 1}', "application/json", 415),
        (b"a=1", "", 415),
        (b"--x\r\n", "multipart/form-data", 400),
        (b"--x--", "multipart/form-data; boundary=y", 400),
        (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', "multipart/form-data; boundary=x", 400),
        (b"--x\r\n\r\n1\r\n--x--", "multipart/form-data; boundary=x", 400),
    ],
)
def test_what_is_no_form_is_refused_cleanly(body: bytes, content_type: str, status: int) -> None:
    """A body that is too big, cut off, of another kind or no text is the sender's fault, never ours."""
    with pytest.raises(HTTPException) as refused:
        read(body, content_type, pieces=4096)
    assert refused.value.status_code == status


@given(st.binary(max_size=400), st.sampled_from([URLENCODED, "multipart/form-data; boundary=x"]))
def test_no_bytes_break_the_reading(body: bytes, content_type: str) -> None:
    """Any bytes are a form or are refused."""
    try:
        form = read(body, content_type)
    except HTTPException as error:
        assert 400 <= error.status_code < 500
    else:
        assert all(isinstance(one, str) for values in form.values() for one in values)


def test_no_body_is_an_empty_form() -> None:
    """A POST without a body has no fields, whatever it calls itself."""
    assert read(b"", "") == {}
