"""The contract of audiences: who shares a letter, what each had, and what everybody lacks from when on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from store_filling import (
    MINUTE,
    NOW,
    articles_are_known,
    begun,
    edition_is,
    edition_is_frozen,
    email,
    ledger,
    one_leaves,
    people_subscribe,
    sent,
    settled,
    taken,
)

from syndicate.model import Choice, DeliveryState, Edition, Group, Portion, Rendition
from syndicate.store import audience, choices, editions, sums
from syndicate.store.audience import Audience
from syndicate.store.editions import Changed, Sharing
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox
from syndicate.store.tables import delivery, subscription

HOUR = 60 * MINUTE
LATER = NOW + timedelta(days=1)
WEEKLY = Choice(frequency="weekly", topics=("Politik", "Sport"))


def everybody(store: Store, *, at: datetime = LATER, holds: Collection[str] = ()) -> Audience:
    """Return all who take the daily newsletter, and who had letters with the articles `holds`."""
    with store.read() as conn:
        numbers = tuple(one.id for one in choices.chosen(conn, "daily"))
        ids = [f"urn:{name}" for name in holds]
        own = audience.earliest(conn, numbers)
        return audience.with_letters(conn, Audience(numbers, at), "daily", candidates=ids, own_after=own)


def groups(store: Store, whose: Audience) -> list[Group]:
    with store.read() as conn:
        return audience.groups(conn, whose)


def freeze(
    store: Store,
    occasion: str,
    holds: Sequence[str],
    portions: Mapping[str, Portion],
    whose: Audience,
    *,
    stale_at: datetime | None = None,
    after: datetime = NOW,
) -> list[str]:
    """Freeze an edition of one rendition; return who gets it."""
    letter = Rendition("id", "Kabar", b"Halo,\r\n", tuple(f"urn:{name}" for name in holds), after)
    one = Edition(f"uid of {occasion}", "daily", occasion, LATER, LATER, stale_at)
    with store.write() as conn:
        frozen = editions.freeze(conn, one, [letter], now=LATER, sharing=Sharing(whose, portions))
        assert frozen is not None
        rows = conn.scalars(
            sa.select(delivery.c.email)
            .where(delivery.c.edition_id == frozen.edition_id)
            .order_by(delivery.c.id)
        )
        return [one.partition("@")[0] for one in rows]


def moments(store: Store) -> list[datetime | None]:
    """Return each subscription's own moment."""
    with store.read() as conn:
        return list(conn.scalars(sa.select(subscription.c.after_at).order_by(subscription.c.id)))


@pytest.fixture
def people(store_db: Store) -> Store:
    """Ana and budi take the daily newsletter as it is, citra weekly and on two topics."""
    articles_are_known(store_db, "a", "b", "c")
    people_subscribe(store_db, ["ana", "budi", "citra"], "daily")
    with store_db.write() as conn:
        assert choices.choose(conn, email("citra").key, "daily", WEEKLY, now=NOW)
    return store_db


def test_those_who_want_the_same_share_a_choice(people: Store) -> None:
    """A choice is written once, whoever makes it, its topics in any order, and read back as it was."""
    with people.write() as conn:
        swapped = Choice(frequency="weekly", topics=("Sport", "Politik"))
        first = choices.number_of(conn, "daily", WEEKLY, now=NOW)
        assert choices.number_of(conn, "daily", swapped, now=NOW) == first
        assert choices.number_of(conn, "other", WEEKLY, now=NOW) != first
        assert [one.choice for one in choices.chosen(conn, "daily")] == [Choice(), WEEKLY]
        assert not choices.choose(conn, "nobody@example.org", "daily", WEEKLY, now=NOW)


def test_a_group_is_who_chose_the_same_and_had_the_same(people: Store) -> None:
    """New people have a moment of their own: their start. Its key tells groups apart."""
    start = choices.before(NOW)
    found = groups(people, everybody(people))
    assert sorted((one.after, one.people) for one in found) == [(start, 1), (start, 2)]
    assert len({one.key for one in found}) == 2


