"""config.yaml -> a frozen Config; every fault at once, each with file:line:column."""

from __future__ import annotations

import os
import re
from datetime import time, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationInfo, model_validator

from syndicate.emails import parse_mailbox
from syndicate.model import Email, Retry

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

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


def parse_language(value: object) -> str:
    """Return a BCP 47 tag such as ``id``, ``ar`` or ``pt-BR``."""
    text = value.strip() if isinstance(value, str) else ""
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", text):
        raise ValueError("write a language tag such as en, id, ar or pt-BR")
    return text.replace("_", "-")


def parse_listen(value: object) -> tuple[str, int]:
    """Return host and port of ``127.0.0.1:8000``, ``[::1]:8000`` or ``:8000`` (every interface)."""
    match = re.fullmatch(r"(\[[0-9a-fA-F:.]+\]|[^:\s]*):(\d{1,5})", value) if isinstance(value, str) else None
    if match is None or not 0 < int(match[2]) < 65536:
        raise ValueError('write host and port such as "127.0.0.1:8000"')
    return match[1].strip("[]") or "0.0.0.0", int(match[2])  # noqa: S104 the operator asked for every interface


def _beside_config(value: object, info: ValidationInfo) -> Path:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise ValueError("write the name of a folder or file")
    base: Path = (info.context or {}).get("base", Path())
    return Path(os.path.normpath(base / Path(value).expanduser()))


def _mailbox(value: object) -> Mailbox:
    if isinstance(value, Mailbox):
        return value
    if not isinstance(value, str):
        raise ValueError("write Name <address@example.org>")
    name, email = parse_mailbox(value)
    return Mailbox(name=name, email=email)


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Url = Annotated[str, BeforeValidator(parse_url)]
Language = Annotated[str, BeforeValidator(parse_language)]
LocalPath = Annotated[Path, BeforeValidator(_beside_config)]
Text = Annotated[str, Field(min_length=1, max_length=500)]


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


class Publication(Section):
    title: Text
    url: Url
    description: str = ""
    language: Language = "en"
    timezone: Annotated[ZoneInfo, BeforeValidator(parse_zone)] = ZoneInfo("UTC")
    author: str = ""


class Content(Section):
    folder: LocalPath = Field(default="content", validate_default=True)
    every: Duration = timedelta(minutes=5)


class Publish(Section):
    folder: LocalPath = Field(default="public", validate_default=True)


class Feeds(Section):
    items: int = Field(default=50, ge=1, le=10_000)
    content: Literal["full", "summary"] = "full"


class Newsletter(Section):
    title: Text
    at: Annotated[time, BeforeValidator(parse_clock)] = time(7, 0)
    days: tuple[Weekday, ...] = Field(WEEKDAYS, min_length=1)
    late_by: Duration = timedelta(hours=12)


class Smtp(Section):
    host: Text = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "starttls"
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: LocalPath | None = None
    connections: int = Field(default=4, ge=1, le=100)

    @model_validator(mode="after")
    def _one_password(self) -> Smtp:
        if self.password.get_secret_value() and self.password_file:
            raise ValueError("give password or password_file, not both")
        return self


class RetryTimes(Section):
    first: Duration = timedelta(minutes=5)
    longest: Duration = timedelta(hours=4)
    give_up: Duration = timedelta(days=4)

    @property
    def rule(self) -> Retry:
        return Retry(self.first, self.longest, self.give_up)


class Mail(Section):
    sender: Annotated[Mailbox, BeforeValidator(_mailbox)] = Field(alias="from")
    transport: Literal["folder", "smtp"] = "folder"
    folder: LocalPath = Field(default="var/mail", validate_default=True)
    smtp: Smtp = Smtp()
    retry: RetryTimes = RetryTimes()


class Database(Section):
    url: str = "sqlite:///var/syndicate.db"


class Web(Section):
    listen: Annotated[tuple[str, int], BeforeValidator(parse_listen)] = ("127.0.0.1", 8000)
    url: Url | None = None


class Templates(Section):
    folder: LocalPath | None = None


class Config(Section):
    """Everything an operator can set. Paths are absolute or relative to the config file's folder."""

    publication: Publication
    content: Content = Field(default_factory=dict, validate_default=True)
    publish: Publish = Field(default_factory=dict, validate_default=True)
    feeds: Feeds = Feeds()
    newsletters: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")], Newsletter] = {}
    mail: Mail
    database: Database = Database()
    web: Web = Web()
    templates: Templates = Templates()
    base: Path = Field(default=Path(), exclude=True)

    @property
    def web_url(self) -> str:
        """Where syndicate answers: the unsubscribe links start with it."""
        return self.web.url or self.publication.url

    @property
    def var(self) -> Path:
        """The folder of what is private: database, locks, backups, previews."""
        path = self.sqlite_path
        return path.parent if path else self.base / "var"

    @property
    def sqlite_path(self) -> Path | None:
        """The database file, or None where the database is not SQLite."""
        prefix = "sqlite:///"
        if not self.database.url.startswith(prefix):
            return None
        return Path(os.path.normpath(self.base / self.database.url.removeprefix(prefix)))

    def smtp_password(self) -> str:
        """Return the relay's password; OSError where `password_file` cannot be read."""
        if self.mail.smtp.password_file:
            return self.mail.smtp.password_file.read_text("utf-8").rstrip("\r\n")
        return self.mail.smtp.password.get_secret_value()


def field_names(*location: Any) -> list[str]:
    """Return the names known at `location` of the configuration, for a hint at a misspelt one."""
    model: Any = Config
    for part in location:
        if model is None or isinstance(part, int):
            return []
        if model is dict:
            model = Newsletter
            continue
        fields = {f.alias or name: f for name, f in model.model_fields.items()}
        if part not in fields:
            return []
        annotation = fields[part].annotation
        model = dict if part == "newsletters" else annotation if _is_section(annotation) else None
    if model is None or model is dict:
        return []
    return [f.alias or name for name, f in model.model_fields.items() if name != "base"]


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)
