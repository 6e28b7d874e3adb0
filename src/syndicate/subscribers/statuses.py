"""What other programs call the states of their subscribers -> what they mean here. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

from syndicate.subscribers.moments import parse_moment

# `unconfirmed`, `inactive` and `unknown` are nobody's consent: who is one of them is left out.
Status = Literal[
    "active", "unsubscribed", "bounced", "blocked", "complained", "unconfirmed", "inactive", "unknown"
]
Gone = Literal["unsubscribed", "bounced", "blocked", "complained"]
GONE: Final = frozenset(get_args(Gone))

_WORDS: Mapping[Status, str] = {
    "active": "active subscribed subscriber enabled confirmed regular optedin optin verified "
    "free paid premium comped complimentary true yes 1",
    "unsubscribed": "unsubscribed unsubscriber unsub optedout optout cancelled canceled removed left",
    "bounced": "bounced bounce hardbounce hardbounced cleaned undeliverable invalid invalidemail dropped",
    "complained": "complained complaint complaints spam spamcomplaint spamreport abuse",
    "blocked": "blocked blocklisted blacklisted banned suppressed spammy",
    "unconfirmed": "unconfirmed pending pendingconfirmation unactivated unverified validating "
    "requiresverification waiting awaitingconfirmation",
    "inactive": "inactive disabled archived paused deleted nonsubscribed notsubscribed transactional "
    "needsattention malformed",
}
_COMMON: Final = MappingProxyType({word: one for one, words in _WORDS.items() for word in words.split()})
# Where a service means something else by a word than the others do.
_OF_SERVICE: Final[Mapping[str, Mapping[str, Status]]] = {
    "Buttondown": dict.fromkeys(
        ("premium", "trialed", "unpaid", "gifted", "churning", "churned", "paused", "pastdue"), "active"
    ),
    "beehiiv": {"inactive": "unsubscribed"},
}
_FILES: Final[tuple[tuple[Status, frozenset[str]], ...]] = (
    ("inactive", frozenset(("nonsubscribed", "transactional"))),
    ("unsubscribed", frozenset(("unsubscribed", "unsubscribers", "unsubscribes", "unsubs"))),
    ("bounced", frozenset(("cleaned", "bounced", "bounces"))),
    ("complained", frozenset(("complained", "complaints"))),
    ("blocked", frozenset(("blocked", "blocklist", "blocklisted", "blacklist", "blacklisted"))),
)
# Columns that say yes or no: what yes means, and what no does.
FLAGS: Final[Mapping[str, tuple[Status, Status]]] = {
    **dict.fromkeys(("subscribed", "issubscribed", "subscribedtoemails"), ("active", "unsubscribed")),
    **dict.fromkeys(("acceptsmarketing", "acceptsemailmarketing"), ("active", "unsubscribed")),
    **dict.fromkeys(("active", "isactive", "enabled"), ("active", "inactive")),
    **dict.fromkeys(("confirmed", "isconfirmed", "emailverified"), ("active", "unconfirmed")),
    **dict.fromkeys(("emaildisabled", "unsubscribed", "isunsubscribed"), ("unsubscribed", "active")),
    **dict.fromkeys(("optout", "optedout", "emailoptout", "emailblacklisted"), ("unsubscribed", "active")),
    **dict.fromkeys(("blocklisted", "blacklisted", "blocked"), ("blocked", "active")),
    **dict.fromkeys(("bounced", "hardbounced"), ("bounced", "active")),
    **dict.fromkeys(("complained", "spamcomplaint"), ("complained", "active")),
}
_YES: Final = frozenset(("true", "yes", "y", "t", "on", "1", "x"))
_NO: Final = frozenset(("false", "no", "n", "f", "off", "0"))
_ABUSE: Final = ("abuse", "spam")


def plainly(text: str) -> str:
    """Return the letters and digits of a name, in lower case: ``E-mail Address`` is ``emailaddress``."""
    return "".join(filter(str.isalnum, text.casefold()))


def status_of(text: str, service: str = "") -> Status:
    """Return what a state is called here; the empty text is `unknown`, as is a word nobody knows."""
    word = plainly(text)
    return _OF_SERVICE.get(service, {}).get(word) or _COMMON.get(word, "unknown")


def flagged(column: str, text: str) -> Status:
    """Return what the cell of a column of `FLAGS` says.

    An empty one says no where yes would end it, and nothing where yes is the consent itself. A moment is yes.
    """
    yes, no = FLAGS[plainly(column)]
    said = plainly(text)
    if said in _YES or (said and parse_moment(text)):
        return yes
    if said in _NO:
        return no
    return no if not said and no == "active" else "unknown"


def status_of_file(name: str) -> Status | None:
    """Return what all in a file are by its name, None where that says nothing: ``cleaned_members.csv``."""
    words = "".join(letter if letter.isalpha() else " " for letter in name.casefold()).split()
    for status, those in _FILES:
        if not those.isdisjoint(words):
            return status
    return None


def weightiest(said: list[Status]) -> Status:
    """Return the status that counts of several: what was ended stays so, what is not known is left out."""
    return max(said, key=_WEIGHTS.__getitem__)


_ORDER: Final[tuple[Status, ...]] = (
    *("active", "unknown", "inactive", "unconfirmed"),
    *("unsubscribed", "bounced", "blocked", "complained"),
)
_WEIGHTS: Final[Mapping[Status, int]] = {one: weight for weight, one in enumerate(_ORDER)}


def reason_of(status: Status, why: str) -> Status:
    """Return `complained` where who left gave abuse as the reason, as Mailchimp's UNSUB_REASON says."""
    if status == "unsubscribed" and any(word in why.casefold() for word in _ABUSE):
        return "complained"
    return status
