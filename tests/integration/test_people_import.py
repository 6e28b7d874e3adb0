"""Subscriber lists as people send them: what is read, what is refused, and that nobody is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.people import import_people
from syndicate.errors import SyndicateError, UsageError
from syndicate.store import subscribers


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make()


@pytest.fixture
def imported(news: Publication) -> Callable[[bytes], tuple[dict[str, dict[str, str]], list[str]]]:
    """Return an importer of a file's bytes: it gives who is subscribed then, and the faults."""

    def run(body: bytes) -> tuple[dict[str, dict[str, str]], list[str]]:
        file = news.folder / "people.csv"
        file.write_bytes(body)
        report = import_people(news.site, file, ["daily"])
        return everyone(news), [fault.replace(str(news.folder), "") for fault in report.faults]

    return run


def everyone(news: Publication) -> dict[str, dict[str, str]]:
    with news.site.store.read() as conn:
        return {one.email: dict(one.extra) for one in subscribers.subscribers(conn)}


@pytest.mark.parametrize(
    ("body", "people"),
    [
        ("\ufeffEmail,Name\na@x.example,Ani\n".encode(), {"a@x.example": {"Name": "Ani"}}),
        ("email;name\nb@x.example;Bé\n".encode("utf-16"), {"b@x.example": {"name": "Bé"}}),
        (b'note;email\n"x, y, z";c@x.example\n', {"c@x.example": {"note": "x, y, z"}}),
        (b'name,email\n"Dwi\nLestari",d@x.example\n', {"d@x.example": {"name": "Dwi\nLestari"}}),
        (b"email,name\re@x.example,Eka\r", {"e@x.example": {"name": "Eka"}}),
        (b"E-MAIL\nf@x.example\nF@x.example\n\n", {"f@x.example": {}}),
    ],
)
def test_lists_of_many_kinds_are_read(
    imported: Callable[[bytes], object], body: bytes, people: dict[str, dict[str, str]]
) -> None:
    """Byte-order marks, UTF-16, semicolons, line ends in quotes, old line ends and doubles do no harm."""
    assert imported(body) == (people, [])


def test_a_bad_address_stops_only_itself(imported: Callable[[bytes], tuple[object, list[str]]]) -> None:
    """A row without an address, or with one that would inject a header, is named by line and left out."""
    people, faults = imported(b'email\ngood@x.example\n"p@x.example\r\nBcc: z@x.example"\nnobody\n')
    assert people == {"good@x.example": {}}
    assert [fault.partition(": ")[0] for fault in faults] == ["/people.csv:4", "/people.csv:5"]


@pytest.mark.parametrize(
    ("tail", "words"),
    [(b'b@x.example,"never closed\nc@x.example,x\n', "people.csv:3:"), (b"b@x.example,Andr\xe9\n", "UTF-8")],
)
def test_a_file_that_cannot_be_read_to_its_end_subscribes_nobody(
    imported: Callable[[bytes], object], news: Publication, tail: bytes, words: str
) -> None:
    """A quote that is never closed, which hid everyone below it, and a wrong encoding are said first."""
    with pytest.raises(SyndicateError, match=words):
        imported(b"email,name\na@x.example,Ani\n" + tail)
    assert everyone(news) == {}


@pytest.mark.parametrize("body", [b"", b"name\nAni\n", b"a@x.example\n"])
def test_a_list_without_a_column_of_addresses_is_refused(
    imported: Callable[[bytes], object], body: bytes
) -> None:
    """What stands in the first line is said, so that the column can be named."""
    with pytest.raises(UsageError, match="no column named email"):
        imported(body)
