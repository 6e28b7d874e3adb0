"""syndicate editions list|show|pause|resume|cancel|verify."""

from __future__ import annotations

import click

from syndicate.cli.accounts import (
    audit_for_machine,
    description,
    for_machine,
    listing,
    outlook,
    parts_for_machine,
    verdict,
)
from syndicate.cli.output import agree, configuration, count, emit, tally_json, tally_words
from syndicate.errors import UsageError
from syndicate.model import DeliveryState

_JSON = click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
_YES = click.option("--yes", is_flag=True, help="Do not ask.")
_EDITION = click.argument("edition")
LEAVES = "`syndicate run` sends them within half a minute, `syndicate deliver` at once."


@click.group()
def editions() -> None:
    """List, show, pause, resume, cancel and verify editions.

    An EDITION is written NEWSLETTER/OCCASION, such as daily/2026-11-23, or as its number.
    """


@editions.command("list")
@click.option("--newsletter", metavar="NAME", help="This one only; else every newsletter.")
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many.")
@_JSON
@click.pass_context
def list_(ctx: click.Context, newsletter: str | None, limit: int, as_json: bool) -> None:
    """List editions and what became of their letters, newest first."""
    from syndicate.app.site import open_site
    from syndicate.store import operations

    config = configuration(ctx)
    with open_site(config) as site, site.store.read() as conn:
        found = operations.accounts(conn, newsletter, limit=limit)
    if as_json:
        emit([for_machine(one) for one in found])
        return
    if not found and newsletter is not None and newsletter not in config.newsletters:
        known = ", ".join(config.newsletters) or "none"
        raise UsageError(f"no newsletter is named {newsletter!r} (there are: {known})")
    if not found:
        click.echo("There is no edition yet; `syndicate digest send NEWSLETTER` makes one.", err=True)
        return
    for line in listing(found, config.publication.timezone):
        click.echo(line)


@editions.command(short_help="Show one edition: letters, reasons, renditions.")
@_EDITION
@_JSON
@click.pass_context
def show(ctx: click.Context, edition: str, as_json: bool) -> None:
    """Show one EDITION: its letters by state, what they failed with, its renditions, the next try."""
    from syndicate.app.ledger import edition_of, failures
    from syndicate.app.site import open_site
    from syndicate.store import operations

    config = configuration(ctx)
    with open_site(config) as site:
        one = edition_of(site, edition)
        refusals = failures(site, one.id, limit=5)
        with site.store.read() as conn:
            renditions = operations.renditions(conn, one.id)
            due, held = operations.next_due(conn, one.id), operations.held(conn, one.id)
        now = site.clock()
    zone = config.publication.timezone
    if as_json:
        failed = [{"words": words, "letters": number} for words, number in refusals]
        emit(
            {
                **for_machine(one),
                "failed_with": failed,
                "next_due": due,
                "held": held,
                **parts_for_machine(renditions),
            }
        )
        return
    for line in [
        *description(one, zone),
        *(f"  failed    {number:,} with: {words}" for words, number in refusals),
        *outlook(one, due, held, now=now, zone=zone),
    ]:
        click.echo(line)
    for each in renditions:
        click.echo(f"Rendition {each.id} ({each.language}), {count(each.letters, 'letter')}: {each.subject}")
        for path in each.articles:
            click.echo(f"  {path}")


@editions.command(short_help="Send nothing more of an edition until it is resumed.")
@_EDITION
@click.option("--reason", default="paused by hand", show_default=True, help="Why, for whoever looks next.")
@click.pass_context
def pause(ctx: click.Context, edition: str, reason: str) -> None:
    """Let no further letter of EDITION leave. Letters under way end; nothing is lost."""
    from syndicate.app import ledger
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        one = ledger.edition_of(site, edition)
        ledger.pause(site, one, " ".join(reason.split())[:500] or "paused by hand")
    waits = count(one.tally.open, "letter")
    click.echo(
        f"{one.name} is paused; {waits} waiting. `syndicate editions resume {one.name}` lets it go on."
    )


@editions.command(short_help="Let a paused edition go on.")
@_EDITION
@click.pass_context
def resume(ctx: click.Context, edition: str) -> None:
    """Let a paused EDITION go on where it stopped; what it was paused for does not pause it again."""
    from syndicate.app import ledger
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        one = ledger.edition_of(site, edition)
        ledger.resume(site, one)
    click.echo(f"{one.name} goes on; {count(one.tally.open, 'letter')} waiting. {LEAVES}")


@editions.command(short_help="Send nothing more of an edition, for good.")
@_EDITION
@_YES
@click.pass_context
def cancel(ctx: click.Context, edition: str, yes: bool) -> None:
    """Skip every letter of EDITION that still waits. This cannot be taken back.

    Letters under way end by themselves. The same command again goes on with one that was cut short.
    """
    from syndicate.app import ledger
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        one = ledger.edition_of(site, edition)
        if one.state == "cancelled" and not one.tally.open:
            raise UsageError(f"{one.name} is cancelled already: {tally_words(one.tally)}")
        if not one.tally.open:
            raise UsageError(f"{one.name} is done, nothing of it waits: {tally_words(one.tally)}")
        agree(
            f"Cancel {one.name}? {count(one.tally.open, 'letter')} would never be sent "
            f"({one.tally[DeliveryState.SENT]:,} are).",
            yes=yes,
        )
        left = ledger.cancel(site, one, now=site.clock())
    click.echo(f"{one.name} is cancelled: {count(left.skipped, 'letter')} skipped.")
    if left.in_hand:
        has = f"A sender has {count(left.in_hand, 'letter')} in hand"
        click.echo(f"{has}: what is under way ends as the relay answers, the rest is skipped then.", err=True)


@editions.command(short_help="Count an edition anew and see whether it adds up.")
@_EDITION
@_JSON
@click.pass_context
def verify(ctx: click.Context, edition: str, as_json: bool) -> None:
    """Count EDITION anew: frozen = sent + failed + skipped + open, one letter a person, each answered.

    Nothing is changed. Exit status 1 where it does not add up.
    """
    from syndicate.app import ledger
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        one = ledger.edition_of(site, edition)
        found, wrong = ledger.verify(site, one)
    if as_json:
        emit(
            {
                **for_machine(one),
                "deliveries": tally_json(found.counted),
                **audit_for_machine(found),
                "wrong": wrong,
            }
        )
    else:
        for line in verdict(one, found, wrong):
            click.echo(line)
    if wrong:
        ctx.exit(1)
