"""Publishes files into a folder: whole, only what changed, feeds last; deletes only what is ours."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from syndicate.durable import make_folder
from syndicate.errors import PublishError
from syndicate.model import CopiedFile, Fault, OutputFile
from syndicate.publish import manifest
from syndicate.publish.batch import clear_drafts, naming, sync_folders, write_batch
from syndicate.publish.compare import Verdict, digest_of, is_ours, judge, look
from syndicate.publish.compress import drop_companions
from syndicate.publish.manifest import Entry
from syndicate.publish.paths import MANIFEST, Gate

# A batch is held in memory, and costs one more writing of the manifest.
BATCH_FILES = 1_000
BATCH_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Published:
    """What a publishing changed: paths written and deleted in their order, and what was left alone.

    `topics` are those of the documents that readers subscribe to, written or not.
    """

    written: tuple[str, ...]
    unchanged: int
    deleted: tuple[str, ...]
    faults: tuple[Fault, ...]
    topics: tuple[str, ...] = ()

    def __add__(self, later: Published) -> Published:
        """Return what this one and a `later` one changed together."""
        return Published(
            self.written + later.written,
            self.unchanged + later.unchanged,
            self.deleted + later.deleted,
            self.faults + later.faults,
            self.topics + later.topics,
        )


def publish(
    folder: Path,
    files: Iterable[OutputFile | CopiedFile],
    *,
    keep: Collection[str] = (),
    partial: bool = False,
    gone: Collection[str] = (),
) -> Published:
    """Make `folder` hold `files`, and return what changed; a second time nothing does.

    Files are written in their order, so feeds come last: then none points at a page that is not there.
    After them our files that are no longer wanted go, unless `keep` names them; where `files` are only
    some (`partial`), all others stay as they are, unlooked at, but those that are `gone`. Ours are those in
    the manifest, which at any moment, also after a crash, lists every file we have written. Whatever else
    lies in the folder is never touched: where it is in the way, a fault says so.

    Raises PublishError where the disk refuses. One publisher at a time: the caller holds a lock.
    """
    publisher = _Publisher(folder)
    for file in files:
        publisher.take(file)
    publisher.write_rest()
    if partial:
        publisher.delete(gone)
    else:
        publisher.delete_others(keep)
    publisher.save()
    return publisher.published


class _Publisher:
    """One publishing under way: what is listed, what waits to be written, what was done."""

    def __init__(self, folder: Path) -> None:
        if os.path.lexists(folder) and not folder.is_dir():
            raise PublishError(f"{folder}: is not a folder; move it away, or change publish.folder")
        with naming(folder):
            make_folder(folder)
        clear_drafts(folder)
        self._folder = folder
        self._gate = Gate(folder)
        self._listed, fault = manifest.load(folder)
        self._saved = dict(self._listed)
        self._before = dict(self._listed)  # what companions were made of
        self._wanted: set[str] = set()
        self._wanted_folders: set[str] = set()
        self._waiting: list[OutputFile | CopiedFile] = []
        self._waiting_bytes = 0
        self._written: list[str] = []
        self._unchanged = 0
        self._deleted: list[str] = []
        self._topics: list[str] = []
        self._faults = [fault] if fault else []

    @property
    def published(self) -> Published:
        return Published(
            tuple(self._written),
            self._unchanged,
            tuple(self._deleted),
            tuple(self._faults),
            tuple(self._topics),
        )

    def take(self, file: OutputFile | CopiedFile) -> None:
        """Put `file` in line if it is new or changed; write a full batch."""
        if wrong := self._wrong_with(file.path):
            self._fault(file.path, wrong)
            return
        self._want(file.path)
        if isinstance(file, OutputFile) and file.topic:
            self._topics.append(file.path)
        digest = self._digest(file)
        if digest is None or not self._is_to_write(file.path, *digest):
            return
        self._waiting.append(file)
        self._waiting_bytes += len(file.body) if isinstance(file, OutputFile) else 0
        if len(self._waiting) >= BATCH_FILES or self._waiting_bytes >= BATCH_BYTES:
            self.write_rest()

    def write_rest(self) -> None:
        """Write what still waits."""
        if not self._waiting:
            return
        self.save()
        for file in self._waiting:
            with naming(self._folder / file.path):
                drop_companions(
                    self._folder / file.path, self._before.get(file.path), self._listed.get(file.path)
                )
        self._listed |= write_batch(self._folder, self._waiting)
        self._written += [file.path for file in self._waiting]
        self._waiting, self._waiting_bytes = [], 0

    def delete_others(self, keep: Collection[str]) -> None:
        """Delete our files that were not taken, but those to `keep`."""
        self.delete(self._listed.keys() - set(keep))

    def delete(self, gone: Iterable[str]) -> None:
        """Delete those of our files among `gone` that were not taken, and the folders that are empty then."""
        changed: set[Path] = set()
        for path in sorted(self._listed.keys() & set(gone) - self._wanted):
            entry = self._listed.pop(path)
            if self._gate.wrong_with(path):
                continue
            place = self._folder / path
            with naming(place):
                drop_companions(place, entry, self._before.get(path))
                seen = look(place, entry)
                if seen and is_ours(seen, entry):
                    place.unlink()
                    self._deleted.append(path)
                    changed.add(place.parent)
                    changed |= self._remove_empty(place.parent)
        with naming(self._folder):
            sync_folders(changed)

    def save(self) -> None:
        """Write the list where it differs from the one on disk."""
        if self._listed != self._saved:
            write_batch(self._folder, [OutputFile(MANIFEST, manifest.dump(self._listed))])
            self._saved = dict(self._listed)

    def _wrong_with(self, path: str) -> str | None:
        if path in self._wanted:
            return "is wanted twice; the first one is published"
        if wrong := self._gate.wrong_with(path):
            return wrong
        if path in self._wanted_folders or not self._wanted.isdisjoint(_parents(path)):
            return "is wanted both as a file and as a folder; the first one is published"
        return None

    def _want(self, path: str) -> None:
        self._wanted.add(path)
        self._wanted_folders.update(_parents(path))

    def _digest(self, file: OutputFile | CopiedFile) -> tuple[str, int] | None:
        """Return digest and size of what is wanted, or None where its source cannot be read."""
        if isinstance(file, OutputFile):
            return sha256(file.body).hexdigest(), len(file.body)
        try:
            return digest_of(Path(file.source)), Path(file.source).stat().st_size
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._fault(file.path, f"its source {file.source} cannot be read: {reason}")
            return None

    def _is_to_write(self, path: str, digest: str, size: int) -> bool:
        """Return whether `path` must be written; list it before it is."""
        place, entry = self._folder / path, self._listed.get(path)
        with naming(place):
            seen = look(place, entry)
        match judge(seen, entry, digest):
            case Verdict.FOREIGN:
                self._listed.pop(path, None)
                self._fault(path, "somebody else's file is in its place; move it away, or delete it")
                return False
            case Verdict.KEEP if seen:
                if entry and not entry.promised and entry != seen.entry:
                    drop_companions(place, entry)  # by its old time nobody would know them later
                self._listed[path] = seen.entry
                self._unchanged += 1
                return False
        if seen is None:
            self._listed[path] = Entry(digest, size)  # a promise
        elif seen.sha256:
            self._listed[path] = seen.entry
        return True

    def _remove_empty(self, folder: Path) -> set[Path]:
        """Remove `folder` and those above it that are empty, and return the folders that lost one."""
        changed: set[Path] = set()
        while folder != self._folder:
            try:
                folder.rmdir()
            except OSError:
                break
            folder = folder.parent
            changed.add(folder)
        return changed

    def _fault(self, path: str, message: str) -> None:
        self._faults.append(Fault("publish", path, None, message))


def _parents(path: str) -> list[str]:
    """Return the folders above the relative `path`: ``a`` and ``a/b`` for ``a/b/c``."""
    names = path.split("/")[:-1]
    return ["/".join(names[: count + 1]) for count in range(len(names))]
