"""Which gone article a touched file is."""

from __future__ import annotations

import pytest

from syndicate.content.likeness import likenesses
from syndicate.model import Parsed

LONG = " ".join(f"word{n}" for n in range(60))


def parsed(path: str, title: str, text: str) -> Parsed:
    return Parsed(path=path, title=title, html=f"<p>{text}</p>")


def pair(new: tuple[str, str], gone: tuple[str, str]) -> dict[str, str]:
    return likenesses({"new.md": parsed("new.md", *new)}, {"old.md": parsed("old.md", *gone)})


@pytest.mark.parametrize(
    ("new", "gone", "same"),
    [
        (("Boats", f"{LONG} and more"), ("Boats", LONG), True),
        (("Ships", f"{LONG} and more"), ("Boats", LONG), True),
        (("Weekly notes", "a wholly other text of this week"), ("Weekly notes", LONG), False),
        (("Ships", "short and same"), ("Boats", "short and same"), False),
        (("Ships", LONG[:200]), ("Boats", LONG), False),
        (("Empty", ""), ("Empty", ""), False),
    ],
)
def test_texts_are_alike_by_title_and_words(new: tuple[str, str], gone: tuple[str, str], same: bool) -> None:
    """Under one title half of the words are enough, under two nearly all of many must agree."""
    assert pair(new, gone) == ({"new.md": "old.md"} if same else {})


def test_what_could_be_two_is_none() -> None:
    """Where two gone articles, or two new files, are alike, nothing is guessed."""
    one, two = parsed("a.md", "Boats", f"{LONG} a"), parsed("b.md", "Boats", f"{LONG} b")
    assert likenesses({"new.md": parsed("new.md", "Boats", LONG)}, {"a.md": one, "b.md": two}) == {}
    assert likenesses({"a.md": one, "b.md": two}, {"old.md": parsed("old.md", "Boats", LONG)}) == {}


def test_a_moved_archive_is_not_compared_word_by_word() -> None:
    """Beside thousands of others, only a common title makes two files be compared."""
    new = {f"n{n}": parsed(f"n{n}", f"New {n}", f"{LONG} {'x' * n}") for n in range(100)}
    gone = {f"g{n}": parsed(f"g{n}", f"Gone {n}", f"own{n} " * 30) for n in range(100)}
    gone["g5"] = parsed("g5", "Gone 5", LONG)
    new["n7"] = parsed("n7", "Gone 7", f"own7 and {'own7 ' * 30}")
    assert likenesses(new, gone) == {"n7": "g7"}
