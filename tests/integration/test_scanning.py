"""What a scan reads, remembers and waits for."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import heads, identities, scanning
from syndicate.app.poison import PoisonGuard
from syndicate.app.scanning import Hint, Scanned, scan_content, scan_hinted
from syndicate.content import parse
from syndicate.content.textfile import Unopened
from syndicate.model import ArticleState, SourceFile
from syndicate.store import folders, ids, notes

WORDS = " ".join(f"word{n}" for n in range(60))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make()


def titles(site: Publication) -> list[str]:
    return [article.title for article in site.articles]


def refuse(_folder: Path, source: SourceFile, *_rest: object) -> None:
    raise Unopened(source.path, "cannot be opened: Permission denied")


# ---------------------------------------------------------------- what is read


def test_only_what_changed_is_read(site: Publication) -> None:
    """A file is read when it is new, and when its size or its time is another."""
    for name in ("one", "two", "three"):
        site.article_is_dropped(name, f"Words of {name}.")
    assert site.folder_is_scanned().read == 3
    assert site.folder_is_scanned().read == 0
    site.article_is_dropped("two", "Other words of two.")
    assert site.folder_is_scanned().read == 1
    os.utime(site.folder / "content/three.md", (1, 1))
    assert site.folder_is_scanned().read == 1


def test_many_files_are_read_side_by_side(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several processes find what one finds, and leave no note of a death behind."""
    monkeypatch.setattr(heads, "_WORTH_IT", 10)
    monkeypatch.setattr(heads, "_CHUNK", 3)
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    for number in range(40):
        site.article_is_dropped(f"{number}", f"Words of {number}.", date="2026-11-01")
    (site.folder / "content/bad.md").write_bytes(b"\xff\xff")
    (site.folder / "content/odd.md").write_text("---\ntitle: odd\nlang: '???'\n---\nOdd words.\n")
    seen: list[tuple[int, int]] = []
    with site.site.build_lock():
        scanned = scan_content(site.site, progress=lambda done, of: seen.append((done, of)))
    assert (scanned.read, len(site.records())) == (42, 41)
    told = [Path(fault.path).name for fault in scanned.faults if fault.kind == "article"]
    assert told == ["bad.md", "odd.md"]
    assert seen[-1] == (41, 42)
    assert not any(note.read_bytes().strip(b"\0") for note in site.config.var.glob("reading*"))
    assert site.folder_is_scanned().read == 0


