"""The store's pure parts: instants, batches, and what an error means."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.store.batches import batched
from syndicate.store.failures import explain
from syndicate.store.tables import UtcDateTime

TOKYO = timezone(timedelta(hours=9))
DIALECTS: list[sa.Dialect] = [
    sa.make_url(url).get_dialect()() for url in ("sqlite://", "postgresql+psycopg://")
]


@given(st.datetimes(timezones=st.sampled_from([UTC, TOKYO]), min_value=datetime(2, 1, 1)))  # noqa: DTZ001
@settings(max_examples=100, deadline=None)
def test_an_instant_survives_either_database(moment: datetime) -> None:
    """What is stored and read again is the same instant, in UTC, on both databases."""
    for dialect in DIALECTS:
        stored = UtcDateTime().process_bind_param(moment, dialect)
        read = UtcDateTime().process_result_value(stored, dialect)
        assert read == moment
        assert read is not None
        assert read.tzinfo is UTC


def test_a_naive_instant_is_refused() -> None:
    """A moment without a zone is a bug, and is never guessed."""
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), DIALECTS[0])  # noqa: DTZ001


@given(st.lists(st.integers()), st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_batches_hold_everything_in_order(items: list[int], size: int) -> None:
    """Batches joined are the list; none is empty or too long."""
    batches = list(batched(items, size))
    assert [item for batch in batches for item in batch] == items
    assert all(0 < len(batch) <= size for batch in batches)


def wrapped(cause: Exception, kind: type[sa.exc.DBAPIError] = sa.exc.OperationalError) -> sa.exc.DBAPIError:
    """Return `cause` as SQLAlchemy raises it."""
    return kind("UPDATE subscriber SET email = ?", ("ana@example.org",), cause)


@pytest.mark.parametrize(
    ("code", "words"),
    [(5, "locked"), (8, "cannot be written"), (1032, "cannot be written"), (778, "disk reports an error")],
)
def test_sqlite_codes_are_put_in_words(code: int, words: str) -> None:
    """Primary and extended result codes alike lead to what an operator can do."""
    cause = sqlite3.OperationalError("database ana@example.org")
    cause.sqlite_errorcode = code
    text = str(explain(wrapped(cause), "var/x.db"))
    assert text.startswith("var/x.db: the database ")
    assert words in text
    assert "ana@" not in text


class OperationalError(Exception):
    """A server's error, as psycopg names it."""

    def __init__(self, text: str, sqlstate: str | None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "words"),
    [
        (None, "does not answer; check that the server runs and database.url is right (refused)"),
        ("57P01", "does not answer"),
        ("28P01", "refuses the user or the password"),
        ("3D000", "createdb"),
        ("40P01", "repeat the command"),
        ("53100", "disk is full"),
        ("42P01", "syndicate build"),
        ("53200", "failed: refused"),
    ],
)
def test_postgresql_states_are_put_in_words(sqlstate: str | None, words: str) -> None:
    """Each SQLSTATE that an operator can meet leads to what he can do."""
    assert words in str(
        explain(wrapped(OperationalError("\nrefused\nsome hint\n", sqlstate)), "postgresql://h/d")
    )


def test_a_bug_is_not_explained_away() -> None:
    """A wrong statement or a broken constraint stays what it is."""
    syntax = sqlite3.OperationalError('near "SELEC": syntax error')
    syntax.sqlite_errorcode = 1
    unique = sqlite3.IntegrityError("UNIQUE constraint failed")
    unique.sqlite_errorcode = 2067
    assert explain(wrapped(syntax), "x") is None
    assert explain(wrapped(unique, sa.exc.IntegrityError), "x") is None
    assert explain(sa.exc.InvalidRequestError("x"), "x") is None


def test_the_known_revision_is_that_of_the_newest_migration() -> None:
    """What spares a start the weight of Alembic is held to the files."""
    from syndicate.store.migrate import Migrations
    from syndicate.store.schema import REVISION

    assert Migrations().stop() == REVISION
