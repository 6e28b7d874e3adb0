"""syndicate subscribers suppress."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click

from syndicate.cli.output import configuration, emit, short
from syndicate.cli.subscribers_which import NEWSLETTER, newsletters_of
from syndicate.config import Config
from syndicate.errors import UsageError
from syndicate.model import SuppressionReason

if TYPE_CHECKING:
    from syndicate.model import Suppression
    from syndicate.store.engine import Store

_REASONS = [one for one in get_args(SuppressionReason) if one != "erased"]  # `remove` erases


@click.command(short_help="Let no import and no slip bring EMAIL back.")
@click.argument("emails", nargs=-1, metavar="[EMAIL...]")
@NEWSLETTER
@click.option("--reason", type=click.Choice(_REASONS), help="Why; else blocked: not even by signing up.")
@click.option("--lift", "lifting", is_flag=True, help="Take the suppression of each EMAIL away.")
@click.option("--list", "listing", is_flag=True, help="List all suppressions.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def suppress(
    ctx: click.Context,
    /,
    emails: tuple[str, ...],
    newsletter: str | None,
    reason: SuppressionReason | None,
    lifting: bool,
    listing: bool,
    as_json: bool,
) -> None:
    """Let nothing bring EMAIL back but a sign-up that is confirmed; who is blocked, nothing at all.

    Who is subscribed is not any more. Nobody is subscribed by --lift.
    """
    from syndicate.app.site import open_site
    from syndicate.app.suppressing import lift, suppress

    config = configuration(ctx)
    if newsletter is not None:
        newsletters_of(config, newsletter)
    if listing == bool(emails) or (listing and lifting) or (reason and (lifting or listing)):
        raise UsageError("say whom: EMAIL..., --lift EMAIL..., or --list alone")
    with open_site(config) as site:
        if listing:
            _list(config, site.store, newsletter, as_json=as_json)
            return
        if lifting:
            results = lift(site, emails, newsletter)
        else:
            results = suppress(site, emails, reason or "blocked", newsletter or "")
    for result in results:
        click.echo(result.words, err=not result.good)
    if not all(result.good for result in results):
        ctx.exit(1)


def _list(config: Config, store: Store, newsletter: str | None, *, as_json: bool) -> None:
    from dataclasses import asdict

    from syndicate.store import suppressions

    with store.read() as conn:
        rows = (one for one in suppressions.every(conn) if newsletter in (None, one.newsletter))
        if as_json:
            emit(list(map(asdict, rows)))
            return
        number = 0
        for number, one in enumerate(rows, start=1):  # noqa: B007
            click.echo(stopped(config, one))
    if not number:
        click.echo("No address is suppressed.", err=True)


def stopped(config: Config, one: Suppression) -> str:
    """Return a suppression as a line."""
    who = one.email or f"({'erased' if one.reason == 'erased' else 'left'}, {one.hash[:12]})"
    since = short(one.at, config.publication.timezone)
    return "\t".join([who, one.newsletter or "every newsletter", f"suppressed: {one.reason}", since])
