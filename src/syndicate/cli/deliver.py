"""syndicate deliver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from syndicate.cli.output import configuration, emit, moment, tally_json, tally_words
from syndicate.cli.progress import of_tally, progress
from syndicate.errors import TemporaryError
from syndicate.model import OPEN_STATES, DeliveryState, Tally

if TYPE_CHECKING:
    from syndicate.app.site import Site


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def deliver(ctx: click.Context, as_json: bool) -> None:
    """Send what is due in the outbox, then end.

    Beside a sender that is at work it follows that one's progress. Exit status 75 while letters wait for
    another try, 0 when none do.
    """
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site:
        finish(ctx, site, None, as_json=as_json, about={})


def finish(
    ctx: click.Context, site: Site, edition_id: int | None, *, as_json: bool, about: Mapping[str, object]
) -> None:
    """Deliver, say how it ended, and exit with 75 where letters wait."""
    from syndicate.app.sending import deliver_due
    from syndicate.store import editions

    settled: dict[DeliveryState, int] = {}
    if edition_id is None:  # what other runs have settled is not told as this one's work
        with site.store.read() as conn:
            earlier = editions.tally(conn)
        settled = {state: earlier[state] for state in DeliveryState if state not in OPEN_STATES}
    with progress("Sending", "letters", quiet=as_json) as show:
        result = deliver_due(site, edition_id=edition_id, progress=of_tally(show))
    zone = site.config.publication.timezone
    if as_json:
        emit({**about, "letters": tally_json(result.tally), "relay_error": result.relay_error})
    else:
        done = Tally({state: result.tally[state] - settled.get(state, 0) for state in DeliveryState})
        click.echo(f"{tally_words(done)}." if done.frozen else "The outbox is empty.")
    if not result.waiting:
        return
    if not as_json:
        if result.relay_error:
            click.echo(f"The relay did not take them: {result.relay_error}", err=True)
        if result.next_due:
            when = moment(result.next_due, zone) if result.next_due > site.clock() else "now"
            makes = "`syndicate run` or `syndicate deliver` makes it"
            click.echo(f"The next try is due {when}; {makes}.", err=True)
        else:
            click.echo(
                "None of them leaves by itself; `syndicate status` says why, and what to do.", err=True
            )
    ctx.exit(TemporaryError.exit_code)
