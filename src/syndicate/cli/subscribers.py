"""syndicate subscribers add|set|show|list|remove; the others are in files of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.output import configuration, emit, moment, plain, short
from syndicate.cli.subscribers_moving import export, import_
from syndicate.cli.subscribers_sums import stats
from syndicate.cli.subscribers_suppress import stopped, suppress
from syndicate.cli.subscribers_which import NEWSLETTER, newsletters_of
from syndicate.config import Config
from syndicate.errors import UsageError
from syndicate.model import SubscriptionState

if TYPE_CHECKING:
    from syndicate.app.wishes import Wish
    from syndicate.model import Consent, Subscriber


@click.group()
def subscribers() -> None:
    """Add, import, export, list and remove subscribers, suppress addresses, and say what each wants."""


for command in (import_, export, suppress, stats):
    subscribers.add_command(command)


_WISHES = (
    click.option("--frequency", metavar="HOW", help="instant, daily, weekly or monthly."),
    click.option("--zone", metavar="ZONE", help="The time zone, such as Asia/Tokyo."),
    click.option("--at", metavar="TIME", help="The time of day there, such as 18:00."),
    click.option("--language", metavar="TAG", help="The language of our words, such as id."),
    click.option(
        "--topic", "topics", multiple=True, metavar="NAME", help="Only this one, or all; may be repeated."
    ),
    click.option("--pictures/--no-pictures", default=None, help="With pictures or without."),
)


def _wishes(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say what somebody wants."""
    for option in reversed(_WISHES):
        command = option(command)
    return command


def _wish(options: dict[str, Any]) -> Wish:
    from syndicate.app.wishes import Wish

    topics = options.pop("topics")
    return Wish(topics=topics or None, **options)


@subscribers.command()
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@NEWSLETTER
@click.option("--resubscribe", is_flag=True, help="Also those who once unsubscribed, because they asked to.")
@_wishes
@click.pass_context
def add(
    ctx: click.Context, /, emails: tuple[str, ...], newsletter: str | None, resubscribe: bool, **options: Any
) -> None:
    """Subscribe each EMAIL. A bad address stops only itself.

    What the options do not say is as the newsletter has it.
    """
    from syndicate.app.people import add_people
    from syndicate.app.site import open_site
    from syndicate.app.wishes import choice_for

    config = configuration(ctx)
    names = newsletters_of(config, newsletter)
    wish = _wish(options)
    with open_site(config) as site:
        wanted = {} if wish.says_nothing else {name: choice_for(site, name, wish) for name in names}
        results = add_people(site, emails, names, resubscribe=resubscribe, wanted=wanted)
    for result in results:
        click.echo(result.words, err=not result.good)
    if not all(result.good for result in results):
        ctx.exit(1)


@subscribers.command("set")
@click.argument("email")
@click.option("--newsletter", metavar="NAME", help="Of this one; may be left out where there is only one.")
@_wishes
@click.option(
    "--pause-until", metavar="DATE", help="Nothing until then, such as 2026-12-24 or 2026-12-24T07:00."
)
@click.option("--resume", is_flag=True, help="End a pause now.")
@click.pass_context
def set_(
    ctx: click.Context,
    /,
    email: str,
    newsletter: str | None,
    pause_until: str | None,
    resume: bool,
    **options: Any,
) -> None:
    """Change what EMAIL gets of a newsletter; what is not said stays.

    An empty text is as the newsletter has it: --frequency ""; --topic all is every topic, also those to come.
    Nothing is mailed twice for it, and nothing is left out.
    """
    from syndicate.app.site import open_site
    from syndicate.app.wishes import Pause, change

    config = configuration(ctx)
    names = newsletters_of(config, newsletter)
    wish = _wish(options)
    if len(names) > 1:
        raise UsageError(f"say of which newsletter: --newsletter {'|'.join(names)}")
    if pause_until is not None and resume:
        raise UsageError("--pause-until and --resume are two wishes; give one")
    if wish.says_nothing and pause_until is None and not resume:
        raise UsageError("say what is to change, such as --frequency weekly; --help lists it")
    if pause_until == "":
        raise UsageError("--pause-until wants a date such as 2026-12-24; --resume ends a pause")
    pause = Pause(pause_until or "") if pause_until or resume else None
    with open_site(config) as site:
        result = change(site, email, names[0], wish, pause)
    click.echo(result.words, err=not result.good)
    if not result.good:
        ctx.exit(1)


