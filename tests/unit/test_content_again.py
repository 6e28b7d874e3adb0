"""An article is new to newsletters again where it came back or asks for it, and never because of an edit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from content_world import DAY, MINUTE, NOW, WHOLE, World, article, edited
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.ingest import released
from syndicate.model import ArticleRecord, ArticleState, Parsed

A = article("a.md", "x" * 100)
OLD = date(2026, 1, 1)


def moments(record: ArticleRecord) -> tuple[datetime | None, str, datetime | None]:
    return record.again_at, record.resend, record.resent_at


def played(*scans: tuple[Parsed | None, timedelta], world: World | None = None) -> ArticleRecord:
    """Return the one article after scans of a folder that held it as it says, or not at all."""
    world = world or World()
    for file, later in scans:
        world.scan(*([file] if file else []), now=NOW + later)
    return world.one()


# ---------------------------------------------------------------- what comes back


def test_a_draft_that_comes_out_again_is_new_again() -> None:
    """Since the scan that saw it out, to the second; what it was visible first stands."""
    one = played((A, 0 * DAY), (replace(A, draft=True), DAY), (A, 2 * DAY + MINUTE))
    assert moments(one) == (WHOLE + 2 * DAY + MINUTE, "", None)
    assert one.visible_at == WHOLE


def test_what_was_withdrawn_is_new_again_when_it_is_back() -> None:
    """Its readers saw it go; under another name too."""
    moved = replace(A, path="b.md")
    assert played((A, 0 * DAY), (None, DAY), (None, 2 * DAY), (moved, 3 * DAY)).again_at == WHOLE + 3 * DAY


def test_what_was_over_is_new_again_when_its_end_is_put_off() -> None:
    """Put off before it was over, it is not; nor while it is over still."""
    over = replace(A, expires=date(2026, 11, 25))
    later = replace(A, expires=date(2026, 12, 25))
    assert played((over, 0 * DAY), (later, DAY)).again_at is None
    assert played((over, 0 * DAY), (edited(over, "y" * 100), 5 * DAY)).again_at is None
    assert played((over, 0 * DAY), (later, 5 * DAY)).again_at == WHOLE + 5 * DAY
    assert played((over, 0 * DAY), (A, 5 * DAY)).again_at == WHOLE + 5 * DAY


def test_a_date_that_had_passed_and_lies_ahead_again_counts_when_it_comes() -> None:
    """Moved on it moves on, moved back it counts since then, and once it has come it stands."""
    ahead = replace(A, when=NOW + 9 * DAY)
    assert played((A, 0 * DAY), (ahead, DAY)).again_at == WHOLE + 9 * DAY
    further = replace(A, when=NOW + 12 * DAY)
    assert played((A, 0 * DAY), (ahead, DAY), (further, 2 * DAY)).again_at == WHOLE + 12 * DAY
    assert played((A, 0 * DAY), (ahead, DAY), (A, 2 * DAY)).again_at == WHOLE + 2 * DAY
    assert played((A, 0 * DAY), (ahead, DAY), (edited(ahead, "y"), 10 * DAY)).again_at == WHOLE + 9 * DAY


def test_a_date_ahead_behind_its_own_end_never_counts() -> None:
    """It will not be out then."""
    never = replace(A, when=NOW + 9 * DAY, expires=date(2026, 11, 26))
    assert played((A, 0 * DAY), (never, DAY)).again_at is None


@pytest.mark.parametrize("first_scan", [True, False])
def test_an_archive_that_comes_back_is_no_news(first_scan: bool) -> None:
    """More than 20 old articles at once, or any at the first scan, are not new again, and it is told."""
    world = World()
    many = [article(f"{n}.md") for n in range(20 if first_scan else 21)]
    world.scan(*many)
    world.scan(accept_removals=True, now=NOW + DAY)
    young = article("young.md")
    world.scan(young, now=NOW + 9 * DAY)
    world.scan(replace(young, draft=True), now=NOW + 9 * DAY + MINUTE)
    result = world.scan(*many, young, now=NOW + 9 * DAY + 2 * MINUTE, first_scan=first_scan)
    back = {path: one.again_at for path, one in world.living().items()}
    assert back.pop("young.md") == WHOLE + 9 * DAY + 2 * MINUTE
    assert set(back.values()) == {None}
    assert first_scan or (result.archive and "21" in result.notices[0].message)


def test_twenty_that_come_back_are_news() -> None:
    """As twenty new ones are."""
    world = World()
    files = [article(f"{n}.md") for n in range(20)]
    world.scan(*files)
    world.scan(accept_removals=True, now=NOW + 9 * DAY)
    result = world.scan(*files, now=NOW + 10 * DAY)
    assert {one.again_at for one in world.living().values()} == {WHOLE + 10 * DAY}
    assert not result.archive


# ---------------------------------------------------------------- what does not


def test_an_edit_a_rename_and_another_id_are_nothing_new() -> None:
    """Whatever else a file says, and whatever it is called."""
    changes = (
        edited(A, "other"),
        replace(A, title="Other", tags=("new",)),
        replace(A, path="b.md"),
        replace(A, id="tag:other"),
        replace(A, slug="other"),
        replace(A, when=OLD),
        replace(A, updated=date(2026, 11, 24)),
        replace(A, correction="A name was wrong."),
        replace(A, featured=True, pinned=True),
    )
    for change in changes:
        assert moments(played((A, 0 * DAY), (change, 2 * DAY))) == (None, "", None)


def test_a_gap_in_the_folder_is_nothing_new() -> None:
    """What is missing is shown all the while and newsletters wait for it, for minutes or held for days."""
    assert played((A, 0 * DAY), (None, MINUTE), (replace(A, path="b.md"), 2 * MINUTE)).again_at is None
    world = World()
    world.scan(A)
    for day in range(1, 9):
        world.scan(folder_present=False, now=NOW + day * DAY)
    assert played((A, 9 * DAY), world=world).again_at is None


def test_another_folder_and_the_way_back_are_nothing_new() -> None:
    """What went with its folder comes back with it; what was hidden meanwhile is new again."""
    for back, again_at in ((A, None), (replace(A, draft=True), None)):
        world = World()
        world.scan(A)
        world.scan(article("new.md"), now=NOW + 2 * DAY, first_scan=True, moved=True)
        [record] = [one for one in world.records.values() if one.path == "a.md"]
        assert record.state is ArticleState.FORGOTTEN
        world.scan(back, now=NOW + 3 * DAY, first_scan=True, moved=True)
        assert world.living()["a.md"].again_at is again_at
        if back.draft:
            world.scan(A, now=NOW + 4 * DAY)
            assert world.living()["a.md"].again_at == WHOLE + 4 * DAY


def test_a_clock_that_goes_back_makes_nothing_new() -> None:
    """Nor does its return."""
    for first in (A, replace(A, when=NOW - DAY), replace(A, when=OLD)):
        world = World()
        world.scan(first, first_scan=True)
        for later in (-3 * DAY, -DAY, DAY, 2 * DAY):
            world.scan(edited(first, f"text {later}"), now=NOW + later)
            assert world.one().again_at is None


def test_an_article_whose_day_is_yet_to_come_is_simply_new() -> None:
    """Hidden, moved and shown before it was ever out, it has one moment: the one at which it is visible."""
    ahead = replace(A, when=NOW + 9 * DAY, resend="1")
    hidden = replace(ahead, draft=True)
    later = replace(A, when=NOW + 12 * DAY, resend="2")
    one = played((ahead, 0 * DAY), (hidden, DAY), (ahead, 2 * DAY), (later, 3 * DAY))
    assert moments(one) == (None, "2", None)
    assert one.visible_at == WHOLE + 12 * DAY
    assert played((ahead, 0 * DAY), (hidden, DAY), (ahead, 10 * DAY)).again_at == WHOLE + 10 * DAY


def test_what_was_held_is_new_once() -> None:
    """A held article that changes and is released has the moment of its release and no other."""
    world = World()
    world.scan(A)
    [held] = world.records.values()
    world.records[held.id] = replace(held, held_since=WHOLE)
    world.scan(replace(A, draft=True), now=NOW + DAY)
    world.scan(replace(A, resend="1"), now=NOW + 2 * DAY)
    one = released(world.one(), now=NOW + 3 * DAY)
    assert moments(one) == (None, "1", None) and one.visible_at == WHOLE + 3 * DAY


# ---------------------------------------------------------------- what asks


def test_another_text_of_resend_asks_once() -> None:
    """The first sight of it, its absence and the same text again ask nothing."""
    said = [replace(A, resend=text) for text in ("", "1", "1", "", "1", "2", "1")]
    world, told = World(), []
    for day, file in enumerate(said):
        world.scan(file, now=NOW + day * DAY)
        told.append(world.one())
    one, five, six = WHOLE + DAY, WHOLE + 5 * DAY, WHOLE + 6 * DAY
    assert [each.again_at for each in told] == [None, one, one, one, one, five, six]
    assert [each.resend for each in told] == ["", "1", "1", "1", "1", "2", "1"]
    assert [each.resent_at for each in told] == [each.again_at for each in told]


def test_a_new_article_with_resend_asks_nothing() -> None:
    """It is mailed as any other; its next text asks."""
    asking = replace(A, resend="true")
    assert moments(played((asking, 0 * DAY), (asking, DAY))) == (None, "true", None)
    assert moments(played((asking, 0 * DAY), (replace(A, resend="2026-11-24"), DAY))) == (
        WHOLE + DAY,
        "2026-11-24",
        WHOLE + DAY,
    )


def test_what_only_reads_as_resend_since_an_upgrade_asks_nothing() -> None:
    """The same bytes as at the last scan were written before anybody could ask."""
    world = World()
    world.scan(A)
    world.scan(replace(A, resend="1"), now=NOW + DAY, untouched={"a.md"})
    assert moments(world.one()) == (None, "1", None)


def test_what_is_hidden_asks_when_it_is_out() -> None:
    """Asked as a draft, it is mailed once more when the draft is published, or at the date it names."""
    draft = replace(A, resend="1", draft=True)
    assert moments(played((A, 0 * DAY), (draft, DAY))) == (None, "", None)
    three = WHOLE + 3 * DAY
    assert moments(played((A, 0 * DAY), (draft, DAY), (replace(A, resend="1"), 3 * DAY))) == (
        three,
        "1",
        three,
    )
    ahead = replace(A, resend="1", when=NOW + 3 * DAY)
    assert moments(played((A, 0 * DAY), (ahead, DAY))) == (three, "1", three)
    sooner = replace(ahead, when=OLD)
    two = WHOLE + 2 * DAY
    assert moments(played((A, 0 * DAY), (ahead, DAY), (sooner, 2 * DAY))) == (two, "1", two)


def test_many_may_ask_at_once() -> None:
    """What is asked is done, however old and many they are."""
    world = World()
    files = [article(f"{n}.md") for n in range(30)]
    world.scan(*files)
    world.scan(*[replace(one, resend="1") for one in files], now=NOW + 9 * DAY)
    assert {one.resent_at for one in world.living().values()} == {WHOLE + 9 * DAY}


# ---------------------------------------------------------------- over any history

DATES = st.sampled_from([None, OLD, date(2026, 11, 23), date(2026, 11, 27), date(2026, 12, 1)])
SAID = st.builds(
    lambda when, expires, draft, resend, text: replace(
        edited(A, text), id="tag:a", when=when, expires=expires, draft=draft, resend=resend
    ),
    DATES,
    DATES,
    st.booleans(),
    st.sampled_from(["", "1", "2"]),
    st.sampled_from(["text one" * 20, "text two" * 20]),
)
SCANS = st.lists(st.tuples(st.one_of(st.none(), SAID), st.integers(0, 30)), min_size=1, max_size=12)


@given(SAID.map(lambda file: replace(file, draft=False)), SCANS)
@settings(max_examples=200, deadline=None)
def test_moments_only_go_on(first: Parsed, scans: list[tuple[Parsed | None, int]]) -> None:
    """Once it has come `again_at` never moves back; never is it before `visible_at`, nor before `resent_at`.

    It moves only to the scan's moment or to the article's own date to come, and only while that is out.
    """
    world, now = World(), NOW
    world.scan(first)
    [before] = world.records.values()
    for file, hours in scans:
        now += timedelta(hours=hours)
        world.scan(*([file] if file else []), now=now)
        [after] = world.records.values()
        whole = now.replace(microsecond=0)
        if after.again_at is not None:
            assert after.visible_at is not None and after.again_at >= after.visible_at
            assert after.resent_at is None or after.resent_at <= after.again_at
        if before.again_at is not None:
            assert after.again_at is not None
            assert after.again_at >= min(before.again_at, whole)
        if after.again_at != before.again_at:
            assert not after.hidden and after.state is ArticleState.PRESENT
            assert after.again_at == max(whole, after.published_at or whole)
            assert after.expires_at is None or after.expires_at > after.again_at
        if after.resent_at != before.resent_at:
            assert after.resent_at == after.again_at
        before = after


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-40, 40)), max_size=12), st.booleans())
@settings(max_examples=100, deadline=None)
def test_edits_alone_are_never_new(steps: list[tuple[int, int]], held: bool) -> None:
    """Over any edits, renames, past dates, other ids and clocks nothing is new again."""
    world, file, now = World(), replace(A, when=OLD, resend="1"), NOW
    world.scan(file, first_scan=held)
    for turn, (step, hours) in enumerate(steps):
        now += timedelta(hours=hours)
        file = (
            edited(file, f"text {turn}" * 20),
            replace(file, path=f"{turn}.md"),
            replace(file, when=OLD - timedelta(days=turn)),
            replace(file, id=f"tag:{turn}"),
            replace(file, title=f"Title {turn}", correction=f"Wrong {turn}.", resend="1" if turn % 2 else ""),
        )[step]
        world.scan(file, now=now)
        assert moments(world.one()) == (None, "1", None)
