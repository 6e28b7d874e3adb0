"""syndicate status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from syndicate.cli.output import configuration, count, emit, equation, moment, short, tally_json, tally_words

if TYPE_CHECKING:
    from syndicate.app.reporting import Status
    from syndicate.model import Tick

_MOST_WAITING = 5  # articles that are named


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Show articles, editions, deliveries by state, next runs, and what is wrong."""
    from syndicate.app.reporting import status_of
    from syndicate.app.site import open_site

    config = configuration(ctx)
    with open_site(config) as site:
        found = status_of(site)
    if as_json:
        emit(_for_machine(found))
    else:
        for line in lines(found, config.publication.timezone):
            click.echo(line)


def lines(found: Status, zone: ZoneInfo) -> list[str]:
    """Return the status as an operator reads it."""
    articles = [f"{number:,} {state}" for state, number in sorted(found.articles.items())]
    said = [
        f"Service     {'running' if found.running else 'not running (start it with `syndicate run`)'}",
        f"Articles    {', '.join(articles) or 'none yet; `syndicate build` reads them'}",
    ]
    said += [f"  {line}" for line in found.waiting[:_MOST_WAITING]]
    if len(found.waiting) > _MOST_WAITING:
        said.append(f"  and {len(found.waiting) - _MOST_WAITING:,} more: `syndicate articles waiting`")
    said += [f"Editions    {found.editions:,}", f"Deliveries  {tally_words(found.deliveries)}"]
    for account, held in found.unfinished:
        said.append(f"  {account.name} is {account.state}: {equation(account.tally)}{_held(held)}")
    for one in found.newsletters:
        said.append(f"Newsletter  {one.title} ({one.name}), {count(one.subscribers, 'subscriber')}")
        said.append(f"  next      {moment(one.next_at, zone)}")
        if one.last_occasion and one.last_tally:
            said.append(f"  last      {one.last_occasion}, {tally_words(one.last_tally)}")
    for hub in found.hubs:
        if hub.waiting and hub.next_at:
            many = count(hub.waiting, "document")
            said.append(f"Hub         {hub.hub} is to be told of {many}, next {moment(hub.next_at, zone)}")
    if found.ticks:
        said.append("Last")
    wide = max((len(name) for name in found.ticks), default=0)
    for name, tick in found.ticks.items():
        said.append(f"  {name:<{max(wide, 9)}} {_ended(tick, zone, running=found.running)}")
    said += _told(found, zone)
    said.append("Nothing is wrong." if not found.wrong else "What is wrong:")
    return [*said, *(f"  {line}" for line in found.wrong)]


def _held(held: int) -> str:
    return f" ({held:,} of them held)" if held else ""


def _told(found: Status, zone: ZoneInfo) -> list[str]:
    """Return what the operator was told last; `What is wrong` says whether it still is so."""
    rows = [
        f"  {short(one.raised_at, zone)}  {one.cause}: {one.about}: {one.message}" for one in found.alerts
    ]
    return [f"Alerts, newest first ({zone.key})", *rows] if rows else []


def _ended(tick: Tick, zone: ZoneInfo, *, running: bool) -> str:
    if tick.ended_at:
        return f"{moment(tick.ended_at, zone)}: {tick.error or tick.detail}"
    began = f"began {moment(tick.started_at, zone)}"
    return f"{began}, under way" if running else f"{began} and did not end"


def _for_machine(found: Status) -> dict[str, Any]:
    return {
        "running": found.running,
        "articles": found.articles,
        "editions": found.editions,
        "deliveries": tally_json(found.deliveries),
        "newsletters": {
            one.name: {
                "title": one.title,
                "subscribers": one.subscribers,
                "next_at": one.next_at,
                "last_occasion": one.last_occasion,
                "last_deliveries": tally_json(one.last_tally) if one.last_tally else None,
            }
            for one in found.newsletters
        },
        "last": {
            name: {"started_at": t.started_at, "ended_at": t.ended_at, "detail": t.detail, "error": t.error}
            for name, t in found.ticks.items()
        },
        "unfinished": [
            {
                "edition": one.name,
                "state": one.state,
                "reason": one.reason,
                "held": held,
                "deliveries": tally_json(one.tally),
            }
            for one, held in found.unfinished
        ],
        "hubs": [
            {
                "hub": one.hub,
                "waiting": one.waiting,
                "refused": one.refused,
                "next_at": one.next_at,
                "tried_at": one.tried_at,
                "answer": one.answer,
            }
            for one in found.hubs
        ],
        "alerts": [
            {"cause": one.cause, "about": one.about, "message": one.message, "at": one.raised_at}
            for one in found.alerts
        ],
        "waiting": found.waiting,
        "wrong": found.wrong,
    }
