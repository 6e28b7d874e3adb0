"""The file of ids beside the database: a record of every identity, from which a lost database is rebuilt."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from syndicate.app.site import Site
from syndicate.durable import write_whole
from syndicate.errors import SyndicateError
from syndicate.feedfiles import paths_of
from syndicate.model import LIVING_STATES, ArticleRecord, ArticleState
from syndicate.publish import manifest
from syndicate.store import articles, folders, ids
from syndicate.store.batches import batched

log = logging.getLogger("syndicate.scan")

NAME = "ids.jsonl"
_SIZE = "ids_file"  # the setting that holds how long the file was when we wrote it last
_MOMENTS = frozenset(field.name for field in fields(ArticleRecord) if "datetime" in str(field.type))
_DEFAULTS = {field.name: field.default for field in fields(ArticleRecord)}
_BATCH = 1000
_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def place(site: Site) -> Path:
    """Return where the file of ids is."""
    return site.config.var / NAME


def note(site: Site, lines: Iterable[str], *, all_there: bool = False) -> None:
    """Add `lines` to the file and make them durable; write it anew where it is not as we left it.

    `all_there` says that `lines` tell of every article there is.
    """
    path = place(site)
    with site.store.read() as conn:
        known = ids.get_setting(conn, _SIZE)
    try:
        size = path.stat().st_size
    except OSError:
        size = -1
    if known != str(size) and not (all_there and known is None and size < 0):
        write_whole(path, map(_ended, everything(site)))
    else:
        some = iter(lines)
        first = next(some, None)
        if first is None:
            return
        with path.open("ab") as file:
            file.write(_ended(first))
            file.writelines(map(_ended, some))
            file.flush()
            os.fsync(file.fileno())
    with site.store.write() as tx:
        ids.set_setting(tx, _SIZE, str(path.stat().st_size))


def _ended(line: str) -> bytes:
    return f"{line}\n".encode()


def distrust(site: Site) -> None:
    """Have the file written anew: a process died that may have had identities to add to it."""
    with site.store.write() as tx:
        if ids.get_setting(tx, _SIZE) is not None:
            ids.set_setting(tx, _SIZE, "")


def everything(site: Site) -> Iterator[str]:
    """Give each identity in the database as a line: articles, and the feeds."""
    with site.store.read() as conn:
        yield from (feed_line(key, urn) for key, urn in ids.every(conn).items())
        yield from (line(record) for record in articles.records(conn))


def line(record: ArticleRecord, *, was: str = "") -> str:
    """Return an article's identity as a line of JSON; `was` is the id it had until now."""
    said: dict[str, Any] = {"was": was} if was else {}
    for name, default in _DEFAULTS.items():
        value = getattr(record, name)
        if value is not default and value != default:
            said[name] = _written(value) if name in _MOMENTS else value
    return _json(said)


@lru_cache(maxsize=4096)
def _written(moment: datetime) -> str:
    return moment.isoformat()


def feed_line(key: str, urn: str) -> str:
    """Return a feed's identity as a line of JSON."""
    return _json({"feed": key, "urn": urn})


def read(path: Path) -> tuple[dict[str, ArticleRecord], dict[str, str]]:
    """Return the articles by id and the feeds' ids by key; of several lines about one the last counts.

    A last line that was cut short by a crash is left out. Raises SyndicateError with the line of any other
    that is none of ours.
    """
    records: dict[str, ArticleRecord] = {}
    feeds: dict[str, str] = {}
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise SyndicateError(f"{path}: cannot be read: {error.strerror}") from None
    for number, raw in enumerate(lines, 1):
        if not raw:
            continue
        try:
            _take(json.loads(raw), records, feeds)
        except (ValueError, TypeError, KeyError, AttributeError):
            if number == len(lines):
                break
            raise SyndicateError(f"{path}:{number}: is no line of a file of ids") from None
    return records, feeds


def _take(said: Mapping[str, Any], records: dict[str, ArticleRecord], feeds: dict[str, str]) -> None:
    if "feed" in said:
        feeds[str(said["feed"])] = str(said["urn"])
        return
    values = dict(said)
    records.pop(values.pop("was", ""), None)
    for name in _MOMENTS & values.keys():
        values[name] = datetime.fromisoformat(values[name])
    values["state"] = ArticleState(values["state"])
    values["aliases"] = tuple(values.get("aliases", ()))
    record = ArticleRecord(**values)
    records[record.id] = record


