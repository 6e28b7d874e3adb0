"""A relay that mails nobody: each letter becomes an .eml file in a folder."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from pathlib import Path
from typing import Final

from syndicate.delivery.onebyone import OneByOne
from syndicate.durable import make_folder, write_whole
from syndicate.errors import RelayUnavailable
from syndicate.model import Letter, Outcome, Refused, Returned, Sent

# The letter's own fault; anything else the disk says concerns every letter.
_OF_THE_NAME: Final = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EISDIR})
_LONGEST_NAME: Final = 96


class FolderRelay:
    """Writes letters to `folder`, which is made private where it is missing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def open(self) -> OneByOne:
        """Return a channel; RelayUnavailable where the folder cannot be made or written."""
        try:
            await asyncio.to_thread(make_folder, self.folder, mode=0o700)
        except OSError as error:
            raise RelayUnavailable("send", _words(self.folder, error)) from error
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise RelayUnavailable("send", f"{self.folder}: letters cannot be written here")
        return OneByOne(FolderConnection(self.folder))


class FolderConnection:
    """One writer into the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, letter: Letter) -> Outcome:
        """Write the letter whole and durable; the same letter again replaces its own file."""
        if not letter.name or "/" in letter.name or not letter.name.isprintable():
            return Refused(None, f"{letter.name!r} cannot be the name of a file")
        path = letter_path(self._folder, letter)
        try:
            await asyncio.to_thread(write_whole, path, letter.body, mode=0o600)
        except OSError as error:
            if error.errno in _OF_THE_NAME:
                return Refused(None, _words(path, error))
            return Returned(_words(path, error))
        return Sent(f"written to {path}")


def letter_path(folder: Path, letter: Letter) -> Path:
    """Return where `letter` is written: one file per name, however long the name is."""
    name = letter.name
    if len(name) > _LONGEST_NAME or name.startswith("."):
        # A draft's name is cut at 100 characters: two long names must differ before that.
        name = f"{name.lstrip('.')[:60]}-{hashlib.sha256(name.encode()).hexdigest()[:16]}"
    return folder / f"{name}.eml"


def _words(path: Path, error: OSError) -> str:
    return f"{path}: {error.strerror or error}"
