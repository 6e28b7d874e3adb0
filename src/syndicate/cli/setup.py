"""syndicate setup nginx|caddy|systemd|form."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.output import configuration
from syndicate.errors import SyndicateError

if TYPE_CHECKING:
    from syndicate.app.fronts.facts import Facts
    from syndicate.templating import Templates


@click.group()
def setup() -> None:
    """Print ready configuration for nginx, Caddy or systemd, or a form for another site's pages."""


def _written(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of where its text goes."""
    replace = click.option("--replace", is_flag=True, help="Replace a FILE that is there and differs.")
    output = click.option(
        "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Write it to FILE."
    )
    return output(replace(command))


@setup.command()
@_written
@click.pass_context
def nginx(ctx: click.Context, output: Path | None, replace: bool) -> None:
    """Print a site for nginx.

    nginx answers what is a file in the publish folder, and asks syndicate for all else.
    """
    from syndicate.app.fronts.nginx import nginx_site

    _give_site(ctx, nginx_site, output, replace=replace)


@setup.command()
@_written
@click.pass_context
def caddy(ctx: click.Context, output: Path | None, replace: bool) -> None:
    """Print a site for Caddy.

    Caddy answers what is a file in the publish folder, and asks syndicate for all else.
    """
    from syndicate.app.fronts.caddy import caddy_site

    _give_site(ctx, caddy_site, output, replace=replace)


@setup.command()
@_written
@click.pass_context
def systemd(ctx: click.Context, output: Path | None, replace: bool) -> None:
    """Print a service for systemd.

    It starts `syndicate run` with the machine, as a user of its own.
    """
    from syndicate.app.fronts.systemd import systemd_unit
    from syndicate.app.site import templates_of

    config = configuration(ctx)
    file: Path = ctx.obj
    unit = systemd_unit(config, templates_of(config), command=_command(), config_file=file.absolute())
    _give(unit, output, replace=replace)


@setup.command()
@click.option("--newsletter", "names", metavar="NAME", multiple=True, help="One that it is for; else all.")
@click.option("--language", metavar="TAG", default="", help="Of its words and of the letter that confirms.")
@_written
@click.pass_context
def form(
    ctx: click.Context, names: tuple[str, ...], language: str, output: Path | None, replace: bool
) -> None:
    """Print a form for signing up, as HTML for a page of another site.

    It needs neither script nor style, and nothing has to be set up for the other site.
    """
    from syndicate.app.embedding import signup_form
    from syndicate.app.site import templates_of
    from syndicate.configtypes import parse_language

    config = configuration(ctx)
    try:
        spoken = parse_language(language) if language else ""
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--language") from None
    _give(signup_form(config, templates_of(config), names=names, language=spoken), output, replace=replace)


def _give_site(
    ctx: click.Context, site: Callable[[Facts, Templates], str], output: Path | None, *, replace: bool
) -> None:
    """Print or write a server's site, then what the operator should know before he uses it."""
    from syndicate.app.fronts.facts import facts_of, wrong_with
    from syndicate.app.site import templates_of

    config = configuration(ctx)
    _give(site(facts_of(config), templates_of(config)), output, replace=replace)
    for line in wrong_with(config):
        click.echo(f"warning: {line}", err=True)


def _command() -> list[str]:
    """Return what starts syndicate as it is installed here: the command beside the interpreter, or that."""
    beside = Path(sys.executable).with_name("syndicate")
    return [str(beside)] if beside.is_file() else [sys.executable, "-m", "syndicate"]


def _give(text: str, output: Path | None, *, replace: bool) -> None:
    """Print `text`, or write it where nothing else would be lost."""
    if output is None:
        click.echo(text, nl=False)
        return
    from syndicate.durable import write_whole

    body = text.encode()
    if not replace and output.exists() and output.read_bytes() != body:
        raise SyndicateError(
            f"{output} is there already, and differs; nothing was changed (--replace writes over it)"
        )
    write_whole(output, body)
    click.echo(f"Wrote {output}")
