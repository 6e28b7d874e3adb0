"""Articles stay who they are: over edits, moves, copies, another folder, and a database that was lost."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from lxml import etree
from publications import Publication, maker

from syndicate.app import identities
from syndicate.cli import main
from syndicate.errors import SyndicateError
from syndicate.model import ArticleState
from syndicate.store import articles

Maker = Callable[..., Publication]
WORDS = " ".join(f"word{n}" for n in range(60))


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    with maker(tmp_path) as make:
        yield make


@pytest.fixture
def news(publication: Maker) -> Publication:
    """Three articles, one of a tag, built; somebody reads the newsletter."""
    made = publication()
    made.people_subscribe("a@example.org")
    for number in (1, 2, 3):
        path = made.article_is_dropped(f"n{number}", f"{WORDS} of {number}.", date=f"2026-11-0{number}")
        path.write_text(path.read_text().replace("\n---\n", "\ntags: [boats]\n---\n", 1))
    made.is_built()
    return made


def ids_in_feeds(site: Publication) -> dict[str, str]:
    """Return the id of each item of the main feed by its title, and of both feeds themselves."""
    found = {}
    for name in ("atom.xml", "tags/boats/atom.xml"):
        feed = etree.parse(site.folder / "public" / name).getroot()
        found[name] = str(feed.findtext("{*}id"))
        for entry in feed.iterfind("{*}entry"):
            found[str(entry.findtext("{*}title"))] = str(entry.findtext("{*}id"))
    return found


def the_database_is_lost(site: Publication) -> None:
    site.site.store.close()
    for file in site.config.var.glob("syndicate.db*"):
        file.unlink()
    site.opens()


def run(site: Publication, *words: str) -> int:
    """Run the command as the operator does; return its exit status."""
    with pytest.raises(SystemExit) as left:
        main([*words, "--config", str(site.folder / "config.yaml")])
    return int(left.value.code or 0)


# ---------------------------------------------------------------- the file of ids


def test_a_lost_database_is_rebuilt_with_every_id(news: Publication) -> None:
    """Delete the database, change publication.url, build: ids equal, nothing is mailed."""
    news.time_passes(hours=2)
    assert [made.fate for made in news.due_editions_are_made()] != ["exists"]
    before, records = ids_in_feeds(news), news.records()
    the_database_is_lost(news)
    news.configuration_says("http://127.0.0.1:8000", "https://new.example.org/blog")
    news.people_subscribe("a@example.org")
    news.is_built()
    assert ids_in_feeds(news) == before
    assert "https://new.example.org/blog" in (news.folder / "public/rss.xml").read_text()
    assert news.records() == records
    for _ in range(3):
        news.time_passes(days=1)
        assert [made.fate for made in news.due_editions_are_made()] == ["nothing new"]


def test_what_came_since_the_loss_is_news(news: Publication) -> None:
    """A rebuilt database is no first scan for the articles that come later."""
    the_database_is_lost(news)
    news.people_subscribe("a@example.org")
    news.is_built()
    news.time_passes(hours=2)
    news.due_editions_are_made()
    news.article_is_dropped("fresh", "Fresh words.", date="2026-11-20")
    news.is_built()
    news.time_passes(days=1)
    [made] = news.due_editions_are_made()
    assert [article.title for article in made.articles] == ["fresh"]


def test_a_file_that_went_with_the_database_is_missed(news: Publication) -> None:
    """What the file of ids knows and the folder has not is missing, and withdrawn in its time."""
    gone = news.records()["n2.md"].id
    the_database_is_lost(news)
    (news.folder / "content/n2.md").unlink()
    news.is_built()
    assert news.records()["n2.md"].state is ArticleState.MISSING
    news.time_passes(minutes=15)
    assert news.folder_is_scanned().withdrawn == 1
    news.article_is_dropped("n2", f"{WORDS} of 2.", date="2026-11-02")
    path = news.folder / "content/n2.md"
    path.write_text(path.read_text().replace("\n---\n", "\ntags: [boats]\n---\n", 1))
    news.is_built()
    assert news.records()["n2.md"].id == gone


def test_a_file_that_moved_while_the_database_was_lost_is_found(news: Publication) -> None:
    """By what it says, as ever."""
    before = news.records()["n1.md"].id
    the_database_is_lost(news)
    (news.folder / "content/n1.md").rename(news.folder / "content/renamed.md")
    news.is_built()
    assert news.records()["renamed.md"].id == before


def test_every_change_of_an_identity_is_in_the_file(news: Publication) -> None:
    """New ids, slugs, dates and withdrawals survive the database."""
    path = news.folder / "content/n1.md"
    text = path.read_text()
    path.write_text(text.replace("title: n1", "title: n1\nid: tag:own,2026:1\nslug: other"))
    news.is_built()
    (news.folder / "content/n2.md").unlink()
    news.folder_is_scanned(accept_removals=True)
    news.is_built()
    with news.site.store.read() as conn:
        before = {one.id: one for one in articles.records(conn)}
    assert before["tag:own,2026:1"].aliases == ("/articles/n1/",)
    the_database_is_lost(news)
    news.is_built()
    with news.site.store.read() as conn:
        assert {one.id: one for one in articles.records(conn)} == before


def test_an_empty_folder_keeps_the_file(news: Publication) -> None:
    """With the database and the content gone at once, the ids wait in the file for the content."""
    before = ids_in_feeds(news)
    the_database_is_lost(news)
    (news.folder / "content").rename(news.folder / "elsewhere")
    news.folder_is_scanned()
    (news.folder / "elsewhere").rename(news.folder / "content")
    news.is_built()
    assert ids_in_feeds(news) == before


def test_a_rebuilding_that_is_cut_short_begins_anew(
    news: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All ids come back or none, so that the next build can try again."""
    before = ids_in_feeds(news)
    the_database_is_lost(news)
    monkeypatch.setattr(identities, "_BATCH", 1)
    real, calls = articles.save_records, 0

    def die_soon(*args: object, **more: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise SystemExit
        real(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(articles, "save_records", die_soon)
        with pytest.raises(SystemExit):
            news.folder_is_scanned()
    news.is_built()
    assert ids_in_feeds(news) == before


def test_the_last_line_may_be_cut_short(news: Publication) -> None:
    """A power cut while a line was added costs that line alone."""
    file = identities.place(news.site)
    whole = file.read_bytes()
    assert whole.endswith(b"}\n")
    file.write_bytes(whole + b'{"id":"urn:uuid:half')
    records, feeds = identities.read(file)
    assert (len(records), len(feeds)) == (3, 2)
    the_database_is_lost(news)
    news.is_built()
    assert len(news.records()) == 3


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "null", "{}", '{"id":1}', '{"feed":"x"}', '{"id":"a","path":"b","state":"odd"}'],
)
def test_a_foreign_line_is_named(news: Publication, line: str) -> None:
    """A file of ids that somebody changed is refused with its line, and nothing is lost."""
    file = identities.place(news.site)
    whole = file.read_text()
    file.write_text(f"{line}\n{whole}")
    with pytest.raises(SyndicateError, match=r"ids\.jsonl:1: "):
        identities.read(file)


