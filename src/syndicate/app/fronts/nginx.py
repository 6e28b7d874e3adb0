"""The site of a publication for nginx. Pure but for reading the template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from syndicate import filetypes
from syndicate.answered import FOLDERS, LINKS
from syndicate.app.fronts.facts import (
    ASKED,
    HTML,
    SCRIPTABLE,
    TEXT,
    Facts,
    FeedFiles,
    encoded,
    link_field,
    suffixes,
)
from syndicate.app.fronts.quoting import DOLLAR, comment, nginx, nginx_value, pattern
from syndicate.caching import LISTS, OTHER, PAGE, feed_age
from syndicate.filetypes import content_type
from syndicate.i18n import SOURCE_LANGUAGE
from syndicate.safety import STRICT_TRANSPORT
from syndicate.templating import Templates

_DOLLAR: Final = '\ngeo $syndicate_dollar {\n    default "$";\n}\n'  # order does not matter


def nginx_site(facts: Facts, templates: Templates, *, listen: Sequence[str] = ()) -> str:
    """Return a file for ``sites-available``; it listens on the usual ports, or on what `listen` says.

    Raises TemplateFault, and SyndicateError where nginx cannot take a name.
    """
    port = "80" if facts.secure else str(facts.port)
    text = templates.render(
        "setup/nginx.txt",
        language=SOURCE_LANGUAGE,
        zone=ZoneInfo("UTC"),
        facts=facts,
        about=comment(f"{facts.title}, {facts.url}"),
        names=" ".join(map(nginx, facts.hosts)),
        listen=listen or (port, f"[::]:{port}"),
        folder=nginx_value(str(facts.folder)),
        types=_types(),
        feeds=[
            (nginx(one.pattern), nginx(one.content_type), feed_age(one.ttl), _link(facts, one))
            for one in facts.feeds
        ],
        html=suffixes(HTML),
        lists=rf"^/(?:{'|'.join(map(pattern, LISTS))})$",
        page=PAGE,
        other=OTHER,
        scriptable=suffixes(SCRIPTABLE),
        text=suffixes(TEXT),
        prefix=_prefix(facts),
        ours="|".join(name for name in FOLDERS if name not in LINKS),
        private="|".join(LINKS),
        links=LINKS,
        policy=nginx_value(facts.policy) if facts.policy else "",
        stay=nginx_value(STRICT_TRANSPORT[1]) if facts.stay else "",
        answers=[(nginx(path), name) for path, name in _answers(facts)],
    )
    return text + (_DOLLAR if DOLLAR in text else "")


def _types() -> list[tuple[str, str]]:
    """Return each media type with the suffixes that have it, as the block `types` takes them."""
    found: dict[str, list[str]] = {}
    for suffix, kind in filetypes.TYPES.items():
        found.setdefault(content_type(kind), []).append(suffix[1:])
    return [(kind, " ".join(names)) for kind, names in sorted(found.items())]


def _link(facts: Facts, one: FeedFiles) -> str:
    """Return the value of the Link field as a token, "" where there is none."""
    field = link_field(facts, one)
    return nginx_value(field).replace(ASKED, "$syndicate_own") if field else ""


def _prefix(facts: Facts) -> dict[str, str]:
    """Return the tokens with which nginx takes off the path of the publication's address, if it has one."""
    if not facts.prefix:
        return {}
    below = pattern(facts.prefix)
    return {
        "is": nginx_value(facts.prefix),
        "to": nginx_value(f"{encoded(facts.prefix)}/"),
        "inside": nginx(f"^(?:{below}|{pattern(facts.answers)}/(?:{'|'.join(FOLDERS)}))/"),
        "below": nginx(f"^{below}(/.*)$"),
    }


def _answers(facts: Facts) -> list[tuple[str, str]]:
    """Return where else than at the publication's own path letters' links lead, and what each is to us."""
    other = facts.answers != facts.prefix
    return [(f"{facts.answers}/{name}/", name) for name in FOLDERS] if other else []
