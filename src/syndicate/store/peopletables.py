"""The tables of what is asked for and consented to, beside those of subscribers; see `tables`."""

from __future__ import annotations

import sqlalchemy as sa

from syndicate.store.tables import Serial, UtcDateTime, column, metadata

__all__ = ["asked", "consent", "link", "metadata", "signup", "suppression", "ticket", "wording"]

_EMPTY = sa.text("''")

# The words that people agreed to, each text once. `digest` is its SHA-256, in hexadecimal digits.
wording = sa.Table(
    "wording",
    metadata,
    column("id", Serial, primary_key=True),
    column("digest", sa.Text, unique=True),
    column("text", sa.Text),
)

# What a person agreed to or withdrew, when, where, and by which words: kept as long as he is. `kind` is one
# of `model.ConsentKind`, `source` the page, the file or the command, `ip` the address as `privacy.ip` has it,
# null once that was long ago, and `evidence` what an import said of it, as JSON.
consent = sa.Table(
    "consent",
    metadata,
    column("id", Serial, primary_key=True),
    column("subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="CASCADE"), index=True),
    column("newsletter", sa.Text, server_default=_EMPTY),
    column("kind", sa.Text),
    column("at", UtcDateTime),
    column("source", sa.Text, server_default=_EMPTY),
    column("wording_id", Serial, sa.ForeignKey("wording.id"), null=True),
    column("ip", sa.Text, null=True),
    column("evidence", sa.Text, server_default=sa.text("'{}'")),
)
_WITH_IP = sa.text("ip IS NOT NULL")
sa.Index("ix_consent_ip", consent.c.at, sqlite_where=_WITH_IP, postgresql_where=_WITH_IP)

# Who asked to be subscribed and has not confirmed it, or has a short while ago: one row for an address.
# `wanted` says what he asked for, as JSON. `due_at` is set while it is to be decided whether he is mailed.
signup = sa.Table(
    "signup",
    metadata,
    column("id", Serial, primary_key=True),
    column("email", sa.Text),
    column("email_key", sa.Text, unique=True),
    column("wanted", sa.Text),
    column("language", sa.Text, server_default=_EMPTY),
    column("source", sa.Text, server_default=_EMPTY),
    column("wording_id", Serial, sa.ForeignKey("wording.id"), null=True),
    column("ip", sa.Text, null=True),
    column("asked_at", UtcDateTime),
    column("due_at", UtcDateTime, null=True),
    column("again", sa.Boolean, server_default=sa.false()),
    column("expires_at", UtcDateTime, index=True),
    column("confirmed_at", UtcDateTime, null=True),
)
_WAITS = sa.text("due_at IS NOT NULL")
sa.Index("ix_signup_due", signup.c.due_at, sqlite_where=_WAITS, postgresql_where=_WAITS)

# Links that were mailed and expire, by the SHA-256 of their tokens: nobody who reads the database can open
# one. `purpose` is one of `model.Purpose`; `email` is the new address where one is to be changed.
ticket = sa.Table(
    "ticket",
    metadata,
    column("hash", sa.Text, primary_key=True),
    column("purpose", sa.Text),
    column("signup_id", Serial, sa.ForeignKey("signup.id", ondelete="CASCADE"), null=True, index=True),
    column(
        "subscriber_id", Serial, sa.ForeignKey("subscriber.id", ondelete="CASCADE"), null=True, index=True
    ),
    column("email", sa.Text, server_default=_EMPTY),
    column("created_at", UtcDateTime),
    column("expires_at", UtcDateTime, index=True),
)

# Links of subscriptions that were joined with another of the same newsletter: they lead to that one for ever.
link = sa.Table(
    "link",
    metadata,
    column("token", sa.Text, primary_key=True),
    column("subscription_id", Serial, sa.ForeignKey("subscription.id", ondelete="CASCADE"), index=True),
)

# How many letters an address was sent because somebody asked for them, by its keyed hash and their purpose.
asked = sa.Table(
    "asked",
    metadata,
    column("hash", sa.Text, primary_key=True),
    column("purpose", sa.Text, primary_key=True),
    column("letters", sa.Integer),
    column("last_at", UtcDateTime, index=True),
)

# Addresses that no import and no operator's slip brings back, by their keyed hash: of one newsletter, or of
# all, which is "". `email` is "" where the person was erased.
suppression = sa.Table(
    "suppression",
    metadata,
    column("hash", sa.Text, primary_key=True),
    column("newsletter", sa.Text, primary_key=True),
    column("email", sa.Text, server_default=_EMPTY),
    column("reason", sa.Text),
    column("at", UtcDateTime),
    column("evidence", sa.Text, server_default=sa.text("'{}'")),
)