def test_each_group_gets_its_portion_and_moves_on(people: Store) -> None:
    """A group without a rendition gets no letter; moments are written as the portions say."""
    whose = everybody(people)
    one, other = sorted(groups(people, whose), key=lambda group: group.people)
    portions = {one.key: Portion(None, NOW), other.key: Portion(0)}
    assert freeze(people, "2026-11-24", "a", portions, whose) == ["ana", "budi"]
    assert moments(people) == [None, None, NOW]


def test_who_had_a_letter_of_the_articles_is_a_group_of_its_own(people: Store) -> None:
    """Of those without a moment of their own only letters with the articles in question count."""
    whose = everybody(people)
    every = groups(people, whose)
    freeze(
        people,
        "2026-11-24",
        "a",
        {one.key: Portion(0) for one in every if one.people == 2}
        | {one.key: Portion(None) for one in every if one.people == 1},
        whose,
    )
    assert {frozenset(one.had) for one in groups(people, everybody(people, holds="b"))} == {frozenset()}
    had = {(one.people, one.had) for one in groups(people, everybody(people, holds="ab"))}
    assert had == {(2, frozenset({1})), (1, frozenset())}
    with people.read() as conn:
        assert dict(audience.contents(conn, [1])) == {1: (LATER, ["urn:a"])}


def test_somebody_who_changed_meanwhile_makes_the_freeze_begin_anew(people: Store) -> None:
    """Nobody is left out because he changed his choice between the plan and the freeze."""
    whose = everybody(people)
    portions = {one.key: Portion(0) for one in groups(people, whose)}
    with people.write() as conn:
        choices.choose(conn, email("ana").key, "daily", WEEKLY, now=NOW)
        choices.pause(conn, email("ana").key, "daily", until=NOW + HOUR)
    with pytest.raises(Changed):
        freeze(people, "2026-11-24", "a", portions, whose)
    again = everybody(people)
    portions = {one.key: Portion(0) for one in groups(people, again)}
    assert freeze(people, "2026-11-24", "a", portions, again) == ["ana", "budi", "citra"]


def test_a_pause_lasts_until_its_end_which_is_the_new_start(people: Store) -> None:
    """Who pauses is in no audience before; a pause that has passed is over."""
    with people.write() as conn:
        assert choices.pause(conn, email("ana").key, "daily", until=LATER + HOUR)
    assert sum(one.people for one in groups(people, everybody(people))) == 2
    late = groups(people, everybody(people, at=LATER + HOUR))
    assert sorted(one.people for one in late) == [1, 1, 1]
    assert max(one.after for one in late if one.after) == choices.before(LATER + HOUR)


def test_a_switch_of_hours_keeps_what_one_had_and_one_of_topics_goes_back_to_the_start(people: Store) -> None:
    """By other topics all since his start may be due, by another hour only what came since."""
    whose = everybody(people)
    freeze(people, "2026-11-24", "a", {one.key: Portion(0) for one in groups(people, whose)}, whose)
    with people.write() as conn:
        numbers = [one.id for one in choices.chosen(conn, "daily")]
        choices.decide(conn, numbers, "2026-11-24", dict.fromkeys(numbers, LATER))
        choices.choose(conn, email("ana").key, "daily", Choice(at="18:00"), now=LATER)
        choices.choose(conn, email("budi").key, "daily", Choice(topics=("Sport",)), now=LATER)
    assert moments(people) == [LATER, choices.before(NOW), None]
    with people.read() as conn:
        assert [one.occasion for one in choices.chosen(conn, "daily")] == ["2026-11-24", "2026-11-24", "", ""]


