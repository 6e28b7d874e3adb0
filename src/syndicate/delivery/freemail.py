"""Free mail providers, whose addresses only their own servers may send with. Pure.

Receivers ask the domain in From whether it knows the server (DMARC), and these say no to all others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Freemail:
    """Patterns of a provider's domains and of its relays' hosts, and one relay's name."""

    domains: str
    hosts: str
    relay: str


_COUNTRY: Final = r"(?:com|net|org|[a-z]{2}|com?\.[a-z]{2})"

FREEMAIL: Final = (
    Freemail(r"g(?:oogle)?mail\.com", r"smtp(?:-relay)?\.g(?:oogle)?mail\.com", "smtp.gmail.com"),
    Freemail(
        rf"yahoo\.{_COUNTRY}|(?:y|rocket)mail\.com", rf"smtp\.mail\.yahoo\.{_COUNTRY}", "smtp.mail.yahoo.com"
    ),
    Freemail(
        rf"(?:outlook|hotmail)\.{_COUNTRY}|(?:live|msn)\.com|live\.(?:at|be|ca|cn|co\.uk|de|dk|fr|ie|it|jp|nl|se)",
        r"smtp\.office365\.com|smtp-mail\.outlook\.com",
        "smtp-mail.outlook.com",
    ),
    Freemail(rf"(?:aol|aim)\.{_COUNTRY}", r"smtp\.aol\.com", "smtp.aol.com"),
    Freemail(r"(?:icloud|me|mac)\.com", r"smtp\.mail\.(?:me|icloud)\.com", "smtp.mail.me.com"),
    Freemail(rf"gmx\.{_COUNTRY}", rf"(?:mail|smtp)\.gmx\.{_COUNTRY}", "mail.gmx.net"),
    Freemail(r"web\.de", r"smtp\.web\.de", "smtp.web.de"),
    Freemail(r"(?:mail|inbox|list|bk|internet)\.ru", r"smtp\.mail\.ru", "smtp.mail.ru"),
    Freemail(rf"yandex\.{_COUNTRY}|ya\.ru", rf"smtp\.yandex\.{_COUNTRY}", "smtp.yandex.com"),
    Freemail(r"qq\.com|foxmail\.com", r"smtp\.qq\.com", "smtp.qq.com"),
    Freemail(r"163\.com|126\.com|yeah\.net", r"smtp\.(?:163\.com|126\.com|yeah\.net)", "smtp.163.com"),
)


def refused_from(domain: str, host: str) -> str | None:
    """Return why a relay at `host` must not send letters from `domain`, or None where it may."""
    for one in FREEMAIL:
        if re.fullmatch(one.domains, domain.lower()):
            if re.fullmatch(one.hosts, host.lower().rstrip(".")):
                return None
            return (
                f"letters from {domain} are refused or filtered as spam unless its own servers send them: "
                f"use an address at a domain of yours, or its relay ({one.relay})"
            )
    return None
