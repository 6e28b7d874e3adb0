"""One HTTP request to another machine, and its answer: within a time, no redirect followed.

The door for HTTP that goes out. Whoever must not reach into the operator's own network asks with
`public_only`: the name is looked up once, every address is judged, and only a judged one is connected to.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6, SHUT_RDWR, SOCK_STREAM, getaddrinfo, socket
from threading import Event, Thread
from time import monotonic
from typing import Any, Final
from urllib.parse import quote, urlsplit

from syndicate import __version__

TIMEOUT: Final = 10.0  # seconds for the whole answer
LARGEST: Final = 4096  # bytes of an answer's body; the rest is not read
_KINDS: Final[Mapping[str, type[HTTPConnection]]] = {"http": HTTPConnection, "https": HTTPSConnection}
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are an IPv4 address
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"  # what an address has as it is given; the rest is percent-encoded

Found = Sequence[tuple[Any, ...]]  # as socket.getaddrinfo gives them: family, kind, protocol, name, address
Resolve = Callable[..., Found]


class NoAnswer(Exception):
    """No answer came; the text says why, without the address that was asked."""


class PrivateAddress(NoAnswer):
    """The host is not on the public internet, so that it was not asked."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an http or https `url`."""

    method: str
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came: its headers by their names in lower case, and the beginning of its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


def ask(
    request: Request,
    *,
    timeout: float = TIMEOUT,
    public_only: bool = False,
    resolve: Resolve = getaddrinfo,
) -> Answer:
    """Return the answer to `request`, whatever its status.

    Raises NoAnswer where none came within `timeout` seconds, however slowly it trickles, and PrivateAddress
    where with `public_only` any of the host's addresses is not public.
    """
    asking = _Asking(request, monotonic() + timeout, public_only, resolve)
    answer: Future[Answer] = Future()

    def work() -> None:
        try:
            answer.set_result(asking.answer())
        except BaseException as error:
            answer.set_exception(error)

    Thread(target=work, name="ask", daemon=True).start()  # no timeout of a socket ends the look-up of a name
    try:
        return answer.result(timeout)
    except TimeoutError:
        asking.cut()
        raise NoAnswer(f"no answer within {timeout:.2g} s") from None
    except (OSError, HTTPException, ValueError) as error:
        raise NoAnswer(_words(error)) from None


class _Asking:
    """One request under way, in a thread of its own, that another may cut."""

    def __init__(self, request: Request, until: float, public_only: bool, resolve: Resolve) -> None:
        self._request = request
        self._until = until
        self._public_only = public_only
        self._resolve = resolve
        self._over = Event()
        self._socket: socket | None = None

    def cut(self) -> None:
        """Have the thread end soon."""
        self._over.set()
        with suppress(OSError):
            if self._socket is not None:
                self._socket.shutdown(SHUT_RDWR)

    def answer(self) -> Answer:
        parts = urlsplit(self._request.url)
        if parts.scheme not in _KINDS or not parts.hostname:
            raise NoAnswer("it is no http or https address")
        kind = _KINDS[parts.scheme]
        host, port = parts.hostname, parts.port or kind.default_port
        connection = kind(host, parts.port)
        connection.auto_open = 0  # else it would look the name up again where the first connection is lost
        self._socket = self._connected(self._judged(host, port))
        try:
            if parts.scheme == "https":
                # held before the handshake, which may take for ever
                self._socket = ssl.create_default_context().wrap_socket(
                    self._socket, server_hostname=host, do_handshake_on_connect=False
                )
                self._socket.do_handshake()
            connection.sock = self._socket
            return self._exchanged(connection, quote(parts.path or "/", _SAFE), quote(parts.query, _SAFE))
        finally:
            self._socket.close()

    def _exchanged(self, connection: HTTPConnection, path: str, query: str) -> Answer:
        request = self._request
        headers = {"User-Agent": f"syndicate/{__version__}", "Connection": "close", **request.headers}
        connection.request(request.method, f"{path}?{query}" if query else path, request.body, headers)
        with connection.getresponse() as response:
            body = response.read(LARGEST)
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, body)

    def _judged(self, host: str, port: int) -> Found:
        """Return the addresses of `host`; PrivateAddress where one is not public and must be."""
        found = [one for one in self._resolve(host, port, type=SOCK_STREAM) if one[0] in (AF_INET, AF_INET6)]
        if self._public_only and not all(is_public(one[4][0]) for one in found):
            raise PrivateAddress("its host has a private address")
        return found

    def _connected(self, found: Found) -> socket:
        """Return a connection to the first of the addresses `found` that takes one."""
        last: OSError = OSError("its host has no address")
        for family, kind, protocol, _, address in found:
            left = self._until - monotonic()
            if left <= 0 or self._over.is_set():
                raise TimeoutError
            made = socket(family, kind, protocol)
            made.settimeout(left)
            self._socket = made
            try:
                made.connect(address)
            except OSError as error:
                made.close()
                last = error
                continue
            return made
        raise last


def is_public(text: str) -> bool:
    """Return whether an IP address is one of the public internet, also where it is wrapped in another.

    Not so are private, loopback, link-local, shared, multicast and reserved ones (IANA's special-purpose
    registries), and IPv6 addresses that stand for such of IPv4.
    """
    address = ipaddress.ip_address(text)
    inner = _inner(address) if isinstance(address, IPv6Address) else None
    if inner is not None:
        return is_public(str(inner))
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 address leads to, None where it leads to none."""
    if address.ipv4_mapped or address.sixtofour:
        return address.ipv4_mapped or address.sixtofour
    if address.teredo:
        return address.teredo[1]
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None


def _words(error: Exception) -> str:
    """Return what went wrong, without the host that OpenSSL's longer words name."""
    said = getattr(error, "reason", None) or getattr(error, "strerror", None)
    return str(said or (error if type(error) is OSError else type(error).__name__))
