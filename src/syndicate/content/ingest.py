"""What the files say + what the database remembers -> articles, and what to remember next. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syndicate.content.identity import fingerprint, match
from syndicate.content.naming import stem_of
from syndicate.links import slugify
from syndicate.model import Article, ArticleRecord, ArticleState, Fault, Parsed

MANY = 20  # so many old articles in one scan are an archive, not news
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_GONE, _MOST_GONE_SHARE = 10, 0.2
_ACCEPT = "syndicate build --accept-removals"


WHOLE = "content folder"  # stands for the folder in faults that are about all of it


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything a decision about the articles needs.

    `parsed` is the last good reading of every file that is there now, `held` of those that were known and
    are not; `unreadable` are files that are there and never could be read. `untouched` are files whose
    bytes are those of the last scan: what reads otherwise now was changed by syndicate, not by an author.
    """

    records: Sequence[ArticleRecord]
    parsed: Mapping[str, Parsed]
    held: Mapping[str, Parsed]
    unreadable: frozenset[str]
    folder_present: bool
    first_scan: bool
    accept_removals: bool
    untouched: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ingest:
    """The articles, newest first, and what to write down before any of them is published.

    `articles` has every one that is no draft, whatever its date, also those held while their file is
    missing. `new_ids` (old -> new) comes before `changed`, whose records have the new ids.
    """

    articles: tuple[Article, ...]
    changed: tuple[ArticleRecord, ...]
    new_ids: Mapping[str, str]
    withdrawn: tuple[str, ...]
    faults: tuple[Fault, ...]
    removals_held: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """The moment of the decision, in whole seconds, and how newly seen articles count."""

    now: datetime
    zone: ZoneInfo
    period: timedelta
    archive: bool  # own dates count
    bulk: bool  # and there are many
    untouched: frozenset[str]


def ingest(
    intake: Intake, *, now: datetime, zone: ZoneInfo, period: timedelta, mint: Callable[[], str]
) -> Ingest:
    """Decide which article each file is, since when it counts, and which articles are gone.

    An id, a slug and a first sight are given once and kept. Nothing is withdrawn while the content folder
    is missing, nor when more than 10 and more than 20 % of the articles are gone at once, unless
    `accept_removals`. `period` is how old an article must be to belong to an archive.
    """
    records = sorted(intake.records, key=lambda record: record.id)
    matches = match(records, intake.parsed, intake.held, intake.unreadable)
    fresh = [
        path
        for path in sorted(intake.parsed)
        if not (path in matches.records or path in matches.refused or intake.parsed[path].draft)
    ]
    now = _whole(now)
    old = sum(_own(intake.parsed[path], now, zone) < now - period for path in fresh)
    undated = sum(intake.parsed[path].when is None for path in fresh) if intake.first_scan else 0
    many = max(old, undated) > MANY
    terms = _Terms(now, zone, period, intake.first_scan or many, many, intake.untouched)
    slugs = _Slugs(records)
    kept = {
        path: _kept(matches.records[path], intake.parsed[path], slugs, terms)
        for path in sorted(matches.records)
    }
    for path in fresh:
        kept[path] = _first_seen(intake.parsed[path], slugs, terms, mint)
    gone = _gone(records, {record.id for record in matches.records.values()}, intake)
    state = _fate(gone, records, intake)
    lost = [replace(record, state=state) for record in gone]
    before = {record.id: record for record in records}
    changed = [r for r in kept.values() if before.get(r.id) != r] + [r for r in lost if before[r.id] != r]
    return Ingest(
        articles=_articles(kept, lost, intake, zone),
        changed=tuple(sorted(changed, key=lambda record: record.id)),
        new_ids={
            record.id: kept[path].id for path, record in matches.records.items() if kept[path].id != record.id
        },
        withdrawn=tuple(sorted(record.path for record in lost if state is ArticleState.WITHDRAWN)),
        faults=(
            *matches.faults,
            *_warnings(intake.parsed),
            *_notices(lost, state, records, intake, max(old, undated)),
        ),
        removals_held=len(lost) if state is ArticleState.MISSING else 0,
    )


# ---------------------------------------------------------------- records


class _Slugs:
    """Every slug ever given; none is given twice."""

    def __init__(self, records: Sequence[ArticleRecord]) -> None:
        self._taken = {record.slug for record in records}

    def give(self, wanted: str, instead_of: str = "") -> str:
        """Return `wanted` or, where another article has it, the first free of wanted-2, wanted-3 …"""
        self._taken.discard(instead_of)
        slug, number = wanted, 1
        while slug in self._taken:
            number += 1
            slug = f"{wanted}-{number}"
        self._taken.add(slug)
        return slug


def _kept(record: ArticleRecord, parsed: Parsed, slugs: _Slugs, terms: _Terms) -> ArticleRecord:
    mark = fingerprint(parsed)
    edited = mark != record.fingerprint and parsed.path not in terms.untouched
    return replace(
        record,
        id=parsed.id or record.id,
        path=parsed.path,
        slug=slugs.give(parsed.slug, record.slug) if parsed.slug else record.slug,
        fingerprint=mark,
        state=ArticleState.PRESENT,
        changed_at=max(terms.now, record.first_seen_at) if edited else record.changed_at,
    )


