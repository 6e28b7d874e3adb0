"""Identities and moments are given once and kept, whatever happens to the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from content_world import (
    DAY,
    LIVING,
    MINUTE,
    NOW,
    WHOLE,
    WITHDRAW_AFTER,
    World,
    article,
    edited,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.configcontent import LinkRule
from syndicate.content.ingest import EPOCH, as_fault, folded_fault, warnings_of
from syndicate.model import ArticleState, Parsed

# ---------------------------------------------------------------- ids and slugs


def test_a_new_file_gets_an_id_and_keeps_it_through_edits() -> None:
    """An edit changes `updated` and nothing else of an article's identity."""
    world = World()
    world.scan(article("a.md"))
    first = world.one()
    world.scan(article("a.md", "Other words."), now=NOW + DAY)
    second = world.one()
    assert (second.id, second.slug, second.published_at, second.visible_at, second.address) == (
        first.id, first.slug, first.published_at, first.visible_at, first.address,
    )  # fmt: skip
    assert first.updated_at == first.published_at
    assert second.updated_at == WHOLE + DAY


def test_nothing_changed_means_nothing_to_write() -> None:
    """A second scan of the same files has no changes, and says which articles the files are."""
    world = World()
    first = world.scan(article("a.md"), article("b.md"))
    second = world.scan(article("a.md"), article("b.md"), now=NOW + DAY)
    assert second.changed == ()
    assert second.kept == first.kept == first.changed


def test_what_only_reads_otherwise_is_no_edit() -> None:
    """Where the bytes are those of the last scan, another reading is syndicate's doing: `updated` stays."""
    world = World()
    world.scan(article("a.md"))
    result = world.scan(article("a.md", "as read now"), now=NOW + DAY, untouched={"a.md"})
    [record] = result.changed
    assert record.updated_at == record.published_at
    assert record.fingerprint == article("a.md", "as read now").mark


def test_a_draft_is_not_remembered_until_it_is_published() -> None:
    """A draft has no record; an article that becomes one is hidden and keeps its id and its moment."""
    world = World()
    assert world.scan(article("a.md", draft=True)).changed == ()
    world.scan(article("a.md"))
    shown = world.one()
    hidden = world.scan(article("a.md", draft=True), now=NOW + DAY)
    assert world.one().hidden and hidden.withdrawn == ()
    world.scan(article("a.md"), now=NOW + 2 * DAY)
    again = world.one()
    assert (again.id, again.visible_at, again.hidden) == (shown.id, shown.visible_at, False)


def test_what_is_left_out_is_no_article() -> None:
    """A file that the rules leave out gets no record; an article that they leave out later is hidden."""
    world = World()
    assert world.scan(article("a.md", left_out="it is a note")).kept == ()
    world.scan(article("a.md"))
    result = world.scan(article("a.md", left_out="it is a note"))
    assert world.one().hidden and (result.withdrawn, result.faults) == ((), ())


def test_slugs_come_from_the_name_and_are_unique() -> None:
    """A slug is the name without its date, numbered where it is taken, and changes only on request."""
    world = World()
    world.scan(article("2026-01-02-Hari Ini.md"), article("x/hari-ini/index.md"), article("c.md", slug="c"))
    slugs = {path: record.slug for path, record in world.living().items()}
    assert slugs == {"2026-01-02-Hari Ini.md": "hari-ini", "c.md": "c", "x/hari-ini/index.md": "hari-ini-2"}
    world.scan(
        article("2026-01-02-Hari Ini.md"), article("x/hari-ini/index.md"), article("c.md", slug="hari-ini")
    )
    assert world.living()["c.md"].slug == "hari-ini-3"
    again = world.scan(
        article("2026-01-02-Hari Ini.md"), article("x/hari-ini/index.md"), article("c.md", slug="hari-ini")
    )
    assert again.changed == ()


def test_two_files_may_swap_their_slugs() -> None:
    """In one scan neither loses to the other's old one for good."""
    world = World()
    world.scan(article("a.md", slug="one"), article("b.md", slug="two"))
    world.scan(article("a.md", slug="two"), article("b.md", slug="one"))
    slugs = [record.slug for record in world.living().values()]
    assert len(set(slugs)) == 2


