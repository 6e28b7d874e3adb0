"""syndicate init."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
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
def init(
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
    from syndicate.app.founding import Answers, found, local_zone, sender_of
    from syndicate.app.site import wall_clock

    if (folder / "config.yaml").exists():
        raise SyndicateError(f"{folder / 'config.yaml'} is there already; nothing was changed")
    title = _ask("title", "Title of the publication", title, "My Publication")
    url = _ask("url", "Its web address", url, "http://127.0.0.1:8000")
    language = _ask("language", "Its language (en, id, ar, ...)", language, "en")
    timezone = _ask("timezone", "Its time zone", timezone, local_zone())
    sender = _ask("sender", "Letters come from", sender, sender_of(title, url))
    answers = Answers(title, url, language, timezone, sender)
    made = found(folder, answers, demo=demo, now=wall_clock())
    for path in made:
        click.echo(f"Made {path}")
    click.echo("Next: write an article, such as content/hello.md, then")
    if folder != Path():
        click.echo(f"  cd {shlex.quote(str(folder))}")
    click.echo("  syndicate check                  looks for faults")
    click.echo("  syndicate run                    publishes, serves and mails until you stop it")
    click.echo("  syndicate digest preview daily   shows what the next digest would be")


def _ask(name: str, question: str, given: str | None, default: str) -> str:
    if given is not None:
        return given
    if not sys.stdin.isatty():
        return default
    said: str = click.prompt(question, default=default, value_proc=lambda text: answer(name, text))
    return said


def answer(name: str, text: str) -> str:
    """Return one answer if it can be used; else UsageError, on which a prompt asks again."""
    from syndicate.app.founding import Answers, faults

    good = Answers("News", "http://127.0.0.1:8000", "en", "UTC", "")
    wrong = faults(replace(good, **{name: text}))
    if wrong:
        raise click.UsageError(wrong[0].partition(": ")[2])
    return text
