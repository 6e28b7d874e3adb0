"""An operator's catalogues in a real publication: pages speak his words, and faults stop no build."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.checking import check_all

GOOD = 'msgid "Archive"\nmsgstr "Arkivet"\n\n'
BAD = 'msgid "By %(authors)s"\nmsgstr "Av %(author)s"\n'


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication in Swedish, which we do not ship, with an article by somebody."""
    with maker(tmp_path) as make:
        publication = make(more="templates: {folder: mine}\n")
        (publication.folder / "mine" / "locales").mkdir(parents=True)
        publication.configuration_says("language: en", "language: sv")
        file = publication.folder / "content" / "one.md"
        file.write_text("---\ntitle: Ett\ndate: 2026-11-20\nauthors: [Ana]\ncorrection: Fel.\n---\nOrd.\n")
        yield publication


def test_a_language_is_added_by_a_file(news: Publication) -> None:
    """Pages and feeds have its words at the next build; a message that is wrong costs itself alone."""
    locale = news.folder / "mine" / "locales" / "sv.po"
    news.is_built()
    page = news.folder / "public" / "articles" / "one" / "index.html"
    assert ">Archive<" in page.read_text()
    locale.write_text(GOOD + BAD)
    built = news.is_built()
    told = [str(fault) for fault in built.faults]
    assert told == [f"{locale}:4: %(author)s is no place of the message; this message is left out"]
    assert ">Arkivet<" in page.read_text()
    found = check_all(news.config, [], str)
    assert told[0] in found.faults
    locale.write_text(GOOD + 'msgid "Correction: %(text)s"\nmsgstr "Rättelse: %(text)s"\n')
    assert news.is_built().faults == ()
    assert "Rättelse: " in page.read_text()
    assert "Rättelse:" in (news.folder / "public" / "rss.xml").read_text()
