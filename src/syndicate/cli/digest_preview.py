"""syndicate digest preview|lint|test: the next edition, before it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from syndicate.cli.output import configuration, count, emit, moment
from syndicate.cli.progress import progress
from syndicate.errors import SyndicateError, UsageError

if TYPE_CHECKING:
    from syndicate.app.forecast import Reader
    from syndicate.app.library import Library
    from syndicate.app.site import Site
    from syndicate.config import Config
    from syndicate.delivery.shares import Shares
    from syndicate.digest.findings import Finding
    from syndicate.store.letters import Fate

_YEARS = (1971, 2900)  # of --at
AT = "Plan as if it were WHEN (an ISO time; without a zone, the publication's)."
_FOR = click.option("--for", "email", metavar="EMAIL", default="", help="As this subscriber would get it.")
_LANGUAGE = click.option("--language", metavar="TAG", default="", help="In this language, such as id or ar.")


@click.command(short_help="Write what the next edition would be; nobody is mailed.")
@click.argument("newsletter")
@_FOR
@_LANGUAGE
@click.option("--at", metavar="WHEN", help=AT)
@click.option("--open", "opens", is_flag=True, help="Show it in the browser.")
@click.option(
    "--output",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Where to write it; else var/preview/NEWSLETTER.",
)
@click.pass_context
def preview(
    ctx: click.Context,
    newsletter: str,
    email: str,
    language: str,
    at: str | None,
    opens: bool,
    output: Path | None,
) -> None:
    """Write what the next edition would be as HTML, text and .eml; nobody is mailed.

    That is the letter which most of those get who get it at the newsletter's own hour. With nothing due, or
    nobody subscribed, it shows the newest articles and says so. Links that unsubscribe open nothing. What
    `digest lint` finds is listed.
    """
    from syndicate.app.previewing import NOBODY, findings_of, foresee, write_preview
    from syndicate.app.site import open_site

    config = configuration(ctx)
    if output and output.resolve().is_relative_to(config.content.folder.resolve()):
        raise UsageError(
            f"--output {output} is in the content folder, where a preview would be articles; take another one"
        )
    reader = _reader(email, language, config)
    with open_site(config) as site:
        now = planning_clock(at, site)
        shown = foresee(site, newsletter, _scanned(site), now=now, reader=reader)
        written = write_preview(
            site, shown, output or config.var / "preview" / newsletter, reader.email or NOBODY
        )
        findings = findings_of(site, shown)
        lines = _lines(site, newsletter, findings)
    made = shown.made
    if made.repeated:
        nobody = "Nobody is subscribed yet" if not made.recipients else "Nothing is due yet"
        click.echo(f"{nobody}, so this shows the newest articles.")
    click.echo(f"Subject: {shown.rendition.subject}")
    click.echo(f"{count(len(made.articles), 'article')} for {count(made.recipients, 'subscriber')}")
    if len(made.helpings) > 1:
        number = count(len(shown.rendition.article_ids), "article")
        click.echo(f"Of {len(made.helpings):,} different letters this is one with {number}.")
    for path in written:
        click.echo(f"  {path}")
    for line in lines:
        click.echo(line)
    if opens:
        _open(written[0])


def _open(path: Path) -> None:
    """Show a file in the browser; say so where there is none."""
    import webbrowser

    try:
        shown = webbrowser.open(path.resolve().as_uri())
    except (webbrowser.Error, OSError):
        shown = False
    if not shown:
        click.echo(f"No browser could be opened here; open {path} yourself.", err=True)


@click.command(short_help="Check the next edition's letter; nobody is mailed.")
@click.argument("newsletter", default="")
@_LANGUAGE
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def lint(ctx: click.Context, newsletter: str, language: str, as_json: bool) -> None:
    """Check the letter of NEWSLETTER's next edition, or of each newsletter's.

    Errors stop every send: a letter above 90 kB, a picture without alt or from elsewhere, relative and dead
    links, no unsubscribe link, words that cannot be read, template code that nobody filled. Exit status 1
    where there is one.
    """
    from syndicate.app.previewing import findings_of, foresee
    from syndicate.app.site import open_site

    config = configuration(ctx)
    if not config.newsletters and not newsletter:
        raise UsageError("there is no newsletter; add one under newsletters: in the configuration")
    told: dict[str, tuple[Finding, ...]] = {}
    lines: list[str] = []
    with open_site(config) as site:
        articles = _scanned(site, quiet=as_json)
        reader = _reader("", language, config)
        for name in [newsletter] if newsletter else config.newsletters:
            shown = foresee(site, name, articles, now=site.clock(), reader=reader)
            told[name] = findings_of(site, shown)
            lines += _lines(site, name, told[name], alone=len(config.newsletters) == 1)
    if as_json:
        emit({name: [_for_machine(one) for one in found] for name, found in told.items()})
    else:
        for line in lines:
            click.echo(line)
        every = [one for found in told.values() for one in found]
        errors = sum(one.level == "error" for one in every)
        good = "nothing wrong" if not every else f"{count(errors, 'error')}, {_warnings(len(every) - errors)}"
        click.echo(f"{count(len(told), 'letter')} checked: {good}.")
    if any(one.level == "error" for found in told.values() for one in found):
        ctx.exit(SyndicateError.exit_code)


def _warnings(number: int) -> str:
    return count(number, "warning")


def _lines(site: Site, newsletter: str, findings: Sequence[Finding], *, alone: bool = True) -> list[str]:
    from syndicate.app.linting import told

    name = "" if alone else f"{newsletter}: "
    return [f"{one.level}: {name}{told(site, newsletter, one)} [{one.code}]" for one in findings]


def _for_machine(one: Finding) -> dict[str, object]:
    return {
        "level": one.level,
        "code": one.code,
        "part": one.part,
        "line": one.line,
        "element": one.element,
        "message": one.message,
    }


@click.command(short_help="Send the next edition's letter as a test to a few addresses.")
@click.argument("newsletter")
@click.argument("addresses", nargs=-1, required=True, metavar="ADDRESS...")
@_FOR
@_LANGUAGE
@click.pass_context
def test(ctx: click.Context, newsletter: str, addresses: tuple[str, ...], email: str, language: str) -> None:
    """Send the letter of NEWSLETTER's next edition, marked as a test, to each ADDRESS and nobody else.

    It leaves through the relays as they are configured, with their limits, and belongs to no edition: its
    subject begins with [Test], it has a Message-ID of its own, and its unsubscribe link opens nothing. Exit
    status 1 where a relay did not take one.
    """
    from syndicate.app.previewing import foresee
    from syndicate.app.site import open_site
    from syndicate.app.trials import checked_addresses, queue_tests, send_tests

    config = configuration(ctx)
    people = checked_addresses(addresses)
    reader = _reader(email, language, config)
    with open_site(config) as site:
        shown = foresee(site, newsletter, _scanned(site), now=site.clock(), reader=reader)
        tried = send_tests(site, queue_tests(site, shown, people, now=site.clock()))
    for one, fate in zip(people, tried.fates, strict=True):
        click.echo(_fate_words(one.address, fate, tried.trouble, config.publication.timezone))
    if not tried.good:
        click.echo(
            f"`syndicate mail test {people[0].address}` shows each step with the relay's words.", err=True
        )
        ctx.exit(SyndicateError.exit_code)
    if config.mail.transport == "folder":
        click.echo(f"Nobody was mailed: mail.transport is folder. The letters are in {config.mail.folder}.")


def _fate_words(address: str, fate: Fate, trouble: str, zone: ZoneInfo) -> str:
    from syndicate.delivery.probe import advice
    from syndicate.model import DeliveryState

    words = fate.reply or trouble
    if fate.state is DeliveryState.SENT:
        return f"ok   {address}: {words}" if words else f"ok   {address}"
    said = f"{fate.code} {words}" if fate.code else words or "no sender has tried it yet"
    lines = [f"FAIL {address}: {said}"]
    if fate.code:
        lines.append(f"     {advice('send', words, fate.code)}")
    if fate.state is not DeliveryState.FAILED and fate.due_at:
        when = moment(fate.due_at, zone)
        lines.append(f"     It waits; `syndicate run` or `syndicate deliver` tries it from {when} on.")
    return "\n".join(lines)


def _scanned(site: Site, *, quiet: bool = False) -> Library:
    from syndicate.app.scanning import scan_content

    with site.build_lock(), progress("Reading", "files", quiet=quiet) as show:
        return scan_content(site, patient=True, progress=show).articles


def _reader(email: str, language: str, config: Config) -> Reader:
    """Return whose letter is asked for; say so where nobody gave words to its language."""
    from syndicate.app.forecast import Reader
    from syndicate.app.previewing import language_of
    from syndicate.i18n import has_words
    from syndicate.model import Choice

    if not language:
        return Reader(email)
    tag = language_of(language)
    if not has_words(tag, config.templates.folder):
        file = f"{tag.partition('-')[0].lower()}.po"
        said = f"There are no words in {tag}, so English is used; locales/{file} in your templates adds them."
        click.echo(said, err=True)
    return Reader(email, Choice(language=tag))


def planning_clock(text: str | None, site: Site) -> datetime:
    """Return the instant that --at names, else the site's clock."""
    return site.clock() if text is None else parse_when(text, site.config.publication.timezone)


