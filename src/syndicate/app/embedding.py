"""The form for signing up as another site's page has it: plain HTML, whatever stands around it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from syndicate.app.signing_up import agreed_words, offered_by
from syndicate.config import Config
from syndicate.errors import UsageError
from syndicate.templating import Templates


def signup_form(
    config: Config, templates: Templates, *, names: Sequence[str] = (), language: str = ""
) -> str:
    """Return the form for these newsletters, or all that are offered, in a language or the publication's.

    UsageError where one is not offered, or none is.
    """
    there = offered_by(config)
    wanted = list(dict.fromkeys(names)) or list(there)
    for name in wanted:
        if name not in there:
            raise UsageError(f"no newsletter {name!r} is offered (there are: {', '.join(there) or 'none'})")
    if not wanted:
        raise UsageError(
            "nobody can subscribe by himself: add a newsletter, or take its `signup: false` away"
        )
    spoken = language or config.publication.language
    query = f"?language={quote(language)}" if language else ""
    return templates.render(
        "setup/form.html",
        language=spoken,
        zone=config.publication.timezone,
        action=f"{config.web_url}/subscribe/{query}",
        newsletters=[(name, there[name]) for name in wanted],
        words=agreed_words(config, spoken),
        privacy_url=config.publication.privacy_url,
    )
