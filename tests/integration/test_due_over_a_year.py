"""400 days of a newsletter whose subscribers change their minds: each article that is due comes exactly once.

An account kept beside the ledger, from the rule alone, says after each step who must have what.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from publications import LONG_AGO, Publication, maker

from syndicate.app.mailing import Made, make_due_editions
from syndicate.app.people import add_people
from syndicate.model import Choice
from syndicate.store import choices, subscribers
from syndicate.store.tables import delivery, edition, rendition_article, subscriber

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
HOME = "Europe/Berlin"
ZONES = ("", "", "Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "America/Santiago")
EVERY_ZONE = frozenset((HOME, *ZONES)) - {""}
TOPICS = ("Politik", "Sport", "Budaya")
FREQUENCIES = ("", "", "daily", "weekly", "monthly", "instant")
LANGUAGES = ("", "id", "ar", "ja")
TEXTS = {
    "weekly": r"\d{4}-W\d\d",
    "monthly": r"\d{4}-\d\d",
    "daily": r"\d{4}-\d\d-\d\d",
    "instant": r"urn:.*|\d{4}-\d\d-\d\dT.*",
}
HTML = """\
<!DOCTYPE html><html lang="en" dir="ltr"><head><title>{{ subject }}</title></head>
<body><h1>News</h1><a href="{{ unsubscribe_url }}">Unsubscribe</a></body></html>
"""
PLAIN = {"subject.txt": "{{ articles|length }}\n", "digest.txt": "{{ unsubscribe_url }}\n"}


@dataclass(frozen=True)
class Told:
    """An article as its author sees it."""

    id: str
    topic: str
    at: datetime


@dataclass
class Person:
    """A subscriber as he sees it himself."""

    email: str
    start: datetime
    choice: Choice
    paused_until: datetime

    def wants(self, one: Told, until: datetime) -> bool:
        start = max(self.start, self.paused_until)
        return start <= one.at <= until and (not self.choice.topics or one.topic in self.choice.topics)

    def is_meant(self, occasion: str) -> bool:
        """Tell whether an occasion's text is of his hours."""
        frequency = self.choice.frequency or "daily"
        hours = [part for part in (self.choice.zone, self.choice.at) if part and frequency != "instant"]
        if frequency == "instant":
            return re.fullmatch(TEXTS[frequency], occasion) is not None
        return re.fullmatch(TEXTS[frequency] + "".join(f"/{part}" for part in hours), occasion) is not None