@pytest.fixture
def outbox(people: Store) -> StoreOutbox:
    """An edition of a to ana, budi and citra that ana got; it is stale in an hour."""
    whose = everybody(people)
    portions = {one.key: Portion(0) for one in groups(people, whose)}
    freeze(people, "2026-11-24", "a", portions, whose, stale_at=LATER + HOUR, after=NOW)
    outbox = StoreOutbox(people)
    chunk, attempts = begun(outbox, 1, now=LATER)
    outbox.exchange(sent(attempts), [], now=LATER)
    outbox.give_back(chunk, now=LATER)
    return outbox


def test_nobody_lacks_what_may_still_leave(outbox: StoreOutbox, people: Store) -> None:
    """While an edition is not stale, expiring finds nothing."""
    assert editions.expire(people, "daily", now=LATER + 59 * MINUTE) == 0
    assert moments(people) == [None] * 3


@pytest.mark.parametrize("by_a_sender", [True, False])
def test_who_did_not_get_a_stale_edition_lacks_its_articles(
    outbox: StoreOutbox, people: Store, by_a_sender: bool
) -> None:
    """Whether a sender skipped the letters or the next edition's maker, they count as never had."""
    if by_a_sender:
        assert outbox.take(now=LATER + HOUR) is None
    else:
        assert editions.expire(people, "daily", now=LATER + HOUR) == 2
    assert editions.expire(people, "daily", now=LATER + HOUR) == 0
    assert [row[1:] for row in ledger(people)[1:]] == [("skipped", 0, "stale")] * 2
    assert moments(people) == [None, NOW, NOW]
    had = {(one.after, one.had) for one in groups(people, everybody(people, holds="a"))}
    assert had == {(None, frozenset({1})), (NOW, frozenset())}
    with people.read() as conn:
        assert sums.tally(conn, 1) == sums.recount(conn, 1)


def test_what_goes_stale_late_is_lacked_too(outbox: StoreOutbox, people: Store) -> None:
    """A letter skipped only once the next edition is frozen is not forgotten, though a later one was sent."""
    whose = everybody(people, holds="b")
    freeze(people, "2026-11-25", "b", {one.key: Portion(0) for one in groups(people, whose)}, whose)
    chunk = taken(outbox, now=LATER)
    outbox.give_back(chunk, now=LATER)
    second = taken(outbox, now=LATER + HOUR)
    granted = outbox.exchange([], second.waiting, now=LATER + HOUR)
    outbox.exchange(sent(granted.attempts), [], now=LATER + HOUR)
    assert second.edition_id == 2
    assert moments(people) == [None, NOW, NOW]
    had = {(one.after, one.had) for one in groups(people, everybody(people, holds="ab"))}
    assert had == {(None, frozenset({1, 2})), (NOW, frozenset({2}))}


def test_those_who_left_lack_nothing_and_a_cancelled_edition_is_not_lacked(
    outbox: StoreOutbox, people: Store
) -> None:
    """Whoever unsubscribed is in no audience; what the operator cancelled is not brought again."""
    editions.expire(people, "daily", now=LATER + HOUR)
    one_leaves(people, "budi-daily")
    assert sum(one.people for one in groups(people, everybody(people))) == 2
    edition_is_frozen(people, occasion="2026-11-26", holds=["c"], stale_at=NOW + HOUR)
    edition_is(people, "cancelled", number=2)
    assert editions.expire(people, "daily", now=LATER + HOUR) == 0


def test_what_is_under_way_when_it_goes_stale_may_end(outbox: StoreOutbox, people: Store) -> None:
    """Expiring leaves a sender's running attempts alone; what does not end in sent is lacked later."""
    chunk, (budi, citra) = begun(outbox, 2, now=LATER)
    assert editions.expire(people, "daily", now=LATER + HOUR) == 0
    outbox.exchange([*sent([budi]), settled(citra, DeliveryState.DEFERRED)], [], now=LATER + HOUR)
    outbox.give_back(chunk, now=LATER + HOUR)
    assert outbox.take(now=LATER + HOUR) is None
    assert moments(people) == [None, None, NOW]
