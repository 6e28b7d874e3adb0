"""What is kept of IP addresses, and as whom they are counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.subscribers.visitors import counted_as, kept_ip


@pytest.mark.parametrize(
    ("text", "keeping", "kept"),
    [
        ("203.0.113.77", "truncated", "203.0.113.0"),
        ("203.0.113.77", "full", "203.0.113.77"),
        ("203.0.113.77", "none", None),
        ("2001:db8:1:2:3::9", "truncated", "2001:db8:1::"),
        ("::ffff:203.0.113.77", "truncated", "203.0.113.0"),
        ("fe80::1%eth0", "full", "fe80::1"),
        ("unix:", "full", None),
        ("", "truncated", None),
    ],
)
def test_kept(text: str, keeping: str, kept: str | None) -> None:
    """The network is kept where it is truncated, and nothing of what is no address."""
    assert kept_ip(text, keeping) == kept  # type: ignore[arg-type]


def test_a_household_of_ipv6_is_one_and_so_is_each_ipv4_address() -> None:
    """All of a /64 count as one; IPv4 within IPv6 counts as itself."""
    assert (
        counted_as("2001:db8:1:2::1") == counted_as("2001:db8:1:2:ffff::9") != counted_as("2001:db8:1:3::1")
    )
    assert counted_as("::ffff:203.0.113.7") == counted_as("203.0.113.7") != counted_as("203.0.113.8")


@given(st.text(max_size=300))
def test_no_text_is_too_odd(text: str) -> None:
    """Whatever a server says a client is called is answered."""
    assert len(counted_as(text)) <= 100
    kept_ip(text, "truncated")
