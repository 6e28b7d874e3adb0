"""A file's bytes -> clean text, or a line that says what is wrong with them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from syndicate.errors import ContentError
from syndicate.markup import clean_text

LARGEST = 5_000_000  # bytes
_MOST_CONTROLS = 8
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f]")


class Unopened(ContentError):
    """The file could not be opened. A file whose permissions are put right looks the same: try it again."""


def read_bytes(file: Path, path: str) -> bytes:
    """Return the bytes of a regular file of at most 5 MB; ContentError for `path` where there is none."""
    try:
        # A fifo put in the file's place must not hold us up.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as opened:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise ContentError(path, "is not a regular file")
            body = opened.read(LARGEST + 1)
    except OSError as error:
        raise Unopened(path, f"cannot be opened: {error.strerror or error}") from None
    except ValueError:
        raise ContentError(path, "cannot be opened: its name is no file name") from None
    if len(body) > LARGEST:
        raise ContentError(path, "is larger than 5 MB; split it")
    return body


def decode(path: str, body: bytes) -> str:
    """Return the clean text of `body`, UTF-8 or UTF-16 with its mark; ContentError naming the bad line."""
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = body.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        if wide:
            raise ContentError(path, "is broken UTF-16; save it again as UTF-8") from None
        line = body.count(b"\n", 0, error.start) + 1
        message = (
            f"byte {body[error.start]:#04x} is not UTF-8; open the file in an editor and save it as UTF-8"
        )
        raise ContentError(path, message, line=line) from None
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise ContentError(path, "holds a NUL character, so it is no text; save it as UTF-8 text", line=line)
    controls = list(_CONTROL.finditer(text))
    if len(controls) > _MOST_CONTROLS:
        line = text.count("\n", 0, controls[0].start()) + 1
        raise ContentError(path, f"holds {len(controls)} control characters; remove them", line=line)
    return clean_text(text)
