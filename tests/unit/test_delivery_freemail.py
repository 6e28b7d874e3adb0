"""Whose addresses no relay of ours may send with."""

from __future__ import annotations

import pytest

from syndicate.delivery.freemail import refused_from


@pytest.mark.parametrize(
    "domain",
    [
        *("gmail.com", "Googlemail.com", "yahoo.com", "yahoo.co.id", "yahoo.com.br", "ymail.com"),
        *("outlook.com", "hotmail.co.uk", "live.nl", "msn.com", "aol.com", "icloud.com", "me.com"),
        *("gmx.de", "gmx.net", "web.de", "mail.ru", "bk.ru", "yandex.ru", "ya.ru", "qq.com", "163.com"),
    ],
)
def test_a_free_address_goes_through_its_own_relay_alone(domain: str) -> None:
    """Any other server's letters from it are told off, with the relay that may."""
    why = refused_from(domain, "smtp-relay.brevo.com")
    assert why is not None and domain in why
    own = why.rpartition("(")[2].rstrip(")")
    assert refused_from(domain, own) is None
    assert refused_from(domain, f"{own.upper()}.") is None
    assert refused_from(domain, f"{own}.evil.example") is not None


@pytest.mark.parametrize(
    "domain",
    ["example.org", "mygmail.com", "gmail.com.example.org", "news.yahoo.example", "live.example", "email.ru"],
)
def test_a_domain_of_ones_own_may_use_any_relay(domain: str) -> None:
    """A name that only looks alike is nobody's but its owner's."""
    assert refused_from(domain, "mail.example.org") is None
