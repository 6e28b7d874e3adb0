"""What a subscriber wants is written down by the operator's hand, told again, and kept through changes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.wishes import Pause, Wish, change
from syndicate.cli import main
from syndicate.errors import UsageError
from syndicate.model import Choice, Subscriber
from syndicate.store import subscribers

Run = Callable[..., tuple[int, str, str]]
ANA = "ana@example.org"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with a newsletter of three topics."""
    with maker(tmp_path) as make:
        made = make(zone="Asia/Jakarta")
        topics = "topics: [Politik, Olahraga, Seni], weekday: mon"
        made.configuration_says('at: "07:00"', f'at: "07:00", {topics}')
        yield made


@pytest.fixture
def run(news: Publication, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process; give its exit status and what it printed."""

    def command(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["--config", str(news.folder / "config.yaml"), "subscribers", *arguments])
        said = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return ended.value.code, said.out, said.err

    return command


def known(news: Publication, key: str = ANA) -> Subscriber:
    with news.site.store.read() as conn:
        [found] = subscribers.of_person(conn, key)
    return found


def test_somebody_is_added_with_what_he_wants(news: Publication, run: Run) -> None:
    """Each option in any case; the list and the person's page tell it, and a machine too."""
    status, said, _ = run("add", ANA, "--frequency", "Weekly", "--zone", "asia/tokyo", "--language", "id",
                          "--topic", "politik", "--topic", "OLAHRAGA", "--no-pictures")  # fmt: skip
    assert (status, said) == (0, f"{ANA} gets daily from now on.\n")
    wanted = Choice("weekly", "Asia/Tokyo", "", "id", ("Olahraga", "Politik"), False)
    assert known(news).choice == wanted
    words = "weekly on Monday at 07:00 Asia/Tokyo, in Indonesian, on Olahraga and Politik, without pictures"
    assert run("list")[1].rstrip("\n").split("\t")[4:] == [words]
    assert run("show", ANA)[1].splitlines()[0].split("\t")[-1] == words
    told = json.loads(run("show", ANA, "--json")[1])["subscriptions"][0]["choice"]
    assert (told["frequency"], told["topics"]) == ("weekly", ["Olahraga", "Politik"])


def test_who_gets_it_already_keeps_his_choice(news: Publication, run: Run) -> None:
    """Adding changes nobody; the list says nothing where all is as the newsletter has it."""
    run("add", ANA)
    assert "gets daily already" in run("add", ANA, "--frequency", "monthly")[1]
    assert known(news).choice == Choice()
    assert len(run("list")[1].split("\t")) == 4
    assert run("show", ANA)[1].splitlines()[0].endswith("\tas the newsletter has it")


def test_what_is_not_said_stays(run: Run, news: Publication) -> None:
    """One wish after the other; an empty text is as the newsletter has it."""
    run("add", ANA, "--frequency", "weekly", "--at", "18:30")
    assert run("set", ANA, "--topic", "seni")[:2] == (
        0, f"{ANA} gets daily weekly on Monday at 18:30 Asia/Jakarta, on Seni.\n"
    )  # fmt: skip
    run("set", ANA, "--frequency", "", "--no-pictures")
    assert known(news).choice == Choice("", "", "18:30", "", ("Seni",), False)
    run("set", ANA, "--topic", "", "--at", "7:00", "--pictures", "--newsletter", "daily")
    assert known(news).choice == Choice()


def test_every_topic_by_name_is_no_wish_for_every_topic(run: Run, news: Publication) -> None:
    """What the newsletter offers later is not his; `all` is, and so is what it offers no more."""
    run("add", ANA)
    by_name = ("--topic", "politik", "--topic", "Olah Raga", "--topic", "seni")
    assert run("set", ANA, *by_name)[1] == f"{ANA} gets daily on Olahraga, Politik and Seni.\n"
    assert known(news).choice == Choice(topics=("Olahraga", "Politik", "Seni"))
    news.configuration_says("[Politik, Olahraga, Seni]", "[Politik, Musik]")
    assert run("set", ANA, "--at", "18:00")[0] == 0
    assert known(news).choice == Choice(at="18:00", topics=("Olahraga", "Politik", "Seni"))
    said = run("set", ANA, "--topic", "all")[1]
    assert said == f"{ANA} gets daily every day at 18:00 Asia/Jakarta, on every topic.\n"
    assert known(news).choice == Choice(at="18:00")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--frequency", "hourly"], "newsletter daily: no frequency is called 'hourly'"),
        (["--topic", "Politic"], "did you mean Politik? (there are: Olahraga, Politik, Seni)"),
        (["--language", "tlh"], "no language is called 'tlh'"),
        ([], "say what is to change"),
        (["--pause-until", "soon"], "'soon' is no date; write 2026-12-24"),
        (["--pause-until", ""], "--pause-until wants a date"),
        (["--pause-until", "2020-01-01"], "2020-01-01 has passed; --resume ends a pause"),
        (["--pause-until", "0001-01-01T00:00+14:00"], "has passed"),
        (
            ["--pause-until", "9999-12-31T23:00", "--zone", "America/New_York"],
            "is too far away",
        ),
        (["--pause-until", "9999-12-31"], "before the year 9999"),
        (["--pause-until", "2099-01-01", "--resume"], "are two wishes"),
        (["--newsletter", "dayly", "--resume"], "no newsletter is named 'dayly'"),
    ],
)
def test_a_wish_that_is_none_changes_nothing(
    news: Publication, run: Run, words: list[str], told: str
) -> None:
    """It is a usage error that says what there is."""
    run("add", ANA, "--at", "18:00")
    before = known(news)
    status, _, said = run("set", ANA, *words)
    assert status == 2 and told in said
    assert known(news) == before


