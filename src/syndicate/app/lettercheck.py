"""What is doubtful about how letters look and who they say sends them: for `syndicate check`. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from syndicate.config import Config
from syndicate.digest.contrast import LEAST, faint
from syndicate.digest.items import own_picture
from syndicate.yamldoc import Location


def letter_warnings(config: Config) -> Iterator[tuple[Location, str]]:
    """Yield colours that cannot be read, a logo that is not shown, and what a footer lacks, by setting."""
    yield from _faint_colours(config)
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
