"""The site of a publication for Caddy. Pure but for reading the template."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from syndicate import filetypes
from syndicate.answered import FOLDERS
from syndicate.app.fronts.facts import (
    ASKED,
    HTML,
    SCRIPTABLE,
    TEXT,
    Facts,
    encoded,
    link_field,
    suffixes,
)
from syndicate.app.fronts.quoting import caddy, caddy_literal, comment, pattern
from syndicate.caching import LISTS, OTHER, PAGE, feed_age
from syndicate.filetypes import content_type
from syndicate.i18n import SOURCE_LANGUAGE
from syndicate.safety import STRICT_TRANSPORT
from syndicate.templating import Templates

_PORTS: Final = {True: 443, False: 80}


def caddy_site(facts: Facts, templates: Templates, *, address: str = "") -> str:
    """Return a Caddyfile; its site is at the publication's address, or at `address`.

    Raises TemplateFault, and SyndicateError where Caddy cannot take a name.
    """
    other = facts.answers != facts.prefix
    return templates.render(
        "setup/caddy.txt",
        language=SOURCE_LANGUAGE,
        zone=ZoneInfo("UTC"),
        facts=facts,
        about=comment(f"{facts.title}, {facts.url}"),
        addresses=address or ", ".join(_addresses(facts)),
        folder=caddy(str(facts.folder)),
        kinds=list(_kinds(facts)),
        links=list(_links(facts)),
        scriptable=caddy_literal(rf"(?i)^/articles/.+{suffixes(SCRIPTABLE | HTML)}|\.svg$"),
        text=caddy_literal(
            "|".join([f"(?i){suffixes(TEXT | HTML)}", "/$", *(one.pattern for one in facts.feeds)])
        ),
        ours=caddy_literal(f"^/(?:{'|'.join(FOLDERS)})(?:/|$)"),
        html=caddy_literal(f"(?i)/$|{suffixes(HTML)}"),
        policy=caddy(facts.policy) if facts.policy else "",
        stay=caddy(STRICT_TRANSPORT[1]) if facts.stay else "",
        prefix=_prefix(facts.prefix) if facts.prefix else {},
        answers=caddy_literal(f"^{pattern(facts.answers)}/(?:{'|'.join(FOLDERS)})/") if other else "",
        answers_prefix=caddy(encoded(facts.answers)),
    )


def _prefix(prefix: str) -> dict[str, str]:
    """Return the tokens with which Caddy takes off the path of the publication's address.

    It takes off byte by byte, and so from the path as it is encoded; its matcher `path` would then let no `*`
    go over a slash.
    """
    return {
        "alone": caddy_literal(f"^{pattern(prefix)}$"),
        "below": caddy_literal(f"^{pattern(prefix)}/"),
        "to": caddy(f"{encoded(prefix)}/"),
        "taken": caddy(encoded(prefix)),
    }


def _addresses(facts: Facts) -> Iterator[str]:
    port = f":{facts.port}" if facts.port != _PORTS[facts.secure] else ""
    for host in facts.hosts:
        scheme = "" if facts.secure and not port else "https://" if facts.secure else "http://"
        yield f"{scheme}{host}{port}"


def _kinds(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield patterns of paths with the media type and the Cache-Control of their files; the first counts."""
    for one in facts.feeds:
        yield caddy_literal(f"~{one.pattern}"), caddy_literal(one.content_type), feed_age(one.ttl)
    yield caddy_literal("~/$"), caddy_literal(content_type("text/html")), PAGE
    for name in LISTS:
        kind = filetypes.type_of(name, b"")
        yield caddy_literal(f"~^/{pattern(name)}$"), caddy_literal(content_type(kind)), PAGE
    for kind in dict.fromkeys(filetypes.TYPES.values()):
        named = caddy_literal(f"~(?i){suffixes([kind])}")
        yield named, caddy_literal(content_type(kind)), PAGE if kind in HTML else OTHER


def _links(facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield patterns of the paths of feeds with the Link field that their files have."""
    for one in facts.feeds:
        if field := link_field(facts, one):
            yield caddy_literal(one.pattern), caddy(field).replace(ASKED, "{own}")
