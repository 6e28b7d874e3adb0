"""The contract of the caches of what files said and of the texts that were shown."""

from __future__ import annotations

from dataclasses import replace

from syndicate.store import readings
from syndicate.store.engine import Store
from syndicate.store.readings import BodyRow, HeadRow

GOOD = HeadRow("a.md", 10, 1_795_417_200_123_456_789, True, "v1", "blog", True, '{"title": "é漢 %s ?"}', None)
BAD = HeadRow("b.md", 2**40, -1, False, "v1", "", False, None, '[[3, "not UTF-8"]]')
TEXT = BodyRow("a.md", 10, 1_795_417_200_123_456_789, "v1", "", '{"html": "é漢"}', None)


def heads_are_kept(store: Store, *rows: HeadRow) -> None:
    with store.write() as conn:
        readings.save_heads(conn, rows)


def texts_are_kept(store: Store, *rows: BodyRow) -> None:
    with store.write() as conn:
        readings.save_bodies(conn, rows)


def test_heads_are_kept_replaced_and_dropped(store_db: Store) -> None:
    """A reading is given back raw, replaced by path, and forgotten with its text when dropped."""
    heads_are_kept(store_db, GOOD._replace(payload="old"), BAD)
    heads_are_kept(store_db, GOOD)
    texts_are_kept(store_db, TEXT)
    with store_db.write() as conn:
        assert readings.heads(conn, ["a.md", "b.md", "unheard.md"]) == {"a.md": GOOD.payload}
        assert readings.head_faults(conn) == [("b.md", BAD.faults)]
        readings.drop_heads(conn, ["a.md", "unheard.md"])
        assert readings.heads(conn, ["a.md"]) == {} and readings.bodies(conn, ["a.md"]) == {}
        assert readings.head_faults(conn) == [("b.md", BAD.faults)]


def test_stamps_tell_what_is_to_be_read_again(store_db: Store) -> None:
    """Size, time and companion of every file; another version's readings are old."""
    heads_are_kept(store_db, GOOD, BAD)
    known = {"a.md": (10, GOOD.mtime_ns, True), "b.md": (2**40, -1, False)}
    with store_db.read() as conn:
        same, other = readings.stamps(conn, "v1"), readings.stamps(conn, "v2")
        assert (same.of, same.again) == (known, frozenset())
        assert (other.of, other.again) == (known, frozenset({"a.md", "b.md"}))
        few = readings.stamps_of(conn, ["a.md", "unheard.md"])
        assert few.of == {"a.md": known["a.md"]} and not few.again
    for stamp in same.of.values():
        assert [type(part) for part in stamp] == [int, int, bool]


def test_a_file_can_be_marked_to_be_read_again(store_db: Store) -> None:
    """Its last good reading stays until then."""
    heads_are_kept(store_db, GOOD, BAD)
    with store_db.write() as conn:
        readings.read_again(conn, ["a.md", "unheard.md"])
        assert readings.stamps(conn, "v1").again == {"a.md"}
        assert readings.heads(conn, ["a.md"]) == {"a.md": GOOD.payload}


def test_sections_are_told_by_their_dated_files(store_db: Store) -> None:
    """Files without a date are in a section and make none."""
    rows = [
        GOOD._replace(path=f"{section}/{number}.md", section=section, dated=number < dated)
        for section, dated in (("blog", 2), ("pages", 0), ("", 1))
        for number in range(3)
    ]
    heads_are_kept(store_db, *rows)
    with store_db.read() as conn:
        assert readings.dated_sections(conn) == {"blog", ""}
        assert sorted(readings.in_sections(conn, ["pages", "unheard"])) == [f"pages/{n}.md" for n in range(3)]
        assert readings.in_sections(conn, []) == []


def test_texts_are_kept_replaced_and_told_of(store_db: Store) -> None:
    """A text is given back raw with what its making met."""
    faulty = BodyRow("b.md", 1, -1, "v1", "mark", None, '[[null, "no text"]]')
    texts_are_kept(store_db, replace(TEXT, payload="old", faults="[]"), faulty)
    texts_are_kept(store_db, TEXT)
    with store_db.read() as conn:
        assert readings.bodies(conn, ["a.md", "b.md", "c.md"]) == {"a.md": TEXT, "b.md": faulty}


def test_what_is_wrong_with_a_text_is_told_while_its_file_is_the_same(store_db: Store) -> None:
    """A fault of an older file is none of the present one's."""
    faulty = BodyRow("b.md", 1, 2, "v1", "", None, '[[null, "no text"]]')
    texts_are_kept(store_db, TEXT, faulty, replace(faulty, path="c.md"), replace(faulty, path="d.md"))
    heads_are_kept(
        store_db,
        GOOD,
        GOOD._replace(path="b.md", size=1, mtime_ns=2),
        GOOD._replace(path="c.md", size=2, mtime_ns=2),
        GOOD._replace(path="d.md", size=1, mtime_ns=3),
    )
    with store_db.read() as conn:
        assert readings.body_faults(conn) == [("b.md", faulty.faults)]


def test_texts_that_could_not_be_opened_are_found(store_db: Store) -> None:
    """They have no version, so that they are read again although their file is the same."""
    texts_are_kept(store_db, TEXT, BodyRow("b.md", 1, 2, "", "", None, "[]"))
    with store_db.read() as conn:
        assert readings.unopened(conn) == ["b.md"]


def test_texts_that_hang_on_other_files_are_found(store_db: Store) -> None:
    """Those alone that show a picture, when the other files are not what they were."""
    texts_are_kept(
        store_db, TEXT, replace(TEXT, path="b.md", others="then"), replace(TEXT, path="c.md", others="now")
    )
    with store_db.read() as conn:
        assert readings.hanging(conn, "now") == ["b.md"]
        assert sorted(readings.hanging(conn, "")) == ["b.md", "c.md"]


def test_thousands_are_kept_and_found_at_once(store_db: Store) -> None:
    """More than a statement takes parameters, by few and by many paths."""
    rows = [GOOD._replace(path=f"{number}.md") for number in range(25_000)]
    heads_are_kept(store_db, *rows)
    texts_are_kept(store_db, *(replace(TEXT, path=row.path) for row in rows[:6_000]))
    with store_db.write() as conn:
        for many in (6_000, 21_000):
            paths = [f"{number}.md" for number in range(many)]
            assert len(readings.heads(conn, [*paths, "unheard.md"])) == many
            assert len(readings.stamps_of(conn, paths).of) == many
        assert len(readings.bodies(conn, [row.path for row in rows])) == 6_000
        readings.drop_heads(conn, [row.path for row in rows[:7_000]])
        assert len(readings.stamps(conn, "v1").of) == 18_000


def test_nothing_is_nothing(store_db: Store) -> None:
    """Empty lists are accepted everywhere."""
    with store_db.write() as conn:
        readings.save_heads(conn, [])
        readings.save_bodies(conn, [])
        readings.drop_heads(conn, [])
        readings.read_again(conn, [])
        assert readings.heads(conn, []) == {} and readings.bodies(conn, []) == {}
        assert readings.stamps(conn, "v1").of == readings.stamps_of(conn, []).of == {}
