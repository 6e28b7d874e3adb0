"""Steps of tests in which visitors sign up: forms are sent, letters leave into a folder, links are opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx
import loopback
import sqlalchemy as sa
from publications import Publication

from syndicate.app.confirming import decide_due
from syndicate.app.sending import deliver_due
from syndicate.store import subscribers
from syndicate.store.peopletables import metadata
from syndicate.store.tables import delivery
from syndicate.web.quota import Allowance, Quotas
from syndicate.web.routes import make_web

INTO_FOLDER = "  transport: folder\n  folder: var/mail\n"
KIM = "Kim.Lee@Example.org"
_NEWSLETTERS = 'newsletters:\n  daily: {title: Daily News, at: "07:00"}\n'
SEVERAL = """\
newsletters:
  daily: {title: Daily News, at: "07:00", welcome: latest}
  weekly: {title: The Week, frequency: weekly, topics: [Politics, Science]}
  closed: {title: For Us, signup: false}
"""


def offers_several(news: Publication) -> None:
    """Let the publication have two newsletters for everybody and one for nobody."""
    news.configuration_says(_NEWSLETTERS, SEVERAL)


@contextmanager
def visiting(news: Publication) -> Iterator[httpx.Client]:
    """Run the application behind a real server on loopback for the block; gives a visitor."""
    app = make_web(
        news.site,
        started=news.now,
        quotas=Quotas(sign_ups=Allowance(1000, 1.0), together=Allowance(1000, 1.0)),
    )
    with loopback.answering(app, app.files) as address, httpx.Client(base_url=address, timeout=10) as client:
        yield client


def signs_up(visitor: httpx.Client, email: str = KIM, **fields: str | list[str]) -> httpx.Response:
    return visitor.post("/subscribe/", data={"email": email, **fields})


def letters_leave(news: Publication) -> list[EmailMessage]:
    """Decide on the sign-ups and send what is due; return the letters that left now, in order."""
    folder = news.config.base / "var" / "mail"
    before = set(folder.glob("*.eml"))
    decide_due(news.site)
    deliver_due(news.site)
    new = sorted(set(folder.glob("*.eml")) - before, key=lambda one: one.stat().st_mtime_ns)
    return [message_from_bytes(one.read_bytes(), EmailMessage, policy=policy.default) for one in new]


def parts(letter: EmailMessage) -> tuple[str, str]:
    text, html = (part.get_content() for part in letter.iter_parts())
    return text, html


def link_in(letter: EmailMessage) -> str:
    """Return the path of the one link to confirm that a letter has, the same in both parts."""
    text, html = parts(letter)
    [there] = re.findall(r"http://127\.0\.0\.1:8000(/confirm/[\w-]+)\s", text)
    assert html.count("/confirm/") == 1
    assert f'href="http://127.0.0.1:8000{there}"' in html
    return str(there)


def state_of(news: Publication, newsletter: str = "daily", email: str = KIM) -> str:
    """Return how somebody's subscription stands, "" for none."""
    with news.site.store.read() as conn:
        his = {one.newsletter: one for one in subscribers.of_person(conn, email.lower())}
    return his[newsletter].state.value if newsletter in his else ""


def queued(news: Publication) -> list[str]:
    """Return the keys of all letters of no edition."""
    with news.site.store.read() as conn:
        found: list[Any] = list(conn.scalars(sa.select(delivery.c.key).where(delivery.c.key.is_not(None))))
    return sorted(map(str, found))


def everything(news: Publication) -> dict[str, list[Any]]:
    """Return all rows of all tables."""
    with news.site.store.read() as conn:
        return {
            table.name: [tuple(row) for row in conn.execute(sa.select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }
