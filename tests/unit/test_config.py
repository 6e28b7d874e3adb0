"""The configuration: what it accepts, and how it names what it does not."""

from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.config import Config, parse_duration
from syndicate.configfile import load_config, parse_config
from syndicate.errors import ConfigError

SHIPPED = Path(__file__).resolve().parents[2] / "config.yaml"
GOOD = """\
publication:
  title: Kabar Contoh
  url: https://news.example.org/
  language: id
  timezone: Asia/Jakarta
newsletters:
  daily: {title: NO, at: 7:00, days: [mon, sun]}
mail:
  from: Kabar Harian <kabar@news.example.org>
"""


def parse(text: str, **environment: str) -> Config:
    return parse_config(text, name="config.yaml", base=Path("/srv/news"), environment=environment)


def faults(text: str, **environment: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        parse(text, **environment)
    assert caught.value.exit_code == 78
    return caught.value.faults


def test_the_shipped_configuration_is_good_and_mails_nobody() -> None:
    """The shipped config.yaml loads, links to itself, and keeps letters in a folder."""
    config = load_config(SHIPPED)
    assert config.publication.url == "http://127.0.0.1:8000"
    assert config.mail.transport == "folder"
    assert config.newsletters["daily"].late_by == timedelta(hours=12)


@pytest.mark.parametrize("without", [("relays",), ("smtp", "provider")])
def test_what_the_shipped_configuration_shows_as_comments_works(without: tuple[str, ...]) -> None:
    """Each setting that is commented out is accepted once it is not."""
    shown = re.sub(r"(?m)^( *)# ( *(?:- )?[a-z_]+:| +#)", r"\1\2", SHIPPED.read_text("utf-8"))
    for name in without:
        shown = re.sub(rf"(?m)^  {name}:.*\n(?:    .*\n)*", "", shown)
    secrets = {"SMTP_PASSWORD": "x", "MAILGUN_PASSWORD": "x", "WEBHOOK": "https://hooks.example/x"}
    config = parse(shown, **secrets)
    assert config.operator.webhook and config.mail.in_doubt == 200 and config.web.url
    assert len(config.mail.relays) == (0 if "relays" in without else 3)
    assert (config.mail.smtp.per_second, config.mail.provider) == (
        (10, "brevo") if "relays" in without else (None, None)
    )


def test_texts_that_yaml_mistakes_stay_texts() -> None:
    """An unquoted 7:00 is a time of day and NO is a title."""
    newsletter = parse(GOOD).newsletters["daily"]
    assert newsletter.at == time(7, 0)
    assert newsletter.title == "NO"


@pytest.mark.parametrize("topics", ["[Café, Sport, CAFE]", "[Olah Raga, olahraga]", "[C, C]"])
def test_two_spellings_of_one_topic_are_a_fault(topics: str) -> None:
    """Both are named, at their place: nobody could choose one of them."""
    [said] = faults(GOOD.replace("title: NO", f"title: NO, topics: {topics}"))
    first, *_, last = topics.strip("[]").split(", ")
    assert said.startswith(f"config.yaml:7:30: newsletters.daily.topics: {first} and {last} are one topic")
    assert parse(GOOD.replace("title: NO", "title: NO, topics: [C, C++, C#]")).newsletters["daily"].topics


@pytest.mark.parametrize("folder", ["../x", "/kota", "kota/../..", "kota//asia", ".", "kota\\asia"])
def test_a_newsletters_folder_is_one_of_the_content(folder: str) -> None:
    """What no article can be below is a fault; a slash at the end is nothing."""
    text = GOOD.replace("title: NO", f"title: NO, select: {{folder: {folder}}}")
    [said] = faults(text)
    assert "newsletters.daily.select.folder: write a folder of the content folder" in said
    good = parse(text.replace(f"folder: {folder}}}", "folder: kota/asia/}"))
    assert good.newsletters["daily"].select.folder == "kota/asia/"


def test_where_it_was_read_is_known_and_no_setting() -> None:
    """The file is as the operator named it; nobody sets it, and no dump holds it."""
    config = parse_config(GOOD, name="c.yaml", base=Path("/srv/news"), environment={})
    assert (config.file, config.base) == ("c.yaml", Path("/srv/news"))
    assert not {"file", "base"} & config.model_dump().keys()
    assert "file: is not a setting" in faults(GOOD + "file: x\n")[0]


def test_paths_are_relative_to_the_file() -> None:
    """Relative paths lie beside the configuration, absolute ones stay."""
    config = parse(GOOD + "  folder: /mail\ncontent: {folder: ../articles}\n")
    assert config.content.folder == Path("/srv/articles")
    assert config.mail.folder == Path("/mail")
    assert config.var == Path("/srv/news/var")


def test_every_fault_is_reported_at_once_with_its_place() -> None:
    """Five faults of five kinds come in file order, each with line and column."""
    text = (
        GOOD.replace("Asia/Jakarta", "Asia/Jakata").replace("title: Kabar", "titel: x\n  title: Kabar")
        + "  smtp: {host: a, port: 25x}\n  retry: {first: 5}\n  retry: {first: 5}\n"
    )
    found = faults(text)
    assert [fault.split(": ")[:2] for fault in found] == [
        ["config.yaml:2:3", "publication.titel"],
        ["config.yaml:6:13", "publication.timezone"],
        ["config.yaml:11:25", "mail.smtp.port"],
        ["config.yaml:13:3", "mail.retry"],
        ["config.yaml:13:18", "mail.retry.first"],
    ]
    assert "is not a setting; did you mean title?" in found[0]
    assert "did you mean Asia/Jakarta?" in found[1]
    assert "is given twice" in found[3]


def test_a_wrong_number_is_placed_at_the_number() -> None:
    """The place of a wrong value is the value's, not the key's."""
    assert faults(GOOD + "  smtp:\n    port: 25x\n") == (
        "config.yaml:11:11: mail.smtp.port: must be a whole number",
    )


@pytest.mark.parametrize(
    ("addition", "where"),
    [
        ("publish: {folder: content/out}\n", "publish.folder"),
        ("publish: {folder: var}\n", "publish.folder"),
        ("content: {folder: var}\n", "content.folder"),
        ("content: {folder: .}\n", "content.folder"),
        ("publish: {folder: .}\n", "publish.folder"),
        ("database: {url: 'mysql://x'}\n", "database.url"),
        ("web: {listen: 8000}\n", "web.listen"),
        ("web: {listen: 'localhost:99999'}\n", "web.listen"),
        ("base: /tmp\n", "base"),
        ("feeds: {items: 0}\n", "feeds.items"),
        ("feeds: {paths: {rss: ../x.xml}}\n", "feeds"),
        ("feeds: {paths: {rss: atom.xml}}\n", "feeds"),
        ("feeds: {paths: {rss: index.html}}\n", "feeds"),
        ("feeds: {ttl: 10s}\n", "feeds.ttl"),
        ("feeds: {by: [month]}\n", "feeds.by.0"),
        ("feeds: {moved: [feed]}\n", "feeds.moved.0"),
        ("feeds: {moved: [/a/../b]}\n", "feeds.moved.0"),
        ("feeds: {moved: [/rss.xml]}\n", "feeds"),
        ("feeds: {named: {x: {tag: A}}}\n", "feeds.named.x.title"),
        ("feeds: {named: {X y: {title: A}}}\n", "feeds.named.X y"),
        ("feeds: {named: {x: {title: A, paths: {rss: ../x}}}}\n", "feeds"),
        ("feeds: {named: {x: {title: A, paths: {rss: /rss.xml}}}}\n", "feeds"),
        ("feeds: {named: {x: {title: A, moved: /o.xml}, y: {title: B, moved: /o.xml}}}\n", "feeds"),
        ("content: {every: 0m}\n", "content.every"),
    ],
)
def test_a_setting_that_cannot_work_is_a_fault(addition: str, where: str) -> None:
    """Overlapping folders, unknown databases and impossible values are named."""
    assert any(f": {where}: " in fault for fault in faults(GOOD + addition))


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("https://news.example.org/", "ftp://x"),
        ("kabar@news.example.org", "kabar"),
        ("[mon, sun]", "[mon, sunday]"),
        ("title: Kabar Contoh", "titel: Kabar"),
    ],
)
def test_overlaps_are_found_beside_other_faults(good: str, bad: str) -> None:
    """A fault elsewhere, even in what is required, does not hide that two folders overlap."""
    found = faults(GOOD.replace(good, bad) + "publish: {folder: content}\n")
    assert len(found) == (3 if "titel" in bad else 2)
    assert any("publish.folder: overlaps" in fault for fault in found)


