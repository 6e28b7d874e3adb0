"""A stored letter with slots -> each person's letter. Pure, and the hot path of a send."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from html import escape
from operator import itemgetter
from urllib.parse import quote

from syndicate.digest.mime import encode_value
from syndicate.model import Attempt, Letter

# The place of a slot decides how its value is encoded: headers raw, bodies in quoted-printable.
HEADER_SLOTS = ("to", "id", "token")
TEXT_SLOTS = ("text_token", "text_email")
HTML_SLOTS = ("html_token", "html_email")
_ALL = (*HEADER_SLOTS, *TEXT_SLOTS, *HTML_SLOTS)

LEAVING = "/unsubscribe/"  # where unsubscribe links lead, before the person's token

_UID = re.compile(r"[0-9A-Za-z]{1,60}")
# A value that is the same in a header, in quoted-printable and in HTML, and fits a line.
_PLAIN_EMAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._+-]{0,69}")
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._~-]{0,69}")
# What would end an address or the header around it (RFC 5322 section 3.2.3); no address we keep has it.
_NOT_IN_EMAIL = re.compile(r'[\x00-\x20\x7f-\x9f\u2028\u2029()<>\[\]:;,\\"]')


def marker(uid: str, name: str) -> str:
    """Return the text that stands in the letter for the slot `name`.

    It holds the edition's random uid, so that no article can carry it. It is plain in quoted-printable,
    HTML, URLs and headers, and has no hyphen at which a template might wrap it. Raises ValueError for a
    uid that is not letters and digits.
    """
    if not _UID.fullmatch(uid):
        raise ValueError(f"{uid[:80]!r} is not the uid of an edition")
    return f"slot_{uid}_{name}_"


# Bytes: an address has at most 254 characters, of which the 64 before the at sign may be escaped in HTML
# (&amp;) or all in quoted-printable (=C3); tokens are ours, and short.
_LONGEST = {"to": 254, "id": 19, "token": 80, "email": 3 * 254 + 40}


def longest_letter(body: bytes, uid: str) -> int:
    """Return how many bytes a stored letter has at most once its slots are filled."""
    names = re.findall(marker(uid, f"({'|'.join(_ALL)})").encode(), body)
    longer = (_LONGEST[name.rpartition("_")[2]] - len(marker(uid, name)) for name in map(bytes.decode, names))
    return len(body) + sum(longer)


class LetterTemplate:
    """A rendition's bytes, cut at the slots once and joined for each person.

    `sender` is the envelope's sender. The same attempt gives the same bytes, whoever fills them.
    """

    def __init__(self, body: bytes, edition_uid: str, sender: str) -> None:
        names = "|".join(map(re.escape, _ALL))
        pieces = re.split(marker(edition_uid, f"({names})").encode(), body)
        self._fixed = tuple(pieces[::2])
        slots = [len(self._fixed) + _ALL.index(name.decode()) for name in pieces[1::2]]
        # Pieces and slots by turns, as indexes into the fixed pieces followed by one person's values. The
        # empty value at the end keeps itemgetter from a lone index, for which it makes no tuple.
        order = [index for pair in zip(range(len(slots)), slots, strict=True) for index in pair]
        self._in_order: Callable[[tuple[bytes, ...]], tuple[bytes, ...]] = itemgetter(*order, len(slots), -1)
        right = re.search(rb"^Message-ID: <[^@\r\n]*@([^>\r\n]+)>", body, re.MULTILINE)
        self._uid = edition_uid
        self._domain = right[1].decode("ascii") if right else sender.rpartition("@")[2]
        self._sender = sender
        self._wire_ready = _is_wire_ready(body)

    @property
    def size(self) -> int:
        """The bytes of a letter, give or take the values in the slots."""
        return sum(map(len, self._fixed))

    def fill(self, attempt: Attempt) -> Letter:
        """Return the letter of `attempt`. Raises ValueError for an address or token no letter can carry."""
        email, token, person = attempt.email, attempt.token, attempt.subscriber_id
        plain = bool(_PLAIN_EMAIL.fullmatch(email) and _PLAIN_TOKEN.fullmatch(token))
        if plain:
            mail, mark = email.encode("ascii"), token.encode("ascii")
            values: tuple[bytes, ...] = (mail, str(person).encode(), mark, mark, mail, mark, mail, b"")
        else:
            values = _values(attempt)
        return Letter(
            self._sender,
            email,
            f"{self._uid}.{person}@{self._domain}",
            f"{attempt.newsletter}-{_in_name(attempt.occasion)}-{person}-{attempt.edition_uid[:8]}",
            b"".join(self._in_order(self._fixed + values)),
            plain and self._wire_ready,
        )


@lru_cache(maxsize=64)
def _in_name(occasion: str) -> str:
    return occasion.replace("/", "-").replace(":", "-")


def _is_wire_ready(body: bytes) -> bool:
    """Tell whether a body may go onto the wire as it is, whatever plain values its slots get."""
    breaks = body.count(b"\r\n")
    whole = body.count(b"\n") == breaks == body.count(b"\r") and body.endswith(b"\r\n")
    return whole and body.isascii() and b"\r\n." not in body and not body.startswith(b".")


def _values(attempt: Attempt) -> tuple[bytes, ...]:
    """Return the value of each slot, in the order of `_ALL`, and an empty one."""
    email, token = attempt.email, attempt.token
    number = str(attempt.subscriber_id).encode()
    if not email or len(email) > 320 or _NOT_IN_EMAIL.search(email):
        raise ValueError(f"{email[:80]!r} cannot stand in a letter")
    if not token or len(token) > 300 or re.search(r"[\x00-\x20\x7f]", token):
        raise ValueError("an unsubscribe token cannot stand in a letter")
    safe = quote(token, safe="~")
    in_body = encode_value(safe)
    text_email, html_email = encode_value(email), encode_value(escape(email))
    return email.encode(), number, safe.encode("ascii"), in_body, text_email, in_body, html_email, b""