@subscribers.command(short_help="Show what EMAIL subscribes to, agreed to and wants.")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def show(ctx: click.Context, email: str, as_json: bool) -> None:
    """Show what EMAIL subscribes to, what it wants, what it agreed to, and what stops it."""
    from syndicate.app.people import find_person
    from syndicate.app.site import open_site

    config = configuration(ctx)
    with open_site(config) as site:
        found = find_person(site, email)
        lines = [_line(config, row, now=site.clock(), whole=True) for row in found.subscriptions]
    lines += [_agreed(config, one) for one in found.consents]
    lines += [stopped(config, one) for one in found.suppressions]
    if as_json:
        rows = [_for_machine(row) for row in found.subscriptions]
        emit({"subscriptions": rows, "consents": list(map(asdict, found.consents)),
              "suppressions": list(map(asdict, found.suppressions))})  # fmt: skip
    else:
        for line in lines:
            click.echo(line)
    if not found.subscriptions:
        click.echo(f"{email} is not a subscriber.", err=True)
        ctx.exit(1)


def _agreed(config: Config, one: Consent) -> str:
    """Return what was agreed to or withdrawn as a line."""
    cells = [one.newsletter or "every newsletter", one.kind, moment(one.at, config.publication.timezone)]
    cells += filter(None, [one.source, one.ip or "", ", ".join(f"{k} {v}" for k, v in one.evidence.items())])
    return "  " + "\t".join(cells)


def _line(config: Config, row: Subscriber, *, now: datetime, whole: bool = False) -> str:
    """Return a subscription as a line; the `whole` of it says when to the minute, and when it ended."""
    from syndicate.app.wishes import words_for, zone_of

    zone = config.publication.timezone
    since = f"{row.started_at.astimezone(zone):%Y-%m-%d}"
    cells = [row.email, row.newsletter, str(row.state), moment(row.started_at, zone) if whole else since]
    if whole and row.ended_at:
        cells.append(f"ended {moment(row.ended_at, zone)}")
    said = [words_for(config, row.newsletter, row.choice) or ("as the newsletter has it" if whole else "")]
    if row.paused_until and row.paused_until > now:
        place = zone_of(config, row.newsletter, row.choice)
        said.append(f"paused until {short(row.paused_until, place)} ({place.key})")
    words = ", ".join(filter(None, said))
    return "\t".join([*cells, words] if words else cells)


def _for_machine(row: Subscriber) -> dict[str, Any]:
    fields = ("email", "newsletter", "state", "started_at", "ended_at", "extra", "paused_until")
    return {**{name: getattr(row, name) for name in fields}, "choice": asdict(row.choice)}


@subscribers.command("list")
@NEWSLETTER
@click.option("--state", type=click.Choice([one.value for one in SubscriptionState]), help="Those alone.")
@click.option("--limit", type=click.IntRange(min=1), metavar="NUMBER", help="No more than so many.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def list_(
    ctx: click.Context, newsletter: str | None, state: str | None, limit: int | None, as_json: bool
) -> None:
    """List subscribers: address, newsletter, state, since when, wishes."""
    from syndicate.app.site import open_site
    from syndicate.store import exporting

    config = configuration(ctx)
    which = exporting.Which(newsletter, SubscriptionState(state) if state else None)
    number = 0
    with open_site(config) as site, site.store.read() as conn:
        now = site.clock()
        rows = islice(exporting.subscriptions(conn, which), limit)
        shown = _as_json(rows) if as_json else (_line(config, row, now=now) for row in rows)
        for number, line in enumerate(shown, start=1):  # noqa: B007
            click.echo(line)
    if not number or (as_json and number == 1):
        newsletters_of(config, newsletter)  # names those that there are, where it is none of them
    if not number:
        click.echo("Nobody yet; `syndicate subscribers add EMAIL` adds somebody.", err=True)


def _as_json(rows: Iterable[Subscriber]) -> Iterator[str]:
    """Give the lines of a JSON list, one for each subscription: there may be a million."""
    import json

    before = "["
    for row in rows:
        yield before + json.dumps(_for_machine(row), ensure_ascii=False, default=plain)
        before = ","
    yield "[]" if before == "[" else "]"


@subscribers.command(short_help="Remove EMAIL and everything held about it.")
@click.argument("email")
@click.pass_context
def remove(ctx: click.Context, email: str) -> None:
    """Remove EMAIL and everything held about it; letters still waiting are not sent."""
    from syndicate.app.people import remove_person
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        known = remove_person(site, email)
    if not known:
        click.echo(f"{email} is not a subscriber.", err=True)
        ctx.exit(1)
    click.echo(f"{email} is removed.")
