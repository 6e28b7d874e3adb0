"""A letter that is only tried: the same as the real one but for its subject and its links. Pure."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from syndicate.digest.mime import header
from syndicate.i18n import translations

TOKEN: Final = "test"  # noqa: S105 of no subscription: its page says that the letter was a test
_SUBJECT = re.compile(rb"^Subject:.*?\r\n(?![ \t])", re.MULTILINE | re.DOTALL | re.IGNORECASE)


def as_test(body: bytes, subject: str, language: str, words: Path | None = None) -> bytes:
    """Return the letter `body` with its `subject` marked as a test, in the words of `language`.

    Those in the operator's folder `words` come before ours.
    """
    _ = translations(language, words).gettext
    head, blank, rest = body.partition(b"\r\n\r\n")
    mark = _("[Test]")  # by itself: Babel finds no message in an f-string
    marked = header("Subject", f"{mark} {subject}")
    changed = _SUBJECT.sub(lambda _match: marked, head + b"\r\n", count=1)
    return changed[:-2] + blank + rest