def test_secrets_come_from_the_environment_and_are_not_shown() -> None:
    """${NAME} is replaced after parsing, so a password may hold any character, and repr hides it."""
    text = GOOD + '  transport: smtp\n  smtp: {password: "${SECRET}"}\n'
    config = parse(text, SECRET='p"a: [#ss')
    assert config.mail.smtp.read_password() == 'p"a: [#ss'
    assert "#ss" not in repr(config)
    assert "SECRET is not set" in faults(text)[0]


def test_an_unset_smtp_secret_is_no_fault_while_letters_go_to_a_folder() -> None:
    """The example configuration works before there is a password."""
    assert parse(GOOD + '  smtp: {password: "${SECRET}"}\n').mail.smtp.read_password() == ""
    assert parse(GOOD + '  relays: [{host: a.example, password: "${SECRET}"}]\n').mail.relays


def test_a_password_file_is_read_without_its_line_end(tmp_path: Path) -> None:
    """What an editor or a secret store adds at the end does not belong to the password."""
    (tmp_path / "secret").write_text("hunter2\n")
    config = parse(GOOD + f"  smtp: {{password_file: {tmp_path / 'secret'}}}\n")
    assert config.mail.smtp.read_password() == "hunter2"


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    """The first thing a newcomer may do wrong is answered with what to do."""
    with pytest.raises(ConfigError, match="syndicate init"):
        load_config(tmp_path / "config.yaml")


