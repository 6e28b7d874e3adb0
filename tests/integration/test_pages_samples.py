"""The sample articles that ship: what a first run shows."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.content.defaults import Defaults
from syndicate.content.parse import body, head
from syndicate.content.scan import scan
from syndicate.links import tag_folder
from syndicate.model import Body, Parsed, SourceFile

CONTENT = Path(__file__).resolve().parents[2] / "content"


DEFAULTS = Defaults("id", ZoneInfo("Asia/Jakarta"), "Redaksi")


@pytest.fixture(scope="module")
def sources() -> list[SourceFile]:
    found = scan(CONTENT)
    assert not found.faults
    return [SourceFile(path, *stamp) for path, stamp in found.files.items()]


@pytest.fixture(scope="module")
def samples(sources: list[SourceFile]) -> list[Parsed]:
    return [head(CONTENT, source, DEFAULTS) for source in sources]


@pytest.fixture(scope="module")
def texts(sources: list[SourceFile], samples: list[Parsed]) -> dict[str, Body]:
    pairs = zip(sources, samples, strict=True)
    return {one.path: body(CONTENT, source, one, DEFAULTS) for source, one in pairs}


def test_the_samples_are_read_without_a_word_of_complaint(
    samples: list[Parsed], texts: dict[str, Body]
) -> None:
    """Eight articles in three languages and three formats, each with title, summary, body and date."""
    assert Counter(one.language for one in samples) == {"en": 3, "id": 3, "ar": 2}
    assert {Path(one.path).suffix for one in samples} == {".md", ".html", ".txt"}
    for one in samples:
        text = texts[one.path]
        assert not one.warnings and not text.warnings, one.path
        assert one.title and text.summary and text.html and one.when, one.path


def test_each_sample_has_its_day(samples: list[Parsed]) -> None:
    """No two samples share a day, so that their order is plain."""
    days = {one.when.date() if isinstance(one.when, datetime) else one.when for one in samples}
    assert len(days) == len(samples)
    assert all(isinstance(day, date) and day.year == 2026 for day in days)


def test_each_tag_of_the_samples_holds_several(samples: list[Parsed]) -> None:
    """A tag's feed is worth following: at least two articles carry each tag, one of them in Arabic script."""
    counts = Counter(tag_folder(tag) for one in samples for tag in one.tags)
    assert len(counts) >= 5
    assert min(counts.values()) >= 2
    assert "tags/لغة" in counts


def test_the_samples_show_what_an_article_can_hold(texts: dict[str, Body]) -> None:
    """Among them are a table, code, a footnote, and a small local picture with its words."""
    everything = "".join(one.html for one in texts.values())
    assert "<table>" in everything
    assert '<code class="language-xml">' in everything
    assert 'id="fn1"' in everything
    (pictured,) = [one for one in texts.values() if one.picture]
    assert pictured.picture and len(pictured.picture.alt) > 30
    assert [CONTENT / media.source for media in pictured.media] == list(CONTENT.glob("*.png"))
    assert (CONTENT / pictured.media[0].source).stat().st_size < 60_000


def test_the_news_page_loses_its_furniture(samples: list[Parsed], texts: dict[str, Body]) -> None:
    """Of a text copied from a news page the article stays: standfirst, body and two sub-headings."""
    (news,) = [one for one in samples if one.path.endswith(".txt")]
    assert news.title == "Pasang Surut, Jam Tua yang Digerakkan Bulan"
    assert news.summary.startswith("Dua kali sehari laut naik dan turun")
    assert texts[news.path].html.count("<h2>") == 2
    for furniture in ("membagikan", "share4", "BACA JUGA", "Komentar", "Diterbitkan"):
        assert furniture not in texts[news.path].html
