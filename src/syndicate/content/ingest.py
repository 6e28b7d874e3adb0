"""What the files say + what the database remembers -> what to remember next of each article. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.content.again import Return, Yardstick, renewed
from syndicate.content.identity import Known, match
from syndicate.content.naming import stem_of
from syndicate.links import Addresses, on_host, slugify
from syndicate.model import LIVING_STATES, ArticleRecord, ArticleState, Fault, Parsed

MANY = 20  # so many old articles in one scan are an archive, not news
_SECOND = timedelta(seconds=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WHOLE = "content folder"  # stands for the folder in faults that are about all of it
_MOST_GONE, _MOST_GONE_SHARE = 10, 0.2
_ACCEPT = "syndicate build --accept-removals"


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides beside the articles: the clock and the configuration.

    `period` is how old an article must be to belong to an archive, `withdraw_after` how long one must be
    missing to count as withdrawn. `held_at` is the publication's URL where new articles are held until their
    pages on its host are there, else "". Newsletters have brought what was new up to `covered`: where the
    clock was set back, what comes now is new after that.
    """

    now: datetime
    zone: ZoneInfo
    period: timedelta
    withdraw_after: timedelta
    addresses: Addresses
    mint: Callable[[], str]
    held_at: str = ""
    covered: datetime | None = None

    @property
    def news_at(self) -> datetime:
        """The moment at which what comes now is new to newsletters."""
        return self.now if self.covered is None else max(self.now, _whole(self.covered) + _SECOND)


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything a decision about the articles needs, of those files alone that it concerns.

    `known` has the files that are new or changed, with what may be recognised in them. `gone` are records
    whose files are not there, and those that were missing before. `living` is how many articles there were,
    `slugs` those that are given away, as far as `known` may want them. `untouched` are files whose bytes are
    those of the last scan: what reads otherwise now was changed by syndicate, not by an author. `moved` says
    that the content folder is another one than at the last scan.
    """

    known: Known
    gone: Sequence[ArticleRecord] = ()
    living: int = 0
    slugs: Collection[str] = ()
    untouched: Collection[str] = ()
    folder_present: bool = True
    first_scan: bool = False
    moved: bool = False
    accept_removals: bool = False


@dataclass(frozen=True, slots=True)
class Ingest:
    """What to write down before anything is published.

    `new_ids` (old -> new) comes before `changed`, whose records have the new ids. `kept` has the record of
    each file that was looked at, changed or not. `folded` are files that say what another says, with the id
    of that one.
    """

    changed: tuple[ArticleRecord, ...]
    new_ids: Mapping[str, str]
    kept: tuple[ArticleRecord, ...] = ()
    withdrawn: tuple[str, ...] = ()
    folded: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    notices: tuple[Fault, ...] = ()
    removals_held: int = 0
    archive: bool = False  # whether so many old articles came, or came back, that they are no news


@dataclass(frozen=True, slots=True)
class _Archive:
    """How newly seen articles count: whether their own dates do, and whether there are many."""

    counts: bool
    many: bool


def ingest(intake: Intake, terms: Terms) -> Ingest:
    """Decide which article each file is, since when it counts, and which articles are gone.

    An id, a slug and a first sight are given once and kept. What is gone is missing first, and withdrawn
    when it was so at an earlier scan and for `withdraw_after`; at once where `accept_removals`. Nothing is
    withdrawn while the content folder is missing, nor when more than 10 and more than 20 % of the articles
    are gone at once. Where the folder is another one, what is gone is forgotten.
    """
    terms = replace(terms, now=_whole(terms.now))
    parsed = intake.known.parsed
    matches = match(intake.known)
    parsed = {path: replace(one, id=None) if path in matches.denied else one for path, one in parsed.items()}
    fresh = [path for path in matches.left(parsed) if not (parsed[path].draft or parsed[path].left_out)]
    old = sum(_own(parsed[path], terms) < terms.now - terms.period for path in fresh)
    undated = sum(parsed[path].when is None for path in fresh) if intake.first_scan else 0
    many = max(old, undated) > MANY
    archive = _Archive(intake.first_scan or many, many)
    slugs = _Slugs(intake.slugs)
    kept = {
        path: _kept(matches.records[path], parsed[path], slugs, terms, path in intake.untouched)
        for path in sorted(matches.records)
    }
    for path in fresh:
        kept[path] = _first_seen(parsed[path], slugs, terms, archive)
    by = Yardstick(terms.news_at, terms.period, MANY, archive.counts)
    returned = _renew(kept, matches.records, intake, by)
    before = {record.id: record for record in intake.known.records}
    now_at = {record.id for record in matches.records.values()}
    gone = {record.id: record for record in (*intake.gone, *_displaced(intake.known))}
    lost, held = _lost([record for record in gone.values() if record.id not in now_at], intake, terms)
    before |= gone
    changed = [r for r in kept.values() if before.get(r.id) != r] + [r for r in lost if before[r.id] != r]
    ids = {path: record.id for path, record in kept.items()}
    living = [record for record in intake.known.records if record.state in LIVING_STATES]
    ids = {record.path: record.id for record in living} | ids
    return Ingest(
        changed=tuple(changed),
        new_ids={
            record.id: kept[path].id for path, record in matches.records.items() if kept[path].id != record.id
        },
        kept=tuple(kept.values()),
        withdrawn=tuple(sorted(r.path for r in lost if r.state is ArticleState.WITHDRAWN)),
        folded={path: ids[first] for path, first in matches.folded.items() if first in ids},
        faults=tuple(matches.faults),
        notices=tuple(_notices(lost, held, intake, max(old, undated, returned))),
        removals_held=held,
        archive=many or returned > MANY,
    )


def _displaced(known: Known) -> list[ArticleRecord]:
    """Return the articles at whose paths files are that may be others by now."""
    return [one for one in known.records if one.state in LIVING_STATES and one.path in known.parsed]


# ---------------------------------------------------------------- records


class _Slugs:
    """The slugs that are given away; none is given twice."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def give(self, wanted: str, instead_of: str = "") -> str:
        """Return `wanted` or, where another article has it, the first free of wanted-2, wanted-3 …"""
        self._taken.discard(instead_of)
        slug, number = wanted, 1
        while slug in self._taken:
            number += 1
            slug = f"{wanted}-{number}"
        self._taken.add(slug)
        return slug


