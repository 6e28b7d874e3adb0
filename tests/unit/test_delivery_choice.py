"""Which relay takes a letter, and how rests grow."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.choice import LENGTHS, Candidate, Choice, Chooser, Chosen, Full, Later, NoRelay, Rests
from syndicate.delivery.limits import Limits, Rate, RelayLimits
from syndicate.delivery.verdicts import Cause, RestKind

NOON = 1_790_000_000.0
TROUBLE = Cause(RestKind.UNREACHABLE, "no answer")


def relay(
    name: str, limits: Limits | None = None, *, weight: int = 1, priority: int = 0, room: bool = True
) -> Candidate:
    return Candidate(name, RelayLimits(limits or Limits()), lambda: room, weight=weight, priority=priority)


def names(chooser: Chooser, times: int, now: float = NOON) -> str:
    return "".join(name_of(chooser.choose("x.example", now)) for _ in range(times))


def name_of(choice: Choice) -> str:
    return choice.relay.name if isinstance(choice, Chosen) else "-"


def test_weights_are_kept_smoothly() -> None:
    """Five to one to one gives each its share in every round, and not in a block."""
    chooser = Chooser([relay("a", weight=5), relay("b"), relay("c")])
    assert names(chooser, 14) == "aabacaa" * 2


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.integers(1, 5))
def test_over_whole_rounds_the_shares_are_exact(weights: list[int], rounds: int) -> None:
    """After any number of whole rounds each relay took its weight's share, to the letter."""
    chooser = Chooser([relay("abcde"[n], weight=weight) for n, weight in enumerate(weights)])
    counts = Counter(names(chooser, sum(weights) * rounds))
    assert counts == {"abcde"[n]: weight * rounds for n, weight in enumerate(weights)}


def test_the_lowest_priority_goes_first_while_it_can() -> None:
    """A spare relay is used only where the first ones rest or are held by their limits."""
    first, spare = relay("a", priority=1), relay("b", priority=2)
    chooser = Chooser([spare, first])
    assert names(chooser, 5) == "aaaaa"
    first.rests.begin(TROUBLE, NOON)
    assert names(chooser, 3) == "bbb"
    assert names(chooser, 3, NOON + 31) == "aaa"


def test_a_relay_at_its_limit_leaves_letters_to_the_others() -> None:
    """What one may not take another does; where none may, the earliest time is told."""
    chooser = Chooser([relay("a", Limits(per_hour=2)), relay("b", Limits(per_hour=3))])
    assert Counter(names(chooser, 5)) == {"a": 2, "b": 3}
    choice = chooser.choose("x.example", NOON)
    assert isinstance(choice, Later)
    assert NOON < choice.until <= NOON + 3700


def test_a_relay_held_back_saves_up_no_turns() -> None:
    """Having been at its limit for long does not entitle a relay to a block of letters later."""
    chooser = Chooser([relay("a", Limits(domains={"held.example": Rate(1, 3600)})), relay("b")])
    for _ in range(100):
        chooser.choose("held.example", NOON)
    assert names(chooser, 8).count("a") in (4, 5)


def test_a_limit_of_a_domain_holds_only_its_letters() -> None:
    """A letter to a domain at its limit waits, one to another domain goes."""
    chooser = Chooser([relay("a", Limits(domains={"x.example": Rate(1, 3600)}))])
    assert name_of(chooser.choose("x.example", NOON)) == "a"
    assert isinstance(chooser.choose("x.example", NOON), Later)
    assert name_of(chooser.choose("y.example", NOON)) == "a"


def test_full_relays_are_waited_for() -> None:
    """A relay without a free connection is neither resting nor late."""
    assert chooser_of(relay("a", room=False)).choose("x", NOON) == Full()
    assert chooser_of(relay("a", room=False), relay("b")).choose("x", NOON) != Full()
    held = relay("b", Limits(per_hour=1))
    assert held.limits.take("x", NOON) is None
    assert chooser_of(relay("a", room=False), held).choose("x", NOON) == Full()


def chooser_of(*relays: Candidate) -> Chooser:
    return Chooser(relays)


