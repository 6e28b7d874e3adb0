"""What a relay's refusal means: whose fault it is, what becomes of the letter, whether the relay rests. Pure.

greeting, TLS, login  the relay does not let us in                     Returned, it rests
MAIL                  5xx, 421, 454, or a text about us                Returned, it rests
MAIL                  other 4xx                                        Deferred
RCPT, DATA, the dot   a quota, or a sender not verified: about us      Deferred, it rests
RCPT, DATA, the dot   421, 454, 530, 535, too fast, relaying denied   Deferred, it rests at the third in a row
RCPT, DATA, the dot   other 4xx / 5xx                                  Deferred / Refused

The third in a row is counted by `watches`, since one recipient's trouble must not stop everybody's letters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from syndicate.delivery.replies import About, about_text
from syndicate.model import Deferred, Outcome, Refused, Returned

Stage = Literal["greeting", "tls", "login", "mail", "rcpt", "data", "dot"]


class RestKind(StrEnum):
    """Why a relay rests; each kind has its own length of rests (see `choice`)."""

    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    QUOTA = "quota"
    BUSY = "busy"


_RESTS: Final = {
    About.QUOTA: RestKind.QUOTA,
    About.UNVERIFIED: RestKind.REFUSED,
    About.ACCESS: RestKind.REFUSED,
    About.BUSY: RestKind.BUSY,
}
_AT_ONCE: Final = frozenset({About.QUOTA, About.UNVERIFIED})
_LOGIN: Final = frozenset({530, 535})  # RFC 4954 section 6
_BUSY: Final = frozenset({421, 454})
_SENDERS: Final = frozenset({"5.1.7", "5.1.8"})  # RFC 3463 3.2: the sender's own address
_LETTING_IN: Final = frozenset({"greeting", "tls", "login"})


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a relay is to rest, for the operator's eyes too."""

    kind: RestKind
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reply means. `cause` is set where the relay rests at once.

    `doubtful` is True for a reply about us that rests the relay only once several recipients met it in a row.
    """

    about: About
    outcome: Outcome
    status: str
    cause: Cause | None = None
    doubtful: bool = False


def judge(stage: Stage, code: int, text: str, *, needs_utf8: bool = False) -> Verdict:
    """Return what a reply that is not 2xx (or 354) means at `stage`; `text` is without its code.

    `needs_utf8` says that MAIL asked for SMTPUTF8, so that a 5xx there is about that one letter. Takes any
    text of any language.
    """
    status = status_of(text)
    about = _about(code, status, text)
    if stage in _LETTING_IN:
        return _returned(about, code, status, text)
    if stage == "mail":
        if needs_utf8 and code >= 500 and about not in _AT_ONCE:
            return Verdict(About.RECIPIENT, Refused(code, text), status)
        if about in _RESTS or code >= 500:
            return _returned(about, code, status, text)
        return Verdict(about, Deferred(code, text), status)
    if about in _AT_ONCE:
        return Verdict(about, Deferred(code, text), status, Cause(_RESTS[about], without_names(code, text)))
    if about in _RESTS:
        return Verdict(about, Deferred(code, text), status, doubtful=True)
    return Verdict(about, Refused(code, text) if code >= 500 else Deferred(code, text), status)


def puts_domain_off(verdict: Verdict) -> bool:
    """Return whether a reply asks for fewer letters to the recipient's domain.

    A 4xx does, but not one about the person (x.1.x, x.2.x), about the relay's own system (x.3.x) or about us.
    """
    code = verdict.outcome.code or 0 if isinstance(verdict.outcome, Deferred) else 0
    about_us = verdict.cause is not None or verdict.doubtful
    return 400 <= code < 500 and not about_us and not verdict.status[1:].startswith((".1.", ".2.", ".3."))


def rest_for(verdict: Verdict) -> RestKind:
    """Return how a relay rests for a verdict about us."""
    return _RESTS.get(verdict.about, RestKind.REFUSED)


def _about(code: int, status: str, text: str) -> About:
    found = about_text(text, status)
    if code in _LOGIN and found not in _AT_ONCE:
        return About.ACCESS
    if code in _BUSY and found not in _RESTS:
        return About.BUSY
    if found is not None:
        return found
    if status == "5.4.5":
        return About.QUOTA
    if status in _SENDERS:
        return About.ACCESS
    return About.LETTER if status[1:].startswith((".6.", ".7.")) else About.RECIPIENT


def _returned(about: About, code: int, status: str, text: str) -> Verdict:
    if about not in _RESTS:
        about = About.ACCESS if code >= 500 else About.BUSY
    return Verdict(
        about, Returned(f"{code} {text}".rstrip()), status, Cause(_RESTS[about], without_names(code, text))
    )


_LOCAL_PART: Final = re.compile(r"(?<![^\s<>])[^\s<>@]+@")


def without_names(code: int | None, text: str) -> str:
    """Return a reply as logs and the operator may see it: addresses without their local parts."""
    return _LOCAL_PART.sub("…@", f"{code or ''} {text}".strip())


# ---------------------------------------------------------------- enhanced status codes

_AT_START: Final = re.compile(r"\s*(?:[245]\d\d[ -]\s*)?#?([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)", re.ASCII)
_AT_END: Final = re.compile(r"\(#([245]\.\d{1,3}\.\d{1,3})\)[\s.]*\Z", re.ASCII)
_COUNTED: Final = frozenset({"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"})


def status_of(text: str) -> str:
    """Return the enhanced status at a reply text's start (RFC 2034), or "" where there is none.

    qmail writes it in brackets at the end.
    """
    match = _AT_START.match(text) or _AT_END.search(text[-40:])
    return match[1] if match else ""


def counts_against_address(status: str) -> bool:
    """Return whether a refusal with this status says that the address itself is bad (RFC 3463, RFC 7505)."""
    return status in _COUNTED


_NAMES_MAILBOX: Final = re.compile(
    r"user unknown|unknown (?:user|recipient|mailbox)|no such (?:user|recipient|mailbox|address|person)"
    r"|user (?:not found|does not exist)|mailbox (?:not found|does not exist|is full|full)|no mailbox here",
    re.IGNORECASE,
)


def names_mailbox(status: str, text: str) -> bool:
    """Return whether a refusal names the address or the mailbox as its reason (RFC 3463 3.2 and 3.3)."""
    return status.startswith(("5.1.", "5.2.")) or _NAMES_MAILBOX.search(text) is not None
