"""The articles that a site made today would show, with their addresses."""

from __future__ import annotations

from syndicate.app.site import Site
from syndicate.model import ArticleState
from syndicate.store import articles


def addresses_out(site: Site) -> list[tuple[str, str]]:
    """Return path and address of each article that is neither hidden, nor of the future, nor expired."""
    now = site.clock()
    with site.store.read() as conn:
        records = articles.records(conn)
    return [
        (one.path, one.address)
        for one in records
        if one.state is ArticleState.PRESENT
        and not one.hidden
        and (one.published_at is None or one.published_at <= now)
        and (one.expires_at is None or one.expires_at > now)
    ]
