"""Gives articles the ids that a feed of another program gave them, so that readers see nothing as new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from syndicate.app import identities
from syndicate.app.moving.feedfile import items_of
from syndicate.app.moving.fetching import body_of
from syndicate.app.moving.matching import Matching, match
from syndicate.app.moving.published import ids_out
from syndicate.app.site import Site
from syndicate.app.texts import loaded
from syndicate.model import Identity
from syndicate.store import articles, readings
from syndicate.store.batches import batched

_BATCH = 500


@dataclass(slots=True)
class Plan:
    """What is to be written: new ids (old -> new), and by new id whether it is the article's address.

    `refused` articles keep their ids for the reason said; `same` had the id already.
    """

    names: dict[str, str] = field(default_factory=dict)
    permalinks: dict[str, bool] = field(default_factory=dict)
    refused: list[tuple[Identity, str, str]] = field(default_factory=list)
    same: int = 0


@dataclass(frozen=True, slots=True)
class Adopted:
    """What `adopt` found, and what it wrote or would write."""

    matching: Matching
    plan: Plan
    articles: Sequence[Identity]
    seen_as_new: int = 0  # articles in our published feeds whose id becomes another


def adopt(site: Site, sources: Sequence[str], *, dry_run: bool) -> Adopted:
    """Match the articles known with the items of the feeds at `sources`, and write their ids.

    The caller holds the build lock and has scanned. Raises UsageError where a source is no feed.
    """
    items = [item for source in sources for item in items_of(body_of(source), name=source)]
    with site.store.read() as conn:
        known = articles.identities(conn)
    matching = match(items, known, base=site.config.publication.url)
    wanted = {one.article.id: (one.item.id, one.item.permalink) for one in matching.matched}
    wanted |= matching.derived
    ids = {new for new, _ in wanted.values()}
    with site.store.read() as conn:
        held = {one.id: one.path for one in articles.records_for(conn, paths=(), ids=ids, marks=())}
    plan = planned(known, wanted, held=held, fixed=_fixed(site, known, wanted))
    seen = len(ids_out(site, plan.names))
    if not dry_run:
        _write(site, plan)
    return Adopted(matching, plan, known, seen)


def planned(
    known: Sequence[Identity],
    wanted: Mapping[str, tuple[str, bool]],
    *,
    held: Mapping[str, str],
    fixed: Mapping[str, str],
) -> Plan:
    """Return which of the `wanted` ids (by article id, with isPermaLink) can be given. Pure.

    `held` are ids that are in use, with the path of the article; `fixed` the ids that front matter asks for.
    An id that its holder gives up at the same time is free.
    """
    plan = Plan()
    given: dict[str, str] = {}
    leaving = {one.id for one in known if wanted.get(one.id, (one.id,))[0] != one.id and one.id not in fixed}
    for one in known:
        if one.id not in wanted:
            continue
        new, permalink = wanted[one.id]
        if one.id == new:
            plan.same += 1
        elif fixed.get(one.id, new) != new:
            plan.refused.append((one, new, f"its front matter asks for the id {fixed[one.id]}"))
            continue
        elif new in given or (new in held and new not in leaving):
            plan.refused.append((one, new, f"{given.get(new) or held[new]} has that id"))
            continue
        else:
            plan.names[one.id] = new
        given[new] = one.path
        if one.id != new or one.permalink != permalink:
            plan.permalinks[new] = permalink
    return _without_clashes(plan, known)


def _without_clashes(plan: Plan, known: Sequence[Identity]) -> Plan:
    """Take back each name whose holder does not leave after all; each taking back may bring another."""
    by_id = {one.id: one for one in known}
    clashing = True
    while clashing:
        clashing = False
        for old, new in list(plan.names.items()):
            if new in by_id and new not in plan.names:
                del plan.names[old]
                plan.permalinks.pop(new, None)
                plan.refused.append((by_id[old], new, f"{by_id[new].path} has that id"))
                clashing = True
    return plan


def _fixed(site: Site, known: Sequence[Identity], wanted: Collection[str]) -> dict[str, str]:
    """Return the ids that the front matter of wanted articles asks for, by article id."""
    paths = {one.path: one.id for one in known if one.id in wanted}
    with site.store.read() as conn:
        heads = readings.heads(conn, paths.keys())
    return {paths[path]: head.id for path, head in loaded(heads).items() if head.id}


def _write(site: Site, plan: Plan) -> None:
    """Write the new ids, all or none, then the file of ids beside the database."""
    names = {old: new for old, new in plan.names.items() if old != new}
    moved = {old: f"{old} \N{RIGHTWARDS ARROW} {new}" for old, new in names.items() if new in names}
    with site.store.write() as tx:
        # An id that another article has until now is free once that one has moved aside.
        for batch in batched(sorted(moved), _BATCH):
            articles.rename_ids(tx, {old: moved[old] for old in batch})
        for batch in batched(sorted(names), _BATCH):
            articles.rename_ids(tx, {moved.get(old, old): names[old] for old in batch})
        articles.set_permalinks(tx, plan.permalinks)
    was = {new: old for old, new in names.items()}
    with site.store.read() as conn:
        changed = articles.records_for(conn, paths=(), ids=plan.permalinks.keys(), marks=())
    identities.note(site, [identities.line(one, was=was.get(one.id, "")) for one in changed])
