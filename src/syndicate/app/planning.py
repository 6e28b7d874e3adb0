"""What an edition brings to whom: the ledger's groups of subscribers and the articles due to each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

from syndicate.app.library import Library
from syndicate.app.site import Site
from syndicate.config import Newsletter
from syndicate.digest.due import Due, Terms, Wish, due
from syndicate.model import Article, Choice, Chosen, Group, Portion, Variant
from syndicate.store import audience
from syndicate.store.audience import Audience
from syndicate.store.choices import before

_EVER: Final = datetime.min.replace(tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_AS_IT_IS: Final = Choice()


@dataclass(frozen=True, slots=True)
class Helping:
    """A rendition that is to be made: for how many people, and after which moment its articles were new."""

    variant: Variant
    articles: tuple[str, ...]
    people: int
    after: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What an edition would be. `portions` are by the groups' keys, `covered` by the choices' numbers."""

    newsletter: str
    audience: Audience
    helpings: tuple[Helping, ...]
    portions: Mapping[str, Portion]
    covered: Mapping[int, datetime]
    reached: int  # people who could get a letter, whether something is due to them or not
    settles: bool = False  # whether somebody has a moment of his own that is to be written anew

    @property
    def people(self) -> int:
        """How many people would get a letter."""
        return sum(one.people for one in self.helpings)

    @property
    def articles(self) -> tuple[str, ...]:
        """The ids of all articles in it, those of the largest rendition first."""
        by_size = sorted(self.helpings, key=lambda one: -one.people)
        return tuple(dict.fromkeys(article for one in by_size for article in one.articles))


@dataclass(frozen=True, slots=True)
class Occasioned:
    """For whom to plan and when: some of a newsletter's choices, at a moment.

    `beyond` are articles that count however old they are; `again` even if people had them.
    """

    newsletter: str
    among: Sequence[Chosen]
    until: datetime
    beyond: Sequence[Article] = ()
    again: bool = False
    alone: str = ""  # the id of the one article that counts; then nobody's moments change
    only: int | None = None  # the number of the one subscription that counts
    limited: bool = True  # by min_items and max_items


def plan(site: Site, wanted: Occasioned, articles: Library) -> Plan:
    """Return what is due to whom; nothing is changed."""
    numbers = [one.id for one in wanted.among]
    marks = {one.id: one.covered_at or one.created_at for one in wanted.among}
    with site.store.read() as conn:
        own = audience.earliest(conn, numbers)
    least = min(marks.values(), default=wanted.until)
    candidates = _candidates(articles, wanted, min(least, own or least))
    beyond = [one.id for one in wanted.beyond]
    counting = [one.id for one in candidates if one.mail_at > least] + beyond
    whose = Audience(tuple(sorted(numbers)), wanted.until, only=wanted.only)
    if not candidates:  # most looks at instant letters: nobody is to be asked for
        with site.store.read() as conn:
            return replace(_nothing(site, wanted, whose), reached=audience.count(conn, whose))
    with site.store.read() as conn:
        whose = audience.with_letters(
            conn, whose, wanted.newsletter, candidates=counting, beyond=beyond, own_after=own
        )
        groups = audience.groups(conn, whose)
        contents = audience.contents(conn, set().union(*(one.had for one in groups)))
    newsletter = site.config.newsletters[wanted.newsletter]
    menu = _Menu(newsletter, wanted, candidates, marks, contents)
    served = {group.key: menu.due_to(group) for group in groups}
    return _plan(site, wanted, whose, groups, served, menu)


def _candidates(articles: Library, wanted: Occasioned, after: datetime) -> list[Article]:
    new = articles.candidates(after=after, until=wanted.until)
    every = {one.id: one for one in (*wanted.beyond, *new)}
    return [one for one in every.values() if wanted.alone in ("", one.id)]