def _first_seen(parsed: Parsed, slugs: _Slugs, terms: _Terms, mint: Callable[[], str]) -> ArticleRecord:
    undated = min(_whole(parsed.mtime or terms.now), terms.now)
    return ArticleRecord(
        id=parsed.id or mint(),
        path=parsed.path,
        slug=slugs.give(parsed.slug or slugify(stem_of(parsed.path))),
        fingerprint=fingerprint(parsed),
        state=ArticleState.PRESENT,
        first_seen_at=terms.now,
        floor_at=EPOCH if terms.archive else terms.now,
        undated_at=min(undated, terms.now - terms.period) if terms.bulk else undated,
    )


def _gone(records: Sequence[ArticleRecord], matched: set[str], intake: Intake) -> list[ArticleRecord]:
    return [
        record
        for record in records
        if record.state is not ArticleState.WITHDRAWN
        and record.id not in matched
        and record.path not in intake.unreadable
    ]


def _fate(gone: Sequence[ArticleRecord], records: Sequence[ArticleRecord], intake: Intake) -> ArticleState:
    """Return what becomes of the articles whose files are gone: held, or withdrawn."""
    known = sum(record.state is not ArticleState.WITHDRAWN for record in records)
    many = len(gone) > _MOST_GONE and len(gone) > known * _MOST_GONE_SHARE
    held = not intake.folder_present or (many and not intake.accept_removals)
    return ArticleState.MISSING if held else ArticleState.WITHDRAWN


# ---------------------------------------------------------------- articles


def _articles(
    kept: Mapping[str, ArticleRecord], lost: Sequence[ArticleRecord], intake: Intake, zone: ZoneInfo
) -> tuple[Article, ...]:
    shown = [_article(record, intake.parsed[path], zone) for path, record in kept.items()]
    shown += [
        _article(record, intake.held[record.path], zone)
        for record in lost
        if record.state is ArticleState.MISSING and record.path in intake.held
    ]
    there = (article for article in shown if article is not None)
    return tuple(sorted(there, key=lambda article: (-article.published.timestamp(), article.id)))


def _article(record: ArticleRecord, parsed: Parsed, zone: ZoneInfo) -> Article | None:
    if parsed.draft:
        return None
    published = _moment(parsed.when, record.first_seen_at, zone) or record.undated_at
    changed = record.changed_at
    updated = _moment(parsed.updated, changed or record.first_seen_at, zone) or changed or published
    return Article(
        id=record.id,
        path=record.path,
        slug=record.slug,
        title=parsed.title,
        html=parsed.html,
        summary=parsed.summary,
        language=parsed.language,
        published=published,
        updated=max(updated, published),
        visible_at=max(published, record.floor_at),
        authors=parsed.authors,
        tags=parsed.tags,
        picture=parsed.picture,
        media=parsed.media,
        present=record.state is ArticleState.PRESENT,
    )


def _moment(when: date | datetime | None, seen: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant an author's date means, in UTC and whole seconds.

    A bare date is its noon in `zone`, which is the same calendar day for nearly every reader; on the day
    the article was seen it is that moment at the latest, so that nothing dated today waits for noon.
    """
    if when is None:
        return None
    if isinstance(when, datetime):
        return _whole(when)
    noon = datetime.combine(when, time(12), zone).astimezone(UTC)
    return min(noon, seen) if seen.astimezone(zone).date() == when else noon


def _own(parsed: Parsed, now: datetime, zone: ZoneInfo) -> datetime:
    return _moment(parsed.when, now, zone) or _whole(parsed.mtime or now)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


# ---------------------------------------------------------------- what the operator is told


def _warnings(parsed: Mapping[str, Parsed]) -> list[Fault]:
    faults = []
    for path in sorted(parsed):
        for warning in parsed[path].warnings:
            match = re.match(r"line (\d+): ", warning)
            line = int(match[1]) if match else None
            faults.append(Fault("article", path, line, warning[match.end() :] if match else warning))
    return faults


def _notices(
    lost: Sequence[ArticleRecord],
    state: ArticleState,
    records: Sequence[ArticleRecord],
    intake: Intake,
    old: int,
) -> list[Fault]:
    notices = []
    known = sum(record.state is not ArticleState.WITHDRAWN for record in records)
    if lost and not intake.folder_present:
        notices.append(
            f"the content folder cannot be found, so all {len(lost)} articles stay published as they were;"
            " check content.folder in the configuration and whether its disk is there"
        )
    elif lost and state is ArticleState.MISSING:
        notices.append(
            f"{len(lost)} of {known} articles are gone from the content folder; they stay published in case"
            f" that is a mistake. Bring the files back, or, if they are meant to go, run: {_ACCEPT}"
        )
    if old > MANY:
        notices.append(
            f"{old} older articles came in one scan and count as an archive: they keep their own dates in"
            " feeds and pages and are not mailed"
        )
    return [Fault("content", WHOLE, None, notice) for notice in notices]
