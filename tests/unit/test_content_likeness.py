"""Which gone article a touched file is, and which text was copied twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.likeness import likenesses, said_again

LONG = " ".join(f"word{n}" for n in range(60))
Said = tuple[str, str]


def pair(new: Said, gone: Said) -> dict[str, str]:
    return likenesses({"new.md": new}, {"old.md": gone})


@pytest.mark.parametrize(
    ("new", "gone", "same"),
    [
        (("Boats", f"{LONG} and more"), ("Boats", LONG), True),
        (("Ships", f"{LONG} and more"), ("Boats", LONG), True),
        (("Ships", f"{LONG} and more"), ("Boats", f"<p>{LONG}</p>"), True),
        (("Weekly notes", "a wholly other text of this week"), ("Weekly notes", LONG), False),
        (("Ships", "short and same"), ("Boats", "short and same"), False),
        (("Ships", LONG[:200]), ("Boats", LONG), False),
        (("Empty", ""), ("Empty", ""), False),
    ],
)
def test_texts_are_alike_by_title_and_words(new: Said, gone: Said, same: bool) -> None:
    """Under one title half of the words are enough, under two nearly all of many must agree."""
    assert pair(new, gone) == ({"new.md": "old.md"} if same else {})


def test_what_could_be_two_is_none() -> None:
    """Where two gone articles, or two new files, are alike, nothing is guessed."""
    one, two = ("Boats", f"{LONG} a"), ("Boats", f"{LONG} b")
    assert likenesses({"new.md": ("Boats", LONG)}, {"a.md": one, "b.md": two}) == {}
    assert likenesses({"a.md": one, "b.md": two}, {"old.md": ("Boats", LONG)}) == {}


def test_a_moved_archive_is_not_compared_word_by_word() -> None:
    """Beside thousands of others, only a common title makes two files be compared."""
    new = {f"n{n}": (f"New {n}", f"{LONG} {'x' * n}") for n in range(100)}
    gone = {f"g{n}": (f"Gone {n}", f"own{n} " * 30) for n in range(100)}
    gone["g5"] = ("Gone 5", LONG)
    new["n7"] = ("Gone 7", f"own7 and {'own7 ' * 30}")
    assert likenesses(new, gone) == {"n7": "g7"}


def test_a_title_that_many_have_says_nothing() -> None:
    """Where hundreds are called "Untitled", the title is no reason to compare them all."""
    new = {f"n{n}": ("Untitled", f"{LONG} {n}") for n in range(100)}
    gone = {f"g{n}": ("Untitled", f"{LONG} {n}") for n in range(100)}
    assert likenesses(new, gone) == {}


@pytest.mark.parametrize(
    ("one", "two", "same"),
    [
        (LONG, LONG, True),
        (LONG, f"{LONG} Read also", True),
        (LONG, f"{LONG} {' '.join(f'more{n}' for n in range(20))}", False),
        ("few words", "few words", False),
        ("", "", False),
    ],
)
def test_a_text_is_said_again_where_nearly_all_words_are_the_same(one: str, two: str, same: bool) -> None:
    """Nine words of ten, and enough of them to say something."""
    texts = {"a.txt": one, "b.txt": two}
    assert said_again("a.txt", "b.txt", texts) is said_again("b.txt", "a.txt", texts) is same


def test_a_text_that_is_not_known_is_said_by_nobody() -> None:
    """Without both texts nothing is told."""
    assert not said_again("a.txt", "b.txt", {"a.txt": LONG})
    assert not said_again("a.txt", "b.txt", {"b.txt": LONG})


SAYINGS = st.dictionaries(
    st.sampled_from("abcd"),
    st.tuples(st.sampled_from(["T", "U"]), st.text("abc ", max_size=60)),
    max_size=4,
)


@given(SAYINGS, SAYINGS)
def test_no_gone_article_is_guessed_twice(new: dict[str, Said], gone: dict[str, Said]) -> None:
    """Each guess is of files that there are, one for one."""
    found = likenesses(new, gone)
    assert found.keys() <= new.keys() and set(found.values()) <= gone.keys()
    assert len(set(found.values())) == len(found)
