"""`check` and `--dry-run`: what is well-formed and yet cannot work, each with its place."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.checking import Found, check_all
from syndicate.app.keeping_up import falling_behind
from syndicate.cli import main
from syndicate.configfile import load_config, place

Maker = Callable[..., Publication]
SMTP = "  transport: smtp\n"
PUBLIC = "web: {url: https://news.example.org}\n"


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    """Return a maker of publications."""
    with maker(tmp_path) as make:
        yield make


def checked(file: Path) -> Found:
    return check_all(load_config(file, {}), (), partial(place, file, "config.yaml"))


def alone(folder: Path, more: str, *, sender: str = "news@news.example.org") -> Found:
    """Check a configuration that nothing was ever done with."""
    (folder / "content").mkdir()
    file = folder / "config.yaml"
    head = (
        "publication: {title: News, url: https://news.example.org, postal_address: Here, contact: Ani,"
        " privacy_url: https://news.example.org/privacy}\nnewsletters:\n  daily: {title: Daily}\n"
    )
    file.write_text(f"{head}mail:\n  from: {sender}\n{SMTP}{more}")
    return checked(file)


def test_a_good_configuration_has_no_fault_and_makes_no_database(tmp_path: Path) -> None:
    """Nothing is written by a check."""
    found = alone(tmp_path, "  smtp: {host: mail.example.org, per_day: 1}\n")
    assert (found.faults, found.warnings) == ((), ())
    assert not (tmp_path / "var").exists()


def test_a_free_address_is_a_fault_unless_its_own_relay_sends(tmp_path: Path) -> None:
    """From at gmail.com goes through Gmail alone; of several relays each must be Gmail's."""
    for name, more, faults in (
        ("other", "  smtp: {host: mail.example.org}\n", 1),
        ("own", "  provider: gmail\n  smtp: {username: x@gmail.com, password: x}\n", 0),
        ("mixed", "  relays: [{host: smtp.gmail.com}, {host: mail.example.org}]\n", 1),
    ):
        (tmp_path / name).mkdir()
        found = alone(tmp_path / name, more, sender="news@gmail.com")
        assert len(found.faults) == faults
        for fault in found.faults:
            assert fault.startswith("config.yaml:5:9: mail.from: letters from gmail.com are refused")


def test_a_newsletters_own_from_is_looked_at_too(tmp_path: Path) -> None:
    """Its place is the newsletter's."""
    file = tmp_path / "config.yaml"
    alone(tmp_path, "  smtp: {host: mail.example.org}\n")
    file.write_text(file.read_text().replace("{title: Daily}", "{title: Daily, from: me@yahoo.co.id}"))
    [fault] = checked(file).faults
    assert fault.startswith("config.yaml:3:31: newsletters.daily.from: letters from yahoo.co.id")


def test_each_relay_is_looked_at_in_its_place(tmp_path: Path) -> None:
    """A login that is missing, a password that cannot be read and clear text are told of the right one."""
    found = alone(
        tmp_path,
        "  relays:\n"
        "    - {host: a.example, security: none}\n"
        "    - {host: b.example, password_file: nowhere}\n"
        "    - {provider: brevo, password: x}\n"
        "    - {provider: sendgrid}\n",
    )
    told = [line.partition(": ")[2].partition(": ")[0] for line in (*found.faults, *found.warnings)]
    assert told == [
        "mail.relays.1.password_file",
        "mail.relays.2.username",
        "mail.relays.3.password",
        "mail.relays.0.security",
        "mail.relays.2",
    ]
    assert "config.yaml:9:40" in found.faults[0]
    assert "turn tracking off in the account's settings" in found.warnings[1]


def test_limits_that_are_too_low_are_told_before_an_edition_is_late(publication: Maker) -> None:
    """The subscribers there are, by newsletter and by limited domain, are held against the relays' limits."""
    news = publication(more=f"{SMTP}  smtp: {{host: mail.example.org, per_day: 3}}\n{PUBLIC}")
    news.people_subscribe(*(f"p{number}@example.org" for number in range(30)))
    words = "30 letters at 3 a day take 10 days: a daily digest cannot keep up"
    [told] = checked(news.folder / "config.yaml").warnings[-1:]
    assert told.endswith(f"newsletters.daily: {words}")
    assert falling_behind(news.site.config, news.site.store) == {"daily": words}


