"""syndicate deliveries list|retry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from syndicate.cli.editions import LEAVES
from syndicate.cli.output import agree, configuration, count, emit, short, table
from syndicate.model import DeliveryState

if TYPE_CHECKING:
    from syndicate.store.stories import LetterRow

_EDITION = click.option(
    "--edition",
    required=True,
    metavar="EDITION",
    help="NEWSLETTER/OCCASION such as daily/2026-11-23, or a number.",
)


@click.group()
def deliveries() -> None:
    """List an edition's letters, and send failed ones again."""


@deliveries.command("list", short_help="List the letters of an edition.")
@_EDITION
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice([state.value for state in DeliveryState]),
    help="Only letters in this state; may be given several times.",
)
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def list_(ctx: click.Context, edition: str, states: tuple[str, ...], limit: int, as_json: bool) -> None:
    """List the letters of an edition: to whom, state, attempts, since when, and what the relay said."""
    from syndicate.app.ledger import edition_of
    from syndicate.app.site import open_site
    from syndicate.store import stories

    config = configuration(ctx)
    chosen = [DeliveryState(state) for state in dict.fromkeys(states)]
    with open_site(config) as site:
        one = edition_of(site, edition)
        with site.store.read() as conn:
            found = stories.letters_of_edition(conn, one.id, chosen, limit=limit)
    if as_json:
        emit([for_machine(row) for row in found])
        return
    for line in listing(found, config.publication.timezone):
        click.echo(line)
    number = sum(one.tally[state] for state in chosen or DeliveryState)
    which = f"{one.name} ({' or '.join(states)})" if states else one.name
    if not found:
        click.echo(f"There is no such letter: {which}.", err=True)
    elif number > len(found):
        click.echo(f"{len(found):,} of {number:,} letters of {which}; --limit shows more.", err=True)


def listing(found: list[LetterRow], zone: ZoneInfo) -> list[str]:
    """Return letters as a table, none for none."""
    head = ("to", "state", "tries", f"since ({zone.key})", "next try", "reply")
    rows = [
        (
            one.email or "(removed)",
            state_of(one),
            str(one.attempts),
            short(one.changed_at, zone),
            short(one.due_at, zone) if one.due_at else "",
            f"{one.code or ''} {one.reply}".strip(),
        )
        for one in found
    ]
    return table(head, rows, right={2}) if rows else []


def state_of(one: LetterRow) -> str:
    """Return the state of a letter in a word: held where it waits for the operator."""
    held = one.state is DeliveryState.UNKNOWN and one.due_at is None
    return "unknown, held" if held else one.state.value


@deliveries.command(short_help="Send failed or held letters of an edition again.")
@_EDITION
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Choice(["failed", "unknown"]),
    help="Only failed ones, or only those held as unknown; else both.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.argument("emails", nargs=-1, metavar="[EMAIL]...")
@click.pass_context
def retry(
    ctx: click.Context, edition: str, states: tuple[str, ...], yes: bool, emails: tuple[str, ...]
) -> None:
    """Let letters that failed, or that are held as unknown, be due now: everybody's, or those to EMAIL.

    The same letter goes out, with the same Message-ID, and is tried for as long as a new one. Who
    unsubscribed since gets none. A held letter may have arrived: whoever has it gets a copy.
    """
    from syndicate.app import ledger
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        one = ledger.edition_of(site, edition)
        wish = ledger.wanted(one, [DeliveryState(state) for state in states], emails)
        found = ledger.can_be_tried_again(site, one, wish)
        for key in wish.people or ():
            if key not in found.people:
                click.echo(f"{key}: has no letter of {one.name} that can be tried again.", err=True)
        if not found.counts.frozen:
            click.echo(f"Nothing of {one.name} can be tried again.", err=True)
            ctx.exit(1)
        parts = [f"{number:,} {state.value}" for state, number in sorted(found.counts.counts.items())]
        agree(
            f"Send {count(found.counts.frozen, 'letter')} of {one.name} again ({', '.join(parts)})?", yes=yes
        )
        number = ledger.try_again(site, wish, found.chunks)
    click.echo(f"{count(number, 'letter')} of {one.name} due now.")
    if one.state == "paused":
        click.echo(f"It is paused: `syndicate editions resume {one.name}` lets them leave.", err=True)
    else:
        click.echo(LEAVES, err=True)


def for_machine(one: LetterRow) -> dict[str, Any]:
    """Return a letter with its attempts for a machine."""
    return {
        "id": one.id,
        "email": one.email,
        "newsletter": one.newsletter,
        "occasion": one.occasion,
        "key": one.key,
        "state": one.state,
        "attempts": one.attempts,
        "due_at": one.due_at,
        "changed_at": one.changed_at,
        "code": one.code,
        "reply": one.reply,
        "relay": one.relay,
        "tries": [
            {
                "number": each.number,
                "state": each.state,
                "at": each.at,
                "code": each.code,
                "reply": each.reply,
                "relay": each.relay,
            }
            for each in one.tries
        ],
    }
