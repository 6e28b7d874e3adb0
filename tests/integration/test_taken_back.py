"""What was remembered is used only where it still speaks for the files that are there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from publications import Publication, maker

from syndicate.cli import main
from syndicate.model import ArticleState
from syndicate.store import articles
from syndicate.store.tables import body, parsed

Maker = Callable[..., Publication]
WORDS = " ".join(f"word{n}" for n in range(60))


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """Two articles, built."""
    with maker(tmp_path) as make:
        made = make()
        for number in (1, 2):
            made.article_is_dropped(f"n{number}", f"{WORDS} of {number}.", date=f"2026-11-0{number}")
        made.is_built()
        yield made


def test_an_older_database_takes_the_ids_that_came_after_it(news: Publication, tmp_path: Path) -> None:
    """A backup restored beside the newer file of ids learns them from there, and forgets none."""
    copy = tmp_path / "copy.db"
    news.site.store.copy_into(copy)
    news.article_is_dropped("n3", f"{WORDS} of 3.", date="2026-11-03")
    news.is_built()
    before = {record.path: record.id for record in news.records().values()}
    news.site.store.close()
    for file in news.config.var.glob("syndicate.db*"):
        file.unlink()
    shutil.copy(copy, news.config.var / "syndicate.db")
    news.opens()
    news.is_built()
    assert {record.path: record.id for record in news.records().values()} == before


def test_a_path_alone_says_nothing_in_another_folder(news: Publication) -> None:
    """Another article at an old path of another content folder is new; one that is the same is known."""
    before = {record.path: record.id for record in news.records().values()}
    other = news.folder / "other"
    shutil.copytree(news.folder / "content", other)
    (other / "n1.md").write_text("---\ntitle: Quite another\ndate: 2026-11-20\n---\nOther words.\n")
    news.configuration_says("folder: content", "folder: other")
    news.is_built()
    with news.site.store.read() as conn:
        records = articles.records(conn)
    living = {one.path: one.id for one in records if one.state is ArticleState.PRESENT}
    assert living["n2.md"] == before["n2.md"]
    assert living["n1.md"] != before["n1.md"]
    assert [one.state for one in records if one.id == before["n1.md"]] == [ArticleState.FORGOTTEN]


def test_an_article_whose_file_became_another_is_gone(news: Publication) -> None:
    """A file that asks for the id of one that is gone leaves its own article without a file."""
    first, second = news.records()["n1.md"].id, news.records()["n2.md"].id
    content = news.folder / "content"
    text = (content / "n2.md").read_text()
    (content / "n2.md").unlink()
    (content / "n1.md").write_text(text.replace("---\n", f"---\nid: {second}\n", 1))
    news.is_built()
    with news.site.store.read() as conn:
        states = {one.id: one.state for one in articles.records(conn)}
    assert states == {first: ArticleState.MISSING, second: ArticleState.PRESENT}


@pytest.mark.parametrize("table", [body, parsed])
def test_what_another_version_remembered_stops_nothing(news: Publication, table: sa.Table) -> None:
    """A reading kept in a form that is none of ours is left, and the rest is published."""
    with news.site.store.write() as tx:
        tx.execute(sa.update(table).where(table.c.path == "n1.md").values(payload='{"unheard": 1}'))
    news.article_is_dropped("n3", f"{WORDS} of 3.", date="2026-11-03")
    news.is_built()
    feed = (news.folder / "public/rss.xml").read_text()
    assert "n2" in feed and "n3" in feed


def test_feeds_whose_ids_are_nowhere_else_are_kept(news: Publication) -> None:
    """With database and file of ids gone, the old feeds are set aside; adopted, they give the ids back."""
    before = {record.path: record.id for record in news.records().values()}
    news.site.store.close()
    shutil.rmtree(news.config.var)
    news.opens()
    scanned = news.folder_is_scanned()
    [told] = [fault.message for fault in scanned.faults if fault.kind == "content"]
    assert "syndicate adopt" in told
    news.is_built()
    news.site.store.close()
    with pytest.raises(SystemExit):
        main(
            [
                "adopt",
                str(news.config.var / "old-feeds" / "rss.xml"),
                "--config",
                str(news.folder / "config.yaml"),
            ]
        )
    news.opens()
    assert {record.path: record.id for record in news.records().values()} == before


def test_a_gone_text_of_another_version_is_compared_with_nothing(news: Publication) -> None:
    """A new file beside a gone article whose kept text is none of ours is read all the same."""
    with news.site.store.write() as tx:
        tx.execute(sa.update(body).where(body.c.path == "n1.md").values(payload='{"unheard": 1}'))
    (news.folder / "content" / "n1.md").unlink()
    news.article_is_dropped("n3", f"{WORDS} of 3.", date="2026-11-03")
    news.is_built()
    assert {"n2.md", "n3.md"} <= news.records().keys()
