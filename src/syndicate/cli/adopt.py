"""syndicate adopt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from syndicate.cli.output import configuration, count, emit
from syndicate.cli.progress import progress

if TYPE_CHECKING:
    from syndicate.app.moving.adopting import Adopted
    from syndicate.app.moving.feedfile import Item


@click.command()
@click.argument("feeds", metavar="FEED...", nargs=-1, required=True)
@click.option("--dry-run", is_flag=True, help="Show what would be done; change no id.")
@click.option("--json", "as_json", is_flag=True, help="Answer for a machine.")
@click.pass_context
def adopt(ctx: click.Context, feeds: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Give articles the ids that a FEED of another program gave them: a file or an address, or several.

    Items are matched by link, then by title and date. Where all ids in the feed are links, articles that it
    no longer holds get theirs too. Exit status 1 where no article was matched, or an id was refused.
    """
    from syndicate.app.moving.adopting import adopt as take
    from syndicate.app.scanning import scan_content
    from syndicate.app.site import open_site

    with open_site(configuration(ctx)) as site, site.build_lock():
        with progress("Reading", "files", quiet=as_json) as show:
            scan_content(site, patient=True, progress=show)
        done = take(site, feeds, dry_run=dry_run)
    if as_json:
        emit(_for_machine(done))
    else:
        for line in lines(done, dry_run=dry_run):
            click.echo(line)
    if not done.matching.matched or done.plan.refused:
        ctx.exit(1)


def lines(done: Adopted, *, dry_run: bool) -> list[str]:
    """Return what became of each item, then the sum."""
    matching, plan = done.matching, done.plan
    said = [f"matched    {one.article.path}: {one.item.id} (by {one.how})" for one in matching.matched]
    said += [f"unmatched  {_item(item)}" for item in matching.unmatched]
    for item, candidates in matching.doubtful:
        paths = ", ".join(one.path for one in candidates)
        said.append(f"ambiguous  {_item(item)}: could be {paths}")
    said += [f"refused    {one.path}: not {new}, because {why}" for one, new, why in plan.refused]
    if matching.derived:
        said.append(
            f"{count(len(matching.derived), 'article')} that the feed does not hold"
            " get the id it had in it: all ids in the feed are made from links"
        )
    tried = len(matching.matched) + len(matching.unmatched) + len(matching.doubtful)
    verb = "would be given" if dry_run else "given"
    said.append(
        f"{count(tried, 'item')}: {len(matching.matched):,} matched, {len(matching.unmatched):,} unmatched,"
        f" {len(matching.doubtful):,} ambiguous; {count(len(plan.names), 'id')} {verb},"
        f" {plan.same:,} as they were, {len(plan.refused):,} refused"
    )
    if done.seen_as_new:
        said.append(
            f"{count(done.seen_as_new, 'article')} in our published feeds {'would get' if dry_run else 'got'}"
            " another id: readers of those feeds will see them as new"
        )
    if plan.permalinks and not dry_run:
        said.append("syndicate build publishes them")
    return said


def _item(item: Item) -> str:
    return f"{item.id} {item.title!r}" if item.title else item.id


def _for_machine(done: Adopted) -> dict[str, Any]:
    matching, plan = done.matching, done.plan
    return {
        "matched": [
            {"path": one.article.path, "id": one.item.id, "permalink": one.item.permalink, "by": one.how}
            for one in matching.matched
        ],
        "unmatched": [{"id": item.id, "title": item.title} for item in matching.unmatched],
        "ambiguous": [
            {"id": item.id, "title": item.title, "paths": [one.path for one in candidates]}
            for item, candidates in matching.doubtful
        ],
        "derived": len(matching.derived),
        "given": len(plan.names),
        "seen_as_new": done.seen_as_new,
        "refused": [{"path": one.path, "id": new, "reason": why} for one, new, why in plan.refused],
    }
