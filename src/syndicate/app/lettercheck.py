"""What is wrong or doubtful about how letters look and who they are from: for `syndicate check`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from syndicate.config import Config
from syndicate.digest.contrast import LEAST, faint
from syndicate.digest.items import own_picture
from syndicate.digest.press import wrong_with_look
from syndicate.yamldoc import Location


def unfit_looks(config: Config, names: Collection[str]) -> Iterator[tuple[Location, str]]:
    """Yield each look that is not among the templates of these `names`, with what there is, by setting."""
    chosen: dict[Location, str | None] = {("letter", "look"): config.letter.look}
    chosen.update((("newsletters", name, "look"), one.look) for name, one in config.newsletters.items())
    for place, look in chosen.items():
        if look and (wrong := wrong_with_look(look, names)):
            yield place, wrong


def letter_warnings(config: Config) -> Iterator[tuple[Location, str]]:
    """Yield what is doubtful, by setting.

    That is colours that cannot be read, a logo that is not shown, what a footer lacks, what has no effect.
    """
    yield from _faint_colours(config)
    for name, one in config.newsletters.items():
        if one.rest == "web" and one.max_items is None:
            why = "has no effect without max_items: every article is in the letter"
            yield ("newsletters", name, "rest"), why
    logo = config.letter.logo
    if logo and not own_picture(logo, (config.publication.url, config.web_url)):
        why = "lies on another host than publication.url and web.url, which would learn who reads: not shown"
        yield ("letter", "logo"), why
    if config.mail.transport == "smtp" and config.newsletters:
        yield from _lacking_footer(config)


def _faint_colours(config: Config) -> Iterator[tuple[Location, str]]:
    for light, colours in (("light", config.letter.light), ("dark", config.letter.dark)):
        for name, ground, found in faint(colours):
            words = f"has a contrast of {found:.1f} to letter.{light}.{ground}"
            yield ("letter", light, name), f"{words}; text can be read from {LEAST} on"


def _lacking_footer(config: Config) -> Iterator[tuple[Location, str]]:
    """Yield what the law of many countries wants in the footer of a letter to many."""
    publication = config.publication
    for name, why in (
        ("postal_address", "many countries want the sender's in each letter to many"),
        ("privacy_url", "readers should find what is kept of them"),
        ("contact", "readers should know whom to ask"),
    ):
        if not getattr(publication, name):
            yield ("publication", name), f"is missing: {why}"
