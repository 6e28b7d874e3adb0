"""Steps of tests that look at who is mailed what: articles come, people choose, letters leave."""

from __future__ import annotations

import sqlalchemy as sa
from publications import Publication

from syndicate.model import Choice
from syndicate.store import choices
from syndicate.store.tables import article, delivery, edition, rendition_article, subscriber


def chooses(news: Publication, name: str, choice: Choice, newsletter: str = "daily") -> None:
    with news.site.store.write() as tx:
        assert choices.choose(tx, f"{name}@example.org", newsletter, choice, now=news.now)


def comes(news: Publication, name: str, *lines: str) -> None:
    """Let an article appear with more lines of front matter."""
    head = "\n".join(("---", f"title: {name}", *lines, "---"))
    (news.folder / "content" / f"{name}.md").write_text(f"{head}\nThe words of {name}.\n")
    news.folder_is_scanned()


def mailed(news: Publication, *, leaving: bool = True, **later: float) -> list[str]:
    """Let time pass; return what was made, a line for each edition. Its letters leave, else they wait."""
    news.time_passes(**later)
    made = news.due_editions_are_made()
    if leaving:
        news.letters_leave()
    return [f"{one.occasion.text} {one.fate}" for one in made]


def got(news: Publication, name: str, newsletter: str = "daily") -> list[str]:
    """Return the titles of each letter somebody was sent, in the order of the letters."""
    statement = (
        sa.select(delivery.c.id, article.c.title)
        .join_from(delivery, subscriber, subscriber.c.id == delivery.c.subscriber_id)
        .join(rendition_article, rendition_article.c.rendition_id == delivery.c.rendition_id)
        .join(article, article.c.id == rendition_article.c.article_id)
        .join(edition, edition.c.id == delivery.c.edition_id)
        .where(subscriber.c.email == f"{name}@example.org", delivery.c.state == "sent")
        .where(edition.c.newsletter == newsletter)
        .order_by(delivery.c.id, rendition_article.c.position)
    )
    letters: dict[int, list[str]] = {}
    with news.site.store.read() as conn:
        for number, title in conn.execute(statement):
            letters.setdefault(number, []).append(title)
    return [" ".join(titles) for titles in letters.values()]