def test_the_file_grows_by_what_changed(news: Publication) -> None:
    """A new article adds its line; nothing new adds nothing."""
    file = identities.place(news.site)
    before = file.read_bytes()
    news.is_built()
    assert file.read_bytes() == before
    news.article_is_dropped("n4", "Other words.", date="2026-11-04")
    news.is_built()
    assert file.read_bytes().startswith(before)
    assert len(file.read_bytes().splitlines()) == len(before.splitlines()) + 1


def test_a_file_that_was_deleted_or_changed_is_written_anew(news: Publication) -> None:
    """The database is there, so the file follows it at the next change."""
    file = identities.place(news.site)
    file.unlink()
    news.article_is_dropped("n4", "Other words.", date="2026-11-04")
    news.is_built()
    assert len(identities.read(file)[0]) == 4


def test_ids_are_exported_and_imported(
    news: Publication, publication: Maker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`articles ids export` on the old machine, `import` on the new one, then build: every id is there."""
    before = ids_in_feeds(news)
    assert run(news, "articles", "ids", "export", str(tmp_path / "ids")) == 0
    assert "5 ids" in capsys.readouterr().out
    assert run(news, "articles", "ids", "export") == 0
    assert capsys.readouterr().out == (tmp_path / "ids").read_text()
    other = publication()
    shutil.rmtree(other.folder / "content")
    shutil.copytree(news.folder / "content", other.folder / "content")
    assert run(other, "articles", "ids", "import", str(tmp_path / "ids")) == 0
    assert "3 articles and 2 feeds known" in capsys.readouterr().out
    other.is_built()
    assert ids_in_feeds(other) == before


def test_ids_are_imported_over_those_of_a_build(
    news: Publication, publication: Maker, tmp_path: Path
) -> None:
    """Whoever built first and remembered the file later gets the ids of the file, article by article."""
    before = {name: number for name, number in ids_in_feeds(news).items() if name.startswith("n")}
    run(news, "articles", "ids", "export", str(tmp_path / "ids"))
    other = publication()
    shutil.rmtree(other.folder / "content")
    shutil.copytree(news.folder / "content", other.folder / "content")
    other.is_built()
    assert run(other, "articles", "ids", "import", str(tmp_path / "ids")) == 0
    other.is_built()
    assert {name: number for name, number in ids_in_feeds(other).items() if name in before} == before
    assert len(other.records()) == 3
    assert run(other, "articles", "ids", "import", str(tmp_path / "ids")) == 0
    other.is_built()
    assert len(other.records()) == 3


def test_an_imported_file_that_is_none_is_refused(news: Publication, tmp_path: Path) -> None:
    """With the line, and an exit status that says so."""
    (tmp_path / "ids").write_text(json.dumps({"no": "id"}) + "\n{}\n")
    assert run(news, "articles", "ids", "import", str(tmp_path / "ids")) != 0
    assert len(news.records()) == 3


# ---------------------------------------------------------------- moves, edits, dates


def test_an_edit_changes_updated_alone(news: Publication) -> None:
    """The feed's item has its id, its date, and a later moment of change."""
    before, ids = news.records()["n1.md"], ids_in_feeds(news)
    news.time_passes(days=1)
    path = news.folder / "content/n1.md"
    path.write_text(path.read_text().replace("word7 ", "changed "))
    news.is_built()
    after = news.records()["n1.md"]
    assert ids_in_feeds(news) == ids
    assert after.updated_at == news.now
    assert (after.published_at, after.visible_at) == (before.published_at, before.visible_at)


def test_a_new_date_moves_in_feeds_and_never_mails_again(news: Publication) -> None:
    """A changed date changes the place in feeds and pages, keeps the id, and mails nothing twice."""
    news.article_is_dropped("fresh", "Fresh words.", date="2026-11-22")
    news.is_built()
    news.time_passes(days=1, hours=2)
    [made] = news.due_editions_are_made()
    assert [article.title for article in made.articles] == ["fresh"]
    news.letters_leave()
    ids = ids_in_feeds(news)
    for name, day in (("n1", "2026-11-22"), ("fresh", "2026-11-23")):
        path = news.folder / f"content/{name}.md"
        path.write_text(
            path.read_text().replace("date: 2026-11-01", f"date: {day}").replace("2026-11-22", day)
        )
    news.is_built()
    assert ids_in_feeds(news) == ids
    assert [article.title for article in news.articles] == ["fresh", "n1", "n3", "n2"]
    for _ in range(3):
        news.time_passes(days=1)
        assert [made.fate for made in news.due_editions_are_made()] == ["nothing new"]


@pytest.mark.parametrize(
    ("old", "new"), [("date: 2026-11-22", "date: 2026-12-24"), ("title:", "draft: true\ntitle:")]
)
def test_hidden_and_back_is_the_same_article(news: Publication, old: str, new: str) -> None:
    """Moved to the future or to draft: hidden, no tombstone; back again: same id, not mailed again."""
    path = news.article_is_dropped("fresh", "Fresh words.", date="2026-11-22")
    news.is_built()
    news.time_passes(days=1, hours=2)
    assert [made.fate for made in news.due_editions_are_made()] == ["made"]
    news.letters_leave()
    before, text = news.records()["fresh.md"], path.read_text()
    path.write_text(text.replace(old, new))
    scanned = news.folder_is_scanned()
    news.folder_is_published()
    assert "Fresh words." not in (news.folder / "public/rss.xml").read_text()
    assert scanned.withdrawn == 0 and news.records()["fresh.md"].state is ArticleState.PRESENT
    news.time_passes(days=2)
    path.write_text(text)
    news.is_built()
    after = news.records()["fresh.md"]
    assert (after.id, after.visible_at, after.slug) == (before.id, before.visible_at, before.slug)
    assert "Fresh words." in (news.folder / "public/rss.xml").read_text()
    assert [made.fate for made in news.due_editions_are_made()] == ["nothing new"]


def test_a_new_slug_keeps_the_old_address_as_an_alias(news: Publication) -> None:
    """The article tells its old addresses by itself."""
    path = news.folder / "content/n1.md"
    for slug in ("second", "third"):
        text = path.read_text()
        head = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("slug:"))
        path.write_text(head.replace("title: n1", f"title: n1\nslug: {slug}"))
        news.is_built()
    article = next(one for one in news.articles if one.title == "n1")
    assert (article.slug, article.aliases) == ("third", ("/articles/n1/", "/articles/second/"))


