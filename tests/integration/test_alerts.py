"""What the operator is told: once a day for each cause and matter, by letter and by webhook."""

from __future__ import annotations

import email
import email.policy
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
import sqlalchemy as sa
from hook_server import HookServer
from publications import Publication, maker

from syndicate.app import alerts as telling
from syndicate.app.alerts import edition_ended, look, post_webhooks, raise_alert
from syndicate.app.poison import QUARANTINED
from syndicate.digest.single import fill_single
from syndicate.model import Alert, DeliveryState, Fault, Letter, Settled
from syndicate.store import alerts, editions, notes, operations
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import edition

PAUSED = Alert("edition paused", "daily/2026-11-23", "ten letters in a row: 550 5.7.1 go away", relay="main")
OPERATOR = "operator: {email: boss@example.org}\n"
SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
WORDS = {SENT: (250, "ok"), DEFERRED: (450, "later"), FAILED: (550, "5.1.1 <p@example.org> unknown")}
Maker = Callable[..., Publication]


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    with maker(tmp_path) as make:
        yield make


@pytest.fixture
def hook() -> Iterator[HookServer]:
    with HookServer().running() as running:
        yield running


def edition_of(news: Publication, people: int) -> int:
    """Make an edition for p0, p1, …; an article is there."""
    news.people_subscribe(*(f"p{number}@example.org" for number in range(people)))
    news.article_is_dropped("first", date="2026-11-22 12:00")
    news.folder_is_scanned()
    made = news.edition_is_made(at_once=True)
    assert made.edition_id is not None
    return made.edition_id


def letters_end(news: Publication, fates: Sequence[DeliveryState]) -> None:
    """Take a chunk, try its first letters, and give it back."""
    outbox = StoreOutbox(news.site.store)
    taken = outbox.take(now=news.now)
    assert taken is not None
    granted = outbox.exchange([], taken.waiting[: len(fates)], now=news.now).attempts
    later = news.now + timedelta(minutes=5)
    done = [Settled(one, fate, later, *WORDS[fate]) for one, fate in zip(granted, fates, strict=True)]
    outbox.exchange(done, [], now=news.now)
    outbox.give_back(taken, now=news.now)


def letters_of_operator(news: Publication) -> list[tuple[str, Letter]]:
    """Return the letters of no edition that wait, each with its key."""
    found = []
    outbox = StoreOutbox(news.site.store)
    while (taken := outbox.take(now=news.now + timedelta(days=1))) is not None:
        (attempt,) = taken.waiting
        with news.site.store.read() as conn:
            body = editions.rendition_body(conn, attempt.rendition_id)
        found.append((attempt.key, fill_single(body, attempt, "bounces@news.example.org")))
    return found


def causes(news: Publication) -> list[tuple[str, str]]:
    with news.site.store.read() as conn:
        return [(one.cause, one.about) for one in reversed(alerts.latest(conn, limit=50))]


def test_an_alert_is_a_short_plain_letter(publication: Maker) -> None:
    """It says what happened, where, and what to do; 7-bit, from us to the operator, and nothing of a list."""
    news = publication(more=OPERATOR)
    assert raise_alert(news.site, PAUSED, now=news.now)
    [(key, letter)] = letters_of_operator(news)
    assert key == "alert/2026-11-23/edition paused/daily/2026-11-23/avoid/main"
    assert max(letter.body) < 128
    assert max(map(len, letter.body.split(b"\r\n"))) <= 78
    said = email.message_from_bytes(letter.body, policy=email.policy.default)
    assert said["From"] == "Daily News <news@news.example.org>"
    assert said["To"] == letter.recipient == "boss@example.org"
    assert said["Subject"] == "[Test News] edition paused: daily/2026-11-23"
    assert said["Auto-Submitted"] == "auto-generated"
    assert said["Message-ID"] == f"<{letter.message_id}>"
    assert not [name for name in said if name.lower().startswith("list-")]
    text = said.get_content()
    assert "Ten letters in a row: 550 5.7.1 go away" in text
    assert "syndicate editions resume daily/2026-11-23" in text
    assert str(news.folder) in text
    assert text.count("\n") < 20


