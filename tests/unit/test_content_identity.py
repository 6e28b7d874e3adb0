"""A file is known again by its front matter, its path or its content, and what is said twice counts once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from content_world import DAY, NOW, World, article
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.identity import Known, match
from syndicate.model import ArticleRecord, ArticleState, Parsed

LONG = "long enough to be recognised under another title " * 4
WORDS = " ".join(f"word{n}" for n in range(60))


def a_record(path: str, said: Parsed | None = None, **fields: object) -> ArticleRecord:
    """Return the record of an article that said `said` at `path`."""
    parsed = said or article(path)
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    given: dict[str, object] = {"id": f"urn:{path}", "state": ArticleState.PRESENT} | fields
    return ArticleRecord(
        path=path,
        slug=path,
        fingerprint=parsed.mark,
        first_seen_at=moment,
        floor_at=moment,
        undated_at=moment,
        title=parsed.title,
        language=parsed.language,
        **given,  # type: ignore[arg-type]
    )


# ---------------------------------------------------------------- renames


def test_a_rename_keeps_id_slug_and_moments() -> None:
    """A file at a new path that says what a vanished one said is that article."""
    world = World()
    world.scan(article("a.md", "x", title="T"))
    before = world.one()
    world.scan(article("new/b.md", "x", title="T"), now=NOW + DAY)
    assert replace(world.one(), path="a.md") == before


@pytest.mark.parametrize(("text", "same"), [(LONG, True), ("short", False)])
def test_a_rename_that_changes_the_title_keeps_the_id(text: str, same: bool) -> None:
    """A text long enough to be recognised is known under another title; a short one says too little."""
    world = World()
    world.scan(article("a.md", text, title="A"))
    before = world.ids()["a.md"]
    world.scan(article("b.md", text, title="B"))
    assert (world.ids()["b.md"] == before) is same


def test_a_text_that_two_gone_articles_said_is_neither_under_a_new_title() -> None:
    """Where it could be two, nothing is guessed."""
    gone = [a_record(path, article(path, LONG, title=path)) for path in ("a.md", "b.md")]
    new = article("c.md", LONG, title="C")
    assert match(Known(gone, {"c.md": new}, {"c.md"})).records == {}


def test_a_held_article_is_found_before_a_withdrawn_one() -> None:
    """Of two that said the same, the one that still counts comes back."""
    said = article("a.md", LONG, title="T")
    old = a_record("a.md", said, id="urn:1", state=ArticleState.WITHDRAWN)
    held = a_record("b.md", said, id="urn:2", state=ArticleState.MISSING)
    new = replace(said, path="c.md")
    assert match(Known([old, held], {"c.md": new}, {"c.md"})).records == {"c.md": held}


def test_a_file_that_moved_and_was_touched_is_found_by_its_words() -> None:
    """New path and changed words in one go: the one gone article that said nearly the same."""
    gone = a_record("a.md", article("a.md", WORDS, title="T"), state=ArticleState.MISSING)
    new = {"b.md": article("b.md", f"{WORDS} more", title="T")}
    texts = {"a.md": f"<p>{WORDS}</p>", "b.md": f"{WORDS} more"}
    assert match(Known([gone], new, {"b.md"}, texts)).records == {"b.md": gone}
    assert match(Known([gone], new, {"b.md"}, {})).records == {}
    asking = {"b.md": replace(new["b.md"], id="its own")}
    assert match(Known([gone], asking, {"b.md"}, texts)).records == {}


def test_a_swap_of_two_files_follows_their_paths() -> None:
    """Two files that trade places trade nothing else: a living path is believed first."""
    one, two = article("a.md", "one"), article("b.md", "two")
    records = [a_record("a.md", one), a_record("b.md", two)]
    swapped = {"a.md": replace(two, path="a.md"), "b.md": replace(one, path="b.md")}
    found = match(Known(records, swapped, set(swapped))).records
    assert {path: record.id for path, record in found.items()} == {"a.md": "urn:a.md", "b.md": "urn:b.md"}


# ---------------------------------------------------------------- ids in the front matter


def test_an_id_in_the_front_matter_wins_and_replaces_a_minted_one() -> None:
    """The front matter's id is taken as it is, and the old one is named."""
    world = World()
    world.scan(article("a.md"))
    result = world.scan(article("a.md", id="tag:x,2026:1"))
    assert result.new_ids == {"urn:uuid:1": "tag:x,2026:1"}
    assert world.ids() == {"a.md": "tag:x,2026:1"}
    moved = world.scan(article("b.md", "quite another", id="tag:x,2026:1"))
    assert world.ids() == {"b.md": "tag:x,2026:1"}
    assert moved.new_ids == {}


