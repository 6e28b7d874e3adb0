"""The exception tree: failures that are expected, said in words an operator can act on.

    SyndicateError            exit 1    anything we can name and explain
    ├── ConfigError           exit 78   config.yaml cannot be used; carries every fault found
    ├── TemporaryError        exit 75   worth trying again later
    │   ├── Busy                        another syndicate process holds the lock
    │   └── RelayUnavailable            no connection, TLS or login to the relay
    ├── StoreError            exit 1    the database cannot be opened, migrated or written
    ├── InputError            exit 1    one input is wrong; path, line, message
    │   ├── ContentError                an article cannot be read
    │   └── TemplateFault               a template cannot be rendered
    ├── PublishError          exit 1    the publish folder cannot be written
    └── UsageError            exit 2    the command asks for something that does not exist

A fate of the work (a refused letter, nothing new to mail) is a value in `model`, never an exception.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

from syndicate.model import Fault


class SyndicateError(Exception):
    """A failure with a cause we know; its text says what is wrong, where and what to do."""

    exit_code: ClassVar[int] = 1


class ConfigError(SyndicateError):
    """The configuration cannot be used; `faults` holds every fault, in file order.

    `rest` is the `Config` without the settings that are wrong, where that makes one (else None): enough
    to look for other faults, never to work with.
    """

    exit_code = 78

    def __init__(self, faults: Sequence[str], rest: Any = None) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)
        self.rest = rest


class TemporaryError(SyndicateError):
    """The same command may succeed later."""

    exit_code = 75


class Busy(TemporaryError):
    """Another process holds the lock this work needs."""


class RelayUnavailable(TemporaryError):
    """The relay could not be reached or would not let us in; no letter was attempted.

    `step` is one of connect, tls, login, or send where letters become files; `code` is the SMTP reply
    code where there was one.
    """

    def __init__(self, step: str, text: str, *, code: int | None = None) -> None:
        super().__init__(text)
        self.step = step
        self.code = code


class StoreError(SyndicateError):
    """The database cannot be opened, migrated or written."""


class InputError(SyndicateError):
    """One input is wrong; the rest goes on without it.

    `path` is the file an operator would open, `line` counts from 1 and is None where no line is to blame.
    """

    kind: ClassVar[Literal["article", "template"]]

    def __init__(self, path: str, message: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        self.message = message
        super().__init__(str(self.fault))

    @property
    def fault(self) -> Fault:
        """This failure as the value that `check` and `status` list."""
        return Fault(self.kind, self.path, self.line, self.message)


class ContentError(InputError):
    """One article cannot be read."""

    kind = "article"


class TemplateFault(InputError):
    """One template cannot be rendered."""

    kind = "template"


class PublishError(SyndicateError):
    """The publish folder cannot be written."""


class UsageError(SyndicateError):
    """The command names something that does not exist."""

    exit_code = 2
