"""The list goes out whole, and comes in again as it was: the same bytes, and no formula in any cell."""

from __future__ import annotations

import csv
import io
import json
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from list_steps import comes_in, goes_out, known, stopped
from publications import Publication, maker

from syndicate.app.keyring import keyring
from syndicate.app.people import add_people
from syndicate.app.suppressing import suppress
from syndicate.cli import main
from syndicate.model import Choice, Consent, Email, Suppression
from syndicate.store import choices, consents, subscribers, suppressions
from syndicate.store.tables import setting, subscription
from syndicate.subscribers.defusing import defused, restored
from syndicate.subscribers.ourlist import COLUMNS

NASTY = [
    *(
        "'=x",
        "''",
        "'",
        "\t=1",
        "\r\n",
        '"',
        '",\n"',
        "\x00",
        "＝1",
        "\ufeff",
        "\u2028",
        "\\",
        '{"a"',
        "\u202e",
    ),
]
Make = Callable[[], Publication]
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Return a maker of publications with two newsletters."""
    with maker(tmp_path) as one:

        def made() -> Publication:
            news = one()
            two = 'at: "07:00", topics: [Politik, Seni]}\n  weekly: {title: Weekly, frequency: weekly}'
            news.configuration_says('at: "07:00"}', two)
            return news

        yield made


@pytest.fixture
def news(make: Make) -> Publication:
    return make()


@pytest.fixture
def run(news: Publication, capsysbinary: pytest.CaptureFixture[bytes]) -> Run:
    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(news.folder / "config.yaml"), "subscribers", *arguments])
        said = capsysbinary.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out.decode(), said.err.decode()

    return command


def filled(news: Publication, nasty: str = "=1+1") -> None:
    """Let people be in every state there is."""
    now = news.now
    add_people(
        news.site, ["+ana@x.example", "Budi@x.example", "-c@x.example", "d@x.example"], ["daily", "weekly"]
    )
    suppress(news.site, ["d@x.example"], "complained")
    suppress(news.site, ["-c@x.example"], "unsubscribed", "weekly")
    budi = known(news, "budi@x.example").subscriptions
    with news.site.store.write() as tx:
        choice = Choice("monthly", "Asia/Tokyo", "18:00", "ar", ("Politik", "Seni"), pictures=False)
        choices.choose(tx, "+ana@x.example", "daily", choice, now=now)
        choices.pause(tx, "+ana@x.example", "weekly", until=now + timedelta(days=9, microseconds=5))
        subscribers.unsubscribe(tx, budi[0].token, now=now + timedelta(microseconds=1))
        tx.execute(
            sa.update(subscription).where(subscription.c.token == budi[0].token).values(reason="@ too many")
        )
        number = subscribers.number_of_person(tx, "+ana@x.example")
        assert number is not None
        said = [
            Consent(
                "asked", now, "daily", "https://a.example/", "Send me\nnews", "203.0.113.0", {"=a": nasty}
            ),
            Consent("changed", now, "", "preferences page"),
            Consent("left", now, "one of old", words=nasty.replace("\x00", "")),
        ]
        consents.record(tx, number, said)
        subscribers.add(tx, Email("+ana@x.example", "+ana@x.example"), ["daily"], now=now, token=str,
                        extra={nasty: nasty, "漢": "\u202eعربي", "x": "a\r\nb\rc\x00"})  # fmt: skip
        suppressions.suppress(tx, [Suppression("ab" * 32, "", "erased", now)])


def comes_into_an_empty_one(make: Make, body: bytes, old: Publication) -> Publication:
    """Import a list where nobody is known, under the old one's key of addresses."""
    new = make()
    keyring(new.site)
    with old.site.store.read() as conn:
        key = conn.scalar(sa.select(setting.c.value).where(setting.c.key == "key:address"))
    with new.site.store.write() as tx:
        tx.execute(sa.update(setting).where(setting.c.key == "key:address").values(value=key))
    new.time_passes(days=3)
    assert comes_in(new, body).account.wrong == 0
    return new


def test_a_list_that_goes_out_and_in_is_the_same(news: Publication, make: Make) -> None:
    """Every state, choice, pause, link, consent and suppression: the second export has the same bytes."""
    filled(news)
    body = goes_out(news)
    new = comes_into_an_empty_one(make, body, news)
    assert goes_out(new) == body
    again = comes_in(new, body)
    assert goes_out(new) == body and not again.account.counts.keys() & {"added", "suppressed"}
    here, there = (known(each, "+ana@x.example") for each in (new, news))
    assert here.subscriptions == there.subscriptions
    assert sorted(map(repr, here.consents)) == sorted(map(repr, there.consents))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nasty=st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
)
def test_nasty_texts_go_out_and_in_the_same(make: Make, nasty: str) -> None:
    """Quotes, line ends, NUL, apostrophes, marks of direction: a cell comes back as it was."""
    old = make()
    filled(old, nasty)
    body = goes_out(old)
    assert goes_out(comes_into_an_empty_one(make, body, old)) == body


