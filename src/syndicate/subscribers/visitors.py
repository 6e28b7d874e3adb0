"""The IP addresses of visitors: what is kept of one, and as whom limits count it. Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal

Keeping = Literal["none", "truncated", "full"]


def kept_ip(text: str, keeping: Keeping) -> str | None:
    """Return what is kept of an IP address: all, the network that it is in (/24, /48), or None.

    None too where `text` is no address.
    """
    address = _address(text)
    if address is None or keeping == "none":
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
