"""syndicate mail test."""

from __future__ import annotations

import asyncio

import click

from syndicate.cli.output import configuration
from syndicate.errors import UsageError


@click.group()
def mail() -> None:
    """Try the mail settings."""


@mail.command()
@click.argument("address")
@click.option("--newsletter", metavar="NAME", help="Whose digest to send; else the first.")
@click.option("--relay", metavar="NAME", default="", help="Which relay to try; else each of them.")
@click.pass_context
def test(ctx: click.Context, address: str, newsletter: str | None, relay: str) -> None:
    """Connect, secure, log in, and send one real digest to ADDRESS alone.

    Each step is shown with the server's words, and with what to do where it fails. Of several relays each
    is tried, so that one letter comes from each.
    """
    from syndicate.app.forecast import preview
    from syndicate.app.previewing import sample_letter
    from syndicate.app.scanning import scan_content
    from syndicate.app.site import open_site
    from syndicate.delivery.probe import Step, probe
    from syndicate.emails import parse_email

    config = configuration(ctx)
    if not config.newsletters:
        raise UsageError(
            "there is no newsletter to test with; add one under newsletters: in the configuration"
        )
    try:
        recipient = parse_email(address).address
    except ValueError as error:
        raise UsageError(str(error)) from None
    with open_site(config) as site:
        with site.build_lock():
            scanned = scan_content(site, patient=True)
        name = newsletter or next(iter(config.newsletters))
        shown = preview(site, name, scanned.articles, now=site.clock())
        letter = sample_letter(site, shown, recipient=recipient)

    shown_relay = ""

    def show(step: Step) -> None:
        nonlocal shown_relay
        if step.relay != shown_relay and config.mail.relays:
            click.echo(f"{step.relay}:")
        shown_relay = step.relay
        click.echo(f"{'ok  ' if step.ok else 'FAIL'} {step.name}: {step.words}")
        if step.advice:
            click.echo(f"     {step.advice}")

    if not asyncio.run(probe(config, letter, show, only=relay)):
        ctx.exit(1)
    if config.mail.transport == "folder":
        click.echo("Nobody was mailed: mail.transport is folder. Set it to smtp to try a mail server.")
    else:
        click.echo(f"Now look into the inbox of {recipient}, and into its spam folder.")
