"""Queries: what people agreed to and withdrew; see the table `consent`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa

from syndicate.model import Consent, ConsentKind
from syndicate.store.batches import insert_missing
from syndicate.store.peopletables import consent, wording

_COLUMNS = (
    consent.c.kind,
    consent.c.at,
    consent.c.newsletter,
    consent.c.source,
    sa.func.coalesce(wording.c.text, ""),
    consent.c.ip,
    consent.c.evidence,
)


def record(conn: sa.Connection, subscriber_id: int, consents: Sequence[Consent]) -> None:
    """Write down what a person agreed to."""
    rows = [
        {
            "subscriber_id": subscriber_id,
            "newsletter": one.newsletter,
            "kind": one.kind,
            "at": one.at,
            "source": one.source,
            "wording_id": number_of_words(conn, one.words),
            "ip": one.ip,
            "evidence": json.dumps(one.evidence, ensure_ascii=False),
        }
        for one in consents
    ]
    if rows:
        conn.execute(sa.insert(consent), rows)


def number_of_words(conn: sa.Connection, text: str) -> int | None:
    """Return the number of a wording, None for ""; a new one is written down."""
    if not text:
        return None
    digest = sha256(text.encode("utf-8", "replace")).hexdigest()
    found = sa.select(wording.c.id).where(wording.c.digest == digest)
    number = conn.scalar(found)
    if number is None:
        insert_missing(conn, wording, [{"digest": digest, "text": text}], keys=["digest"])
        number = conn.execute(found).scalar_one()
    return int(number)


def of_person(conn: sa.Connection, subscriber_id: int) -> list[Consent]:
    """Return all that a person agreed to and withdrew, the oldest first."""
    his = sa.select(*_COLUMNS).join_from(consent, wording, isouter=True)
    his = his.where(consent.c.subscriber_id == subscriber_id).order_by(consent.c.at, consent.c.id)
    return [Consent(*row[:-1], json.loads(row[-1])) for row in conn.execute(his)]


def explain(
    conn: sa.Connection, subscriber_id: int, newsletter: str, kind: ConsentKind, evidence: Mapping[str, str]
) -> None:
    """Give the newest consent of a kind about a newsletter its evidence."""
    his = (consent.c.subscriber_id == subscriber_id) & (consent.c.newsletter == newsletter)
    newest = sa.select(sa.func.max(consent.c.id)).where(his, consent.c.kind == kind).scalar_subquery()
    said = json.dumps(dict(evidence), ensure_ascii=False)
    conn.execute(sa.update(consent).where(consent.c.id == newest).values(evidence=said))


def forget_ips(conn: sa.Connection, *, before: datetime) -> int:
    """Take away the IP addresses of consents from before that moment; return how many."""
    old = (consent.c.at < before) & consent.c.ip.is_not(None)
    return conn.execute(sa.update(consent).where(old).values(ip=None)).rowcount
