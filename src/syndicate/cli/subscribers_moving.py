"""syndicate subscribers import|export."""

from __future__ import annotations

import csv
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.progress import progress
from syndicate.cli.subscribers_which import NEWSLETTER, newsletters_of
from syndicate.errors import SyndicateError, UsageError

if TYPE_CHECKING:
    from syndicate.app.arrivals import Note
    from syndicate.app.importing import Account
    from syndicate.app.sheets import Wanted

_SHOWN = 20  # lines on a terminal; --report has all
_STANDINGS = ("active", "unsubscribed", "bounced", "blocked", "complained")
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import", short_help="Bring in lists of subscribers, of any program.")
@click.argument(
    "files", nargs=-1, required=True, metavar="FILE...", type=click.Path(exists=True, path_type=Path)
)
@NEWSLETTER
@click.option(
    "--from", "service", metavar="PROGRAM", help="Who wrote it, such as Mailchimp; csv for another."
)
@click.option(
    "--map", "mapped", multiple=True, metavar="ROLE=COLUMN", help='Such as email="E-post"; repeatable.'
)
@click.option(
    "--as", "standing", type=click.Choice(_STANDINGS), help="What all are of whom no column says more."
)
@click.option("--dry-run", is_flag=True, help="Write nothing, and tell the same.")
@click.option(
    "--report", type=_FILE, metavar="FILE.csv", help="Write each row that is left out or changed there."
)
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    files: tuple[Path, ...],
    newsletter: str | None,
    dry_run: bool,
    report: Path | None,
    as_json: bool,
    **by_hand: Any,
) -> None:
    """Bring in lists of subscribers: CSV files, or the archives that other programs export.

    Known by their columns are syndicate's own, Mailchimp, Substack, Ghost, listmonk, beehiiv and Buttondown;
    of any other there must be a column of addresses. Who left there, or cannot be reached, becomes a
    suppression; who has not confirmed is left out. Nobody who left here is subscribed again, and nobody is
    mailed by an import.
    """
    from syndicate.app.importing import bring
    from syndicate.app.sheets import sheets_of
    from syndicate.app.site import open_site

    config = configuration(ctx)
    wanted = _wanted(newsletters_of(config, newsletter), newsletter, by_hand)
    sheets, others = sheets_of(files, wanted)
    for line in [line for sheet in sheets for line in sheet.described()] if not as_json else ():
        click.echo(line, err=True)
    for name in others if not as_json else ():
        click.echo(f"{name}: holds no list of subscribers, and is left alone", err=True)
    told = _Told()
    doing = "reading" if dry_run else "importing"
    with open_site(config) as site, _report(report) as write, progress(doing, "rows", quiet=as_json) as show:

        def tell(note: Note) -> None:
            told.hear(note)
            write(note)

        account = bring(site, sheets, wanted, dry=dry_run, tell=tell, show=show)
    _say(account, told, report, dry_run=dry_run, as_json=as_json)
    if account.wrong:
        ctx.exit(1)


def _wanted(names: list[str], only: str | None, by_hand: Mapping[str, Any]) -> Wanted:
    from syndicate.app.sheets import Wanted
    from syndicate.subscribers.columns import SERVICES

    mapped = {}
    for text in by_hand["mapped"]:
        role, equals, column = text.partition("=")
        if not equals:
            raise UsageError(f"--map wants ROLE=COLUMN, such as email=E-post, not {text[:60]!r}")
        mapped[role] = column
    service = by_hand["service"]
    if service is not None:
        known = {one.casefold(): one for one in SERVICES} | {"csv": ""}
        service = known.get(service.casefold(), service)
    return Wanted(tuple(names), only or "", service, mapped, by_hand["standing"])


class _Told:
    """The first lines of a report, those that matter; the others are counted."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.more = 0
        self.suppressed: Counter[str] = Counter()

    def hear(self, note: Note) -> None:
        """Take a note; that somebody became a suppression is only counted."""
        if note.what == "suppressed":
            self.suppressed[note.why] += 1
        elif len(self.lines) < _SHOWN:
            self.lines.append(f"{note.file}:{note.line}: {note.what}: {note.text}")
        else:
            self.more += 1


def _say(account: Account, told: _Told, report: Path | None, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        emit({
            "dry_run": dry_run, "rows": account.rows, **account.counts,
            "suppressed_as": dict(told.suppressed), "left_out": dict(account.left_out),
            "changed": dict(account.changed), "faults": told.lines,
        })  # fmt: skip
        return
    for line in told.lines:
        click.echo(line, err=True)
    if told.more:
        where = f"; {report} has them all" if report else "; --report FILE.csv writes them all"
        click.echo(f"… and {told.more:,} more{where}", err=True)
    parts = [f"{number:,} {what}" for what, number in account.counts.items() if number]
    parts += [
        f"{number:,} left out{_why(account.left_out)}" for number in [account.left_out.total()] if number
    ]
    parts += [f"{number:,} changed{_why(account.changed)}" for number in [account.changed.total()] if number]
    done = f"{count(account.rows, 'row')}: {', '.join(parts) or 'nothing to do'}."
    click.echo(f"Nothing is written: {done}" if dry_run else done)


def _why(counted: Mapping[str, int]) -> str:
    if len(counted) == 1:
        return f" ({next(iter(counted))})"
    return f" ({', '.join(f'{number:,} {why}' for why, number in counted.items())})"


@contextmanager
def _report(path: Path | None) -> Iterator[Callable[[Note], None]]:
    """Give what writes a note as a row of a CSV file that only its owner reads."""
    if path is None:
        yield lambda _: None
        return
    from syndicate.subscribers.defusing import defused

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SyndicateError(f"{path}: the report cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace", newline="") as file:
        rows = csv.writer(file, lineterminator="\r\n")
        rows.writerow(("file", "line", "what", "why", "text"))

        def write(note: Note) -> None:
            cells = (note.file, str(note.line), note.what, note.why, note.text)
            rows.writerow([defused(cell) for cell in cells])

        yield write


@click.command(short_help="Bring the list out whole.")
@NEWSLETTER
@click.option(
    "--out", type=_FILE, metavar="FILE", help="Write it there, whole or not at all; else it is printed."
)
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each row instead of CSV.")
@click.pass_context
def export(ctx: click.Context, newsletter: str | None, out: Path | None, as_json: bool) -> None:
    """Bring the list out: each subscription with choice, link and consents, and what is suppressed.

    `syndicate subscribers import` brings it in again as it was, also elsewhere.
    """
    from syndicate.app.exporting import exported
    from syndicate.app.site import open_site
    from syndicate.durable import write_whole

    config = configuration(ctx)
    if newsletter is not None:
        newsletters_of(config, newsletter)
    with open_site(config) as site:
        if out is None:
            for block in exported(site, newsletter, as_json=as_json):
                sys.stdout.buffer.write(block)
            sys.stdout.buffer.flush()
            return
        rows = 0

        def heard(done: int) -> None:
            nonlocal rows
            rows = done

        try:
            write_whole(out, exported(site, newsletter, as_json=as_json, show=heard), mode=0o600)
        except OSError as error:
            raise SyndicateError(f"{out}: the list cannot be written: {error.strerror}") from None
    click.echo(f"{count(rows, 'row')} in {out}.", err=True)
