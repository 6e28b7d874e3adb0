"""The contract of the table of links between texts: who links to whom, by the names of the links."""

from __future__ import annotations

from syndicate.store import crosslinks
from syndicate.store.engine import Store


def test_texts_are_found_by_what_they_link_to(store_db: Store) -> None:
    """Each name gives the paths of the texts that link to it; a later saving replaces a text's links."""
    with store_db.write() as conn:
        crosslinks.save(conn, {"a.md": {"b", "c"}, "d.md": {"b"}, "e.md": ()})
        assert crosslinks.linking(conn, {"b"}) == {"a.md", "d.md"}
        assert crosslinks.linking(conn, {"c", "nothing"}) == {"a.md"}
        crosslinks.save(conn, {"a.md": {"e"}})
        assert crosslinks.linking(conn, {"b"}) == {"d.md"}
        assert crosslinks.linking(conn, {"b", "c", "e"}) == {"a.md", "d.md"}
        crosslinks.save(conn, {"d.md": ()})
        assert crosslinks.linking(conn, {"b"}) == crosslinks.linking(conn, ()) == set()


def test_any_number_is_kept_and_no_name_ends_it(store_db: Store) -> None:
    """Thousands of texts and names are asked for at once; a name that is no file's is left out."""
    many = {f"{number}.md": {f"n{number}", "\u0628" * 500, "\u0628" * 501, "a\0b"} for number in range(3_000)}
    with store_db.write() as conn:
        crosslinks.save(conn, many)
        assert crosslinks.linking(conn, {f"n{number}" for number in range(3_000)}) == set(many)
        assert len(crosslinks.linking(conn, {"\u0628" * 500})) == 3_000
        assert crosslinks.linking(conn, {"\u0628" * 501}) == set()
