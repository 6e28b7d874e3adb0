"""What `check` says of how letters look, and of who they say sends them."""

from __future__ import annotations

from pathlib import Path

import pytest

from syndicate.app.checking import check_all, settings_in_use
from syndicate.config import Config
from syndicate.configfile import load_config
from syndicate.errors import ConfigError

CONFIG = """\
publication: {title: News, url: https://news.example.org}
newsletters: {daily: {title: Daily}}
mail: {from: news@news.example.org}
"""
SMTP = "mail: {from: news@news.example.org, transport: smtp, smtp: {host: mail.example.org, per_day: 1}}"


def config(folder: Path, text: str) -> Config:
    (folder / "config.yaml").write_text(text)
    return load_config(folder / "config.yaml", {})


def warnings(folder: Path, text: str) -> dict[str, str]:
    faults, warned = settings_in_use(config(folder, text))
    assert not faults
    return {".".join(map(str, place)): words for place, words in warned}


def test_the_shipped_colours_are_fine(tmp_path: Path) -> None:
    """A configuration that says nothing of letters is told nothing of them."""
    assert not warnings(tmp_path, CONFIG)


def test_faint_colours_are_warned_of(tmp_path: Path) -> None:
    """Each is named by its setting, with its contrast and what it is on."""
    told = warnings(tmp_path, CONFIG + 'letter: {light: {accent: "#f90"}, dark: {muted: "#555555"}}\n')
    assert [*told] == ["letter.light.accent", "letter.dark.muted"]
    assert told["letter.light.accent"].startswith("has a contrast of 1.9 to letter.light.background; text")


def test_a_look_that_there_is_not_is_a_fault(tmp_path: Path) -> None:
    """It is told at the setting, with those that there are; one of the operator's own is there."""
    text = CONFIG.replace("title: Daily", "title: Daily, look: fancy") + "letter: {look: grand}\n"
    faults, _ = settings_in_use(config(tmp_path, text))
    there = "there are: headlines, magazine, plain"
    assert faults == [
        (("letter", "look"), f"there is no look 'grand'; {there}"),
        (("newsletters", "daily", "look"), f"there is no look 'fancy'; {there}"),
    ]
    for look in ("grand", "fancy"):
        (tmp_path / "own/mail/looks" / look).mkdir(parents=True)
        (tmp_path / "own/mail/looks" / look / "style.css").write_text("")
    assert not warnings(tmp_path, text + "templates: {folder: own}\n")


def test_what_is_left_to_the_web_needs_a_number(tmp_path: Path) -> None:
    """`rest: web` without `max_items` leaves nothing to it."""
    text = CONFIG.replace("title: Daily", "title: Daily, rest: web")
    assert [*warnings(tmp_path, text)] == ["newsletters.daily.rest"]
    assert not warnings(tmp_path, text.replace("rest: web", "rest: web, max_items: 3"))


def test_a_logo_that_is_not_shown_is_warned_of(tmp_path: Path) -> None:
    """One on a foreign host is told, one where syndicate answers is not."""
    text = CONFIG + "web: {url: https://mail.example.org}\nletter: {logo: https://%s.example.org/l.png}\n"
    assert [*warnings(tmp_path, text % "cdn")] == ["letter.logo"]
    assert not warnings(tmp_path, text % "mail") and not warnings(tmp_path, text % "news")


def test_a_footer_that_lacks_something_is_warned_of_once_mail_leaves(tmp_path: Path) -> None:
    """With `transport: smtp` address, privacy and contact are asked for; in a folder nobody reads them."""
    told = warnings(tmp_path, CONFIG.partition("mail:")[0] + SMTP)
    assert [*told] == ["publication.postal_address", "publication.privacy_url", "publication.contact"]


@pytest.mark.parametrize("letter", ["look: ../x", "light: {accent: red}", "width: 100", "logo: l.png"])
def test_a_letter_that_cannot_be_is_a_fault(tmp_path: Path, letter: str) -> None:
    """A look that is no name, a colour in words, a width too small and a relative logo are refused."""
    with pytest.raises(ConfigError):
        config(tmp_path, CONFIG + f"letter: {{{letter}}}\n")


def test_colours_that_would_stop_a_send_are_a_fault(tmp_path: Path) -> None:
    """Below 3 to 1 in a letter `check` says what the send would say; between that and 4.5 it only warns."""
    (tmp_path / "content").mkdir()
    (tmp_path / "content" / "a.md").write_text("---\ndate: 2026-01-01\n---\n# Tides\n\nThey come.\n")
    for colour, stops in (("#ff9900", True), ("#7b7b7b", False)):
        text = CONFIG + f'letter: {{light: {{accent: "{colour}", muted: "{colour}"}}}}\n'
        found = check_all(config(tmp_path, text), (), lambda _: "config.yaml")
        assert any("the letter of daily: contrast 2." in one for one in found.faults) == stops
        assert bool(found.faults) == stops
        assert any("letter.light.muted" in one for one in found.warnings)
