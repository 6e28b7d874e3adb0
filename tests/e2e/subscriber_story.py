"""What a subscriber does from the form to his deletion, at a running `syndicate run` with real letters."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

from browsing import Visitor
from letterbox import Letterbox, link_in
from test_pages_judged import Silent
from test_service import answer, free_port, here, running, syndicate, wait_for

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsmützen"
CONFIG = """\
publication:
  title: {title}
  url: http://127.0.0.1:{port}
  language: {language}
  timezone: Europe/Berlin
  privacy_url: http://127.0.0.1:{port}/articles/
content: {{folder: content, every: 1s}}
newsletters:
  daily: {{title: {daily}, at: "07:00", topics: [{topics}], welcome: latest}}
  weekly: {{title: "{weekly} {long} & <more>", at: "07:00", frequency: weekly}}
mail:
  from: {daily} <news@news.example.org>
{mail}
web: {{listen: "127.0.0.1:{port}", trusted_proxies: [127.0.0.1]}}
"""
TO_FOLDER = "  folder: var/mail"
TO_RELAY = "  transport: smtp\n  smtp: {{host: 127.0.0.1, port: {port}, security: none}}"
WORDS = {
    "en": {"title": "Tide & Town", "daily": "Daily Tide", "weekly": "Weekly", "topics": "harbour, weather"},
    "ar": {
        "title": "أخبار البحر",
        "daily": "النشرة اليومية",
        "weekly": "الأسبوعية",
        "topics": "الميناء, الطقس",
    },
}


@dataclass
class Town:
    """A publication that runs: where it is, where it answers, and where its letters arrive."""

    folder: Path
    url: str
    letters: Letterbox
    language: str
    made: list[str] = field(default_factory=list)

    @property
    def topics(self) -> list[str]:
        return WORDS[self.language]["topics"].split(", ")

    @property
    def weekly(self) -> str:
        return f"{WORDS[self.language]['weekly']} {LONG} & <more>"

    def gets(self, address: str, newsletter: str = "daily") -> str:
        """Return how somebody's subscription stands as the operator sees it, "" for none."""
        rows = json.loads(here(self.folder, "subscribers", "list", "--json"))
        states = {(row["email"], row["newsletter"]): str(row["state"]) for row in rows}
        return states.get((address, newsletter), "")

    def publishes(self, title: str, tag: str) -> None:
        """Let an article come, and an edition with it."""
        name = f"a{len(self.made)}"
        self.made.append(title)
        text = f"---\ntitle: {title}\ntags: [{tag}]\n---\nWords about it.\n"
        draft = self.folder / f"{name}.md"
        draft.write_text(text)
        os.utime(draft, (time.time() - 3,) * 2)  # one that is still written would wait
        draft.rename(self.folder / "content" / draft.name)
        wait_for(lambda: title in answer(f"{self.url}/feed.json")[1])
        syndicate(self.folder, "digest", "send", "daily", "--now")


@contextmanager
def town(
    folder: Path, *, language: str = "en", relay: int = 0, mailbox: Path | None = None
) -> Iterator[Town]:
    """Let a publication of `language` run, which has made one edition."""
    port, words = free_port(), WORDS[language]
    mail = TO_RELAY.format(port=relay) if relay else TO_FOLDER
    config = CONFIG.format(port=port, language=language, long=LONG, mail=mail, **words)
    (folder / "content").mkdir(parents=True)
    (folder / "config.yaml").write_text(config)
    letters = Letterbox(mailbox or folder / "var/mail")
    with running(folder, port) as (url, _):
        here(folder, "subscribers", "add", "first@example.org", "--newsletter", "daily")
        place = Town(folder, url, letters, language)
        place.publishes("The first of all", place.topics[0])
        letters.new_for("first@example.org")
        yield place
    log = (folder / "log").read_text()
    assert not re.search(r"@example\.org|ERROR|WARNING|Traceback", log), log


