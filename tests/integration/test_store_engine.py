"""The open database, as a file and as a server that does not answer."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from syndicate.errors import Busy, StoreError
from syndicate.store.engine import Store, open_store
from syndicate.store.turns import turn


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A new SQLite store with one table."""
    opened = open_store("sqlite:///var/x.db", sqlite_path=tmp_path / "var" / "x 100%?.db")
    with opened.write() as conn:
        conn.exec_driver_sql("CREATE TABLE box (id INTEGER PRIMARY KEY, text TEXT UNIQUE)")
        conn.exec_driver_sql("CREATE TABLE thing (box_id INTEGER REFERENCES box (id))")
    yield opened
    opened.close()


def put(conn: sa.Connection, text: str) -> None:
    """Put a row into the box."""
    conn.execute(sa.text("INSERT INTO box (text) VALUES (:text)"), {"text": text})


def box(store: Store) -> list[str]:
    """Return what is in the box."""
    with store.read() as conn:
        return list(conn.scalars(sa.text("SELECT text FROM box ORDER BY id")))


def test_a_new_database_is_private(store: Store, tmp_path: Path) -> None:
    """The folder is for its owner alone, and so is each file that SQLite keeps in it."""
    assert (tmp_path / "var").stat().st_mode & 0o777 == 0o700
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "var").iterdir()}
    assert files == {f"x 100%?.db{suffix}": 0o600 for suffix in ("", "-wal", "-shm", ".lock")}


