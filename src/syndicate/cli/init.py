"""syndicate init."""

from __future__ import annotations

import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.errors import SyndicateError

if TYPE_CHECKING:
    from syndicate.app.moving.outline import Outline


@click.command()
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--from",
    "site",
    metavar="SITE",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder of a site made by Hugo, Jekyll, Pelican, Zola, Eleventy, Nikola or Astro.",
)
@click.option("--title", help="The publication's title.")
@click.option("--url", help="Where readers read, such as https://news.example.org.")
@click.option("--language", help="A language tag such as en, id or ar.")
@click.option("--timezone", help="An IANA zone such as Asia/Jakarta.")
@click.option("--sender", metavar="MAILBOX", help="The sender of letters: Name <address>.")
@click.option("--demo", is_flag=True, help="Add sample articles, dated from today backwards.")
def init(folder: Path, site: Path | None, demo: bool, **given: str | None) -> None:
    """Make a configuration and a content folder of your own in DIR (here, where none is given).

    On a terminal it asks what the options leave open; elsewhere it takes the values in brackets. A
    configuration that is there is never overwritten. With --from it takes what the settings of another site
    say: its articles stay where they are, and it goes on making the pages.
    """
    from syndicate.app.founding import Answers, found, local_zone, sender_of
    from syndicate.app.site import wall_clock

    if (folder / "config.yaml").exists():
        other = "; name another DIR, outside of the site's folder" if site else ""
        raise SyndicateError(f"{folder / 'config.yaml'} is there already; nothing was changed{other}")
    if site and demo:
        raise click.UsageError("--demo is for a publication of its own; leave out --from or --demo")
    outline = _outline(site) if site else None
    if outline:
        for name in ("title", "url", "language", "timezone"):
            given[name] = given[name] or getattr(outline, name) or None
    title = _ask("title", "Title of the publication", given["title"], "My Publication")
    url = _ask("url", "Its web address", given["url"], "http://127.0.0.1:8000")
    language = _ask("language", "Its language (en, id, ar, ...)", given["language"], "en")
    timezone = _ask("timezone", "Its time zone", given["timezone"], local_zone())
    sender = _ask("sender", "Letters come from", given["sender"], sender_of(title, url))
    answers = Answers(title, url, language, timezone, sender)
    if outline:
        answers = replace(answers, description=outline.description, author=outline.author)
    made = found(folder, answers, demo=demo, now=wall_clock(), site=outline)
    for path in made:
        click.echo(f"Made {path}")
    if outline:
        _tell(outline)
    click.echo("Next: write an article, such as content/hello.md, then" if outline is None else "Next:")
    if folder != Path():
        click.echo(f"  cd {shlex.quote(str(folder))}")
    click.echo("  syndicate check                  looks for faults")
    if outline:
        for line in _next(outline):
            click.echo(line)
    click.echo("  syndicate run                    publishes, serves and mails until you stop it")
    click.echo("  syndicate digest preview daily   shows what the next digest would be")


def _outline(site: Path) -> Outline:
    from syndicate.app.moving.programs import outline_of
    from syndicate.app.moving.writing import usable

    return usable(outline_of(site))


def _tell(outline: Outline) -> None:
    """Say what was found out, and what was not."""
    article = "an" if outline.program[0] in "AE" else "a"
    click.echo(
        f"Read the settings of {article} {outline.program} site: its articles are in {outline.content}"
    )
    for folder in outline.static:
        if folder.is_dir():
            click.echo(f"Its pictures in {folder} stay where they are, below the site's address")
    for place, tag in outline.languages.items():
        click.echo(f"Language of {place}: {tag}")
    for rule in outline.rules:
        of = ", ".join(part for part in (rule.folder, rule.language) if part) or (
            "all others" if len(outline.rules) > 1 else "all articles"
        )
        click.echo(f"Links of {of}: {rule.pattern}")
    for kind, path in outline.feeds.items():
        click.echo(f"Feed: {path} ({kind})")
    for line in outline.unknown:
        click.echo(f"Not found: {line}")


def _next(outline: Outline) -> list[str]:
    lines = []
    if outline.built:
        lines.append(f"  syndicate links check --against {shlex.quote(str(outline.built.resolve()))}")
    for path in list(outline.feeds.values())[:1]:
        feed = f"{outline.url or 'ADDRESS'}/{path}"
        lines.append(f"  syndicate adopt {shlex.quote(feed)} --dry-run   gives articles the ids readers know")
    lines.append(
        "  syndicate build                  publishes the feeds: adopt before, or readers see all as new"
    )
    return lines


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