# ---------------------------------------------------------------- addresses


def test_a_slug_that_changes_leaves_its_old_address_as_an_alias() -> None:
    """Old links go on: each former address is kept once, and one that comes back is no alias any more."""
    world = World()
    world.scan(article("a.md", slug="one"))
    world.scan(article("a.md", slug="two"))
    assert (world.one().address, world.one().aliases) == ("/articles/two/", ("/articles/one/",))
    world.scan(article("a.md", slug="three"))
    assert world.one().aliases == ("/articles/one/", "/articles/two/")
    world.scan(article("a.md", slug="one"))
    assert (world.one().address, world.one().aliases) == (
        "/articles/one/",
        ("/articles/two/", "/articles/three/"),
    )


def test_a_rename_changes_the_address_where_the_name_makes_it() -> None:
    """Where another program makes the pages, a rename or a new date adds the old address to the aliases."""
    world = World(pages=False, rules=[LinkRule(pattern="/blog/{year}/{filename}/")])
    world.scan(article("old.md", "x" * 100, when=date(2026, 11, 1)))
    assert world.one().address == "/blog/2026/old/"
    world.scan(article("new.md", "x" * 100, when=date(2026, 11, 1)))
    world.scan(article("new.md", "x" * 100, when=date(2025, 11, 1)))
    one = world.one()
    assert (one.address, one.aliases) == ("/blog/2025/new/", ("/blog/2026/old/", "/blog/2026/new/"))


def test_an_address_of_the_front_matter_beats_the_slug() -> None:
    """`url` is the address where another program makes the pages, absolute ones too; ours stay ours."""
    wish = article("a.md", url="/here/it/is/", slug="x")
    world = World(pages=False)
    world.scan(wish)
    assert world.one().address == "/here/it/is/"
    world.scan(replace(wish, url="https://elsewhere.example/a"))
    assert world.one().address == "https://elsewhere.example/a"
    ours = World()
    ours.scan(wish)
    assert ours.one().address == "/articles/x/"


def test_a_permalink_is_one_until_the_id_changes() -> None:
    """What an adopted feed said of an id is kept through edits and moves, not for another id."""
    world = World()
    world.scan(article("a.md", "x" * 100))
    [record] = world.records.values()
    world.records[record.id] = replace(record, permalink=True)
    world.scan(article("b.md", "x" * 100), now=NOW + DAY)
    assert world.one().permalink
    world.scan(article("b.md", "x" * 100, id="tag:other"))
    assert not world.one().permalink


# ---------------------------------------------------------------- moments


@pytest.mark.parametrize(
    ("when", "published", "visible"),
    [
        (None, WHOLE - DAY, WHOLE),
        (datetime(2026, 11, 1, 5, 0, 0, 7, tzinfo=UTC), datetime(2026, 11, 1, 5, tzinfo=UTC), WHOLE),
        (date(2026, 11, 1), datetime(2026, 11, 1, 5, tzinfo=UTC), WHOLE),
        (date(2026, 11, 23), WHOLE, WHOLE),
        (date(2026, 11, 24), datetime(2026, 11, 24, 5, tzinfo=UTC), datetime(2026, 11, 24, 5, tzinfo=UTC)),
    ],
)
def test_when_an_article_is_published_and_visible(
    when: date | datetime | None, published: datetime, visible: datetime
) -> None:
    """Its own date, noon of a bare one, its file's time without; visible from first sight at the earliest."""
    world = World()
    world.scan(article("a.md", when=when, mtime=NOW - DAY))
    assert (world.one().published_at, world.one().visible_at) == (published, visible)
    world.scan(article("a.md", when=when, mtime=NOW), now=NOW + 10 * DAY)
    assert (world.one().published_at, world.one().visible_at) == (published, visible)


