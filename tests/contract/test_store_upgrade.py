"""The contract of the migrations of a filled database: an older syndicate's goes on where it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from store_filling import MINUTE, NOW, begun, edition_is_frozen, names, sent

from syndicate.model import DeliveryState, Rendition
from syndicate.store import articles, choices, crosslinks, ids, readings, selection, sums
from syndicate.store.engine import Store
from syndicate.store.freezing import insert_rendition
from syndicate.store.migrate import Migrated, Migrations, migrate
from syndicate.store.outbox import StoreOutbox
from syndicate.store.peopletables import metadata
from syndicate.store.tables import UtcDateTime, chunk, delivery, subscriber, subscription

PEOPLE = 700
STATES = ("pending", "sending", "sent", "deferred", "unknown", "failed", "skipped")
_FILLED = ("article", "newsletter", "subscriber", "subscription", "edition", "rendition", "rendition_article")


@pytest.fixture
def old_store(store_fresh: Store, tmp_path: Path) -> Store:
    """A ledger of the first schema: two editions to 700 people, letters in every state, two sums."""
    migrate(store_fresh, backups=tmp_path / "old", now=NOW, along=replace(Migrations(), target="0001"))
    with store_fresh.write() as conn:
        moments = sa.bindparam("now", NOW, UtcDateTime)
        people = range(1, PEOPLE + 1)
        insert(
            conn, "subscriber", "email, email_key, created_at", "'p' || :n, 'p' || :n, :now", people, moments
        )
        columns = "subscriber_id, newsletter, state, token, started_at"
        insert(conn, "subscription", columns, ":n, 'daily', 'active', 'token-' || :n, :now", people, moments)
        columns = "uid, newsletter, occasion, occasion_at, frozen_at"
        insert(conn, "edition", columns, "'uid' || :n, 'daily', 'day ' || :n, :now, :now", [1, 2], moments)
        columns = "edition_id, language, subject, body"
        insert(conn, "rendition", columns, ":n, 'id', 'Kabar', CAST('Halo' AS {blob})", [1, 2], moments)
        _queue(conn, moments)
    return store_fresh


def insert(
    conn: sa.Connection, table: str, columns: str, values: str, numbers: Any, moment: sa.BindParameter[Any]
) -> None:
    """Insert a row of the first schema for each number, its texts made of that number."""
    blob = "bytea" if conn.dialect.name == "postgresql" else "blob"
    text = values.format(blob=blob).replace("|| :n", "|| CAST(:n AS text)")
    statement = sa.text(f"INSERT INTO {table} ({columns}) VALUES ({text})")  # noqa: S608
    if ":now" in text:
        statement = statement.bindparams(moment)
    conn.execute(
        statement, [{"n": number, "now": NOW} if ":now" in text else {"n": number} for number in numbers]
    )


def _queue(conn: sa.Connection, moment: sa.BindParameter[Any]) -> None:
    """Queue both editions, their rows mixed, in states that take turns; the second is all but sent."""
    names = "edition_id, rendition_id, subscriber_id, email, token, state, attempts, queued_at, due_at"
    statement = sa.text(
        f"INSERT INTO delivery ({names}, changed_at, code, reply) VALUES (:e, :e, :n, :mail, :token, :state,"  # noqa: S608
        " :tries, :now, :now, :now, 250, 'words')"
    ).bindparams(moment)
    rows = []
    for number in range(1, PEOPLE + 1):
        for edition in (1, 2):
            state = STATES[number % len(STATES)] if edition == 1 else "sent"
            row = {"e": edition, "n": number, "mail": f"p{number}", "token": f"token-{number}"}
            rows.append(row | {"state": state, "tries": int(state != "pending"), "now": NOW})
    conn.execute(statement, rows)


def counts(conn: sa.Connection) -> dict[str, int]:
    """Return how many rows those tables hold that there were before."""
    return {
        name: conn.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar_one()
        for name in (*_FILLED, "delivery")
    }


def migrated(store: Store, tmp_path: Path) -> Migrated:
    """Bring the old ledger to the newest schema."""
    return migrate(store, backups=tmp_path / "backup", now=NOW)


def test_every_letter_keeps_its_state(old_store: Store, tmp_path: Path) -> None:
    """Nothing of a letter changes but its chunk, and no row is lost."""
    told = (
        "id",
        "edition_id",
        "rendition_id",
        "subscriber_id",
        "email",
        "token",
        "state",
        "attempts",
        "reply",
    )
    statement = sa.select(*(delivery.c[name] for name in told)).order_by(delivery.c.id)
    with old_store.read() as conn:
        before, rows = conn.execute(statement).all(), counts(conn)
    done = migrated(old_store, tmp_path)
    assert (done.before, done.after) == ("0001", Migrations().stop())
    assert (done.backup is not None) == (old_store.dialect == "sqlite")
    with old_store.read() as conn:
        assert conn.execute(statement).all() == before
        assert counts(conn) == rows
        assert set(conn.scalars(sa.select(subscriber.c.bounces))) == {0}


def test_letters_lie_in_chunks_of_500_per_edition(old_store: Store, tmp_path: Path) -> None:
    """An edition's letters lie in the order of the queue, and each chunk counts its own."""
    migrated(old_store, tmp_path)
    columns = (chunk.c.edition_id, chunk.c.number, chunk.c.size)
    with old_store.read() as conn:
        rows = conn.execute(sa.select(*columns).order_by(chunk.c.edition_id, chunk.c.number)).all()
        assert [tuple(row) for row in rows] == [(1, 0, 500), (1, 1, 200), (2, 0, 500), (2, 1, 200)]
        for number in (1, 2):
            tally = sums.tally(conn, number)
            assert tally == sums.recount(conn, number)
            assert tally.frozen == PEOPLE
        strays = sa.select(delivery.c.id).join(chunk).where(chunk.c.edition_id != delivery.c.edition_id)
        assert conn.execute(strays).all() == []


