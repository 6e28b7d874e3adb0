"""What a storm found: where something comes, goes or dies between two builds, what hangs on it follows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import scanning
from syndicate.app.scanning import Hint, Scanned, scan_content, scan_hinted
from syndicate.content import parse
from syndicate.content.textfile import LARGEST
from syndicate.store import folders

WORDS = " ".join(f"word{n}" for n in range(60))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        yield make(more="pages: false\n")


def lay(site: Publication, name: str, text: str) -> Path:
    path = site.folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def tagged(site: Publication) -> str:
    return (site.folder / "public/tags/x/rss.xml").read_text()


def hinted(site: Publication, before: Scanned, *paths: str) -> Scanned:
    return scan_hinted(site.site, Hint(before.scan, frozenset(paths), frozenset()))


def told(scanned: Scanned) -> list[str]:
    return [str(fault) for fault in scanned.faults]


# ---------------------------------------------------------------- what a text hangs on


def test_a_cover_that_comes_later_is_shown(site: Publication) -> None:
    """A picture was looked for and not there: the feed has it once it is."""
    lay(site, "trip/index.md", f"---\ntitle: Trip\n---\n{WORDS}\n")
    site.is_built()
    lay(site, "trip/cover.png", "PNG")
    site.is_built()
    assert "cover.png" in (site.folder / "public/atom.xml").read_text()


def test_a_link_follows_the_article_it_leads_to(site: Publication) -> None:
    """The feeds with a link are made again when its article comes, moves to another address, or goes."""
    lay(site, "a.md", f"---\ntitle: A\ntags: [x]\n---\n[there](b.md) {WORDS}\n")
    site.is_built()
    assert "b.md" not in tagged(site)
    lay(site, "b.md", "---\ntitle: B\n---\nOther words.\n")
    site.is_built()
    assert "http://127.0.0.1:8000/b/" in tagged(site)
    lay(site, "b.md", "---\ntitle: B\nslug: elsewhere\n---\nOther words.\n")
    site.is_built()
    assert "http://127.0.0.1:8000/elsewhere/" in tagged(site)
    lay(site, "b.md", "---\ntitle: B\nslug: elsewhere\ndraft: true\n---\nOther words.\n")
    site.is_built()
    assert "elsewhere" not in tagged(site)


def test_a_link_appears_with_its_article_by_the_clock_alone(site: Publication) -> None:
    """Nothing in the folder changes when a future article comes out, and yet those that link to it do."""
    lay(site, "a.md", f"---\ntitle: A\ntags: [x]\n---\n[there](b.md) {WORDS}\n")
    lay(site, "b.md", "---\ntitle: B\ndate: 2026-11-23T08:00:00Z\n---\nOther words.\n")
    site.is_built()
    assert "http://127.0.0.1:8000/b/" not in tagged(site)
    site.time_passes(hours=3)
    site.is_built()
    assert "http://127.0.0.1:8000/b/" in tagged(site)


def test_a_missing_article_that_was_never_shown_tells_nothing(site: Publication) -> None:
    """Its text cannot be read, for its file is gone: that is no fault of a file."""
    lay(site, "a.md", f"---\ntitle: A\nexpires: 2026-11-01\n---\n{WORDS}\n")
    site.is_built()
    lay(site, "a.md", f"---\ntitle: A\n---\n{WORDS}\n")
    site.folder_is_scanned()
    (site.folder / "content/a.md").unlink()
    assert not site.is_built().faults


def test_a_picture_that_comes_is_missed_no_more_by_a_text_that_is_over(site: Publication) -> None:
    """What was told of a text that is not shown any longer is over with its cause."""
    site.configuration_says("pages: false", "pages: true")
    lay(site, "a.md", f"---\ntitle: A\nexpires: 2026-11-23T08:00:00Z\n---\n![p](p.png) {WORDS}\n")
    assert "p.png is not in" in str(site.is_built().faults)
    site.time_passes(hours=3)
    site.is_built()
    lay(site, "p.png", "PNG")
    site.is_built()
    assert not site.folder_is_scanned().faults


# ---------------------------------------------------------------- hints


def test_a_hint_keeps_what_was_told_of_other_files(site: Publication) -> None:
    """Two files that ask for one id are told of as long as they do, whatever else a hint is about."""
    for name in ("a", "b"):
        lay(site, f"{name}.md", f"---\ntitle: {name}\nid: one\n---\n{name} {WORDS}\n")
    before = site.folder_is_scanned()
    assert len(told(before)) == 1
    lay(site, "c.md", f"---\ntitle: C\n---\nC {WORDS}\n")
    before_again = hinted(site, before, "c.md")
    assert told(before_again) == told(before)
    lay(site, "b.md", f"---\ntitle: b\nid: another\n---\nb {WORDS}\n")
    assert not told(hinted(site, before_again, "b.md"))


def test_a_hint_tells_of_a_file_that_is_too_large_and_does_not_miss_it(site: Publication) -> None:
    """It stays published as it was, with a line that goes when the file is small again."""
    path = lay(site, "a.md", f"---\ntitle: A\n---\n{WORDS}\n")
    before = site.folder_is_scanned()
    os.truncate(path, LARGEST + 1)
    scanned = hinted(site, before, "a.md")
    assert "an article may have" in told(scanned)[0]
    assert site.records()["a.md"].state == "present"
    path.write_text(f"---\ntitle: A\n---\nOther {WORDS}\n")
    assert not told(hinted(site, scanned, "a.md"))


def test_a_hint_after_another_process_died_looks_at_everything(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What that one had read and not remembered becomes articles all the same."""
    lay(site, "a.md", f"---\ntitle: A\n---\n{WORDS}\n")
    before = site.folder_is_scanned()
    lay(site, "b.md", f"---\ntitle: B\n---\nB {WORDS}\n")
    dies(site, monkeypatch)
    lay(site, "c.md", f"---\ntitle: C\n---\nC {WORDS}\n")
    hinted(site, before, "c.md")
    assert sorted(site.records()) == ["a.md", "b.md", "c.md"]


