"""syndicate articles ids export|import."""

from __future__ import annotations

from pathlib import Path

import click

from syndicate.cli.output import configuration, count, emit


@click.group()
def articles() -> None:
    """Keep the identities of articles, and list those that wait for their pages."""


@articles.command(short_help="List new articles held until their pages are there.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def waiting(ctx: click.Context, as_json: bool) -> None:
    """List the new articles that are held until their pages are there (`links.wait`).

    Neither feeds nor letters have them before.
    """
    from syndicate.app.patience import address_of, words_of
    from syndicate.app.site import open_site
    from syndicate.store.waiting import waiting as waiting_at

    config = configuration(ctx)
    with open_site(config) as site, site.store.read() as conn:
        found = waiting_at(conn, now=site.clock())
    if as_json:
        emit(
            [
                {
                    "path": one.path,
                    "address": address_of(one, config),
                    "since": one.since,
                    "asked_at": one.asked_at,
                    "answer": one.answer,
                }
                for one in found
            ]
        )
        return
    for one in found:
        click.echo(words_of(one, config))
    if not found:
        click.echo("No article waits for its page.")


@articles.group("ids")
def ids_() -> None:
    """Export and import the ids of articles and feeds."""


@ids_.command("export", short_help="Write every id as a line of JSON, to FILE or here.")
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export(ctx: click.Context, file: Path | None) -> None:
    """Write every id, with path, address and moments, as a line of JSON, to FILE or to standard output.

    The same is kept beside the database in ids.jsonl, from which a lost database is rebuilt by itself.
    """
    from syndicate.app.identities import everything
    from syndicate.app.site import open_site
    from syndicate.durable import write_whole

    with open_site(configuration(ctx)) as site:
        lines = list(everything(site))
    if file is None:
        for line in lines:
            click.echo(line)
        return
    write_whole(file, "".join(f"{line}\n" for line in lines).encode())
    click.echo(f"{count(len(lines), 'id')} written to {file}")


@ids_.command("import", short_help="Take the ids in FILE into the database.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def import_(ctx: click.Context, file: Path) -> None:
    """Take the ids in FILE, as `articles ids export` wrote them, into the database.

    An article is found again by its path, else by its content; what is mailed or published next has its id.
    """
    from syndicate.app.identities import take_back
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site, site.build_lock():
        taken, feeds = take_back(site, file)
    click.echo(f"{count(taken, 'article')} and {count(feeds, 'feed')} known; run: syndicate build")