def wanted_slug(parsed: Parsed) -> str:
    """Return the slug an article gets where nobody else has it."""
    return slugify(parsed.slug or stem_of(parsed.path))


def _kept(
    record: ArticleRecord, parsed: Parsed, slugs: _Slugs, terms: Terms, untouched: bool
) -> ArticleRecord:
    edited = parsed.mark != record.fingerprint and not untouched
    known = replace(
        record,
        slug=slugs.give(slugify(parsed.slug), record.slug) if parsed.slug else record.slug,
        changed_at=max(terms.now, record.first_seen_at) if edited else record.changed_at,
    )
    aliases = dict.fromkeys((*record.aliases, record.address) if record.address else record.aliases)
    told = _told(known, parsed, terms)
    aliases.pop(told["address"], None)
    return replace(
        known,
        id=parsed.id or record.id,
        permalink=record.permalink and parsed.id in (None, record.id),
        aliases=tuple(aliases),
        missing_at=None,
        **told,
    )


def _renew(
    kept: dict[str, ArticleRecord], records: Mapping[str, ArticleRecord], intake: Intake, by: Yardstick
) -> int:
    """Note in `kept` what is new to newsletters again; return how many old articles are back."""
    parsed, untouched = intake.known.parsed, intake.untouched
    returns = {
        path: Return(record, kept[path], parsed[path].resend, path not in untouched)
        for path, record in records.items()
    }
    records, returned = renewed(returns, by)
    kept |= records
    return returned


def _first_seen(parsed: Parsed, slugs: _Slugs, terms: Terms, archive: _Archive) -> ArticleRecord:
    undated = min(_whole(parsed.mtime or terms.now), terms.now)
    seen = ArticleRecord(
        id=parsed.id or terms.mint(),
        path=parsed.path,
        slug=slugs.give(wanted_slug(parsed)),
        fingerprint=parsed.mark,
        state=ArticleState.PRESENT,
        first_seen_at=terms.now,
        floor_at=EPOCH if archive.counts else terms.now,
        undated_at=min(undated, terms.now - terms.period) if archive.many else undated,
        resend=parsed.resend,
    )
    record = replace(seen, **_told(seen, parsed, terms))
    if record.visible_at and terms.now <= record.visible_at < terms.news_at:
        record = replace(record, again_at=terms.news_at)
    return replace(record, held_since=terms.now) if _is_held(record, terms, archive) else record


def _is_held(record: ArticleRecord, terms: Terms, archive: _Archive) -> bool:
    """Tell whether a new article waits for its page: one of an archive has it if it is out already."""
    out = record.visible_at is not None and record.visible_at <= terms.now
    return bool(terms.held_at) and not (archive.counts and out) and on_host(record.address, terms.held_at)


def released(record: ArticleRecord, *, now: datetime) -> ArticleRecord:
    """Return the record of a held article whose page is there: it becomes visible at `now`, not before."""
    now = _whole(now)
    visible = max(now, record.visible_at or now)
    return replace(record, held_since=None, floor_at=max(now, record.floor_at), visible_at=visible)


