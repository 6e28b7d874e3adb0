"""What a subscriber changes by the link in his letters, over a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from mail_steps import chooses, comes, got, mailed
from publications import Publication, maker
from visiting import Visitor, known, letters_to, visiting

from syndicate.app import leaving
from syndicate.model import Choice
from syndicate.store import consents, subscribers

ANA = "ana@example.org"
TWO = 'daily: {title: Daily News, at: "07:00", topics: [Kota, Laut, Seni]}\n  weekly: {title: Weekly}'


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication of two newsletters, with one subscriber of the first."""
    with maker(tmp_path) as make:
        made = make(zone="Asia/Jakarta")
        made.configuration_says('daily: {title: Daily News, at: "07:00"}', TWO)
        made.folder_is_scanned()
        made.people_subscribe(ANA)
        yield made


@pytest.fixture
def visitor(news: Publication) -> Iterator[Visitor]:
    with visiting(news) as one:
        yield one


def page(news: Publication) -> str:
    return f"/preferences/{known(news, ANA).token}"


def test_the_form_shows_what_he_gets_and_saves_what_he_wants(news: Publication, visitor: Visitor) -> None:
    """All at once; what he gets now and when the next letter comes is said in his zone."""
    text = visitor.opens(page(news)).text
    assert "a…a@example.org" in text and ANA not in text and "Asia/Jakarta" in text
    wants = {
        "frequency": "weekly",
        "at": "18:30",
        "zone": "Asia/Tokyo",
        "language": "id",
        "topic": ["Kota", "Seni"],
        "every": [],
        "pictures": [],
    }
    saved = visitor.sends(said=wants)  # type: ignore[arg-type]
    assert saved.status_code == 200
    assert known(news, ANA).choice == Choice("weekly", "Asia/Tokyo", "18:30", "id", ("Kota", "Seni"), False)
    assert 'role="status"' in saved.text and 'lang="id"' in saved.text and "18.30" in saved.text
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, ANA)
        assert number is not None
        assert [one.kind for one in consents.of_person(conn, number)][-1] == "changed"


def test_a_form_sent_as_it_stands_changes_nothing(news: Publication, visitor: Visitor) -> None:
    """Neither one who has no wishes nor one who has; nothing is written down."""
    for choice in (Choice(), Choice("monthly", "America/Lima", "05:00", "ja", ("Laut",), False)):
        chooses(news, "ana", choice)
        before = known(news, ANA)
        visitor.opens(page(news))
        assert visitor.sends().status_code == 200
        assert known(news, ANA) == before
    with news.site.store.read() as conn:
        number = subscribers.number_of_person(conn, ANA)
        assert number is not None
        assert all(one.kind == "added" for one in consents.of_person(conn, number))


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"frequency": "hourly"}, "frequency"),
        ({"at": "25:00"}, "at"),
        ({"zone": "Asia/Tokio"}, "zone"),
        ({"language": "tlh"}, "language"),
        ({"every": [], "topic": []}, "topics"),
        ({"every": [], "topic": ["Sport"]}, "topics"),
        ({"pause": "date", "until": ""}, "pause"),
        ({"pause": "date", "until": "2026-11-22"}, "pause"),
        ({"pause": "date", "until": "soon"}, "pause"),
        ({"pause": "date", "until": "9999-12-31"}, "pause"),
    ],
)
def test_a_wrong_field_is_named_beside_it(
    news: Publication, visitor: Visitor, said: dict[str, str | list[str]], wrong: str
) -> None:
    """422, with what he typed in the form and nothing saved of it."""
    before = known(news, ANA)
    visitor.opens(page(news))
    answer = visitor.sends(said={"frequency": "monthly", **said})
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == (2 if wrong == "pause" else 1)
    assert f'id="{wrong}-wrong"' in answer.text
    if wrong != "frequency":
        assert '<option value="monthly" selected>' in answer.text
    assert known(news, ANA) == before


def test_topics_that_are_offered_no_more_stay_while_he_wants_them(
    news: Publication, visitor: Visitor
) -> None:
    """They are in the form until he gives them up; all of them is also those to come."""
    chooses(news, "ana", Choice(topics=("Kota", "Seni")))
    news.configuration_says("topics: [Kota, Laut, Seni]", "topics: [Laut, Musik]")
    with visiting(news) as later:
        later.opens(page(news))
        later.sends(said={"topic": ["Seni", "Musik"]})
        assert known(news, ANA).choice.topics == ("Musik", "Seni")
        later.sends(said={"every": "1"})
        assert known(news, ANA).choice == Choice()


