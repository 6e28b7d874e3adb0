"""syndicate init."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from syndicate.errors import SyndicateError


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option("--title", help="The publication's title.")
@click.option("--url", help="Where readers read, such as https://news.example.org.")
@click.option("--language", help="A language tag such as en, id or ar.")
@click.option("--timezone", help="An IANA zone such as Asia/Jakarta.")
@click.option("--from", "sender", metavar="MAILBOX", help="The sender of letters: Name <address>.")
@click.option("--demo", is_flag=True, help="Add sample articles, dated from today backwards.")
@click.pass_context
def init(
    ctx: click.Context,
    folder: Path,
    title: str | None,
    url: str | None,
    language: str | None,
    timezone: str | None,
    sender: str | None,
    demo: bool,
) -> None:
    """Make a configuration and a content folder of your own in DIR (here, where none is given).

    On a terminal it asks what the options leave open; elsewhere it takes the values in brackets. A
    configuration that is there is never overwritten.
    """
    from syndicate.app.founding import Answers, found, local_zone
    from syndicate.app.site import wall_clock

    if (folder / "config.yaml").exists():
        raise SyndicateError(f"{folder / 'config.yaml'} is there already; nothing was changed")
    answers = Answers(
        title=_ask("Title of the publication", title, "My Publication"),
        url=_ask("Its address", url, "http://127.0.0.1:8000"),
        language=_ask("Its language", language, "en"),
        timezone=_ask("Its time zone", timezone, local_zone()),
        sender=_ask("Letters come from", sender, ""),
    )
    made = found(folder, answers, demo=demo, now=wall_clock())
    for path in made:
        click.echo(f"Made {path}")
    where = "" if folder == Path() else f"cd {folder} && "
    click.echo("Next: put an article into content/, then")
    click.echo(f"  {where}syndicate check        looks for faults")
    click.echo(f"  {where}syndicate run          publishes, serves and mails until you stop it")
    click.echo(f"  {where}syndicate digest preview daily")


def _ask(question: str, given: str | None, default: str) -> str:
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return default
    answer: str = click.prompt(question, default=default, show_default=bool(default))
    return answer
