"""The table of relays: each transport of config.yaml, how it is made and how it is put in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.config import Config
from syndicate.delivery.folder import FolderRelay
from syndicate.delivery.ports import Relay, Tell, tell_nobody
from syndicate.delivery.smtp import SmtpRelay, SmtpSettings


@dataclass(frozen=True, slots=True)
class Transport:
    """One way for letters to leave."""

    make: Callable[[Config, Tell], Relay]
    describe: Callable[[Config], str]


def _make_folder(config: Config, tell: Tell) -> Relay:  # noqa: ARG001 one step, and it cannot be listened to
    return FolderRelay(config.mail.folder)


def _describe_folder(config: Config) -> str:
    return f"letters are written as .eml files to {config.mail.folder}; nobody is mailed"


def _make_smtp(config: Config, tell: Tell) -> Relay:
    smtp = config.mail.smtp
    settings = SmtpSettings(
        host=smtp.host,
        port=smtp.port,
        security=smtp.security,
        username=smtp.username,
        password=config.smtp_password,
    )
    return SmtpRelay(settings, tell)


def _describe_smtp(config: Config) -> str:
    smtp = config.mail.smtp
    security = {"tls": "tls", "starttls": "starttls", "none": "not encrypted"}[smtp.security]
    name = f" as {smtp.username}" if smtp.username else " without login"
    return f"letters go out through {smtp.host}:{smtp.port} ({security}){name}"


TRANSPORTS: Final[Mapping[str, Transport]] = {
    "folder": Transport(_make_folder, _describe_folder),
    "smtp": Transport(_make_smtp, _describe_smtp),
}


def make_relay(config: Config, tell: Tell = tell_nobody) -> Relay:
    """Return the relay that `mail.transport` names. `tell` hears of each step when it is opened."""
    return TRANSPORTS[config.mail.transport].make(config, tell)


def describe(config: Config) -> str:
    """Return in words where letters go."""
    return TRANSPORTS[config.mail.transport].describe(config)
