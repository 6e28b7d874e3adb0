"""Identities and moments are given once and kept, whatever happens to the files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.ingest import EPOCH, Ingest, Intake, ingest
from syndicate.model import ArticleRecord, ArticleState, Parsed

JAKARTA = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 11, 23, 2, 0, 0, 999, tzinfo=UTC)  # 09:00 in Jakarta
WHOLE = NOW.replace(microsecond=0)
DAY = timedelta(days=1)


def article(path: str, **fields: object) -> Parsed:
    given: dict[str, object] = {"title": path, "html": f"<p>{path}</p>", "mtime": NOW}
    return Parsed(path=path, **{**given, **fields})  # type: ignore[arg-type]


class World:
    """Remembers what ingest tells, as the database would; a scan is one call."""

    def __init__(self) -> None:
        self.records: dict[str, ArticleRecord] = {}
        self.readings: dict[str, Parsed] = {}
        self.numbers: Iterator[int] = itertools.count(1)
        self.scans = 0

    def scan(self, *files: Parsed, now: datetime = NOW, **terms: object) -> Ingest:
        parsed = {file.path: file for file in files}
        intake = Intake(
            records=list(self.records.values()),
            parsed=parsed,
            held={path: known for path, known in self.readings.items() if path not in parsed},
            unreadable=terms.get("unreadable", frozenset()),  # type: ignore[arg-type]
            folder_present=bool(terms.get("folder_present", True)),
            first_scan=bool(terms.get("first_scan", False)),
            accept_removals=bool(terms.get("accept_removals", False)),
        )
        result = ingest(
            intake, now=now, zone=JAKARTA, period=DAY, mint=lambda: f"urn:uuid:{next(self.numbers)}"
        )
        for old in result.new_ids:
            del self.records[old]
        self.records |= {record.id: record for record in result.changed}
        self.readings |= parsed
        self.scans += 1
        return result


def ids(result: Ingest) -> dict[str, str]:
    return {found.path: found.id for found in result.articles}


# ---------------------------------------------------------------- identity


def test_a_new_file_gets_an_id_and_keeps_it_through_edits() -> None:
    """An edit changes `updated` and nothing else of an article's identity."""
    world = World()
    [first] = world.scan(article("a.md")).articles
    [second] = world.scan(article("a.md", html="<p>new</p>"), now=NOW + DAY).articles
    assert (second.id, second.slug, second.published, second.visible_at) == (
        first.id, first.slug, first.published, first.visible_at,
    )  # fmt: skip
    assert first.updated == first.published
    assert second.updated == WHOLE + DAY


def test_nothing_changed_means_nothing_to_write() -> None:
    """A second scan of the same files has no changes and the same articles."""
    world = World()
    first = world.scan(article("a.md"), article("b.md"))
    second = world.scan(article("a.md"), article("b.md"), now=NOW + DAY)
    assert second.changed == ()
    assert second.articles == first.articles


def test_a_rename_keeps_id_slug_and_moments() -> None:
    """A file at a new path that says what a vanished one said is that article."""
    world = World()
    [before] = world.scan(article("a.md", title="T", html="<p>x</p>")).articles
    [after] = world.scan(article("new/b.md", title="T", html="<p>x</p>"), now=NOW + DAY).articles
    assert replace(after, path="a.md") == before


def test_a_rename_that_changes_the_title_keeps_the_id() -> None:
    """A body long enough to be recognised is known under another title."""
    world = World()
    [before] = world.scan(article("a.md", title="A", html="<p>" + "long " * 40)).articles
    [after] = world.scan(article("b.md", title="B", html="<p>" + "long " * 40)).articles
    assert after.id == before.id


def test_an_id_in_the_front_matter_wins_and_replaces_a_minted_one() -> None:
    """The front matter's id is taken as it is, and the old one is named."""
    world = World()
    world.scan(article("a.md"))
    result = world.scan(article("a.md", id="tag:x,2026:1"))
    assert result.new_ids == {"urn:uuid:1": "tag:x,2026:1"}
    assert ids(result) == {"a.md": "tag:x,2026:1"}
    moved = world.scan(article("b.md", id="tag:x,2026:1", html="<p>quite another</p>"))
    assert ids(moved) == {"b.md": "tag:x,2026:1"}
    assert moved.new_ids == {}


def test_two_files_with_one_id_are_told_and_published_once() -> None:
    """No id is in a feed twice; the file that had it keeps it."""
    world = World()
    world.scan(article("b.md", id="one"))
    result = world.scan(article("a.md", id="one"), article("b.md", id="one"))
    assert ids(result) == {"b.md": "one"}
    [fault] = result.faults
    assert fault.path == "a.md" and "b.md" in fault.message


