"""What `init` writes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.app.founding import Answers, configuration, found, moved
from syndicate.configfile import load_config, parse_config
from syndicate.errors import UsageError
from syndicate.resources import shipped

NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
ANSWERS = Answers("Kabar: Desa #1", "https://desa.example.org/kabar", "id", "Asia/Makassar", "")


def test_the_answers_are_in_the_configuration_and_the_comments_stay(tmp_path: Path) -> None:
    """The file an operator gets is the shipped one with his values."""
    found(tmp_path, ANSWERS, demo=False, now=NOW)
    config = load_config(tmp_path / "config.yaml", {})
    assert config.publication.title == "Kabar: Desa #1"
    assert config.publication.url == "https://desa.example.org/kabar"
    assert config.publication.timezone.key == "Asia/Makassar"
    assert config.newsletters["daily"].title == "Kabar: Desa #1"
    assert config.mail.sender.email.address == "news@desa.example.org"
    assert "# where readers read" in (tmp_path / "config.yaml").read_text()
    assert "Kabar Contoh" not in (tmp_path / "config.yaml").read_text()
    assert list((tmp_path / "content").iterdir()) == []


def test_samples_are_dated_from_today_backwards(tmp_path: Path) -> None:
    """With --demo the newest article is of today and no time of day makes it a future one."""
    found(tmp_path, ANSWERS, demo=True, now=NOW)
    texts = [path.read_text() for path in (tmp_path / "content").rglob("*") if path.suffix != ".png"]
    assert len(texts) >= 6
    assert any("date: 2027-03-01\n" in text for text in texts)
    assert any("Diterbitkan Pada 14 Feb 202714 Feb 2027" in text for text in texts)
    assert not any("2026" in text[:200] for text in texts)


def test_a_bad_answer_writes_nothing(tmp_path: Path) -> None:
    """An unknown zone is named, and the folder stays as it was."""
    with pytest.raises(UsageError, match=r"publication\.timezone: .*Asia/Jakarta"):
        found(tmp_path / "new", Answers("x", "http://x.example", "id", "Asia/Jakata", ""), demo=True, now=NOW)
    assert not (tmp_path / "new").exists()


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40).filter(str.strip))
def test_any_title_survives_the_file(title: str) -> None:
    """Quotes, hashes, colons and other scripts come back as they were typed."""
    text = configuration(
        shipped("config.yaml").read_text("utf-8"), Answers(title, "http://x.example", "en", "UTC", "")
    )
    config = parse_config(text, name="config.yaml", base=Path("/srv"), environment={})
    assert config.publication.title == title
    assert config.newsletters["daily"].title == title


def test_dates_of_a_head_are_moved_and_lose_their_time() -> None:
    """Front matter dates move; dates in the text stay."""
    text = "---\ntitle: x\ndate: 2026-11-20 09:00\n---\nOn 2026-11-20 it rained.\n"
    expected = text.replace("date: 2026-11-20 09:00", f"date: {date(2026, 11, 20) + timedelta(days=5)}")
    assert moved(text, timedelta(days=5)) == expected


def test_comments_stay_in_their_column() -> None:
    """A file that an operator reads first thing is not ragged."""
    text = configuration(shipped("config.yaml").read_text("utf-8"), ANSWERS)
    head = text.partition("content:")[0].splitlines()
    columns = {line.index("#") for line in head if line.startswith("  ") and "   # " in line}
    assert len(columns) == 1
