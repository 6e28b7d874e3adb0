"""syndicate why."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from syndicate.cli.deliveries import for_machine, state_of
from syndicate.cli.output import configuration, count, emit, moment, short
from syndicate.model import SubscriptionState

_CUT = timedelta(seconds=1)  # an edition's time is cut to the second
_FEW = 5  # editions of an article that are told one by one

if TYPE_CHECKING:
    from syndicate.app.stories import Story, Told
    from syndicate.app.whereabouts import Whereabouts
    from syndicate.store.stories import Choice, Try


@click.command()
@click.argument("email", metavar="EMAIL|FILE")
@click.option(
    "--limit", type=click.IntRange(min=1), default=20, show_default=True, help="At most so many letters."
)
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def why(ctx: click.Context, email: str, limit: int, as_json: bool) -> None:
    """Tell what became of everything for EMAIL: subscriptions, letters, attempts, and why one did not come.

    Of an article's FILE, or the address of its page, it tells whether it is shown, and if not, why. Exit
    status 1 where nothing is known of either.
    """
    if "@" not in email:
        _article(ctx, email, as_json=as_json)
        return
    from syndicate.app.site import open_site
    from syndicate.app.stories import story_of

    config = configuration(ctx)
    with open_site(config) as site:
        story = story_of(site, email, limit=limit)
    if as_json:
        emit(_for_machine(story) if story else None)
    elif story:
        for line in lines(story, config.publication.timezone):
            click.echo(line)
        if sum(told.letter.edition_id is not None for told in story.letters) == limit:
            click.echo(f"These are the newest {count(limit, 'letter')}; --limit shows more.", err=True)
    else:
        click.echo(
            f"Nothing is known of {email}: it never subscribed, or was removed with all held about it. "
            "Only the whole address is looked for; `syndicate subscribers list` lists who there is.",
            err=True,
        )
    if story is None:
        ctx.exit(1)


def _article(ctx: click.Context, text: str, *, as_json: bool) -> None:
    """Tell of the articles that are called `text`."""
    from syndicate.app.site import open_site
    from syndicate.app.whereabouts import whereabouts

    config = configuration(ctx)
    with open_site(config) as site:
        found = whereabouts(site, text)
    if as_json:
        emit([asdict(one) for one in found])
    for one in [] if as_json else found:
        for line in article_lines(one, config.publication.timezone, mails=bool(config.newsletters)):
            click.echo(line)
    if not found:
        click.echo(f"No article is known at {text}; `syndicate build` reads the content folder.", err=True)
        ctx.exit(1)


def article_lines(one: Whereabouts, zone: ZoneInfo, *, mails: bool) -> list[str]:
    """Return what an operator reads of an article; `mails` says that there are newsletters."""
    since = f" since {moment(one.since, zone)}" if one.since else ""
    said = [f"{one.path}: {one.title}", f"  {one.address}", f"  {one.words}{since}"]
    for edition in one.mailed[:_FEW]:
        state = f" ({edition.state})" if edition.state != "open" else ""
        name = f"{edition.newsletter}/{edition.occasion}"
        said.append(f"  mailed in {name}, made {moment(edition.frozen_at, zone)}{state}")
    if len(one.mailed) > _FEW:
        said.append(f"  and in {count(len(one.mailed) - _FEW, 'edition')} before")
    if mails and not one.mailed:
        said.append("  in no edition yet")
    if one.again_at and one.again_at == one.resent_at:
        said.append(f"  to be mailed once more since {moment(one.again_at, zone)}, as its `resend` asks")
    elif one.again_at:
        said.append(f"  new to newsletters again since {moment(one.again_at, zone)}, when it came back")
    if one.mailed:
        said.append("  an edit is not mailed; another text of `resend` in its front matter asks for that")
    return said


def lines(story: Story, zone: ZoneInfo) -> list[str]:
    """Return a person's story as an operator reads it."""
    said = [story.email if story.person else f"{story.email} subscribes to nothing"]
    if story.person:
        said.append(f"  known since {moment(story.person.created_at, zone)}")
        if story.person.bounces:
            said.append(f"  {count(story.person.bounces, 'refusal')} said that the address is bad")
        if not story.choices:
            said.append("  subscribes to nothing")
    for choice in story.choices:
        said += _choice(choice, story, zone)
    for told in story.letters:
        if told.letter.edition_id is None:
            said += ["Letters of no edition", *_letter(told, zone, name=told.letter.key)]
    return said


def _choice(choice: Choice, story: Story, zone: ZoneInfo) -> list[str]:
    """Return the lines of one newsletter: the subscription, its letters, the editions without one."""
    since = moment(choice.started_at, zone)
    if choice.state is SubscriptionState.ACTIVE:
        said = [f"{choice.newsletter}: subscribed since {since}"]
    elif choice.ended_at:
        said = [
            f"{choice.newsletter}: unsubscribed on {moment(choice.ended_at, zone)}, subscribed on {since}"
        ]
    else:
        said = [f"{choice.newsletter}: {choice.state.value} since {since}"]
    if choice.newsletter in story.wishes:
        said.append(f"  wants it {story.wishes[choice.newsletter]}")
    if choice.paused_until:
        said.append(f"  wants nothing until {moment(choice.paused_until, zone)}")
    his = [told for told in story.letters if told.letter.newsletter == choice.newsletter]
    for told in his:
        said += _letter(told, zone, name=f"{choice.newsletter}/{told.letter.occasion}")
    if not any(told.letter.frozen_at >= choice.started_at - _CUT for told in his):
        said.append("  no edition of it was made for this address since then")
    said += [
        f"  {one.edition.newsletter}/{one.edition.occasion}: no letter, {one.why}"
        for one in story.without
        if one.edition.newsletter == choice.newsletter
    ]
    return said


def _letter(told: Told, zone: ZoneInfo, *, name: str) -> list[str]:
    letter = told.letter
    said = [f"  {name}: {state_of(letter)}", *(f"    {_try(each, zone)}" for each in letter.tries)]
    if told.why:
        said.append(f"    why: {told.why}")
    if letter.due_at and told.letter.edition_state not in ("paused", "cancelled"):
        said.append(f"    next try {short(letter.due_at, zone)}")
    return said


def _try(one: Try, zone: ZoneInfo) -> str:
    said = f"{one.code or ''} {one.reply}".strip() or "no answer yet"
    by = f" by {one.relay}" if one.relay else ""
    return f"try {one.number}  {short(one.at, zone)}{by}  {one.state.value}: {said}"


def _for_machine(story: Story) -> dict[str, Any]:
    person = story.person
    return {
        "email": story.email,
        "known_since": person.created_at if person else None,
        "bounces": person.bounces if person else 0,
        "subscriptions": [
            {
                "newsletter": one.newsletter,
                "state": one.state,
                "started_at": one.started_at,
                "ended_at": one.ended_at,
                "paused_until": one.paused_until,
                "choice": asdict(one.wanted),
            }
            for one in story.choices
        ],
        "letters": [{**for_machine(told.letter), "why": told.why} for told in story.letters],
        "without": [
            {"newsletter": one.edition.newsletter, "occasion": one.edition.occasion, "why": one.why}
            for one in story.without
        ],
    }
