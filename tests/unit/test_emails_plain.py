"""The quick way to check a plain address gives the slow one's answers."""

from __future__ import annotations

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.emails import checked_email, parse_email

_LETTERS = st.text(string.ascii_letters + string.digits + "+-_.'", max_size=70)
_DOMAINS = st.text("aBz09-.xn", max_size=70)


def answer(text: str, *, slowly: bool) -> object:
    try:
        return checked_email(text.strip()) if slowly else parse_email(text)
    except ValueError as error:
        return str(error)


@settings(max_examples=1500, deadline=None)
@given(_LETTERS, _DOMAINS, st.sampled_from(["", ".example", ".de", ".c0m", ".x-y", "." + "a" * 64]))
def test_both_ways_give_one_answer(local: str, domain: str, end: str) -> None:
    """Addresses nearly of the plain form are the same person, or the same error, both ways."""
    text = f"{local}@{domain}{end}"
    assert answer(text, slowly=False) == answer(text, slowly=True)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=60))
def test_any_text_gives_one_answer(text: str) -> None:
    """Also what is far from an address, with spaces around it."""
    assert answer(text, slowly=False) == answer(text, slowly=True)


@pytest.mark.parametrize(
    "text",
    [
        "Info@Example.ORG", "a@b.c", "a.b@x.example", ".a@x.example", "a.@x.example", "a..b@x.example",
        "a@xn--mnchen-3ya.de", "a@ab--cd.de", "a@-x.de", "a@x-.de", "a@1.2", "a@1.23", "a@x.example.",
        "x" * 64 + "@x.example", "x" * 65 + "@x.example", "a@" + "x" * 63 + ".de", "a@" + "x" * 64 + ".de",
        "a@" + "x." * 124 + "de", "x" * 60 + "@" + "y." * 95 + "example", "+a@x.example", "-a@x.example",
        "_@x.example", "=a@x.example", "POSTMASTER@x.example", "a@localhost", "a@x.test", "\u212a@x.example",
    ],
)  # fmt: skip
def test_addresses_on_the_edge_give_one_answer(text: str) -> None:
    """Lengths, dots, hyphens and names that count without their case."""
    assert answer(text, slowly=False) == answer(text, slowly=True)
