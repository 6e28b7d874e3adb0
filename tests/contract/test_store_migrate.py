"""The contract of migrations: the schema they leave, the backup before, and what they refuse."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from store_filling import NOW, articles_are_known, begun, edition_is_frozen, ledger, people_subscribe, sent

from syndicate.errors import StoreError
from syndicate.store import migrate as migrate_module
from syndicate.store.engine import Store, open_store
from syndicate.store.migrate import Migrated, Migrations, migrate
from syndicate.store.outbox import StoreOutbox
from syndicate.store.peopletables import metadata

# A later migration as one would write it: SQLite has to rebuild the table that all others hang on.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"

def upgrade():
    with op.batch_alter_table("subscriber", recreate="auto") as batch:
        batch.add_column(sa.Column("language", sa.Text, nullable=False, server_default=sa.text("'id'")))
        batch.alter_column("email", new_column_name="address")
        batch.create_check_constraint("address", "address <> 'nobody'")
"""

BREAK = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{head}"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer))
    op.execute("UPDATE delivery SET state = 'lost'")
    raise ArithmeticError("this migration is broken")
"""


@pytest.fixture
def backups(tmp_path: Path) -> Path:
    """A folder for backups that does not exist yet."""
    return tmp_path / "var" / "backup"


def later(folder: Path, text: str) -> Migrations:
    """Return the shipped migrations with one more after the newest."""
    versions = folder / "later 100%"
    versions.mkdir()
    (versions / "later.py").write_text(text.format(head=Migrations().stop()), "utf-8")
    return replace(Migrations(), folders=(*Migrations().folders, versions))


def store_is_filled(store: Store) -> None:
    """Fill every table on which another depends."""
    articles_are_known(store, "a", "b")
    people_subscribe(store, ["ana", "budi"], "daily")
    edition_is_frozen(store, holds=["a", "b"])
    outbox = StoreOutbox(store)
    chunk, attempts = begun(outbox, 1)
    outbox.exchange(sent(attempts), [], now=NOW)
    outbox.give_back(chunk, now=NOW)


def counts(store: Store) -> dict[str, int]:
    """Return how many rows each table holds."""
    with store.read() as conn:
        return {
            table.name: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_a_fresh_database_gets_the_schema_and_no_backup(store_fresh: Store, backups: Path) -> None:
    """An empty database is brought to the newest revision; there is nothing to back up."""
    head = Migrations().stop()
    assert migrate(store_fresh, backups=backups, now=NOW) == Migrated(None, head)
    assert not backups.exists()
    with store_fresh.read() as conn:
        assert set(sa.inspect(conn).get_table_names()) == {*metadata.tables, "alembic_version"}


def test_a_current_database_is_left_alone(store_fresh: Store, backups: Path) -> None:
    """Migrating again does nothing and keeps every row."""
    migrate(store_fresh, backups=backups, now=NOW)
    store_is_filled(store_fresh)
    before = counts(store_fresh)
    head = Migrations().stop()
    assert migrate(store_fresh, backups=backups, now=NOW) == Migrated(head, head)
    assert counts(store_fresh) == before
    assert not backups.exists()


def test_the_migrations_leave_what_the_tables_say(store_fresh: Store, backups: Path) -> None:
    """Tables, columns, types, defaults and keys after all migrations are those of `tables`."""
    migrate(store_fresh, backups=backups, now=NOW)
    with store_fresh.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_the_migrations_leave_the_same_indexes(store_fresh: Store, backups: Path) -> None:
    """Each index, with the condition that Alembic does not compare, is as `tables` would make it."""
    migrate(store_fresh, backups=backups, now=NOW)
    migrated = indexes(store_fresh)
    with store_fresh.write() as conn:
        metadata.drop_all(conn)
        metadata.create_all(conn)
    assert indexes(store_fresh) == migrated
    assert {"ix_chunk_due", "ix_chunk_owned", "ix_delivery_key"} < set(migrated)


def indexes(store: Store) -> dict[str, str]:
    """Return the definition of each index by its name."""
    query = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
        " AND tablename <> 'alembic_version'",
    }
    with store.read() as conn:
        return {name: " ".join(text.split()) for name, text in conn.exec_driver_sql(query[store.dialect])}


def test_a_newer_database_is_refused(store_fresh: Store, backups: Path) -> None:
    """A database with a revision that this program does not know is left as it is."""
    migrate(store_fresh, backups=backups, now=NOW)
    with store_fresh.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer syndicate .*9999.*install that version or restore"):
        migrate(store_fresh, backups=backups, now=NOW)
    assert not backups.exists()


def test_migrating_at_once_migrates_once(store_fresh: Store, backups: Path) -> None:
    """Of four that migrate a fresh database together one does it, and the others find it done."""
    with ThreadPoolExecutor(4) as pool:
        tasks = [pool.submit(migrate, store_fresh, backups=backups, now=NOW) for _ in range(4)]
        results = [task.result() for task in tasks]
    assert {result.after for result in results} == {Migrations().stop()}
    assert sum(result.before is None for result in results) == 1


def test_a_later_migration_keeps_every_row(store_fresh: Store, backups: Path, tmp_path: Path) -> None:
    """A migration that rebuilds a table loses no row of it nor of those that hang on it."""
    migrate(store_fresh, backups=backups, now=NOW)
    store_is_filled(store_fresh)
    before = counts(store_fresh)
    done = migrate(store_fresh, backups=backups, now=NOW, along=later(tmp_path, REBUILD))
    assert (done.before, done.after) == (Migrations().stop(), "9001")
    assert counts(store_fresh) == before
    with store_fresh.write() as conn:
        query = "SELECT s.address, s.language, d.state FROM subscriber s JOIN delivery d"
        rows = conn.exec_driver_sql(query + " ON d.subscriber_id = s.id ORDER BY d.id").all()
        assert [tuple(row) for row in rows] == [
            ("ana@Example.org", "id", "sent"),
            ("budi@Example.org", "id", "pending"),
        ]
    with pytest.raises(sa.exc.IntegrityError), store_fresh.write() as conn:
        conn.exec_driver_sql("UPDATE delivery SET subscriber_id = 77")


def test_a_broken_migration_leaves_the_database_as_it_was(
    store_fresh: Store, backups: Path, tmp_path: Path
) -> None:
    """A migration that fails half way is taken back whole."""
    migrate(store_fresh, backups=backups, now=NOW)
    store_is_filled(store_fresh)
    with pytest.raises(ArithmeticError):
        migrate(store_fresh, backups=backups, now=NOW, along=later(tmp_path, BREAK))
    head = Migrations().stop()
    assert migrate(store_fresh, backups=backups, now=NOW) == Migrated(head, head)
    assert [row[1] for row in ledger(store_fresh)] == ["sent", "pending"]
    with store_fresh.read() as conn:
        assert not sa.inspect(conn).has_table("half")


def test_the_backup_is_the_database_before(store_sqlite: Store, backups: Path, tmp_path: Path) -> None:
    """Before an SQLite database is migrated, a private, complete copy is written that can be opened."""
    store_is_filled(store_sqlite)
    before = counts(store_sqlite)
    done = migrate(store_sqlite, backups=backups, now=NOW, along=later(tmp_path, REBUILD))
    assert done.backup == backups / f"syndicate-20261123T070000Z-{Migrations().stop()}.db"
    assert done.backup.stat().st_mode & 0o777 == 0o600
    assert list(backups.iterdir()) == [done.backup]
    restored = open_store("sqlite:///", sqlite_path=done.backup)
    assert migrate(restored, backups=backups, now=NOW).backup is None
    assert counts(restored) == before
    restored.close()


def test_without_a_backup_there_is_no_migration(store_sqlite: Store, tmp_path: Path) -> None:
    """Where the backup cannot be written the database stays as it is, and the message names the file."""
    (tmp_path / "backup").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="the backup before the migration cannot be written"):
        migrate(store_sqlite, backups=tmp_path / "backup", now=NOW, along=later(tmp_path, REBUILD))
    assert migrate(store_sqlite, backups=tmp_path, now=NOW).before == Migrations().stop()


def test_a_migration_that_orphans_a_row_is_taken_back(store_sqlite: Store) -> None:
    """Constraints that were off during a migration are checked before it is kept."""
    store_is_filled(store_sqlite)
    with pytest.raises(RuntimeError, match="delivery"), store_sqlite.alone():  # noqa: SIM117
        with store_sqlite.begin(foreign_keys=False) as conn:
            conn.exec_driver_sql("UPDATE delivery SET rendition_id = 77")
            migrate_module._check_foreign_keys(conn)
    with closing(sqlite3.connect(store_sqlite.where)) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