@pytest.mark.parametrize("cause", sorted(get_args(get_type_hints(Alert)["cause"])))
def test_each_cause_comes_with_a_command(publication: Maker, cause: str) -> None:
    """Whatever is wrong, the letter names a command of ours to look or to mend."""
    news = publication(more=OPERATOR)
    assert raise_alert(news.site, Alert(cause, "daily/désa", "why: {it} is so"), now=news.now)  # type: ignore[arg-type]
    [(_, letter)] = letters_of_operator(news)
    said = email.message_from_bytes(letter.body, policy=email.policy.default).get_content()
    assert "\n  syndicate " in said
    assert "Why: {it} is so" in said


def test_the_operator_is_told_once_a_day(publication: Maker) -> None:
    """The same again, also by another process, is no second letter before the next day in UTC."""
    news = publication(more=OPERATOR)
    assert raise_alert(news.site, PAUSED, now=news.now)
    assert not raise_alert(news.site, PAUSED, now=news.now + timedelta(hours=17))
    assert raise_alert(news.site, PAUSED, now=news.now + timedelta(hours=18))
    first, second = (letter.message_id for _, letter in letters_of_operator(news))
    assert first != second


def test_without_an_operator_it_is_logged_and_remembered(
    publication: Maker, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is mailed; the log has a warning, without any person's address."""
    news = publication()
    alert = Alert("edition failures", "daily/2026-11-23", "550 5.1.1 <ana@example.org>: unknown")
    with caplog.at_level(logging.WARNING, logger="syndicate.alert"):
        raise_alert(news.site, alert, now=news.now)
    assert caplog.messages == ["edition failures: daily/2026-11-23: 550 5.1.1 …: unknown"]
    assert letters_of_operator(news) == []
    assert causes(news) == [("edition failures", "daily/2026-11-23")]


def test_an_edition_that_ended_with_failures_is_told(publication: Maker) -> None:
    """How many of how many, with the commonest words; once, also when it is asked again on other days."""
    news = publication()
    number = edition_of(news, 3)
    letters_end(news, [SENT, FAILED])
    assert not edition_ended(news.site, number, now=news.now), "one is still open"
    letters_end(news, [FAILED])
    assert edition_ended(news.site, number, now=news.now)
    with news.site.store.read() as conn:
        [told] = alerts.latest(conn)
    assert told.message == (
        "2 of 3 letters of daily/2026-11-23/now failed. The commonest reasons: 2 times: 550 5.1.1 … unknown"
    )
    assert not edition_ended(news.site, number, now=news.now + timedelta(days=2))


def test_an_edition_without_failures_is_not_told(publication: Maker) -> None:
    """All sent is no news for the operator."""
    news = publication()
    number = edition_of(news, 1)
    letters_end(news, [SENT])
    assert not edition_ended(news.site, number, now=news.now)
    assert not edition_ended(news.site, number + 1, now=news.now)
    assert causes(news) == []


def look_later(news: Publication, **parts: float) -> list[tuple[str, str]]:
    """Let time pass with scans going on; return what is told anew."""
    known = len(causes(news))
    news.time_passes(**parts)
    news.folder_is_scanned()
    look(news.site, now=news.now)
    return [one for one in causes(news)[known:] if one[0] == "edition did not leave"]


def test_an_edition_that_did_not_leave_is_told_after_an_hour(publication: Maker) -> None:
    """Nothing sent an hour after it was made, while nobody paused it."""
    news = publication()
    edition_of(news, 2)
    assert look_later(news, minutes=59) == []
    assert look_later(news, minutes=1) == [("edition did not leave", "daily/2026-11-23/now")]
    assert look_later(news, minutes=1) == []


def test_an_edition_that_is_only_put_off_did_not_leave(publication: Maker) -> None:
    """Every letter deferred is nothing sent."""
    news = publication()
    edition_of(news, 2)
    letters_end(news, [DEFERRED] * 2)
    assert look_later(news, minutes=61) != []


def test_an_edition_that_leaves_slowly_is_not_told(publication: Maker) -> None:
    """A relay that takes some a day is slow; one that stands still for more than a day is told."""
    news = publication()
    edition_of(news, 4)
    with news.site.store.write() as tx:
        tx.execute(sa.update(edition).values(stale_at=None))
    letters_end(news, [SENT])
    assert look_later(news, hours=24) == []
    letters_end(news, [SENT])
    assert look_later(news, hours=24) == []
    assert look_later(news, hours=2) == [("edition did not leave", "daily/2026-11-23/now")]


def test_a_paused_edition_did_not_leave_by_intent(publication: Maker) -> None:
    """Whoever paused it knows."""
    news = publication()
    number = edition_of(news, 2)
    with news.site.store.write() as tx:
        operations.set_state(tx, number, "paused", reason="by hand", of=("open",))
    assert look_later(news, hours=2) == []


def test_an_overdue_scan_is_told_and_a_fresh_process_has_time(publication: Maker) -> None:
    """Twice the scan's time and ten minutes after the last; a process just begun catches up first."""
    news = publication()
    news.folder_is_scanned()
    news.time_passes(minutes=30)
    assert look(news.site, now=news.now, since=news.now - timedelta(minutes=5)) == 0
    assert look(news.site, now=news.now) == 1
    assert causes(news) == [("scan overdue", "content")]


def test_an_edition_that_was_not_made_is_told_with_the_reason(publication: Maker, tmp_path: Path) -> None:
    """A broken template is told with its place, once."""
    news = publication(more=f"templates: {{folder: {tmp_path / 'mine'}}}\n")
    mine = tmp_path / "mine" / "mail" / "subject.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("{{ nobody.home.here }}\n")
    news.people_subscribe("a@example.org")
    news.article_is_dropped("first", date="2026-11-23 05:10")
    news.folder_is_scanned()
    news.time_passes(hours=2)
    news.due_editions_are_made()
    assert look(news.site, now=news.now) == 1
    assert look(news.site, now=news.now) == 0
    with news.site.store.read() as conn:
        [told] = alerts.latest(conn)
    assert (told.cause, told.about) == ("edition not made", "daily/2026-11-23")
    assert "subject.txt" in told.message


def test_a_quarantined_article_is_told(publication: Maker) -> None:
    """A file that ended two builds is named; other faults are not the operator's alarm."""
    news = publication()
    news.folder_is_scanned()
    faults = [
        Fault("article", "content/bomb.md", None, QUARANTINED),
        Fault("article", "content/typo.md", 3, "the front matter is no YAML"),
    ]
    with news.site.store.write() as tx:
        notes.replace_faults(tx, ["article"], faults, now=news.now)
    look(news.site, now=news.now)
    assert causes(news) == [("articles quarantined", "content/bomb.md")]


def test_a_webhook_gets_each_alert_once(publication: Maker, hook: HookServer) -> None:
    """As JSON with cause, matter, words, publication and time; what it took is not posted again."""
    news = publication(more=f"operator: {{webhook: '{hook.url}/secret'}}\n")
    raise_alert(news.site, PAUSED, now=news.now)
    post_webhooks(news.site, now=news.now)
    post_webhooks(news.site, now=news.now)
    [(path, _, data)] = hook.heard
    assert path == "/secret"
    assert data == {
        "cause": "edition paused",
        "about": "daily/2026-11-23",
        "message": "ten letters in a row: 550 5.7.1 go away",
        "publication": "Test News",
        "at": "2026-11-23T06:00:00+00:00",
    }


def test_a_webhook_that_is_down_is_tried_again_for_a_day(
    publication: Maker, hook: HookServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is lost by its absence, its address is never logged, and after a day it is let alone."""
    news = publication(more=f"operator: {{webhook: '{hook.url}/secret'}}\n")
    hook.answers = 503
    raise_alert(news.site, PAUSED, now=news.now)
    raise_alert(news.site, Alert("scan overdue", "content", "late"), now=news.now)
    with caplog.at_level(logging.DEBUG):
        post_webhooks(news.site, now=news.now)
        assert len(hook.heard) == 1, "the second waits, so that a slow one holds nobody for long"
        post_webhooks(news.site, now=news.now + timedelta(hours=1))
    warned = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert [words for words in warned if "webhook" in words] == [
        "the operator's webhook did not take an alert: it answered 503; it is tried again"
    ]
    assert "secret" not in caplog.text
    post_webhooks(news.site, now=news.now + timedelta(days=2))
    assert len(hook.heard) == 2
    hook.answers = 204
    post_webhooks(news.site, now=news.now + timedelta(hours=2))
    post_webhooks(news.site, now=news.now + timedelta(hours=3))
    assert [data["cause"] for _, _, data in hook.heard[2:]] == ["edition paused", "scan overdue"]


def test_without_a_webhook_nothing_is_posted(publication: Maker) -> None:
    """Alerts that are raised are only remembered."""
    news = publication()
    raise_alert(news.site, PAUSED, now=news.now)
    post_webhooks(news.site, now=news.now)
    with news.site.store.read() as conn:
        assert len(alerts.unposted(conn, since=news.now - telling.POSTED_WITHIN)) == 1
