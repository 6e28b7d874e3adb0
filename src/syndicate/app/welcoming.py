"""The newest edition for who has just subscribed (`welcome: latest`), to him alone and once ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from syndicate.app.keyring import token_hash
from syndicate.app.site import Site
from syndicate.digest.slots import LetterTemplate
from syndicate.model import Attempt, Email
from syndicate.store import edition_pages, editions, letters, welcomes
from syndicate.store.editions import EditionRow
from syndicate.store.welcomes import Copy

_LOOKED_AT: Final = 10  # of the newest editions


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who has just subscribed to a newsletter; `language` is the one that he gets it in."""

    newsletter: str
    subscriber_id: int
    email: Email
    token: str
    language: str


def welcome(site: Site, tx: Any, newcomer: Newcomer, *, now: datetime) -> bool:
    """Queue the newest edition for somebody; False where there is none, he had any of it, or was welcomed.

    For the transaction in which he subscribes. The letter is the one that all got, with his own address and
    links in it. Its key is made of his token, which is nobody else's ever: the database gives the number of
    somebody erased to the next who comes.
    """
    rows = edition_pages.frozen_before(tx, newcomer.newsletter, None, count=_LOOKED_AT)
    found = _chosen(site, tx, rows, newcomer, now=now)
    if found is None:
        return False
    row, copy = found
    if welcomes.has(tx, newcomer.subscriber_id, copy.rendition_id):
        return False
    made = row.edition
    sender = site.config.envelope_sender(newcomer.newsletter)
    template = LetterTemplate(editions.rendition_body(tx, copy.rendition_id), made.uid, sender)
    letter = template.fill(
        Attempt(
            delivery_id=0,
            rendition_id=copy.rendition_id,
            edition_uid=made.uid,
            newsletter=made.newsletter,
            occasion=made.occasion,
            subscriber_id=newcomer.subscriber_id,
            email=newcomer.email.address,
            token=newcomer.token,
            attempts=1,
            queued_at=now,
        )
    )
    return letters.enqueue(
        tx,
        key=f"{welcomes.prefix(newcomer.newsletter)}{token_hash(newcomer.token)[:24]}",
        email=newcomer.email.address,
        body=letter.body,
        now=now,
        subscriber_id=newcomer.subscriber_id,
    )


def _chosen(
    site: Site, tx: Any, rows: Sequence[EditionRow], newcomer: Newcomer, *, now: datetime
) -> tuple[EditionRow, Copy] | None:
    """Return the newest edition with a letter in his language; else the newest there is, where he may get it.

    A letter with an article that is shown no more is none.
    """
    there = [(row, one) for row in rows for one in welcomes.copies(tx, row.id, now=now) if one.whole]
    spoken = [pair for pair in there if pair[1].language == newcomer.language]
    strict = site.config.newsletters[newcomer.newsletter].by_language
    among = spoken or ([] if strict else there)
    newest = [pair for pair in among if pair[0].id == among[0][0].id]
    return max(newest, key=lambda pair: pair[1].articles) if newest else None
