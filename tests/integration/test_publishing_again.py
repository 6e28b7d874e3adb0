"""A publishing makes what changed and no more, and what it leaves is what a whole one would make."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app import publishing, texts
from syndicate.app.publishing import Publishing
from syndicate.store import ids
from syndicate.store.selection import Kept

Maker = Callable[..., Publication]


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Maker]:
    with maker(tmp_path) as make:
        yield make


@pytest.fixture
def site(tmp_path: Path, publication: Maker) -> Publication:
    """A publication with pages, templates of its own and a picture."""
    (tmp_path / "mine").mkdir()
    made = publication(more=f"templates: {{folder: {tmp_path / 'mine'}}}\n")
    made.article_is_dropped("one", "Some words. ![](dot.png)", date="2026-11-01")
    (made.folder / "content" / "dot.png").write_bytes(b"\x89PNG")
    return made


@pytest.fixture
def feeds(publication: Maker) -> Publication:
    """A publication of feeds alone, whose pages another program makes."""
    made = publication(more="pages: false\n")
    for number, tags in enumerate(("a, b", "b", "c")):
        tagged(made, f"article {number}", tags)
    return made


def tagged(site: Publication, name: str, tags: str, text: str = "", date: str = "2026-11-01") -> None:
    path = site.article_is_dropped(name, text or f"Words of {name}.", date=date)
    path.write_text(path.read_text().replace("\n---\n", f"\ntags: [{tags}]\n---\n", 1))
    os.utime(path, (site.now.timestamp(), site.now.timestamp()))


def built(site: Publication, monkeypatch: pytest.MonkeyPatch) -> str:
    """Publish, and tell how: nothing, some feeds, or all."""
    told: list[str] = []
    real = {name: getattr(publishing, name) for name in ("_everything", "_some_feeds")}

    def spy(name: str, word: str) -> Callable[..., object]:
        def call(*args: object, **more: object) -> object:
            told.append(word)
            return real[name](*args, **more)

        return call

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "_everything", spy("_everything", "all"))
        patch.setattr(publishing, "_some_feeds", spy("_some_feeds", "some"))
        site.is_built(accept_removals=True)
    return ", ".join(told) or "nothing"


def wholly_published(site: Publication) -> Publishing:
    """Publish as if nothing were known of the last time."""
    with site.site.store.write() as tx:
        ids.set_setting(tx, "published", "")
    return site.folder_is_published()


def is_as_a_whole_one_makes_it(site: Publication) -> None:
    again = wholly_published(site).published
    assert (again.written, again.deleted) == ((), ())


# ---------------------------------------------------------------- with pages


def test_nothing_new_renders_nothing(site: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same articles in the same folder are not rendered again, and all files count as unchanged."""
    first = site.is_built()
    assert built(site, monkeypatch) == "nothing"
    again = site.is_built().published
    assert (again.written, again.unchanged) == ((), len(first.published.written))


def public(site: Publication, name: str) -> Path:
    return site.folder / "public" / name


def goes(site: Publication) -> None:
    (site.folder / "content" / "one.md").unlink()


