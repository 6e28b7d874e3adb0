"""A folder that forgets what was not synced, as a disk does when its power goes: by FUSE.

Usage: python -m tests.faults.forgetful FOLDER, by root. It speaks the kernel's protocol on /dev/fuse itself.
Commands come on its standard input, one a line, and each is answered by a line:

    sync            all that is there is on the disk
    arm N PID       kill PID at the N-th fsync from now, before it is done; from then on every call fails
    cut SEED        the power goes and comes back: see `Disk.cut`
    count           how many fsyncs there were

A name is durable once its folder is synced, bytes once their file is (fsync(2)): ext4 gives more.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import stat
import struct
import sys
from collections.abc import Callable
from typing import Final

from .disk import Disk, Refusal

_LONG: Final = 3600  # seconds that the kernel may keep what it was told: nobody else changes it
_READ: Final = 1 << 20
_IN: Final = struct.Struct("<IIQQIIIHH")
_OUT: Final = struct.Struct("<IiQ")


Answer = bytes | None  # None: the kernel wants no answer


class Driver:
    """The kernel's calls, answered from a disk; see the kernel's include/uapi/linux/fuse.h."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._calls: dict[int, Callable[[int, bytes], Answer]] = {
            **dict.fromkeys((18, 25, 29, 34, 38), self._well),  # RELEASE FLUSH RELEASEDIR ACCESS DESTROY
            **dict.fromkeys((2, 36, 42), self._unheard),  # FORGET INTERRUPT BATCH_FORGET
            1: self._lookup,
            3: self._getattr,
            4: self._setattr,
            8: self._mknod,
            9: self._mkdir,
            10: self._unlink,
            11: self._rmdir,
            12: self._rename,
            14: self._open,
            15: self._read,
            16: self._write,
            17: self._statfs,
            20: self._fsync,
            26: self._init,
            27: self._opendir,
            28: self._readdir,
            30: self._fsync,
            35: self._create,
            45: self._rename2,
        }

    def answer(self, request: bytes) -> bytes | None:
        """Return what to write for a request of the kernel."""
        _, opcode, unique, node, *_ = _IN.unpack_from(request)
        call = self._calls.get(opcode)
        try:
            if call is None:
                raise Refusal(errno.ENOSYS)
            if self._disk.dead and call not in (self._well, self._unheard):
                raise Refusal(errno.EIO)
            body = call(node, request[_IN.size :])
        except Refusal as refusal:
            return _OUT.pack(_OUT.size, -refusal.args[0], unique)
        return None if body is None else _OUT.pack(_OUT.size + len(body), 0, unique) + body

    def _well(self, node: int, body: bytes) -> Answer:
        return b""

    def _unheard(self, node: int, body: bytes) -> Answer:
        return None

    def _opendir(self, node: int, body: bytes) -> Answer:
        return bytes(16)

    def _statfs(self, node: int, body: bytes) -> Answer:
        blocks = 1 << 20
        return struct.pack("<5Q4I24x", blocks, blocks, blocks, blocks, blocks, 4096, 255, 4096, 0)

    def _init(self, node: int, body: bytes) -> Answer:
        big_writes = 1 << 5
        return struct.pack("<4I2H2I2HI28x", 7, 31, 1 << 17, big_writes, 12, 10, 1 << 17, 1, 32, 0, 0)

    def _attr(self, number: int) -> bytes:
        node = self._disk.nodes[number]
        size, moment = len(node.data), int(node.changed)
        parts = (number, size, -(-size // 512), moment, moment, moment, 0, 0, 0)
        links = 2 if node.is_folder else 1
        return struct.pack("<6Q10I", *parts, node.mode, links, os.getuid(), os.getgid(), 0, 4096, 0)

    def _getattr(self, node: int, body: bytes) -> Answer:
        return struct.pack("<QII", _LONG, 0, 0) + self._attr(node)

    def _entry(self, number: int) -> bytes:
        return struct.pack("<4QII", number, 0, _LONG, _LONG, 0, 0) + self._attr(number)

    def _lookup(self, node: int, body: bytes) -> Answer:
        return self._entry(self._disk.find(node, _text(body)))

    def _setattr(self, node: int, body: bytes) -> Answer:
        valid, _, size = struct.unpack_from("<I4xQQ", body)
        (mode,) = struct.unpack_from("<I", body, 68)
        one = self._disk.nodes[node]
        if valid & 1:
            one.mode = stat.S_IFMT(one.mode) | stat.S_IMODE(mode)
        if valid & 8:
            one.write(size, None)
        return self._getattr(node, body)

    def _mknod(self, node: int, body: bytes) -> Answer:
        (mode,) = struct.unpack_from("<I", body)
        return self._entry(self._disk.make(node, _text(body[16:]), mode))

    def _mkdir(self, node: int, body: bytes) -> Answer:
        (mode,) = struct.unpack_from("<I", body)
        return self._entry(self._disk.make(node, _text(body[8:]), mode | stat.S_IFDIR))

    def _unlink(self, node: int, body: bytes) -> Answer:
        self._disk.remove(node, _text(body), is_folder=False)
        return b""

    def _rmdir(self, node: int, body: bytes) -> Answer:
        self._disk.remove(node, _text(body), is_folder=True)
        return b""

    def _rename(self, node: int, body: bytes, head: int = 8) -> Answer:
        (target,) = struct.unpack_from("<Q", body)
        old, new, _ = body[head:].split(b"\0", 2)
        self._disk.move(node, old.decode(), target, new.decode())
        return b""

    def _rename2(self, node: int, body: bytes) -> Answer:
        return self._rename(node, body, 16)

    def _open(self, node: int, body: bytes) -> Answer:
        (flags,) = struct.unpack_from("<I", body)
        if flags & os.O_TRUNC:
            self._disk.nodes[node].write(0, None)
        return bytes(16)

    def _create(self, node: int, body: bytes) -> Answer:
        (mode,) = struct.unpack_from("<4xI", body)
        return self._entry(self._disk.make(node, _text(body[16:]), mode)) + bytes(16)

    def _read(self, node: int, body: bytes) -> Answer:
        offset, size = struct.unpack_from("<8xQI", body)
        return bytes(self._disk.nodes[node].data[offset : offset + size])

    def _write(self, node: int, body: bytes) -> Answer:
        offset, size = struct.unpack_from("<8xQI", body)
        self._disk.nodes[node].write(offset, body[40 : 40 + size])
        return struct.pack("<II", size, 0)

    def _fsync(self, node: int, body: bytes) -> Answer:
        self._disk.sync(node)
        return b""

    def _readdir(self, node: int, body: bytes) -> Answer:
        offset, size = struct.unpack_from("<8xQI", body)
        listed = b""
        for place, (name, number) in enumerate(
            list(self._disk.nodes[node].names.items())[offset:], offset + 1
        ):
            word = name.encode()
            kind = self._disk.nodes[number].mode >> 12
            entry = struct.pack("<QQII", number, place, len(word), kind) + word
            entry += bytes(-len(entry) % 8)
            if len(listed) + len(entry) > size:
                break
            listed += entry
        return listed


def _text(body: bytes) -> str:
    return body.partition(b"\0")[0].decode()


class Mount:
    """The mounted folder; `again` mounts it anew, so that the kernel remembers nothing of it."""

    def __init__(self, folder: str) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._folder = folder.encode()
        self.device = -1
        self.again()

    def again(self) -> None:
        self.end()
        self.device = os.open("/dev/fuse", os.O_RDWR)
        options = b"fd=%d,rootmode=40755,user_id=%d,group_id=%d" % (self.device, os.getuid(), os.getgid())
        if self._libc.mount(b"forgetful", self._folder, b"fuse.forgetful", 0, options):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), self._folder.decode())

    def end(self) -> None:
        if self.device >= 0:
            self._libc.umount2(self._folder, 2)  # MNT_DETACH
            os.close(self.device)
            self.device = -1