def test_a_copy_with_a_minted_id_does_not_take_it_away() -> None:
    """A file that lives at its path keeps its minted id against a copy that names it."""
    world = World()
    world.scan(article("b.md"))
    result = world.scan(article("a.md", id="urn:uuid:1"), article("b.md"))
    assert ids(result) == {"b.md": "urn:uuid:1"}
    assert len(result.faults) == 1


def test_an_id_moves_with_its_file_while_another_takes_the_old_path() -> None:
    """The front matter is believed where the old path holds another article now."""
    world = World()
    world.scan(article("a.md", id="one"))
    result = world.scan(article("a.md", html="<p>new</p>"), article("b.md", id="one", html="<p>old</p>"))
    assert ids(result)["b.md"] == "one"
    assert ids(result)["a.md"] == "urn:uuid:1"


def test_a_draft_is_not_remembered_until_it_is_published() -> None:
    """A draft has no record; an article that becomes one is hidden and keeps its id."""
    world = World()
    assert world.scan(article("a.md", draft=True)).changed == ()
    [shown] = world.scan(article("a.md")).articles
    hidden = world.scan(article("a.md", draft=True))
    assert hidden.articles == () and hidden.withdrawn == ()
    [again] = world.scan(article("a.md")).articles
    assert (again.id, again.visible_at) == (shown.id, shown.visible_at)


def test_slugs_come_from_the_name_and_are_unique() -> None:
    """A slug is the name without its date, numbered where it is taken, and changes only on request."""
    world = World()
    result = world.scan(
        article("2026-01-02-Hari Ini.md"), article("x/hari-ini/index.md"), article("c.md", slug="c")
    )
    assert [found.slug for found in sorted(result.articles, key=lambda found: found.path)] == [
        "hari-ini", "c", "hari-ini-2",
    ]  # fmt: skip
    changed = world.scan(article("2026-01-02-Hari Ini.md"), article("c.md", slug="hari-ini"))
    assert {found.path: found.slug for found in changed.articles}["c.md"] == "hari-ini-3"


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
    [found] = world.scan(article("a.md", when=when, mtime=NOW - DAY)).articles
    assert (found.published, found.visible_at) == (published, visible)
    [later] = world.scan(article("a.md", when=when, mtime=NOW), now=NOW + 10 * DAY).articles
    assert (later.published, later.visible_at) == (published, visible)


def test_updated_is_never_before_published() -> None:
    """The front matter's `updated` counts unless it is earlier than the publication."""
    world = World()
    [early] = world.scan(article("a.md", when=date(2026, 11, 2), updated=date(2026, 11, 1))).articles
    assert early.updated == early.published
    [late] = world.scan(article("b.md", when=date(2026, 11, 2), updated=date(2026, 11, 4))).articles
    assert late.updated == datetime(2026, 11, 4, 5, tzinfo=UTC)


def test_on_the_first_scan_own_dates_count() -> None:
    """An article with an old date is not news when the folder is new."""
    result = World().scan(article("a.md", when=date(2020, 1, 1)), first_scan=True)
    assert result.articles[0].visible_at == datetime(2020, 1, 1, 5, tzinfo=UTC)
    assert result.faults == ()


@pytest.mark.parametrize("first_scan", [True, False])
def test_an_archive_is_not_news(first_scan: bool) -> None:
    """More than 20 old articles at once keep their dates, undated ones stay out of mail, and it is told."""
    files = [article(f"{n}.md", when=date(2020, 1, 1)) for n in range(21)]
    result = World().scan(*files, article("undated.md"), first_scan=first_scan)
    assert all(found.visible_at <= WHOLE - DAY for found in result.articles)
    [notice] = result.faults
    assert notice.kind == "content" and "21" in notice.message


def test_twenty_old_articles_are_news() -> None:
    """Twenty at once are visible from now on, whatever their dates."""
    result = World().scan(*[article(f"{n}.md", when=date(2020, 1, 1)) for n in range(20)])
    assert {found.visible_at for found in result.articles} == {WHOLE}
    assert {record.floor_at for record in result.changed} == {WHOLE} != {EPOCH}


# ---------------------------------------------------------------- removals


def files(*numbers: int) -> list[Parsed]:
    return [article(f"{number}.md") for number in numbers]


def test_a_removed_file_is_withdrawn() -> None:
    """A file that is gone alone leaves, and comes back as itself when it says the same."""
    world = World()
    first = ids(world.scan(*files(1, 2, 3)))
    result = world.scan(*files(1, 2))
    assert result.withdrawn == ("3.md",) and "3.md" not in ids(result)
    assert ids(world.scan(*files(1, 2, 3))) == first


def test_another_article_at_a_withdrawn_path_is_new() -> None:
    """A path alone does not bring a withdrawn article back."""
    world = World()
    first = ids(world.scan(*files(1, 2, 3)))
    world.scan(*files(1, 2))
    again = ids(world.scan(*files(1, 2), article("3.md", html="<p>other</p>")))
    assert again["3.md"] not in first.values()


