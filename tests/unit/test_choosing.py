"""What somebody wants of a newsletter is understood however he writes it, and kept in one way."""

from __future__ import annotations

from dataclasses import asdict
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.confignewsletter import Newsletter
from syndicate.model import FREQUENCIES, Choice
from syndicate.subscribers.choosing import canonical, ours, parse_choice, settled, words_of

TOPICS = ("Politik", "Olahraga", "Économie", "Berita Dunia", "Food, Drink")


def a_newsletter(**said: Any) -> Newsletter:
    return Newsletter.model_validate({"title": "x", **said})


DAILY = a_newsletter(timezone="Asia/Jakarta", language="id", weekday="mon", topics=TOPICS)
INSTANT = DAILY.model_copy(update={"frequency": "instant"})


# ---------------------------------------------------------------- what is understood


def test_nothing_said_is_as_the_newsletter_has_it() -> None:
    """Empty texts, and what is so anyway, are the same choice: who wants the same shares it."""
    same = parse_choice(
        DAILY, frequency="Daily", zone="asia/jakarta", at="7:00", language="ID", topics="All", pictures="yes"
    )
    assert same == parse_choice(DAILY) == parse_choice(DAILY, topics=" ", pictures="") == Choice()
    assert words_of(same, DAILY) == "as the newsletter has it"


def test_a_choice_in_many_spellings() -> None:
    """Case, accents, spaces, underscores and a dot in a time do not count."""
    wanted = Choice("weekly", "America/New_York", "18:05", "ar", ("Berita Dunia", "Économie"), False)
    spellings: tuple[dict[str, Any], ...] = (
        {"frequency": "weekly", "zone": "America/New_York", "at": "18:05", "language": "ar",
         "topics": ["Économie", "Berita Dunia"], "pictures": False},
        {"frequency": " WEEKLY ", "zone": "america/new york", "at": "18.05", "language": "Arabic",
         "topics": "economie, berita-dunia,", "pictures": "none"},
        {"frequency": "Weekly", "zone": "AMERICA/NEW_YORK", "at": " 18:05", "language": "العربية",
         "topics": ["BERITA  DUNIA; E\u0301conomie", "économie"], "pictures": "No"},
    )  # fmt: skip
    for said in spellings:
        assert parse_choice(DAILY, **said) == wanted


def test_a_topic_with_a_comma_is_one() -> None:
    """A text is divided only where the whole of it is no topic."""
    assert parse_choice(DAILY, topics="food,drink").topics == ("Food, Drink",)
    assert parse_choice(DAILY, topics=["Food, Drink", "politik"]).topics == ("Food, Drink", "Politik")


def test_instant_knows_neither_zone_nor_hour() -> None:
    """Whether he says instant or the newsletter is."""
    said = {"zone": "Asia/Tokyo", "at": "18:00"}
    assert parse_choice(DAILY, frequency="instant", **said) == Choice("instant")
    assert parse_choice(INSTANT, **said) == Choice()
    assert parse_choice(INSTANT, frequency="daily", **said) == Choice("daily", "Asia/Tokyo", "18:00")


def test_a_newsletter_without_pictures_has_no_choice_of_them() -> None:
    """With them or without is the same wish."""
    plain = DAILY.model_copy(update={"pictures": False})
    assert parse_choice(plain, pictures="no") == parse_choice(plain, pictures="yes") == Choice()


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("en", "en"), ("EN_us", "en-US"), ("English", "en"), ("Indonesian", ""), ("ar-eg", "ar-EG"),
        ("sw", "sw"), ("Kiswahili", "sw"), ("SWAHILI", "sw"), ("zh-hant-tw", "zh-Hant-TW"),
    ],
)  # fmt: skip
def test_languages(said: str, tag: str) -> None:
    """A tag that we have words for, or articles are in, and its longer forms; or the name of one."""
    assert parse_choice(DAILY, language=said, languages=["sw", "zh-Hant"]).language == tag


def test_our_languages_and_their_spelling() -> None:
    """English and the catalogues; tags in the case that RFC 5646 gives them."""
    assert {"en", "id", "ar"} <= set(ours())
    assert [canonical(tag) for tag in ("ZH_hant_tw", "PT-br", "id", "sl-ROZAJ")] == [
        "zh-Hant-TW", "pt-BR", "id", "sl-rozaj",
    ]  # fmt: skip


# ---------------------------------------------------------------- what is not


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"frequency": "weakly"}, "'weakly'; did you mean weekly? (there are: daily, instant, monthly"),
        ({"zone": "Asia/Tokio"}, "no time zone is called 'Asia/Tokio'; did you mean Asia/Tokyo?"),
        ({"zone": "localtime"}, "no time zone is called 'localtime'"),
        ({"zone": "../../etc/passwd"}, "no time zone is called"),
        ({"at": "25:00"}, "'25:00' is no time: write a time of day"),
        ({"at": "noon"}, "'noon' is no time"),
        ({"language": "xx"}, "no language is called 'xx'"),
        ({"language": "Arabik"}, "no language is called 'Arabik'; did you mean ar?"),
        ({"topics": "Politic"}, "no topic is called 'Politic'; did you mean Politik? (there are: Ber"),
        ({"topics": ["Politik", "Musik"]}, "no topic is called 'Musik'"),
        ({"pictures": "few"}, "pictures: 'few' is neither yes nor no"),
        ({"frequency": "x" * 9999}, "no frequency is called"),
    ],
)  # fmt: skip
def test_what_there_is_not_says_what_there_is(said: dict[str, Any], words: str) -> None:
    """Each error names the text, what was probably meant, and what may be chosen."""
    with pytest.raises(ValueError) as caught:
        parse_choice(DAILY, **said)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400


