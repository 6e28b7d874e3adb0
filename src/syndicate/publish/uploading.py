"""Brings the publish folder's files into a bucket: only what changed, feeds last, only ours deleted."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from syndicate.model import Fault
from syndicate.publish import uploaded
from syndicate.publish.bucket import SMALL, Bucket, NotTaken
from syndicate.publish.going import Brought, Going, feeds_among
from syndicate.publish.uploaded import Lies, lies

AT_ONCE = 16
_SLICE = 500  # files after which the list is saved: what a kill costs is put once more
_IN_A_ROW = 8  # failures with nothing taken between them, after which the place is given up
_LATE = "the time for it is over"


@dataclass(frozen=True, slots=True)
class Terms:
    """How a bucket is filled. `name` is the place's, `shelf` the file of its list.

    `is_late` tells when to begin nothing more; what failed is tried again after each of `pauses` (seconds).
    """

    name: str
    shelf: Path
    is_late: Callable[[], bool] = lambda: False
    pauses: Sequence[float] = (0.5, 2.0)


def upload(bucket: Bucket, folder: Path, files: Sequence[Going], terms: Terms) -> Brought:
    """Make `bucket` hold `files` of `folder`, in their order, and return what changed.

    A file waits where one of an earlier turn failed, unless for a reason of its own, and deletions wait for
    all: no feed points at a page that is not there. After a crash at any moment the next call completes.
    One caller at a time: he holds the build lock. OSError where the list cannot be written.
    """
    under_way = _Upload(bucket, folder, files, terms)
    try:
        under_way.run()
    except NotTaken as error:
        under_way.give_up(str(error))
    return under_way.brought


class _Upload:
    """One upload under way: what the list says, what was done, what failed and why."""

    def __init__(self, bucket: Bucket, folder: Path, files: Sequence[Going], terms: Terms) -> None:
        self._bucket, self._folder, self._files, self._terms = bucket, folder, files, terms
        self._listed: dict[str, Lies] = {}
        self._due = [*files]  # until it is known which are there
        self._there: set[str] = set()  # paths that were put
        self._deleted = self._in_a_row = 0
        self._stopped = ""  # why nothing more is begun
        self._failed: dict[str, NotTaken] = {}

    def run(self) -> None:
        listed = uploaded.load(self._terms.shelf)
        self._listed = self._recovered() if listed is None else listed
        due = [file for file in self._files if not self._lies(file)]
        wanted = {file.path for file in self._files}
        gone = [path for path in self._listed if path not in wanted]
        if due or listed is None:
            self._promise(due)
        self._due = due
        if due:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                held = not self._put_all(due, pool)
        else:
            held = False
        if gone and not held:
            self._delete(gone)

    def give_up(self, words: str) -> None:
        self._stopped = self._stopped or words

    @property
    def brought(self) -> Brought:
        put, due = len(self._there), len(self._due)
        feeds = feeds_among(self._due)
        there = tuple(path for path in feeds if path in self._there)
        return Brought(
            put=put,
            deleted=self._deleted,
            unchanged=len(self._files) - due,
            waiting=due - put,
            faults=tuple(self._faults(due - put)),
            given_up=bool(self._stopped),
            feeds=there,
            behind=len(there) < len(feeds),
        )

    def _lies(self, file: Going) -> bool:
        entry = self._listed.get(file.path)
        return entry is not None and entry.is_(file)

    def _recovered(self) -> dict[str, Lies]:
        """Return the files that lie in the bucket with our very bytes, as its listing tells (S3: MD5)."""
        ours = {file.path: file for file in self._files}
        found = {}
        for one in self._bucket.listing():
            file = ours.get(one.path)
            if file and one.size == file.size and one.etag == self._md5(file):
                found[file.path] = lies(file)
        return found

    def _md5(self, file: Going) -> str:
        """Return the MD5 in hex, "-" where the file cannot be read or is one that goes in pieces."""
        if file.size > SMALL:
            return "-"
        try:
            return hashlib.md5((self._folder / file.path).read_bytes(), usedforsecurity=False).hexdigest()
        except OSError:
            return "-"

    def _promise(self, due: Iterable[Going]) -> None:
        """List each file before it is put where none of ours lies: else a crash would leave it for ever."""
        uploaded.clear_drafts(self._terms.shelf)
        for file in due:
            entry = self._listed.get(file.path)
            if entry is None or entry.promised:
                self._listed[file.path] = lies(file, self._md5(file))
        self._save()

    def _put_all(self, due: Sequence[Going], pool: ThreadPoolExecutor) -> bool:
        """Put turn after turn; return whether nothing has to wait for another try."""
        for _, turn in groupby(due, key=lambda file: file.turn):
            left = self._put_some([*turn], pool)
            for pause in self._terms.pauses:
                again = [file for file in left if not self._failed[file.path].own]
                if not again or self._stopped:
                    break
                time.sleep(pause)
                left = self._put_some(again, pool)
            if self._stopped or any(not self._failed[file.path].own for file in left):
                return False
        return True

    def _put_some(self, files: Sequence[Going], pool: ThreadPoolExecutor) -> list[Going]:
        """Put `files`, in slices that are saved; return those that were tried and failed."""
        for start in range(0, len(files), _SLICE):
            some = files[start : start + _SLICE]
            for file, taken in zip(some, pool.map(self._put_one, some), strict=True):
                if taken:
                    self._listed[file.path] = lies(file)
                    self._there.add(file.path)
            self._save()
            if self._stopped:
                break
        return [file for file in files if file.path in self._failed]

    def _put_one(self, file: Going) -> bool:
        if not self._stopped and self._terms.is_late():
            self.give_up(_LATE)
        if self._stopped:
            return False
        try:
            self._bucket.put(file.path, self._folder / file.path, file.headers)
        except NotTaken as error:
            self._failed[file.path] = error
            self._in_a_row += not error.own
            if self._in_a_row >= _IN_A_ROW:
                self.give_up(str(error))
            return False
        self._in_a_row = 0
        self._failed.pop(file.path, None)
        return True

    def _delete(self, gone: Sequence[str]) -> None:
        """Delete `gone` of the list; a promise that was not kept is somebody else's and only forgotten."""
        promised = {path: self._listed[path].promised for path in gone if self._listed[path].promised}
        lying = self._bucket.listing() if promised else ()
        kept = {one.path for one in lying if promised.get(one.path) == one.etag}
        ours = [path for path in gone if path not in promised or path in kept]
        self._bucket.delete(ours)
        self._deleted = len(ours)
        for path in gone:
            del self._listed[path]
        self._save()

    def _save(self) -> None:
        uploaded.save(self._terms.shelf, self._terms.name, self._listed)

    def _faults(self, waiting: int) -> Iterator[Fault]:
        """Yield a fault for the place where it was given up, else one for each reason, with a file in it."""
        later = "the next build goes on"
        if self._stopped:
            left = f"{waiting:,} files wait, " if waiting else ""
            yield Fault("upload", self._terms.name, None, f"{self._stopped}; {left}{later}")
            return
        reasons = Counter(str(error) for error in self._failed.values())
        for words, count in sorted(reasons.items()):
            first = min(path for path, error in self._failed.items() if str(error) == words)
            others = f" and {count - 1:,} others" if count > 1 else ""
            yield Fault("upload", self._terms.name, None, f"{first}{others}: {words}; {later}")
