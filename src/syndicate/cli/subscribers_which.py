"""Which newsletters a command about subscribers is for."""

from __future__ import annotations

import click

from syndicate.config import Config
from syndicate.errors import UsageError

NEWSLETTER = click.option("--newsletter", metavar="NAME", help="This one only; else every newsletter.")


def newsletters_of(config: Config, chosen: str | None) -> list[str]:
    """Return the newsletter that was chosen, or all; UsageError, with those there are, for none of them."""
    if chosen is None:
        if not config.newsletters:
            raise UsageError(
                "there is no newsletter to subscribe to; add one under newsletters: in the configuration"
            )
        return list(config.newsletters)
    if chosen not in config.newsletters:
        raise UsageError(
            f"no newsletter is named {chosen!r} (there are: {', '.join(config.newsletters) or 'none'})"
        )
    return [chosen]