def test_two_files_with_one_id_are_told_and_published_once() -> None:
    """No id is in a feed twice; the file that had it keeps it."""
    world = World()
    world.scan(article("b.md", id="one"))
    result = world.scan(article("a.md", id="one"), article("b.md", id="one"))
    assert world.ids() == {"b.md": "one"}
    [fault] = result.faults
    assert fault.path == "a.md" and "b.md" in fault.message


def test_a_copy_with_a_minted_id_does_not_take_it_away() -> None:
    """A file that lives at its path keeps its minted id against a copy that names it."""
    world = World()
    world.scan(article("b.md"))
    result = world.scan(article("a.md", id="urn:uuid:1"), article("b.md"))
    assert world.ids() == {"b.md": "urn:uuid:1"}
    assert len(result.faults) == 1


def test_the_owner_need_not_be_looked_at_to_keep_its_id() -> None:
    """A file that did not change keeps its id against a new one that asks for it."""
    owner = a_record("b.md", id="one")
    found = match(Known([owner], {"a.md": article("a.md", id="one")}, {"a.md", "b.md"}))
    assert found.records == {} and [fault.path for fault in found.faults] == ["a.md"]


def test_an_id_moves_with_its_file_while_another_takes_the_old_path() -> None:
    """The front matter is believed where the old path holds another article now."""
    world = World()
    world.scan(article("a.md", id="one"))
    world.scan(article("a.md", "new"), article("b.md", "old", id="one"))
    assert world.ids() == {"b.md": "one", "a.md": "urn:uuid:1"}


def test_an_id_finds_a_withdrawn_article() -> None:
    """Whatever it says and wherever it is, the front matter's id brings it back."""
    world = World()
    world.scan(article("a.md", id="one"), article("b.md"))
    world.scan(article("b.md"), accept_removals=True)
    world.scan(article("c.md", "other", id="one"), article("b.md"))
    assert world.ids()["c.md"] == "one" and len(world.records) == 2


# ---------------------------------------------------------------- said twice


def test_a_copy_is_folded_into_the_living_one() -> None:
    """The same title, text and language at two living paths is one article; the other is named."""
    world = World()
    world.scan(article("a.md", "same", title="T"))
    before = world.one()
    result = world.scan(article("a.md", "same", title="T"), article("copy.md", "same", title="T"))
    assert world.one() == before
    assert result.folded == {"copy.md": before.id}


@pytest.mark.parametrize(
    "other",
    [
        article("copy.md", "same, but not quite", title="T"),
        article("copy.md", "same", title="U"),
        article("copy.md", "same", title="T", language="id"),
        article("copy.md", "same", title="T", id="its own"),
    ],
)
def test_what_differs_is_new(other: Parsed) -> None:
    """A copy with another text, title, language or an id of its own is an article of its own."""
    world = World()
    result = world.scan(article("a.md", "same", title="T"), other)
    assert result.folded == {} and len(world.living()) == 2


def test_other_tags_do_not_make_a_copy_another_article() -> None:
    """Only what is said counts: one of the two copies with other tags or date is folded all the same."""
    world = World()
    result = world.scan(article("a.md", "same", title="T"), article("b.md", "same", title="T", tags=("x",)))
    assert list(result.folded) == ["b.md"]


def test_of_two_new_copies_the_earliest_date_counts() -> None:
    """Of files that come together the one with the earliest date is the article, then the first by path."""
    world = World()
    result = world.scan(
        article("a.md", "same", title="T", when=date(2026, 2, 2)),
        article("b.md", "same", title="T", when=date(2026, 1, 1)),
        article("c.md", "same", title="T"),
    )
    assert list(world.living()) == ["b.md"]
    assert sorted(result.folded) == ["a.md", "c.md"]


