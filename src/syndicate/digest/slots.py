"""A stored letter with slots -> each person's letter. Pure, and the hot path of a send."""

from __future__ import annotations

import re
from collections.abc import Callable
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

    @property
    def size(self) -> int:
        """The bytes of a letter, give or take the values in the slots."""
        return sum(map(len, self._fixed))

    def fill(self, attempt: Attempt) -> Letter:
        """Return the letter of `attempt`. Raises ValueError for an address or token no letter can carry."""
        occasion = attempt.occasion.replace("/", "-").replace(":", "-")
        return Letter(
            self._sender,
            attempt.email,
            f"{self._uid}.{attempt.subscriber_id}@{self._domain}",
            f"{attempt.newsletter}-{occasion}-{attempt.subscriber_id}-{attempt.edition_uid[:8]}",
            b"".join(self._in_order(self._fixed + _values(attempt))),
        )


def _values(attempt: Attempt) -> tuple[bytes, ...]:
    """Return the value of each slot, in the order of `_ALL`, and an empty one."""
    email, token = attempt.email, attempt.token
    number = b"%d" % attempt.subscriber_id
    if _PLAIN_EMAIL.fullmatch(email) and _PLAIN_TOKEN.fullmatch(token):
        plain_email, plain_token = email.encode("ascii"), token.encode("ascii")
        return plain_email, number, plain_token, plain_token, plain_email, plain_token, plain_email, b""
    if not email or len(email) > 320 or _NOT_IN_EMAIL.search(email):
        raise ValueError(f"{email[:80]!r} cannot stand in a letter")
    if not token or len(token) > 300 or re.search(r"[\x00-\x20\x7f]", token):
        raise ValueError("an unsubscribe token cannot stand in a letter")
    safe = quote(token, safe="~")
    in_body = encode_value(safe)
    text_email, html_email = encode_value(email), encode_value(escape(email))
    return email.encode(), number, safe.encode("ascii"), in_body, text_email, in_body, html_email, b""