def test_a_plan_says_that_the_limits_are_too_low(
    publication: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    """`digest send --dry-run` warns in words and in JSON, beside what would be sent."""
    news = publication(more=f"{SMTP}  smtp: {{host: mail.example.org, per_day: 3}}\n{PUBLIC}")
    news.people_subscribe(*(f"p{number}@example.org" for number in range(30)))
    news.article_is_dropped("first")
    plan = ["digest", "send", "daily", "--now", "--dry-run", "--config", str(news.folder / "config.yaml")]
    words = "30 letters at 3 a day take 10 days: a daily digest cannot keep up"
    with pytest.raises(SystemExit):
        main(plan)
    assert f"warning: {words}\n" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main([*plan, "--json"])
    assert json.loads(capsys.readouterr().out)["warnings"] == [words]


def test_a_limited_domain_is_counted_by_itself(publication: Maker) -> None:
    """Only addresses at that very domain count."""
    limited = "domains: {narrow.example: 5/d}"
    news = publication(more=f"{SMTP}  smtp: {{host: mail.example.org, {limited}}}\n{PUBLIC}")
    news.people_subscribe("a@example.org", "b@not-narrow.example", "c@sub.narrow.example")
    news.people_subscribe(*(f"p{number}@Narrow.example" for number in range(10)))
    assert falling_behind(news.site.config, news.site.store) == {
        "daily": "10 letters to narrow.example at 5 a day take 2 days: a daily digest cannot keep up"
    }


def test_a_providers_limit_says_that_it_is_the_smallest_plans(publication: Maker) -> None:
    """Who has a bigger plan is told which line to write; once written, nothing is told."""
    more = f"{SMTP}  provider: mailgun\n  smtp: {{username: x, password: x}}\n{PUBLIC}"
    news = publication(more=more)
    news.people_subscribe(*(f"p{number}@example.org" for number in range(150)))
    told = falling_behind(news.site.config, news.site.store)["daily"]
    assert "100 a day is the free plan's limit" in told and "mail.smtp.per_day sets your own" in told
    file = news.folder / "config.yaml"
    file.write_text(file.read_text().replace("password: x", "password: x, per_day: null"))
    assert falling_behind(load_config(file, {}), news.site.store) == {}


# ---------------------------------------------------------------- articles


def dropped(folder: Path, path: str, text: str) -> None:
    file = folder / "content" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def test_every_articles_fault_is_told_whether_it_is_shown_or_not(publication: Maker) -> None:
    """Heads and texts of all files are read, those too that no feed shows; nothing is written."""
    news = publication(more="feeds: {items: 1}\n")
    dropped(news.folder, "good.md", "---\ntitle: good\ndate: 2026-11-20\n---\nWords.\n")
    dropped(news.folder, "head.md", "---\ntitle: [\n---\nx")
    dropped(news.folder, "text.md", "---\ntitle: text\ndate: 2001-01-01\n---\n" + "<div>" * 500 + "x")
    dropped(news.folder, "picture.md", "---\ntitle: picture\n---\n\n![](gone.png)\n")
    dropped(news.folder, "odd.md", "---\ntitle: odd\nlang: '???'\n---\nOther words.\n")
    found = checked(news.folder / "config.yaml")
    told = [fault.partition(": ")[0] for fault in found.faults]
    assert sorted(told) == [
        "content/head.md:3", "content/odd.md:3", "content/picture.md:5", "content/text.md",
    ]  # fmt: skip
    assert found.articles == 3
    assert not (news.folder / "public").exists() and news.records() == {}


def test_a_file_written_a_moment_ago_is_checked(publication: Maker) -> None:
    """Who writes and checks at once is not told that there is nothing."""
    news = publication()
    dropped(news.folder, "new.md", "---\ntitle: [\n---\nx")
    assert len(checked(news.folder / "config.yaml").faults) == 1


def test_copies_and_ids_asked_for_twice_are_named(publication: Maker) -> None:
    """Of two that say the same, and of two that want one id, the second is told with the first."""
    news = publication()
    for name in ("a", "b"):
        dropped(news.folder, f"{name}.md", "---\ntitle: same\n---\nThe same words.\n")
        dropped(news.folder, f"id-{name}.md", f"---\ntitle: {name}\nid: one\n---\nWords of {name}.\n")
    found = checked(news.folder / "config.yaml")
    assert found.articles == 2
    assert len(found.faults) == 2
    assert "content/b.md: says what a.md says; only that one counts" in found.faults
    assert any(fault.startswith("content/id-b.md: asks for the id 'one'") for fault in found.faults)


def test_what_is_left_out_is_listed_with_the_reason(publication: Maker) -> None:
    """Drafts, notes of a vault that do not say that they are public, and what the rules exclude."""
    news = publication()
    (news.folder / "content/.obsidian").mkdir()
    dropped(news.folder, "public.md", "---\ndate: 2026-11-01\npublish: true\n---\nWords.\n")
    dropped(news.folder, "private.md", "Notes.\n")
    dropped(news.folder, "draft.md", "---\ndate: 2026-11-01\ndraft: true\n---\nWords.\n")
    dropped(news.folder, "README.md", "For workers.\n")
    dropped(news.folder, "trash/x.md", "Rubbish.\n")
    news.configuration_says("every: 1s", 'every: 1s, exclude: ["trash"]')
    found = checked(news.folder / "config.yaml")
    assert (found.articles, found.faults) == (1, ())
    told = dict(line.split(": ", 1) for line in found.left_out)
    assert sorted(told) == ["README.md", "draft.md", "private.md", "trash/"]
    assert told["draft.md"] == "is a draft"
    assert "without a date and publish: true" in told["private.md"]
    assert told["trash/"] == "content.exclude names it"


def test_check_and_build_tell_the_same_of_articles(publication: Maker) -> None:
    """What is wrong for the one is wrong for the other, in the same words."""
    news = publication()
    dropped(news.folder, "head.md", "---\ntitle: [\n---\nx")
    dropped(news.folder, "picture.md", "---\ntitle: picture\n---\n\n![](gone.png)\n")
    dropped(news.folder, "twice.md", "---\ntitle: picture\n---\n\n![](gone.png)\n")
    news.is_built()
    built = {str(fault) for fault in news.folder_is_scanned().faults}
    assert set(checked(news.folder / "config.yaml").faults) == built


def test_a_letter_that_confirms_is_tried_before_its_first_person(publication: Maker) -> None:
    """`check` and a build tell of a template of our own letters that fails, with its file and line."""
    kept = publication(more="templates: {folder: own}\n")
    (kept.folder / "own/mail").mkdir(parents=True)
    (kept.folder / "own/mail/confirmation.txt").write_text("Hello\n{{ links }}\n")
    told = [one for one in checked(kept.folder / "config.yaml").faults if "confirmation" in one]
    assert len(told) == 1 and "confirmation.txt:2" in told[0] and "links" in told[0]
    built = kept.is_built()
    assert [str(fault) for fault in built.faults if "confirmation" in fault.path] == told


def test_a_look_that_there_is_not_is_told_once(publication: Maker) -> None:
    """With file, line and column of the setting, not once more as a template that is missing."""
    news = publication()
    news.article_is_dropped("a")
    news.configuration_says('at: "07:00"', 'at: "07:00", look: fancy')
    [said] = checked(news.folder / "config.yaml").faults
    assert said.startswith("config.yaml:8:49: newsletters.daily.look: there is no look 'fancy'; there are: ")


def test_a_mistake_in_a_setting_names_the_file_that_was_read(
    publication: Maker, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the configuration is not called config.yaml."""
    news = publication()
    news.article_is_dropped("a")
    news.configuration_says('at: "07:00"', 'at: "07:00", subject: "{{ nobody }}"')
    other = (news.folder / "config.yaml").rename(news.folder / "c.yaml")
    with pytest.raises(SystemExit):
        main(["--config", str(other), "check"])
    assert f"{other}: newsletters.daily.subject:1: 'nobody' is undefined" in capsys.readouterr().out