def test_a_new_date_is_shown_and_never_mails_again() -> None:
    """Once an article was visible its `visible_at` stands, whatever date its author gives it."""
    world = World()
    world.scan(article("a.md", when=date(2026, 11, 1)))
    before = world.one()
    for when in (date(2026, 11, 20), date(2026, 12, 24), date(2026, 10, 1)):
        world.scan(article("a.md", when=when), now=NOW + DAY)
        after = world.one()
        assert after.published_at == datetime(when.year, when.month, when.day, 5, tzinfo=UTC)
        assert (after.id, after.visible_at) == (before.id, before.visible_at)


def test_a_date_may_move_until_it_has_passed() -> None:
    """What nobody saw yet may come earlier or later; it counts from when it is first seen at the earliest."""
    world = World()
    world.scan(article("a.md", when=date(2026, 11, 25)))
    world.scan(article("a.md", when=date(2026, 11, 27)), now=NOW + DAY)
    assert world.one().visible_at == datetime(2026, 11, 27, 5, tzinfo=UTC)
    world.scan(article("a.md", when=date(2020, 1, 1)), now=NOW + 2 * DAY)
    assert world.one().visible_at == WHOLE


def test_updated_is_never_before_published() -> None:
    """The front matter's `updated` counts unless it is earlier than the publication."""
    world = World()
    world.scan(article("a.md", when=date(2026, 11, 2), updated=date(2026, 11, 1)))
    assert world.one().updated_at == world.one().published_at
    world = World()
    world.scan(article("b.md", when=date(2026, 11, 2), updated=date(2026, 11, 4)))
    assert world.one().updated_at == datetime(2026, 11, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires", "over"),
    [
        (None, None),
        (date(2026, 12, 1), datetime(2026, 11, 30, 17, tzinfo=UTC)),
        (datetime(2026, 12, 1, 8, 0, 0, 5, tzinfo=UTC), datetime(2026, 12, 1, 8, tzinfo=UTC)),
    ],
)
def test_when_an_article_is_over(expires: date | datetime | None, over: datetime | None) -> None:
    """A bare date is over with its first moment in the publication's zone."""
    world = World()
    world.scan(article("a.md", expires=expires))
    assert world.one().expires_at == over


def test_on_the_first_scan_own_dates_count() -> None:
    """An article with an old date is not news when the folder is new."""
    world = World()
    result = world.scan(article("a.md", when=date(2020, 1, 1)), first_scan=True)
    assert world.one().visible_at == datetime(2020, 1, 1, 5, tzinfo=UTC)
    assert (result.faults, result.notices) == ((), ())


@pytest.mark.parametrize("first_scan", [True, False])
def test_an_archive_is_not_news(first_scan: bool) -> None:
    """More than 20 old articles at once keep their dates, undated ones stay out of mail, and it is told."""
    files = [article(f"{n}.md", when=date(2020, 1, 1)) for n in range(21)]
    world = World()
    result = world.scan(*files, article("undated.md"), first_scan=first_scan)
    for record in world.living().values():
        assert record.visible_at is not None and record.visible_at <= WHOLE - DAY
    [notice] = result.notices
    assert notice.kind == "content" and "21" in notice.message


def test_an_archive_without_dates_is_not_news_either() -> None:
    """More than 20 undated articles in the first scan, all new on disk as after a clone, mail none."""
    world = World()
    world.scan(*[article(f"{n}.md") for n in range(21)], first_scan=True)
    for record in world.living().values():
        assert record.visible_at is not None and record.visible_at <= WHOLE - DAY


def test_twenty_old_articles_are_news() -> None:
    """Twenty at once are visible from now on, whatever their dates."""
    world = World()
    result = world.scan(*[article(f"{n}.md", when=date(2020, 1, 1)) for n in range(20)])
    assert {record.visible_at for record in world.living().values()} == {WHOLE}
    assert {record.floor_at for record in result.changed} == {WHOLE} != {EPOCH}


# ---------------------------------------------------------------- removals


def files(*numbers: int) -> list[Parsed]:
    return [article(f"{number}.md") for number in numbers]


