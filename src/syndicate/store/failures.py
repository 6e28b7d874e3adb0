"""What a database said -> a StoreError in words an operator can act on."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa

from syndicate.errors import StoreError

_READ_ONLY = "cannot be written: give the file and its folder to the user who runs syndicate"
_FULL = (
    "cannot be written because the disk is full: free some space and repeat the command; nothing is half done"
)
_LOCKED = "is locked by a program other than syndicate: close it (a database browser, a backup) and repeat"
_UNMIGRATED = "lacks a table or a column: run `syndicate build` once, which migrates it"

# Primary result codes, https://sqlite.org/rescode.html
_SQLITE = {
    3: _READ_ONLY,
    5: _LOCKED,
    6: _LOCKED,
    8: _READ_ONLY,
    10: "cannot be read or written: the disk reports an error; see whether it is full, then the system's log",
    11: "is damaged: restore a backup",
    13: _FULL,
    14: "cannot be opened: check that its folder exists and belongs to the user who runs syndicate",
    26: "is not an SQLite database: move the file away, or name another in database.url",
}

# SQLSTATEs by their beginning, https://www.postgresql.org/docs/current/errcodes-appendix.html
_POSTGRES = {
    "25006": "is read-only, perhaps a standby: name the primary in database.url",
    "28": "refuses the user or the password in database.url",
    "3D000": "does not exist: create it with createdb, or name another in database.url",
    "40": "was changed by two commands at once: repeat the command",
    "42501": "refuses this user the rights it needs: make him the owner of the database",
    "42P01": _UNMIGRATED,
    "42703": _UNMIGRATED,
    "53100": _FULL,
    "53300": "has no connection left: raise max_connections or stop other programs",
    "55P03": "is locked by another program: repeat the command later",
}


def explain(error: sa.exc.SQLAlchemyError, where: str) -> StoreError | None:
    """Return what `error` means for the operator of the database at `where`, or None where it is a bug.

    A broken constraint or a wrong statement is a bug of ours and keeps its traceback. No text holds a
    value from a row.
    """
    if isinstance(error, sa.exc.TimeoutError):
        return StoreError(f"{where}: all connections of this process are in use: repeat the command")
    if not isinstance(error, sa.exc.DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        words = _sqlite_words(cause)
    else:
        words = _postgres_words(cause, lost=error.connection_invalidated)
    return StoreError(f"{where}: the database {words}") if words else None


def _sqlite_words(cause: sqlite3.Error) -> str | None:
    code = getattr(cause, "sqlite_errorcode", 1) & 0xFF
    if code == 1:
        return _UNMIGRATED if str(cause).startswith("no such ") else None
    if code in _SQLITE:
        return _SQLITE[code]
    return f"failed: {cause}" if isinstance(cause, sqlite3.OperationalError) else None


def _postgres_words(cause: BaseException | None, *, lost: bool) -> str | None:
    state = getattr(cause, "sqlstate", None) or ""
    for beginning, words in _POSTGRES.items():
        if state.startswith(beginning):
            return words
    unanswered = not state and any(kind.__name__ == "OperationalError" for kind in type(cause).__mro__)
    if lost or unanswered or state.startswith(("08", "57P")):
        return f"does not answer; check that the server runs and database.url is right ({_first_line(cause)})"
    return f"failed: {_first_line(cause)}" if state.startswith(("53", "58")) else None


def _first_line(cause: BaseException | None) -> str:
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    return lines[0] if lines else "no reason given"
