"""Bringing the list of subscribers out: whole, so that another installation can go on."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

from syndicate.app.importing import mark_of
from syndicate.app.keyring import keyring
from syndicate.app.site import Site
from syndicate.store import exporting, suppressions
from syndicate.store.batches import batched
from syndicate.subscribers.defusing import defused
from syndicate.subscribers.ourlist import COLUMNS, cells_of, subscription_row, suppression_row

_AT_ONCE = 500  # rows that are written together


def exported(
    site: Site,
    newsletter: str | None = None,
    *,
    as_json: bool = False,
    show: Callable[[int], None] | None = None,
) -> Iterator[bytes]:
    """Give the list as the bytes of a CSV file (RFC 4180, UTF-8), or of a line of JSON for each row.

    Subscriptions come by address, then what is suppressed. It is one state of the database, and needs little
    memory. `show` hears how many rows there were.
    """
    encode = _json if as_json else _csv
    done = 0
    if not as_json:
        yield _csv([dict(zip(COLUMNS, COLUMNS, strict=True))])
    for batch in batched(_rows(site, newsletter), _AT_ONCE):
        yield encode(batch)
        done += len(batch)
        if show:
            show(done)


def _rows(site: Site, newsletter: str | None) -> Iterator[dict[str, Any]]:
    mark = mark_of(keyring(site))
    with site.store.read() as conn:
        for one, consents in exporting.with_consents(conn, newsletter):
            yield subscription_row(one, consents)
        for suppression in suppressions.every(conn):
            if newsletter is None or suppression.newsletter in ("", newsletter):
                yield suppression_row(suppression, mark)


def _csv(rows: list[dict[str, Any]]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([list(map(defused, cells_of(row))) for row in rows])
    return text.getvalue().encode()


def _json(rows: list[dict[str, Any]]) -> bytes:
    return "".join([json.dumps(row, ensure_ascii=False) + "\n" for row in rows]).encode()
