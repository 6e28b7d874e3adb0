"""When refusals together are about us, and when an edition is to pause."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.verdicts import Cause, RestKind, Stage, judge
from syndicate.delivery.watches import Certain, EditionWatch, RelayWatch, same_words
from syndicate.model import Attempt, Deferred, Outcome, Refused, Returned, Sent, Unknown

QUEUED = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
CLEAR = 4


def letter(number: int, domain: str = "") -> Attempt:
    domain = domain or f"d{number}.example"
    return Attempt(number, 1, "abc", "daily", "2026-03-01", number, f"ani{number}@{domain}", "t", 1, QUEUED)


class Fed:
    """A watch under test with all that it told so far."""

    def __init__(self, clear_after: int = CLEAR) -> None:
        self.watch = RelayWatch(clear_after)
        self.certain: Certain = []
        self.cause: Cause | None = None

    def says(self, attempt: Attempt, code: int, text: str, *, stage: Stage = "rcpt", now: float = 0) -> None:
        self._note(self.watch.feed(attempt, judge(stage, code, text), now))

    def takes(self, attempt: Attempt, now: float = 0) -> None:
        self._note(self.watch.feed(attempt, Sent("250 ok"), now))

    def meets(self, attempt: Attempt, outcome: Outcome) -> None:
        self._note(self.watch.feed(attempt, outcome, 0))

    def _note(self, told: tuple[Certain, Cause | None]) -> None:
        self.certain += told[0]
        self.cause = told[1]

    @property
    def fates(self) -> dict[int, Outcome]:
        return {attempt.delivery_id: outcome for attempt, outcome in self.certain}


def test_the_same_refusal_in_three_domains_is_about_us() -> None:
    """Three recipients in three domains that hear the same are deferred, and the relay rests."""
    fed = Fed()
    fed.takes(letter(0))
    for number in (1, 2):
        fed.says(letter(number), 554, f"5.7.1 <ani{number}@d{number}.example>: not from you, id {number}")
        assert number not in fed.fates
        assert fed.cause is None
    fed.says(letter(3), 554, "5.7.1 <ani3@d3.example>: not from you, id 99")
    assert [type(fed.fates[number]) for number in (1, 2, 3)] == [Deferred] * 3
    assert fed.cause is not None
    assert fed.cause.kind is RestKind.REFUSED
    assert "ani3" not in fed.cause.reason
    assert fed.watch.next_expiry is None


def test_what_was_found_to_be_about_us_stays_so_for_letters_in_flight() -> None:
    """After the third, the same words defer further recipients too, until enough letters were taken."""
    fed = Fed()
    fed.takes(letter(0))
    for number in range(1, 6):
        fed.says(letter(number), 550, "go away")
    assert all(isinstance(fed.fates[number], Deferred) for number in range(1, 6))
    assert fed.cause is not None
    for number in range(10, 10 + CLEAR):
        fed.takes(letter(number))
    fed.says(letter(20), 550, "go away")
    assert 20 not in fed.fates
    assert fed.cause is None


def test_two_refusals_are_cleared_by_letters_taken() -> None:
    """A refusal is final once the relay took enough letters after it."""
    fed = Fed()
    fed.takes(letter(0))
    fed.says(letter(1), 550, "go away")
    for number in range(2, 1 + CLEAR):
        fed.takes(letter(number))
    assert 1 not in fed.fates
    fed.takes(letter(9))
    assert fed.fates[1] == Refused(550, "go away")
    assert list(fed.fates) == [0, 2, 3, 4, 1, 9]


def test_a_refusal_is_held_for_a_minute_at_most() -> None:
    """A minute later, or when the clock went back, what is held is told as it is."""
    for later in (60.0, -5.0):
        fed = Fed()
        fed.takes(letter(0))
        fed.says(letter(1), 550, "go away")
        assert fed.watch.next_expiry == 60
        assert fed.watch.expire(59.9) == []
        assert fed.watch.expire(later) == [(letter(1), Refused(550, "go away"))]
        assert fed.watch.next_expiry is None


def test_at_the_end_of_a_pass_nothing_is_held() -> None:
    """`release` tells every refusal that is held, once."""
    fed = Fed()
    for number in range(5):
        fed.says(letter(number), 550, f"{'abcde'[number]} go away")
    assert fed.certain == []
    assert [attempt.delivery_id for attempt, _ in fed.watch.release()] == [0, 1, 2, 3, 4]
    assert fed.watch.release() == []


def test_a_refusal_that_names_the_mailbox_is_certain_at_once() -> None:
    """Missing and full mailboxes are nobody's fault but theirs, however many there are."""
    fed = Fed()
    for number in range(30):
        fed.says(letter(number), 550, ("5.1.1 who?", "5.2.1 off", "No such user here")[number % 3])
        assert isinstance(fed.fates[number], Refused)
        assert fed.cause is None


