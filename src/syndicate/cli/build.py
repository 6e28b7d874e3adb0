"""syndicate build."""

from __future__ import annotations

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.progress import progress


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
            waiting = 0
            if config.wait:
                from syndicate.app.holding import ask_and_release

                waiting = ask_and_release(site)
            with progress("Making", "pages", quiet=as_json) as show:
                result = publish_site(site, scanned.articles, now=site.clock(), progress=show)
        if config.feeds.hubs:
            from syndicate.app.telling import AT_ONCE, tell_due

            tell_due(site, within=AT_ONCE)
        untold = hubs.standings_of(site)
    faults = [*scanned.faults, *result.faults]
    published = result.published
    if as_json:
        emit(
            {
                "articles": result.articles,
                "feeds": result.feeds,
                "read": scanned.read,
                "withdrawn": scanned.withdrawn,
                "removals_held": scanned.held,
                "waiting": waiting,
                "written": len(published.written),
                "unchanged": published.unchanged,
                "deleted": len(published.deleted),
                "folder": config.publish.folder,
                "hubs": {one.hub: {"waiting": one.waiting, "refused": one.refused} for one in untold},
                "faults": [str(fault) for fault in faults],
            }
        )
    else:
        for fault in faults:
            click.echo(str(fault), err=True)
        for line in hubs.wrong_with(untold):
            click.echo(line, err=True)
        if waiting:
            click.echo(f"Held until their pages are there: {count(waiting, 'article')} (articles waiting).")
        if scanned.withdrawn:
            click.echo(f"Withdrawn: {count(scanned.withdrawn, 'article')}.")
        click.echo(
            f"{count(result.articles, 'article')} in {count(result.feeds, 'feed')}; "
            f"{count(len(published.written), 'file')} written, {published.unchanged:,} unchanged, "
            f"{len(published.deleted):,} deleted in {config.publish.folder}"
        )
    if scanned.held or not scanned.present:
        ctx.exit(1)
