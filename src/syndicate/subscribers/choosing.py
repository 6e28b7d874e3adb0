"""Texts in which somebody says what he wants of a newsletter -> a checked choice, and back to words. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from syndicate.confignewsletter import Newsletter
from syndicate.configtypes import parse_clock, parse_language
from syndicate.i18n import SOURCE_LANGUAGE, language_name
from syndicate.model import FREQUENCIES, Choice, Frequency
from syndicate.spelling import folded

_YES = frozenset(("yes", "true", "on", "1", "all", ""))
_NO = frozenset(("no", "false", "off", "0", "none"))
_EVERY = "all"  # is every topic, unless one is called so
_DAYS = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
    "sat": "Saturday", "sun": "Sunday",
}  # fmt: skip
_MOST_SHOWN = 20  # of what there is, in one message


def settled(newsletter: Newsletter, *, language: str, zone: ZoneInfo) -> Newsletter:
    """Return the newsletter with the publication's language and zone where it names none of its own."""
    own = {"language": newsletter.language or language, "timezone": newsletter.timezone or zone}
    return newsletter.model_copy(update=own)


def parse_choice(
    newsletter: Newsletter,
    *,
    frequency: str = "",
    zone: str = "",
    at: str = "",
    language: str = "",
    topics: str | Iterable[str] = (),
    pictures: str | bool = True,
    languages: Collection[str] = (),
) -> Choice:
    """Return the choice that these texts name; "" is as the newsletter has it.

    What is as the `settled` newsletter has it anyway is "" too, so that who wants the same has the same
    choice. `languages` are those that articles and the operator's catalogues are in, beside ours. Case,
    accents and spaces do not count; topics get the newsletter's spelling, and "all" or none is every
    one, also those to come. Raises ValueError that says what there is.
    """
    often = _frequency(frequency)
    instant = (often or newsletter.frequency) == "instant"
    spoken = (*ours(), *languages, *newsletter.select.language, newsletter.language or SOURCE_LANGUAGE)
    place, hour, tongue = _zone(zone), _hour(at), _language(language, spoken)
    own_zone = newsletter.timezone.key if newsletter.timezone else ""
    return Choice(
        frequency="" if often == newsletter.frequency else often,
        zone="" if instant or place == own_zone else place,
        at="" if instant or hour == f"{newsletter.at:%H:%M}" else hour,
        language="" if tongue == canonical(newsletter.language or "") else tongue,
        topics=_topics(topics, newsletter.topics),
        pictures=_pictures(pictures) or not newsletter.pictures,
    )


def words_of(choice: Choice, newsletter: Newsletter) -> str:
    """Return the choice as an operator reads it: ``weekly on Monday at 07:00 Asia/Tokyo, in Japanese``."""
    if choice == Choice():
        return "as the newsletter has it"
    said = []
    if choice.frequency or choice.zone or choice.at:
        said.append(_when(choice, newsletter))
    if choice.language:
        said.append(f"in {language_name(choice.language, within=SOURCE_LANGUAGE)}")
    if choice.topics:
        said.append(f"on {_listed(choice.topics)}")
    elif newsletter.topics:
        said.append("on every topic")
    if not choice.pictures:
        said.append("without pictures")
    return ", ".join(said) or "as the newsletter has it"


def _when(choice: Choice, newsletter: Newsletter) -> str:
    often = choice.frequency or newsletter.frequency
    if often == "instant":
        return "article by article"
    zone = choice.zone or (newsletter.timezone.key if newsletter.timezone else "")
    hour = f"at {choice.at or f'{newsletter.at:%H:%M}'} {zone}".strip()
    if often == "weekly":
        return f"weekly on {_DAYS[newsletter.week_day]} {hour}"
    if often == "monthly":
        return f"monthly on day {newsletter.monthday} {hour}"
    days = [name for day, name in _DAYS.items() if day in newsletter.days]
    return f"every day {hour}" if len(days) == len(_DAYS) else f"on {_listed(days)} {hour}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


# ---------------------------------------------------------------- one text each


def _frequency(text: str) -> Frequency | Literal[""]:
    said = folded(text)
    if not said:
        return ""
    for one in FREQUENCIES:
        if one == said:
            return one
    raise ValueError(f"no frequency is called {_shown(text)}{_near(said, _by_fold(FREQUENCIES))}")