def test_a_removed_file_is_missing_first_and_withdrawn_after_fifteen_minutes() -> None:
    """It is withdrawn when it was missing at an earlier scan, and that is 15 min ago; then it leaves."""
    world = World()
    world.scan(*files(1, 2, 3))
    first = world.ids()
    result = world.scan(*files(1, 2))
    assert result.withdrawn == () and world.living()["3.md"].state is ArticleState.MISSING
    assert world.living()["3.md"].missing_at == WHOLE
    early = world.scan(*files(1, 2), now=NOW + WITHDRAW_AFTER - MINUTE)
    assert early.withdrawn == () and early.changed == ()
    late = world.scan(*files(1, 2), now=NOW + WITHDRAW_AFTER)
    assert late.withdrawn == ("3.md",) and "3.md" not in world.living()
    assert late.removals_held == 0
    world.scan(*files(1, 2, 3), now=NOW + DAY)
    assert world.ids() == first


def test_fifteen_minutes_without_a_scan_withdraw_nothing() -> None:
    """However long ago the last scan was, the first one without the file only misses it."""
    world = World()
    world.scan(*files(1, 2))
    result = world.scan(*files(1), now=NOW + 30 * DAY)
    assert result.withdrawn == () and world.living()["2.md"].missing_at == WHOLE + 30 * DAY


def test_a_file_that_is_back_was_never_missing() -> None:
    """A file that comes back in time is present, and its next absence is counted from its own beginning."""
    world = World()
    world.scan(*files(1, 2))
    before = world.living()
    world.scan(*files(1))
    world.scan(*files(1, 2), now=NOW + MINUTE)
    assert world.living() == before
    world.scan(*files(1), now=NOW + 20 * MINUTE)
    assert world.scan(*files(1), now=NOW + 21 * MINUTE).withdrawn == ()


def test_accepted_removals_withdraw_at_once() -> None:
    """The operator who says that they are meant need not wait."""
    world = World()
    world.scan(*files(*range(30)))
    accepted = world.scan(*files(*range(10)), accept_removals=True)
    assert len(accepted.withdrawn) == 20 and len(world.living()) == 10
    assert {record.missing_at for record in accepted.changed} == {WHOLE}


def test_another_article_at_a_withdrawn_path_is_new() -> None:
    """A path alone does not bring a withdrawn article back."""
    world = World()
    world.scan(*files(1, 2, 3))
    first = world.ids()
    world.scan(*files(1, 2), accept_removals=True)
    world.scan(*files(1, 2), article("3.md", "other"))
    assert world.ids()["3.md"] not in first.values()


def test_many_removals_are_held_until_they_are_accepted() -> None:
    """11 of 30 gone at once stay published, held and told, until the operator says so."""
    world = World()
    world.scan(*files(*range(30)))
    for now in (NOW, NOW + DAY, NOW + 2 * DAY):
        held = world.scan(*files(*range(19)), now=now)
        assert (held.withdrawn, held.removals_held, len(world.living())) == ((), 11, 30)
    missing = [record for record in world.records.values() if record.state is ArticleState.MISSING]
    assert len(missing) == 11 and {record.missing_at for record in missing} == {None}
    [notice] = held.notices
    assert "11 of 30" in notice.message and "--accept-removals" in notice.message
    back = world.scan(*files(*range(30)))
    assert {record.state for record in world.records.values()} == {ArticleState.PRESENT}
    assert back.removals_held == 0
    accepted = world.scan(*files(*range(19)), accept_removals=True)
    assert len(accepted.withdrawn) == 11 and len(world.living()) == 19


def test_what_was_held_waits_from_anew() -> None:
    """When most of what was gone is back, the rest has its 15 minutes from then on."""
    world = World()
    world.scan(*files(*range(30)))
    world.scan(*files(*range(10)))
    world.scan(*files(*range(29)), now=NOW + DAY)
    assert world.living()["29.md"].missing_at == WHOLE + DAY
    assert world.scan(*files(*range(29)), now=NOW + DAY + WITHDRAW_AFTER).withdrawn == ("29.md",)


