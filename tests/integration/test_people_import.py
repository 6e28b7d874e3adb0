"""Subscriber lists as people send them: what is read, what is refused, and that nobody is missed."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from list_steps import comes_in, everyone, files_come_in, goes_out, known, stopped
from mail_steps import chooses, comes, got, mailed
from publications import Publication, maker

from syndicate.app.people import add_people
from syndicate.app.sheets import Wanted, sheets_of
from syndicate.app.suppressing import suppress
from syndicate.errors import SyndicateError, UsageError
from syndicate.model import Choice
from syndicate.store import subscribers


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make()


@pytest.mark.parametrize(
    ("body", "people"),
    [
        ("\ufeffEmail,Name\na@x.example,Ani\n".encode(), {"a@x.example": {"Name": "Ani"}}),
        ("email;name\nb@x.example;Bé\n".encode("utf-16"), {"b@x.example": {"name": "Bé"}}),
        ("email;name\nb@x.example;Bé\n".encode("utf-16-le"), {"b@x.example": {"name": "Bé"}}),
        ("email;name\nb@x.example;Bé\n".encode("utf-16-be"), {"b@x.example": {"name": "Bé"}}),
        (b"email,name\nb@x.example,Andr\xe9 \x96 \x80\n", {"b@x.example": {"name": "André – €"}}),
        (b'note;email\n"x, y, z";c@x.example\n', {"c@x.example": {"note": "x, y, z"}}),
        (b'sep=;\nemail;"a,b"\nc@x.example;1\n', {"c@x.example": {"a,b": "1"}}),
        (b"email\tname\nc@x.example\tCici, S.\n", {"c@x.example": {"name": "Cici, S."}}),
        (b'name,email\n"Dwi\nLestari",d@x.example\n', {"d@x.example": {"name": "Dwi\nLestari"}}),
        (b"email,name\re@x.example,Eka\r", {"e@x.example": {"name": "Eka"}}),
        (b"E-MAIL\nf@x.example\nF@x.example\n\n", {"f@x.example": {}}),
        (b"email,,a,a\ng@x.example,1,2,3\n", {"g@x.example": {"column 2": "1", "a": "2", "a 2": "3"}}),
        (b"h@x.example\ni@x.example\n", {"h@x.example": {}, "i@x.example": {}}),
        ("Adresse e-mail\nj@bücher.example\n".encode(), {"j@xn--bcher-kva.example": {}}),
        (b"email,a,b\nk@x.example,1\n", {"k@x.example": {"a": "1"}}),
        (b"email,a\nl@x.example,1,,\n", {"l@x.example": {"a": "1"}}),
    ],
)
def test_lists_of_many_kinds_are_read(
    news: Publication, body: bytes, people: dict[str, dict[str, str]]
) -> None:
    """Encodings, separators, line ends in quotes, doubles, and names that lack or come twice do no harm."""
    comes_in(news, body)
    assert everyone(news) == people


def test_a_bad_row_stops_only_itself(news: Publication) -> None:
    """No address, one that would inject a header, and cells that are not where their columns are."""
    body = (
        b'email,status,name\na@x.example,active,x\n"p@x.example\r\nBcc: z@x.example",active\nnobody,active\n'
    )
    body += b"b@x.example,active,Doe, John\nc@x.example\nd@x.example,active,x\n"
    said = comes_in(news, body)
    assert set(everyone(news)) == {"a@x.example", "d@x.example"}
    assert [note.split()[0] for note in said.notes] == ["3", "5", "6", "7"]
    assert said.account.wrong == 4 and said.account.rows == 6
    assert "has 4 cells where the list has 3 columns" in said.texts[2] and "no status" in said.texts[3]


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        (b'b@x.example,"never closed\nc@x.example,x\n', r"people.csv:3: cannot be read as CSV"),
        ("b@x.example,ç\n".encode() + b"c@x.example,Andr\xe9\n", "people.csv:4: is not UTF-8, while other"),
        (b"b@x.example,\x81\x8d\n", "people.csv:.* is not text in cp1252"),
        (b"b@x.example," + b"y" * 1_100_000 + b"\n", "people.csv:3: is a line of more than 1,048,576"),
        (b'b@x.example,"' + b"y\n" * 600_000 + b'"\n', "people.csv:3: .*field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_read_to_its_end_subscribes_nobody(
    news: Publication, tail: bytes, words: str
) -> None:
    """A quote that is never closed, which hid everyone below it, is said first, with its line."""
    with pytest.raises(SyndicateError, match=words):
        comes_in(news, b"email,name\na@x.example,Ani\n" + tail)
    assert everyone(news) == {}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no column named email"),
        (b"name\nAni\n", r"no column named email \(its first line holds: name\)"),
        (b"email," + b"," * 1_000_000, "people.csv:1: has 1,000,002 columns|more than 1,048,576"),
        (b"email" + b",x" * 2000, "people.csv:1: has 2,001 columns; more than 1,000 are not read"),
    ],
)
def test_a_list_without_a_column_of_addresses_is_refused(news: Publication, body: bytes, words: str) -> None:
    """What stands in the first line is said, so that the column can be named; a million are too many."""
    with pytest.raises(SyndicateError, match=words):
        comes_in(news, body)


def test_columns_are_named_by_hand(news: Publication) -> None:
    """A role is given a column of any name, or none; what there is not is said with what is near."""
    body = b"Kontakt,status,Stufe\na@x.example,CA,active\nb@x.example,TX,weg\n"
    said = comes_in(news, body, mapped={"email": "kontakt", "status": "Stufe"})
    assert everyone(news) == {"a@x.example": {"status": "CA"}}
    assert said.notes == ["3 left out state not known"]
    comes_in(news, b"email,status\nc@x.example,married\n", mapped={"status": ""})
    assert everyone(news)["c@x.example"] == {"status": "married"}
    for mapped, words in (
        ({"email": "Kontact"}, "did you mean 'Kontakt'"),
        ({"mail": "status"}, "nothing is called"),
    ):
        with pytest.raises(UsageError, match=words):
            comes_in(news, body, mapped=mapped)
    with pytest.raises(UsageError, match="no program is called 'Mailchamp'"):
        comes_in(news, body, service="Mailchamp")


def test_nobody_who_left_or_is_suppressed_comes_back(news: Publication) -> None:
    """What stands here wins over the list, and is told by line; who is there already stays as he is."""
    add_people(news.site, ["a@x.example", "b@x.example"], ["daily"])
    with news.site.store.write() as tx:
        subscribers.unsubscribe(tx, known(news, "a@x.example").subscriptions[0].token, now=news.now)
    suppress(news.site, ["c@x.example"], "bounced")
    said = comes_in(news, b"email,city\na@x.example,Bogor\nb@x.example,Depok\nC@x.example,\nd@x.example,\n")
    assert everyone(news) == {"b@x.example": {"city": "Depok"}, "d@x.example": {}}
    assert said.notes == ["2 left out left here before", "4 left out suppressed here"]
    assert said.account.counts == {"already": 1, "added": 1}
    again = comes_in(news, b"email,city\na@x.example,Bogor\nb@x.example,Depok\nC@x.example,\nd@x.example,\n")
    assert again.account.counts == {"already": 2} and len(known(news, "d@x.example").consents) == 1


def test_who_left_there_is_unsubscribed_here(news: Publication) -> None:
    """The list is the news of his leaving, unless he came back after that; the same again changes nothing."""
    add_people(news.site, ["a@x.example", "b@x.example"], ["daily"])
    body = (
        b"email,status,unsubscribed_at\na@x.example,unsubscribed,\n"
        b"b@x.example,unsubscribed,2020-01-01\nc@x.example,complained,\n"
    )
    said = comes_in(news, body)
    assert set(everyone(news)) == {"b@x.example"}
    assert stopped(news) == {"a@x.example": ("", "unsubscribed"), "c@x.example": ("", "complained")}
    assert "2 changed unsubscribed here" in said.notes and "3 left out came back here" in said.notes
    assert known(news, "a@x.example").consents[-1].kind == "left"
    before = goes_out(news)
    assert comes_in(news, body).account.counts == {"suppressed already": 2} and goes_out(news) == before


def test_who_left_by_any_row_is_subscribed_by_none(news: Publication) -> None:
    """Whatever the order of rows and files; who comes twice is told, what is said of him joined."""
    one, two = news.folder / "a.csv", news.folder / "unsubscribed_b.csv"
    one.write_text("email,x\na@x.example,1\nb@x.example,1\nB@x.example,2\n")
    two.write_text("email\na@x.example\n")
    said = files_come_in(news, [one, two])
    assert everyone(news) == {"b@x.example": {"x": "2"}} and stopped(news) == {
        "a@x.example": ("", "unsubscribed")
    }
    assert said.notes == [
        "2 left out left by another row",
        "4 left out twice in the list",
        "2 suppressed unsubscribed",
    ]


def test_wishes_are_read_and_a_bad_one_leaves_him_with_the_newsletters_own(news: Publication) -> None:
    """Columns that are called as our wishes; what names none is told, and kept as it was."""
    news.configuration_says('at: "07:00"', 'at: "07:00", topics: [Politik, Seni]')
    body = (
        b"email,frequency,zone,at,language,topics,pictures,paused_until\n"
        b'a@x.example,Weekly,asia/tokyo,18:00,id,"seni, politik",no,2027-01-01\n'
        b"b@x.example,hourly,,6:30,,,,soon\n"
    )
    said = comes_in(news, body)
    [one] = known(news, "a@x.example").subscriptions
    assert one.choice == Choice("weekly", "Asia/Tokyo", "18:00", "id", ("Politik", "Seni"), False)
    assert one.paused_until == datetime(2026, 12, 31, 15, tzinfo=UTC)
    [two] = known(news, "b@x.example").subscriptions
    assert two.choice == Choice(at="06:30") and two.paused_until is None
    assert two.extra == {"frequency": "hourly", "at": "6:30", "paused_until": "soon"}
    assert said.notes == ["3 changed not all could be read"] * 2


def test_moments_are_kept_and_none_is_guessed(news: Publication) -> None:
    """Consent is as old as the list says; a date that may be read in two ways, or lies ahead, is told."""
    body = (
        b"email,created_at\na@x.example,2020-02-03 04:05:06 +0700 WIB\nb@x.example,2/3/2020\n"
        b"c@x.example,2031-01-01\nd@x.example,last year\n"
    )
    said = comes_in(news, body)
    assert known(news, "a@x.example").consents[0].at == datetime(2020, 2, 2, 21, 5, 6, tzinfo=UTC)
    assert known(news, "b@x.example").subscriptions[0].started_at == datetime(2020, 2, 3, tzinfo=UTC)
    assert known(news, "c@x.example").subscriptions[0].started_at == news.now
    assert said.notes == ["4 changed not all could be read", "5 changed not all could be read"]
    told = comes_in(news, b"email,created_at\ne@x.example,2/3/2020\nf@x.example,25/3/2020\n")
    assert len(told.notes) == 2, "one day of the column is no month, so none is taken for one"


def test_an_import_mails_nobody_and_brings_nothing_old(news: Publication) -> None:
    """Who subscribed elsewhere years ago is due what comes from now on, also after he chose other topics."""
    news.configuration_says('at: "07:00"', 'at: "07:00", topics: [Seni]')
    comes(news, "old", "date: 2021-01-01")
    comes(news, "fresh", "date: 2026-11-23T05:30:00Z")
    news.time_passes(minutes=1)
    comes_in(news, b"email,created_at,topics\na@example.org,2020-01-01,seni\n")
    assert known(news, "a@example.org").subscriptions[0].started_at == datetime(2020, 1, 1, tzinfo=UTC)
    chooses(news, "a", Choice())
    comes(news, "later", "date: 2026-11-23T06:30:00Z")
    mailed(news, minutes=59)
    assert got(news, "a") == ["later"]


# ---------------------------------------------------------------- archives


def zipped(news: Publication, **members: bytes) -> Path:
    path = news.folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/"), body)
    return path


def test_an_archive_is_read_without_its_other_files(news: Publication) -> None:
    """Who opened which article is no list of subscribers; names that lead elsewhere lead nowhere."""
    path = news.folder / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "email_list.kabar.csv", "email,active_subscription,email_disabled\na@x.example,true,false\n"
        )
        archive.writestr("posts/1.opens.csv", "post_id,timestamp,email\n1,2020-01-01,spy@x.example\n")
        archive.writestr("../../../etc/list.csv", "post_id\n1\n")
        archive.writestr("__MACOSX/._email_list.kabar.csv", "\x00\x05")
        archive.writestr("posts/1.html", "<p>x")
    wanted = Wanted(("daily",))
    sheets, others = sheets_of([path], wanted)
    assert [one.file.name for one in sheets] == ["email_list.kabar.csv"] and len(others) == 4
    files_come_in(news, [path])
    assert set(everyone(news)) == {"a@x.example"}
    assert not (news.folder.parents[2] / "etc" / "list.csv").exists()


def test_an_archive_that_unpacks_to_gigabytes_is_refused(news: Publication) -> None:
    """Before anything of it is read; a spreadsheet and an archive without a list are named as such."""
    bomb = zipped(news, **{"list.csv": b"email\n" + b"a@x.example\n" * 6_000_000})
    with pytest.raises(SyndicateError, match=r"list.csv: unpacks to 72,000,006 bytes, which is no list"):
        sheets_of([bomb], Wanted(("daily",)))
    for members, words in (
        ({"xl__workbook.xml": b"<x/>"}, "is a spreadsheet; save it as CSV"),
        ({"a.html": b"x"}, "holds no list of subscribers"),
        ({"a.csv": b"email\n", "b.csv": b"email\n"}, "which of them are subscribers cannot be told"),
    ):
        with pytest.raises(SyndicateError, match=words):
            sheets_of([zipped(news, **members)], Wanted(("daily",)))


def test_an_archive_that_is_cut_off_subscribes_nobody(news: Publication) -> None:
    """A download that broke off, and one whose bytes changed."""
    body = zipped(
        news, **{"list.csv": b"email\n" + bytes(f"{'a@x.example' * 3}\n" * 500, "ascii")}
    ).read_bytes()
    for broken in (body[: len(body) // 2], body[:60] + b"\x00\x00\x00" + body[63:]):
        with pytest.raises(SyndicateError, match=r"people\.zip"):
            comes_in(news, broken, "people.zip")
    assert everyone(news) == {}


_CELLS = ["email", "status", "created_at", "a@x.example", "", '"', "active", "\x00", "9/9/9999", "é"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(str.encode),
    st.lists(st.lists(st.sampled_from(_CELLS), max_size=4), max_size=6).map(
        lambda rows: "\n".join(map(",".join, rows)).encode()
    ),
))  # fmt: skip
@example(b"email\n\x00@x.example\n")
@example("email,x\na@x.example,\ud800\n".encode("utf-16-le", "surrogatepass"))
@example(b"PK\x03\x04email")
@example(b"\xff\xfe")
def test_any_bytes_are_read_or_refused_in_words(news: Publication, body: bytes) -> None:
    """Foreign bytes subscribe whom they name, or are an error that names the file."""
    try:
        comes_in(news, body)
    except SyndicateError as error:
        assert "people.csv" in str(error)


def test_a_list_is_a_file(news: Publication) -> None:
    """A folder, and what can be read only once, are refused."""
    with pytest.raises(SyndicateError, match="is no file; a list is read twice"):
        sheets_of([news.folder], Wanted(("daily",)))
