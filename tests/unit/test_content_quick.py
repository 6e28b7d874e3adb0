"""The quick reader of YAML gives what the YAML parser gives, or gives up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import yamldoc
from syndicate.content.fields import quick

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "samples" / "blogs"

FRAGMENTS = st.sampled_from(
    "a b title null ~ true 7:00 1.10 017 : :: # - -- [ ] { } , & * ! | > % @ ` ' \" '' \\ \\n ? = << . ... ---"
    " é 你 \u00a0 \u2028 \x85 \ufeff 🦜 \u064a /x https://x.org/a?b=c#d 2026-02-05 +07:00 \t ( )".split(" ")
    + ["", " ", "  "]
)
VALUES = st.lists(FRAGMENTS, max_size=5).map(lambda parts: "".join(parts))
QUOTED = st.builds(lambda mark, text: f"{mark}{text}{mark}", st.sampled_from("'\""), VALUES)
FLOWS = st.lists(st.one_of(VALUES, QUOTED), max_size=4).map(lambda items: f"[{', '.join(items)}]")
ANY = st.one_of(VALUES, QUOTED, FLOWS)
KEYS = st.sampled_from(["title", "date", "tags", "a-b", "x_1", "null", "T", "y", "a b", "1", "é", "<<", "'q'"])
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