@pytest.mark.parametrize(("known", "left"), [(30, 20), (100, 80)])
def test_few_removals_are_believed(known: int, left: int) -> None:
    """Ten files, or a fifth of them, may go at once."""
    world = World()
    world.scan(*files(*range(known)))
    assert world.scan(*files(*range(left))).removals_held == 0
    assert len(world.scan(*files(*range(left)), now=NOW + DAY).withdrawn) == known - left


def test_a_missing_folder_removes_nothing() -> None:
    """Without the folder all stays, for days, even with accepted removals."""
    world = World()
    world.scan(*files(1, 2))
    first = world.ids()
    for now in (NOW, NOW + DAY):
        result = world.scan(folder_present=False, accept_removals=True, now=now)
        assert (result.withdrawn, result.removals_held) == ((), 2)
        assert world.ids() == first
    assert "content folder" in result.notices[0].message
    world.scan(*files(1, 2))
    assert world.ids() == first


def test_another_folder_forgets_and_withdraws_nothing() -> None:
    """What the former content folder held is forgotten, however much that is; coming back is remembering."""
    world = World()
    world.scan(*files(*range(30)))
    first = {path: (record.id, record.visible_at) for path, record in world.living().items()}
    moved = world.scan(article("new.md"), first_scan=True, moved=True)
    assert (moved.withdrawn, moved.removals_held, moved.notices) == ((), 0, ())
    assert list(world.living()) == ["new.md"]
    forgotten = [record for record in world.records.values() if record.state is ArticleState.FORGOTTEN]
    assert len(forgotten) == 30
    world.scan(*files(*range(30)), now=NOW + DAY, first_scan=True, moved=True)
    assert {path: (record.id, record.visible_at) for path, record in world.living().items()} == first


def test_another_folder_that_is_not_there_forgets_nothing() -> None:
    """A slip in the configuration's path costs nothing."""
    world = World()
    world.scan(*files(1, 2))
    result = world.scan(folder_present=False, moved=True)
    assert len(world.living()) == 2 and result.removals_held == 2


def test_what_moved_with_the_folder_is_the_same() -> None:
    """Articles that another folder holds too, even under other names, keep their ids."""
    world = World()
    world.scan(article("a.md", "x" * 100))
    before = world.one().id
    world.scan(article("posts/b.md", "x" * 100), first_scan=True, moved=True)
    assert (world.one().id, world.one().path) == (before, "posts/b.md")


def test_a_file_that_cannot_be_read_is_not_gone() -> None:
    """No removal follows from a file that is there."""
    world = World()
    world.scan(*files(1))
    result = world.scan(unread={"1.md"})
    assert result.withdrawn == () and result.changed == ()


# ---------------------------------------------------------------- what is told


def test_warnings_become_faults_with_their_line() -> None:
    """An article's warnings are told with file and line."""
    told = warnings_of(article("a.md", warnings=("line 4: tags: odd", "x.png is missing")))
    assert [str(fault) for fault in told] == ["a.md:4: tags: odd", "a.md: x.png is missing"]
    assert as_fault("a.md", "line 12345: x").line == 12345
    assert str(folded_fault("b.md", "a.md")) == "b.md: says what a.md says; only that one counts"


# ---------------------------------------------------------------- over any history

KINDS = ["rename", "edit", "remove", "restore", "add", "away", "redate", "draft", "copy", "uncopy"]
STEPS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 30)), max_size=25)


@given(STEPS)
@settings(max_examples=120, deadline=None)
def test_ids_survive_any_history(steps: list[tuple[str, int]]) -> None:
    """Over renames, edits, removals, copies and returns an article keeps its id, slug and first moment.

    No two share an id or a slug, and a copy is no article.
    """
    world = World()
    history = History(world)
    for turn, (step, choice) in enumerate(steps):
        history.step(step, choice, turn)
        away = step == "away"
        here = () if away else tuple(history.files())
        world.scan(*here, now=NOW + turn * DAY, folder_present=not away)
        slugs = [record.slug for record in world.records.values()]
        assert len(set(slugs)) == len(slugs)
        if not away:
            history.holds(NOW + turn * DAY)


