"""Which articles go into the archives of the main feed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syndicate.feeds.history import volumes


def test_an_archive_is_made_when_it_is_full() -> None:
    """Of the oldest, never half full while the main feed shows the rest."""
    assert volumes(list("abcde"), set("cde"), 2) == [["a", "b"], ["c", "d"]]
    assert volumes(list("abc"), set("abc"), 4) == []


def test_what_the_main_feed_no_longer_shows_is_in_an_archive() -> None:
    """An old article that came late is put into one at once."""
    assert volumes(list("abc"), set("bc"), 4) == [["a"]]


@given(st.integers(1, 9), st.lists(st.tuples(st.integers(1, 40), st.booleans()), max_size=12))
def test_window_and_archives_together_hold_everything(size: int, days: list[tuple[int, bool]]) -> None:
    """However articles come, old or new, each is in the main feed or in one archive, or both."""
    order: list[str] = []
    kept: list[list[str]] = []
    for day, (count, late) in enumerate(days):
        new = [f"{day}-{number}" for number in range(count)]
        order = [*new, *order] if late else [*order, *new]
        window = set(order[-size:])
        held = {one for volume in kept for one in volume}
        kept += volumes([one for one in order if one not in held], window, size)
        together = [one for volume in kept for one in volume]
        assert len(together) == len(set(together))
        assert set(together) | window == set(order)
        assert all(len(volume) <= max(size, 1) or late for volume in kept)
