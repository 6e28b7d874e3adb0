"""A published file as it is answered: its validators, headers and bytes, made once for many requests."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import file_digest, sha256
from pathlib import Path

from syndicate import filetypes
from syndicate.caching import Ages, cache_control

Headers = list[tuple[bytes, bytes]]
Key = tuple[int, int, int]  # inode, size, time in nanoseconds: another where the bytes are

SMALL = 1 << 20  # bytes up to which a file is kept in memory
SAFETY: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"server", b"syndicate"),
)
_SUFFIXES = {"gzip": ".gz", "br": ".br"}
_LINK = re.compile(rb"<(?:atom:)?link\b[^>]*>")
_ITEM = re.compile(rb"<(?:item|entry)[\s>]")
_FIELD = re.compile(r"""(rel|href)\s*=\s*["']([^"']*)["']""")


@dataclass(frozen=True, slots=True)
class FeedTerms:
    """What answers with feeds say: seconds they may be kept, by path where they differ, and hubs.

    `policy` is what those with pages do (Content-Security-Policy).
    """

    ttl: int = 900
    ttls: Mapping[str, int] = field(default_factory=dict)
    hubs: tuple[str, ...] = ()
    base: str = ""
    policy: str = ""


@dataclass(frozen=True, slots=True)
class Coding:
    """One coding of a file: the headers of 200 and 304, and the bytes, None where they stay on disk.

    `lines` and `unchanged_lines` are those headers as they are sent, with the empty line after them.
    """

    etag: str
    headers: Headers
    unchanged: Headers
    body: bytes | None
    lines: bytes
    unchanged_lines: bytes


@dataclass(frozen=True, slots=True)
class Document:
    """A file at one moment. `until` is the monotonic second from which on it is looked at again."""

    place: str
    path: str
    key: Key
    size: int
    modified: int | None  # None within the second of a change: the same date may mean other bytes yet
    digest: str
    codings: Mapping[str, Coding]  # "" for the plain bytes
    until: float

    @property
    def cost(self) -> int:
        """The bytes it takes in memory, about."""
        return 4096 + sum(len(coding.body or b"") for coding in self.codings.values())


def key_of(status: os.stat_result) -> Key:
    return status.st_ino, status.st_size, status.st_mtime_ns


def load(place: str, path: str, terms: FeedTerms, *, now: float, tick: float) -> Document | None:
    """Return the plain file at `place`, None where there is none. `now` is the time, `tick` monotonic.

    OSError where it cannot be read.
    """
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.ELOOP, errno.ENXIO):
            return None
        raise
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        body = file.read() if status.st_size <= SMALL else None
        head = body or file.read(filetypes.HEAD)
        file.seek(0)
        digest = sha256(body).hexdigest() if body is not None else file_digest(file, "sha256").hexdigest()
    size = status.st_size if body is None else len(body)
    settled = now >= status.st_mtime_ns // 10**9 + 1
    modified = status.st_mtime_ns // 10**9 if settled else None
    kind = filetypes.type_of(path, head)
    common = _common(path, kind, head, terms)
    if modified is not None:
        common.append((b"last-modified", formatdate(modified, usegmt=True).encode()))
    companions = _companions(place, status.st_mtime_ns) if body and filetypes.is_text(kind) else {}
    codings = {
        name: _coding(f'"{digest[:32]}{mark}"', name, common, bytes_, size)
        for name, mark, bytes_ in [
            ("", "", body),
            *((one, f"-{_SUFFIXES[one][1:]}", found) for one, found in companions.items()),
        ]
    }
    whole = settled and (len(companions) == len(_SUFFIXES) or size < 1000 or not filetypes.is_text(kind))
    until = float("inf") if whole else tick + 1
    return Document(place, path, key_of(status), size, modified, digest, codings, until)


def _companions(place: str, mtime_ns: int) -> dict[str, bytes]:
    """Return the compressed forms beside `place`: those with its very time, as others are of other bytes."""
    found = {}
    for name, suffix in _SUFFIXES.items():
        try:
            with Path(place + suffix).open("rb") as file:
                status = os.fstat(file.fileno())
                plain = stat.S_ISREG(status.st_mode) and status.st_size <= SMALL
                if plain and status.st_mtime_ns == mtime_ns:
                    found[name] = file.read()
        except OSError:
            continue
    return found


def _coding(etag: str, name: str, common: Headers, body: bytes | None, size: int) -> Coding:
    validators = [(b"etag", etag.encode())]
    coded = [(b"content-encoding", name.encode())] if name else [(b"accept-ranges", b"bytes")]
    length = str(size if body is None else len(body)).encode()
    unchanged = [pair for pair in common if pair[0] in (b"cache-control", b"vary", b"last-modified")]
    headers = [*common, *validators, *coded, (b"content-length", length)]
    known = [*unchanged, *validators, *SAFETY]
    return Coding(etag, headers, known, body, _lines(headers), _lines(known))


def _lines(headers: Headers) -> bytes:
    return b"".join([b"%b: %b\r\n" % pair for pair in headers]) + b"\r\n"


def _common(path: str, kind: str, head: bytes, terms: FeedTerms) -> Headers:
    kept = cache_control(path, kind, Ages(terms.ttl, terms.ttls))
    headers = [
        (b"content-type", filetypes.content_type(kind).encode()),
        (b"cache-control", kept.encode()),
        *SAFETY,
    ]
    if filetypes.is_text(kind):
        headers.append((b"vary", b"Accept-Encoding"))
    if kind in filetypes.FEEDS and (link := link_field(head, kind, terms, path)):
        headers.append((b"link", link.encode()))
    if filetypes.is_attachment(path, kind):
        headers.append((b"content-security-policy", b"sandbox"))
    elif kind == "text/html" and terms.policy:
        headers.append((b"content-security-policy", terms.policy.encode()))
    return headers


def link_field(body: bytes, kind: str, terms: FeedTerms, path: str) -> str:
    """Return the Link field of a feed (WebSub section 4): its hubs and itself; "" where it has no hub."""
    hubs, own = _said(body, kind)
    hubs = hubs or list(terms.hubs)
    own = own or (f"{terms.base}/{path}" if terms.base else "")
    if not hubs or not own:
        return ""
    links = [*((hub, "hub") for hub in hubs), (own, "self")]
    return ", ".join(f'<{address}>; rel="{rel}"' for address, rel in links if _is_address(address))


def _said(body: bytes, kind: str) -> tuple[list[str], str]:
    """Return the hubs that the feed names and its own address as it says it."""
    if kind == filetypes.JSON_FEED:
        try:
            data = json.loads(body)
            hubs = [str(hub["url"]) for hub in data.get("hubs") or []]
            return hubs, str(data.get("feed_url") or "")
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return [], ""
    first = _ITEM.search(body)
    links: Sequence[dict[str, str]] = [
        dict(_FIELD.findall(tag.decode("utf-8", "replace")))
        for tag in _LINK.findall(body[: first.start() if first else len(body)])
    ]
    rels = [(one.get("rel", ""), one.get("href", "").replace("&amp;", "&")) for one in links]
    hubs = [address for rel, address in rels if rel == "hub" and address]
    return hubs, next((address for rel, address in rels if rel == "self" and address), "")


def _is_address(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(' <>"')