class History:
    """Files that come, change and go, and what is known of each article since it was first seen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.living = {number: article(f"{number}.md", f"text {number}") for number in range(5)}
        self.removed: dict[int, Parsed] = {}
        self.copies: dict[int, Parsed] = {}
        self.known: dict[int, tuple[str, datetime]] = {}

    def files(self) -> list[Parsed]:
        return [*self.living.values(), *self.copies.values()]

    def step(self, step: str, choice: int, turn: int) -> None:
        if step == "add":
            self.living[100 + turn] = article(f"{choice}-{turn}/x.md", f"text {100 + turn}")
        elif step == "restore" and self.removed:
            number = sorted(self.removed)[choice % len(self.removed)]
            self.living[number] = self.removed.pop(number)
        elif step == "uncopy":
            self.copies.clear()
        elif self.living and step != "away":
            self._change(step, sorted(self.living)[choice % len(self.living)], turn)

    def _change(self, step: str, number: int, turn: int) -> None:
        file = self.living[number]
        if step == "copy":
            if not file.draft and number in self.known:
                self.copies[number] = replace(file, path=f"~copies/{number}.md")
            return
        self.copies.pop(number, None)  # or it would be what is left of the article
        if step == "rename":
            self.living[number] = replace(file, path=f"moved-{turn}.md")
        elif step == "edit":
            self.living[number] = edited(file, f"text {number} edited {turn}")
        elif step == "redate":
            self.living[number] = replace(file, when=date(2026, 1, 1) + timedelta(turn * 31))
        elif step == "draft":
            self.living[number] = replace(file, draft=not file.draft)
        elif step == "remove":
            self.removed[number] = self.living.pop(number)

    def holds(self, now: datetime) -> None:
        ids: Mapping[str, str] = self.world.ids()
        assert len(set(ids.values())) == len(ids)
        assert not any(path.startswith("~copies/") for path in ids)
        for number, file in self.living.items():
            if file.draft and number not in self.known:
                continue
            record = self.world.living()[file.path]
            assert record.visible_at is not None
            assert self.known.setdefault(number, (record.id, record.visible_at))[0] == record.id
            if self.known[number][1] <= now - DAY:
                assert record.visible_at == self.known[number][1]
            self.known[number] = (record.id, record.visible_at)


@given(st.integers(1, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_the_guard_holds(known: int, data: st.DataObject) -> None:
    """Never are more than ten and more than a fifth of the articles withdrawn by one scan."""
    world = World()
    world.scan(*files(*range(known)))
    for turn in range(1, data.draw(st.integers(2, 5))):
        before = len(world.living())
        left = data.draw(st.sets(st.integers(0, known - 1)))
        result = world.scan(*files(*left), now=NOW + turn * 10 * MINUTE)
        assert len(result.withdrawn) <= 10 or len(result.withdrawn) <= before / 5
        for record in result.changed:
            assert (record.state is ArticleState.WITHDRAWN) == (record.path in result.withdrawn)
        assert {record.path for record in world.records.values() if record.state in LIVING} >= {
            f"{number}.md" for number in left
        }


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 30)), min_size=1, max_size=12))
@settings(max_examples=60, deadline=None)
def test_withdrawn_means_two_scans_and_fifteen_minutes(steps: list[tuple[int, int]]) -> None:
    """No article is withdrawn that was there less than 15 min ago or at the scan before."""
    world = World()
    everyone = files(*range(5))
    world.scan(*everyone)
    now = NOW
    last = {file.path: NOW for file in everyone}
    previous = set(last)
    for gone, minutes in steps:
        now += minutes * MINUTE
        here = [file for number, file in enumerate(everyone) if number != gone]
        result = world.scan(*here, now=now)
        for path in result.withdrawn:
            assert path not in previous and now - last[path] >= WITHDRAW_AFTER
        previous = {file.path for file in here}
        last |= dict.fromkeys(previous, now)