class Year:
    """The publication, its people, and the account of who has what."""

    def __init__(self, news: Publication, seed: int, most: int | None) -> None:
        self.news, self.chance, self.most = news, random.Random(seed), most  # noqa: S311
        self.told: list[Told] = []
        self.had: dict[str, Counter[str]] = defaultdict(Counter)
        self.people: list[Person] = []
        self.seen = 0
        self.made = 0

    def somebody_subscribes(self) -> None:
        email = f"reader{len(self.people)}@example.org"
        self.news.people_subscribe(email, days_ago=0)
        self.people.append(Person(email, self.news.now, Choice(), self.news.now))

    @property
    def present(self) -> list[Person]:
        return [one for one in self.people if one.start != NEVER] or self.people[:1]

    def an_article_comes(self) -> None:
        topic, number = self.chance.choice(TOPICS), len(self.told)
        head = f"---\ntitle: Article {number}\ntags: [{topic}]\n---\nWords of {number}.\n"
        (self.news.folder / "content" / f"a{number}.md").write_text(head)
        self.news.folder_is_scanned()
        found = self.news.records()[f"a{number}.md"]
        self.told.append(Told(found.id, topic, self.news.now))

    def somebody_changes(self) -> None:
        one = self.chance.choice(self.present)
        topics = () if self.chance.random() < 0.5 else tuple(sorted(self.chance.sample(TOPICS, 2)))
        one.choice = Choice(
            self.chance.choice(FREQUENCIES),  # type: ignore[arg-type]
            self.chance.choice(ZONES),
            self.chance.choice(("", "", "18:30", "02:15")),
            self.chance.choice(LANGUAGES),
            topics,
            self.chance.random() < 0.7,
        )
        with self.news.site.store.write() as tx:
            assert choices.choose(tx, one.email, "daily", one.choice, now=self.news.now)

    def somebody_pauses(self) -> None:
        one = self.chance.choice(self.present)
        one.paused_until = self.news.now + timedelta(days=self.chance.randint(1, 30))
        with self.news.site.store.write() as tx:
            assert choices.pause(tx, one.email, "daily", until=one.paused_until)

    def somebody_leaves(self) -> None:
        one = self.chance.choice(self.present)
        with self.news.site.store.write() as tx:
            token = next(x.token for x in subscribers.subscribers(tx, "daily") if x.email == one.email)
            assert subscribers.unsubscribe(tx, token, now=self.news.now)
        one.start = NEVER

    def who_left_comes_back(self) -> None:
        for one in [one for one in self.people if one.start == NEVER]:
            [result] = add_people(self.news.site, [one.email], ["daily"], resubscribe=True)
            assert result.good
            one.start = one.paused_until = self.news.now

    def time_passes(self, seconds: float) -> None:
        self.news.time_passes(seconds=seconds)
        made = make_due_editions(self.news.site, self.news.articles, now=self.news.now)
        self.check(made)
        self.news.letters_leave()

    def check(self, made: list[Made]) -> None:
        """Hold what was delivered against the account."""
        brought = self.brought()
        for one in made:
            assert one.fate in ("made", "nothing new", "no subscribers"), one
            self.made += one.fate == "made"
            for person in self.people:
                self.check_one(person, one, brought.pop((person.email, one.occasion.text), set()))
        assert not brought

    def check_one(self, person: Person, made: Made, got: set[str]) -> None:
        had = self.had[person.email]
        until = made.occasion.at
        due = {one.id for one in self.told if person.wants(one, until)} - set(had)
        if made.occasion.text.startswith("urn:"):
            due &= {made.occasion.text}
        if not person.is_meant(made.occasion.text) or person.paused_until > until:
            due = set()
        at_once = re.fullmatch(TEXTS["instant"], made.occasion.text)
        if self.most is None or len(due) <= self.most or at_once:
            assert got == due, (person, made.occasion, len(got), len(due))
        else:
            assert got <= due
            assert len(got) == self.most
        had.update(got)

    def brought(self) -> dict[tuple[str, str], set[str]]:
        """Return the articles in new deliveries, by person and occasion."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        columns = (delivery.c.id, subscriber.c.email, edition.c.occasion, rendition_article.c.article_id)
        new = (
            sa.select(*columns)
            .join_from(delivery, edition, edition.c.id == delivery.c.edition_id)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .join(rendition_article, rendition_article.c.rendition_id == delivery.c.rendition_id)
            .where(delivery.c.id > self.seen)
        )
        with self.news.site.store.read() as conn:
            for number, email, occasion, article in conn.execute(new):
                found[email, occasion].add(article)
                self.seen = max(self.seen, number)
        return found

    def hours(self) -> set[tuple[str, str]]:
        """Return the zones of all editions of the newsletter's hour, each with its wall clock."""
        with self.news.site.store.read() as conn:
            rows = conn.execute(sa.select(edition.c.occasion, edition.c.occasion_at)).all()
        found = set()
        for occasion, at in rows:
            zone = occasion.partition("/")[2] or HOME
            if (
                zone in EVERY_ZONE
                and not occasion.startswith("urn:")
                and "T" not in occasion.partition("/")[0]
            ):
                found.add((zone, at.astimezone(ZoneInfo(zone)).strftime("%H:%M")))
        return found


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication whose letters are nothing but their number of articles: they are not what is tried."""
    mine = tmp_path / "mine" / "mail"
    mine.mkdir(parents=True)
    for name, text in PLAIN.items():
        (mine / name).write_text(text)
    (mine / "digest.html").write_text(HTML)
    (tmp_path / "sites").mkdir()
    with maker(tmp_path / "sites") as make:
        yield make(zone=HOME, more=f"templates: {{folder: {mine.parent}}}\n", now=START)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("seed", "most", "days"), [(1, None, 400), (2, 3, 80)])
def test_every_article_that_is_due_comes_exactly_once(
    news: Publication, seed: int, most: int | None, days: int
) -> None:
    """Whoever switches frequency, topics, zone or language, or pauses: nothing twice, nothing missed.

    The 400 days hold the spring change and the autumn change, on both sides of the equator.
    """
    if most is not None:
        news.configuration_says('at: "07:00"', f'at: "07:00", max_items: {most}')
    assert news.file_clock == LONG_AGO
    year = Year(news, seed, most)
    year.somebody_subscribes()
    news.folder_is_scanned()
    events = [(0.35, year.an_article_comes), (0.05, year.somebody_changes), (0.008, year.somebody_pauses)]
    events += [(0.004, year.somebody_leaves), (0.02, year.who_left_comes_back)]
    while news.now < START + timedelta(days=days):
        for chance, event in events:
            if year.chance.random() < chance:
                event()
        if len(year.people) < 8 and year.chance.random() < 0.05:
            year.somebody_subscribes()
        year.time_passes(year.chance.randint(3600, 10 * 3600))
    assert len(year.told) > days
    assert year.made > 2 * days
    for counts in year.had.values():
        assert set(counts.values()) <= {1}
    clock = {zone: {at for where, at in year.hours() if where == zone} for zone in EVERY_ZONE}
    assert all(times == {"07:00"} for times in clock.values() if times or days == 400), clock