@pytest.mark.parametrize("text", ["a: ]", "- 1", "'", "a: *b", "[" * 9000, "a: !!python/object:os.system x"])
def test_what_is_no_configuration_is_one_placed_fault(text: str) -> None:
    """Broken YAML, lists, bombs and foreign tags end with a line and column."""
    assert faults(text)[0].startswith("config.yaml:1:")


@pytest.mark.parametrize(
    "zone", ["Asia", "../etc/passwd", "/etc/localtime", "localtime", "''", "5", "Asia/Jakarta/x"]
)
def test_what_is_no_zone_is_a_fault(zone: str) -> None:
    """Folders, paths and numbers name no zone."""
    [fault] = faults(GOOD.replace("Asia/Jakarta", zone))
    assert "publication.timezone: no time zone is named" in fault


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_configuration_or_a_list_of_faults(text: str) -> None:
    """No text makes the reader fail in another way."""
    try:
        parse(text)
    except ConfigError as error:
        assert error.faults


@given(st.integers(0, 99), st.integers(0, 99), st.integers(1, 99))
def test_lengths_of_time_add_up(days: int, hours: int, seconds: int) -> None:
    """Parts of a length may be combined."""
    expected = timedelta(days=days, hours=hours, seconds=seconds)
    assert parse_duration(f"{days}d {hours}h{seconds}s") == expected


def test_the_files_of_feeds_are_named_as_they_were_before() -> None:
    """Formats and the names of their files come from `feeds`."""
    config = parse(
        GOOD + "feeds: {formats: [rss, atom], paths: {rss: index.xml, atom: feeds/all.atom.xml}}\n"
    )
    assert config.feeds.formats == ("rss", "atom")
    assert config.feeds.paths == {"rss": "index.xml", "atom": "feeds/all.atom.xml"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('news: {x: {dated: "edisi .* terbit"}}', "needs a group (?P<date>...)"),
        ('news: {x: {byline: "oleh (?P<nama>.*)"}}', "needs a group (?P<name>...)"),
        ('news: {x: {drop: "("}}', "is no regular expression"),
        ('include: ["notes/[ab"]', "has a [ without its ]"),
        ('include: ["../x"]', "below the content folder"),
        ('exclude: [""]', "below the content folder"),
        ('exclude: "/"', "below the content folder"),
        ("languages: {en: english!}", "write a language tag"),
    ],
)
def test_settings_that_can_do_nothing_are_refused(content: str, told: str) -> None:
    """A rule without its group, a glob that matches nothing: told with their place."""
    [fault] = faults(GOOD + f"content: {{{content}}}\n")
    assert told in fault and fault.startswith("config.yaml:")


@pytest.mark.parametrize("said", ["https://hub.example/", "[https://hub.example/, https://hub.example/]"])
def test_a_hub_is_one_address_or_a_list(said: str) -> None:
    """Each counts once, as it is written: feeds name it."""
    assert parse(f"{GOOD}feeds: {{hub: {said}}}\n").feeds.hubs == ("https://hub.example/",)
    assert parse(GOOD).feeds.hubs == ()


@pytest.mark.parametrize("said", ["ftp://hub.example", "hub.example", "''", "[x]", "https://a@hub.example/"])
def test_a_hub_that_is_no_address_is_a_fault(said: str) -> None:
    """The fault says where."""
    [fault] = faults(f"{GOOD}feeds: {{hub: {said}}}\n")
    assert "feeds.hub" in fault
    assert "https://" in fault
