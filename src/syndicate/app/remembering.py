"""Makes what was decided about the articles durable, before anything shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from syndicate.app import crossing, identities
from syndicate.app.site import Site
from syndicate.app.texts import loaded
from syndicate.content.ingest import Ingest, released
from syndicate.digest.occasions import following, previous
from syndicate.links import folders_of
from syndicate.model import ArticleRecord, ArticleState, Parsed
from syndicate.store import articles, editions, folders, readings, waiting
from syndicate.store.batches import batched
from syndicate.store.bulk import roomy

_BATCH = 250  # articles for one short transaction
_FIRST_BATCH = 5000  # rows made at a time where nobody can be sending yet
_OVER = (ArticleState.WITHDRAWN, ArticleState.FORGOTTEN)


def remember(site: Site, result: Ingest, parsed: Mapping[str, Parsed], *, gone: Collection[str]) -> None:
    """Write down records, tags and copies, each batch in a short transaction, and where newsletters start.

    `parsed` are the files that were looked at, `gone` the paths of those that are not there any more.
    """
    if result.new_ids:
        with site.store.write() as tx:
            articles.rename_ids(tx, result.new_ids)
    with site.store.read() as conn:
        new = not articles.are_known(conn)
    if new:
        _remember_first(site, result, parsed)
    else:
        _remember_more(site, result, parsed)
    if result.changed or parsed:
        identities.note(site, identities.lines_of(result.changed, result.new_ids), all_there=new)
    if gone or (parsed and not new) or result.folded or result.faults:
        held = {one.path for one in result.changed if one.state is ArticleState.MISSING}
        with site.store.write() as tx:
            held |= {one.path for one in articles.missing(tx)}
            readings.drop_heads(tx, set(gone) - held)
            articles.save_folded(tx, result.folded, looked_at=[*parsed, *gone])
            readings.read_again(tx, {fault.path for fault in result.faults})
    _start_newsletters(site)


def _remember_first(site: Site, result: Ingest, parsed: Mapping[str, Parsed]) -> None:
    """Write down the articles of a folder that nothing is known of, all at once: nobody is sending yet."""
    with site.store.write() as tx, roomy(tx):
        for batch in batched(result.changed, _FIRST_BATCH):
            articles.save_records(tx, batch, new=True)
        for kept in batched(result.kept, _FIRST_BATCH):
            folders.save(tx, [(one, _folders(one, parsed)) for one in kept], new=True)


def _remember_more(site: Site, result: Ingest, parsed: Mapping[str, Parsed]) -> None:
    for batch in batched(result.changed, _BATCH):
        with site.store.write() as tx:
            articles.save_records(tx, batch)
            folders.save(tx, [(one, {}) for one in batch if one.state in _OVER])
    for kept in batched(result.kept, _BATCH):
        with site.store.write() as tx:
            folders.save(tx, [(one, _folders(one, parsed)) for one in kept])


def remember_released(site: Site, there: Mapping[str, str], *, now: datetime) -> None:
    """Write down that held articles are shown from `now` on: those `there`, by id, whose address is still so.

    Their feeds are stale, and the texts that link to them. The caller holds the build lock, so that no scan
    knows them as held.
    """
    with site.store.read() as conn:
        held = [one for one in waiting.records(conn, there) if one.address == there[one.id]]
        parsed = loaded(readings.heads(conn, [one.path for one in held]))
    records = [released(one, now=now) for one in held]
    for batch in batched(records, _BATCH):
        with site.store.write() as tx:
            articles.save_records(tx, batch)
            folders.save(tx, [(one, _folders(one, parsed)) for one in batch])
            folders.restale(tx, crossing.linking(tx, [one.path for one in batch]))
            waiting.forget(tx, [one.id for one in batch])
    if records:
        identities.note(site, identities.lines_of(records, {}))


def let_go(site: Site) -> None:
    """Have every held article shown where nothing is waited for any more; the caller holds the build lock."""
    with site.store.read() as conn:
        if site.config.wait is not None or not waiting.any_held(conn):
            return
        held = {one.id: one.address for one in waiting.records(conn)}
    remember_released(site, held, now=site.clock())


def _folders(record: ArticleRecord, parsed: Mapping[str, Parsed]) -> dict[str, str]:
    one = parsed.get(record.path)
    return folders_of(one.tags, one.categories, one.authors, one.language) if one else {}


def _start_newsletters(site: Site) -> None:
    with site.store.read() as conn:
        new = [name for name in site.config.newsletters if editions.newsletter_start(conn, name) is None]
    if not new:
        return
    now = site.clock()
    with site.store.write() as tx:
        for name in new:
            schedule = site.schedule(name)
            start = previous(schedule, following(schedule, now))
            editions.set_newsletter_start(tx, name, start.at)