def test_the_same_refusal_in_one_domain_is_that_domains() -> None:
    """Once letters were taken, a domain that refuses all of its people fails them."""
    fed = Fed()
    fed.takes(letter(0))
    for number in range(1, 30):
        fed.says(letter(number, "one.example"), 550, "go away")
        assert fed.cause is None
    assert sum(isinstance(fate, Refused) for fate in fed.fates.values()) == 28
    assert len(fed.watch.release()) == 1


def test_a_relay_that_turns_down_the_first_ten_turns_down_us() -> None:
    """Ten refusals with none taken are about us, even in one domain and in different words."""
    fed = Fed()
    for number in range(9):
        fed.says(letter(number, "one.example"), 550, f"{'abcdefghi'[number]} go away")
    assert fed.certain == []
    fed.says(letter(9, "one.example"), 550, "away")
    assert len(fed.fates) == 10
    assert all(isinstance(fate, Deferred) for fate in fed.fates.values())
    assert fed.cause is not None
    assert fed.cause.kind is RestKind.REFUSED
    fed.says(letter(10, "one.example"), 550, "still away")
    assert isinstance(fed.fates[10], Deferred)


def test_a_quota_rests_the_relay_with_its_first_word() -> None:
    """A reply that is surely about us rests the relay and defers its letter at once."""
    fed = Fed()
    fed.says(letter(1), 550, "5.4.5 Daily user sending limit exceeded", stage="dot")
    assert isinstance(fed.fates[1], Deferred)
    assert fed.cause is not None
    assert fed.cause.kind is RestKind.QUOTA


def test_a_421_rests_the_relay_at_the_third_recipient_in_a_row() -> None:
    """421 from RCPT on defers each recipient; only three different ones in a row rest the relay."""
    fed = Fed()
    for number in (1, 1, 1, 2):
        fed.says(letter(number), 421, "4.3.2 shutting down")
        assert isinstance(fed.fates[number], Deferred)
        assert fed.cause is None
    fed.meets(letter(7), Returned("the connection ended"))
    fed.meets(letter(8), Unknown("silence"))
    fed.says(letter(3), 454, "4.3.2 not now")
    assert fed.cause is not None
    assert fed.cause.kind is RestKind.BUSY


def test_another_reply_ends_the_row() -> None:
    """A letter taken, or another refusal, between them starts the row anew."""
    for between in ("taken", "refused"):
        fed = Fed()
        fed.says(letter(1), 421, "later")
        fed.says(letter(2), 421, "later")
        if between == "taken":
            fed.takes(letter(5))
        else:
            fed.says(letter(5), 450, "4.2.0 greylisted")
        fed.says(letter(3), 421, "later")
        fed.says(letter(4), 421, "later")
        assert fed.cause is None


def test_the_same_words_are_known_in_spite_of_names_and_numbers() -> None:
    """Addresses, hosts, numbers and ids make no difference; the code and the words do."""
    one = Refused(
        554, "5.7.1 <ani@a.example>: mail from mx1.b.example blocked, see https://c/d?e=1 (id ab_1)"
    )
    two = Refused(554, "5.7.1 <bob@b.example>: mail from 192.0.2.7 blocked, see https://c/d?e=2 (id xy_9)")
    assert same_words(one) == same_words(two)
    assert same_words(one) != same_words(Refused(550, one.text))
    assert same_words(one) != same_words(Refused(554, "5.7.1 spam"))