def test_a_copy_takes_the_articles_place_when_the_original_goes() -> None:
    """Nothing is lost with the file that counted: the copy is the article then, with its id."""
    world = World()
    world.scan(article("a.md", LONG, title="T"), article("b.md", LONG, title="T"))
    first = world.one()
    result = world.scan(article("b.md", LONG, title="T"), now=NOW + DAY)
    assert (world.one().id, world.one().path, result.folded) == (first.id, "b.md", {})
    assert world.one().state is ArticleState.PRESENT


def test_a_copy_that_is_edited_is_new() -> None:
    """From its first difference on it is an article of its own, and the original is untouched."""
    world = World()
    world.scan(article("a.md", "same", title="T"), article("b.md", "same", title="T"))
    first = world.ids()["a.md"]
    world.scan(article("a.md", "same", title="T"), article("b.md", "other", title="T"))
    assert world.ids()["a.md"] == first and len(set(world.ids().values())) == 2


def test_drafts_and_what_is_left_out_fold_nothing() -> None:
    """A hidden file neither stands in for a copy nor is folded."""
    world = World()
    draft = article("a.md", "same", title="T", draft=True)
    assert world.scan(draft, article("b.md", "same", title="T")).folded == {}
    assert list(world.living()) == ["b.md"]
    hidden = a_record("a.md", article("a.md", "same", title="T"), hidden=True)
    new = {"b.md": article("b.md", "same", title="T")}
    assert match(Known([hidden], new, {"a.md", "b.md"})).folded == {}


@pytest.mark.parametrize(
    ("suffix", "other", "folded"),
    [
        ("txt", f"{WORDS} again", True),
        ("txt", "wholly other words of another day under the same title", False),
        ("md", f"{WORDS} again", False),
    ],
)
def test_plain_text_that_was_copied_again_is_folded(suffix: str, other: str, folded: bool) -> None:
    """Of plain text nearly the same is enough, under one title: other furniture is no other article."""
    one = article(f"a.{suffix}", WORDS, title="T")
    two = article(f"b.{suffix}", other, title="T")
    texts = {one.path: WORDS, two.path: other}
    found = match(Known([a_record(one.path, one)], {two.path: two}, set(texts), texts))
    assert found.folded == ({two.path: one.path} if folded else {})


def test_a_file_that_is_not_there_folds_nothing() -> None:
    """An article whose file is gone is taken over by the copy, not kept above it."""
    gone = a_record("a.md", article("a.md", LONG, title="T"), state=ArticleState.MISSING)
    new = {"b.md": article("b.md", LONG, title="T")}
    found = match(Known([gone], new, {"b.md"}))
    assert (found.folded, found.records) == ({}, {"b.md": gone})


# ---------------------------------------------------------------- over anything

TEXTS = st.sampled_from(["same", "other", LONG])
FILES = st.builds(
    lambda text, title, asked, draft: (text, title, asked, draft),
    TEXTS,
    st.sampled_from(["T", "U"]),
    st.sampled_from([None, None, "one", "two"]),
    st.booleans(),
)
STATES = st.sampled_from(list(ArticleState))


@given(
    st.dictionaries(st.sampled_from("abcdef"), FILES, max_size=6),
    st.dictionaries(st.sampled_from("abcdef"), st.tuples(FILES, STATES), max_size=6),
    st.sets(st.sampled_from("abcdef")),
)
@settings(max_examples=200, deadline=None)
def test_everything_has_one_fate(
    files: dict[str, tuple[str, str, str | None, bool]],
    before: dict[str, tuple[tuple[str, str, str | None, bool], ArticleState]],
    unread: set[str],
) -> None:
    """Whatever is known and found, each file has one fate at most, and no record goes to two files."""
    parsed = {path: article(path, f[0], title=f[1], id=f[2], draft=f[3]) for path, f in files.items()}
    records, taken = [], set()
    for path, (said, state) in before.items():
        number = said[2] if said[2] and said[2] not in taken else f"urn:{path}"
        taken.add(number)
        one = article(path, said[0], title=said[1])
        records.append(a_record(path, one, id=number, state=state))
    found = match(Known(records, parsed, set(parsed) | unread, {}))
    fates = [*found.records, *found.refused, *found.folded]
    assert len(fates) == len(set(fates)) and set(fates) <= set(parsed)
    given_away = [record.id for record in found.records.values()]
    assert len(given_away) == len(set(given_away))
    assert {fault.path for fault in found.faults} >= found.refused
    for path, first in found.folded.items():
        assert path != first and first not in found.folded
        assert parsed[path].id is None