def _told(record: ArticleRecord, parsed: Parsed, terms: Terms) -> dict[str, Any]:
    """Return what in `record` follows from the file as it is now.

    The moment at which it became visible stands once it has passed: a new date never mails again.
    """
    published = moment_of(parsed.when, record.first_seen_at, terms.zone) or record.undated_at
    changed = record.changed_at or published
    if parsed.updated is not None:
        changed = moment_of(parsed.updated, record.changed_at or record.first_seen_at, terms.zone) or changed
    was_out = record.visible_at is not None and record.visible_at <= terms.now and not record.held_since
    return {
        "path": parsed.path,
        "fingerprint": parsed.mark,
        "state": ArticleState.PRESENT,
        "title": parsed.title,
        "language": parsed.language,
        "published_at": published,
        "updated_at": max(changed, published),
        "visible_at": record.visible_at if was_out else max(published, record.floor_at),
        "expires_at": _expiry(parsed.expires, terms.zone),
        "hidden": parsed.draft or bool(parsed.left_out),
        "address": terms.addresses.path(
            slug=record.slug,
            path=parsed.path,
            title=parsed.title,
            published=parsed.when or published,
            language=parsed.language,
            url=parsed.url,
            categories=parsed.categories,
            name=stem_of(parsed.path),
            wish=parsed.slug or "",
        ),
    }


def _lost(gone: Sequence[ArticleRecord], intake: Intake, terms: Terms) -> tuple[list[ArticleRecord], int]:
    """Return what becomes of the articles whose files are gone, and how many wait for the operator."""
    if intake.moved and intake.folder_present:
        return [replace(record, state=ArticleState.FORGOTTEN, missing_at=None) for record in gone], 0
    many = len(gone) > _MOST_GONE and len(gone) > intake.living * _MOST_GONE_SHARE
    held = not intake.folder_present or (many and not intake.accept_removals)
    lost = []
    for record in gone:
        since = record.missing_at
        over = since is not None and terms.now - since >= terms.withdraw_after
        if not held and (over or intake.accept_removals):
            lost.append(replace(record, state=ArticleState.WITHDRAWN, missing_at=since or terms.now))
        else:
            # held, none of it counts: time begins again when the rest of the folder is there
            missing_at = None if held else since or terms.now
            lost.append(replace(record, state=ArticleState.MISSING, missing_at=missing_at))
    return lost, len(gone) if held else 0


# ---------------------------------------------------------------- moments


def moment_of(when: date | datetime | None, seen: datetime, zone: ZoneInfo) -> datetime | None:
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


def _expiry(when: date | datetime | None, zone: ZoneInfo) -> datetime | None:
    """Return the instant from which an article is over: a bare date is its beginning in `zone`."""
    if when is None or isinstance(when, datetime):
        return _whole(when) if when else None
    return datetime.combine(when, time(), zone).astimezone(UTC)


def _own(parsed: Parsed, terms: Terms) -> datetime:
    return moment_of(parsed.when, terms.now, terms.zone) or _whole(parsed.mtime or terms.now)


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


# ---------------------------------------------------------------- what the operator is told


def warnings_of(parsed: Parsed) -> list[Fault]:
    """Return what could not be used of an article's file, each with its line."""
    return [as_fault(parsed.path, warning) for warning in parsed.warnings]


def folded_fault(path: str, first: str) -> Fault:
    """Return what is said of a file at `path` that says what the one at `first` says."""
    return Fault("article", path, None, f"says what {first} says; only that one counts")


def as_fault(path: str, warning: str) -> Fault:
    """Return a warning as a fault; ``line 3: `` at its beginning becomes the line."""
    found = re.match(r"line (\d+): ", warning)
    line = int(found[1]) if found else None
    return Fault("article", path, line, warning[found.end() :] if found else warning)


def _notices(lost: Sequence[ArticleRecord], held: int, intake: Intake, old: int) -> list[Fault]:
    notices = []
    if lost and not intake.folder_present:
        notices.append(
            f"the content folder cannot be found, so all {len(lost)} articles stay published as they were;"
            " check content.folder in the configuration and whether its disk is there"
        )
    elif held:
        notices.append(
            f"{held} of {intake.living} articles are gone from the content folder; they stay published in"
            f" case that is a mistake. Bring the files back, or, if they are meant to go, run: {_ACCEPT}"
        )
    if old > MANY:
        notices.append(
            f"{old} older articles came in one scan and count as an archive: they keep their own dates in"
            " feeds and pages and are not mailed"
        )
    return [Fault("content", WHOLE, None, notice) for notice in notices]
