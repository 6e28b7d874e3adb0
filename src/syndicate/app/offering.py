"""What a form for signing up offers: newsletters, and what can be chosen of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from syndicate.app.signing_up import offered
from syndicate.app.site import Site
from syndicate.model import FREQUENCIES, Frequency
from syndicate.spelling import folded
from syndicate.store import selection
from syndicate.subscribers.choosing import canonical, ours


@dataclass(frozen=True, slots=True)
class Offer:
    """The newsletters by name with their titles, and for all of them what they come in or how often.

    `zones` are those that the newsletters have themselves; `topics` what one of them has.
    """

    newsletters: Mapping[str, str]
    topics: tuple[str, ...]
    frequencies: tuple[Frequency, ...]
    languages: tuple[str, ...]
    zones: tuple[str, ...]


def offer(site: Site) -> Offer:
    """Return what is offered now."""
    config = site.config
    there = offered(site)
    newsletters = [config.newsletters[name] for name in there]
    topics = {folded(topic): topic for one in newsletters for topic in one.topics}
    zones = {(one.timezone or config.publication.timezone).key: None for one in newsletters}
    with site.store.read() as conn:
        spoken = selection.languages(conn)
    languages = {canonical(one) for one in (*ours(), *spoken, config.publication.language)}
    return Offer(there, tuple(topics.values()), FREQUENCIES, tuple(sorted(languages)), tuple(zones))
