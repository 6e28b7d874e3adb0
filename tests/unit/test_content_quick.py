"""The quick readers of YAML and TOML give what the parsers give, or give up."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import yamldoc
from syndicate.content.fields import quick, quick_toml
from syndicate.content.fields.toml_block import plain

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "blogs"

MARKS = (
    "a b title null ~ true 7:00 1.10 017 : :: # - -- [ ] { } , & * ! | > % @ ` ' \" '' \\ \\n ? = << . ..."
    " --- é 你 \u00a0 \u2028 \x85 \ufeff 🦜 \u064a /x https://x.org/a?b=c#d 2026-02-05 +07:00 \t ( )"
)
FRAGMENTS = st.sampled_from([*MARKS.split(" "), "", " ", "  "])
VALUES = st.lists(FRAGMENTS, max_size=5).map("".join)
QUOTED = st.builds(lambda mark, text: f"{mark}{text}{mark}", st.sampled_from("'\""), VALUES)
FLOWS = st.lists(st.one_of(VALUES, QUOTED), max_size=4).map(lambda items: f"[{', '.join(items)}]")
ANY = st.one_of(VALUES, QUOTED, FLOWS)
KEYS = st.sampled_from(
    ["title", "date", "tags", "a-b", "x_1", "null", "T", "y", "a b", "1", "é", "<<", "'q'"]
)
ROWS = st.one_of(
    st.builds(lambda key, space, value: f"{key}:{space}{value}", KEYS, st.sampled_from(["", " ", "  "]), ANY),
    st.builds(lambda inset, value: f"{inset}- {value}", st.sampled_from(["", " ", "  "]), ANY),
    st.builds(lambda inset, value: f"{inset}{value}", st.sampled_from(["", " ", "# "]), VALUES),
)
BLOCKS = st.lists(ROWS, min_size=1, max_size=6).map("\n".join)
NOISE = st.text(alphabet="ab:#-[]'\", \n{}&*!|>~=.1\\é", max_size=30)


def check(block: str) -> bool:
    """Compare the two readers; return whether the quick one answered."""
    found = quick.read(block)
    if found is None:
        return False
    document = yamldoc.load_texts(block)
    assert found == (document.data, document.lines)
    assert document.duplicates == []
    return True


@given(st.one_of(BLOCKS, NOISE))
@settings(max_examples=600, deadline=None)
def test_where_it_answers_it_agrees(block: str) -> None:
    """Over texts made of YAML's own marks, values and lines are those of the parser."""
    check(block)


@pytest.mark.parametrize(
    "block",
    [
        'title: "How the sea: got salty"\ndate: 2026-02-05T07:30:00+07:00\ntags: [sea, "old tales", \'x\']\n',
        "title: It's 7:00 – NO, really\ndraft: false\ntags:\n  - a b\n  - 'c: d'\n\n# note\nslug: x-y\n",
        "title: العنوان\nauthor:\nempty: ''\ntags:\n- satu\n- dua\nx: null",
        "link: https://x.org/a?b=c#d\nversion: 1.10\ncode: 017   \nseries: [1]",
    ],
)
def test_what_people_write_is_answered(block: str) -> None:
    """The common shapes need no YAML parser."""
    assert check(block)


@pytest.mark.parametrize(
    "block",
    [
        "a: b: c", "a: b #c", "a: b:", "a: &x b", "a: *x", "a: !t b", "a: |\n  b", "a: >\n  b", "a: b\n  c",
        "a: {b: c}", "a:\n  b: c", "a: [b, [c]]", "a: 'b''c'", 'a: "b\\n"', "a: b\na: c", "- a", "a: ~",
        "a:\n- b\n - c", "a:\n- b\n-c", "a: [b,, c]", "a: [b, ]", "a: []", "a: \u2028b", "a:\tb", "? a\n: b",
        "<<: b", "a", "", "a: @b", "a: `b", "a: %b", "a: [b: c]", "a: \"b\" c", "a:\n- - b", "a:\n- b: c",
    ],
)  # fmt: skip
def test_anything_unusual_is_given_up(block: str) -> None:
    """What a parser should decide is left to one."""
    assert quick.read(block) is None


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_real_blogs_are_read_quickly() -> None:
    """Of the front matter of real blogs nearly all is answered, and rightly."""
    files = [*SAMPLES.rglob("*.md"), *SAMPLES.rglob("*.markdown")]
    texts = [file.read_text(encoding="utf-8") for file in files]
    blocks = [text[4 : text.index("\n---", 4)] for text in texts if text.startswith("---\n")]
    assert len(blocks) > 100
    assert sum(check(block) for block in blocks) / len(blocks) > 0.9


# ---------------------------------------------------------------- TOML

TOML_WORDS = (
    "true false 0 7 07 -1 1_0 1.5 2026-02-05 2026-02-31 2026-02-05T07:30:00 2026-02-05T07:30:00+07:00"
    " [] ['a',]"
    " 07:30:00 [['a']] inf [1] [,]"
)
TOML_VALUES = st.one_of(
    st.sampled_from(TOML_WORDS.split()),
    st.sampled_from(["2026-02-05 24:00:00Z", "2026-02-05 07:30:00+25:00", "[ ]", "['a' 'b']", "{a = 1}"]),
    st.sampled_from(['"""a"""', '["a", "b"]']),
    QUOTED,
    FLOWS,
    VALUES,
)
TOML_ROWS = st.one_of(
    st.builds(lambda key, value: f"{key} = {value}", KEYS, TOML_VALUES),
    st.sampled_from(["[taxonomies]", "[ extra ]", "[a.b]", "[[a]]", "", "# note", " ", "a.b = 1", "[title]"]),
)


def check_toml(block: str) -> bool:
    """Compare the two readers; return whether the quick one answered."""
    found = quick_toml.read(block)
    if found is None:
        return False
    document = tomllib.loads(block, parse_float=str)
    assert found[0] == {key: plain(value) for key, value in document.items()}
    assert found[1].keys() == document.keys()
    return True


@given(st.lists(TOML_ROWS, min_size=1, max_size=5).map("\n".join))
@settings(max_examples=600, deadline=None)
def test_where_it_answers_toml_it_agrees(block: str) -> None:
    """Over texts made of TOML's own marks, values are those of the parser."""
    check_toml(block)


def test_the_toml_that_people_write_is_answered() -> None:
    """The common shapes of Hugo and Zola need no parser, and what is unusual is given up."""
    assert check_toml(
        'title = "Satu: dua"\ndate = 2026-02-05T07:30:00+07:00\ndraft = false\nweight = 3\n'
        "path = '2020/03/12/x'\nday = 2026-02-05\ntags = [\"a\", 'b']\n\n# note\n[taxonomies]\ntags = []\n"
    )
    for unusual in (
        'a = "\\n"',
        "a = [1]",
        "a.b = 1",
        "[[a]]",
        "a = 1 # x",
        "a = 1.5",
        "a = 1\na = 2",
        "a=x",
    ):
        assert quick_toml.read(unusual) is None