def test_a_hint_lets_go_of_what_was_withdrawn_by_the_clock(site: Publication) -> None:
    """The faults of a file that is gone for good go with it."""
    path = lay(site, "a.md", f"---\ntitle: A\n---\n{WORDS}\n")
    site.folder_is_scanned()
    path.write_text("---\ntitle: [A\n---\n")
    site.folder_is_scanned()
    path.unlink()
    before = site.folder_is_scanned()
    site.time_passes(minutes=16)
    lay(site, "c.md", f"---\ntitle: C\n---\nC {WORDS}\n")
    assert not told(hinted(site, before, "c.md"))


# ---------------------------------------------------------------- scans that are cut short


class Killed(BaseException):
    """The process ends here."""


def dies(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """Scan, and die before what was decided is written down."""

    def remember(*_arguments: object, **_named: object) -> None:
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(scanning, "remember", remember)
        scan_content(site.site)


def test_an_archive_that_was_cut_short_makes_no_archive_of_later_articles(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is in, an article that comes late counts from when it was first seen."""
    lay(site, "first.md", f"---\ntitle: first\n---\n{WORDS}\n")
    site.folder_is_scanned()
    for number in range(30):
        lay(site, f"old{number}.md", f"---\ntitle: old {number}\ndate: 2020-01-01\n---\n{number} {WORDS}\n")
    dies(site, monkeypatch)
    for number in range(20):
        (site.folder / f"content/old{number}.md").unlink()
    site.folder_is_scanned()
    site.folder_is_scanned()
    lay(site, "late.md", f"---\ntitle: late\ndate: 2026-11-20\n---\nlate {WORDS}\n")
    site.folder_is_scanned()
    assert site.records()["late.md"].visible_at == site.now


def test_a_broken_file_that_goes_is_told_of_no_more_in_a_folder_without_articles(site: Publication) -> None:
    """Where nothing is known yet, what was wrong is forgotten with its file too."""
    path = lay(site, "a.md", "---\ntitle: [A\n---\n")
    assert told(site.folder_is_scanned())
    path.unlink()
    assert not told(site.folder_is_scanned())


def test_a_site_with_its_articles_beside_its_settings_is_not_news_at_every_scan(site: Publication) -> None:
    """The section without a name is remembered as well as any."""
    lay(site, "hugo.toml", 'baseURL = "https://example.org/"\n')
    lay(site, "a.md", f"---\ntitle: A\ndate: 2026-11-01\n---\n{WORDS}\n")
    site.is_built()
    site.folder_is_scanned()
    with site.site.store.read() as conn:
        assert not folders.stale_ones(conn)


# ---------------------------------------------------------------- which article a file is


def test_a_copy_of_a_living_article_is_not_taken_for_one_that_went(site: Publication) -> None:
    """A copy that says what one says that is there is folded into it, although one that is gone was alike."""
    lay(site, "a.md", f"---\ntitle: A\n---\n{WORDS}\n")
    lay(site, "b.md", f"---\ntitle: A\n---\n{WORDS} and more\n")
    site.is_built()
    (site.folder / "content/b.md").unlink()
    lay(site, "c.md", f"---\ntitle: A\n---\n{WORDS}\n")
    assert "says what" in told(site.folder_is_scanned())[-1]
    assert site.records()["b.md"].state == "missing"


def test_two_files_that_swap_texts_swap_articles_where_one_names_its_id(
    site: Publication,
) -> None:
    """The id of the other follows its text: its place is taken."""
    one, other = "---\ntitle: A\nid: own\n---\n", "---\ntitle: B\n---\n"
    lay(site, "a.md", f"{one}A {WORDS}\n")
    lay(site, "b.md", f"{other}B {WORDS}\n")
    site.folder_is_scanned()
    was = site.records()["b.md"].id
    lay(site, "a.md", f"{other}B {WORDS}\n")
    lay(site, "b.md", f"{one}A {WORDS}\n")
    site.folder_is_scanned()
    assert {path: record.id for path, record in site.records().items()} == {"a.md": was, "b.md": "own"}


@pytest.mark.parametrize("kept", ["id: one\n", ""])
def test_an_article_that_asks_for_the_id_of_another_keeps_its_own(site: Publication, kept: str) -> None:
    """It is told of, and neither that scan nor the next comes to grief."""
    lay(site, "a.md", f"---\ntitle: A\nid: one\n---\nA {WORDS}\n")
    lay(site, "b.md", f"---\ntitle: B\n---\nB {WORDS}\n")
    site.folder_is_scanned()
    was = {path: record.id for path, record in site.records().items()}
    lay(site, "a.md", f"---\ntitle: A\n{kept}---\nA again {WORDS}\n")
    site.folder_is_scanned()
    lay(site, "b.md", f"---\ntitle: B\nid: one\n---\nB {WORDS}\n")
    for _ in range(2):
        assert "asks for the id 'one'" in told(site.folder_is_scanned())[0]
        assert {path: record.id for path, record in site.records().items()} == was


def test_a_text_to_compare_that_brings_its_reader_down_stops_nothing(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says nothing, as if it could not be read."""
    lay(site, "a.txt", WORDS)

    def falls(*_arguments: object) -> None:
        raise RecursionError

    monkeypatch.setattr(parse, "_opened", falls)
    assert parse.text_of(site.folder / "content", "a.txt", site.site.defaults) == ""