def test_topics_where_there_are_none() -> None:
    """Nothing is guessed: he hears that there is nothing to choose; all of nothing is as it is."""
    with pytest.raises(ValueError, match="has none to choose among"):
        parse_choice(a_newsletter(), topics="Politik")
    assert parse_choice(a_newsletter(), topics="all") == Choice()


def test_all_topics_by_name_are_those_alone() -> None:
    """Who names each gets no others that the newsletter offers later; "all" and none are every one."""
    assert parse_choice(DAILY, topics=TOPICS).topics == tuple(sorted(TOPICS))
    for said in ("all", " ALL ", ["Politik", "all"], "", []):
        assert parse_choice(DAILY, topics=said) == Choice()
    with pytest.raises(ValueError, match="no topic is called 'Musik'"):
        parse_choice(DAILY, topics="all, Musik")
    assert parse_choice(a_newsletter(topics=("All", "Some")), topics="all").topics == ("All",)


def test_signs_make_a_name_another() -> None:
    """C, C++ and C# are three topics; ß is ss, an accent is nothing, a zone's minus is one."""
    signs = a_newsletter(topics=("C", "C++", "C#", "Straße"))
    assert [parse_choice(signs, topics=one).topics for one in ("c", "c ++", "C#", "STRASSE", "strásse")] == [
        ("C",), ("C++",), ("C#",), ("Straße",), ("Straße",),
    ]  # fmt: skip
    assert parse_choice(DAILY, zone="etc/gmt-5").zone == "Etc/GMT-5"
    with pytest.raises(ValueError, match="no time zone"):
        parse_choice(DAILY, zone="etc/gmt5")


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (Choice("weekly", "Asia/Tokyo", "", "ja", ("Olahraga", "Politik"), False),
         "weekly on Monday at 07:00 Asia/Tokyo, in Japanese, on Olahraga and Politik, without pictures"),
        (Choice("monthly"), "monthly on day 1 at 07:00 Asia/Jakarta, on every topic"),
        (Choice("instant", topics=("Politik",)), "article by article, on Politik"),
        (Choice(at="18:00"), "every day at 18:00 Asia/Jakarta, on every topic"),
        (Choice(topics=tuple(sorted(TOPICS))),
         "on Berita Dunia, Food, Drink, Olahraga, Politik and Économie"),
        (Choice(topics=("A", "B", "C"), language="pt-BR"), "in Portuguese (Brazil), on A, B and C"),
    ],
)  # fmt: skip
def test_a_choice_in_words(choice: Choice, words: str) -> None:
    """What was chosen, with what follows from it; nothing of what was not."""
    assert words_of(choice, DAILY) == words


def test_daily_on_some_days_in_words() -> None:
    """A newsletter of three days has them named."""
    some = a_newsletter(days=("mon", "wed", "fri"), at=time(6, 30))
    assert words_of(Choice(zone="UTC"), some) == "on Monday, Wednesday and Friday at 06:30 UTC"


def test_a_newsletter_has_the_publications_language_and_zone() -> None:
    """Where it names none: who chooses them chooses nothing."""
    bare = settled(a_newsletter(), language="pt-BR", zone=ZoneInfo("Asia/Tokyo"))
    assert parse_choice(bare, language="pt-br", zone="Asia/Tokyo") == Choice()
    assert settled(DAILY, language="en", zone=ZoneInfo("UTC")) == DAILY


# ---------------------------------------------------------------- over any wish

NEWSLETTERS = st.builds(
    lambda frequency, pictures, zone: DAILY.model_copy(
        update={"frequency": frequency, "pictures": pictures, "timezone": zone}
    ),
    st.sampled_from(FREQUENCIES),
    st.booleans(),
    st.sampled_from([ZoneInfo("Asia/Jakarta"), None]),
)
CASES = st.sampled_from([str, str.upper, str.lower, str.title, lambda text: f"  {text} "])
WISHES = st.fixed_dictionaries(
    {
        "frequency": st.sampled_from(["", *FREQUENCIES]),
        "zone": st.sampled_from(["", "Asia/Jakarta", "Asia/Tokyo", "America/Argentina/Buenos_Aires"]),
        "at": st.sampled_from(["", "07:00", "7:00", "18:30"]),
        "language": st.sampled_from(["", "id", "en", "ar-EG", "sw"]),
        "topics": st.lists(st.sampled_from(TOPICS)),
        "pictures": st.sampled_from(["yes", "no", "none", ""]),
    }
)


@given(NEWSLETTERS, WISHES, CASES)
def test_parsing_is_idempotent_and_blind_to_case(
    newsletter: Newsletter, wish: dict[str, Any], case: type[str]
) -> None:
    """A choice said again, in any case, is the same choice; so is the same wish in another order."""
    choice = parse_choice(newsletter, **wish, languages=["sw"])
    again = parse_choice(newsletter, **asdict(choice), languages=["sw"])
    assert again == choice
    cased: dict[str, Any] = {
        name: [case(one) for one in reversed(text)] if isinstance(text, list) else case(text)
        for name, text in wish.items()
    }
    assert parse_choice(newsletter, **cased, languages=["SW"]) == choice
    assert words_of(choice, newsletter)


@given(st.text(max_size=40), st.sampled_from(["frequency", "zone", "at", "language", "topics", "pictures"]))
def test_any_text_is_a_choice_or_a_fault(text: str, field: str) -> None:
    """Foreign text never does anything else; what is chosen is of what there is."""
    try:
        choice = parse_choice(DAILY, **{field: text})
    except ValueError as error:
        assert str(error)
    else:
        assert choice.frequency in ("", *FREQUENCIES) and set(choice.topics) <= set(TOPICS)
