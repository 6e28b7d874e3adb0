"""syndicate digest preview|lint|test|send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from syndicate.cli.build import still_held, tell_hubs
from syndicate.cli.deliver import finish
from syndicate.cli.digest_preview import AT, lint, planning_clock, preview, shares_words, test
from syndicate.cli.output import configuration, count, emit, moment
from syndicate.cli.progress import progress
from syndicate.i18n import language_name

if TYPE_CHECKING:
    from syndicate.app.mailing import Made
    from syndicate.app.site import Site
    from syndicate.delivery.shares import Shares


@click.group()
def digest() -> None:
    """Preview, check, try or send a newsletter's edition."""


for _command in (preview, lint, test):
    digest.add_command(_command)


@digest.command(short_help="Make the edition of the latest occasion and deliver it.")
@click.argument("newsletter")
@click.option("--at", metavar="WHEN", help=AT)
@click.option("--now", "at_once", is_flag=True, help="Make one at once from the newest articles.")
@click.option("--dry-run", is_flag=True, help="Only say what would be sent.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def send(
    ctx: click.Context, newsletter: str, at: str | None, at_once: bool, dry_run: bool, as_json: bool
) -> None:
    """Scan and publish, make the edition of the latest occasion however late, deliver it, print the tally.

    The same command again goes on where it stopped and mails nobody twice. Exit status 75 while letters
    wait for another try, 0 when none do.
    """
    from syndicate.app.mailing import make_edition_now, make_editions
    from syndicate.app.publishing import publish_site
    from syndicate.app.scanning import scan_content
    from syndicate.app.site import open_site

    config = configuration(ctx)
    with open_site(config) as site:
        planned = planning_clock(at, site)  # before all else: it may be mistyped
        with site.build_lock():
            with progress("Reading", "files", quiet=as_json) as show:
                scanned = scan_content(site, patient=True, progress=show)
            still_held(site)
            if not dry_run:
                with progress("Making", "pages", quiet=as_json) as show:
                    publish_site(site, scanned.articles, now=site.clock(), progress=show)
            now = planned if at else site.clock()  # what became visible just now is new, too
            if at_once:
                made = [make_edition_now(site, newsletter, scanned.articles, now=now, dry_run=dry_run)]
            else:
                made = make_editions(site, newsletter, scanned.articles, now=now, dry_run=dry_run)
        if not dry_run:
            tell_hubs(site)
        slow = _falling_behind(site, newsletter) if dry_run else []
        told = [one for number, one in enumerate(made) if one.recipients or not number]
        about = {**_about(told[0]), "warnings": slow, "others": [_about(one) for one in told[1:]]}
        told = _worth_telling(told)
        shares = _shares(site, newsletter, told) if dry_run else None
        if shares is not None:
            about |= {"relays": dict(shares.letters), "seconds": round(shares.seconds), "never": shares.left}
        if not as_json:
            for one in told:
                click.echo(_words(one, site, newsletter))
                if dry_run:
                    click.echo("".join(f"  {line}\n" for line in _renditions(one)), nl=False)
            if shares is not None:
                click.echo(shares_words(shares))
            for line in slow:
                click.echo(f"warning: {line}")
        leaving = [one.edition_id for one in told if one.edition_id is not None]
        if not leaving:
            if as_json:
                emit(about)
            return
        finish(ctx, site, leaving[0] if len(leaving) == 1 else None, as_json=as_json, about=about)


def _shares(site: Site, newsletter: str, made: Sequence[Made]) -> Shares | None:
    """Return how the letters of plans would be shared out among the relays, None where there are none."""
    from syndicate.app.sharing import shares_of

    letters = sum(one.recipients for one in made if one.fate == "planned")
    return shares_of(site, newsletter, letters) if letters else None


def _falling_behind(site: Site, newsletter: str) -> list[str]:
    from syndicate.app.keeping_up import falling_behind

    told = falling_behind(site.config, site.store)
    return [words for name, words in told.items() if name in (newsletter, "")]


def _worth_telling(made: Sequence[Made]) -> list[Made]:
    """Return what was made before what was there; that there is nothing only where nothing was made."""
    new = [one for one in made if one.fate in ("made", "planned")]
    there = [one for one in made if one.fate == "exists"]
    nothing = [one for one in made if one not in new and one not in there]
    return [*new, *there, *([] if new else nothing)]


def _about(made: Made) -> dict[str, object]:
    return {
        "newsletter": made.newsletter,
        "occasion": made.occasion.text,
        "fate": made.fate,
        "articles": [{"id": article.id, "title": article.title} for article in made.articles],
        "recipients": made.recipients,
        "repeated": made.repeated,
        "renditions": [
            {
                "language": one.variant.language,
                "pictures": one.variant.pictures,
                "articles": list(one.articles),
                "recipients": one.people,
            }
            for one in made.helpings
        ],
    }


def _renditions(made: Made) -> list[str]:
    """Return a line for each rendition: how many get it, in which language, with how many articles."""
    return [
        f"{one.people:,} in {language_name(one.variant.language, within='en')}"
        f"{'' if one.variant.pictures else ', without pictures'}: {count(len(one.articles), 'article')}"
        for one in sorted(made.helpings, key=lambda one: -one.people)
    ]


def _others(site: Site, newsletter: str) -> str:
    """Return who gets the newsletter at other hours, else how to add somebody."""
    from syndicate.app.forecast import recipients_of

    people = recipients_of(site, newsletter)
    if people:
        return f"; {count(people, 'subscriber')} chose other hours, or pauses"
    return f"; add someone with `syndicate subscribers add EMAIL --newsletter {newsletter}`"


def _words(made: Made, site: Site, newsletter: str) -> str:
    name = f"The edition of {newsletter} for {made.occasion.text}"
    what = f"{count(len(made.articles), 'article')} for {count(made.recipients, 'subscriber')}"
    again = (
        " All of its articles were in an earlier edition: nothing newer is there." if made.repeated else ""
    )
    match made.fate:
        case "made" if made.held:
            resume = f"`syndicate editions resume {made.newsletter}/{made.occasion.text}`"
            return f"{name}: {what}. It is held: it leaves once you say {resume}."
        case "made":
            return f"{name}: {what}.{again}"
        case "planned":
            return f"{name} would be: {what}.{again} Nothing was sent (--dry-run)."
        case "exists":
            rest = (
                "Nothing was sent (--dry-run)."
                if made.edition_id is None
                else "What is due of it is sent now."
            )
            return f"{name} was made before, for {count(made.recipients, 'subscriber')}. {rest}"
        case "no subscribers":
            return f"{name} has nobody to go to{_others(site, newsletter)}."
        case _:
            when = moment(made.occasion.at, site.config.publication.timezone)
            return f"Nothing new for {newsletter} up to {when}: no mail."
