"""A disk that forgets what was not synced: its files and folders, in memory.."""

from __future__ import annotations

import errno
import os
import signal
import stat
import time
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import Final

SECTOR: Final = 512  # bytes that a disk writes at once


@dataclass(slots=True)
class Node:
    """A file or folder: as it is, as it is on the disk, and what was done to it since it was synced."""

    mode: int
    data: bytearray = field(default_factory=bytearray)
    names: dict[str, int] = field(default_factory=dict)
    stable: bytearray = field(default_factory=bytearray)
    stable_names: dict[str, int] = field(default_factory=dict)
    writes: list[tuple[int, bytes | None]] = field(default_factory=list)  # offset, bytes; None sets the size
    renames: list[dict[str, int | None]] = field(default_factory=list)
    changed: float = 0.0

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    def write(self, offset: int, piece: bytes | None) -> None:
        _apply(self.data, offset, piece)
        self.writes.append((offset, piece))
        self.changed = time.time()

    def rename(self, change: dict[str, int | None]) -> None:
        _name(self.names, change)
        self.renames.append(change)
        self.changed = time.time()

    def sync(self) -> None:
        for offset, piece in self.writes:
            _apply(self.stable, offset, piece)
        self.writes.clear()
        self.stable_names = dict(self.names)
        self.renames.clear()

    def lose_power(self, dice: Random | None) -> None:
        """Be what is on the disk; with `dice` some of what was not synced is there too, in torn sectors."""
        for offset, piece in self.writes if dice else ():
            for start, sector in _sectors(offset, piece):
                if dice and dice.random() < 0.5:
                    _apply(self.stable, start, sector)
        for change in self.renames[: dice.randint(0, len(self.renames))] if dice else ():
            _name(self.stable_names, change)
        self.writes.clear()
        self.renames.clear()
        self.data, self.names = bytearray(self.stable), dict(self.stable_names)


def _apply(data: bytearray, offset: int, piece: bytes | None) -> None:
    if len(data) < offset:
        data.extend(bytes(offset - len(data)))
    if piece is None:
        del data[offset:]
    else:
        data[offset : offset + len(piece)] = piece


def _name(names: dict[str, int], change: dict[str, int | None]) -> None:
    for name, number in change.items():
        if number is None:
            names.pop(name, None)
        else:
            names[name] = number


def _sectors(offset: int, piece: bytes | None) -> list[tuple[int, bytes | None]]:
    if piece is None:
        return [(offset, None)]
    edges = [0, *range(SECTOR - offset % SECTOR, len(piece), SECTOR), len(piece)]
    return [(offset + one, piece[one:two]) for one, two in pairwise(edges) if two > one]


class Refusal(Exception):
    """An errno that a call is answered with."""


class Disk:
    """The nodes by number; 1 is the folder that is mounted."""

    def __init__(self) -> None:
        self.nodes: dict[int, Node] = {1: Node(stat.S_IFDIR | 0o755)}
        self.syncs = 0
        self.dead = False
        self._armed: tuple[int, int] | None = None

    def arm(self, number: int, pid: int) -> None:
        self._armed = (self.syncs + number, pid)

    def cut(self, seed: int) -> None:
        """Lose the power: an even seed forgets all that was not synced, an odd one keeps some of it."""
        dice = Random(seed) if seed % 2 else None  # noqa: S311
        for node in self.nodes.values():
            node.lose_power(dice)
        self.dead, self._armed = False, None

    def sync_all(self) -> None:
        for node in self.nodes.values():
            node.sync()

    def sync(self, number: int) -> None:
        self.syncs += 1
        if self._armed and self.syncs >= self._armed[0]:
            self.dead = True
            os.kill(self._armed[1], signal.SIGKILL)
            raise Refusal(errno.EIO)
        self.nodes[number].sync()

    def find(self, folder: int, name: str) -> int:
        if name not in self.nodes[folder].names:
            raise Refusal(errno.ENOENT)
        return self.nodes[folder].names[name]

    def make(self, folder: int, name: str, mode: int) -> int:
        if name in self.nodes[folder].names:
            raise Refusal(errno.EEXIST)
        number = max(self.nodes) + 1
        self.nodes[number] = Node(mode, changed=time.time())
        self.nodes[folder].rename({name: number})
        return number

    def remove(self, folder: int, name: str, *, is_folder: bool) -> None:
        node = self.nodes[self.find(folder, name)]
        if node.is_folder != is_folder:
            raise Refusal(errno.ENOTDIR if is_folder else errno.EISDIR)
        if node.names:
            raise Refusal(errno.ENOTEMPTY)
        self.nodes[folder].rename({name: None})

    def move(self, folder: int, old: str, target: int, new: str) -> None:
        number = self.find(folder, old)
        if folder == target:
            self.nodes[folder].rename({old: None, new: number})
        else:
            self.nodes[target].rename({new: number})
            self.nodes[folder].rename({old: None})