def test_nobody_is_added_with_a_wish_that_is_none(news: Publication, run: Run) -> None:
    """The whole command stops before the first address."""
    assert run("add", ANA, "--zone", "Asia/Tokio")[0] == 2
    assert run("show", ANA)[0] == 1


def test_an_article_s_language_may_be_wanted(news: Publication, run: Run) -> None:
    """One that we have no words for, but articles are in."""
    run("add", ANA)
    assert run("set", ANA, "--language", "sw")[0] == 2
    news.article_is_dropped("a", date="2026-11-22\nlanguage: sw")
    news.folder_is_scanned()
    assert run("set", ANA, "--language", "swahili")[1] == f"{ANA} gets daily in Swahili, on every topic.\n"


def test_a_pause_begins_and_ends(news: Publication, run: Run) -> None:
    """A day begins where the person lives; it is told until it is over, and ended at once."""
    run("add", ANA, "--zone", "Asia/Tokyo")
    _, said, _ = run("set", ANA, "--pause-until", "2099-12-24")
    assert said.endswith(", nothing until 2099-12-24 00:00 (Asia/Tokyo).\n")
    assert known(news).paused_until == datetime(2099, 12, 23, 15, tzinfo=UTC)
    assert "paused until 2099-12-24 00:00 (Asia/Tokyo)" in run("list")[1]
    run("set", ANA, "--pause-until", "2099-12-24T07:30")
    assert known(news).paused_until == datetime(2099, 12, 23, 22, 30, tzinfo=UTC)
    assert run("set", ANA, "--resume")[1].endswith(", again from now on.\n")
    assert "paused" not in run("show", ANA)[1]
    ended = known(news)
    assert run("set", ANA, "--resume")[1].endswith(", and was not paused.\n")
    assert known(news) == ended


def test_only_who_subscribes_can_want(news: Publication, run: Run) -> None:
    """Somebody unknown, or gone, is told so; an address that is none is a usage error."""
    status, _, said = run("set", "x@example.org", "--resume")
    assert (status, "x@example.org does not get daily" in said) == (1, True)
    run("add", ANA)
    with news.site.store.write() as tx:
        subscribers.unsubscribe(tx, known(news).token, now=news.now)
    assert run("set", ANA, "--frequency", "weekly")[0] == 1
    assert run("set", "nobody", "--frequency", "weekly")[0] == run("show", "nobody")[0] == 2


def test_of_several_newsletters_one_is_named(news: Publication, run: Run) -> None:
    """What is said of a newsletter that is configured no more is left as it is."""
    run("add", ANA, "--topic", "Seni")
    news.configuration_says("newsletters:", "newsletters:\n  weekly: {title: Weekly}")
    assert "--newsletter weekly|daily" in run("set", ANA, "--frequency", "weekly")[2]
    news.configuration_says("daily: {title", "other: {title")
    assert "a choice of its own" in run("list")[1]


def test_a_pause_that_is_over_is_not_resumed(news: Publication) -> None:
    """Resuming would begin anew, and skip what waits since the pause ended by itself."""
    news.people_subscribe(ANA)
    until = news.now + timedelta(days=1)
    change(news.site, ANA, "daily", Wish(), Pause(f"{until:%Y-%m-%dT%H:%M+00:00}"))
    news.time_passes(days=2)
    assert change(news.site, ANA, "daily", Wish(), Pause()).words.endswith("was not paused.")
    assert known(news).paused_until == until
    with pytest.raises(UsageError, match="has passed"):
        change(news.site, ANA, "daily", Wish(), Pause("2026-11-01"))