def test_a_rename_keeps_everything(news: Publication) -> None:
    """Another name in another folder is the same article at the same address, mailed once."""
    before, ids = news.records()["n1.md"], ids_in_feeds(news)
    (news.folder / "content/deep").mkdir()
    (news.folder / "content/n1.md").rename(news.folder / "content/deep/other.md")
    news.is_built()
    after = news.records()["deep/other.md"]
    assert (after.id, after.slug, after.address, after.aliases) == (
        before.id, before.slug, before.address, (),
    )  # fmt: skip
    assert ids_in_feeds(news) == ids


# ---------------------------------------------------------------- copies


def test_a_copy_is_named_and_published_once(news: Publication, capsys: pytest.CaptureFixture[str]) -> None:
    """The same text at two living paths is one article, and `check` names the other."""
    shutil.copy(news.folder / "content/n1.md", news.folder / "content/copy.md")
    [fault] = news.folder_is_scanned().faults
    assert str(fault) == "content/copy.md: says what n1.md says; only that one counts"
    news.folder_is_published()
    assert len(list(news.articles)) == 3
    assert news.folder_is_scanned().faults == (fault,)
    run(news, "check")
    said = "".join(capsys.readouterr())
    assert "copy.md" in said and "n1.md" in said


def test_the_copy_takes_over(news: Publication) -> None:
    """When the original goes the copy is the article, with its id and its address, and nobody is mailed."""
    before = news.records()["n1.md"]
    shutil.copy(news.folder / "content/n1.md", news.folder / "content/copy.md")
    news.is_built()
    (news.folder / "content/n1.md").unlink()
    assert news.folder_is_scanned().faults == ()
    after = news.records()
    assert "n1.md" not in after and (after["copy.md"].id, after["copy.md"].slug) == (before.id, before.slug)


