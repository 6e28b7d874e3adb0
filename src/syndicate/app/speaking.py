"""How a newsletter is called and in which language its subscribers are spoken to. Pure."""

from __future__ import annotations

from syndicate.config import Config
from syndicate.model import Choice


def title_of(config: Config, newsletter: str) -> str:
    """Return what a newsletter is called; one that is configured no more, by its name."""
    known = config.newsletters.get(newsletter)
    return known.title if known else newsletter


def language_of(config: Config, newsletter: str, choice: Choice) -> str:
    """Return the language of a subscriber's letters and pages: his own, else the newsletter's."""
    known = config.newsletters.get(newsletter)
    return choice.language or (known.language if known else None) or config.publication.language
