"""What was read comes back from the database as it was, and foreign text is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content.cache import dump_body, dump_head, load_body, load_head
from syndicate.model import Body, Enclosure, Media, Parsed, Picture

TEXTS = st.text(max_size=20)
SEVERAL = st.lists(TEXTS, max_size=3).map(tuple)
ZONES = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.one_of(
    st.none(),
    st.dates(),
    st.tuples(st.integers(-5_000_000_000, 30_000_000_000), ZONES).map(
        lambda pair: datetime.fromtimestamp(pair[0], pair[1])
    ),
    st.integers(-2_000_000_000, 4_000_000_000).map(lambda second: datetime.fromtimestamp(second, UTC)),
)
HEADS = st.builds(
    Parsed,
    path=TEXTS,
    title=TEXTS,
    summary=TEXTS,
    when=MOMENTS,
    updated=MOMENTS,
    expires=MOMENTS,
    language=TEXTS,
    tags=SEVERAL,
    categories=SEVERAL,
    authors=SEVERAL,
    id=st.one_of(st.none(), TEXTS),
    slug=st.one_of(st.none(), TEXTS),
    url=TEXTS,
    aliases=SEVERAL,
    canonical=TEXTS,
    key=TEXTS,
    correction=TEXTS,
    featured=st.booleans(),
    pinned=st.booleans(),
    resend=TEXTS,
    draft=st.booleans(),
    left_out=TEXTS,
    dated=st.booleans(),
    marked=st.one_of(st.none(), st.booleans()),
    mtime=st.one_of(st.none(), st.just(datetime(2026, 1, 1, tzinfo=UTC))),
    mark=TEXTS,
    length=st.integers(0, 10**9),
    pictured=st.booleans(),
    warnings=SEVERAL,
)
NUMBERS = st.one_of(st.none(), st.integers(1, 9))
BODIES = st.builds(
    Body,
    html=TEXTS,
    summary=TEXTS,
    picture=st.one_of(st.none(), st.builds(Picture, TEXTS, TEXTS, NUMBERS, NUMBERS)),
    enclosures=st.lists(st.builds(Enclosure, TEXTS, TEXTS, st.integers(0, 10**12)), max_size=2).map(tuple),
    media=st.lists(st.builds(Media, TEXTS, TEXTS), max_size=2).map(tuple),
    warnings=SEVERAL,
)


@given(HEADS)
@settings(max_examples=100, deadline=None)
def test_a_head_comes_back_as_it_was_kept(parsed: Parsed) -> None:
    """dump and load are exact: a date stays a date, a time keeps its zone."""
    again = load_head(dump_head(parsed))
    assert again == parsed
    for name in ("when", "updated", "expires"):
        one, two = getattr(parsed, name), getattr(again, name)
        assert type(one) is type(two)
        if isinstance(one, datetime):
            assert one.utcoffset() == two.utcoffset()


@given(BODIES)
@settings(max_examples=60, deadline=None)
def test_a_text_comes_back_as_it_was_kept(body: Body) -> None:
    """dump and load are exact, with pictures, media and enclosures."""
    assert load_body(dump_body(body)) == body


def test_what_is_as_always_takes_no_room() -> None:
    """Of 100,000 heads only what each says is kept."""
    assert dump_head(Parsed("a.md", "A")) == '{"path":"a.md","title":"A"}'
    assert dump_head(Parsed("a.md", "A", when=date(2026, 1, 2))).endswith('"when":"2026-01-02"}')


FOREIGN = st.one_of(
    st.text(),
    st.sampled_from(
        [
            "{}",
            "[]",
            "null",
            "1",
            '"x"',
            '{"picture":1,"media":[]}',
            "[" * 100_000,
            '{"path":"a"}',
            '{"html":1}',
        ]
    ),
)


@given(FOREIGN)
def test_foreign_text_is_refused(text: str) -> None:
    """Text that is no cached reading is a ValueError, and nothing else."""
    for load in (load_head, load_body):
        with pytest.raises(ValueError):
            load(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"path":"a","title":"b","unknown":1}',
        '{"path":"a","title":"b","when":7}',
        '{"path":"a","title":"b","when":"soon"}',
        '{"path":"a","title":"b","tags":7}',
    ],
)
def test_a_head_of_another_version_is_refused(text: str) -> None:
    """Fields that there are not, or of another kind, are a ValueError."""
    with pytest.raises(ValueError):
        load_head(text)
