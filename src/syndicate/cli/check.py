"""syndicate check."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.errors import ConfigError


@click.command()
@click.option("--places", is_flag=True, help="Try also whether each place of publish.to can be written to.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def check(ctx: click.Context, places: bool, as_json: bool) -> None:
    """Check configuration, templates and articles; list every fault at once.

    Nothing is written, but with --places a small file that goes again. Exit status 78 for faults in the
    configuration, 1 for others.
    """
    from syndicate.app.checking import check_all
    from syndicate.configfile import place

    wrong: tuple[str, ...] = ()
    try:
        config = configuration(ctx)
    except ConfigError as error:
        if error.rest is None:
            if as_json:
                emit({"articles": 0, "faults": list(error.faults), "warnings": [], "left_out": []})
                ctx.exit(error.exit_code)
            raise
        wrong, config = error.faults, error.rest
    path: Path = ctx.obj
    found = check_all(config, wrong, partial(place, path, str(path)), places=places)
    if as_json:
        emit(
            {
                "articles": found.articles,
                "faults": list(found.faults),
                "warnings": list(found.warnings),
                "left_out": list(found.left_out),
            }
        )
    else:
        for line in found.faults:
            click.echo(line)
        for line in found.warnings:
            click.echo(f"warning: {line}")
        for line in found.left_out:
            click.echo(f"left out: {line}")
        good = "no faults" if not found.faults else count(len(found.faults), "fault")
        click.echo(f"{count(found.articles, 'article')} read; {good}.")
    if found.config_faults:
        ctx.exit(78)
    if found.faults:
        ctx.exit(1)
