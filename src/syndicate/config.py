"""config.yaml -> a frozen Config; every fault at once, each with file:line:column."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field

from syndicate.configcontent import Content, Links
from syndicate.configfeeds import Feeds, several
from syndicate.configletter import Letter
from syndicate.configmail import Mail
from syndicate.confignewsletter import WEEKDAYS, Newsletter, NewsletterName, Selection
from syndicate.configplaces import Places
from syndicate.configtypes import (
    Address,
    Duration,
    Language,
    LocalPath,
    Mailbox,
    Origin,
    Section,
    Text,
    Url,
    Webhook,
    parse_duration,
    parse_listen,
    parse_proxy,
    parse_zone,
)

__all__ = [
    "NOT_SET",
    "WEEKDAYS",
    "Config",
    "Mailbox",
    "Newsletter",
    "Publication",
    "Selection",
    "field_names",
    "parse_duration",
]


NOT_SET = ("base", "file")  # fields of Config that say where it was read, and are no settings


class Publication(Section):
    title: Text
    url: Url
    description: str = ""
    language: Language = "en"
    timezone: Annotated[ZoneInfo, BeforeValidator(parse_zone)] = ZoneInfo("UTC")
    author: str = ""
    icon: Url | None = None
    postal_address: str = Field(default="", max_length=500)
    privacy_url: Url | None = None
    contact: str = Field(default="", max_length=500)


class Publish(Section):
    """Where files go: the folder is the truth, `to` are places that it is brought to."""

    folder: LocalPath = Field(default="public", validate_default=True)
    to: Places = ()


class Database(Section):
    url: str = "sqlite:///var/syndicate.db"


class Web(Section):
    listen: Annotated[tuple[str, int], BeforeValidator(parse_listen)] = ("127.0.0.1", 8000)
    url: Url | None = None
    trusted_proxies: tuple[Annotated[str, BeforeValidator(parse_proxy)], ...] = ("127.0.0.1", "::1")
    form_origins: Annotated[tuple[Origin, ...], BeforeValidator(several)] = ()


class Privacy(Section):
    """What is kept of people: their IP addresses with what they agreed to, and those who left for how long.

    An IP address goes after 30 days; where `forget` is set, who left that long ago is erased.
    """

    ip: Literal["none", "truncated", "full"] = "truncated"
    forget: Duration | None = None


class Templates(Section):
    folder: LocalPath | None = None


class Operator(Section):
    """Who is told when something needs a hand. The webhook's address is a secret."""

    email: Address = None
    webhook: Webhook = Field(default=None, repr=False)


class Config(Section):
    """Everything an operator can set. Paths are absolute or relative to the config file's folder."""

    publication: Publication
    content: Content = Field(default_factory=dict, validate_default=True)
    publish: Publish = Field(default_factory=dict, validate_default=True)
    pages: bool = True
    links: Links = Links()
    feeds: Feeds = Feeds()
    letter: Letter = Letter()
    newsletters: dict[NewsletterName, Newsletter] = Field(default={})
    mail: Mail
    operator: Operator = Operator()
    database: Database = Database()
    web: Web = Web()
    privacy: Privacy = Privacy()
    templates: Templates = Templates()
    base: Path = Field(default=Path(), exclude=True)
    file: str = Field(default="config.yaml", exclude=True)  # as the operator names it

    @property
    def web_url(self) -> str:
        """Where syndicate answers: the unsubscribe links start with it."""
        return self.web.url or self.publication.url

    @property
    def wait(self) -> timedelta | None:
        """How long a new article's page may take until the operator is told; None: nothing waits for it."""
        return None if self.pages else self.links.wait

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

    def letter_sender(self, newsletter: str = "") -> Mailbox:
        """Return whom letters of `newsletter` are from; without one, letters of none."""
        known = self.newsletters.get(newsletter)
        return known.sender if known and known.sender else self.mail.sender

    def envelope_sender(self, newsletter: str = "") -> str:
        """Return the address that bounces of letters of `newsletter` go to."""
        bounce = self.mail.bounce_address
        return (bounce or self.letter_sender(newsletter).email).address


def field_names(*location: str | int) -> list[str]:
    """Return the names known at `location` of the configuration, for a hint at a misspelt one."""
    kind: Any = Config
    for part in location:
        kind = _inner(kind, part)
    if not _is_section(kind):
        return []
    return [name for name in _fields(kind) if name not in NOT_SET]


def _inner(kind: Any, part: str | int) -> Any:
    """Return the type at `part` of a value of type `kind`, None where there is none."""
    if _is_section(kind):
        return _fields(kind).get(str(part))
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return arguments[1]
    return arguments[0] if get_origin(kind) is tuple and isinstance(part, int) else None


def _fields(kind: type[Section]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Section)
