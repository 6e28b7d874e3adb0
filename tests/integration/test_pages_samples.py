"""The sample articles that ship: what a first run shows."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.content.parse import Defaults, parse
from syndicate.content.scan import scan
from syndicate.links import tag_folder
from syndicate.model import Parsed

CONTENT = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture(scope="module")
def samples() -> list[Parsed]:
    found = scan(CONTENT)
    assert not found.faults
    defaults = Defaults("id", ZoneInfo("Asia/Jakarta"), "Redaksi")
    return [parse(CONTENT, source, defaults) for source in found.files]


def test_the_samples_are_read_without_a_word_of_complaint(samples: list[Parsed]) -> None:
    """Eight articles in three languages and three formats, each with title, summary, body and date."""
    assert Counter(one.language for one in samples) == {"en": 3, "id": 3, "ar": 2}
    assert {Path(one.path).suffix for one in samples} == {".md", ".html", ".txt"}
    for one in samples:
        assert not one.warnings, one.path
        assert one.title and one.summary and one.html and one.when, one.path


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


def test_the_samples_show_what_an_article_can_hold(samples: list[Parsed]) -> None:
    """Among them are a table, code, a footnote, and a small local picture with its words."""
    everything = "".join(one.html for one in samples)
    assert "<table>" in everything
    assert '<code class="language-xml">' in everything
    assert 'id="fn1"' in everything
    (pictured,) = [one for one in samples if one.picture]
    assert pictured.picture and len(pictured.picture.alt) > 30
    assert [CONTENT / media.source for media in pictured.media] == list(CONTENT.glob("*.png"))
    assert (CONTENT / pictured.media[0].source).stat().st_size < 60_000


def test_the_news_page_loses_its_furniture(samples: list[Parsed]) -> None:
    """Of a text copied from a news page the article stays: standfirst, body and two sub-headings."""
    (news,) = [one for one in samples if one.path.endswith(".txt")]
    assert news.title == "Pasang Surut, Jam Tua yang Digerakkan Bulan"
    assert news.summary.startswith("Dua kali sehari laut naik dan turun")
    assert news.html.count("<h2>") == 2
    for furniture in ("membagikan", "share4", "BACA JUGA", "Komentar", "Diterbitkan"):
        assert furniture not in news.html
