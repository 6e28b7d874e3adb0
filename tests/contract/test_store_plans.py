"""How the databases find what the hot path asks for: by an index, never by reading or sorting a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from store_filling import MINUTE, NOW, a_crowd_subscribes, a_record, begun, edition_is_frozen, sent

from syndicate.model import Chunk
from syndicate.store import articles, exchange, outbox, selection
from syndicate.store.engine import Store
from syndicate.store.exchange import Work
from syndicate.store.outbox import StoreOutbox
from syndicate.store.plain import Plain


@pytest.fixture
def chunk(store_db: Store) -> Chunk:
    """A chunk taken by one sender from an edition of several, the databases knowing how large all is."""
    a_crowd_subscribes(store_db, 3000)
    edition_is_frozen(store_db, stale_at=NOW + MINUTE)
    chunk, _ = begun(StoreOutbox(store_db), 10)
    with store_db.write() as conn:
        conn.exec_driver_sql("ANALYZE")
    return chunk


def plan(plain: Plain, statement: str, values: tuple[object, ...]) -> str:
    """Return how the database would run a statement; on PostgreSQL as for tables too large to read."""
    if plain.kind == "postgresql":
        plain.run("SET LOCAL enable_seqscan = off", ())
        plain.run("SET LOCAL enable_hashjoin = off", ())
        plain.run("SET LOCAL enable_mergejoin = off", ())
    explain = "EXPLAIN QUERY PLAN " if plain.kind == "sqlite" else "EXPLAIN "
    return "\n".join(str(row) for row in plain.rows(explain + statement, values))


def test_the_next_chunk_is_read_from_its_index(chunk: Chunk, store_db: Store) -> None:
    """The chunk that leaves next is the first of an index; nothing is sorted for it."""
    with store_db.plain() as plain, plain.transaction():
        found = plan(plain, outbox._NEXT + outbox._LOCKED[plain.kind], (NOW, 10))
    assert "ix_chunk_due" in found
    assert "Sort" not in found
    assert "TEMP B-TREE" not in found


def test_what_is_owned_is_read_from_its_index(chunk: Chunk, store_db: Store) -> None:
    """A lease is renewed and a dead sender found without reading the chunks that nobody owns."""
    with store_db.plain() as plain, plain.transaction():
        for statement, values in (
            (outbox._DEAD.format(mine="(0)"), (NOW,)),
            (outbox._MINE, ("sender",)),
            (outbox._KEEP, (NOW, "sender")),
        ):
            assert "ix_chunk_owned" in plan(plain, statement, values)


def test_a_chunks_letters_are_read_from_its_index(chunk: Chunk, store_db: Store) -> None:
    """Of a million deliveries only the chunk's own are looked at."""
    with store_db.plain() as plain, plain.transaction():
        assert "ix_delivery_chunk_id" in plan(plain, outbox._DUE, (chunk.id, NOW))


@pytest.fixture
def archive(store_db: Store) -> Store:
    """20,000 articles, one in a hundred of which was new again, the databases knowing how many all are."""
    hour = timedelta(hours=1)
    many = [a_record(f"a{n}", published=NOW - n * hour) for n in range(20_000)]
    again = [replace(one, again_at=NOW - n * hour) for n, one in enumerate(many[::100])]
    with store_db.write() as conn:
        articles.save_records(conn, [*many, *again])
        conn.exec_driver_sql("ANALYZE")
    return store_db


def test_what_is_new_is_read_from_both_indexes(archive: Store) -> None:
    """Of an archive only what became visible and what was new again between two moments is looked at."""
    after = NOW - timedelta(hours=9)
    with archive.read() as conn:
        asked: list[tuple[str, Any]] = []
        event.listen(conn, "before_cursor_execute", lambda *said: asked.append(said[2:4]))
        assert len(selection.became_visible(conn, after=after, until=NOW)) == 9 + 8
        statement, values = asked[-1]
        explain = "EXPLAIN QUERY PLAN " if archive.dialect == "sqlite" else "EXPLAIN "
        found = str(conn.exec_driver_sql(explain + statement, values).all())
    assert "ix_article_visible_at" in found and "ix_article_again" in found
    assert "Seq Scan on article" not in found and "SCAN article" not in found


def test_an_exchange_finds_its_letters_by_number(chunk: Chunk, store_db: Store) -> None:
    """The one statement of an exchange reads no table from end to end."""
    work = Work(sent(chunk.waiting[:10]), chunk.waiting[10:20], {chunk.id: chunk.fence}, "sender", NOW)
    with store_db.plain() as plain, plain.transaction():
        found = plan(plain, *exchange.statement(plain, work))
    for table in ("delivery", "chunk", "subscription"):  # of editions there are few
        assert f"Seq Scan on {table}" not in found
        assert f"SCAN {table}" not in found
    assert "subscription" in found