@pytest.mark.parametrize(
    ("said", "until"),
    [
        ({"pause": "week"}, datetime(2026, 11, 29, 17, tzinfo=UTC)),
        ({"pause": "month"}, datetime(2026, 12, 22, 17, tzinfo=UTC)),
        ({"pause": "quarter"}, datetime(2027, 2, 22, 17, tzinfo=UTC)),
        ({"pause": "date", "until": "2027-01-01"}, datetime(2026, 12, 31, 17, tzinfo=UTC)),
        ({"pause": "keep", "until": "2027-01-01"}, datetime(2026, 12, 31, 17, tzinfo=UTC)),
    ],
)
def test_a_pause_lasts_to_the_beginning_of_a_day_where_he_lives(
    news: Publication, visitor: Visitor, said: dict[str, str | list[str]], until: datetime
) -> None:
    """It is told on the page, kept by a form sent again, and ended by the form."""
    visitor.opens(page(news))
    visitor.sends(said=said)
    assert known(news, ANA).paused_until == until
    assert "Nothing until" in visitor.page.text
    visitor.opens(page(news))
    visitor.sends()
    assert known(news, ANA).paused_until == until
    visitor.sends(said={"pause": "resume"})
    assert known(news, ANA).paused_until == news.now


def test_what_he_wants_is_what_he_gets(news: Publication, visitor: Visitor) -> None:
    """The next letter has his topics, and a pause brings none."""
    visitor.opens(page(news))
    visitor.sends(said={"every": [], "topic": ["Laut"]})
    comes(news, "ship", "tags: [laut]")
    comes(news, "town", "tags: [kota]")
    mailed(news, hours=19)
    assert got(news, "ana") == ["ship"]
    visitor.opens(page(news))
    visitor.sends(said={"pause": "week"})
    comes(news, "boat", "tags: [laut]")
    mailed(news, days=1)
    assert got(news, "ana") == ["ship"]


def test_a_form_from_elsewhere_changes_nothing(news: Publication, visitor: Visitor) -> None:
    """Without our mark, with that of another form, or sent by another site's page."""
    visitor.opens(page(news))
    mark = visitor.fields(page(news))["mark"]
    other = visitor.fields("/link")["mark"]
    for said, headers in (
        ({}, {}),
        ({"mark": other}, {}),
        ({"mark": mark}, {"sec-fetch-site": "cross-site"}),
        ({"mark": mark}, {"origin": "https://evil.example"}),
    ):
        answer = visitor._client.post(page(news), data={"frequency": "monthly", **said}, headers=headers)
        assert answer.status_code == 403
        answer = visitor._client.post(f"{page(news)}/link", data={"mark": ""}, headers=headers)
        assert answer.status_code == 403
    assert known(news, ANA).choice == Choice()
    assert letters_to(news, ANA, "account") == []


def test_who_has_left_is_offered_to_subscribe(news: Publication, visitor: Visitor) -> None:
    """Also where a form is sent that was open before; of a newsletter that is no more, that is said."""
    visitor.opens(page(news))
    open_form = visitor.page
    leaving.leave(news.site, known(news, ANA), by="one click")
    assert "/subscribe/" in visitor.opens(page(news)).text
    visitor.page = open_form
    assert "This subscription has ended" in visitor.sends(said={"frequency": "monthly"}).text
    assert known(news, ANA).choice == Choice()
    news.configuration_says("daily: {title", "morning: {title")
    with visiting(news) as later:
        assert "is not sent any more" in later.opens(page(news)).text


def test_a_link_to_his_data_goes_to_the_address_on_record(news: Publication, visitor: Visitor) -> None:
    """One in ten minutes and five a day; the page is the same each time."""
    visitor.opens(page(news))
    first = visitor.sends("/link", {"email": "thief@example.org"})
    assert "a…a@example.org" in first.text and "Your data at Test News" in first.text
    sent = [1]
    for _ in range(30):
        news.time_passes(minutes=5.1)
        visitor.opens(page(news))
        assert visitor.sends("/link").content == first.content
        sent.append(len(letters_to(news, ANA, "account")))
    assert sent[:3] == [1, 1, 2] and sent[-1] == 5
    assert letters_to(news, "thief@example.org", "account") == []
    news.time_passes(hours=24)
    visitor.opens(page(news))
    visitor.sends("/link")
    assert len(letters_to(news, ANA, "account")) == 6
    news.now = news.now.replace(hour=23, minute=59)
    for expected in (7, 7):
        visitor.opens(page(news))
        visitor.sends("/link")
        assert len(letters_to(news, ANA, "account")) == expected
        news.time_passes(minutes=2)


def test_letters_of_a_newsletter_lead_to_the_preferences(news: Publication) -> None:
    """Beside the link to unsubscribe, in text and page."""
    comes(news, "first")
    made = news.edition_is_made(at_once=True)
    assert made.edition_id is not None
    from syndicate.app.sending import LetterWriter
    from syndicate.store.outbox import StoreOutbox

    chunk = StoreOutbox(news.site.store).take(now=news.now)
    assert chunk is not None
    letter = LetterWriter(news.site)(chunk.waiting[0])
    body = letter.body.replace(b"=\r\n", b"").decode()
    assert body.count(f"{news.config.web_url}{page(news)}") == 2