def take_back(site: Site, path: Path) -> tuple[int, int]:
    """Write the identities in the file at `path` into the database; return how many articles, and feeds.

    One that the database lacks is missing until a scan finds its file; an article at its path, which came
    in without it, gets its id. All of it is taken or, where this is cut short, nothing.
    """
    records, feeds = read(path)
    with site.store.write() as tx:
        there = articles.records(tx)
        names = _names(records, there)
        articles.rename_ids(tx, names)
        known = {names.get(one.id, one.id): one for one in there}
        slugs = {one.slug: number for number, one in known.items()}
        taken = [_taken(one, known.get(one.id), slugs) for one in records.values()]
        for batch in batched(taken, _BATCH):
            articles.save_records(tx, batch)
        folders.restale(tx, records)
        ids.put_ids(tx, feeds)
    distrust(site)
    note(site, [])
    return len(taken), len(feeds)


def _names(records: Mapping[str, ArticleRecord], there: Sequence[ArticleRecord]) -> dict[str, str]:
    """Return the ids that give way, old -> new: those of articles that came in anew at a path of the file."""
    known = {one.id for one in there}
    lacking = {
        one.path: one.id for one in records.values() if one.state in LIVING_STATES and one.id not in known
    }
    return {
        one.id: lacking.pop(one.path)
        for one in there
        if one.state in LIVING_STATES and one.id not in records and one.path in lacking
    }


def _taken(noted: ArticleRecord, known: ArticleRecord | None, slugs: dict[str, str]) -> ArticleRecord:
    """Return what is to be remembered of an article: what is noted, and of one that is there what it says."""
    slug, number = noted.slug, 1
    while slugs.setdefault(slug, noted.id) != noted.id:
        number += 1
        slug = f"{noted.slug}-{number}"
    if known is None:
        lost = replace(noted, slug=slug)
        living = noted.state in LIVING_STATES
        return replace(lost, state=ArticleState.MISSING, missing_at=None) if living else lost
    aliases = dict.fromkeys((*noted.aliases, *known.aliases))
    return replace(
        known,
        id=noted.id,
        slug=slug,
        first_seen_at=noted.first_seen_at,
        floor_at=noted.floor_at,
        undated_at=noted.undated_at,
        visible_at=noted.visible_at or known.visible_at,
        aliases=tuple(aliases),
        permalink=noted.permalink,
        again_at=noted.again_at or known.again_at,
        resend=noted.resend or known.resend,
        resent_at=noted.resent_at or known.resent_at,
        held_since=noted.held_since,  # it came in anew, and is held as that, but may have been shown before
    )


def set_aside(site: Site) -> str:
    """Keep the feeds of a publication whose database and file of ids are both gone; return what to tell.

    They are the only place that still holds its ids. "" where there is nothing to keep.
    """
    feeds = site.config.feeds
    folder, kept = site.config.publish.folder, site.config.var / "old-feeds"
    with site.store.read() as conn:
        if ids.get_setting(conn, _SIZE) is not None or articles.are_known(conn) or place(site).exists():
            return ""
    ours, _ = manifest.load(folder)
    names = paths_of("", feeds.formats, feeds.paths).values()
    there = [name for name in names if name in ours and (folder / name).is_file()]
    for name in there:
        write_whole(kept / name, (folder / name).read_bytes())
    if not there:
        return ""
    again = f"`syndicate adopt {kept / there[0]}` and `syndicate build` give them back"
    return f"the ids are lost with the database; the feeds that held them are kept in {kept}: {again}"


def rebuild_if_lost(site: Site) -> None:
    """Take the identities back where the database lacks what the file has: it was lost, or is an older one.

    The file only grows between two scans; longer than the database remembers it, it knows more.
    """
    path = place(site)
    with site.store.read() as conn:
        known = ids.get_setting(conn, _SIZE)
        lost = known is None and not articles.are_known(conn)
    behind = bool(known) and path.exists() and path.stat().st_size > int(known or 0)
    if behind or (lost and path.exists()):
        number, _ = take_back(site, path)
        log.warning("the database was behind %s; the ids of %d articles were taken from there", path, number)
        distrust(site)


def lines_of(changed: Iterable[ArticleRecord], new_ids: Mapping[str, str]) -> Iterator[str]:
    """Give the lines that tell of `changed` records, and of ids that were replaced (old -> new)."""
    was = {new: old for old, new in new_ids.items()}
    return (line(record, was=was.get(record.id, "")) for record in changed)
