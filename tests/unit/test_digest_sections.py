"""How a letter's articles are ordered and divided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from syndicate.confignewsletter import Sections
from syndicate.digest.items import Item
from syndicate.digest.sections import Section, by_weight, divided

WHEN = datetime(2026, 11, 23, tzinfo=UTC)


def item(title: str, *categories: str, tags: tuple[str, ...] = (), featured: bool = False) -> Item:
    return Item(title, "https://x.example/", "", "en", WHEN, (), None, categories, tags, featured)


def titles(sections: tuple[Section, ...]) -> list[tuple[str, str]]:
    """The name of each section with the titles in it."""
    return [(one.title, "".join(item.title for item in one.articles)) for one in sections]


def test_featured_articles_lead() -> None:
    """They come first, in their order, and are in no section beside."""
    items = [item("a", "X"), item("b", "X", featured=True), item("c", featured=True)]
    assert [one.title for one in by_weight(items)] == ["b", "c", "a"]
    found = divided(by_weight(items), Sections(by="category"))
    assert titles(found) == [("", "bc"), ("X", "a")]
    assert [(one.leads, one.level) for one in found] == [(True, 2), (False, 3)]


def test_a_name_has_the_direction_of_its_first_letter() -> None:
    """Digits and signs have none; a name of them alone leaves it to the letter."""
    names = ["Politik", "سياسة", "2026: سياسة", "«News» من هنا", "חדשות", "2026"]
    assert [Section(one, ()).direction for one in names] == ["ltr", "rtl", "rtl", "ltr", "rtl", ""]


def test_pinned_articles_lead_and_are_not_large_beside_featured_ones() -> None:
    """They stand with the featured ones in the order given; alone, the first of them is large."""
    pinned, featured, other = replace(item("a"), pinned=True), item("b", featured=True), item("c")
    (top, rest) = divided(by_weight([other, pinned, featured]), None)
    assert titles((top, rest)) == [("", "ab"), ("", "c")]
    assert [top.is_large(one) for one in (*top.articles, *rest.articles)] == [False, True, False]
    (top, rest) = divided(by_weight([other, pinned]), None)
    assert [top.is_large(pinned), rest.is_large(other)] == [True, False]


def test_the_first_article_leads_where_none_is_featured() -> None:
    """A letter without sections has a large article at its head."""
    found = divided([item("a"), item("b")], None)
    assert titles(found) == [("", "a"), ("", "b")]
    assert [(one.leads, one.level) for one in found] == [(True, 2), (False, 2)]


def test_sections_come_in_the_order_asked_for() -> None:
    """Those named first, then as their articles come, names in any case as one; the nameless last."""
    items = [
        item("a", "Seni"),
        item("b"),
        item("c", "KOTA"),
        item("d", "seni"),
        item("e", "Olahraga", "Kota"),
    ]
    found = divided(items, Sections(by="category", first=("Kota",)))
    assert titles(found) == [("Kota", "ce"), ("Seni", "ad"), ("", "b")]
    assert found[-1].rest and found[-1].level == 3


def test_sections_by_tag() -> None:
    """The first tag names the section, or the one that is to be first."""
    items = [item("a", tags=("x", "y")), item("b", tags=("y",)), item("c", tags=("x",))]
    assert titles(divided(items, Sections(by="tag"))) == [("x", "ac"), ("y", "b")]
    assert titles(divided(items, Sections(by="tag", first=("y",)))) == [("y", "ab"), ("x", "c")]


def test_where_nothing_has_a_name_there_is_no_heading() -> None:
    """Articles without categories stand as in a letter without sections."""
    (found,) = divided([item("a"), item("b")], Sections(by="category"))
    assert not found.title and not found.rest and found.level == 2


NAMES = st.lists(st.sampled_from(["Kota", "kota", "Seni", ""]).filter(bool), max_size=2)


@given(
    named=st.lists(st.tuples(NAMES, st.booleans()), max_size=12),
    sections=st.sampled_from([None, Sections(by="category"), Sections(by="category", first=("Seni",))]),
)
def test_every_article_is_there_once(named: list[tuple[list[str], bool]], sections: Sections | None) -> None:
    """However articles are named and featured, each is in one section, and no section is empty."""
    items = [item(str(at), *names, featured=yes) for at, (names, yes) in enumerate(named)]
    found = divided(by_weight(items), sections)
    assert all(one.articles for one in found)
    assert sorted(one.title for part in found for one in part.articles) == sorted(one.title for one in items)
