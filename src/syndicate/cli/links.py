"""syndicate links check."""

from __future__ import annotations

from typing import Any

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.progress import progress


@click.group()
def links() -> None:
    """Check the addresses of articles against the site that shows them."""


@links.command()
@click.option(
    "--against",
    metavar="SITE",
    help="The site's built folder, its sitemap.xml, or its address; else publication.url.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def check(ctx: click.Context, against: str | None, as_json: bool) -> None:
    """Compare every article's address with the site's pages.

    Drafts, articles of the future and expired ones are left out.

    Exit status 1 where one differs.
    """
    from syndicate.app.moving.comparing import differences, pages_of
    from syndicate.app.moving.published import addresses_out
    from syndicate.app.scanning import scan_content
    from syndicate.app.site import open_site

    config = configuration(ctx)
    pages = pages_of(against or config.publication.url)
    with open_site(config) as site, site.build_lock():
        with progress("Reading", "files", quiet=as_json) as show:
            scan_content(site, patient=True, progress=show)
        ours = addresses_out(site)
    found = differences(ours, pages, base=config.publication.url)
    if as_json:
        rows: list[dict[str, Any]] = [
            {"path": one.path, "ours": one.ours, "theirs": one.theirs or None} for one in found
        ]
        emit({"articles": len(ours), "pages": len(pages), "differences": rows})
    else:
        for one in found:
            click.echo(f"{one.path}: {one.ours} is not there{f', but {one.theirs} is' if one.theirs else ''}")
        good = len(ours) - len(found)
        click.echo(f"{count(len(ours), 'article')}: {good:,} where they should be, {len(found):,} not.")
    if found:
        ctx.exit(1)
