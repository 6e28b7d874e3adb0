"""The contract of what the operator was told."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

from store_filling import MINUTE, NOW

from syndicate.model import Alert
from syndicate.store import alerts
from syndicate.store.engine import Store

PAUSED = Alert("edition paused", "daily/2026-11-23", "550 5.7.1 go away")


def is_told(store: Store, one: Alert, now: datetime = NOW) -> bool:
    with store.write() as conn:
        return alerts.add(conn, one, now=now)


def test_the_operator_is_told_once_a_day(store_db: Store) -> None:
    """One cause and matter is told once in a day of UTC, whatever its words; another is told beside it."""
    assert is_told(store_db, PAUSED)
    assert not is_told(store_db, Alert(PAUSED.cause, PAUSED.about, "other words"))
    assert is_told(store_db, Alert(PAUSED.cause, "weekly/2026-W48", "other words"))
    assert is_told(store_db, Alert("edition failures", PAUSED.about, "other words"))


def test_the_day_is_that_of_utc(store_db: Store) -> None:
    """An hour before and after midnight in UTC are two days, wherever the clock stands."""
    late = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)
    assert is_told(store_db, PAUSED, late.astimezone(timezone(timedelta(hours=7))))
    assert not is_told(store_db, PAUSED, late + 59 * MINUTE)
    assert is_told(store_db, PAUSED, late + 60 * MINUTE)


def test_racing_tellers_tell_once(store_db: Store) -> None:
    """Of eight threads that tell the same at once exactly one succeeds."""
    with ThreadPoolExecutor(8) as pool:
        tasks = [pool.submit(is_told, store_db, PAUSED) for _ in range(8)]
        assert sum(task.result() for task in tasks) == 1


def test_what_was_told_is_listed_newest_first(store_db: Store) -> None:
    """Cause, matter (with its slashes) and words come back, up to the limit."""
    is_told(store_db, PAUSED)
    is_told(store_db, Alert("scan overdue", "content", "none has ended yet"), NOW + MINUTE)
    with store_db.read() as conn:
        newest, oldest = alerts.latest(conn)
        assert alerts.latest(conn, limit=1) == [newest]
    assert (newest.cause, newest.about, newest.message) == ("scan overdue", "content", "none has ended yet")
    assert (oldest.about, oldest.raised_at, oldest.posted_at) == ("daily/2026-11-23", NOW, None)


def test_what_the_webhook_took_is_not_posted_again(store_db: Store) -> None:
    """Unposted alerts come oldest first, those from before `since` never again."""
    for number in range(3):
        is_told(store_db, Alert("scan overdue", str(number), "late"), NOW + number * MINUTE)
    with store_db.write() as conn:
        first, second, third = alerts.unposted(conn, since=NOW)
        alerts.mark_posted(conn, [second.id], now=NOW)
        assert alerts.unposted(conn, since=NOW) == [first, third]
        assert alerts.unposted(conn, since=NOW + MINUTE) == [third]


def test_the_same_words_are_known_on_other_days(store_db: Store) -> None:
    """What was said of an ended edition is recognised whenever it was said."""
    with store_db.read() as conn:
        assert not alerts.was_told(conn, PAUSED)
    is_told(store_db, PAUSED)
    with store_db.read() as conn:
        assert alerts.was_told(conn, PAUSED)
        assert not alerts.was_told(conn, Alert(PAUSED.cause, PAUSED.about, "other words"))
