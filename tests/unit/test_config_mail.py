"""The mail part of the configuration: relays, limits, headers, senders, the operator."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

import pytest

from syndicate.config import Config
from syndicate.configfile import parse_config
from syndicate.configmail import Timeouts
from syndicate.delivery import session
from syndicate.errors import ConfigError

HEAD = """\
publication: {title: Kabar, url: https://news.example.org}
newsletters:
  daily: {title: Daily, from: Desk <desk@daily.example>, reply_to: ask@news.example.org, stale_after: 36h}
  weekly: {title: Weekly, days: [mon]}
mail:
  from: Kabar <kabar@news.example.org>
  transport: smtp
"""
TWO = """\
  relays:
    - {host: a.example, weight: 3, per_second: 2.5, per_day: 300}
    - name: second
      host: b.example
      priority: 1
      per_hour: 100
      domains: {GMail.com: 20/s, müller.example: 1000/h, x.example: 5000 / d}
"""


def parse(text: str) -> Config:
    return parse_config(text, name="config.yaml", base=Path("/srv/news"), environment={})


def faults(more: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(HEAD + more)
    return caught.value.faults


def test_relays_are_a_list_with_shares_and_limits() -> None:
    """Each relay has its own limits, domains are A-labels, and the default name is the host."""
    first, second = (relay for _, relay in parse(HEAD + TWO).mail.all_relays)
    assert (first.label, first.weight, first.per_second, first.per_day) == ("a.example", 3, 2.5, 300)
    assert (second.label, second.priority, second.per_hour) == ("second", 1, 100)
    assert {name: (rate.count, rate.seconds) for name, rate in second.domains.items()} == {
        "gmail.com": (20, 1),
        "xn--mller-kva.example": (1000, 3600),
        "x.example": (5000, 86_400),
    }


def test_one_relay_is_written_without_a_list() -> None:
    """mail.smtp takes the same limits, and is one relay under its host's name."""
    config = parse(HEAD + "  smtp: {host: a.example, per_second: 5, domains: {gmail.com: 1/m}}\n")
    [(place, relay)] = config.mail.all_relays
    assert (place, relay.label, relay.per_second) == (("mail", "smtp"), "a.example", 5)
    assert relay.domains["gmail.com"].seconds == 60


def test_a_provider_names_its_relay() -> None:
    """Where only the provider is given, the relay is called after it."""
    [(_, relay)] = parse(HEAD + "  provider: gmail\n").mail.all_relays
    assert (relay.label, relay.provider) == ("gmail", "gmail")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("  relays: [{hots: x}]\n", "8:13: mail.relays.0.hots: is not a setting; did you mean host?"),
        (
            "  relays: [{host: x, domains: {gmail.com: 20}}]\n",
            "8:43: mail.relays.0.domains.gmail.com: write a rate such as 20/s, 1000/h or 5000/d",
        ),
        (
            "  relays: [{host: x, domains: {'a b': 20/s}}]\n",
            "8:32: mail.relays.0.domains.a b: 'a b' is not a domain such as gmail.com",
        ),
        ("  relays: [{host: x, weight: 0}]\n", "8:30: mail.relays.0.weight: must be greater than or equal"),
        ("  relays: [{host: x, per_second: fast}]\n", "8:34: mail.relays.0.per_second: must be a number"),
        ("  relays: [{name: a b, host: x}]\n", "8:19: mail.relays.0.name: must be letters, digits"),
        ("  relays: {host: x}\n", "8:11: mail.relays: must be a list, one to a dash"),
        ("  relays: []\n", "8:11: mail.relays: must not be empty"),
        (
            "  smtp: {host: x}\n  relays: [{host: y}]\n",
            "9:11: mail.relays: give smtp for one relay or relays for several, not both",
        ),
        (
            "  relays: [{host: x}, {host: x}]\n",
            "8:23: mail.relays.1.name: x is another relay too; give each a name of its own",
        ),
        ("  provider: ses\n", "5:1: mail.smtp.region: is required with provider: ses"),
        (
            "  provider: ses\n  smtp: {region: mars}\n",
            "9:18: mail.smtp.region: must be a region of ses such as eu-central-1",
        ),
        (
            "  provider: gmail\n  smtp: {region: eu}\n",
            "9:18: mail.smtp.region: goes with provider: ses or mailgun",
        ),
        ("  provider: gmial\n", "8:13: mail.provider: must be 'gmail', 'ses', 'postmark'"),
        (
            "  provider: gmail\n  relays: [{host: x}]\n",
            "8:13: mail.provider: goes with mail.smtp; give each of mail.relays its own",
        ),
        ("  headers: {Subject: x}\n", "8:13: mail.headers.Subject: is set by syndicate"),
        ("  headers: {content-language: x}\n", "8:13: mail.headers.content-language: is set by syndicate"),
        ("  headers: {Résumé: x}\n", "8:13: mail.headers.Résumé: must be letters, digits and -"),
        ('  headers: {X-A: "x\\r\\nBcc: y"}\n', "8:18: mail.headers.X-A: must be a text on one line"),
        (
            "  headers: {X-A: x, x-a: y}\n",
            "8:12: mail.headers: holds a name twice; its case does not count",
        ),
        ("  bounce_address: nobody\n", "8:19: mail.bounce_address: 'nobody' is not a mail address"),
        ("  in_doubt: 0\n", "8:13: mail.in_doubt: must be greater than or equal to 1"),
        ("  on_unknown: drop\n", "8:15: mail.on_unknown: must be 'resend' or 'hold'"),
        ("  timeouts: {dto: 5m}\n", "8:14: mail.timeouts.dto: is not a setting; did you mean dot?"),
        ("operator: {emial: x}\n", "8:12: operator.emial: is not a setting; did you mean email?"),
    ],
)
def test_each_fault_has_its_place(more: str, fault: str) -> None:
    """A wrong relay, limit, header or address is told with line, column and what to write."""
    [told] = faults(more)
    assert told.startswith(f"config.yaml:{fault}")


