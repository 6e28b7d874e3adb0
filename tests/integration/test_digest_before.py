"""`digest preview` and `digest lint`: what would leave, for whom, and what is wrong with it."""

from __future__ import annotations

import json
import re
import webbrowser
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from publications import Publication, maker

from syndicate.app.forecast import preview
from syndicate.app.linting import facts_of, lint_edition, place_of, stop_at_errors
from syndicate.cli import cli
from syndicate.digest.findings import Finding
from syndicate.errors import SyndicateError, UsageError
from syndicate.model import Choice
from syndicate.store import choices, editions, subscribers

SHIPPED = Path(__file__).resolve().parents[2] / "templates" / "mail" / "digest.html"


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication with an article, a subscriber, and a folder for templates of its own."""
    with maker(tmp_path) as make:
        made = make(more="templates: {folder: own}\n")
        (made.folder / "own" / "mail").mkdir(parents=True)
        made.article_is_dropped("Tides", "They come and go.", date="2026-11-22")
        made.is_built()
        made.people_subscribe("reader@example.org")
        yield made


def run(news: Publication, *words: str) -> Result:
    return CliRunner().invoke(cli, ["digest", *words, "--config", str(news.folder / "config.yaml")])


def digest_says(news: Publication, old: str, new: str) -> Path:
    path = news.folder / "own" / "mail" / "digest.html"
    assert old in SHIPPED.read_text()
    path.write_text(SHIPPED.read_text().replace(old, new, 1))
    return path


def token_of(news: Publication) -> str:
    with news.site.store.read() as conn:
        [person] = subscribers.subscribers(conn)
    return person.token


def test_a_preview_is_three_files(news: Publication) -> None:
    """HTML, text and letter are written and named, and the check has nothing to say."""
    result = run(news, "preview", "daily")
    assert result.exit_code == 0, result.output
    folder = news.config.var / "preview" / "daily"
    assert sorted(path.name for path in folder.iterdir()) == ["digest.eml", "digest.html", "digest.txt"]
    assert message_from_bytes((folder / "digest.eml").read_bytes())["Subject"] == "Daily News: Tides"
    assert "error" not in result.output


def test_a_preview_for_a_subscriber_is_his_but_opens_nothing(news: Publication) -> None:
    """It is addressed to him, and no file holds the token with which he could be unsubscribed."""
    out = news.folder / "out"
    result = run(news, "preview", "daily", "--for", "READER@example.org", "--output", str(out))
    assert result.exit_code == 0, result.output
    assert "for 1 subscriber" in result.output
    files = {path.name: path.read_text() for path in out.iterdir()}
    assert "reader@example.org" in files["digest.txt"].lower()
    assert not [name for name, text in files.items() if token_of(news) in text]
    assert "/unsubscribe/preview" in files["digest.txt"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--for", "nobody@example.org"), "nobody@example.org is not subscribed to daily"),
        (("--for", "no address"), "no address"),
        (("--language", "not a tag"), "language tag"),
        (("--language", "en-ab-cd"), "language tag"),
        (("--at", "tomorrow"), "ISO time"),
    ],
)
def test_what_cannot_be_shown_is_said(news: Publication, words: tuple[str, ...], said: str) -> None:
    """A stranger, no address, no language and no time are told as such, and nothing is written."""
    result = run(news, "preview", "daily", *words)
    assert result.exit_code != 0
    assert said in str(result.exception) + result.output
    assert not (news.config.var / "preview").exists()


def test_a_preview_in_a_language_without_words_says_so(news: Publication) -> None:
    """English is used and it is told how to add words; of ours and the operator's nothing is told."""
    result = run(news, "preview", "daily", "--language", "xx-garbage")
    assert result.exit_code == 0
    assert "no words in xx-garbage, so English is used; locales/xx.po" in result.output
    assert 'lang="xx-garbage"' in (news.config.var / "preview" / "daily" / "digest.html").read_text()
    (news.folder / "own" / "locales").mkdir()
    (news.folder / "own" / "locales" / "sv.po").write_text('msgid "Unsubscribe"\nmsgstr "Avsluta"\n')
    for language in ("en-GB", "de-AT", "sv-FI", "zh-TW"):
        assert "no words" not in run(news, "preview", "daily", "--language", language).output


# ---------------------------------------------------------------- which edition


