"""What an operator sees of editions and letters, and does to them, on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from publications import Publication, maker

from syndicate.app.alerts import raise_alert
from syndicate.cli import main
from syndicate.model import Alert, Choice, DeliveryState, Settled
from syndicate.store import choices, letters, subscribers
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import delivery

SENT, FAILED, DEFERRED = DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.DEFERRED
UNKNOWN = DeliveryState.UNKNOWN
WORDS = {
    SENT: (250, "2.0.0 queued as 7"),
    FAILED: (550, "5.1.1 <p@example.org> no such user"),
    DEFERRED: (451, "4.7.1 greylisted"),
    UNKNOWN: (None, "no answer within 600 s"),
}
EDITION = "daily/2026-11-23/now"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with an edition for p0 to p5, of which nothing was tried yet."""
    with maker(tmp_path) as make:
        made = make()
        made.people_subscribe(*(f"p{number}@example.org" for number in range(6)))
        made.article_is_dropped("first", date="2026-11-22 12:00")
        made.folder_is_scanned()
        assert made.edition_is_made(at_once=True).fate == "made"
        with made.site.store.write() as tx:
            tx.execute(sa.text("UPDATE edition SET stale_at = NULL"))  # the command's clock is the real one
        yield made


@pytest.fixture
def run(news: Publication, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; give its exit status and what it printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(news.folder / "config.yaml"), *arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return command


def letters_end(news: Publication, fates: Sequence[DeliveryState], *, held: bool = False) -> None:
    """Take the chunk, try its first letters, and give it back."""
    outbox = StoreOutbox(news.site.store)
    taken = outbox.take(now=news.now)
    assert taken is not None
    granted = outbox.exchange([], taken.waiting[: len(fates)], now=news.now).attempts
    due = None if held else news.now + timedelta(minutes=5)
    done = [
        Settled(one, fate, due, *WORDS[fate], relay="main") for one, fate in zip(granted, fates, strict=True)
    ]
    outbox.exchange(done, [], now=news.now)
    outbox.give_back(taken, now=news.now)


def test_editions_are_listed_with_their_sums(news: Publication, run: Run) -> None:
    """One line each under a head, the numbers under each other."""
    letters_end(news, [SENT, FAILED])
    status, said, _ = run("editions", "list")
    head, line = said.splitlines()
    assert status == 0
    assert head.split()[:5] == ["no.", "edition", "state", "made", "(UTC)"]
    assert head.split()[5:] == ["frozen", "sent", "failed", "skipped", "open"]
    assert line.split() == ["1", EDITION, "open", "2026-11-23", "06:00", "6", "1", "1", "0", "4"]
    listed = json.loads(run("editions", "list", "--json")[1])
    assert (listed[0]["state"], listed[0]["open"], listed[0]["deliveries"]["frozen"]) == ("open", 4, 6)


def test_an_empty_list_and_a_misspelt_newsletter_are_told_apart(run: Run) -> None:
    """A newsletter that is not configured is a mistake, not one without editions."""
    status, _, said = run("editions", "list", "--newsletter", "dayly")
    assert (status, "no newsletter is named 'dayly' (there are: daily)" in said) == (2, True)


def test_an_edition_is_shown_with_what_failed_and_what_it_holds(news: Publication, run: Run) -> None:
    """By name or by number: letters, reasons without addresses, what is held, the next try, the articles."""
    letters_end(news, [SENT, FAILED, FAILED])
    letters_end(news, [UNKNOWN], held=True)
    status, said, _ = run("editions", "show", EDITION)
    assert status == 0
    assert said == run("editions", "show", "1")[1]
    assert f"{EDITION} (number 1): open\n" in said
    assert "6 letters: 1 sent, 2 failed, 0 skipped, 3 waiting (2 pending, 1 unknown)" in said
    assert "  failed    2 with: 550 5.1.1 … no such user\n" in said
    assert f"`syndicate deliveries retry --edition {EDITION} --state unknown`" in said
    assert "  next try  now\n" in said
    assert "Rendition 1 (en), 6 letters: Daily News: first\n  first.md\n" in said
    shown = json.loads(run("editions", "show", "1", "--json")[1])
    assert shown["failed_with"] == [{"words": "550 5.1.1 … no such user", "letters": 2}]
    assert (shown["held"], shown["renditions"][0]["articles"]) == (1, ["first.md"])


@pytest.mark.parametrize("name", ["daily", "daily/2026-11-24", "99", "9" * 40, "", "weekly/x"])
def test_an_edition_that_is_not_there_is_told_with_those_that_are(run: Run, name: str) -> None:
    """Usage, exit status 2, with names that can be pasted."""
    status, _, said = run("editions", "show", name)
    assert status == 2
    assert f"there is no edition {name!r}" in said
    assert EDITION in said


def test_an_edition_is_paused_with_a_reason_and_resumed(news: Publication, run: Run) -> None:
    """`status` and `show` say why and how to go on; a second pause or resume is refused in words."""
    assert run("editions", "pause", EDITION, "--reason", "wrong  picture")[0] == 0
    resume = f"`syndicate editions resume {EDITION}` lets it go on"
    assert f"{EDITION} is paused (wrong picture), letters waiting: 6; {resume}" in run("status")[1]
    assert "(number 1): paused, wrong picture" in run("editions", "show", "1")[1]
    assert StoreOutbox(news.site.store).take(now=news.now) is None
    assert run("editions", "pause", EDITION)[2] == f"Error: {EDITION} is paused already\n"
    status, said, _ = run("editions", "resume", EDITION)
    assert (status, said.startswith(f"{EDITION} goes on; 6 letters waiting.")) == (0, True)
    status, _, said = run("editions", "resume", EDITION)
    assert (status, "nothing to resume" in said) == (2, True)


def test_an_edition_is_cancelled_only_on_purpose(news: Publication, run: Run) -> None:
    """Without a terminal and without --yes nothing happens; with it what waits is skipped, for good."""
    letters_end(news, [SENT, DEFERRED])
    status, _, said = run("editions", "cancel", EDITION)
    assert status == 2
    assert "5 letters would never be sent (1 are). Add --yes" in said
    status, said, _ = run("editions", "cancel", EDITION, "--yes")
    assert (status, said) == (0, f"{EDITION} is cancelled: 5 letters skipped.\n")
    for verb in (["editions", "resume"], ["editions", "pause"], ["editions", "cancel", "--yes"]):
        assert run(*verb, EDITION)[0] == 2
    assert run("deliveries", "retry", "--edition", EDITION, "--yes")[0] == 2
    assert "frozen 6 = 1 sent + 0 failed + 5 skipped + 0 open" in run("editions", "verify", EDITION)[1]


@pytest.mark.parametrize(("answer", "state"), [("n\n", "open"), ("\n", "open"), ("y\n", "cancelled")])
def test_on_a_terminal_it_asks(news: Publication, run: Run, answer: str, state: str) -> None:
    """No, or only Enter, leaves everything as it is."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "syndicate", "editions", "cancel", EDITION]
    asked = subprocess.Popen(command, cwd=news.folder, stdin=theirs, stdout=subprocess.PIPE, text=True)
    os.write(ours, answer.encode())
    said, _ = asked.communicate(timeout=30)
    os.close(theirs)
    os.close(ours)
    assert f"Cancel {EDITION}? 6 letters would never be sent (0 are). [y/N]" in said
    assert json.loads(run("editions", "list", "--json")[1])[0]["state"] == state


def test_an_edition_that_adds_up_is_verified(news: Publication, run: Run) -> None:
    """The equation is printed, and that nobody has two; exit status 0."""
    letters_end(news, [SENT, FAILED, DEFERRED])
    status, said, _ = run("editions", "verify", EDITION)
    assert status == 0
    assert "  frozen 6 = 1 sent + 1 failed + 0 skipped + 4 open\n" in said
    assert "  6 letters were frozen, in 1 chunk, for 6 people\n" in said
    assert said.endswith("It adds up: nobody has two letters, and each one sent has a server's reply.\n")


def test_an_edition_that_does_not_add_up_fails_with_the_reasons(news: Publication, run: Run) -> None:
    """A letter lost and one sent in silence are each named; exit status 1, also for a machine."""
    letters_end(news, [SENT])
    with news.site.store.write() as tx:
        tx.execute(sa.delete(delivery).where(delivery.c.id == 6))
        tx.execute(sa.update(delivery).where(delivery.c.id == 1).values(reply=None))
    status, said, _ = run("editions", "verify", EDITION)
    assert status == 1
    assert said.splitlines()[-4:] == [
        "It does not add up:",
        "  letters frozen: 6, letters there: 5",
        "  letters sent without a server's reply: 1",
        "  chunks whose counters differ from their letters: 1",
    ]
    status, said, _ = run("editions", "verify", EDITION, "--json")
    assert (status, len(json.loads(said)["wrong"])) == (1, 3)


def test_letters_are_listed_by_state(news: Publication, run: Run) -> None:
    """To whom, state, attempts and the relay's words; what the limit leaves out is told."""
    letters_end(news, [SENT, FAILED, DEFERRED])
    status, said, _ = run(
        "deliveries", "list", "--edition", EDITION, "--state", "failed", "--state", "deferred"
    )
    assert status == 0
    assert [line.split()[:3] for line in said.splitlines()[1:]] == [
        ["p1@example.org", "failed", "1"],
        ["p2@example.org", "deferred", "1"],
    ]
    assert "451 4.7.1 greylisted" in said
    _, said, told = run("deliveries", "list", "--edition", "1", "--limit", "2")
    assert (len(said.splitlines()), told) == (3, f"2 of 6 letters of {EDITION}; --limit shows more.\n")
    listed = json.loads(run("deliveries", "list", "--edition", "1", "--state", "sent", "--json")[1])
    assert [(one["email"], one["tries"][0]["relay"]) for one in listed] == [("p0@example.org", "main")]


def test_failed_letters_are_sent_again(news: Publication, run: Run) -> None:
    """Those asked for are due now, others stay; who has none to try again is named."""
    letters_end(news, [SENT, FAILED, FAILED])
    again = ("deliveries", "retry", "--edition", EDITION)
    status, said, told = run(*again, "--yes", "P1@Example.org", "p0@example.org")
    assert (status, said) == (0, f"1 letter of {EDITION} due now.\n")
    assert "p0@example.org: has no letter" in told
    assert run(*again, "--state", "failed", "--yes")[1] == f"1 letter of {EDITION} due now.\n"
    status, _, said = run(*again, "--yes")
    assert (status, said) == (1, f"Nothing of {EDITION} can be tried again.\n")
    assert run(*again, "not an address")[0] == 2


def test_a_person_hears_every_attempt(news: Publication, run: Run) -> None:
    """Each with its time, relay, code and words, then what is next."""
    letters_end(news, [DEFERRED, FAILED])
    _, said, _ = run("why", "p0@example.org")
    assert "daily: subscribed since Sun 2026-11-22 18:00 (UTC)\n" in said
    assert f"  {EDITION}: deferred\n" in said
    assert "    try 1  2026-11-23 06:00 by main  deferred: 451 4.7.1 greylisted\n" in said
    assert "    why: the relay put it off\n    next try 2026-11-23 06:05\n" in said
    _, said, _ = run("why", "P1@example.org")
    assert f"`syndicate deliveries retry --edition {EDITION} p1@example.org` tries once more" in said
    (letter,) = json.loads(run("why", "p0@example.org", "--json")[1])["letters"]
    assert [(one["number"], one["code"]) for one in letter["tries"]] == [(1, 451)]


def test_a_person_hears_why_nothing_came(news: Publication, run: Run) -> None:
    """Unsubscribed, held, paused, subscribed too late: each in words."""
    letters_end(news, [UNKNOWN], held=True)
    with news.site.store.write() as tx:
        token = next(one.token for one in subscribers.subscribers(tx) if one.email == "p1@example.org")
        subscribers.unsubscribe(tx, token, now=news.now)
    run("editions", "pause", EDITION)
    news.time_passes(minutes=1)
    news.people_subscribe("late@example.org", days_ago=0)
    assert "why: the relay may have it and did not say so; `syndicate" in run("why", "p0@example.org")[1]
    assert "why: this address has unsubscribed" in run("why", "p1@example.org")[1]
    assert "why: the edition is paused (paused by hand); `syndicate" in run("why", "p2@example.org")[1]
    _, said, _ = run("why", "late@example.org")
    assert "  no edition of it was made for this address since then\n" in said
    assert f"  {EDITION}: no letter, it was made before this address subscribed\n" in said


def test_an_article_hears_when_it_was_mailed(news: Publication, run: Run) -> None:
    """In which editions it was, that an edit is in none, and when it asked or came back."""
    news.article_is_dropped("second", date="2026-11-22 13:00")
    news.folder_is_scanned()
    _, said, _ = run("why", "first.md")
    mailed = f"  mailed in {EDITION}, made Mon 2026-11-23 06:00 (UTC)\n"
    hint = "  an edit is not mailed; another text of `resend` in its front matter asks for that\n"
    assert said.endswith(mailed + hint)
    assert run("why", "second.md")[1].endswith("  in no edition yet\n")
    news.time_passes(minutes=5)
    news.article_is_dropped("first", date="2026-11-22 12:00\nresend: 2026-11-23")
    news.article_is_dropped("second", date="2026-11-22 13:00\ndraft: true")
    news.folder_is_scanned()
    news.time_passes(minutes=5)
    news.article_is_dropped("second", date="2026-11-22 13:00")
    news.folder_is_scanned()
    _, said, _ = run("why", "first.md")
    asked = "  to be mailed once more since Mon 2026-11-23 06:05 (UTC), as its `resend` asks\n"
    assert said.endswith(mailed + asked + hint)
    _, said, _ = run("why", "second.md")
    assert said.endswith("  new to newsletters again since Mon 2026-11-23 06:10 (UTC), when it came back\n")
    told = json.loads(run("why", "first.md", "--json")[1])[0]
    assert [one["occasion"] for one in told["mailed"]] == ["2026-11-23/now"]
    assert told["resent_at"] and told["resent_at"] == told["again_at"]


def test_a_person_hears_what_he_wants(news: Publication, run: Run) -> None:
    """His own wishes, his pause, and that an edition held nothing that was due to him."""
    with news.site.store.write() as tx:
        choices.choose(tx, "p0@example.org", "daily", Choice("weekly", "Asia/Tokyo"), now=news.now)
        choices.pause(tx, "p0@example.org", "daily", until=news.now + timedelta(days=1))
    news.people_subscribe("p7@example.org")
    _, said, _ = run("why", "p0@example.org")
    assert "  wants it weekly on Monday at 07:00 Asia/Tokyo\n" in said
    assert "  wants nothing until Tue 2026-11-24 06:00 (UTC)\n" in said
    assert f"  {EDITION}: no letter, nothing in it was due to this address" in run("why", "p7@example.org")[1]
    [told] = json.loads(run("why", "p0@example.org", "--json")[1])["subscriptions"]
    assert (told["choice"]["frequency"], told["choice"]["topics"]) == ("weekly", [])


def test_an_unknown_address_is_told_without_its_neighbours(run: Run) -> None:
    """Nobody learns of others by asking for what is nearly theirs."""
    status, said, told = run("why", "p@example.org")
    assert (status, said) == (1, "")
    assert "Nothing is known of p@example.org" in told
    assert "`syndicate subscribers list`" in told
    assert "p0@" not in told
    assert run("why", "p@example.org", "--json")[:2] == (1, "null\n")


def test_letters_of_no_edition_are_part_of_the_story(news: Publication, run: Run) -> None:
    """Also of an address that subscribes to nothing."""
    with news.site.store.write() as tx:
        letters.enqueue(tx, key="alert/one", email="boss@example.org", body=b"\r\n", now=news.now)
    status, said, _ = run("why", "boss@example.org")
    assert status == 0
    assert said.startswith(
        "boss@example.org subscribes to nothing\nLetters of no edition\n  alert/one: pending\n"
    )


def test_status_accounts_for_open_editions_and_shows_alerts(news: Publication, run: Run) -> None:
    """Each adds up; held letters come with the command; what the operator was told is shown."""
    letters_end(news, [SENT, FAILED])
    letters_end(news, [UNKNOWN], held=True)
    raise_alert(news.site, Alert("relay refuses", "main", "535 5.7.8 bad password"), now=news.now)
    said = run("status")[1]
    assert (
        f"  {EDITION} is open: frozen 6 = 1 sent + 1 failed + 0 skipped + 4 open (1 of them held)\n" in said
    )
    assert f"  {EDITION}: letters held, which the relay may have: 1; `syndicate deliveries retry" in said
    assert (
        "Alerts, newest first (UTC)\n  2026-11-23 06:00  relay refuses: main: 535 5.7.8 bad password\n"
        in said
    )
    told = json.loads(run("status", "--json")[1])
    assert (told["unfinished"][0]["edition"], told["unfinished"][0]["held"]) == (EDITION, 1)
    assert told["alerts"][0]["cause"] == "relay refuses"
