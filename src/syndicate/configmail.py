"""The mail part of config.yaml: relays, limits, timeouts, headers."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from syndicate.configtypes import (
    Address,
    Domain,
    DomainRate,
    Duration,
    LocalPath,
    Section,
    Sender,
    Text,
)
from syndicate.model import Retry

ProviderName = Literal["gmail", "ses", "postmark", "brevo", "mailgun", "mailjet", "sendgrid"]
Fault = tuple[tuple[str | int, ...], str]  # the place of a setting, and what is wrong with it

_REGIONS: Final = {"ses": r"[a-z]{2}(?:-[a-z]+)+-\d", "mailgun": "eu"}
# What a letter has from us, and what makes its structure or belongs to servers on its way.
_TAKEN: Final = re.compile(
    r"(from|sender|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references|return-path|received"
    r"|delivered-to|mime-version|content-.*|list-id|list-unsubscribe(-post)?|auto-submitted"
    r"|dkim-signature|authentication-results|arc-.*|resent-.*)",
    re.IGNORECASE,
)
_LONGEST_VALUE: Final = 900  # of a header: with its name it fits a line of 998 where it cannot be folded


def _header_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,59}", name):
        raise ValueError("must be letters, digits and -, at most 60")
    if _TAKEN.fullmatch(name):
        raise ValueError("is set by syndicate or by servers on the way; choose another header")
    return name


def _header_value(value: object) -> str:
    if isinstance(value, bool):
        value = str(value).lower()
    text = str(value).strip() if isinstance(value, str | int | float) else ""
    if not text or not text.isprintable() or len(text.encode("utf-8", "replace")) > _LONGEST_VALUE:
        raise ValueError(f"must be a text on one line, of at most {_LONGEST_VALUE} bytes")
    return text


def _relay_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}", name):
        raise ValueError("must be letters, digits, ., - and _, at most 63")
    return name


RelayName = Annotated[str, AfterValidator(_relay_name)]
HeaderName = Annotated[str, AfterValidator(_header_name)]
HeaderValue = Annotated[str, BeforeValidator(_header_value)]


class Smtp(Section):
    """A relay. What is not given is the provider's where there is one (see `delivery.providers`)."""

    host: Text = "localhost"
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "starttls"
    region: str | None = None
    username: str = ""
    password: SecretStr = SecretStr("")
    password_file: LocalPath | None = None
    connections: int = Field(default=4, ge=1, le=100)
    per_connection: int = Field(default=100, ge=1, le=1_000_000)
    per_second: float | None = Field(default=None, ge=0.001, le=100_000)
    per_hour: int | None = Field(default=None, ge=1, le=1_000_000_000)
    per_day: int | None = Field(default=None, ge=1, le=1_000_000_000)
    domains: dict[Domain, DomainRate] = Field(default={})

    @model_validator(mode="after")
    def _one_password(self) -> Smtp:
        if self.password.get_secret_value() and self.password_file:
            raise ValueError("give password or password_file, not both")
        return self

    def read_password(self) -> str:
        """Return the relay's password; OSError where `password_file` cannot be read."""
        if self.password_file:
            return self.password_file.read_text("utf-8").rstrip("\r\n")
        return self.password.get_secret_value()


class MailRelay(Smtp):
    """One of several relays. Those of the lowest `priority` are used, by `weight`, while they can."""

    name: RelayName = ""
    provider: ProviderName | None = None
    weight: int = Field(default=1, ge=1, le=1000)
    priority: int = Field(default=0, ge=0, le=1000)

    @property
    def label(self) -> str:
        """The relay's name: given, else the host that is given, else the provider's."""
        if self.name or "host" in self.model_fields_set:
            return self.name or self.host
        return self.provider or self.host


class RetryTimes(Section):
    first: Duration = timedelta(minutes=5)
    longest: Duration = timedelta(hours=4)
    give_up: Duration = timedelta(days=4)

    @property
    def rule(self) -> Retry:
        return Retry(self.first, self.longest, self.give_up)


class Timeouts(Section):
    """How long a relay may take for each step (RFC 5321 section 4.5.3.2)."""

    connect: Duration = timedelta(seconds=30)
    greeting: Duration = timedelta(minutes=5)
    login: Duration = timedelta(minutes=1)
    mail: Duration = timedelta(minutes=5)
    rcpt: Duration = timedelta(minutes=5)
    data: Duration = timedelta(minutes=2)
    block: Duration = timedelta(minutes=3)
    dot: Duration = timedelta(minutes=10)


class Mail(Section):
    sender: Sender = Field(alias="from")
    transport: Literal["folder", "smtp"] = "folder"
    folder: LocalPath = Field(default="var/mail", validate_default=True)
    provider: ProviderName | None = None
    smtp: Smtp = Smtp()
    relays: tuple[MailRelay, ...] = Field(default=(), max_length=50)
    retry: RetryTimes = RetryTimes()
    timeouts: Timeouts = Timeouts()
    headers: dict[HeaderName, HeaderValue] = Field(default={}, max_length=30)
    bounce_address: Address = None
    in_doubt: int | None = Field(default=None, ge=1, le=10_000)
    on_unknown: Literal["resend", "hold"] = "resend"

    @property
    def all_relays(self) -> tuple[tuple[tuple[str | int, ...], MailRelay], ...]:
        """The place of each relay in the configuration, and what is given of it there."""
        if self.relays:
            return tuple((("mail", "relays", number), relay) for number, relay in enumerate(self.relays))
        given = {name: getattr(self.smtp, name) for name in self.smtp.model_fields_set}
        if self.provider:
            given["provider"] = self.provider
        return ((("mail", "smtp"), MailRelay.model_construct(**given)),)


def mail_faults(mail: Mail) -> list[Fault]:
    """Return what is wrong between the settings of `mail`, each of which is good alone."""
    faults: list[Fault] = []
    if not mail.retry.first <= mail.retry.longest <= mail.retry.give_up:
        faults.append((("mail", "retry"), "first must not exceed longest, nor longest give_up"))
    if "relays" in mail.model_fields_set and not mail.relays:
        faults.append((("mail", "relays"), "must not be empty"))
    if mail.relays and "smtp" in mail.model_fields_set:
        faults.append((("mail", "relays"), "give smtp for one relay or relays for several, not both"))
    if mail.relays and mail.provider:
        faults.append((("mail", "provider"), "goes with mail.smtp; give each of mail.relays its own"))
    if len({name.lower() for name in mail.headers}) < len(mail.headers):
        faults.append((("mail", "headers"), "holds a name twice; its case does not count"))
    labels: set[str] = set()
    for place, relay in mail.all_relays:
        if relay.label in labels:
            text = f"{relay.label} is another relay too; give each a name of its own"
            faults.append(((*place, "name"), text))
        labels.add(relay.label)
        faults += _region_faults(place, relay)
    return faults


def _region_faults(place: tuple[str | int, ...], relay: MailRelay) -> list[Fault]:
    pattern = _REGIONS.get(relay.provider or "")
    where = (*place, "region")
    if relay.region is None:
        if relay.provider == "ses" and "host" not in relay.model_fields_set:
            return [(where, "is required with provider: ses, such as eu-central-1")]
        return []
    if pattern is None:
        return [(where, f"goes with provider: {' or '.join(_REGIONS)}")]
    if not re.fullmatch(pattern, relay.region):
        example = "eu-central-1" if relay.provider == "ses" else pattern
        return [(where, f"must be a region of {relay.provider} such as {example}")]
    return []