def told_of(output: str) -> str:
    """Return the articles and subscribers that a command counted."""
    found = re.search(r"[0-9,]+ articles? for [0-9,]+ subscribers?", output)
    return found[0] if found else output


def test_a_preview_counts_what_a_dry_run_counts(news: Publication) -> None:
    """Of the edition that is still to be made; once it is made of the next, with what comes until then."""
    news_come(news)
    news.time_passes(hours=2)
    assert told_of(previewed(news)) == told_of(planned(news)) == "1 article for 1 subscriber"
    news.edition_is_made()
    assert news.letters_leave() == 1
    news.people_subscribe("second@example.org", days_ago=0)
    news.article_is_dropped("Waves", date="2026-11-24T05:00:00Z")
    news_come(news, "Winds")
    seen = previewed(news)
    assert told_of(seen) == told_of(planned(news, "2026-11-24T07:00Z")) == "2 articles for 2 subscribers"


def test_those_who_came_after_all_articles_are_due_none(tmp_path: Path) -> None:
    """With subscribers and nothing due, or nobody there, the newest articles are shown and it is said why."""
    with maker(tmp_path) as make:
        new = make()
        new.article_is_dropped("Old", date="2026-11-20")
        new.article_is_dropped("Older", date="2026-11-19")
        new.is_built()
        assert "Nobody is subscribed yet, so this shows the newest articles." in previewed(new)
        new.time_passes(hours=1)
        new.people_subscribe("late@example.org", days_ago=0)
        seen = previewed(new)
        assert "Nothing is due yet, so this shows the newest articles." in seen
        assert told_of(seen) == "2 articles for 1 subscriber"
        assert "Nothing new" in planned(new)


def test_a_preview_shows_what_most_get(news: Publication) -> None:
    """The largest rendition of those at the newsletter's own hour, in the language that they chose."""
    news.people_subscribe("a@example.org", "b@example.org", "c@example.org")
    news_come(news)
    with news.site.store.write() as tx:
        for name in ("a", "b"):
            choices.choose(tx, f"{name}@example.org", "daily", Choice(language="de"), now=news.now)
        choices.choose(tx, "c@example.org", "daily", Choice("weekly", "Asia/Tokyo"), now=news.now)
    shown = preview(news.site, "daily", news.articles, now=news.now)
    assert (shown.rendition.language, shown.made.recipients) == ("de", 3)
    [own] = [one for one in shown.made.helpings if one.variant.language == "en"]
    assert own.people == 1
    assert "Of 2 different letters this is one with 1 article." in previewed(news)


def test_where_nobody_has_the_own_hour_another_is_shown(news: Publication) -> None:
    """The edition is named after the hour of those who get it."""
    news_come(news)
    with news.site.store.write() as tx:
        choices.choose(tx, "reader@example.org", "daily", Choice(zone="Asia/Tokyo"), now=news.now)
    shown = preview(news.site, "daily", news.articles, now=news.now)
    assert shown.edition.occasion.endswith("/Asia/Tokyo")
    assert (shown.made.recipients, shown.made.repeated) == (1, False)


def test_date_and_address_of_a_preview_agree(news: Publication) -> None:
    """The letter's date is that of the occasion in its address: before the edition is made, and after it."""
    news_come(news)
    for day, shown in (("2026-11-23", "23 November 2026"), ("2026-11-24", "24 November 2026")):
        previewed(news)
        text = (news.config.var / "preview" / "daily" / "digest.txt").read_text()
        assert f"/editions/daily/{day}/" in text
        assert shown in text or f"November {day[-2:]}, 2026" in text
        news.time_passes(hours=2)
        news.edition_is_made()


def news_come(news: Publication, name: str = "Sands") -> None:
    """An article becomes visible, half a day after the reader subscribed."""
    news.article_is_dropped(name)
    news.folder_is_scanned()


def previewed(news: Publication) -> str:
    result = at_its_clock(news, "preview", "daily")
    assert result.exit_code == 0, result.output
    return result.output


def planned(news: Publication, at: str = "") -> str:
    result = run(news, "send", "daily", "--dry-run", "--at", at or news.now.isoformat())
    assert result.exit_code == 0, result.output
    return result.output


def at_its_clock(news: Publication, *words: str) -> Result:
    return run(news, *words, "--at", news.now.isoformat())


