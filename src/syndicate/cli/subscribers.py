"""syndicate subscribers add|import|list|remove."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.config import Config
from syndicate.errors import UsageError


@click.group()
def subscribers() -> None:
    """Add, import, list and remove subscribers."""


def _newsletters(config: Config, chosen: str | None) -> list[str]:
    if chosen is None:
        if not config.newsletters:
            raise UsageError(
                "there is no newsletter to subscribe to; add one under newsletters: in the configuration"
            )
        return list(config.newsletters)
    if chosen not in config.newsletters:
        raise UsageError(
            f"no newsletter is named {chosen!r} (there are: {', '.join(config.newsletters) or 'none'})"
        )
    return [chosen]


_NEWSLETTER = click.option("--newsletter", metavar="NAME", help="This one only; else every newsletter.")


@subscribers.command()
@click.argument("emails", nargs=-1, required=True, metavar="EMAIL...")
@_NEWSLETTER
@click.option("--resubscribe", is_flag=True, help="Also those who once unsubscribed, because they asked to.")
@click.pass_context
def add(ctx: click.Context, emails: tuple[str, ...], newsletter: str | None, resubscribe: bool) -> None:
    """Subscribe each EMAIL. A bad address stops only itself."""
    from syndicate.app.people import add_people
    from syndicate.app.site import open_site

    config = configuration(ctx)
    names = _newsletters(config, newsletter)
    with open_site(config) as site:
        results = add_people(site, emails, names, resubscribe=resubscribe)
    for result in results:
        click.echo(result.words, err=not result.good)
    if not all(result.good for result in results):
        ctx.exit(1)


@subscribers.command("import", short_help="Subscribe everyone in a CSV file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_NEWSLETTER
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def import_(ctx: click.Context, file: Path, newsletter: str | None, as_json: bool) -> None:
    """Subscribe everyone in a CSV file with a column `email`; its other columns are kept.

    Nobody who unsubscribed is subscribed again, and nobody is mailed by an import. Lines with a bad
    address are named and left out.
    """
    from syndicate.app.people import import_people
    from syndicate.app.site import open_site

    config = configuration(ctx)
    names = _newsletters(config, newsletter)
    with open_site(config) as site:
        report = import_people(site, file, names)
    if as_json:
        emit({**report.counts, "faults": list(report.faults)})
    else:
        for fault in report.faults:
            click.echo(fault, err=True)
        fates = {**report.counts, "left out": len(report.faults)}
        done = ", ".join(f"{number:,} {what}" for what, number in fates.items() if number)
        click.echo(f"{count(report.rows, 'row')}: {done or 'nothing to do'}.")
    if report.faults:
        ctx.exit(1)


@subscribers.command("list")
@_NEWSLETTER
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def list_(ctx: click.Context, newsletter: str | None, as_json: bool) -> None:
    """List subscribers: address, newsletter, state, since when."""
    from syndicate.app.site import open_site
    from syndicate.store import subscribers as people

    config = configuration(ctx)
    with open_site(config) as site, site.store.read() as conn:
        rows = list(people.subscribers(conn, newsletter))
    if not rows:
        _newsletters(config, newsletter)  # names those that there are, where it is none of them
    if as_json:
        fields = ("email", "newsletter", "state", "started_at", "ended_at", "extra")
        emit([{name: getattr(row, name) for name in fields} for row in rows])
        return
    zone = config.publication.timezone
    for row in rows:
        click.echo(f"{row.email}\t{row.newsletter}\t{row.state}\t{row.started_at.astimezone(zone):%Y-%m-%d}")
    if not rows:
        click.echo("Nobody yet; `syndicate subscribers add EMAIL` adds somebody.", err=True)


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
