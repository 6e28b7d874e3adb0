"""syndicate subscribers stats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.subscribers_which import NEWSLETTER, newsletters_of

if TYPE_CHECKING:
    from syndicate.store.headcount import Headcount, Totals


@click.command(short_help="Tell how many there are, came and left.")
@NEWSLETTER
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def stats(ctx: click.Context, newsletter: str | None, as_json: bool) -> None:
    """Tell how many subscribe to each newsletter, what they chose, who came and left in the last 30 days."""
    from syndicate.app.site import open_site
    from syndicate.store import headcount

    config = configuration(ctx)
    with open_site(config) as site, site.store.read() as conn:
        now = site.clock()
        there = headcount.newsletters(conn)
        names = [newsletter] if newsletter in there else newsletters_of(config, newsletter)
        names = names if newsletter else list(dict.fromkeys([*names, *there]))
        found = {name: headcount.of_newsletter(conn, name, now=now) for name in names}
        everybody = headcount.totals(conn, now=now)
    if as_json:
        emit({**asdict(everybody), "newsletters": {name: asdict(one) for name, one in found.items()}})
        return
    for name, one in found.items():
        click.echo("\n".join(_lines(name, one)))
    click.echo("\n".join(_everybody(everybody)))


def _lines(name: str, one: Headcount) -> list[str]:
    """Return how one newsletter stands, as an operator reads it."""
    said = [
        f"{name}: {one.active:,} subscribed, {one.paused:,} of them paused; {one.left:,} left",
        f"  last 30 days   {one.confirmed_lately:,} confirmed, {one.left_lately:,} left",
    ]
    if one.suppressed:
        said.append(f"  suppressed     {_listed(one.suppressed)}")
    for what, numbers in one.chosen.items():
        if set(numbers) - {""}:
            shown = {each or "as the newsletter has it": number for each, number in numbers.items()}
            said.append(f"  {what:<14} {_listed(shown)}")
    if one.reasons:
        said.append(f"  why they left  {_listed(one.reasons)}")
        said += [f"    {' '.join(text.split())[:200]}" for text in one.last_reasons]
    return said


def _everybody(one: Totals) -> list[str]:
    return [
        f"{count(one.people, 'person', 'people')}, {one.bouncing:,} with refusals; "
        f"{count(one.signups, 'sign-up')} not confirmed",
        f"suppressed for every newsletter: {_listed(one.suppressed) or 'nobody'}",
    ]


def _listed(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{what} {number:,}" for what, number in numbers.items())
