"""A file's bytes -> clean text, or a line that says what is wrong with them."""

from __future__ import annotations

import os
import re
import stat
from codecs import BOM_UTF8
from pathlib import Path

from syndicate.errors import ContentError
from syndicate.markup import clean_text, composed, is_plain

LARGEST = 5_000_000  # bytes
_MOST_CONTROLS = 8
_SAMPLE = 1_000_000  # bytes that are looked at to say what a wrong file may be
_LINE_END = re.compile("\r\n?|\n")
_WIDER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f]")
# Each byte as itself, and those that plain ASCII has not as a space.
_PLAIN_BYTES = bytes(byte if byte in b"\t\n" or 0x20 <= byte < 0x7F else 0x20 for byte in range(256))


class Unopened(ContentError):
    """The file could not be opened. A file whose permissions are put right looks the same: try it again."""


def read_bytes(file: Path | str, path: str) -> bytes:
    """Return the bytes of a regular file of at most 5 MB; ContentError for `path` where there is none."""
    try:
        # A fifo put in the file's place must not hold us up.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ContentError(path, "is not a regular file")
            body = os.read(descriptor, min(status.st_size, LARGEST) + 1)
            while len(body) != status.st_size and len(body) <= LARGEST:
                if not (more := os.read(descriptor, LARGEST)):
                    break
                body += more  # it grew, or was given in parts
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unopened(path, f"cannot be opened: {error.strerror or error}") from None
    except ValueError:
        raise ContentError(path, "cannot be opened: its name is no file name") from None
    if len(body) > LARGEST:
        raise ContentError(path, "is larger than 5 MB; split it")
    return body


def decode(path: str, body: bytes) -> str:
    """Return the clean text of `body`, UTF-8 or UTF-16 with its mark; ContentError naming the bad line."""
    if body.translate(_PLAIN_BYTES) == body:
        return body.decode()  # nearly all English and Indonesian is: nothing more needs a look
    wide = body.startswith((b"\xff\xfe", b"\xfe\xff")) and not body.startswith(b"\xff\xfe\x00\x00")
    body = body.removeprefix(BOM_UTF8)
    try:
        text = body.decode("utf-16" if wide else "utf-8")
    except UnicodeDecodeError as error:
        if wide:
            line = _line(body[: error.start].decode("utf-16", "ignore"))
            raise ContentError(path, "is broken UTF-16; save it again as UTF-8", line=line) from None
        line = _line(body[: error.start].decode("utf-8", "replace"))
        raise ContentError(path, _advice(body, error.start), line=line) from None
    if is_plain(text):
        return composed(text)
    if "\x00" in text:
        line = _line(text[: text.index("\x00")])
        raise ContentError(path, "holds a NUL character, so it is no text; save it as UTF-8 text", line=line)
    controls = list(_CONTROL.finditer(text))
    if len(controls) > _MOST_CONTROLS:
        line = _line(text[: controls[0].start()])
        raise ContentError(path, f"holds {len(controls)} control characters; remove them", line=line)
    return clean_text(text)


def _line(before: str) -> int:
    """Return the number of the line on which the text after `before` stands, whatever ends its lines."""
    return len(_LINE_END.findall(before)) + 1


def _advice(body: bytes, at: int) -> str:
    """Return what to do about the byte at `at`, which is not UTF-8."""
    said = f"byte {body[at]:#04x} is not UTF-8"
    if body.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "is UTF-32; save it as UTF-8"
    if _WIDER.search(body, 0, _SAMPLE):
        return f"{said}, but other letters are: the file mixes encodings; write this place anew"
    if not _CONTROL_BYTE.search(body, 0, _SAMPLE):
        return f"{said}; open the file as Windows-1252 (or what it is) in an editor and save it as UTF-8"
    return f"{said}, so the file is no text; open it in an editor and save it as UTF-8"