def obey(disk: Disk, mount: Mount, words: list[str]) -> str:
    """Do what a line says and return the answer."""
    match words:
        case ["sync"]:
            disk.sync_all()
        case ["arm", number, pid]:
            disk.arm(int(number), int(pid))
        case ["cut", seed]:
            disk.cut(int(seed))
            mount.again()
        case ["count"]:
            return str(disk.syncs)
        case _:
            return "unknown"
    return "done"


def main(folder: str) -> None:
    """Serve until the standard input ends."""
    disk = Disk()
    mount = Mount(folder)
    driver = Driver(disk)
    print("mounted", flush=True)
    try:
        while True:
            ready, _, _ = select.select([mount.device, 0], [], [])
            if 0 in ready:
                line = os.read(0, 4096).decode()
                if not line:
                    return
                print(obey(disk, mount, line.split()), flush=True)
            elif not _serve_one(mount.device, driver):
                return
    finally:
        mount.end()


def _serve_one(device: int, driver: Driver) -> bool:
    try:
        request = os.read(device, _READ)
    except OSError as error:
        return error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN)
    answer = driver.answer(request)
    if answer is not None:
        try:
            os.write(device, answer)
        except OSError as error:
            return error.errno == errno.ENOENT  # whoever asked is gone
    return True


if __name__ == "__main__":
    main(sys.argv[1])