def test_many_removals_are_held_until_they_are_accepted() -> None:
    """11 of 30 gone at once stay published, held and told, until the operator says so."""
    world = World()
    world.scan(*files(*range(30)))
    held = world.scan(*files(*range(19)))
    assert held.withdrawn == () and held.removals_held == 11 and len(held.articles) == 30
    assert sum(not found.present for found in held.articles) == 11
    [notice] = held.faults
    assert "11 of 30" in notice.message and "--accept-removals" in notice.message
    back = world.scan(*files(*range(30)))
    assert all(found.present for found in back.articles) and back.removals_held == 0
    accepted = world.scan(*files(*range(19)), accept_removals=True)
    assert len(accepted.withdrawn) == 11 and len(accepted.articles) == 19


@pytest.mark.parametrize(("known", "left"), [(30, 20), (100, 80)])
def test_few_removals_are_believed(known: int, left: int) -> None:
    """Ten files, or a fifth of them, may go in one scan."""
    world = World()
    world.scan(*files(*range(known)))
    assert len(world.scan(*files(*range(left))).withdrawn) == known - left


def test_a_missing_folder_removes_nothing() -> None:
    """Without the folder all stays, even with accepted removals."""
    world = World()
    first = world.scan(*files(1, 2))
    result = world.scan(folder_present=False, accept_removals=True)
    assert ids(result) == ids(first) and result.withdrawn == () and result.removals_held == 2
    assert "content folder" in result.faults[0].message
    assert ids(world.scan(*files(1, 2))) == ids(first)


def test_a_file_that_cannot_be_read_is_not_gone() -> None:
    """No removal follows from a file that is there."""
    world = World()
    world.scan(*files(1))
    result = world.scan(unreadable=frozenset({"1.md"}))
    assert result.withdrawn == () and result.changed == ()


def test_warnings_become_faults_with_their_line() -> None:
    """An article's warnings are told with file and line."""
    result = World().scan(article("a.md", warnings=("line 4: tags: odd", "x.png is missing")))
    assert [str(fault) for fault in result.faults] == ["a.md:4: tags: odd", "a.md: x.png is missing"]


# ---------------------------------------------------------------- over any history

STEPS = st.lists(
    st.tuples(st.sampled_from(["rename", "edit", "remove", "restore", "add", "away"]), st.integers(0, 30)),
    max_size=25,
)


@given(STEPS)
@settings(max_examples=80, deadline=None)
def test_ids_survive_any_history(steps: list[tuple[str, int]]) -> None:
    """Over renames, edits, removals and returns an article keeps its id and slug, and no two share one."""
    world = World()
    living: dict[int, Parsed] = {
        number: article(f"{number}.md", html=f"<p>{number}</p>") for number in range(5)
    }
    removed: dict[int, Parsed] = {}
    known: dict[int, str] = {}
    for turn, (step, choice) in enumerate(steps):
        away = step == "away"
        if step == "add":
            number = 100 + turn
            living[number] = article(f"{choice}-{turn}/x.md", html=f"<p>{number}</p>")
        elif step == "restore" and removed:
            number = sorted(removed)[choice % len(removed)]
            living[number] = removed.pop(number)
        elif living and not away:
            number = sorted(living)[choice % len(living)]
            _change(step, number, turn, living, removed)
        here = () if away else tuple(living.values())
        result = world.scan(*here, now=NOW + turn * DAY, folder_present=not away)
        by_path = ids(result)
        assert len(set(by_path.values())) == len(by_path)
        if not away:
            _remember(living, by_path, known)
        slugs = [record.slug for record in world.records.values()]
        assert len(set(slugs)) == len(slugs)


def _change(step: str, number: int, turn: int, living: dict[int, Parsed], removed: dict[int, Parsed]) -> None:
    if step == "rename":
        living[number] = replace(living[number], path=f"moved-{turn}.md")
    elif step == "edit":
        living[number] = replace(living[number], html=f"<p>{number} edited {turn}</p>")
    elif step == "remove":
        removed[number] = living.pop(number)


def _remember(living: Mapping[int, Parsed], by_path: Mapping[str, str], known: dict[int, str]) -> None:
    for number, file in living.items():
        assert known.setdefault(number, by_path[file.path]) == by_path[file.path]


@given(st.integers(1, 60), st.data())
@settings(max_examples=60, deadline=None)
def test_the_guard_holds(known: int, data: st.DataObject) -> None:
    """Never are more than ten and more than a fifth of the articles withdrawn by one scan."""
    world = World()
    world.scan(*files(*range(known)))
    left = data.draw(st.sets(st.integers(0, known - 1)))
    result = world.scan(*files(*left))
    gone = known - len(left)
    assert len(result.withdrawn) == (0 if gone > 10 and gone > known / 5 else gone)
    assert all(record.state is not ArticleState.WITHDRAWN for record in result.changed) or result.withdrawn