def test_each_connection_checks_keys_and_syncs(store: Store) -> None:
    """Readers and writers alike check foreign keys, and writes are synchronous in full."""
    for connection in (store.read, store.write):
        with connection() as conn:
            names = ("foreign_keys", "synchronous", "journal_mode")
            values = [conn.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
            assert values == [1, 2, "wal"]


def test_a_write_is_kept_whole_or_not_at_all(store: Store) -> None:
    """An exception in the block takes the block back and comes through as it is."""
    with store.write() as conn:
        put(conn, "kept")
    with pytest.raises(KeyError), store.write() as conn:
        put(conn, "lost")
        raise KeyError
    assert box(store) == ["kept"]


def test_a_reader_sees_one_state_and_waits_for_no_writer(store: Store) -> None:
    """A read beside an open write sees what was there before, for as long as it lasts."""
    with store.write() as writer:
        put(writer, "new")
        assert box(store) == []
    with store.read() as reader:
        assert reader.scalar(sa.text("SELECT count(*) FROM box")) == 1
        with store.write() as writer:
            put(writer, "newer")
        assert reader.scalar(sa.text("SELECT count(*) FROM box")) == 1


def test_a_reader_cannot_write(store: Store) -> None:
    """A write on a reading connection is refused in words."""
    with pytest.raises(StoreError, match="cannot be written"), store.read() as conn:
        put(conn, "x")


def test_a_write_inside_a_write_is_a_bug_at_once(store: Store) -> None:
    """A transaction that would wait for itself for a minute is refused."""
    with store.write(), pytest.raises(RuntimeError, match="inside another"), store.write():
        pass
    with store.write() as conn:
        put(conn, "still usable")
    assert box(store) == ["still usable"]


def test_a_broken_constraint_is_a_bug(store: Store) -> None:
    """What only a mistake of ours can cause keeps its own exception."""
    with pytest.raises(sa.exc.IntegrityError), store.write() as conn:
        put(conn, "x")
        put(conn, "x")
    with pytest.raises(sa.exc.IntegrityError), store.write() as conn:
        conn.exec_driver_sql("INSERT INTO thing VALUES (1)")


def test_threads_share_a_store(store: Store) -> None:
    """Eight threads that read and write one store lose nothing."""

    def work(number: int) -> None:
        for turn_number in range(10):
            with store.write() as conn:
                put(conn, f"{number}-{turn_number}")
            assert f"{number}-{turn_number}" in box(store)

    with ThreadPoolExecutor(8) as pool:
        for task in [pool.submit(work, number) for number in range(8)]:
            task.result()
    assert len(box(store)) == 80


def test_a_store_is_opened_again_with_what_it_held(store: Store) -> None:
    """A second opening of the file, while the first is open, sees its rows."""
    with store.write() as conn:
        put(conn, "x")
    again = open_store("sqlite:///", sqlite_path=Path(store.where))
    assert box(again) == ["x"]
    again.close()


def test_unchecked_keys_do_not_outlive_their_block(store: Store) -> None:
    """Constraints are off only for the migration that asked, not for the connection's next user."""
    with store.alone(), store.begin(foreign_keys=False) as conn:
        conn.exec_driver_sql("INSERT INTO thing VALUES (1)")
    with pytest.raises(sa.exc.IntegrityError), store.write() as conn:
        conn.exec_driver_sql("INSERT INTO thing VALUES (2)")


def test_a_full_disk_is_told(store: Store) -> None:
    """No room is named as such, and nothing of the block is kept."""
    with pytest.raises(StoreError, match="disk is full"), store.write() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count = 1")
        put(conn, "x" * 100_000)
    assert box(store) == []


def test_a_database_that_was_never_migrated_is_told(store: Store) -> None:
    """A missing table names the command that makes it."""
    with pytest.raises(StoreError, match="syndicate build"), store.read() as conn:
        conn.exec_driver_sql("SELECT * FROM article")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """A file of something else is named, and left as it is."""
    path = tmp_path / "x.db"
    path.write_text("a letter to my grandmother, " * 100)
    with pytest.raises(StoreError, match=r"x\.db: the database is not an SQLite database"):
        open_store("sqlite:///", sqlite_path=path)
    assert path.read_text().startswith("a letter")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is a StoreError with the path."""
    (tmp_path / "var").write_text("")
    with pytest.raises(StoreError, match=r"x\.db: the database cannot be made"):
        open_store("sqlite:///", sqlite_path=tmp_path / "var" / "x.db")


def test_a_server_that_does_not_answer_is_told_without_the_password() -> None:
    """A refused connection names the server and never the password."""
    pytest.importorskip("psycopg")
    store = open_store("postgresql://ana:s3cret@127.0.0.1:1/news?options=s3cret")
    with pytest.raises(StoreError, match="does not answer") as caught, store.read():
        pass
    assert "postgresql://127.0.0.1:1/news" in str(caught.value)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("url", ["mysql://u:s3cret@h/d", "s3cret", "", "sqlite://", "sqlite:///:memory:"])
def test_a_url_that_cannot_be_used_is_told(url: str) -> None:
    """Any other URL is refused by the name of its setting, without repeating it."""
    with pytest.raises(StoreError, match=r"^database\.url: ") as caught:
        open_store(url)
    assert "s3cret" not in str(caught.value)


def test_a_waiting_writer_is_woken_when_its_turn_comes(tmp_path: Path) -> None:
    """A waiter enters once the holder leaves, long before its limit."""
    entered = threading.Event()

    def wait_and_enter() -> None:
        with turn(tmp_path / "lock", wait=60, busy="busy"):
            entered.set()

    waiter = threading.Thread(target=wait_and_enter)
    with turn(tmp_path / "lock", wait=0, busy="busy"):
        waiter.start()
        assert not entered.wait(0.05)
    assert entered.wait(10)
    waiter.join()


def test_a_writer_that_waited_too_long_is_busy_and_leaves_no_lock(tmp_path: Path) -> None:
    """The limit ends the wait with Busy, and the lock that comes too late is given up again."""
    path = tmp_path / "lock"
    with turn(path, wait=0, busy="x"), pytest.raises(Busy, match="try later"):  # noqa: SIM117
        with turn(path, wait=0.01, busy="try later"):
            pass
    deadline = time.monotonic() + 10
    while any(thread.name == "turn" for thread in threading.enumerate()) and time.monotonic() < deadline:
        os.sched_yield()
    with turn(path, wait=0, busy="x"):
        pass


def test_a_lock_held_by_a_foreign_program_is_told(store: Store) -> None:
    """A database browser with an open transaction is blamed, not syndicate."""
    with store.write() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 1")  # the pooled connection keeps it
    with closing(sqlite3.connect(store.where)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by a program other than syndicate"), store.write():
            pass


def test_the_log_of_writes_stays_small(store: Store) -> None:
    """Hundreds of commits, and one as large as a freeze, leave a log of a few megabytes."""
    log = Path(store.where + "-wal")
    with store.write() as conn:
        for number in range(30):
            put(conn, f"{number}" + "x" * 1_000_000)
    assert log.stat().st_size > 30_000_000
    for number in range(600):
        with store.plain() as plain:
            plain.run("INSERT INTO box (text) VALUES (?)", (f"{number}" + "y" * 40_000,))
    assert log.stat().st_size <= 16_000_000