def test_a_helper_that_dies_costs_nothing(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process that was killed had been given is read all the same."""
    monkeypatch.setattr(heads, "_WORTH_IT", 10)
    monkeypatch.setattr(heads, "_CHUNK", 3)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(heads, "_read_there", dies)
    for number in range(40):
        site.article_is_dropped(f"{number}", f"Words of {number}.")
    assert site.folder_is_scanned().read == 40
    assert len(site.records()) == 40


def dies(_chunk: Sequence[SourceFile]) -> None:
    """Stand in for the reading in a helper."""
    os.kill(os.getpid(), 9)


def test_a_file_that_could_not_be_opened_is_tried_again(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Permissions that are put right change neither size nor time, and yet the article is read."""
    site.article_is_dropped("one")
    with monkeypatch.context() as patch:
        patch.setattr(parse, "head", refuse)
        scanned = site.folder_is_scanned()
    assert [str(fault) for fault in scanned.faults] == ["content/one.md: cannot be opened: Permission denied"]
    scanned = site.folder_is_scanned()
    assert titles(site) == ["one"]
    assert not scanned.faults
    assert site.folder_is_scanned().read == 0


def test_a_text_that_could_not_be_opened_is_tried_again(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same when only the reading of the text met wrong permissions."""
    site.article_is_dropped("one")
    site.folder_is_scanned()
    with monkeypatch.context() as patch:
        patch.setattr(parse, "body", refuse)
        assert site.folder_is_published().articles == 1
        assert titles(site) == []
    site.is_built()
    assert titles(site) == ["one"]
    assert "<title>one</title>" in (site.folder / "public/rss.xml").read_text()
    assert not site.folder_is_scanned().faults


def test_a_broken_file_is_not_read_again(site: Publication) -> None:
    """What stays broken costs nothing at the next scan, and is named again."""
    path = site.article_is_dropped("one")
    path.write_bytes(b"\xff\xff")
    first = site.folder_is_scanned()
    again = site.folder_is_scanned()
    assert (first.read, again.read) == (1, 0)
    assert first.faults == again.faults != ()


def test_an_article_whose_file_broke_stays_as_it_was(site: Publication) -> None:
    """Its last good version stands, with title, text and date, until the file is mended; it is told."""
    path = site.article_is_dropped("one", "Good words.", date="2026-11-01")
    site.is_built()
    before = site.records()["one.md"]
    path.write_bytes(b"---\ntitle: [\n---\nx")
    scanned = site.folder_is_scanned()
    [fault] = scanned.faults
    assert (fault.path, fault.line) == ("content/one.md", 3) or fault.line == 2
    assert "last good version stays published" in fault.message
    site.folder_is_published()
    [article] = site.articles
    assert (article.title, "Good words." in article.html) == ("one", True)
    assert site.records()["one.md"] == before
    site.article_is_dropped("one", "New words.", date="2026-11-01")
    assert not site.folder_is_scanned().faults
    assert "New words." in next(iter(site.articles)).html


def test_a_text_that_broke_stays_as_it_was(site: Publication) -> None:
    """Where the head is fine and the text is not, the last good text stands."""
    site.article_is_dropped("one", "Good words.", date="2026-11-01")
    site.is_built()
    site.article_is_dropped("one", "<div>" * 500 + "x", date="2026-11-01")
    site.is_built()
    [article] = site.articles
    assert "Good words." in article.html
    [fault] = site.folder_is_scanned().faults
    assert "nested" in fault.message and "last good version stays published" in fault.message


def test_a_picture_that_comes_later_is_found(site: Publication) -> None:
    """A picture that was missing is shown once it is there, and that is no edit of its article."""
    site.article_is_dropped("one", "![A boat](boat.png)")
    site.is_built()
    [fault] = site.folder_is_scanned().faults
    assert str(fault).startswith("content/one.md:")
    site.time_passes(hours=1)
    (site.folder / "content/boat.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    site.is_built()
    assert not site.folder_is_scanned().faults
    [article] = site.articles
    assert [media.name for media in article.media] == ["boat.png"]
    assert article.updated == article.published
    assert list((site.folder / "public").rglob("boat.png"))


def test_a_fault_is_logged_once(site: Publication, caplog: pytest.LogCaptureFixture) -> None:
    """What is wrong is in the log when it comes up, not at every scan."""
    site.article_is_dropped("one").write_bytes(b"\xff\xff")
    with caplog.at_level(logging.WARNING, logger="syndicate"):
        site.folder_is_scanned()
        site.folder_is_scanned()
    assert len([record for record in caplog.records if "one.md" in record.getMessage()]) == 1


def test_a_file_that_ended_two_builds_is_quarantined(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build that dies over a file twice leaves it out the third time, and publishes the others."""
    site.article_is_dropped("bomb")
    site.article_is_dropped("good", "Good words.")

    real = parse.head

    def explode(folder: Path, source: SourceFile, *rest: object) -> object:
        if source.path == "bomb.md":
            monkeypatch.setattr(PoisonGuard, "close", lambda _guard: None)  # as a killed process
            raise SystemExit
        return real(folder, source, *rest)  # type: ignore[arg-type]

    for _ in range(2):
        with monkeypatch.context() as patch:
            patch.setattr(parse, "head", explode)
            with pytest.raises(SystemExit):
                site.folder_is_scanned()
    monkeypatch.undo()
    [fault] = site.folder_is_scanned().faults
    assert "ended the build 2 times" in fault.message
    assert titles(site) == ["good"]
    site.article_is_dropped("bomb", "Mended.")
    assert not site.folder_is_scanned().faults


def test_a_build_that_is_asked_to_end_accuses_no_file(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A SIGTERM in the middle of a file, head or text, is no death over it, however often that is so."""
    site.article_is_dropped("one")

    def leave(*_args: object) -> None:
        raise SystemExit

    for reading in ("head", "body"):
        for _ in range(4):
            with monkeypatch.context() as patch:
                patch.setattr(parse, reading, leave)
                with pytest.raises(SystemExit):
                    site.is_built()
        assert not site.folder_is_scanned().faults
    assert site.is_built().faults == ()
    assert titles(site) == ["one"]


# ---------------------------------------------------------------- what is gone


def test_a_missing_folder_is_told_once_and_removes_nothing(site: Publication) -> None:
    """One line names the folder and what it means; every article stays, for days."""
    site.article_is_dropped("one")
    site.is_built()
    (site.folder / "content").rename(site.folder / "elsewhere")
    for _ in range(3):
        scanned = site.folder_is_scanned(accept_removals=True)
        [fault] = scanned.faults
        assert str(fault).startswith(str(site.folder / "content"))
        assert titles(site) == ["one"]
        site.time_passes(days=1)
    (site.folder / "elsewhere").rename(site.folder / "content")
    scanned = site.folder_is_scanned()
    assert (scanned.read, scanned.faults, titles(site)) == (0, (), ["one"])
    assert site.records()["one.md"].state is ArticleState.PRESENT


def test_texts_with_pictures_stand_while_their_files_are_missing(site: Publication) -> None:
    """What cannot be read because it is not there is not tried, and not told article by article."""
    (site.folder / "content/dot.png").write_bytes(b"\x89PNG")
    site.article_is_dropped("one", "Words. ![](dot.png)", date="2026-11-01")
    site.is_built()
    (site.folder / "content").rename(site.folder / "elsewhere")
    site.is_built()
    assert [fault.kind for fault in site.folder_is_scanned().faults] == ["content"]
    assert "Words." in next(iter(site.articles)).html
    assert list((site.folder / "public").rglob("dot.png"))


def test_articles_in_a_folder_that_cannot_be_read_stay(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subfolder that is locked for a while withdraws none of its articles."""
    site.article_is_dropped("deep/one")
    site.is_built()
    real = os.open

    def refuse_deep(path: str, *rest: int, **more: int) -> int:
        if str(path).endswith("/deep/"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse_deep)
        for _ in range(3):
            scanned = site.folder_is_scanned()
            site.time_passes(days=1)
    assert scanned.withdrawn == 0
    assert titles(site) == ["deep/one"]
    assert site.records()["deep/one.md"].state is ArticleState.PRESENT
    assert [str(fault) for fault in scanned.faults] == [
        "content/deep: the folder cannot be read: Permission denied"
    ]


def test_what_was_missing_before_its_folder_was_locked_waits(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second look that could not see the place is none."""
    site.article_is_dropped("deep/one", "First words.")
    site.article_is_dropped("deep/two", "Second words.")
    site.is_built()
    (site.folder / "content/deep/one.md").unlink()
    site.folder_is_scanned()
    real = os.open

    def refuse_deep(path: str, *rest: int, **more: int) -> int:
        if str(path).endswith("/deep/"):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse_deep)
        site.time_passes(hours=1)
        assert site.folder_is_scanned().withdrawn == 0
    assert site.records()["deep/one.md"].state is ArticleState.MISSING
    assert site.folder_is_scanned().withdrawn == 1


def test_a_file_that_is_gone_is_withdrawn_after_a_quarter_of_an_hour(site: Publication) -> None:
    """It is shown until then, and leaves its feeds with the next publishing."""
    site.article_is_dropped("one", date="2026-11-01")
    site.article_is_dropped("two", "Other words.", date="2026-11-02")
    site.is_built()
    (site.folder / "content/one.md").unlink()
    for minutes in (0, 10):
        site.time_passes(minutes=minutes)
        assert site.folder_is_scanned().withdrawn == 0
        assert site.folder_is_published().articles == 2
    site.time_passes(minutes=5)
    assert site.folder_is_scanned().withdrawn == 1
    assert site.folder_is_published().articles == 1
    assert "<title>one</title>" not in (site.folder / "public/rss.xml").read_text()


def test_a_shorter_time_can_be_configured(site: Publication) -> None:
    """`content.withdraw_after` says how long a file must be missing; two scans it must be."""
    site.configuration_says("every: 1s", "every: 1s, withdraw_after: 1s")
    site.article_is_dropped("one")
    site.is_built()
    (site.folder / "content/one.md").unlink()
    assert site.folder_is_scanned().withdrawn == 0
    site.time_passes(seconds=1)
    assert site.folder_is_scanned().withdrawn == 1


def test_a_file_moved_and_edited_between_two_scans_keeps_its_id(site: Publication) -> None:
    """As after a pull: a new path and a changed paragraph are the same article, an edited one."""
    old = site.article_is_dropped("one", WORDS)
    site.is_built()
    [before] = site.articles
    site.time_passes(hours=1)
    old.unlink()
    moved = site.article_is_dropped("deep/two", f"{WORDS} and more")
    moved.write_text(moved.read_text().replace("title: deep/two", "title: one"))
    scanned = site.folder_is_scanned()
    [after] = site.articles
    assert (after.id, after.slug, after.path) == (before.id, before.slug, "deep/two.md")
    assert after.updated > before.updated
    assert scanned.withdrawn == 0


# ---------------------------------------------------------------- what is half-written


def is_just_written(site: Publication, path: Path, text: str) -> None:
    """Write a file in place; what files are held against is its moment."""
    path.write_text(text)
    site.file_clock = path.stat().st_mtime_ns


def test_a_half_written_file_waits(site: Publication) -> None:
    """Nothing of a file is read that was written a moment ago; 2 s later it is."""
    path = site.folder / "content/one.md"
    is_just_written(site, path, "---\ntitle: one\n---\nHalf of")
    scanned = site.folder_is_scanned()
    assert (scanned.waiting, scanned.read, titles(site)) == (1, 0, [])
    is_just_written(site, path, "---\ntitle: one\n---\nAll of it.")
    assert site.folder_is_scanned().waiting == 1
    site.file_clock = path.stat().st_mtime_ns + 2_000_000_000
    scanned = site.folder_is_scanned()
    assert (scanned.waiting, scanned.read, titles(site)) == (0, 1, ["one"])
    assert "All of it." in next(iter(site.articles)).html


def test_an_article_that_is_being_edited_stays_as_it_was(site: Publication) -> None:
    """Until its file is whole, neither its text nor its state changes."""
    path = site.article_is_dropped("one", "Good words.")
    site.is_built()
    before = site.records()["one.md"]
    is_just_written(site, path, "---\ntitle: o")
    scanned = site.folder_is_scanned()
    assert (scanned.waiting, scanned.faults) == (1, ())
    site.folder_is_published()
    assert titles(site) == ["one"] and site.records()["one.md"] == before


def test_a_file_renamed_into_place_does_not_wait(site: Publication) -> None:
    """Written elsewhere and moved in, it is whole."""
    draft = site.folder / "draft"
    is_just_written(site, draft, "---\ntitle: one\n---\nAll of it.")
    time.sleep(0.02)
    draft.rename(site.folder / "content/one.md")
    scanned = site.folder_is_scanned()
    assert (scanned.waiting, titles(site)) == (0, ["one"])


def test_a_patient_scan_waits_for_the_file(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """`build` looks again when the file is whole."""
    is_just_written(site, site.folder / "content/one.md", "---\ntitle: one\n---\nAll of it.")

    def wait(seconds: float) -> None:
        site.file_clock += int(seconds * 1e9)

    monkeypatch.setattr(time, "sleep", wait)
    with site.site.build_lock():
        scanned = scan_content(site.site, patient=True)
    assert (scanned.waiting, scanned.read) == (0, 1)
    assert list(site.records()) == ["one.md"]


def test_what_was_half_written_at_the_first_scan_belongs_to_it(site: Publication) -> None:
    """A file of the archive that was still being copied is no news a moment later."""
    site.article_is_dropped("old", date="2020-01-01")
    path = site.article_is_dropped("late", "Other words.", date="2020-01-02")
    is_just_written(site, path, path.read_text())
    assert site.folder_is_scanned().waiting == 1
    site.file_clock = 2**62
    assert site.folder_is_scanned().waiting == 0
    late = site.records()["late.md"]
    assert late.visible_at is not None and late.visible_at.year == 2020
    site.article_is_dropped("new", "New words.", date="2020-01-03")
    site.folder_is_scanned()
    new = site.records()["new.md"]
    assert new.visible_at == site.now


# ---------------------------------------------------------------- hints


def hinted(site: Publication, before: Scanned, *paths: str, whole: Sequence[str] = ()) -> Scanned:
    with site.site.build_lock():
        return scan_hinted(site.site, Hint(before.scan, frozenset(paths), frozenset(whole)))


def test_a_hint_brings_what_a_scan_brings(site: Publication) -> None:
    """New, changed and gone files are taken in without a look at the others."""
    site.article_is_dropped("one", "First words.")
    site.article_is_dropped("two", "Second words.")
    before = site.folder_is_scanned()
    site.article_is_dropped("three", "Third words.")
    site.article_is_dropped("one", "Other first words.")
    (site.folder / "content/two.md").unlink()
    scanned = hinted(site, before, "three.md", "one.md", "two.md")
    assert (scanned.read, scanned.files) == (2, 2)
    states = {path: record.state.value for path, record in site.records().items()}
    assert states == {"one.md": "present", "three.md": "present", "two.md": "missing"}
    assert site.folder_is_scanned().read == 0


def test_a_hint_of_a_half_written_file_waits_unless_it_was_renamed_in(site: Publication) -> None:
    """The watch saw the rename; times alone tell too little of a quick one."""
    before = site.folder_is_scanned()
    path = site.article_is_dropped("one")
    is_just_written(site, path, path.read_text())
    assert hinted(site, before, "one.md").waiting == 1
    assert hinted(site, before, "one.md", whole=["one.md"]).read == 1
    is_just_written(site, site.folder / "content/two.md", "")
    assert hinted(site, before, "two.md", whole=["two.md"]).waiting == 1


def test_a_hint_that_tells_too_little_is_a_scan(site: Publication) -> None:
    """A picture or a new folder has everything looked at, and ticks as a scan does."""
    before = site.folder_is_scanned()
    site.article_is_dropped("deep/one")
    site.article_is_dropped("two", "Other words.")
    site.time_passes(hours=1)
    assert hinted(site, before, "deep/one.md").read == 2
    with site.site.store.read() as conn:
        assert notes.ticks(conn)["scan"].started_at == site.now


# ---------------------------------------------------------------- scans that are cut short


@pytest.mark.parametrize("moment", ["before remembering", "after the records", "while reading"])
def test_a_scan_that_was_killed_is_made_good(
    site: Publication, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """What was read and not remembered is decided by the next scan, edits as edits."""
    site.article_is_dropped("one", "First words.")
    site.is_built()
    before = site.records()["one.md"]
    site.time_passes(hours=1)
    site.article_is_dropped("one", "Edited words.")
    site.article_is_dropped("two", "Second words.")

    def die(*_args: object, **_more: object) -> None:
        raise SystemExit

    target: tuple[object, str] = {
        "before remembering": (scanning, "remember"),
        "after the records": (folders, "save"),
        "while reading": (heads, "_row"),
    }[moment]
    with monkeypatch.context() as patch:
        patch.setattr(*target, die)
        with pytest.raises(SystemExit):
            site.folder_is_scanned()
    site.time_passes(hours=1)
    site.folder_is_scanned()
    after = site.records()
    assert sorted(after) == ["one.md", "two.md"]
    assert after["one.md"].id == before.id
    assert after["one.md"].changed_at is not None and after["one.md"].changed_at > before.first_seen_at
    site.folder_is_published()
    rss = (site.folder / "public/rss.xml").read_text()
    assert "Edited words." in rss and "Second words." in rss
    again = site.folder_is_scanned()
    assert (again.read, site.records()) == (0, after)


def test_every_identity_is_in_the_file_after_a_killed_scan(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A death between the database and the file beside it leaves no article out of the file for good."""
    site.article_is_dropped("one", "First words.")
    site.is_built()
    site.article_is_dropped("two", "Second words.")

    def die(*_args: object, **_more: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(identities, "note", die)
        with pytest.raises(SystemExit):
            site.folder_is_scanned()
    site.folder_is_scanned()
    noted = (site.config.var / "ids.jsonl").read_text()
    assert all(record.id in noted for record in site.records().values())


# ---------------------------------------------------------------- a new version


def test_what_a_new_version_reads_otherwise_is_no_edit(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an update every file is read again, and no article counts as edited."""
    site.article_is_dropped("one", "First words.", date="2026-11-01")
    site.article_is_dropped("two", "Second words.", date="2026-11-02")
    site.is_built()
    before = site.records()
    site.time_passes(days=1)
    site.configuration_says("language: en", "language: en\n  author: Redaksi")  # part of every reading's mark
    scanned = site.folder_is_scanned()
    assert scanned.read == 2
    after = site.records()
    assert {path: record.updated_at for path, record in after.items()} == {
        path: record.updated_at for path, record in before.items()
    }
    assert after["one.md"].fingerprint != before["one.md"].fingerprint


# ---------------------------------------------------------------- what is no article


def test_a_section_that_gets_its_first_dated_article_comes_in_whole(site: Publication) -> None:
    """In a site's folder a section's files count while one of them has a date."""
    (site.folder / "content/_config.yml").write_text("title: x\n")
    posts = site.folder / "content/notes"
    posts.mkdir()
    (posts / "undated.md").write_text("---\ntitle: undated\n---\nWords.\n")
    site.folder_is_scanned()
    assert site.records() == {}
    site.article_is_dropped("notes/dated", "Other words.", date="2026-11-01")
    site.folder_is_scanned()
    assert sorted(site.records()) == ["notes/dated.md", "notes/undated.md"]
    (posts / "dated.md").unlink()
    site.folder_is_scanned(accept_removals=True)
    site.folder_is_scanned()
    records = site.records()
    assert list(records) == ["notes/undated.md"] and records["notes/undated.md"].hidden


def test_what_the_configuration_leaves_out_is_hidden(site: Publication) -> None:
    """`content.exclude` takes articles out and brings them back, with their ids."""
    site.article_is_dropped("one", "First words.")
    site.article_is_dropped("private/two", "Second words.")
    site.folder_is_scanned()
    before = site.records()["private/two.md"].id
    site.configuration_says("every: 1s", 'every: 1s, exclude: ["private/*"]')
    site.folder_is_scanned(accept_removals=True)
    assert list(site.records()) == ["one.md"]
    site.configuration_says(', exclude: ["private/*"]', "")
    site.folder_is_scanned()
    assert site.records()["private/two.md"].id == before


def test_settings_are_left_tidy(site: Publication) -> None:
    """After a scan nothing counts as unfinished."""
    site.article_is_dropped("one")
    site.folder_is_scanned()
    with site.site.store.read() as conn:
        assert not ids.get_setting(conn, "content_unfinished")
