"""A catalogue's bytes, or a line that says why they are not read."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

LARGEST: Final = 1_000_000  # bytes; the largest of ours has 60,000


class Unfit(Exception):
    """A file that is not read; its words say why, and what to do."""


def read_bytes(path: Path, root: Path | None) -> bytes:
    """Return the bytes of the regular file at `path`, which may be a link to one below `root`.

    Without `root` it may lie anywhere. Raises Unfit.
    """
    try:
        if root is not None and not path.resolve().is_relative_to(root.resolve()):
            raise Unfit("is a link that leads out of the templates folder; put a copy there")
        # A fifo in the file's place must not hold us up.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise Unfit("is not a file; put a catalogue there, or take it away")
            with open(descriptor, "rb", closefd=False) as file:
                body = file.read(LARGEST + 1)
        finally:
            os.close(descriptor)
    except RuntimeError as error:
        raise Unfit(f"cannot be read: {error}") from None
    except OSError as error:
        raise Unfit(f"cannot be read: {error.strerror}") from None
    if len(body) > LARGEST:
        raise Unfit("is larger than 1 MB; keep only the messages that syndicate or your templates show")
    return body
