"""A publishing that finds nothing new renders nothing, and any other renders everything."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import unchanged
from syndicate.app.publishing import Publishing
from syndicate.app.site import Site
from syndicate.app.unchanged import Made

RECALL = unchanged.recall


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Publication]:
    (tmp_path / "mine").mkdir()
    with maker(tmp_path) as make:
        made = make(more=f"templates: {{folder: {tmp_path / 'mine'}}}\n")
        made.article_is_dropped("one", "Some words. ![](dot.png)", date="2026-11-01")
        (made.folder / "content" / "dot.png").write_bytes(b"\x89PNG")
        yield made


def build(site: Publication) -> Publishing:
    site.folder_is_scanned()
    return site.folder_is_published()


def rendered(site: Publication, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Publish, and tell whether pages were rendered."""
    answers: list[Made | None] = []

    def recall(site: Site, signed: str) -> Made | None:
        answers.append(RECALL(site, signed))
        return answers[-1]

    with monkeypatch.context() as patch:
        patch.setattr(unchanged, "recall", recall)
        build(site)
    return answers == [None]


def test_nothing_new_renders_nothing(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same articles in the same folder are not rendered again, and all files count as unchanged."""
    first = build(site)
    assert not rendered(site, monkeypatch)
    again = build(site).published
    assert (again.written, again.unchanged) == ((), len(first.published.written))


def public(site: Publication, name: str) -> Path:
    return site.folder / "public" / name


CHANGES: dict[str, Callable[[Publication], object]] = {
    "an article is edited": lambda site: site.article_is_dropped("one", "Other words.", date="2026-11-01"),
    "an article comes": lambda site: site.article_is_dropped("two", date="2026-11-02"),
    "an article goes": lambda site: (site.folder / "content" / "one.md").unlink(),
    "a picture changes": lambda site: (site.folder / "content" / "dot.png").write_bytes(b"\x89PNGx"),
    "a template comes": lambda site: (site.folder.parent / "mine" / "x.html").write_text("x"),
    "a page is gone": lambda site: public(site, "index.html").unlink(),
    "a page was touched": lambda site: os.utime(public(site, "rss.xml"), (1, 1)),
    "the list is gone": lambda site: public(site, ".syndicate-manifest.json").unlink(),
    "the list is broken": lambda site: public(site, ".syndicate-manifest.json").write_text("{"),
    "a build was killed": lambda site: public(site, ".syndicate-drafts").mkdir(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_rendered(
    site: Publication, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A change of any input, or of what was published, makes the next publishing a whole one."""
    build(site)
    CHANGES[change](site)
    assert rendered(site, monkeypatch)
    assert not rendered(site, monkeypatch)


def test_faults_are_told_again(site: Publication) -> None:
    """A template's fault is named by every publishing, also by one that renders nothing."""
    (site.folder.parent / "mine" / "pages").mkdir()
    (site.folder.parent / "mine" / "pages" / "tag.html").write_text("fine")
    (site.folder.parent / "mine" / "pages" / "feeds.html").write_text("{{ nothing }}")
    first = build(site).faults
    assert [fault.kind for fault in first] == ["template"]
    assert build(site).faults == first


def test_a_foreign_file_is_looked_at_again(site: Publication) -> None:
    """A file that is in the way is told until it is gone, and then ours takes its place."""
    public(site, "index.html").parent.mkdir()
    public(site, "index.html").write_text("somebody else's")
    assert build(site).faults == build(site).faults != ()
    public(site, "index.html").unlink()
    assert build(site).published.written == ("index.html",)


def test_a_letters_template_that_cannot_work_is_told_before_its_hour(tmp_path: Path) -> None:
    """A mistake in a mail template is a fault, with file and line, from the next build until it is mended."""
    with maker(tmp_path) as make:
        news = make(more="templates: {folder: my}\n")
        (news.folder / "my/mail").mkdir(parents=True)
        broken = news.folder / "my/mail/digest.html"
        broken.write_text("<p>\n{{ nope.nope }}</p>")
        news.article_is_dropped("one")
        news.folder_is_scanned()
        for _ in range(2):
            [fault] = news.folder_is_published().faults
            assert str(fault).startswith(f"{broken}:2: ")
        broken.unlink()
        assert not news.folder_is_published().faults
