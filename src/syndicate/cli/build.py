"""syndicate build."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.progress import progress
from syndicate.config import Config

if TYPE_CHECKING:
    from syndicate.app.publishing import Publishing
    from syndicate.app.scanning import Scanned
    from syndicate.app.site import Site
    from syndicate.store.pings import HubStanding


@click.command()
@click.option("--accept-removals", is_flag=True, help="Withdraw articles whose files are gone, however many.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def build(ctx: click.Context, accept_removals: bool, as_json: bool) -> None:
    """Scan the content folder and publish feeds and pages once.

    A bad article or template is named and left out; everything else is published. Exit status 1 where
    the content folder is missing or removals are held back.
    """
    from syndicate.app.looking import Looking

    config = configuration(ctx)
    looking = Looking(config)  # while it looks, what follows is loaded
    from syndicate.app import hubs
    from syndicate.app.publishing import publish_site
    from syndicate.app.scanning import scan_content
    from syndicate.app.site import open_site

    with open_site(config) as site:
        with site.build_lock():
            with progress("Reading", "files", quiet=as_json) as show:
                scanned = scan_content(
                    site, looking=looking, patient=True, accept_removals=accept_removals, progress=show
                )
            waiting = still_held(site)
            with progress("Making", "pages", quiet=as_json) as show:
                result = publish_site(site, scanned.articles, now=site.clock(), progress=show)
        tell_hubs(site)
        untold = hubs.standings_of(site)
    done = _Built(scanned, result, waiting, tuple(untold))
    if as_json:
        emit(_data(config, done))
    else:
        _say(config, done)
    if scanned.held or not scanned.present:
        ctx.exit(1)


def still_held(site: Site) -> int:
    """Ask for the pages of held articles once; return how many go on waiting. The build lock is held."""
    if not site.config.wait:
        return 0
    from syndicate.app.holding import ask_and_release

    return ask_and_release(site)


def tell_hubs(site: Site) -> None:
    """Tell hubs what they are to be told, for some seconds at most; what is left stays due."""
    if site.config.feeds.hubs:
        from syndicate.app.telling import AT_ONCE, tell_due

        tell_due(site, within=AT_ONCE)


@dataclass(frozen=True, slots=True)
class _Built:
    """What a build found and left; `waiting` articles are held, `untold` hubs do not know all of it yet."""

    scanned: Scanned
    result: Publishing
    waiting: int
    untold: tuple[HubStanding, ...]

    @property
    def faults(self) -> list[str]:
        return [str(fault) for fault in (*self.scanned.faults, *self.result.faults)]


def _data(config: Config, done: _Built) -> dict[str, object]:
    published = done.result.published
    return {
        "articles": done.result.articles,
        "feeds": done.result.feeds,
        "read": done.scanned.read,
        "withdrawn": done.scanned.withdrawn,
        "removals_held": done.scanned.held,
        "waiting": done.waiting,
        "written": len(published.written),
        "unchanged": published.unchanged,
        "deleted": len(published.deleted),
        "folder": config.publish.folder,
        "hubs": {one.hub: {"waiting": one.waiting, "refused": one.refused} for one in done.untold},
        "faults": done.faults,
    }


def _say(config: Config, done: _Built) -> None:
    from syndicate.app.hubs import wrong_with

    for line in (*done.faults, *wrong_with(done.untold)):
        click.echo(line, err=True)
    if done.waiting:
        click.echo(f"Held until their pages are there: {count(done.waiting, 'article')} (articles waiting).")
    if done.scanned.withdrawn:
        click.echo(f"Withdrawn: {count(done.scanned.withdrawn, 'article')}.")
    result, published = done.result, done.result.published
    click.echo(
        f"{count(result.articles, 'article')} in {count(result.feeds, 'feed')}; "
        f"{count(len(published.written), 'file')} written, {published.unchanged:,} unchanged, "
        f"{len(published.deleted):,} deleted in {config.publish.folder}"
    )