moves = st.lists(
    st.tuples(
        st.sampled_from(
            ["take", "550 a", "550 b", "550 5.1.1 c", "421 d", "451 e", "550 5.4.5 quota", "drop"]
        ),
        st.integers(0, 5),
        st.floats(-10, 100),
    ),
    max_size=60,
)


@given(moves, st.integers(1, 5))
def test_each_attempt_is_told_exactly_once(story: list[tuple[str, int, float]], clear_after: int) -> None:
    """Whatever is said in whatever order, no outcome is lost, told twice or made up."""
    fed = Fed(clear_after)
    for number, (said, domain, now) in enumerate(story):
        attempt = letter(number, f"d{domain}.example")
        if said == "take":
            fed.takes(attempt, now)
        elif said == "drop":
            fed.meets(attempt, Deferred(None, "gone"))
        else:
            fed.says(attempt, int(said[:3]), said[4:], now=now)
    fed.certain += fed.watch.release()
    assert sorted(attempt.delivery_id for attempt, _ in fed.certain) == list(range(len(story)))
    for number, (said, _, _) in enumerate(story):
        assert isinstance(fed.fates[number], Sent) == (said == "take")


def test_ten_refusals_for_policy_in_a_row_pause_the_edition() -> None:
    """5.7.x ten times in a row over three domains pauses, and a letter taken between them does not."""
    for spoilt in (False, True):
        watch = EditionWatch(settled=500)
        told = [watch.feed(letter(n, f"d{n % 3}.example"), Refused(550, "5.7.1 spam")) for n in range(9)]
        assert told == [None] * 9
        if spoilt:
            watch.feed(letter(20), Sent("ok"))
        reason = watch.feed(letter(10), Refused(550, "5.7.1 spam from ani@example.org"))
        assert (reason is None) == spoilt
        assert reason is None or ("5.7.1" in reason and "ani" not in reason)


def test_refusals_for_policy_of_two_domains_do_not_pause() -> None:
    """However many refusals for policy there are, two domains are their own affair."""
    watch = EditionWatch(settled=500)
    for number in range(50):
        assert watch.feed(letter(number, f"d{number % 2}.example"), Refused(550, "5.7.1 spam")) is None


def test_refusals_for_policy_that_were_deferred_count_in_the_row() -> None:
    """What the relay's watch deferred is still a refusal for policy, but what is about us is not."""
    for text, paused in (("5.7.1 spam", True), ("5.7.1 Relay access denied", False)):
        watch = EditionWatch()
        told = [watch.feed(letter(n), Deferred(554, text)) for n in range(10)]
        assert (told[-1] is not None) == paused


def test_more_than_five_percent_of_the_first_two_hundred_pause_the_edition() -> None:
    """The eleventh 5xx within the first 200 pauses; ten do not, nor do any number later."""
    watch = EditionWatch()
    for number in range(189):
        assert watch.feed(letter(number), Sent("ok")) is None
    told = [watch.feed(letter(n), Refused(550, "5.1.1 who?")) for n in range(11)]
    assert [reason is not None for reason in told] == [False] * 10 + [True]
    late = EditionWatch()
    for number in range(190):
        late.feed(letter(number), Sent("ok"))
    assert not any(late.feed(letter(n), Refused(550, "5.1.1 who?")) for n in range(100))


def test_an_edition_is_watched_on_after_a_restart() -> None:
    """Made again with its counts the watch goes on from there, and one that was resumed is left alone."""
    assert EditionWatch(20, 10).feed(letter(1), Refused(550, "5.1.1 who?")) is not None
    assert EditionWatch(200, 10).feed(letter(1), Refused(550, "5.1.1 who?")) is None
    assert EditionWatch(20, 10, forgiven=True).feed(letter(1), Refused(550, "5.1.1 who?")) is None


def test_only_a_servers_5xx_counts_against_an_edition() -> None:
    """Deferrals, lost connections and our own checks of an address pause nothing."""
    watch = EditionWatch()
    for number in range(50):
        for outcome in (Deferred(450, "x"), Unknown("x"), Returned("x"), Refused(None, "5.1.3 x")):
            assert watch.feed(letter(number), outcome) is None
