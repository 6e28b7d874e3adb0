"""A look at the content folder by a process of its own, while this one loads what it needs for the rest."""

from __future__ import annotations

import marshal
import os
import pickle
import threading
from contextlib import suppress
from typing import BinaryIO

from syndicate.config import Config
from syndicate.content.scan import Rules, Scan, scan
from syndicate.errors import ContentError
from syndicate.model import Fault


def rules_of(config: Config) -> Rules:
    """Return what the operator says is an article, and what is none."""
    return Rules(include=config.content.include, exclude=config.content.exclude)


def look(config: Config) -> tuple[Scan, bool]:
    """Return what is in the content folder, and whether it is there."""
    try:
        return scan(config.content.folder, rules_of(config)), True
    except ContentError as error:
        return Scan({}, (Fault("content", error.path, None, error.message),)), False


class Looking:
    """A look that is under way from the start; a folder of 100,000 files takes a third of a second.

    Without a process of its own (threads are at work, or the system has none left) it is taken when it is
    asked for.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._child = 0
        self._answer: BinaryIO | None = None
        if threading.active_count() > 1:
            return
        reading, writing = os.pipe()
        try:
            self._child = os.fork()
        except OSError:
            os.close(reading)
            os.close(writing)
            return
        if not self._child:
            os.close(reading)
            _tell(config, writing)
        os.close(writing)
        self._answer = os.fdopen(reading, "rb")

    def result(self) -> tuple[Scan, bool]:
        """Return what `look` would."""
        said = b""
        if self._answer is not None:
            with self._answer as answer:
                said = answer.read()
            with suppress(ChildProcessError):
                os.waitpid(self._child, 0)
            self._answer = None
        if not said:
            return look(self._config)
        files, rest = marshal.loads(said)  # noqa: S302 - our own child's words
        faults, left_out, others, present = pickle.loads(rest)  # noqa: S301 - as above
        return Scan(files, faults, left_out, others), present


def _tell(config: Config, writing: int) -> None:
    """Write to the parent what there is, and end; a parent that is told nothing looks for itself."""
    status = 1
    try:
        found, present = look(config)
        # the files are many, and go the quickest way
        rest = pickle.dumps((found.faults, found.left_out, found.others, present))
        with os.fdopen(writing, "wb") as answer:
            answer.write(marshal.dumps((found.files, rest)))
        status = 0
    finally:
        os._exit(status)
