"""The table of known reply texts: what providers say when a refusal is about us and not about a person. Pure.

An enhanced status alone does not tell: Microsoft says "5.1.90" for a daily limit, Gmail "4.2.1" for ours and
for a person's. What is not in the table is judged by its stage, code and status (see `verdicts`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import groupby
from typing import Final


class About(StrEnum):
    """Whom a reply is about. The last four are about us, not about the person who should get the letter."""

    RECIPIENT = "recipient"
    LETTER = "letter"
    QUOTA = "quota"
    UNVERIFIED = "unverified"
    ACCESS = "access"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class Row:
    """One known text: who says it, a pattern found anywhere in it (case does not count), whom it is about."""

    who: str
    pattern: str
    about: About


# In order: the first row that is found counts.
KNOWN: Final = (
    Row("Gmail", r"user you are trying to contact is receiving mail", About.RECIPIENT),
    Row("Gmail", r"email account that you tried to reach", About.RECIPIENT),
    Row("Postmark", r"marked as inactive|inactive recipient", About.RECIPIENT),
    Row("Gmail", r"daily (?:user )?sending (?:quota|limit) exceeded", About.QUOTA),
    Row("Google Workspace", r"daily smtp relay (?:sending )?limit exceeded", About.QUOTA),
    Row("Google Workspace", r"peak smtp relay limit exceeded", About.BUSY),
    Row("Google Workspace", r"mail relay denied|invalid credentials for relay", About.ACCESS),
    Row("Microsoft 365", r"submissionquotaexceeded|refusequota", About.QUOTA),
    Row("Microsoft 365", r"5\.1\.90|reached your daily limit", About.QUOTA),
    Row("Microsoft 365", r"sender throttled due to|storedrv\.submission|sendasdenied", About.ACCESS),
    Row("Microsoft 365", r"5\.7\.(?:57|60|139|708)\b|5\.1\.8 access denied, bad outbound", About.ACCESS),
    Row("Microsoft 365", r"concurrent connections? limit|sender thread limit", About.BUSY),
    Row("Exchange", r"submission rate for this client has exceeded", About.BUSY),
    Row("SES", r"daily message quota exceeded", About.QUOTA),
    Row("SES", r"maximum sending rate exceeded", About.BUSY),
    Row("SES", r"address(?:es)? (?:is|are) not verified|failed the check in region", About.UNVERIFIED),
    Row("SES", r"sending (?:suspended|paused) for this account|account is paused", About.ACCESS),
    Row("SendGrid", r"maximum credits exceeded", About.QUOTA),
    Row("SendGrid", r"exceeded your messaging limits", About.QUOTA),
    Row("SendGrid", r"verified sender identity|not authorized to send from that", About.UNVERIFIED),
    Row("SendGrid", r"unauthenticated senders not allowed", About.ACCESS),
    Row("Mailgun", r"not allowed to send: \w+ limit exceeded", About.QUOTA),
    Row("Mailgun", r"for test purposes only|authorized recipients", About.UNVERIFIED),
    Row("Mailgun", r"not allowed to send", About.ACCESS),
    Row("Postmark", r"pending approval", About.UNVERIFIED),
    Row("Postmark", r"sender signature", About.UNVERIFIED),
    Row("Brevo", r"smtp account is not yet activated|not yet activated", About.ACCESS),
    Row("Brevo", r"unauthorized ip address", About.ACCESS),
    Row("Brevo", r"sender (?:\S+ )?is not valid", About.UNVERIFIED),
    Row("Mailjet", r"sender (?:\S+ )?(?:has )?not (?:been )?validated", About.UNVERIFIED),
    Row(
        "Mailjet", r"account (?:has been |is )?(?:temporarily )?(?:blocked|suspended|disabled)", About.ACCESS
    ),
    Row("Zoho", r"unusual sending activity", About.QUOTA),
    Row("Zoho", r"relaying disallowed", About.ACCESS),
    Row("Zoho", r"sender address blocked|email outgoing blocked", About.ACCESS),
    Row("Ionos", r"mail send limit exceeded", About.QUOTA),
    Row("Hostinger", r"ratelimit \S*\w+\S* exceeded", About.BUSY),
    Row("OVH", r"sorry, too many emails", About.BUSY),
    Row("any", r"exceeded its 24-hour sending limit", About.QUOTA),
    Row("Plesk", r"number of allowed outgoing messages was exceeded", About.QUOTA),
    Row("cPanel", r"exceeded the max (?:emails|defers and failures) per", About.QUOTA),
    Row("Hestia", r"is sending too many emails", About.BUSY),
    Row("MailChannels", r"\[stf\]|sending too fast", About.BUSY),
    Row("StartMail", r"your mail limit has been reached", About.QUOTA),
    Row("any", r"limit of \d+ rcpts per \d+ hours", About.QUOTA),
    Row("vmail", r"only \d+ messages per (?:hour|day)", About.QUOTA),
    Row("aditsystems", r"message count quota exceeded", About.QUOTA),
    Row("Prolateral", r"exceeded your \w+ quota", About.QUOTA),
    Row("Postfix", r"rela(?:y access|ying) denied", About.ACCESS),
    Row("Postfix", r"not owned by user|sender address rejected", About.ACCESS),
    Row("Postfix", r"error: too many errors", About.BUSY),
    Row("Exim", r"relay not permitted|unrouteable sender|sender verify failed", About.ACCESS),
    Row("Exchange", r"unable to relay", About.ACCESS),
)

# Words that sound like a limit of ours and are not, then those of a limit in general.
GENERAL: Final = (
    Row("any", r"\bsize\b|too (?:large|big|long)|too many hops|hop count", About.LETTER),
    Row(
        "any",
        r"mailbox.{0,40}\b(?:full|quota|limit|exceed)|over ?quota|user.{0,30}quota"
        r"|quota.{0,30}\b(?:user|mailbox)|out of storage|storage space"
        r"|insufficient (?:disk |system )?(?:storage|space)"
        r"|recipient\b.{0,40}\b(?:rate|limit|quota)",
        About.RECIPIENT,
    ),
    Row("any", r"(?:sender|from|domain|identity).{0,60}\bnot (?:been )?verified", About.UNVERIFIED),
    Row(
        "any",
        r"too many (?:\w+ ){0,2}(?:messages|e-?mails|mails|connections|recipients|sessions|logins?|requests)"
        r"|rate ?limit|(?:sending|connection|message) rate|sending too|too (?:fast|quickly)|throttl"
        r"|concurrent|try again in \d+ (?:seconds|minutes)",
        About.BUSY,
    ),
    Row(
        "any",
        r"(?:exceed|reach|hit)\w*\W.{0,60}\b(?:limit|quota|credits?)\b"
        r"|\b(?:limit|quota|credits?)\b.{0,60}(?:exceed|reach|used up|exhaust)",
        About.QUOTA,
    ),
    Row("any", r"authentication (?:is )?required|must be authenticated|not authenticated", About.ACCESS),
)

_ENOUGH: Final = 500  # characters of a reply
_ADDRESS: Final = re.compile(r"(?<!\S)\S*@\S*")
_PERSONAL: Final = re.compile(r"[245]\.[12]\.\d+")


def about_text(text: str, status: str) -> About | None:
    """Return whom the words of a reply are about, or None where they do not tell.

    A status of the address or the mailbox (RFC 3463 3.2, 3.3) outweighs words that only sound like a limit.
    """
    return _about(_ADDRESS.sub("@", text[:_ENOUGH]), _PERSONAL.fullmatch(status) is not None)


@lru_cache(maxsize=1024)  # a relay in trouble says the same to everybody, and a search takes 40 µs
def _about(text: str, personal: bool) -> About | None:
    for about, pattern in _KNOWN:
        if pattern.search(text):
            return about
    if personal:
        return None
    for about, pattern in _GENERAL:
        if pattern.search(text):
            return about
    return None


def _compiled(rows: Iterable[Row]) -> tuple[tuple[About, re.Pattern[str]], ...]:
    """Return one pattern for each run of rows about the same."""
    return tuple(
        (about, re.compile("|".join(f"(?:{row.pattern})" for row in run), re.IGNORECASE))
        for about, run in groupby(rows, key=lambda row: row.about)
    )


_KNOWN: Final = _compiled(KNOWN)
_GENERAL: Final = _compiled(GENERAL)
