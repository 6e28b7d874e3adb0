"""The types of settings: texts of config.yaml -> checked values; ValueError says what to write instead."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import time, timedelta
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from syndicate.emails import parse_domain, parse_email, parse_mailbox
from syndicate.model import Email

_LONGEST_URL = 800  # with a token behind it, it must stand unfolded in a header line (RFC 5322: 998)
_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")


def parse_duration(value: object) -> timedelta:
    """Return the length in texts such as ``5m``, ``12h``, ``1d 12h``; ValueError for anything else."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or not any(match.groups()):
        raise ValueError("write a length of time such as 30s, 5m, 12h or 4d")
    days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise ValueError("must be longer than nothing")
    if length > timedelta(days=3660):
        raise ValueError("is longer than ten years")
    return length


def parse_clock(value: object) -> time:
    """Return the wall-clock time in ``07:00`` or ``7:00``."""
    if isinstance(value, time):
        return value
    match = re.fullmatch(r"(\d{1,2})[:.](\d{2})", value.strip()) if isinstance(value, str) else None
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError('write a time of day such as "07:00"')
    return time(int(match[1]), int(match[2]))


def parse_zone(value: object) -> ZoneInfo:
    """Return the zone with an IANA name such as ``Asia/Jakarta``."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        if isinstance(value, str) and value not in ("", "localtime"):
            return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    near = get_close_matches(str(value), sorted(available_timezones()), n=1, cutoff=0.6)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"no time zone is named {value!r}{hint} (write an IANA name such as Asia/Jakarta)")


def parse_url(value: object) -> str:
    """Return an absolute http or https URL without the slash at its end."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good or re.search(r"[\s<>\"\\{}|^`\x00-\x20]", text):
        raise ValueError("write an absolute address such as https://news.example.org")
    if len(text) > _LONGEST_URL:
        raise ValueError(f"is longer than {_LONGEST_URL} characters")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("write the address without user name, ? or #")
    return text.rstrip("/")


def parse_origin(value: object) -> str:
    """Return an origin as browsers name it: ``https://blog.example.org``, without a path (RFC 6454)."""
    parts = urlsplit(parse_url(value))
    if parts.path:
        raise ValueError("write an origin without a path, such as https://blog.example.org")
    host = (parts.hostname or "").encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, {"http": 80, "https": 443}[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


# RFC 5646 section 2.1: language, its extension, script, region and variants.
_LANGUAGE: Final = re.compile(
    r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{3}){0,3}(?:[-_][A-Za-z]{4})?(?:[-_](?:[A-Za-z]{2}|[0-9]{3}))?"
    r"(?:[-_](?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"
)


def parse_language(value: object) -> str:
    """Return a BCP 47 tag such as ``id``, ``ar`` or ``pt-BR``."""
    text = value.strip() if isinstance(value, str) else ""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError("write a language tag such as en, id, ar or pt-BR")
    return text.replace("_", "-")


def parse_listen(value: object) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:8000``, ``[::1]:8000`` or ``:8000`` (every interface)."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\s]*):(\d{1,5})", value) if isinstance(value, str) else None
    if match is None or not 0 < int(match[2]) < 65536:
        raise ValueError('write host and port such as "127.0.0.1:8000"')
    return match[1].strip("[]") or "0.0.0.0", int(match[2])  # noqa: S104 the operator asked for every interface


def parse_proxy(value: object) -> str:
    """Return the address or network ``10.0.0.1``, ``10.0.0.0/8`` in its one spelling."""
    try:
        if isinstance(value, str):
            network = ip_network(value.strip(), strict=False)
            return str(network) if "/" in value else str(network.network_address)
    except ValueError:
        pass
    raise ValueError('write an address or a network such as "10.0.0.1" or "10.0.0.0/8"')


@dataclass(frozen=True, slots=True)
class Rate:
    """`count` letters in `seconds`."""

    count: int
    seconds: int


_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_rate(value: object) -> Rate:
    """Return the rate in ``20/s``, ``100/m``, ``1000/h`` or ``5000/d``."""
    if isinstance(value, Rate):
        return value
    match = re.fullmatch(r"(\d{1,9})\s*/\s*([smhd])", value.strip()) if isinstance(value, str) else None
    if match is None or not int(match[1]):
        raise ValueError("write a rate such as 20/s, 1000/h or 5000/d")
    return Rate(int(match[1]), _UNITS[match[2]])


def parse_webhook(value: object) -> str | None:
    """Return an http or https URL with all that belongs to it, None for an empty text.

    It may hold a secret, so no error says what it is.
    """
    text = value.strip() if isinstance(value, str) else "" if value is None else " "
    if not text:
        return None
    try:
        parts = urlsplit(text)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        good = good and parts.username is None and re.fullmatch(r"[!-~]{1,2000}", text) is not None
    except ValueError:
        good = False
    if not good:
        raise ValueError("write an absolute address such as https://hooks.example.org/abc, without user name")
    return text


def parse_hub(value: object) -> str:
    """Return the address of a hub as it is given, to the slash at its end: feeds name it."""
    address = parse_webhook(value)
    if address is None or "#" in address:
        raise ValueError("write the address of a hub such as https://hub.example.org/")
    return address


def beside_config(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise ValueError("write the name of a folder or file")
    base: Path = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / Path(value).expanduser()))


def _address(value: object) -> Email | None:
    if value is None or isinstance(value, Email):
        return value
    if not isinstance(value, str):
        raise ValueError("write an address such as news@example.org")
    return parse_email(value) if value.strip() else None


def _domain(value: object) -> str:
    return parse_domain(str(value))


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Url = Annotated[str, BeforeValidator(parse_url)]
Language = Annotated[str, BeforeValidator(parse_language)]
LocalPath = Annotated[Path, BeforeValidator(beside_config)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Domain = Annotated[str, BeforeValidator(_domain)]
DomainRate = Annotated[Rate, BeforeValidator(parse_rate)]
Address = Annotated[Email | None, BeforeValidator(_address)]  # an empty text is none
Hub = Annotated[str, BeforeValidator(parse_hub)]
Webhook = Annotated[str | None, BeforeValidator(parse_webhook)]
Origin = Annotated[str, BeforeValidator(parse_origin)]


class Section(BaseModel):
    """A part of the configuration: frozen, and unknown keys are faults."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True
    )


class Mailbox(BaseModel):
    """``Name <address>``."""

    model_config = ConfigDict(frozen=True)
    name: str
    email: Email


def _mailbox(value: object) -> Mailbox:
    if isinstance(value, Mailbox):
        return value
    if not isinstance(value, str):
        raise ValueError("write Name <address@example.org>")
    name, email = parse_mailbox(value)
    return Mailbox(name=name, email=email)


Sender = Annotated[Mailbox, BeforeValidator(_mailbox)]
