"""Whether the relays can carry each newsletter: the subscribers there are, held against the limits."""

from __future__ import annotations

from collections.abc import Mapping

from syndicate.config import Config
from syndicate.delivery.capacity import Mailing, too_much, too_slow
from syndicate.delivery.providers import provider_of, relays_of
from syndicate.delivery.relays import limits_of
from syndicate.digest.occasions import schedule_of, shortest_period
from syndicate.store import subscribers
from syndicate.store.engine import Store, open_store
from syndicate.store.schema import is_current


def falling_behind(config: Config, store: Store) -> dict[str, str]:
    """Return why newsletters cannot keep up, by name; under an empty name why all together cannot."""
    if config.mail.transport != "smtp":
        return {}
    relays = [limits_of(relay) for _, relay in relays_of(config)]
    mailings = _mailings(config, store, {domain for limits in relays for domain in limits.domains})
    told = {name: words for name, one in mailings.items() if (words := too_slow(one, relays))}
    if not told and (words := too_much([*mailings.values()], relays)):
        told[""] = words
    hint = _hint(config)
    return {name: f"{words}{hint}" for name, words in told.items()}


def seen_from_outside(config: Config) -> dict[str, str]:
    """Return the same for a database that may not be there, or not up to date: then nothing is known.

    Raises StoreError where it is there and cannot be read.
    """
    if config.mail.transport != "smtp" or (config.sqlite_path and not config.sqlite_path.exists()):
        return {}
    store = open_store(config.database.url, sqlite_path=config.sqlite_path)
    try:
        return falling_behind(config, store) if is_current(store) else {}
    finally:
        store.close()


def _mailings(config: Config, store: Store, domains: set[str]) -> Mapping[str, Mailing]:
    with store.read() as conn:
        audiences = subscribers.audiences(conn)
        at = subscribers.audiences_at(conn, domains)
    zone = config.publication.timezone
    return {
        name: Mailing(audiences.get(name, 0), shortest_period(schedule_of(one, zone)), at.get(name, {}))
        for name, one in config.newsletters.items()
    }


def _hint(config: Config) -> str:
    """Return whose limits are the table's and not the operator's, and what they are."""
    hints = []
    for place, relay in config.mail.all_relays:
        known = provider_of(relay)
        if known and known.per_day and "per_day" not in relay.model_fields_set:
            hints.append(f"{known.note}; {'.'.join(map(str, place))}.per_day sets your own")
    return f" ({'; '.join(hints)})" if hints else ""
