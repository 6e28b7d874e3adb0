"""Queries: the publication's secret keys, each made when it is first asked for."""

from __future__ import annotations

import secrets
from typing import Literal

import sqlalchemy as sa

from syndicate.store.batches import insert_missing
from syndicate.store.ids import get_setting
from syndicate.store.tables import setting

KeyName = Literal["address", "form"]


def key(conn: sa.Connection, name: KeyName) -> bytes | None:
    """Return the key of that name, 32 bytes; None where there is none yet."""
    text = get_setting(conn, f"key:{name}")
    return bytes.fromhex(text) if text else None


def make_key(conn: sa.Connection, name: KeyName) -> bytes:
    """Return the key of that name; a new one is random. Within a write transaction."""
    insert_missing(conn, setting, [{"key": f"key:{name}", "value": secrets.token_hex(32)}], keys=["key"])
    made = key(conn, name)
    assert made is not None  # noqa: S101 it was just written
    return made
