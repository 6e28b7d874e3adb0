"""A letter's envelope: the commands before its body, and what no relay may be asked to take. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.model import Letter, Refused


@dataclass(frozen=True, slots=True)
class Envelope:
    """The commands of one letter as bytes; `needs_utf8` says that MAIL asks for SMTPUTF8."""

    mail: bytes
    rcpt: bytes
    needs_utf8: bool = False


def envelope(letter: Letter, offers: Mapping[str, str]) -> Envelope:
    """Return the envelope with what it needs of the relay's `offers`.

    SIZE is RFC 1870, BODY is RFC 6152, SMTPUTF8 is RFC 6531.
    """
    size = f" SIZE={len(letter.body)}" if "size" in offers else ""
    eight = "" if letter.wire_ready or letter.body.isascii() else " BODY=8BITMIME"
    mail, rcpt = f"MAIL FROM:<{letter.sender}>{size}{eight}", f"RCPT TO:<{letter.recipient}>\r\n"
    if letter.sender.isascii() and letter.recipient.isascii():
        return Envelope(f"{mail}\r\n".encode("ascii"), rcpt.encode("ascii"))
    return Envelope(f"{mail} SMTPUTF8\r\n".encode(), rcpt.encode(), needs_utf8=True)


def unsendable(letter: Letter, offers: Mapping[str, str]) -> Refused | None:
    """Return why this relay must not be asked to take `letter`, or None where it may be.

    Nothing that could end a command line early, or a path, may stand in an address (RFC 5321 4.1.2).
    """
    for address in (letter.sender, letter.recipient):
        if not address.isprintable() or "<" in address or ">" in address or "@" not in address.strip("@"):
            return Refused(None, "5.1.3 the address holds what no address may hold")
        if not address.isascii() and "smtputf8" not in offers:
            return Refused(None, "5.6.7 the address needs SMTPUTF8, which this relay does not offer")
    limit = offers.get("size", "")
    if limit.isdecimal() and 0 < int(limit) < len(letter.body):
        return Refused(None, f"5.3.4 the letter has {len(letter.body)} bytes, this relay takes {limit}")
    return None if letter.wire_ready else _bad_body(letter.body, offers)


def _bad_body(body: bytes, offers: Mapping[str, str]) -> Refused | None:
    breaks = body.count(b"\r\n")
    if body.count(b"\n") != breaks or body.count(b"\r") != breaks:
        return Refused(None, "5.6.0 the letter holds a bare CR or LF")
    if not body.isascii() and "8bitmime" not in offers:
        return Refused(None, "5.6.3 the letter needs 8BITMIME, which this relay does not offer")
    return None
