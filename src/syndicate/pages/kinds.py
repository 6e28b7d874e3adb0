"""The kinds of pages: each turns the material into pages, and the table at the end names them all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from syndicate.links import author_folder
from syndicate.model import Feed
from syndicate.pages.lists import listed, path_of
from syndicate.pages.stories import Story
from syndicate.pages.values import Material, Page, Topic

PREVIEWED: Final = 10  # articles of a feed that its preview shows
IN_FULL: Final = 5  # of them with their text: enough to judge a feed by
_LINKED: Final = ("categories", "tags")  # the kinds of topics named at the end of an article


def articles(material: Material) -> Iterator[Page]:
    """Yield a page for each article, in its own language."""
    by_folder = {topic.folder: topic for topic in material.topics}
    for story in material.stories:
        theirs = [by_folder[folder] for folder in story.folders]
        context: dict[str, object] = {
            "story": story,
            "topics": _linked(theirs),
            "writers": [(name, _path(by_folder.get(author_folder(name)))) for name in story.authors if name],
            "versions": material.versions.get(story.id, ()),
        }
        yield Page(
            story.path,
            "pages/article.html",
            story.language or material.site.publication.language,
            context,
            text=story.id,
            listed=not story.canonical,
            changed=story.changed,
            canonical=story.canonical,
        )


def index(material: Material) -> Iterator[Page]:
    """Yield the front page and the pages of older articles behind it."""
    for path, context in listed("", material.stories):
        signup = material.site.signup if path == path_of("", 0) else None
        yield _page(material, path, "pages/index.html", {**context, "signup": signup})


def topics(material: Material) -> Iterator[Page]:
    """Yield for each tag, category, author and language the pages that list its articles."""
    for topic in material.topics:
        for path, context in listed(f"{topic.folder}/", topic.stories):
            first = path == topic.path
            page = _page(
                material, path, "pages/topic.html", {**context, "topic": topic if first else _bare(topic)}
            )
            yield replace(page, feed=topic.feed)


def archive(material: Material) -> Iterator[Page]:
    """Yield the page that lists the months, and the pages of each."""
    yield _page(material, "archive/index.html", "pages/archive.html", {"months": material.months})
    for month in material.months:
        for path, context in listed(month.path.removesuffix("index.html"), month.stories):
            yield _page(material, path, "pages/month.html", {**context, "day": month.day})


def feed_list(material: Material) -> Iterator[Page]:
    """Yield the page that lists all feeds for people."""
    named = {topic.folder for topic in material.topics}
    context: dict[str, object] = {
        "own_feeds": [_lean(feed) for feed in material.feeds if feed.folder not in named],
        "kinds": [
            (kind, with_feed)
            for kind in ("categories", "tags", "authors", "languages")
            if (with_feed := [topic for topic in material.of_kind(kind) if topic.feed])
        ],
        "newsletters": material.site.newsletters,
        "opml": material.site.opml,
    }
    yield _page(material, "feeds/index.html", "pages/feeds.html", context)


def previews(material: Material) -> Iterator[Page]:
    """Yield for each feed a page that shows it to people, as browsers no longer do."""
    by_id = {story.id: story for story in material.stories}
    by_folder = {topic.folder: topic for topic in material.topics}
    for feed in material.feeds:
        shown: Sequence[Story] = [by_id[one.id] for one in feed.articles if one.id in by_id]
        if (not shown and feed.folder in by_folder) or not feed.folder:
            among = by_folder[feed.folder].stories if feed.folder else material.stories
            shown = sorted(among, key=lambda story: (-story.visible_at.timestamp(), story.id))
        full = material.site.carries_texts(feed.folder)
        context = {"feed": _lean(feed), "stories": shown[:PREVIEWED], "full": full}
        yield replace(
            _page(material, preview_path(feed.folder), "pages/preview.html", context),
            feed=_lean(feed) if feed.folder else None,
            shown=tuple(story.id for story in shown[:IN_FULL]) if full else (),
            listed=False,
        )


def missing(material: Material) -> Iterator[Page]:
    """Yield the page a server shows at an address where there is none."""
    yield Page("404.html", "pages/404.html", material.site.publication.language, {}, portable=False)


KINDS: tuple[Callable[[Material], Iterator[Page]], ...] = (
    articles,
    index,
    topics,
    archive,
    feed_list,
    previews,
    missing,
)


def preview_path(folder: str) -> str:
    """Return the path of the page that shows the feed in `folder`."""
    return f"{folder}/preview/index.html" if folder else "preview/index.html"


def _page(material: Material, path: str, template: str, context: dict[str, object]) -> Page:
    """Return a page in the publication's language; the pages behind the first of a list are not listed."""
    pager = context.get("pager")
    listed_too = not getattr(pager, "number", 0)
    return Page(path, template, material.site.publication.language, context, listed=listed_too)


def _linked(theirs: Sequence[Topic]) -> list[Topic]:
    """Return the categories and tags among `theirs`; what is both is named once, as the former."""
    found: dict[str, Topic] = {}
    for kind in _LINKED:
        for topic in theirs:
            if topic.kind == kind:
                found.setdefault(topic.folder.partition("/")[2], _bare(topic))
    return list(found.values())


def _bare(topic: Topic) -> Topic:
    """Return `topic` without its articles, whose number changes with each."""
    return replace(topic, stories=())


def _path(topic: Topic | None) -> str:
    return topic.path if topic else ""


def _lean(feed: Feed) -> Feed:
    return replace(feed, articles=(), gone=())
