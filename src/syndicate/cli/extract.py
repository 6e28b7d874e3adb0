"""syndicate extract."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.output import configuration, emit

if TYPE_CHECKING:
    from syndicate.app.extracting import Extract

_LONGEST_LINE = 100


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--explain", is_flag=True, help="Say what was found, and which rule removed which line.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def extract(ctx: click.Context, file: Path, explain: bool, as_json: bool) -> None:
    """Show what FILE would be as an article: its text, without what is not part of it.

    FILE may lie anywhere; content.news of the configuration counts where there is one.
    """
    from syndicate.app.extracting import extract as extracted

    path: Path = ctx.obj
    config = configuration(ctx) if path.exists() or path != Path("config.yaml") else None
    found = extracted(file, config)
    if as_json:
        emit(_data(found))
    elif explain:
        click.echo("\n".join(_explained(found)))
    else:
        parts = (found.title, found.standfirst, found.text)
        click.echo("\n\n".join(part for part in parts if part))
    for warning in () if as_json else found.warnings:
        click.echo(f"warning: {warning}", err=True)


def _data(found: Extract) -> dict[str, Any]:
    return {**asdict(found), "when": _iso(found.when), "updated": _iso(found.updated)}


def _iso(moment: date | datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _explained(found: Extract) -> Iterator[str]:
    """Yield the fields, and below them each line of a plain text with what became of it."""
    fields = {
        "title": found.title,
        "summary": found.summary,
        "date": _moment(found.when),
        "updated": _moment(found.updated),
        "language": found.language,
        "authors": ", ".join(found.authors),
        "tags": ", ".join(found.tags),
    }
    for name, value in fields.items():
        yield f"{name:<9} {value or '-'}"
    yield ""
    if not found.lines:
        yield "Its format has marks of its own: no rule removes a line.\n"
        yield found.text
        return
    width = max(len(line.rule) for line in found.lines)
    for line in found.lines:
        text = line.text if len(line.text) <= _LONGEST_LINE else f"{line.text[:_LONGEST_LINE]}…"
        yield f"{line.number:>5}  {line.role:<10}  {line.rule:<{width}}  {text}".rstrip()


def _moment(moment: date | datetime | None) -> str:
    if isinstance(moment, datetime):
        return moment.isoformat(" ", "minutes")
    return moment.isoformat() if moment else ""
