"""The table of providers: where their relay is, how much it takes, and how a letter is not tracked. Pure.

Limits are those that the provider publishes; where its plans differ, those of the smallest, as `note` says:
too slow is told by `check` and mended with a line of configuration, too fast ends in refusals.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from syndicate.config import Config
from syndicate.configmail import MailRelay
from syndicate.yamldoc import Location


@dataclass(frozen=True, slots=True)
class Provider:
    """What is known of a provider's relay. `host_in` holds the place of a region in a host's name.

    `headers` turn its open and click tracking off; `tracks` says what to do where they cannot. `login` says
    what its user name is, which is a secret where `secret_username`.
    """

    host: str = ""
    host_in: str = ""
    username: str = ""
    per_second: float | None = None
    per_day: int | None = None
    per_connection: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    login: str = ""
    secret_username: bool = False
    tracks: str = ""
    note: str = ""
    port: int = 587
    security: str = "starttls"


_SENDGRID_OFF: Final = {
    "filters": {
        name: {"settings": {"enable": 0}}
        for name in ("clicktrack", "opentrack", "subscriptiontrack", "ganalytics")
    }
}

PROVIDERS: Final[Mapping[str, Provider]] = {
    "gmail": Provider(
        host="smtp.gmail.com",
        per_day=500,
        login="the whole address, with an app password",
        note="500 a day is a personal account's limit; Google Workspace has 2,000",
    ),
    "ses": Provider(
        host_in="email-smtp.{region}.amazonaws.com",
        per_second=1,
        per_day=200,
        login="SMTP credentials of that region, which are no access keys",
        tracks="publish no open or click events in the configuration set that your account uses",
        note="1 a second and 200 a day are the sandbox's; other accounts see their quota in the console",
    ),
    "postmark": Provider(
        host="smtp-broadcasts.postmarkapp.com",
        headers={
            "X-PM-Message-Stream": "broadcast",
            "X-PM-TrackOpens": "false",
            "X-PM-TrackLinks": "None",
        },
        login="the server's API token, also as the password",
        secret_username=True,
        tracks="leave open tracking off in the server's settings: there it outweighs the letter's header",
        note="no limit per second or day is published; plans count by the month",
    ),
    "brevo": Provider(
        host="smtp-relay.brevo.com",
        per_day=300,
        login="the login that it shows beside the SMTP key",
        tracks="turn tracking off in the account's settings: no header does",
        note="300 a day is the free plan's limit",
    ),
    "mailgun": Provider(
        host="smtp.mailgun.org",
        host_in="smtp.{region}.mailgun.org",
        per_day=100,
        headers={"X-Mailgun-Track": "no", "X-Mailgun-Track-Clicks": "no", "X-Mailgun-Track-Opens": "no"},
        login="the SMTP user of your domain",
        note="100 a day is the free plan's limit; region: eu for domains that are kept there",
    ),
    "mailjet": Provider(
        host="in-v3.mailjet.com",
        per_day=200,
        headers={"X-Mailjet-TrackOpen": "0", "X-Mailjet-TrackClick": "0"},
        login="the API key, with the secret key as password",
        note="200 a day is the free plan's limit",
    ),
    "sendgrid": Provider(
        host="smtp.sendgrid.net",
        username="apikey",
        per_day=100,
        per_connection=5000,
        headers={"X-SMTPAPI": json.dumps(_SENDGRID_OFF)},
        login="always apikey, with an API key as password",
        note="100 a day is the trial's limit",
    ),
}


def provider_of(relay: MailRelay) -> Provider | None:
    """Return the provider that a relay names."""
    return PROVIDERS[relay.provider] if relay.provider else None


def relays_of(config: Config) -> tuple[tuple[Location, MailRelay], ...]:
    """Return the configured relays with their places; what is not given has its provider's value."""
    return tuple((place, _filled(relay)) for place, relay in config.mail.all_relays)


def _filled(relay: MailRelay) -> MailRelay:
    known = provider_of(relay)
    if known is None:
        return relay.model_copy(update={"name": relay.label})
    values: dict[str, Any] = {
        "host": known.host_in.format(region=relay.region) if relay.region else known.host,
        "port": known.port,
        "security": known.security,
        "username": known.username,
        "per_second": known.per_second,
        "per_day": known.per_day,
        "per_connection": known.per_connection or relay.per_connection,
    }
    missing = {name: value for name, value in values.items() if name not in relay.model_fields_set}
    return relay.model_copy(update={**missing, "name": relay.label})


def letter_headers(config: Config) -> tuple[tuple[str, str], ...]:
    """Return the headers that each letter has from the configuration, those of its providers first.

    A letter is frozen before a relay is chosen, so it has those of every provider; `mail.headers` outweighs
    them by name.
    """
    own = config.mail.headers
    given = {name.lower() for name in own}
    headers: dict[str, str] = {}
    for _, relay in config.mail.all_relays:
        known = provider_of(relay)
        headers.update(known.headers if known else {})
    kept = {name: value for name, value in headers.items() if name.lower() not in given}
    return (*kept.items(), *own.items())