CHANGES: dict[str, Callable[[Publication], object]] = {
    "an article is edited": lambda site: site.article_is_dropped("one", "Other words.", date="2026-11-01"),
    "an article comes": lambda site: site.article_is_dropped("two", date="2026-11-02"),
    "an article goes": goes,
    "a picture changes": lambda site: (site.folder / "content" / "dot.png").write_bytes(b"\x89PNGx"),
    "a template comes": lambda site: (site.folder.parent / "mine" / "x.html").write_text("x"),
    "a page is gone": lambda site: public(site, "index.html").unlink(),
    "a page was touched": lambda site: os.utime(public(site, "rss.xml"), (1, 1)),
    "the list is gone": lambda site: public(site, ".syndicate-manifest.json").unlink(),
    "the list is broken": lambda site: public(site, ".syndicate-manifest.json").write_text("{"),
    "a build was killed": lambda site: public(site, ".syndicate-drafts").mkdir(),
    "the configuration is another": lambda site: site.configuration_says("Test News", "Best News"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changed_is_rendered(
    site: Publication, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """A change of any input, or of what was published, makes the next publishing a whole one."""
    site.is_built()
    CHANGES[change](site)
    assert built(site, monkeypatch) == "all"
    assert built(site, monkeypatch) == "nothing"
    is_as_a_whole_one_makes_it(site)


def test_the_clock_alone_brings_out_and_takes_away(
    site: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An article of the future comes out at its time, and one that expires goes at its."""
    path = site.article_is_dropped("later", "Words.\n", date="2026-11-24 06:00")
    path.write_text(path.read_text().replace("\n---\n", "\nexpires: 2026-11-25 06:00\n---\n", 1))
    assert site.is_built().articles == 1
    site.time_passes(hours=23)
    assert built(site, monkeypatch) == "nothing"
    site.time_passes(hours=1)
    assert built(site, monkeypatch) == "all"
    assert "later" in public(site, "rss.xml").read_text()
    site.time_passes(days=1)
    assert built(site, monkeypatch) == "all"
    assert "later" not in public(site, "rss.xml").read_text()
    assert built(site, monkeypatch) == "nothing"


def test_faults_are_told_again(site: Publication) -> None:
    """A template's fault is named by every publishing, also by one that renders nothing."""
    (site.folder.parent / "mine" / "pages").mkdir()
    (site.folder.parent / "mine" / "pages" / "topic.html").write_text("fine")
    (site.folder.parent / "mine" / "pages" / "feeds.html").write_text("{{ nothing }}")
    first = site.is_built().faults
    assert [fault.kind for fault in first] == ["template"]
    assert site.is_built().faults == first


def test_a_foreign_file_is_looked_at_again(site: Publication) -> None:
    """A file that is in the way is told until it is gone, and then ours takes its place."""
    public(site, "index.html").parent.mkdir()
    public(site, "index.html").write_text("somebody else's")
    assert site.is_built().faults == site.is_built().faults != ()
    public(site, "index.html").unlink()
    assert site.is_built().published.written == ("index.html",)


def test_a_letters_template_that_cannot_work_is_told_before_its_hour(publication: Maker) -> None:
    """A mistake in a mail template is a fault, with file and line, from the next build until it is mended."""
    news = publication(more="templates: {folder: my}\n")
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


# ---------------------------------------------------------------- feeds alone


def test_only_the_feeds_of_a_changed_article_are_made(
    feeds: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The main feed and those of its tags, before and after; no other is touched."""
    assert built(feeds, monkeypatch) == "all"
    untouched = public(feeds, "tags/c/rss.xml").stat()
    tagged(feeds, "article 1", "b, d", "Other words.")
    assert built(feeds, monkeypatch) == "some"
    assert "Other words." in public(feeds, "tags/b/rss.xml").read_text()
    assert "Other words." in public(feeds, "tags/d/rss.xml").read_text()
    assert "Other words." not in public(feeds, "tags/a/rss.xml").read_text()
    assert public(feeds, "tags/c/rss.xml").stat() == untouched
    assert built(feeds, monkeypatch) == "nothing"
    is_as_a_whole_one_makes_it(feeds)


def test_a_tag_that_nobody_has_any_more_goes(feeds: Publication, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its last article the tag's feed is deleted; it comes back under its id."""
    feeds.is_built()
    before = public(feeds, "tags/c/atom.xml").read_text()
    tagged(feeds, "article 2", "a, b")
    assert built(feeds, monkeypatch) == "some"
    assert not public(feeds, "tags/c").exists()
    is_as_a_whole_one_makes_it(feeds)
    tagged(feeds, "article 2", "c")
    assert built(feeds, monkeypatch) == "some"
    assert (
        before.partition("<id>")[2][:60]
        == public(feeds, "tags/c/atom.xml").read_text().partition("<id>")[2][:60]
    )
    is_as_a_whole_one_makes_it(feeds)


def test_a_draft_and_a_withdrawn_article_leave_their_feeds(
    feeds: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hidden or gone, it is in no feed, and what is left is right."""
    feeds.is_built()
    path = feeds.article_is_dropped("article 0", "Words of article 0.", date="2026-11-01")
    path.write_text(path.read_text().replace("\n---\n", "\ndraft: true\n---\n", 1))
    (feeds.folder / "content/article 2.md").unlink()
    assert built(feeds, monkeypatch) == "some"
    rss = public(feeds, "rss.xml").read_text()
    assert "article 1" in rss and "article 0" not in rss and "article 2" not in rss
    assert not public(feeds, "tags/a").exists() and not public(feeds, "tags/c").exists()
    is_as_a_whole_one_makes_it(feeds)


def test_feeds_killed_before_they_were_written_are_made_later(
    feeds: Publication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noted as stale stays so until it is published."""
    feeds.is_built()
    tagged(feeds, "article 0", "a", "Other words.")
    feeds.folder_is_scanned()

    def die(*_args: object, **_more: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "publish", die)
        with pytest.raises(SystemExit):
            feeds.folder_is_published()
    assert built(feeds, monkeypatch) == "some"
    assert "Other words." in public(feeds, "tags/a/rss.xml").read_text()
    is_as_a_whole_one_makes_it(feeds)


def test_no_text_is_read_that_no_feed_shows(publication: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many articles those in a feed alone are read, and of those only the ones that need it."""
    site = publication(more="pages: false\nfeeds: {items: 2, content: summary, history: false}\n")
    for number in range(6):
        path = site.article_is_dropped(f"{number}", f"Words of {number}.", date=f"2026-11-0{number + 1}")
        if number == 5:
            path.write_text(path.read_text().replace("\n---\n", "\nsummary: Short\n---\n", 1))
    shown: list[str] = []
    real = texts._read

    def read(site: object, kept: Kept, *rest: object) -> object:
        shown.append(kept.record.path)
        return real(site, kept, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(texts, "_read", read)
    monkeypatch.setattr(publishing, "_TRIED", 2)
    site.is_built()
    assert shown == ["4.md"]
    site.is_built()
    assert shown == ["4.md"]


@pytest.mark.parametrize("seed", range(4))
def test_over_any_history_the_feeds_are_as_a_whole_build_makes_them(publication: Maker, seed: int) -> None:
    """Whatever came, went and changed, no stale feed is left and none is missing."""
    chance = random.Random(seed)  # noqa: S311 - a history, no secret
    site = publication(more="pages: false\nfeeds: {items: 3}\n")
    names = [f"n{number}" for number in range(6)]
    for turn in range(12):
        for name in chance.sample(names, 2):
            path = site.folder / "content" / f"{name}.md"
            match chance.randrange(5):
                case 0:
                    path.unlink(missing_ok=True)
                case 1:
                    path.write_text("---\ntitle: [\n---\nbroken")
                case _:
                    day = site.now.date() + timedelta(days=chance.randrange(-3, 3))
                    tags = ", ".join(chance.sample("abcd", chance.randrange(3)))
                    tagged(site, name, tags, f"{name} in turn {turn}.", date=f"{day}")
        site.is_built(accept_removals=chance.random() < 0.7)
        is_as_a_whole_one_makes_it(site)
        site.time_passes(hours=chance.randrange(30))