def _zone(text: str) -> str:
    said = _zone_folded(text)
    zones = _zones()
    if said and said not in zones:
        near = _meant(said, zones)
        raise ValueError(
            f"no time zone is called {_shown(text)}{near} (write an IANA name such as Asia/Jakarta)"
        )
    return zones[said] if said else ""


def _hour(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return f"{parse_clock(text):%H:%M}"
    except ValueError as error:
        raise ValueError(f"{_shown(text)} is no time: {error}") from None


def _language(text: str, spoken: Iterable[str]) -> str:
    if not text.strip():
        return ""
    there = {tag: tag for tag in map(canonical, spoken)}
    try:
        tag = canonical(parse_language(text))
        parts = tag.split("-")
        if any("-".join(parts[:length]) in there for length in range(len(parts), 0, -1)):
            return tag
    except ValueError:
        pass
    named = _by_fold(there) | {
        folded(name): tag for tag in there for name in (language_name(tag), language_name(tag, within="en"))
    }
    if folded(text) in named:
        return named[folded(text)]
    raise ValueError(f"no language is called {_shown(text)}{_near(folded(text), named)}")


def _topics(wanted: str | Iterable[str], there: Sequence[str]) -> tuple[str, ...]:
    texts = (wanted,) if isinstance(wanted, str) else wanted
    chosen: set[str] = set()
    every = False
    for text in texts:
        whole = _alike(text, there)
        parts = [text] if whole else text.replace(";", ",").split(",")
        for part in filter(str.strip, parts):
            found = _alike(part, there)
            if not found and folded(part) == _EVERY:
                every = True
                continue
            if not found and not there:
                raise ValueError(f"{_shown(part)} is no topic: this newsletter has none to choose among")
            if not found:
                raise ValueError(f"no topic is called {_shown(part)}{_near(folded(part), _by_fold(there))}")
            chosen.update(found)
    return () if every else tuple(sorted(chosen))


def _alike(text: str, there: Sequence[str]) -> list[str]:
    """Return the topic that `text` means, if there is one."""
    said = folded(text)
    return [topic for topic in there if said and folded(topic) == said]


def _pictures(said: str | bool) -> bool:
    if isinstance(said, bool):
        return said
    word = folded(said)
    if word not in _YES | _NO:
        raise ValueError(f"pictures: {_shown(said)} is neither yes nor no")
    return word in _YES


# ---------------------------------------------------------------- what there is


@lru_cache(maxsize=1)
def ours() -> tuple[str, ...]:
    """Return the tags of the languages that our own words are in."""
    names = [file.name for file in (files("syndicate") / "locales").iterdir()]
    return tuple(sorted({SOURCE_LANGUAGE, *(name[:-3] for name in names if name.endswith(".po"))}))


def canonical(tag: str) -> str:
    """Return a BCP 47 tag in its usual case: ``zh-Hant-TW`` (RFC 5646 section 2.1.1)."""
    first, *rest = tag.replace("_", "-").split("-")
    cased = [
        part.upper()
        if len(part) == 2
        else part.title()
        if len(part) == 4 and part.isalpha()
        else part.lower()
        for part in rest
    ]
    return "-".join((first.lower(), *cased))


@lru_cache(maxsize=1)
def _zones() -> Mapping[str, str]:
    names = sorted(available_timezones() - {"localtime", "Factory"})
    return {_zone_folded(name): name for name in names}


def _zone_folded(name: str) -> str:
    """Return a zone's name folded, but for its hyphens: in Etc/GMT-5 it is a minus."""
    return folded(name.replace("_", " ").replace("-", "\N{MINUS SIGN}"))


def _by_fold(names: Iterable[str]) -> dict[str, str]:
    return {folded(name): name for name in names}


def _meant(said: str, there: Mapping[str, str]) -> str:
    """Return which of `there`, by its folded names, was probably meant, as the end of a message."""
    near = get_close_matches(said[:100], there, n=1, cutoff=0.6)
    return f"; did you mean {there[near[0]]}?" if near else ""


def _near(said: str, there: Mapping[str, str]) -> str:
    """Return what was meant, and what there is."""
    names = sorted(dict.fromkeys(there.values()))
    more = f" and {len(names) - _MOST_SHOWN} more" if len(names) > _MOST_SHOWN else ""
    are = "is" if len(names) == 1 else "are"
    return f"{_meant(said, there)} (there {are}: {', '.join(names[:_MOST_SHOWN])}{more})"


def _shown(text: str) -> str:
    return repr(text.strip()[:60])