@given(st.text() | st.text("'=+-@\t\r\n＝ x", max_size=6))
def test_a_cell_is_defused_and_restored(cell: str) -> None:
    """No cell begins as a formula does, and each comes back exactly, also one with apostrophes of its own."""
    assert restored(defused(cell)) == cell
    assert not defused(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_no_cell_of_a_list_is_a_formula(news: Publication) -> None:
    """Also an address that begins with a plus, and a reason that somebody wrote."""
    filled(news)
    rows = list(csv.reader(io.StringIO(goes_out(news).decode(), newline=""), strict=True))
    assert tuple(rows[0]) == COLUMNS and len(rows) == 1 + 8 + 3
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_an_erased_person_is_known_by_the_key_alone(news: Publication, make: Make) -> None:
    """Under another key nobody can be known by a hash: that is told, and the rest comes."""
    filled(news)
    body = goes_out(news)
    assert ("ab" * 32).encode() in body
    other = make()
    said = comes_in(other, body)
    assert [text for text in said.texts if "another publication's key" in text] and said.account.wrong == 1
    assert set(stopped(other)) == {"d@x.example", "-c@x.example"}


def test_a_link_opens_one_persons_subscription(news: Publication, make: Make) -> None:
    """A link that is somebody's, comes twice, or could be guessed is not taken over."""
    add_people(news.site, ["a@x.example"], ["daily"])
    token = known(news, "a@x.example").subscriptions[0].token
    [head, row] = goes_out(news).decode().splitlines()
    rows = [row.replace("a@x.example", f"{name}@x.example") for name in "bcd"]
    rows[2] = rows[2].replace(token, "1")
    said = comes_in(news, "\n".join([head, *rows]).encode())
    assert said.account.counts == {"added": 3, "with a new link": 2}
    with news.site.store.read() as conn:
        found = subscribers.by_token(conn, token)
    assert found is not None and found.email == "a@x.example"


def test_what_of_our_list_cannot_be_read_is_told(news: Publication) -> None:
    """A row that names nobody is left out; what of another is wrong is told, and the rest of it comes."""
    row = {**dict.fromkeys(COLUMNS, ""), "newsletter": "daily", "state": "active"}
    rows = [
        {**row, "email": "a@x.example", "started": "gestern", "frequency": "hourly", "zone": "Mars",
         "at": "25:00", "topics": "x", "token": "short", "consents": "[{}]", "extra": "[]",
         "paused_until": "x"},
        {**row, "email": "nobody"},
        {**row, "email": "b@x.example", "state": "away"},
        {**row, "email": "c@x.example", "newsletter": "../x"},
        {**row, "email": "d@x.example", "newsletter": "gone"},
        {**row, "state": "suppressed", "reason": "bounced"},
        {**row, "state": "suppressed", "reason": "x", "email": "e@x.example"},
    ]  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    said = comes_in(news, out.getvalue().encode())
    assert said.account.wrong == 5 and said.account.counts == {"added": 2}
    assert [note for note in said.notes if note.startswith("2 changed")] == [
        "2 changed not all could be read"
    ] * 9
    assert "6 changed of no newsletter there is" in said.notes
    assert known(news, "a@x.example").subscriptions[0].choice == Choice()


def test_export_writes_whole_and_for_its_owner_alone(run: Run, news: Publication, tmp_path: Path) -> None:
    """A file of mode 0600, the same as what is printed; lines of JSON; one newsletter's alone."""
    filled(news)
    out = tmp_path / "list.csv"
    assert run("export", "--out", str(out)) == (0, "", f"11 rows in {out}.\n")
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert run("export")[1].encode() == out.read_bytes() == goes_out(news)
    lines = [json.loads(line) for line in run("export", "--json", "--newsletter", "weekly")[1].splitlines()]
    assert {line["newsletter"] for line in lines} == {"weekly", ""} and len(lines) == 7
    assert lines[0]["email"] == "+ana@x.example" and lines[0]["state"] == "active"
    assert run("export", "--newsletter", "dayly")[0] == 2
    assert run("export", "--out", str(tmp_path / "config.yaml" / "x"))[0] in (0, 1)


def test_import_shows_what_it_makes_of_a_list(run: Run, news: Publication, tmp_path: Path) -> None:
    """The columns first, then each row that is not simply subscribed, and a report with all of them."""
    people = tmp_path / "people.csv"
    bad = "".join(f"nobody {n},active\n" for n in range(30))
    people.write_text(f"email,status\na@x.example,active\nb@x.example,pending\nc@x.example,cleaned\n{bad}")
    report = tmp_path / "report.csv"
    status, said, told = run("import", str(people), "--newsletter", "daily", "--dry-run")
    assert status == 1
    sums = "33 rows: 1 added, 1 suppressed, 31 left out (1 not confirmed, 30 cannot be read).\n"
    assert said == f"Nothing is written: {sums}"
    lines = told.splitlines()
    assert lines[:3] == [
        f"{people}: a list of any program (UTF-8, commas)",
        "  email is address",
        "  status is whether he is subscribed",
    ]
    assert lines[3].startswith(f"{people}:3: left out: status 'pending' has not confirmed")
    assert lines[-1] == "… and 11 more; --report FILE.csv writes them all" and len(lines) == 3 + 20 + 1
    assert run("import", str(people), "--newsletter", "daily", "--report", str(report))[1] == sums
    rows = list(csv.reader(report.open(newline="")))
    assert len(rows) == 1 + 32 and rows[2][1:4] == ["4", "suppressed", "bounced"]
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    told = json.loads(run("import", str(people), "--json")[1])
    assert (told["rows"], told["left_out"]) == (33, {"not confirmed": 1, "cannot be read": 30})
    assert run("import", str(people), "--map", "email")[0] == 2
    assert "no program is called" in run("import", str(people), "--from", "x")[2]
    assert run("import", str(people), "--from", "CSV", "--as", "blocked", "--map", "email=email")[0] == 1
    assert stopped(news)["a@x.example"] == ("", "blocked")


def test_suppressions_by_hand(run: Run, news: Publication) -> None:
    """Suppressed, told, lifted; adding says why it refuses; a blocked one is not brought back."""
    add_people(news.site, ["a@x.example"], ["daily", "weekly"])
    assert run("suppress", "A@x.example", "--newsletter", "weekly", "--reason", "unsubscribed")[1] == (
        "A@x.example is suppressed for weekly (unsubscribed); it got weekly until now.\n"
    )
    status, said, told = run("add", "a@x.example", "b@x.example")
    assert status == 1 and "a@x.example gets daily already" in said and "b@x.example gets weekly" in said
    assert told.startswith("a@x.example is suppressed (unsubscribed) since 20")
    assert told.endswith("; --resubscribe overrules that if asked for.\n")
    assert run("add", "a@x.example", "--resubscribe")[0] == 0 and stopped(news) == {}
    run("suppress", "a@x.example")
    assert stopped(news) == {"a@x.example": ("", "blocked")}
    assert "--lift" in run("add", "a@x.example", "--resubscribe")[2]
    assert run("suppress", "--list")[1].split("\t")[:3] == [
        "a@x.example",
        "every newsletter",
        "suppressed: blocked",
    ]
    assert "suppressed: blocked" in run("show", "a@x.example")[1]
    run("suppress", "a@x.example", "--reason", "bounced")
    assert stopped(news) == {"a@x.example": ("", "bounced")}
    assert run("suppress", "--lift", "a@x.example")[:2] == (
        0,
        "a@x.example is not suppressed any more for every newsletter (bounced).\n",
    )
    assert run("suppress", "--lift", "a@x.example")[0] == 1 and run("suppress")[0] == 2
    assert [one.kind for one in known(news, "a@x.example").consents].count("left") == 3


def test_list_and_stats(run: Run, news: Publication) -> None:
    """Filters of the list, and the sums with what people chose and why they left."""
    filled(news)
    assert len(run("list")[1].splitlines()) == 8
    assert len(run("list", "--state", "active", "--newsletter", "daily")[1].splitlines()) == 2
    assert [row["email"] for row in json.loads(run("list", "--limit", "1", "--json")[1])] == [
        "+ana@x.example"
    ]
    assert (
        json.loads(run("list", "--state", "active", "--limit", "3", "--json")[1])[2]["email"]
        == "-c@x.example"
    )
    said = run("stats")[1]
    assert "daily: 2 subscribed, 0 of them paused; 2 left" in said
    assert "weekly: 2 subscribed, 1 of them paused; 2 left" in said
    assert "why they left  @ too many 1" in said and "complained 1, erased 1" in said
    told = json.loads(run("stats", "--json", "--newsletter", "daily")[1])
    assert told["newsletters"]["daily"]["chosen"]["zone"] == {"": 1, "Asia/Tokyo": 1}
    assert told["people"] == 4 and told["suppressed"] == {"complained": 1, "erased": 1}