def test_what_was_under_way_is_tried_again_in_doubt(old_store: Store, tmp_path: Path) -> None:
    """A letter that an older sender was sending when it ended is unknown to the next one, and due."""
    migrated(old_store, tmp_path)
    outbox = StoreOutbox(old_store)
    assert outbox.tally(1)[DeliveryState.SENDING] == 100
    outbox.recover(now=NOW + MINUTE)
    waiting = []
    for _ in range(2):
        found, attempts = begun(outbox, now=NOW + MINUTE)
        waiting += attempts
        outbox.exchange(sent(attempts), [], now=NOW + MINUTE)
        outbox.give_back(found, now=NOW + MINUTE)
    assert outbox.take(now=NOW + MINUTE) is None
    open_states = {number for number in range(1, PEOPLE + 1) if number % len(STATES) in (0, 1, 3, 4)}
    assert sorted(int(name[1:]) for name in names(waiting)) == sorted(open_states)
    assert {one.attempts for one in waiting if int(one.email[1:]) % len(STATES) == 1} == {2}
    assert outbox.tally(1).open == 0


def test_the_next_edition_follows_the_old_ones(old_store: Store, tmp_path: Path) -> None:
    """Editions and letters of no edition are written beside those that were there."""
    migrated(old_store, tmp_path)
    frozen = edition_is_frozen(old_store)
    assert frozen is not None
    assert (frozen.edition_id, frozen.deliveries) == (3, PEOPLE)
    with old_store.write() as conn:
        assert insert_rendition(conn, Rendition("", "", b"Halo", ()), edition_id=None) == 4


def test_an_empty_ledger_migrates(store_fresh: Store, tmp_path: Path) -> None:
    """Without any letter there is nothing to lay into chunks."""
    migrate(store_fresh, backups=tmp_path / "old", now=NOW, along=replace(Migrations(), target="0001"))
    assert migrated(store_fresh, tmp_path).after == Migrations().stop()
    with store_fresh.read() as conn:
        assert sums.tally(conn).frozen == 0


# ---------------------------------------------------------------- articles in their own rows


@pytest.fixture
def old_articles(store_fresh: Store, tmp_path: Path) -> Store:
    """A database of the second schema: three articles, one of them withdrawn, and what their files said."""
    migrate(store_fresh, backups=tmp_path / "old", now=NOW, along=replace(Migrations(), target="0002"))
    with store_fresh.write() as conn:
        moments = sa.bindparam("now", NOW, UtcDateTime)
        columns = "id, path, slug, fingerprint, state, first_seen_at, floor_at, undated_at"
        values = "'urn:' || :n, 'p' || :n, 's' || :n, 'old', 'present', :now, :now, :now"
        insert(conn, "article", columns, values, [1, 2, 3], moments)
        conn.exec_driver_sql("UPDATE article SET state = 'withdrawn' WHERE id = 'urn:3'")
        columns = "path, size, mtime_ns, version, payload"
        insert(conn, "parsed", columns, "'p' || :n, 7, 1795417200123456789, 'v', 'text'", [1, 2], moments)
        conn.exec_driver_sql("UPDATE parsed SET fault = 'not UTF-8', fault_line = 3 WHERE path = 'p2'")
    return store_fresh


def test_articles_keep_their_identities(old_articles: Store, tmp_path: Path) -> None:
    """Ids, slugs, states and moments are as they were; what a file says is told by the next scan."""
    done = migrated(old_articles, tmp_path)
    assert (done.before, done.after) == ("0002", Migrations().stop())
    with old_articles.read() as conn:
        found = articles.records(conn)
        assert [(one.id, one.path, one.slug, one.state.value) for one in found] == [
            ("urn:1", "p1", "s1", "present"),
            ("urn:2", "p2", "s2", "present"),
            ("urn:3", "p3", "s3", "withdrawn"),
        ]
        assert {(one.first_seen_at, one.floor_at, one.undated_at) for one in found} == {(NOW, NOW, NOW)}
        assert {(one.title, one.published_at, one.visible_at, one.hidden, one.aliases) for one in found} == {
            ("", None, None, False, ())
        }
        assert selection.everything(conn) != [] == selection.out(conn, now=NOW)