def parse_when(text: str, zone: ZoneInfo) -> datetime:
    """Return the instant in an ISO 8601 text; without an offset it is local time in `zone`.

    Its year leaves room for what is reckoned from it. Raises BadParameter.
    """
    try:
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is not an ISO time such as 2026-11-23T07:00", param_hint="--at"
        ) from None
    if not _YEARS[0] <= when.year <= _YEARS[1]:
        why = f"{text!r} is not in the years {_YEARS[0]} to {_YEARS[1]}"
        raise click.BadParameter(why, param_hint="--at")
    return when.replace(tzinfo=zone) if when.tzinfo is None else when


def shares_words(shares: Shares) -> str:
    """Return in words which relay would take how many letters, and how long their limits make it take."""
    parts = ", ".join(f"{name} {number:,}" for name, number in shares.letters.items())
    took = f" within {length_words(shares.seconds)} by their limits" if shares.seconds >= 1 else ""
    never = f"; {count(shares.left, 'letter')} not within ten years" if shares.left else ""
    return f"If nothing fails, relays would take{took}: {parts}{never}."


def length_words(seconds: float) -> str:
    """Return a length of time in its largest fitting unit, rounded up: ``90 seconds``, ``3 hours``."""
    for unit, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * unit:
            return count(ceil(seconds / unit), name)
    return count(ceil(seconds), "second")
