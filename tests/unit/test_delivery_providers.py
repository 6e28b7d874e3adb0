"""The table of providers, and what a relay of one is when only a little is configured."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest

from syndicate.config import Config
from syndicate.configmail import MailRelay, ProviderName
from syndicate.delivery.providers import PROVIDERS, letter_headers, relays_of
from syndicate.delivery.relays import make_relays


def configured(**mail: Any) -> Config:
    values = {
        "publication": {"title": "Kabar", "url": "https://news.example.org"},
        "mail": {"from": "Kabar <news@example.org>", "transport": "smtp", **mail},
    }
    return Config.model_validate(values, context={"base": Path("/srv")})


def only_relay(**mail: Any) -> MailRelay:
    [(_, relay)] = relays_of(configured(**mail))
    return relay


def test_the_table_has_each_provider_of_the_configuration() -> None:
    """A name that mail.provider may hold is in the table, and no other is."""
    assert set(PROVIDERS) == set(get_args(ProviderName))


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_a_provider_is_either_told_not_to_track_or_the_operator_is(name: str) -> None:
    """Headers turn tracking off, or the table says what to do; Gmail does not track. TLS is required."""
    known = PROVIDERS[name]
    assert known.headers or known.tracks or name == "gmail"
    assert known.security in ("starttls", "tls")
    assert known.note or known.per_day is None


def test_a_provider_fills_what_is_not_given() -> None:
    """Host, port, security, user name, and limits come from the table."""
    relay = only_relay(provider="sendgrid", smtp={"password": "x"})
    assert (relay.host, relay.port, relay.security) == ("smtp.sendgrid.net", 587, "starttls")
    assert (relay.username, relay.per_day, relay.per_connection) == ("apikey", 100, 5000)
    [spec] = make_relays(configured(provider="sendgrid"))
    assert (spec.name, spec.limits.per_day, spec.connections) == ("sendgrid", 100, 4)


def test_what_is_given_outweighs_the_table() -> None:
    """A bigger plan has its own limits, and null is no limit."""
    relay = only_relay(
        provider="ses",
        smtp={"region": "eu-central-1", "per_day": None, "per_second": 14, "port": 465, "security": "tls"},
    )
    assert (relay.host, relay.port) == ("email-smtp.eu-central-1.amazonaws.com", 465)
    assert (relay.per_day, relay.per_second, relay.security) == (None, 14, "tls")
    given = only_relay(provider="ses", smtp={"host": "relay.example"})
    assert (given.host, given.name, given.per_day) == ("relay.example", "relay.example", 200)


def test_a_region_is_part_of_the_host_where_there_are_some() -> None:
    """Mailgun keeps the domains of its European region on a host of their own."""
    assert only_relay(provider="mailgun").host == "smtp.mailgun.org"
    assert only_relay(provider="mailgun", smtp={"region": "eu"}).host == "smtp.eu.mailgun.org"


def test_without_a_provider_nothing_is_added() -> None:
    """A relay of one's own has no limits but those that are given."""
    relay = only_relay(smtp={"host": "mail.example.org", "per_hour": 50})
    assert (relay.name, relay.per_hour, relay.per_day, relay.port) == ("mail.example.org", 50, None, 587)
    assert letter_headers(configured()) == ()


def test_letters_have_the_headers_of_every_provider() -> None:
    """Which relay takes a letter is not known when it is frozen; mail.headers outweighs by name."""
    config = configured(
        relays=[{"provider": "mailgun"}, {"provider": "postmark"}, {"host": "x.example"}],
        headers={"x-pm-message-stream": "digests", "Feedback-ID": "a:b:c:kabar"},
    )
    headers = letter_headers(config)
    assert ("X-Mailgun-Track", "no") in headers
    assert ("X-PM-TrackLinks", "None") in headers
    assert [value for name, value in headers if name.lower() == "x-pm-message-stream"] == ["digests"]
    assert ("Feedback-ID", "a:b:c:kabar") in headers


def test_the_documentation_has_the_table() -> None:
    """Host, limit and user name of each provider stand in docs/operating.md as they are used."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "operating.md").read_text("utf-8")
    rows = {line.split("|")[1].strip(): line for line in text.splitlines() if line.startswith("| ")}
    for name, known in PROVIDERS.items():
        assert (known.host or known.host_in.format(region="REGION")) in rows[name]
        assert known.per_day is None or f"{known.per_day} a day" in rows[name]
        assert known.username in rows[name]
        assert ("header" in rows[name]) == bool(known.headers)
