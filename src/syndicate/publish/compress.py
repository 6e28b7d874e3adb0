"""Compressed companions ``x.gz`` and ``x.br`` beside text files, for servers that send what lies ready.

A companion is told by the very time of its file, or, after a copy of the folder, by what it decodes to: so it
needs no line in the list of our files, which every publishing reads whole. Brotli stays here.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import brotli

from syndicate import filetypes
from syndicate.model import OutputFile
from syndicate.publish import manifest
from syndicate.publish.batch import naming, write_batch
from syndicate.publish.manifest import Entry
from syndicate.publish.paths import Gate

_LEAST = 1_000  # bytes below which a packet is sent anyway
_MOST = 32 << 20
_BATCH = 200
_CODECS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": lambda body: gzip.compress(body, 6, mtime=0),
    ".br": lambda body: bytes(brotli.compress(body, quality=5)),
}


def compress(folder: Path, paths: Iterable[str] | None = None) -> None:
    """Make the companions that our files at `paths` (all, where None) lack, where they are smaller.

    The caller holds the lock of publishing. Raises PublishError where the disk refuses.
    """
    listed, _ = manifest.load(folder)
    gate, root = Gate(folder), os.fspath(folder)
    asked = listed if paths is None else [path for path in paths if path in listed]
    wanted = [
        one for one in asked if not _are_there(f"{root}/{one}", listed[one]) and _is_worth(listed[one], one)
    ]
    batch: list[OutputFile] = []
    for path in wanted:
        if not gate.wrong_with(path):
            with naming(folder / path):
                batch += _missing(folder, path, listed[path])
        if len(batch) >= _BATCH:
            _write(folder, batch, listed)
            batch = []
    _write(folder, batch, listed)


def drop_companions(place: Path, *entries: Entry | None) -> None:
    """Delete the companions of the file at `place`, which is about to change or to go, and was as `entries`.

    They go first, so that no server sends old bytes under a new file's name. What is not made of those
    bytes is somebody else's, and stays.
    """
    for suffix in _CODECS:
        companion = place.with_name(place.name + suffix)
        if any(entry and _is_of(companion, suffix, entry) for entry in entries):
            companion.unlink(missing_ok=True)


def _are_there(place: str, entry: Entry) -> bool:
    try:
        return all(os.lstat(place + suffix).st_mtime_ns == entry.mtime_ns for suffix in _CODECS)
    except OSError:
        return False


def _is_worth(entry: Entry, path: str) -> bool:
    if entry.promised or not _LEAST <= entry.size <= _MOST:
        return False
    named = filetypes.type_of(path, b"")
    return filetypes.is_text(named) or named == filetypes.UNKNOWN


def _missing(folder: Path, path: str, entry: Entry) -> Iterator[OutputFile]:
    """Give the companions to write of one file; one that only lost its time gets it back."""
    place = folder / path
    body = None
    for suffix, pack in _CODECS.items():
        companion = place.with_name(place.name + suffix)
        if os.path.lexists(companion):
            if _time_of(companion) != entry.mtime_ns and _is_of(companion, suffix, entry):
                os.utime(companion, ns=(entry.mtime_ns, entry.mtime_ns))
            continue
        if body is None:
            body = place.read_bytes()
            if sha256(body).hexdigest() != entry.sha256:
                return  # somebody edited it: the next publishing restores it
            if not filetypes.is_text(filetypes.type_of(path, body)):
                return
        packed = pack(body)
        if len(packed) < len(body):
            yield OutputFile(path + suffix, packed)


def _write(folder: Path, batch: list[OutputFile], listed: Mapping[str, Entry]) -> None:
    if not batch:
        return
    write_batch(folder, batch)
    for file in batch:
        mtime_ns = listed[file.path[:-3]].mtime_ns
        with naming(folder / file.path):
            os.utime(folder / file.path, ns=(mtime_ns, mtime_ns))


def _time_of(place: Path) -> int:
    return place.lstat().st_mtime_ns


def _is_of(companion: Path, suffix: str, entry: Entry) -> bool:
    """Return whether a plain file at `companion` was made of the file that is listed as `entry`."""
    with suppress(OSError):
        if companion.is_symlink() or not companion.is_file():
            return False
        if _time_of(companion) == entry.mtime_ns:
            return True
        if 0 < companion.stat().st_size <= entry.size <= _MOST:
            body = _unpacked(companion.read_bytes(), suffix, entry.size)
            return body is not None and sha256(body).hexdigest() == entry.sha256
    return False


def _unpacked(packed: bytes, suffix: str, size: int) -> bytes | None:
    """Return what `packed` holds, None where it is nothing or more than `size` bytes."""
    try:
        if suffix == ".gz":
            return zlib.decompressobj(31).decompress(packed, size + 1)
        return bytes(brotli.Decompressor().process(packed, output_buffer_limit=size + 1))
    except (zlib.error, brotli.error):
        return None
