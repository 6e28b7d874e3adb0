"""The IP addresses of visitors: what is kept of one, and as whom limits count it. Pure."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_PLAIN = re.compile(rf"((?:{_OCTET}\.){{3}}){_OCTET}", re.ASCII)  # an import has a million: 20 times as fast
Keeping = Literal["none", "truncated", "full"]


def kept_ip(text: str, keeping: Keeping) -> str | None:
    """Return what is kept of an IP address: all, the network that it is in (/24, /48), or None.

    None too where `text` is no address.
    """
    if keeping == "none":
        return None
    if keeping == "truncated" and (plain := _PLAIN.fullmatch(text)):
        return f"{plain[1]}0"
    address = _address(text)
    if address is None:
        return None
    if keeping == "full":
        return str(address)
    length = 24 if isinstance(address, IPv4Address) else 48
    return str(ip_network((address, length), strict=False).network_address)


def counted_as(text: str) -> str:
    """Return as whom a visitor is counted: his IPv4 address, or the /64 that is one household's of IPv6.

    A text that is no address counts as itself: whoever cannot be told apart is one.
    """
    address = _address(text)
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address) if address else text[:100]


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
