"""Whether a database has this program's schema; spares every other start the weight of Alembic."""

from __future__ import annotations

import sqlalchemy as sa

from syndicate.store.engine import Store

REVISION = "0010"  # of the newest migration; a test holds it to the files


def revision(conn: sa.Connection) -> str | None:
    """Return the schema's revision, None for a database without one."""
    if not sa.inspect(conn).has_table("alembic_version"):
        return None
    number: str | None = conn.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return number


def is_current(store: Store) -> bool:
    """Tell whether the database needs no migration."""
    with store.read() as conn:
        return revision(conn) == REVISION
