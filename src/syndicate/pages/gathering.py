"""Articles and feeds -> the material of all pages: what is in which list, what is a version of what. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from syndicate import links
from syndicate.i18n import language_name
from syndicate.model import Article, Feed
from syndicate.pages.stories import Story
from syndicate.pages.values import Material, Month, PageSite, Stock, Topic, Version

TOPICS_IN_MENU: Final = 7
EVERYBODY: Final = "x-default"


def gather(site: PageSite, stock: Stock) -> Material:
    """Return the material for `site`; articles and feeds may come in any order."""
    by_id = sorted(stock.articles, key=lambda article: article.id)
    ordered = sorted(by_id, key=lambda article: article.published, reverse=True)
    feeds = tuple(sorted(stock.feeds, key=lambda feed: feed.folder))
    names = _names(ordered)
    stories = tuple(Story.of(article, names, site.publication.url) for article in ordered)
    topics = _topics(stories, names, {feed.folder: feed for feed in feeds})
    return Material(
        site=site,
        stories=stories,
        feeds=feeds,
        topics=tuple(topics),
        menu=_menu(topics),
        months=_months(stories, site.publication.timezone),
        versions=_versions(stories, site),
        digests=stock.digests,
    )


def _names(articles: Iterable[Article]) -> dict[str, str]:
    """Return the folders that have a page, each with its name as most of its articles spell it."""
    spellings: dict[str, Counter[str]] = defaultdict(Counter)
    for one in articles:
        for folder, name in links.folders_of(one.tags, one.categories, one.authors, one.language).items():
            spellings[folder][name] += 1
    numbers = Counter(folder.partition("/")[0] for folder in spellings)
    alone = {kind for kind in links.SHARED if numbers[kind] < 2}
    return {
        folder: min(found, key=lambda name: (-found[name], name))
        for folder, found in sorted(spellings.items())
        if folder.partition("/")[0] not in alone
    }


def _topics(stories: Sequence[Story], names: Mapping[str, str], feeds: Mapping[str, Feed]) -> list[Topic]:
    members: dict[str, list[Story]] = {folder: [] for folder in names}
    for story in stories:
        for folder in story.folders:
            members[folder].append(story)
    found = []
    for folder, name in names.items():
        kind = folder.partition("/")[0]
        shown = language_name(name) if kind == "languages" else name
        feed = feeds.get(folder)
        bare = replace(feed, articles=(), gone=()) if feed else None
        found.append(Topic(kind, shown, folder, bare, tuple(members[folder])))
    return sorted(found, key=lambda topic: (-len(topic.stories), topic.name, topic.folder))


def _menu(topics: Sequence[Topic]) -> tuple[Topic, ...]:
    """Return the largest categories, or tags where there are none; in steps of a quarter or so, then by name.

    The menu is on every page: were it sorted by the very numbers, one more article could change them all.
    """
    kind = "categories" if any(topic.kind == "categories" for topic in topics) else "tags"
    chosen = [topic for topic in topics if topic.kind == kind]
    by_size = sorted(chosen, key=lambda topic: (-(len(topic.stories) ** 3).bit_length(), topic.name))
    return tuple(by_size[:TOPICS_IN_MENU])


def _months(stories: Iterable[Story], zone: ZoneInfo) -> tuple[Month, ...]:
    """Return the months that have articles, the newest first."""
    found: dict[date, list[Story]] = {}
    for story in stories:
        found.setdefault(_day(story.published, zone).replace(day=1), []).append(story)
    return tuple(
        Month(f"archive/{day.year:04}/{day.month:02}/index.html", day, tuple(theirs))
        for day, theirs in sorted(found.items(), reverse=True)
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    try:
        return moment.astimezone(zone).date()
    except OverflowError:  # within a day of the calendar's ends
        return moment.date()


def _versions(stories: Iterable[Story], site: PageSite) -> dict[str, tuple[Version, ...]]:
    """Return the versions of the articles that are translations of one another, in the order of languages.

    Of two in one language the newer one counts. What was first published elsewhere is no version: its page
    is not the one that a search should find.
    """
    groups: dict[str, dict[str, Story]] = defaultdict(dict)
    for story in stories:
        if story.key and not story.canonical:
            groups[story.key].setdefault(story.language, story)
    found: dict[str, tuple[Version, ...]] = {}
    base, main = site.publication.url, site.publication.language
    for group in groups.values():
        if len(group) < 2:
            continue
        theirs = [Version(one, group[one].path, links.url(base, group[one].path)) for one in sorted(group)]
        usual = next((one for one in theirs if one.language == main), theirs[0])
        every = (*theirs, replace(usual, language=EVERYBODY))
        found.update((story.id, every) for story in group.values())
    return found
