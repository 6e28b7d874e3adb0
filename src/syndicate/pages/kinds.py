"""The kinds of pages: each turns the material into pages, and the table at the end names them all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from syndicate.pages.stories import Story
from syndicate.pages.values import Material, Page

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class Pager:
    """Where a list's page stands; the paths are "" at the ends."""

    number: int
    last: int
    newer: str
    older: str


def articles(material: Material) -> Iterator[Page]:
    """Yield a page for each article, in its own language."""
    for story in material.stories:
        context: dict[str, object] = {
            "story": story,
            "topics": [topic for topic in material.topics if topic.feed.folder in story.tag_folders],
        }
        yield Page(story.path, "pages/article.html", story.language, context)


def index(material: Material) -> Iterator[Page]:
    """Yield the front page and the pages of older articles behind it."""
    language = material.site.publication.language
    for path, context in _listed("", material.stories):
        yield Page(path, "pages/index.html", language, context)


def tags(material: Material) -> Iterator[Page]:
    """Yield for each tag the pages that list its articles."""
    language = material.site.publication.language
    for topic in material.topics:
        for path, context in _listed(f"{topic.feed.folder}/", topic.stories):
            yield Page(path, "pages/tag.html", language, {**context, "topic": topic}, feed=topic.feed)


def feed_list(material: Material) -> Iterator[Page]:
    """Yield the page that lists all feeds for people."""
    context: dict[str, object] = {
        "main_feeds": [feed for feed in material.feeds if not feed.folder],
        "topics": material.topics,
        "newsletters": material.site.newsletters,
    }
    yield Page("feeds/index.html", "pages/feeds.html", material.site.publication.language, context)


def missing(material: Material) -> Iterator[Page]:
    """Yield the page a server shows at an address where there is none."""
    yield Page("404.html", "pages/404.html", material.site.publication.language, {}, portable=False)


KINDS: tuple[Callable[[Material], Iterator[Page]], ...] = (articles, index, tags, feed_list, missing)


def _listed(prefix: str, stories: Sequence[Story]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield path and context of each page of a list; the first exists also where the list is empty."""
    last = max(1, -(-len(stories) // PER_PAGE))
    for number in range(1, last + 1):
        pager = Pager(
            number,
            last,
            newer=_list_path(prefix, number - 1) if number > 1 else "",
            older=_list_path(prefix, number + 1) if number < last else "",
        )
        shown = stories[(number - 1) * PER_PAGE : number * PER_PAGE]
        yield _list_path(prefix, number), {"stories": shown, "pager": pager}


def _list_path(prefix: str, number: int) -> str:
    return f"{prefix}index.html" if number == 1 else f"{prefix}page/{number}/index.html"