def signs_up(visitor: Visitor, place: Town, address: str) -> None:
    """By the short form of the front page, and once more; both letters' links are the same wish."""
    visitor.opens(f"{place.url}/")
    visitor.looks("front page")
    visitor.checks(WORDS[place.language]["daily"])
    visitor.types("Your e-mail address", address)
    visitor.presses("Subscribe")
    visitor.sees("Check your mail")
    assert visitor.reads("news@news.example.org")
    letter = place.letters.new_for(address)
    assert visitor.reads(str(letter["Subject"]))
    assert visitor.reads(WORDS[place.language]["daily"])
    visitor.presses("Send it once more")
    visitor.sees("Check your mail", name="once more")
    again = place.letters.new_for(address)
    assert again["Subject"] == letter["Subject"]
    assert link_in(again, "/confirm/") != link_in(letter, "/confirm/")


def signs_up_with_choices(visitor: Visitor, place: Town, address: str) -> str:
    """By the whole form, where he was wrong first; return the link that he was mailed."""
    visitor.opens(f"{place.url}/")
    visitor.follows("More choices: how often, topics, language")
    visitor.sees("Subscribe by e-mail", name="form")
    visitor.types("Your e-mail address", "who..me@example.org")
    visitor.checks(WORDS[place.language]["daily"])
    visitor.presses("Subscribe")
    visitor.sees("Subscribe by e-mail", name="form with an error")
    assert visitor.reads(visitor.said("This is no e-mail address. One looks like name@example.org."))
    visitor.types("Your e-mail address", address)
    visitor.checks(place.weekly)
    visitor.unfolds("How often, in which language, when")
    visitor.chooses("How often", "weekly")
    visitor.checks(place.topics[0])
    visitor.chooses("Time zone", "Asia/Tokyo")
    visitor.looks("form unfolded")
    visitor.presses("Subscribe")
    visitor.sees("Check your mail", name="check your mail after choices")
    return link_in(place.letters.new_for(address), "/confirm/")


def confirms(visitor: Visitor, place: Town, address: str, link: str) -> None:
    """A scanner has fetched the link before; he presses in two tabs, and is sent the latest edition once."""
    assert answer(link)[0] == 200
    assert not place.gets(address)
    visitor.opens(link)
    visitor.sees("Confirm the subscription")
    with visitor.another_tab(link) as tab:
        visitor.presses("Confirm the subscription")
        visitor.sees("You are subscribed")
        tab.locator("main button").click()
        assert tab.locator("h1").inner_text() == visitor.said("You are subscribed")
    assert visitor.reads(place.made[-1])
    assert place.gets(address) == "active"
    welcome = place.letters.new_for(address)
    assert place.made[-1] in str(welcome.get_body(("plain",)))
    assert place.letters.nothing_for(address)
    visitor.opens(link)
    visitor.sees("You are subscribed", name="second visit")


def changes_his_mind(visitor: Visitor, place: Town) -> None:
    """On the preferences page, from the page that confirmed: how often, when, topics, a pause for a week."""
    visitor.follows("Preferences")
    visitor.sees("Preferences")
    visitor.chooses("How often", "daily")
    visitor.types("Time of day", "08:30")
    visitor.chooses("Time zone", "Europe/Paris")
    visitor.checks(place.topics[1])
    visitor.presses("Save")
    visitor.sees("Preferences", name="saved")
    assert visitor.reads(visitor.said("Your preferences are saved."))
    assert visitor.reads("Europe/Paris")
    visitor.chooses("Pause", "date")
    visitor.presses("Save")
    visitor.sees("Preferences", name="preferences with an error")
    assert visitor.reads(visitor.said("Choose a day that is still to come."))
    visitor.chooses("Pause", "week")
    visitor.presses("Save")
    visitor.sees("Preferences", name="paused")
    visitor.chooses("Pause", "resume")
    visitor.presses("Save")
    visitor.sees("Preferences", name="resumed")


