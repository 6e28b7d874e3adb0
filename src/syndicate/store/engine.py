"""The open database: short write transactions one after another, reads beside them."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from syndicate.durable import make_folder, sync_folder
from syndicate.errors import StoreError
from syndicate.store.failures import explain
from syndicate.store.plain import Plain
from syndicate.store.turns import turn

WAIT_FOR_WRITERS = 60.0  # seconds
_BUSY_TIMEOUT = 10.0  # seconds; only programs that do not take our lock file are waited for so

_WAL_LIMIT = 16_000_000  # bytes that the log keeps on disk after a freeze made it grow

_PRAGMAS = (
    "synchronous = FULL",
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "cache_size = -4000",
    f"journal_size_limit = {_WAL_LIMIT}",
)


class Store:
    """A database with one writer at a time and any number of readers; usable from several threads.

    After a fork, open a store of one's own: connections must not be shared by processes.
    """

    def __init__(self, where: str, writer: sa.Engine, reader: sa.Engine, lock: Path | None) -> None:
        self.where = where
        self._writer = writer
        self._reader = reader
        self._lock = lock
        self._mine = threading.local()
        self._bare: sa.PoolProxiedConnection | None = None

    @property
    def dialect(self) -> str:
        """``sqlite`` or ``postgresql``."""
        return self._writer.dialect.name

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the database for the whole block and cannot write.

        It waits for no writer. Raises StoreError where the database fails.
        """
        with self._plainly(), self._reader.connect() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection inside a write transaction: committed and on disk when the block ends well.

        Keep the block short: on SQLite every other writer waits for it, for a minute at most, then
        raises Busy. Raises StoreError where the database fails; nothing of the block is kept then.
        """
        with self.alone(), self.begin() as conn:
            yield conn

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the lock file that all of syndicate's writers take; on PostgreSQL there is none.

        SQLite's own busy wait is not fair: a process in a tight loop of commits starves the others.
        """
        if self._lock is None:
            yield
            return
        if getattr(self._mine, "writing", False):
            raise RuntimeError("a write transaction inside another would wait for itself")
        busy = f"{self.where}: another syndicate process has been writing for a minute; try again later"
        with turn(self._lock, wait=WAIT_FOR_WRITERS, busy=busy):
            self._mine.writing = True
            try:
                yield
            finally:
                self._mine.writing = False

    @contextmanager
    def begin(self, *, foreign_keys: bool = True) -> Iterator[sa.Connection]:
        """Begin a write transaction without taking the lock file: for holders of `alone` only.

        `foreign_keys` False leaves SQLite's constraints unchecked, as a migration that rebuilds a table
        must; the caller then checks them himself.
        """
        with self._plainly(), self._writer.connect() as conn:
            if foreign_keys:
                with conn.begin():
                    yield conn
                return
            try:
                with conn.execution_options(syndicate_unchecked=True).begin():
                    yield conn
            finally:
                conn.invalidate()  # the next user gets a connection that checks them again

    @contextmanager
    def plain(self) -> Iterator[Plain]:
        """Give the hot path a driver's connection outside any transaction, for one thread at a time.

        On SQLite the block holds the writers' lock, and the connection is the same each time.
        """
        with self.alone(), self._plainly():
            conn = self._bare or self._writer.raw_connection()
            if self.dialect == "sqlite":
                self._bare = conn
            try:
                yield Plain(conn.dbapi_connection, self._writer.dialect)
            except self._writer.dialect.loaded_dbapi.Error as error:
                raise sa.exc.OperationalError("plain SQL", None, error) from error
            finally:
                if conn is not self._bare:
                    conn.close()

    def copy_into(self, path: Path) -> None:
        """Write a compact copy of the SQLite database to the empty file `path` (VACUUM INTO)."""
        with self._plainly(), self._writer.connect() as conn:
            raw = conn.connection.dbapi_connection
            assert raw is not None  # noqa: S101
            try:
                raw.execute("VACUUM INTO ?", (str(path),))
            except self._writer.dialect.loaded_dbapi.Error as error:
                raise sa.exc.OperationalError("VACUUM INTO", None, error) from error

    def close(self) -> None:
        """Close all connections."""
        if self._bare is not None:
            self._bare.close()
            self._bare = None
        self._reader.dispose()
        self._writer.dispose()

    @contextmanager
    def _plainly(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            plain = explain(error, self.where)
            if plain is None:
                raise
            raise plain from error


def open_store(url: str, *, sqlite_path: Path | None = None) -> Store:
    """Open the database at `url` (``sqlite:///…`` or ``postgresql://…``); makes an SQLite file if missing.

    `sqlite_path` is the file of an SQLite URL once resolved. Its folder is made 0700, the file 0600.
    Raises StoreError where it cannot be opened; a PostgreSQL server is first asked when it is used.
    """
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError("database.url: not of the form sqlite:///… or postgresql://user@host/name") from None
    kind = parsed.drivername.partition("+")[0]
    if kind == "sqlite":
        path = sqlite_path or (Path(parsed.database) if parsed.database else None)
        if path is None or path.name == ":memory:":
            raise StoreError(
                "database.url: an SQLite database needs a file, as in sqlite:///var/syndicate.db"
            )
        return _open_sqlite(path)
    if kind in ("postgresql", "postgres"):
        return _open_postgres(parsed)
    raise StoreError(f"database.url: {kind} is not supported; use sqlite:///… or postgresql://…")


def _open_sqlite(path: Path) -> Store:
    try:
        make_folder(path.parent, mode=0o700)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            sync_folder(path.parent)
    except OSError as error:
        raise StoreError(f"{path}: the database cannot be made: {error.strerror}") from error
    store = Store(
        str(path),
        _sqlite_engine(path, "BEGIN IMMEDIATE", _PRAGMAS),
        _sqlite_engine(path, "BEGIN", (*_PRAGMAS, "query_only = ON")),
        path.with_name(path.name + ".lock"),
    )
    try:
        _use_wal(store)
    except BaseException:
        store.close()
        raise
    return store


def _sqlite_engine(path: Path, begin: str, pragmas: tuple[str, ...]) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": _BUSY_TIMEOUT, "check_same_thread": False},
        hide_parameters=True,
        max_overflow=20,
    )

    @sa.event.listens_for(engine, "connect")
    def connected(raw: Any, record: object) -> None:  # noqa: ARG001
        raw.isolation_level = None  # else the driver begins transactions of its own, and too late
        for pragma in pragmas:
            raw.execute(f"PRAGMA {pragma}").close()

    @sa.event.listens_for(engine, "begin")
    def began(conn: sa.Connection) -> None:
        unchecked = conn.get_execution_options().get("syndicate_unchecked", False)
        if unchecked:  # SQLite ignores this pragma inside a transaction
            conn.exec_driver_sql("PRAGMA foreign_keys = OFF")
        conn.exec_driver_sql(begin)

    return engine


def _use_wal(store: Store) -> None:
    """Turn write-ahead logging on, once in a database's life: it needs the file for itself."""
    with store._plainly(), store._writer.connect() as conn:
        raw: Any = conn.connection.dbapi_connection
        try:
            if raw.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
                return
            with store.alone():
                raw.execute("PRAGMA journal_mode = WAL").fetchone()
        except store._writer.dialect.loaded_dbapi.Error as error:
            raise sa.exc.OperationalError("PRAGMA journal_mode", None, error) from error


def _open_postgres(url: sa.URL) -> Store:
    where = sa.URL.create("postgresql", host=url.host, port=url.port, database=url.database)
    options: dict[str, Any] = {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "connect_args": {"connect_timeout": 10, "application_name": "syndicate"},
    }
    url = url.set(drivername="postgresql+psycopg")
    try:
        writer = sa.create_engine(url, **options)
        reader = sa.create_engine(url, isolation_level="REPEATABLE READ", **options)
    except ModuleNotFoundError as error:
        raise StoreError(
            "database.url: PostgreSQL needs its driver: pip install 'psycopg[binary]'"
        ) from error
    reader = reader.execution_options(postgresql_readonly=True)
    return Store(where.render_as_string(), writer, reader, None)
