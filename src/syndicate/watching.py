"""Hears at once what changes in a folder. The only file that knows watchfiles.

What it tells is a hint: the periodic look at the whole folder is the truth.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger("syndicate.watch")

_STEP, _DEBOUNCE = 5, 50  # milliseconds of silence after which changes are told, and at the latest
_WAKE = 1000  # milliseconds after which the thread looks whether it is to stop


class Watch:
    """Collects the paths that changed below a folder, from a thread of its own, and calls `wake` each time.

    A folder that cannot be watched, or is not there, is not watched: then nothing is ever told. `is_draft`
    says of a file's name whether it is one that programs write before they give it its own.
    """

    def __init__(self, folder: Path, wake: Callable[[], None], *, is_draft: Callable[[str], bool]) -> None:
        self._path = folder
        self._folder = Path(os.path.realpath(folder))
        self._wake = wake
        self._is_draft = is_draft
        self._lock = threading.Lock()
        self._paths: set[str] = set()
        self._renamed: set[str] = set()
        self._stop = threading.Event()
        self._watched: tuple[int, int] | None = None  # the folder that is listened to

    def start(self) -> None:
        """Begin to listen; again where another folder lies in the place of the one that was there.

        One that came late, or that was taken away and put there again, would never be heard of.
        """
        here = _which(self._path)
        with self._lock:
            if here is None or here == self._watched:
                return
            self._watched = here
        self._stop.set()
        self._stop = threading.Event()
        self._folder = Path(os.path.realpath(self._path))
        listening = (self._folder, self._stop)
        threading.Thread(target=self._run, args=listening, name="watch", daemon=True).start()

    def stop(self) -> None:
        """Listen no more."""
        self._stop.set()

    def take(self) -> tuple[frozenset[str], frozenset[str]]:
        """Return what changed since the last call: paths below the folder, and those of them that came whole.

        A file that appears as a draft beside it goes, and is not written to, was renamed into its place.
        """
        with self._lock:
            paths, renamed = frozenset(self._paths), frozenset(self._renamed)
            self._paths.clear()
            self._renamed.clear()
        return paths, renamed

    def _run(self, folder: Path, stop: threading.Event) -> None:
        from watchfiles import watch

        try:
            for changes in watch(
                folder,
                watch_filter=None,
                step=_STEP,
                debounce=_DEBOUNCE,
                rust_timeout=_WAKE,
                stop_event=stop,
                raise_interrupt=False,
                ignore_permission_denied=True,
            ):
                self._note({(change.name, os.path.relpath(path, folder)) for change, path in changes})
        except Exception as error:  # a file system without notices, too many watches, a folder that went away
            log.warning("%s cannot be watched (%s); it is looked at every so often", folder, error)

    def _note(self, changes: set[tuple[str, str]]) -> None:
        written = {path for kind, path in changes if kind == "modified"}
        drafts = {
            folder
            for kind, (folder, _, name) in ((kind, path.rpartition("/")) for kind, path in changes)
            if kind == "deleted" and self._is_draft(name)
        }
        added = {path for kind, path in changes if kind == "added" and path.rpartition("/")[0] in drafts}
        with self._lock:
            if ("deleted", os.curdir) in changes:
                self._watched = None
            self._paths |= {path for _, path in changes}
            self._renamed = (self._renamed | added) - written
        self._wake()


def _which(folder: Path) -> tuple[int, int] | None:
    """Return what tells the folder at a path from another one there, None where there is none."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
