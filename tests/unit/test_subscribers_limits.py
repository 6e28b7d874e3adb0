"""How many letters an address is sent at most, whoever asks for them and how often."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from syndicate.subscribers.limits import AGAIN, DAY, FIRST, MOST, Counted, next_letter

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
ASKED = st.lists(st.tuples(st.integers(0, 3 * 86_400), st.booleans()), max_size=40)


def sent(asked: list[tuple[int, bool]]) -> list[tuple[datetime, str]]:
    """Play sign-ups for one address: seconds since the one before, and whether as a resend."""
    now, letters = NOW, list[tuple[datetime, str]]()
    for seconds, again in asked:
        now += timedelta(seconds=seconds)

        def counted(purpose: str) -> Counted:
            moments = [at for at, one in letters if one == purpose]
            return len(moments), moments[-1] if moments else None

        if purpose := next_letter(counted(FIRST), counted(AGAIN), again=again, now=now):
            letters.append((now, purpose))
    return letters


@given(ASKED)
def test_an_address_gets_three_letters_at_most(asked: list[tuple[int, bool]]) -> None:
    """Whatever is asked when: three in all, one resend, and a day between the others."""
    letters = sent(asked)
    counts = Counter(purpose for _, purpose in letters)
    firsts = [at for at, purpose in letters if purpose == FIRST]
    assert len(letters) <= MOST
    assert counts[AGAIN] <= 1
    assert all(later - earlier >= DAY for earlier, later in pairwise(firsts))


def test_the_first_and_its_resend_leave_at_once() -> None:
    """Who asks gets a letter, who asks for it again gets a second, and the next only a day later."""
    hour = 3600
    assert [purpose for _, purpose in sent([(0, False), (1, True), (1, True)])] == [FIRST, AGAIN]
    assert [at for at, _ in sent([(0, False), (hour, False), (23 * hour, False)])] == [NOW, NOW + DAY]
    assert [purpose for _, purpose in sent([(0, True)])] == [FIRST]


def test_a_clock_that_is_set_back_lets_no_letter_leave() -> None:
    """A last letter that lies ahead counts as one of today."""
    assert next_letter((1, NOW + DAY), (0, None), again=False, now=NOW) == ""
