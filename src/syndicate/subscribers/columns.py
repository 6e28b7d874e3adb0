"""The columns of a list of subscribers -> what each means, whichever program wrote it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, Literal, get_args

from syndicate.subscribers.statuses import FLAGS, Status, plainly, status_of_file

Role = Literal[
    "email", "status", "since", "ended", "reason", "ip",
    "frequency", "zone", "at", "language", "topics", "pictures", "paused_until",
]  # fmt: skip
ROLES: Final[tuple[Role, ...]] = get_args(Role)
WISHES: Final[tuple[Role, ...]] = ROLES[6:]
_MOST_SHOWN = 200  # characters of a first line

# Names of columns for each role; of several that hold something the first in this order counts.
_NAMES: Final[Mapping[Role, tuple[str, ...]]] = {
    "email": (
        *("email", "emailaddress", "mail", "mailaddress", "useremail", "useremailaddress"),
        *("subscriberemail", "contactemail", "primaryemail", "correo", "correoelectrónico", "courriel"),
        *("adresseemail", "emailadresse", "mailadresse", "epost", "epostadress", "surel", "alamatemail"),
    ),
    "status": ("status", "subscriberstatus", "subscriptionstatus", "emailstatus", "subscribertype"),
    "since": (
        *("confirmtime", "confirmedat", "optintime", "optindate", "optinat", "subscribedat"),
        *("subscriptiondate", "subscriptioncreatedat", "signupdate", "signedupat", "dateadded", "addedtime"),
        *("datejoined", "createdat", "creationdate", "createddate", "datecreated", "created"),
    ),
    "ended": (
        *("unsubtime", "unsubscribedat", "unsubscriptiondate", "unsubscribedate", "optouttime", "deletedat"),
        *("cleantime", "bouncedat", "undeliverabilitydate", "complainedat", "blockedat"),
    ),
    "reason": ("unsubreason", "unsubscriptionreason", "unsubscribereason", "undeliverabilityreason"),
    "ip": ("confirmip", "optinip", "signupip", "ip", "ipaddress", "optinipaddress", "subscriberip"),
}
ENDINGS: Final[Mapping[str, Status]] = {
    **dict.fromkeys(("cleantime", "bouncedat", "undeliverabilitydate"), "bounced"),
    "complainedat": "complained",
    "blockedat": "blocked",
}
_MAILCHIMP = frozenset(("leid", "euid", "memberrating", "optintime"))
SERVICES: Final = ("Mailchimp", "Substack", "Ghost", "listmonk", "beehiiv", "Buttondown")


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a list mean. `roles` are the numbers of columns, in the order in which they count.

    `flags` are those that say yes or no, `others` those that are kept as they are. `standing` is what all are
    of whom no column says more; `tells` is whether some columns do. `service` is "" for any other program.
    """

    service: str
    names: tuple[str, ...]
    email: int
    roles: Mapping[Role, tuple[int, ...]]
    flags: tuple[int, ...]
    others: tuple[tuple[int, str], ...]
    standing: Status
    tells: bool


def service_of(header: Sequence[str]) -> str:
    """Return the service that writes lists with such a first line, "" for none that is known."""
    names = {plainly(name) for name in header}
    if "emailaddress" in names and len(names & _MAILCHIMP) > 1:
        return "Mailchimp"
    if "email" in names and not names.isdisjoint(("activesubscription", "emaildisabled")):
        return "Substack"
    if {"email", "subscribedtoemails"} <= names:
        return "Ghost"
    if {"uuid", "email", "status"} <= names and not names.isdisjoint(("attributes", "attribs")):
        return "listmonk"
    if {"notes", "metadata", "tags"} <= names and not names.isdisjoint(("email", "emailaddress")):
        return "Buttondown"
    if {"email", "status"} <= names and not names.isdisjoint(("tier", "subscriptiontier")):
        return "beehiiv"
    return ""