def test_a_copy_that_is_changed_is_an_article(news: Publication) -> None:
    """A copy whose text differs is new, with id and slug of its own; so is one whose original changes."""
    for name in ("copy", "again"):
        shutil.copy(news.folder / "content/n1.md", news.folder / f"content/{name}.md")
    news.is_built()
    copy = news.folder / "content/copy.md"
    copy.write_text(copy.read_text() + "\nAnd more.\n")
    assert len(news.folder_is_scanned().faults) == 1
    assert len(news.records()) == 4
    original = news.folder / "content/n1.md"
    original.write_text(original.read_text().replace("word3 ", "changed "))
    assert news.folder_is_scanned().faults == ()
    records = news.records()
    assert len({one.id for one in records.values()}) == len({one.slug for one in records.values()}) == 5


def test_plain_text_copied_again_on_another_day_is_folded(publication: Maker) -> None:
    """Under the same title with nearly the same words, whatever stands around it."""
    news = publication()
    body = "\n\n".join(f"Paragraf {n}: {WORDS}." for n in range(3))
    (news.folder / "content/a.txt").write_text(f"Judul Berita Hari Ini\n\n{body}\n")
    news.is_built()
    before = news.records()["a.txt"]
    (news.folder / "content/b.txt").write_text(f"Judul Berita Hari Ini\n\n{body} Tamat.\n")
    (news.folder / "content/c.txt").write_text("Judul Berita Hari Ini\n\nBerita yang lain sama sekali.\n")
    [fault] = news.folder_is_scanned().faults
    assert "b.txt" in str(fault) and "a.txt" in str(fault)
    assert news.records()["a.txt"] == before and sorted(news.records()) == ["a.txt", "c.txt"]


