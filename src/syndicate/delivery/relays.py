"""The table of relays: each transport of config.yaml, how it is made and how it is put in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.config import Config
from syndicate.configmail import MailRelay
from syndicate.configmail import Timeouts as Lengths
from syndicate.delivery.folder import FolderRelay
from syndicate.delivery.limits import Limits
from syndicate.delivery.plan import RelaySpec
from syndicate.delivery.ports import Tell, tell_nobody
from syndicate.delivery.providers import provider_of, relays_of
from syndicate.delivery.session import Timeouts
from syndicate.delivery.smtp import SmtpRelay, SmtpSettings


@dataclass(frozen=True, slots=True)
class Transport:
    """One way for letters to leave, over one or several relays."""

    make: Callable[[Config, Tell], tuple[RelaySpec, ...]]
    describe: Callable[[Config], str]


def _make_folder(config: Config, tell: Tell) -> tuple[RelaySpec, ...]:  # noqa: ARG001 it has no steps
    return (RelaySpec("folder", FolderRelay(config.mail.folder)),)


def _describe_folder(config: Config) -> str:
    return f"letters are written as .eml files to {config.mail.folder}; nobody is mailed"


def _make_smtp(config: Config, tell: Tell) -> tuple[RelaySpec, ...]:
    timeouts = timeouts_of(config.mail.timeouts)
    return tuple(_spec(relay, timeouts, tell) for _, relay in relays_of(config))


def _spec(relay: MailRelay, timeouts: Timeouts, tell: Tell) -> RelaySpec:
    settings = SmtpSettings(
        host=relay.host,
        port=relay.port,
        security=relay.security,
        username=relay.username,
        password=relay.read_password,
        timeouts=timeouts,
        per_connection=relay.per_connection,
    )
    return RelaySpec(
        name=relay.name,
        relay=SmtpRelay(settings, tell),
        connections=relay.connections,
        weight=relay.weight,
        priority=relay.priority,
        limits=limits_of(relay),
    )


def timeouts_of(lengths: Lengths) -> Timeouts:
    """Return the configured lengths of time in seconds."""
    return Timeouts(**{name: length.total_seconds() for name, length in lengths})


def limits_of(relay: MailRelay) -> Limits:
    """Return how fast a configured relay may be used."""
    return Limits(relay.per_second, relay.per_hour, relay.per_day, relay.domains)


_SECURITY: Final = {"tls": "tls", "starttls": "starttls", "none": "not encrypted"}


def _describe_smtp(config: Config) -> str:
    relays = [relay for _, relay in relays_of(config)]
    if len(relays) == 1:
        return f"letters go out through {_in_words(relays[0])}"
    lines = [f"{relay.name}: {_in_words(relay)}, {_share(relay)}" for relay in relays]
    return f"letters go out through {len(relays)} relays: {'; '.join(lines)}"


def _in_words(relay: MailRelay) -> str:
    where = f"{relay.host}:{relay.port} ({_SECURITY[relay.security]})"
    if not relay.username:
        return f"{where} without login"
    known = provider_of(relay)
    secret = known is not None and known.secret_username
    return f"{where} with login" if secret else f"{where} as {relay.username}"


def _share(relay: MailRelay) -> str:
    return f"priority {relay.priority}, weight {relay.weight}"


TRANSPORTS: Final[Mapping[str, Transport]] = {
    "folder": Transport(_make_folder, _describe_folder),
    "smtp": Transport(_make_smtp, _describe_smtp),
}


def make_relays(config: Config, tell: Tell = tell_nobody) -> tuple[RelaySpec, ...]:
    """Return the relays that `mail.transport` asks for. `tell` hears of each step when one is opened."""
    return TRANSPORTS[config.mail.transport].make(config, tell)


def describe(config: Config) -> str:
    """Return in words where letters go."""
    return TRANSPORTS[config.mail.transport].describe(config)
