"""Dates of ingest.md's shapes are read as meant, and nothing else is taken for one."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.dates import read_date

JAKARTA = ZoneInfo("Asia/Jakarta")


def at(hours: float, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=hours)))  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-02-05", date(2026, 2, 5)),
        ("2026-9-09", date(2026, 9, 9)),
        ("2012/12/31 20:40:41", at(7, 2012, 12, 31, 20, 40, 41)),
        ("2019-09-25 20:29:15 +0200", at(2, 2019, 9, 25, 20, 29, 15)),
        ("2026-01-31T10:00:00+03:00", at(3, 2026, 1, 31, 10)),
        ("2026-01-31T10:00:00.000Z", at(0, 2026, 1, 31, 10)),
        ("2026-01-31 9:05:00", at(7, 2026, 1, 31, 9, 5)),
        ("2026-01-31 09:05", at(7, 2026, 1, 31, 9, 5)),
        ("2015-07-08 11:42:36 UTC", at(0, 2015, 7, 8, 11, 42, 36)),
        ("2015-07-08 11:42:36 UTC+02:00", at(2, 2015, 7, 8, 11, 42, 36)),
        ("20260205", date(2026, 2, 5)),
        ("20260205T070000Z", at(0, 2026, 2, 5, 7)),
        ("Thu, 05 Feb 2026 07:00:00 +0700", at(7, 2026, 2, 5, 7)),
        ("5 Feb 20265 Feb 2026", date(2026, 2, 5)),
        ("18 Juni 2025 | 20.04 WIB", at(7, 2025, 6, 18, 20, 4)),
        ("18 Jun 2025, 18:40 WITA", at(8, 2025, 6, 18, 18, 40)),
        ("Kamis, 19 Jun 2025 14:38 WIT", at(9, 2025, 6, 19, 14, 38)),
        ("Jum'at, 20 Juni 2025 |15:06 WIB", at(7, 2025, 6, 20, 15, 6)),
        ("Jum\u2019at 20 Juni 2025", date(2025, 6, 20)),
        ("20/06/2025, 17:39 WIB", at(7, 2025, 6, 20, 17, 39)),
        ("05.02.2026", date(2026, 2, 5)),
        ("17 Agt 2025", date(2025, 8, 17)),
        ("1 Des 2025 pukul 07.30", at(7, 2025, 12, 1, 7, 30)),
        ("February 5, 2026 at 7:05 PM", at(7, 2026, 2, 5, 19, 5)),
        ("5th of February 2026", date(2026, 2, 5)),
        ("31 Feb 2026", None),
        ("kemarin", None),
        ("2 days ago", None),
        ("Mei", None),
        ("2026", None),
        ("81 tahun", None),
        ("", None),
        ("0001-01-01", None),
    ],
)
def test_shapes(text: str, expected: date | datetime | None) -> None:
    """Each shape gives its date, with a time only where it has one."""
    found = read_date(text, language="id", zone=JAKARTA)
    assert found == expected
    assert isinstance(found, datetime) is isinstance(expected, datetime)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "5 février 2026"),
        ("ar", "٥ فبراير 2026"),
        ("ja", "2026年2月5日"),
        ("pt-BR", "5 de fevereiro de 2026"),
    ],
)
def test_other_languages(language: str, text: str) -> None:
    """The language says how months are called."""
    assert read_date(text, language=language, zone=JAKARTA) == date(2026, 2, 5)


def test_american_order_where_it_is_asked_for() -> None:
    """`order` settles which number is the month."""
    assert read_date("05/02/2026", language="en", zone=JAKARTA, order="MDY") == date(2026, 5, 2)


@given(st.one_of(st.text(alphabet="0123456789 -/:.TZ+WIBFebJun,|", max_size=40), st.text(max_size=40)))
@settings(max_examples=150, deadline=None)
def test_any_text_gives_a_sane_date_or_none(text: str) -> None:
    """Nothing raises, and a datetime is always aware and convertible."""
    found = read_date(text, language="id", zone=JAKARTA)
    assert found is None or 1800 <= found.year < 2200
    if isinstance(found, datetime):
        assert found.astimezone(timezone.utc).tzinfo is not None  # noqa: UP017


@given(
    st.datetimes(datetime(1800, 1, 1), datetime(2199, 12, 31)),  # noqa: DTZ001 - the texts are without a zone
    st.sampled_from(["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S.000"]),
    st.sampled_from(["", "Z", " UTC", "+07:00", " -0330", "+2500", "+00:60"]),
)
@settings(max_examples=150, deadline=None)
def test_what_programs_write_is_read_alike_both_ways(moment: datetime, shape: str, offset: str) -> None:
    """The quick way and the slow one, which a space in front leads to, give one date."""
    text = f"{moment.strftime(shape)}{offset if '%H' in shape else ''}"
    quick, slow = (read_date(given, language="id", zone=JAKARTA) for given in (text, f" {text}"))
    assert quick == slow and type(quick) is type(slow)
    if isinstance(quick, datetime) and isinstance(slow, datetime):
        assert quick.utcoffset() == slow.utcoffset()
