"""Brings a database to the newest schema, after a backup; the only file that drives Alembic."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from syndicate.durable import make_folder, sync_folder
from syndicate.errors import StoreError
from syndicate.store.engine import Store
from syndicate.store.schema import revision

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
_ADVISORY_LOCK = 7_309_940_618  # any number of ours, the same in every version


@dataclass(frozen=True, slots=True)
class Migrated:
    """What `migrate` did: the revision before (None: the database was empty), after, and the backup."""

    before: str | None
    after: str
    backup: Path | None = None


@dataclass(frozen=True, slots=True)
class Migrations:
    """The folders that hold migrations, and the one to stop at; tests name others than what ships."""

    folders: tuple[Path, ...] = (_VERSIONS,)
    target: str = "head"

    def scripts(self) -> ScriptDirectory:
        """Return the migrations as Alembic reads them."""
        return ScriptDirectory.from_config(self.config())

    def stop(self) -> str:
        """Return the revision that `target` stands for."""
        script = self.scripts().get_revision(self.target)
        if script is None:
            raise RuntimeError("this installation of syndicate ships no migrations")
        return script.revision

    def config(self, conn: sa.Connection | None = None) -> Config:
        """Return what Alembic wants to know; there is no alembic.ini."""
        config = Config()
        config.set_main_option("script_location", "syndicate.store:migrations")
        config.set_main_option("path_separator", "newline")
        places = "\n".join(str(folder) for folder in self.folders)
        config.set_main_option("version_locations", places.replace("%", "%%"))
        config.attributes["connection"] = conn
        return config


_SHIPPED = Migrations()


def migrate(store: Store, *, backups: Path, now: datetime, along: Migrations = _SHIPPED) -> Migrated:
    """Bring the database to this program's schema in one transaction; does nothing where it is there.

    An SQLite database with tables is first copied to ``syndicate-<UTC stamp>-<revision>.db`` (0600) in
    the folder `backups`. Several processes may call this at once: one migrates, the others wait. Raises
    StoreError for a database of a newer syndicate, Busy where another writer takes too long.
    """
    target = along.stop()
    with store.read() as conn:
        before = revision(conn)
    if before == target:
        return Migrated(before, target)
    with store.alone():
        backup = _back_up(store, along, backups, now) if store.dialect == "sqlite" else None
        return Migrated(_upgrade(store, along), target, backup)


def _upgrade(store: Store, along: Migrations) -> str | None:
    """Run what is missing; return the revision before. The caller holds the writers' lock."""
    with store.begin(foreign_keys=False) as conn:
        if store.dialect == "postgresql":
            conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
        before = revision(conn)
        _refuse_unknown(store, along, before)
        if before != along.stop():
            command.upgrade(along.config(conn), along.target)
            _check_foreign_keys(conn)
    return before


def _refuse_unknown(store: Store, along: Migrations, found: str | None) -> None:
    known = {script.revision for script in along.scripts().walk_revisions()}
    if found is not None and found not in known:
        raise StoreError(
            f"{store.where}: this database was made by a newer syndicate (its schema is {found}); "
            "install that version or restore a backup"
        )


def _back_up(store: Store, along: Migrations, backups: Path, now: datetime) -> Path | None:
    """Copy the database as it is now; the caller holds the lock, so that no write comes between."""
    with store.read() as conn:
        before = revision(conn)
    if before in (None, along.stop()):
        return None
    _refuse_unknown(store, along, before)
    path = backups / f"syndicate-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{before}.db"
    try:
        make_folder(backups, mode=0o700)
        _copy(store, path)
    except OSError as error:
        raise StoreError(
            f"{path}: the backup before the migration cannot be written: {error.strerror}"
        ) from error
    return path


def _copy(store: Store, path: Path) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with closing(os.fdopen(descriptor, "rb")) as file:
        try:
            store.copy_into(draft)
            os.fsync(file.fileno())  # VACUUM INTO leaves that to us
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def _check_foreign_keys(conn: sa.Connection) -> None:
    """Make sure that a migration that rebuilt a table unchecked left no row without its parent."""
    if conn.dialect.name != "sqlite":
        return
    broken = conn.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration left a row of {broken[0]} without its parent in {broken[2]}")