def test_a_preview_speaks_the_language_asked_for(news: Publication) -> None:
    """Our words are in it; the article's are as they are."""
    assert run(news, "preview", "daily", "--language", "ar").exit_code == 0
    html = (news.config.var / "preview" / "daily" / "digest.html").read_text()
    assert 'lang="ar" dir="rtl"' in html
    assert "They come and go." in html


@pytest.mark.parametrize("there", [True, False])
def test_open_shows_the_page_or_says_that_it_cannot(
    news: Publication, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """The browser is given the page's address; where there is none the path is told."""
    opened: list[str] = []

    def browser(url: str) -> bool:
        opened.append(url)
        return there

    monkeypatch.setattr(webbrowser, "open", browser)
    result = run(news, "preview", "daily", "--open")
    assert result.exit_code == 0
    assert opened == [(news.config.var / "preview" / "daily" / "digest.html").as_uri()]
    assert ("No browser could be opened" in result.output) is not there


def test_a_preview_lists_what_is_wrong(news: Publication) -> None:
    """The files are written all the same, so that one can look."""
    digest_says(news, "<h1", "<p>Hello {{ '{{' }} name }}</p><h1")
    result = run(news, "preview", "daily")
    assert result.exit_code == 0
    assert "was not filled" in result.output and "[placeholder]" in result.output


def test_a_good_letter_passes(news: Publication) -> None:
    """Nothing is printed but that all was looked at, and the exit status is 0."""
    result = run(news, "lint")
    assert (result.exit_code, result.output) == (0, "1 letter checked: nothing wrong.\n")
    assert json.loads(run(news, "lint", "daily", "--json").stdout) == {"daily": []}


def test_a_faulty_letter_fails_with_the_line_of_its_template(news: Publication) -> None:
    """An error makes exit status 1; the template's line is named, for a machine the letter's."""
    path = digest_says(news, "<h1", '<p class="pale" style="color:#c0c0c0">Pale</p><h1')
    result = run(news, "lint", "daily")
    line = path.read_text().split('class="pale"')[0].count("\n") + 1
    assert result.exit_code == 1
    assert f'error: {path}:{line}: <p class="pale">: contrast 1.8' in result.output
    finding, *_ = json.loads(run(news, "lint", "daily", "--json").stdout)["daily"]
    assert (finding["level"], finding["code"], finding["part"]) == ("error", "contrast", "html")


def test_a_warning_alone_passes(news: Publication) -> None:
    """What only should be better is listed with exit status 0."""
    digest_says(news, "<h1", '<p style="color:#7b7b7b">Grey</p><h1')
    result = run(news, "lint")
    assert result.exit_code == 0
    assert "warning:" in result.output and "0 errors, 2 warnings" in result.output


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59", "0001-01-01", "1970-12-31T23:59", "2901-01-01"])
def test_a_time_too_far_off_is_a_mistake_of_use(news: Publication, at: str) -> None:
    """A year from which nothing can be reckoned is refused, the last good one is planned for."""
    result = run(news, "preview", "daily", "--at", at)
    assert result.exit_code == 2 and "is not in the years 1971 to 2900" in result.output
    assert run(news, "preview", "daily", "--at", "2900-12-31T23:59:59").exit_code == 0


@pytest.mark.parametrize("place", ["content", "content/deep/er", "own/../content"])
def test_a_preview_does_not_become_an_article(news: Publication, place: str) -> None:
    """A folder within the content folder is refused, and nothing is written."""
    result = run(news, "preview", "daily", "--output", str(news.folder / place))
    assert isinstance(result.exception, UsageError) and "is in the content folder" in str(result.exception)
    assert not [*(news.folder / "content").rglob("digest.*")]


def test_an_unknown_newsletter_is_a_mistake_of_use(news: Publication) -> None:
    """The names that there are stand in the answer."""
    for command in ("lint", "preview"):
        result = run(news, command, "weekly")
        assert "no newsletter is named 'weekly'" in str(result.exception)


# ---------------------------------------------------------------- what the freeze asks


def test_errors_stop_a_send_and_say_where(news: Publication, caplog: pytest.LogCaptureFixture) -> None:
    """The exception names each error with its place; warnings are logged."""
    digest_says(news, "<h1", "<p style='color:#7b7b7b'>{{ '{% x %}' }}</p><h1")
    shown = preview(news.site, "daily", news.articles, now=news.now)
    found = lint_edition(news.site, shown.edition, [shown.rendition], shown.made.articles)
    with pytest.raises(SyndicateError, match=r"letter of daily must not leave.*\n.*was not filled"):
        stop_at_errors(news.site, "daily", found)
    assert "contrast" in caplog.text


def test_a_letter_with_an_error_is_sent_to_nobody(news: Publication) -> None:
    """The send stops with the reason and leaves no edition behind; mended, it reaches everybody."""
    path = digest_says(news, '{{ _("Unsubscribe") }}', "*|UNSUB|*")
    result = run(news, "send", "daily", "--now")
    assert isinstance(result.exception, SyndicateError)
    assert "'*|UNSUB|*' was not filled" in str(result.exception)
    with news.site.store.read() as conn:
        assert editions.editions(conn, "daily") == []
    path.unlink()
    assert run(news, "send", "daily", "--now").exit_code == 0
    assert len(list(news.config.mail.folder.iterdir())) == 1


def test_a_send_says_that_there_is_nothing_only_where_nothing_was_made(news: Publication) -> None:
    """The newsletter's own hour brings nothing, another's does: then that alone is told."""
    news.article_is_dropped("Moon")
    news.folder_is_scanned()
    news.people_subscribe("other@example.org", days_ago=-0.5)
    with news.site.store.write() as tx:
        choices.choose(tx, "reader@example.org", "daily", Choice(at="06:30"), now=news.now)
    plan = ("send", "daily", "--at", "2026-11-23T08:00+00:00", "--dry-run")
    said = run(news, *plan).output
    assert "Nothing new" not in said and "for 2026-11-23/06:30 would be: 1 article for 1 sub" in said
    with news.site.store.write() as tx:
        choices.choose(tx, "reader@example.org", "daily", Choice(topics=("Sport",)), now=news.now)
    assert "Nothing new for daily up to " in run(news, *plan).output


def test_links_are_held_against_what_is_published(news: Publication) -> None:
    """Pages, articles to come, editions and old addresses lead somewhere; what was never there does not."""
    shown = preview(news.site, "daily", news.articles, now=news.now)
    base = news.config.publication.url
    leads = facts_of(news.site, shown.edition, ()).leads
    (news.config.publish.folder / "_redirects").write_text(
        "/old/ http://127.0.0.1:8000/articles/tides/ 301\n"
    )
    good = ["", "/", "/articles/tides/", "/articles/tides", "/rss.xml", "/old/", "/editions/daily/x/"]
    assert all(leads(f"{base}{path}") for path in good)
    bad = ["/articles/none/", "/nothing.html", "/../config.yaml", "/articles/%00/", f"/{'x' * 3000}"]
    assert not any(leads(f"{base}{path}") for path in bad)


def test_before_the_first_publishing_nobody_knows(tmp_path: Path) -> None:
    """A preview in a new folder does not call every link dead."""
    with maker(tmp_path) as make:
        new = make()
        new.article_is_dropped("Tides")
        new.folder_is_scanned()
        shown = preview(new.site, "daily", new.articles, now=new.now)
        assert facts_of(new.site, shown.edition, ()).leads(f"{new.config.publication.url}/about/")


def test_a_place_is_told_only_where_it_is_one(news: Publication) -> None:
    """Where two lines of templates could be to blame none is named."""
    shown = preview(news.site, "daily", news.articles, now=news.now)
    path = digest_says(news, "<h1", '<b class="lone">x</b><h1')
    found = lint_edition(news.site, shown.edition, [shown.rendition], shown.made.articles)
    assert not found
    line = path.read_text().split('class="lone"')[0].count("\n") + 1
    assert place_of(news.site, "daily", _finding('class="known"')) == ""
    assert place_of(news.site, "daily", _finding('class="lone"')) == f"{path}:{line}"


def _finding(clue: str) -> Finding:
    return Finding("error", "alt-missing", "html", 1, "<a>", "x", (clue,))


def test_very_many_renditions_are_looked_at_in_time(news: Publication) -> None:
    """Those that show what others have shown are looked at in short, which finds what is wrong with each."""
    shown = preview(news.site, "daily", news.articles, now=news.now)
    last = replace(shown.rendition, body=shown.rendition.body + b"x" * 90_001)
    many = [shown.rendition] * 300 + [last]
    assert [one.code for one in lint_edition(news.site, shown.edition, many, shown.made.articles)] == ["size"]