# ---------------------------------------------------------------- another folder


def test_another_folder_forgets_and_never_withdraws(news: Publication) -> None:
    """The articles of the former folder are in no feed, counted as withdrawn by nobody, and come back."""
    before = ids_in_feeds(news)
    (news.folder / "other").mkdir()
    (news.folder / "other/x.md").write_text("---\ntitle: x\ndate: 2020-01-01\n---\nOther words.\n")
    news.configuration_says("folder: content", "folder: other")
    scanned = news.folder_is_scanned()
    assert (scanned.withdrawn, scanned.held, scanned.faults) == (0, 0, ())
    assert news.folder_is_published().articles == 1
    with news.site.store.read() as conn:
        assert articles.count(conn) == {"forgotten": 3, "present": 1}
    news.configuration_says("folder: other", "folder: content")
    news.is_built()
    assert ids_in_feeds(news) == before
    with news.site.store.read() as conn:
        assert articles.count(conn) == {"forgotten": 1, "present": 3}


def test_a_slip_in_the_folders_name_forgets_nothing(news: Publication) -> None:
    """A folder that is not there is told, and every article stays."""
    news.configuration_says("folder: content", "folder: contnet")
    scanned = news.folder_is_scanned()
    assert not scanned.present and len(news.records()) == 3
    news.configuration_says("folder: contnet", "folder: content")
    assert news.folder_is_scanned().read == 0
    assert {one.state for one in news.records().values()} == {ArticleState.PRESENT}


def test_what_moves_along_with_the_folder_stays(news: Publication) -> None:
    """A folder that was renamed, with all that is in it, changes nothing at all."""
    before, records = ids_in_feeds(news), news.records()
    (news.folder / "content").rename(news.folder / "articles")
    news.configuration_says("folder: content", "folder: articles")
    scanned = news.folder_is_scanned()
    assert (scanned.read, scanned.faults) == (0, ())
    news.folder_is_published()
    assert (ids_in_feeds(news), news.records()) == (before, records)


# ---------------------------------------------------------------- a correction


def test_a_correction_is_kept(news: Publication) -> None:
    """What the front matter says was corrected is the article's, and counts as an edit."""
    path = news.folder / "content/n1.md"
    news.time_passes(days=1)
    path.write_text(path.read_text().replace("title: n1", "title: n1\ncorrection: It was Tuesday."))
    news.is_built()
    article = next(one for one in news.articles if one.title == "n1")
    assert (article.correction, article.updated) == ("It was Tuesday.", news.now)