def test_files_are_read_again_and_are_no_edited_ones(old_articles: Store, tmp_path: Path) -> None:
    """Sizes and times stay, so that what reads otherwise now is known to be syndicate's doing."""
    migrated(old_articles, tmp_path)
    with old_articles.read() as conn:
        known = readings.stamps(conn, "any")
        assert known.of == dict.fromkeys(("p1", "p2"), (7, 1795417200123456789, False))
        assert known.again == {"p1", "p2"}
        assert readings.heads(conn, ["p1", "p2"]) == {} and readings.head_faults(conn) == []


def test_links_between_texts_are_moved_out_of_the_setting(store_fresh: Store, tmp_path: Path) -> None:
    """What texts linked to is known without reading them again; the setting is gone."""
    migrate(store_fresh, backups=tmp_path / "old", now=NOW, along=replace(Migrations(), target="0003"))
    with store_fresh.write() as conn:
        known = {"a.md": ["b", "ca%:f\u00e9"], "c.md": ["b", "n" * 2_000, "a\0b"]}
        ids.set_setting(conn, "content_links", json.dumps(known))
    migrated(store_fresh, tmp_path)
    with store_fresh.read() as conn:
        assert crosslinks.linking(conn, {"b"}) == {"a.md", "c.md"}
        assert crosslinks.linking(conn, {"ca%:f\u00e9"}) == {"a.md"}
        assert ids.get_setting(conn, "content_links") is None


def test_what_was_due_to_each_is_due_after_the_upgrade(store_fresh: Store, tmp_path: Path) -> None:
    """Who had the last edition lacks what was in none, who came later what came since; debts stay."""
    migrate(store_fresh, backups=tmp_path / "old", now=NOW, along=replace(Migrations(), target="0008"))
    when = ("missing", "mailed", "edition", "late")
    hours = {name: NOW + number * 60 * MINUTE for number, name in enumerate(when)}
    moments = [sa.bindparam(name, moment, UtcDateTime) for name, moment in hours.items()]
    with store_fresh.write() as conn:

        def run(text: str) -> None:
            statement = sa.text(text)
            conn.execute(statement.bindparams(*(one for one in moments if f":{one.key}" in text)))

        for name in ("missing", "mailed"):
            columns = "id, path, slug, fingerprint, state, first_seen_at, floor_at, undated_at, visible_at"
            values = f"'{name}', '{name}', '{name}', '', 'present', :{name}, :{name}, :{name}, :{name}"
            run(f"INSERT INTO article ({columns}) VALUES ({values})")  # noqa: S608
        started = NOW - MINUTE
        conn.execute(
            sa.text("INSERT INTO newsletter (name, started_at) VALUES ('daily', :start)").bindparams(
                sa.bindparam("start", started, UtcDateTime)
            )
        )
        columns = "uid, newsletter, occasion, occasion_at, frozen_at"
        run(f"INSERT INTO edition ({columns}) VALUES ('u', 'daily', 'day', :edition, :edition)")  # noqa: S608
        blob = "CAST('x' AS bytea)" if conn.dialect.name == "postgresql" else "x'00'"
        run(f"INSERT INTO rendition (edition_id, language, subject, body) VALUES (1, 'id', 's', {blob})")  # noqa: S608
        run("INSERT INTO rendition_article (rendition_id, article_id, position) VALUES (1, 'mailed', 0)")
        for number, since in ((1, "missing"), (2, "late"), (3, "missing")):
            run(
                "INSERT INTO subscriber (email, email_key, created_at) "  # noqa: S608
                f"VALUES ('p{number}', 'p{number}', :{since})"
            )
            columns = "subscriber_id, newsletter, state, token, started_at"
            values = f"{number}, 'daily', 'active', 't{number}', :{since}"
            run(f"INSERT INTO subscription ({columns}) VALUES ({values})")  # noqa: S608
        run("INSERT INTO owed (newsletter, subscriber_id, rendition_id) VALUES ('daily', 3, 1)")
    migrated(store_fresh, tmp_path)
    with store_fresh.read() as conn:
        [one] = choices.chosen(conn, "daily")
        after = list(conn.scalars(sa.select(subscription.c.after_at).order_by(subscription.c.id)))
    assert one.covered_at is not None
    assert NOW - MINUTE < one.covered_at < hours["missing"]
    assert after[0] is not None and after[0] < hours["missing"]
    assert after[1] is not None and hours["edition"] < after[1] < hours["late"]
    assert after[2] is not None and hours["missing"] < after[2] < hours["mailed"]
