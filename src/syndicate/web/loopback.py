"""Who may see what is the operator's alone, until there is a login: whoever sits at this machine. Pure.

The peer must be loopback, nobody may have passed the request on, and the Host must be this machine's: a page
elsewhere whose name is made to lead here (DNS rebinding) names its own.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address, ip_address
from typing import Final, Literal

from starlette.types import Scope

Verdict = Literal["yes", "stranger", "wrong host"]

_PASSED_ON: Final = frozenset({b"forwarded", b"via", b"x-real-ip", b"true-client-ip", b"cf-connecting-ip"})
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{1,5})?")
_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_ANY: Final = frozenset({"", "0.0.0.0", "::", "*"})  # noqa: S104 an address to listen at that is no name


def may_see(scope: Scope, listen: str) -> Verdict:
    """Return whether a request may see the operator's pages; `listen` is the address that is listened at.

    Where a proxy is trusted the server writes its client over the peer, but only from a header whose mere
    presence refuses here.
    """
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    names = [name.lower() for name, _ in headers]
    if any(name in _PASSED_ON or name.startswith(b"x-forwarded") for name in names):
        return "stranger"
    if not is_loopback((scope.get("client") or ("",))[0]):
        return "stranger"
    hosts = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
    if len(hosts) != 1 or host_name(hosts[0]) not in _NAMES | ({listen.lower()} - _ANY):
        return "wrong host"
    return "yes"


def is_loopback(peer: str) -> bool:
    """Tell whether an address is this machine's own, also as IPv6 writes one of IPv4."""
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (inner or address).is_loopback


def host_name(host: str) -> str:
    """Return the name in a Host field, without the port; "" where it is none (RFC 9110 section 7.2)."""
    match = _HOST.fullmatch(host)
    return match[1].strip("[]").rstrip(".").lower() if match else ""