@dataclass
class _Menu:
    """The articles that may be due, and what is known of who had them."""

    newsletter: Newsletter
    wanted: Occasioned
    candidates: Sequence[Article]
    marks: Mapping[int, datetime]
    contents: Mapping[int, tuple[datetime, Sequence[str]]]

    def __post_init__(self) -> None:
        terms = Terms.of(self.newsletter)
        self._terms = terms if self.wanted.limited else Terms(terms.select, terms.order)
        self._beyond = frozenset(one.id for one in self.wanted.beyond)
        self._choices = {one.id: one.choice for one in self.wanted.among}
        self._found: dict[tuple[Wish, datetime, frozenset[int]], Due] = {}

    def after(self, group: Group) -> datetime:
        return group.after or self.marks[group.choice_id]

    def choice(self, group: Group) -> Choice:
        return self._choices[group.choice_id]

    def due_to(self, group: Group) -> Due:
        """Return what is due to a group; those who wish the same and had the same share it."""
        after, choice = self.after(group), self.choice(group)
        wish = Wish(choice.topics, choice.language if self.newsletter.by_language else "")
        key = (wish, after, group.had)
        if key not in self._found:
            pool = [one for one in self.candidates if one.mail_at > after or one.id in self._beyond]
            found = due(
                pool, wish, self._terms, after=_EVER, until=self.wanted.until, had=self._had(group.had)
            )
            self._found[key] = Due(found.articles, max(found.covered, min(after, self.wanted.until)))
        return self._found[key]

    def _had(self, renditions: Collection[int]) -> Mapping[str, datetime]:
        """Return when the last letter was made that brought each article."""
        if self.wanted.again:
            return {}
        found: dict[str, datetime] = {}
        for number in renditions:
            made_at, ids = self.contents.get(number, (_EVER, ()))
            for one in ids:
                found[one] = max(made_at, found.get(one, made_at))
        return found


def _plan(
    site: Site,
    wanted: Occasioned,
    whose: Audience,
    groups: Sequence[Group],
    served: Mapping[str, Due],
    menu: _Menu,
) -> Plan:
    covered = _covered(site, wanted, groups, served)
    table = _Table()
    portions = {}
    for group in groups:
        found = served[group.key]
        place = None
        if found.articles:
            variant = variant_of(site, wanted.newsletter, menu.choice(group))
            place = table.serve(variant, found.articles, group.people, menu.after(group))
        own = group.after
        if own is not None and own < wanted.until and not wanted.alone:
            own = None if found.covered >= covered[group.choice_id] else found.covered
        portions[group.key] = Portion(place, own)
    return Plan(
        wanted.newsletter,
        whose,
        tuple(table.helpings),
        portions,
        covered,
        sum(one.people for one in groups),
        any(one.after is not None and portions[one.key].after != one.after for one in groups),
    )


def _nothing(site: Site, wanted: Occasioned, whose: Audience) -> Plan:
    return Plan(wanted.newsletter, whose, (), {}, _covered(site, wanted, (), {}), 0)


@dataclass
class _Table:
    """The renditions that are to be made: those who get the same share one."""

    helpings: list[Helping] = field(default_factory=list)
    _places: dict[tuple[Variant, tuple[str, ...]], int] = field(default_factory=dict)

    def serve(self, variant: Variant, articles: Sequence[Article], people: int, after: datetime) -> int:
        """Return which rendition it is that `people` more get."""
        ids = tuple(one.id for one in articles)
        since = min(after, *(one.mail_at - _TICK for one in articles))
        place = self._places.setdefault((variant, ids), len(self.helpings))
        if place == len(self.helpings):
            self.helpings.append(Helping(variant, ids, people, since))
        else:
            known = self.helpings[place]
            more = replace(known, people=known.people + people, after=min(known.after, since))
            self.helpings[place] = more
        return place


def _covered(
    site: Site, wanted: Occasioned, groups: Iterable[Group], served: Mapping[str, Due]
) -> dict[int, datetime]:
    """Return up to which moment those have had all that have no moment of their own, by their choice."""
    if wanted.alone:
        return {}
    # what is seen in the same second, which its moment does not tell apart, counts once more; and of an
    # edition made ahead of its time what is still to come
    until = before(min(wanted.until, site.clock()))
    covered = {one.id: until for one in wanted.among}
    for group in groups:
        if group.after is None:
            covered[group.choice_id] = min(covered[group.choice_id], served[group.key].covered)
    known = {one.id: one.covered_at for one in wanted.among if one.covered_at}
    return {number: max(moment, known.get(number, moment)) for number, moment in covered.items()}


def variant_of(site: Site, newsletter: str, choice: Choice = _AS_IT_IS) -> Variant:
    """Return what the letters of people with this choice are rendered for."""
    config = site.config
    known = config.newsletters[newsletter]
    language = choice.language or known.language or config.publication.language
    return Variant(language, choice.pictures and known.pictures)
