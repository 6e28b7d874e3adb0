"""What was published goes on to the places of `publish.to`; what was not taken is told and goes next time."""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Final

from syndicate.app import hubs, places
from syndicate.app.site import Site
from syndicate.config import Config
from syndicate.configplaces import Place
from syndicate.errors import PublishError
from syndicate.filetypes import HEAD
from syndicate.model import Fault
from syndicate.publish import manifest
from syndicate.publish.going import Brought, Going, going
from syndicate.publish.uploaded import list_of
from syndicate.store import notes

log = logging.getLogger("syndicate.upload")

_LONGEST: Final = 300.0  # seconds for all places of one build: editions wait behind it
_KIND: Final = "upload"


def upload(site: Site, *, now: datetime, quick: bool = False) -> tuple[Fault, ...]:
    """Bring the publish folder to each place of the configuration; return what was not taken and why.

    The caller holds the build lock. A `quick` build leaves a place alone that failed last time: each saved
    file would else wait until it does not answer again. Never raises for what a place does.
    """
    configured = site.config.publish.to
    with site.store.read() as conn:
        before = notes.faults(conn, _KIND)
    if not configured and not before:
        return ()
    failing = {fault.path for fault in before} if quick else set()
    faults = [
        fault for fault in before if fault.path in failing and fault.path in {p.name for p in configured}
    ]
    tried = [place for place in configured if place.name not in failing]
    files = _files(site.config) if tried else []
    late = monotonic() + _LONGEST
    feeds: dict[str, None] = {}
    behind = len(tried) < len(configured)
    for place in tried:
        began = site.clock()
        done = _bring(site.config, place, files, late)
        faults += done.faults
        feeds |= dict.fromkeys(done.feeds)
        behind = behind or done.behind
        _note(site, place, done, began=began)
    hubs.brought(site, feeds, behind=behind, now=now)
    if faults != before:
        with site.store.write() as tx:
            new = notes.replace_faults(tx, (_KIND,), faults, now=now)
        for fault in new:
            log.warning("%s", fault)
    outcome = places.Tried([one.name for one in configured], [one.name for one in tried], faults)
    places.tell(site, outcome, now=now)
    return tuple(faults)


def _files(config: Config) -> list[Going]:
    folder = config.publish.folder
    listed, _ = manifest.load(folder)
    return going(listed, lambda path: _head(folder / path), ages=config.feeds.ages)


def _head(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(HEAD)
    except OSError:
        return b""


def _bring(config: Config, place: Place, files: Sequence[Going], late: float) -> Brought:
    folder = config.publish.folder
    if place.folder:
        from syndicate.publish.copying import copy

        return copy(folder, place.folder, files)
    from syndicate.publish.bucket import Bucket
    from syndicate.publish.uploading import Terms, upload

    terms = Terms(place.name, list_of(config.var, place.name), lambda: monotonic() >= late)
    try:
        bucket = Bucket(place.url, endpoint=place.endpoint, region=place.region)
        return upload(bucket, folder, files, terms)
    except PublishError as error:
        words = str(error).removeprefix(f"{place.url}: ")
    except OSError as error:
        words = f"{terms.shelf}, the list of what was put there, cannot be written: {error.strerror}"
    return Brought(faults=(Fault(_KIND, place.name, None, words),), given_up=True, behind=True)


def _note(site: Site, place: Place, done: Brought, *, began: datetime) -> None:
    """Note for `status` what was last done at `place`; where nothing was, it stands as it is."""
    if not (done.put or done.deleted or done.faults):
        return
    name = f"upload:{place.name}"
    detail = f"files put: {done.put:,}, deleted: {done.deleted:,}, waiting: {done.waiting:,}"
    with site.store.write() as tx:
        notes.start_tick(tx, name, now=began)
        notes.end_tick(tx, name, now=site.clock(), detail=detail)


def wrong_with(place: Place) -> str:
    """Return why `place` cannot be written to, "" where it can: tried with a small file that goes again."""
    from syndicate.publish.bucket import Bucket, NotTaken

    if place.folder:
        there = place.folder if place.folder.is_dir() else place.folder.parent
        return "" if os.access(there, os.W_OK | os.X_OK) else f"{there} is not there or cannot be written to"
    try:
        Bucket(place.url, endpoint=place.endpoint, region=place.region).probe()
    except (PublishError, NotTaken) as error:
        return str(error).removeprefix(f"{place.url}: ")
    return ""