def leaves_and_comes_back(visitor: Visitor, place: Town, address: str, link: str) -> None:
    """By the link of a letter: unsubscribed, undone, unsubscribed for a reason."""
    visitor.opens(link)
    visitor.sees("Unsubscribe")
    assert place.gets(address) == "active"
    visitor.presses("Unsubscribe")
    visitor.sees("You are unsubscribed")
    assert place.gets(address) == "unsubscribed"
    visitor.presses("Undo")
    visitor.sees("You are subscribed again")
    assert place.gets(address) == "active"
    visitor.opens(link)
    visitor.presses("Unsubscribe")
    visitor.checks("Too many letters")
    visitor.types("In your own words", "All is well, but it is much. <b>Bye</b>")
    visitor.presses("Send")
    visitor.sees("You are unsubscribed", name="thanks for the reason")
    assert place.gets(address) == "unsubscribed"
    visitor.opens(link)
    visitor.sees("You are unsubscribed", name="unsubscribed before")


def takes_his_data_along(visitor: Visitor, place: Town, address: str, preferences: str) -> None:
    """By a link that is mailed to him: the export, a new address, and at the end nothing left of either."""
    moved = address.replace("@", ".moved@")
    account = opens_his_data(visitor, place, address, preferences)
    with visitor.page.expect_download() as download:
        visitor.follows("Download my data")
    assert address in download.value.path().read_text()
    visitor.types("New e-mail address", "who..me@example.org")
    visitor.presses("Mail a link there")
    visitor.sees("Your data", name="account with an error")
    visitor.types("New e-mail address", moved)
    visitor.presses("Mail a link there")
    visitor.sees("Check your mail", name="check your mail for the move")
    changes_his_address(visitor, place, address, moved)
    visitor.opens(account)
    visitor.sees("This link works no more")
    opens_his_data(visitor, place, moved, preferences)
    visitor.checks("Yes, delete everything about me")
    visitor.presses("Delete everything")
    visitor.sees("Everything is deleted")
    visitor.opens(preferences)
    visitor.sees("This link is not known")
    assert not any(place.gets(one, name) for one in (address, moved) for name in ("daily", "weekly"))


def opens_his_data(visitor: Visitor, place: Town, address: str, preferences: str) -> str:
    """Ask for a link by the page that each letter leads to, and return it, opened."""
    visitor.opens(preferences)
    visitor.presses("Mail me a link")
    visitor.sees("Check your mail", name="check your mail for the account")
    link = link_in(place.letters.new_for(address), "/account/")
    visitor.opens(link)
    visitor.sees("Your data")
    return link


def changes_his_address(visitor: Visitor, place: Town, address: str, moved: str) -> None:
    """By the link in the letter to the new address; the old one is told."""
    visitor.opens(link_in(place.letters.new_for(moved), "/move/"))
    visitor.sees("Change the address")
    assert place.gets(address)
    visitor.presses("Confirm the new address")
    visitor.sees("The address is changed")
    assert moved not in str(place.letters.new_for(address))
    assert not place.gets(address)
    assert (place.gets(moved), place.gets(moved, "weekly")) == ("unsubscribed", "active")


def whole_story(visitor: Visitor, place: Town, name: str) -> None:
    """From the front page to the end, each step by the page or the letter before."""
    signs_up(visitor, place, f"{name}.first@example.org")
    address = f"{name}@example.org"
    link = signs_up_with_choices(visitor, place, address)
    confirms(visitor, place, address, link)
    changes_his_mind(visitor, place)
    place.publishes(f"News for {name}", place.topics[1])
    letter = place.letters.new_for(address)
    assert f"News for {name}" in str(letter.get_body(("plain",)))
    leaves_and_comes_back(visitor, place, address, link_in(letter, "/unsubscribe/"))
    takes_his_data_along(visitor, place, address, link_in(letter, "/preferences/"))


@contextmanager
def other_site(folder: Path) -> Iterator[str]:
    """Serve `folder` from an origin of its own for the block; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
