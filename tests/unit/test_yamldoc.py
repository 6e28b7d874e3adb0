"""YAML is read as its author wrote it, or refused at a place."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import yamldoc

MARKS = st.text(alphabet="ab:#-[]'\", \n{}&*!|>~=.1<?\t", max_size=60)
TAGS = st.sampled_from(
    [
        "!!int",
        "!!bool",
        "!!float",
        "!!timestamp",
        "!!binary",
        "!!set",
        "!!omap",
        "!!pairs",
        "!!python/object:x",
        "!x",
    ]
)


@given(st.one_of(MARKS, st.builds(lambda tag, text: f"a: {tag} {text}", TAGS, MARKS)))
@settings(max_examples=500, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Both readers give a document or YamlError with a line and a column."""
    for read in (yamldoc.load, yamldoc.load_texts):
        try:
            read(text)
        except yamldoc.YamlError as error:
            assert error.line >= 1 and error.column >= 1 and "\t" not in str(error)


def test_texts_stay_as_written() -> None:
    """Only null is no text, and each key at the top has its line."""
    document = yamldoc.load_texts("a: 7:00\nb: [NO, 017, 1.10]\n# c\nd: {e: ~}\nf: 'null'\ng:\n")
    assert document.data == {
        "a": "7:00", "b": ["NO", "017", "1.10"], "d": {"e": None}, "f": "null", "g": None
    }  # fmt: skip
    assert document.lines == {"a": 1, "b": 2, "d": 4, "f": 5, "g": 6}


def test_keys_given_twice_are_named() -> None:
    """The last counts, and its line is given."""
    document = yamldoc.load_texts("a: 1\nb: 2\na: 3")
    assert (document.data, document.duplicates) == ({"a": "3", "b": "2"}, [("a", 3)])


def test_aliases_and_merges() -> None:
    """An alias is what it stands for; << gives way to a map's own keys."""
    document = yamldoc.load_texts("a: &a {x: 1, y: 2}\nb:\n  <<: *a\n  y: 3\nc: *a\nd:\n  <<: [*a, {z: 4}]\n")
    assert document.data == {
        "a": {"x": "1", "y": "2"},
        "b": {"x": "1", "y": "3"},
        "c": {"x": "1", "y": "2"},
        "d": {"x": "1", "y": "2", "z": "4"},
    }


CHAIN = "a: &b0 [x, x]\n" + "\n".join(f"b{n}: &b{n} [*b{n - 1}, x]" for n in range(1, 400))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: &b [*b]", 2, "holds itself"),
        ("a: 1\nb: !!python/object:os.system x", 2, "not allowed"),
        ("a: 1\nb: !!set {x}", 2, "not allowed"),
        ("? [a]\n: b", 1, "YAML"),
        ("a:\n\tb: 1", 2, "token"),
        ("a: 1\n<<: x", 2, "map"),
        ("[" * 20_000, 1, "levels"),
        ("- " * 20_000, 1, "levels"),
        (CHAIN, None, "too much"),
    ],
)  # fmt: skip
def test_what_is_refused(text: str, line: int | None, words: str) -> None:
    """Bombs, tags that would make objects, and broken text end at once, at a place."""
    started = time.monotonic()
    with pytest.raises(yamldoc.YamlError) as caught:
        yamldoc.load_texts(text)
    assert line in (None, caught.value.line) and words in str(caught.value)
    assert time.monotonic() - started < 1