def layout_of(
    header: Sequence[str],
    *,
    file: str = "",
    service: str | None = None,
    mapped: Mapping[str, str] | None = None,
    standing: Status | None = None,
) -> Layout:
    """Return what the columns of the first line `header` mean.

    `mapped` names columns by their roles, "" for none; `file` is the file's name, which may say who is in it.
    ValueError, with what there is, where there is no column of addresses, or none of a name in `mapped`.
    """
    names = _named(header)
    service = service_of(header) if service is None else service
    plain = [plainly(name) for name in names]
    roles = {role: _of_role(role, plain, service) for role in ROLES}
    for role, column in (mapped or {}).items():
        roles[_role(role)] = (_number(column, names),) if column else ()
    if not roles["email"]:
        raise ValueError(f"has no column named email (its first line holds: {_shown(header)})")
    taken = {roles["email"][0], *(number for role in ROLES[1:] for number in roles[role])}
    flags = tuple(number for number, name in enumerate(plain) if name in FLAGS and number not in taken)
    taken.update(flags)
    others = tuple((number, name) for number, name in enumerate(names) if number not in taken)
    all_are = standing or status_of_file(file) or _standing(service, plain)
    tells = bool(flags or roles["status"] or roles["ended"])
    return Layout(service, names, roles["email"][0], roles, flags, others, all_are, tells)


def _of_role(role: Role, plain: Sequence[str], service: str) -> tuple[int, ...]:
    if role in WISHES:
        return (plain.index(plainly(role)),) if not service and plainly(role) in plain else ()
    names = _NAMES[role]
    if role == "status" and service == "Buttondown":
        names = (*names, "type")
    return tuple(number for name in names for number, each in enumerate(plain) if each == name)


def _standing(service: str, plain: Sequence[str]) -> Status:
    """Return what all are in a file of Mailchimp: it has one for each state."""
    if service == "Mailchimp" and "unsubtime" in plain:
        return "unsubscribed" if "cleantime" not in plain else "active"
    return "bounced" if service == "Mailchimp" and "cleantime" in plain else "active"


def _named(header: Sequence[str]) -> tuple[str, ...]:
    """Return the columns' names, each once; one without is named by its number."""
    seen: set[str] = set()
    names = []
    for number, cell in enumerate(header, start=1):
        first = name = cell.strip() or f"column {number}"
        turn = 1
        while name in seen:
            turn += 1
            name = f"{first} {turn}"
        seen.add(name)
        names.append(name)
    return tuple(names)


def _role(text: str) -> Role:
    for role in ROLES:
        if role == text.strip().casefold():
            return role
    raise ValueError(f"nothing is called {text[:60]!r} to map a column to (there are: {', '.join(ROLES)})")


def _number(column: str, names: Sequence[str]) -> int:
    if column in names:
        return names.index(column)
    plain = {plainly(name): number for number, name in enumerate(names)}
    if (number := plain.get(plainly(column))) is not None:
        return number
    near = get_close_matches(column, names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else f" (there are: {_shown(names)})"
    raise ValueError(f"has no column named {column[:60]!r}{hint}")


def _shown(names: Sequence[str]) -> str:
    said = ", ".join(names[:100]) or "nothing"
    return said if len(said) <= _MOST_SHOWN else f"{said[:_MOST_SHOWN]} …"


_MEANS: Final[Mapping[Role, str]] = {
    "email": "address",
    "status": "whether he is subscribed",
    "since": "when he agreed",
    "ended": "when he left",
    "reason": "why he left",
    "ip": "the IP address he agreed from",
}


def described(layout: Layout) -> Iterator[str]:
    """Give a line for each column that means something, and one for those that are kept as they are."""
    for role in ROLES:
        numbers = (layout.email,) if role == "email" else layout.roles[role]
        for number in numbers:
            yield f"{layout.names[number]} is {_MEANS.get(role, f'what he wants: {role}')}"
    for number in layout.flags:
        yes, no = FLAGS[plainly(layout.names[number])]
        yield f"{layout.names[number]} says whether he is subscribed (yes: {yes}, no: {no})"
    if layout.others:
        yield f"kept as they are: {_shown([name for _, name in layout.others])}"
    if layout.standing != "active":
        yield f"all in it are {layout.standing}"
