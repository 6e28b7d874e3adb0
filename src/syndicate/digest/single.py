"""A stored letter of no edition -> the letter: complete as it is, with nobody's slots in it. Pure."""

from __future__ import annotations

import hashlib
import re

from syndicate.model import Attempt, Letter

_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*<([!-;=?-~]+)>[ \t]*\r$", re.MULTILINE | re.IGNORECASE)
_NOT_IN_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 80  # characters of a key in a file's name


def fill_single(body: bytes, attempt: Attempt, sender: str) -> Letter:
    """Return the letter of `attempt`, whose `body` is complete; `sender` is the envelope's.

    Raises ValueError where the body's head names no Message-ID.
    """
    found = _MESSAGE_ID.search(body.partition(b"\r\n\r\n")[0] + b"\r\n")
    if found is None:
        raise ValueError(f"the letter {attempt.key[:80]!r} has no Message-ID")
    return Letter(sender, attempt.email, found[1].decode("ascii"), _name(attempt.key), body)


def _name(key: str) -> str:
    """Return a file name of its own for each key, readable for who looks into the folder."""
    readable = _NOT_IN_NAME.sub("-", key).strip("-.")[:_LONGEST_NAME]
    return f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