def test_where_all_rest_the_first_return_is_told() -> None:
    """No relay is chosen while all rest, and the earliest end is known."""
    a, b = relay("a"), relay("b", Limits(per_second=5))
    a.rests.begin(Cause(RestKind.QUOTA, "too many"), NOON)
    b.rests.begin(TROUBLE, NOON)
    assert chooser_of(a, b).choose("x", NOON + 1) == NoRelay(NOON + 30)
    assert chooser_of(a).choose("x", NOON + 1) == NoRelay(NOON + 3600)


def test_a_relay_to_avoid_is_the_last_resort() -> None:
    """A letter that met trouble at a relay goes by another, and by the same one only where it must."""
    a, b = relay("a"), relay("b", Limits(per_hour=1))
    chooser = chooser_of(a, b)
    assert name_of(chooser.choose("x", NOON, avoid="a")) == "b"
    assert name_of(chooser.choose("x", NOON, avoid="a")) == "a"
    assert name_of(chooser_of(a).choose("x", NOON, avoid="a")) == "a"
    full = chooser_of(a, relay("c", room=False))
    assert full.choose("x", NOON, avoid="a") == Full()


def test_there_is_always_a_relay_to_choose_from() -> None:
    """A chooser of nothing is a mistake."""
    with pytest.raises(ValueError, match="no relay"):
        Chooser([])


@pytest.mark.parametrize(
    ("kind", "lengths"),
    [
        (RestKind.UNREACHABLE, [30, 60, 120, 240, 300, 300]),
        (RestKind.REFUSED, [300, 600, 1200, 2400, 3600, 3600]),
        (RestKind.QUOTA, [3600, 3600, 3600]),
        (RestKind.BUSY, [30, 60, 120, 240, 480, 900, 900]),
    ],
)
def test_rests_double_up_to_their_longest(kind: RestKind, lengths: list[float]) -> None:
    """Each kind of trouble has its first rest and its longest, and a letter taken starts anew."""
    rests, now = Rests(), NOON
    for length in lengths:
        rest = rests.begin(Cause(kind, "why"), now)
        assert rest.until - now == length
        assert rests.at(now) == rest
        assert rests.at(rest.until) is None
        now = rest.until
    rests.taken()
    assert rests.begin(Cause(kind, "why"), now).until - now == lengths[0]


def test_letters_in_flight_make_a_rest_no_longer() -> None:
    """The same trouble met during a rest changes nothing, a longer kind of trouble does."""
    rests = Rests()
    first = rests.begin(TROUBLE, NOON)
    assert rests.begin(TROUBLE, NOON + 5) == first
    assert rests.begin(Cause(RestKind.QUOTA, "enough"), NOON + 5).until == NOON + 3605
    assert rests.begin(TROUBLE, NOON + 6).kind is RestKind.QUOTA
    rests.taken()
    assert rests.at(NOON + 10) is not None


@given(st.sampled_from(RestKind), st.floats(-1e9, 1e9))
def test_no_clock_makes_a_rest_longer_than_its_kind(kind: RestKind, jump: float) -> None:
    """A clock that goes anywhere leaves a relay resting for at most its kind's longest."""
    rests = Rests()
    rests.begin(Cause(kind, "why"), NOON)
    rest = rests.at(NOON + jump)
    assert rest is None or rest.until - (NOON + jump) <= LENGTHS[kind][1]


def test_weights_that_differ_are_shares_also_of_relays_that_are_busy() -> None:
    """A letter waits for the relay whose turn it is, but not for one that has had no room for a while."""
    rooms = {"light": 1, "heavy": 0}
    light = Candidate("light", RelayLimits(Limits()), lambda: rooms["light"] > 0, weight=1)
    heavy = Candidate("heavy", RelayLimits(Limits()), lambda: rooms["heavy"] > 0, weight=4)
    chooser = Chooser([light, heavy])
    assert chooser.choose("example.org", 100.0) == Full()
    assert chooser.choose("example.org", 101.5) == Chosen(light)
    rooms["heavy"] = 1
    chosen = [chooser.choose("example.org", 102.0) for _ in range(50)]
    assert chosen.count(Chosen(light)) in range(9, 12)


def test_equal_weights_let_each_relay_take_what_it_can() -> None:
    """Of two relays of equal weight one that has no room holds no letter up."""
    first = Candidate("first", RelayLimits(Limits()), lambda: False)
    second = Candidate("second", RelayLimits(Limits()), lambda: True)
    assert Chooser([first, second]).choose("example.org", 100.0) == Chosen(second)