def test_a_webhooks_address_is_in_no_fault_and_no_repr() -> None:
    """Its path may be a secret."""
    for bad in (
        "ftp://hooks.example/hush",
        "https://u:p@hooks.example/hush",
        "hush",
        "https://hooks.example/hu sh",
    ):
        [told] = faults(f"operator: {{webhook: '{bad}'}}\n")
        assert "operator.webhook" in told
        assert "hush" not in told and "u:p" not in told
    config = parse(HEAD + "operator: {email: op@example.org, webhook: 'https://hooks.example/hush?k=1'}\n")
    assert config.operator.webhook == "https://hooks.example/hush?k=1"
    assert config.operator.email is not None
    assert config.operator.email.address == "op@example.org"
    assert "hush" not in repr(config) and "hush" not in str(config.operator)


def test_an_operator_whose_variables_are_empty_is_nobody() -> None:
    """An empty text, as from ${WEBHOOK:-}, is no address."""
    config = parse(HEAD + "operator: {email: '${TO:-}', webhook: '${WEBHOOK:-}'}\n")
    assert (config.operator.email, config.operator.webhook) == (None, None)


def test_letters_are_from_the_newsletter_and_bounce_where_told() -> None:
    """The envelope's sender is bounce_address, else the newsletter's from, else mail.from."""
    config = parse(HEAD)
    assert config.letter_sender("daily").name == "Desk"
    assert config.envelope_sender("daily") == "desk@daily.example"
    assert config.envelope_sender("weekly") == config.envelope_sender() == "kabar@news.example.org"
    assert config.envelope_sender("of old") == "kabar@news.example.org"
    bouncing = parse(HEAD + "  bounce_address: Back@Bounce.example\n")
    assert bouncing.envelope_sender("daily") == bouncing.envelope_sender() == "Back@bounce.example"


def test_what_is_not_given_has_the_defaults_of_the_standard() -> None:
    """Timeouts are RFC 5321's as the session has them; nothing else limits or holds."""
    mail = parse(HEAD).mail
    assert {name: value.total_seconds() for name, value in mail.timeouts} == {
        name: seconds for name, seconds in asdict(session.Timeouts()).items() if name in Timeouts.model_fields
    }
    assert (mail.in_doubt, mail.on_unknown, mail.headers) == (None, "resend", {})
    newsletters = parse(HEAD).newsletters
    assert newsletters["daily"].stale_after == timedelta(hours=36)
    assert newsletters["weekly"].stale_after is None
