"""Our own list of subscribers: rows with all there is of a subscription, which come back as they were. Pure.

A row is a subscription, or an address that nothing brings back: its state is `suppressed`. Who was erased has
no address there, only its keyed hash behind a mark of the key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from syndicate.configtypes import parse_clock, parse_language, parse_zone
from syndicate.emails import parse_email
from syndicate.model import (
    FREQUENCIES,
    Arrival,
    Choice,
    Consent,
    ConsentKind,
    Departure,
    Frequency,
    Subscriber,
    SubscriptionState,
    Suppression,
    SuppressionReason,
)
from syndicate.subscribers.defusing import restored
from syndicate.subscribers.moments import parse_moment

COLUMNS: Final = (
    *("email", "newsletter", "state", "started", "ended", "reason"),
    *("frequency", "zone", "at", "language", "topics", "pictures", "paused_until"),
    *("token", "hash", "consents", "extra"),
)
SUPPRESSED: Final = "suppressed"
_NEWSLETTER = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,64}")  # shorter ones could be guessed
_HASH = re.compile(r"([0-9a-f]{16}):([0-9a-f]{64})")
_KINDS: Final[tuple[ConsentKind, ...]] = get_args(ConsentKind)
_REASONS: Final[tuple[SuppressionReason, ...]] = get_args(SuppressionReason)


@dataclass(frozen=True, slots=True)
class Reading:
    """What makes values of texts: the hash of an address key, the mark of the key, what is kept of an IP.

    That also hangs on when somebody agreed: it is not kept long.
    """

    digest: Callable[[str], str]
    mark: str
    kept_ip: Callable[[str, datetime], str | None]
    now: datetime


def is_ours(header: Sequence[str]) -> bool:
    """Tell whether a first line is that of our own list; its columns may stand in another order."""
    return frozenset(COLUMNS) <= {name.strip() for name in header}


# ---------------------------------------------------------------- to texts


def subscription_row(one: Subscriber, consents: Sequence[Consent]) -> dict[str, Any]:
    """Return a subscription by our columns, for a machine."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        "email": one.email,
        "newsletter": one.newsletter,
        "state": one.state.value,
        "started": one.started_at.isoformat(),
        "ended": one.ended_at.isoformat() if one.ended_at else "",
        "reason": one.reason,
        "frequency": one.choice.frequency,
        "zone": one.choice.zone,
        "at": one.choice.at,
        "language": one.choice.language,
        "topics": list(one.choice.topics),
        "pictures": "yes" if one.choice.pictures else "no",
        "paused_until": one.paused_until.isoformat() if one.paused_until else "",
        "token": one.token,
        "consents": [_consent(each) for each in consents],
        "extra": one.extra,
    }


def suppression_row(one: Suppression, mark: str) -> dict[str, Any]:
    """Return a suppression by our columns, for a machine; `mark` is that of the key of the hashes."""
    return {
        **dict.fromkeys(COLUMNS, ""),
        "email": one.email,
        "newsletter": one.newsletter,
        "state": SUPPRESSED,
        "started": one.at.isoformat(),
        "reason": one.reason,
        "hash": "" if one.email else f"{mark}:{one.hash}",
        "extra": one.evidence,
    }


_encoded = json.JSONEncoder(ensure_ascii=False).encode


def cells_of(row: Mapping[str, Any]) -> list[str]:
    """Return the cells of a row; what is no text is JSON, nothing is the empty text."""
    values = (row[name] for name in COLUMNS)
    return [value if isinstance(value, str) else _encoded(value) if value else "" for value in values]


def _consent(one: Consent) -> dict[str, Any]:
    said = {
        "kind": one.kind,
        "at": one.at.isoformat(),
        "newsletter": one.newsletter,
        "source": one.source,
        "words": one.words,
        "ip": one.ip,
        "evidence": one.evidence,
    }
    return {name: value for name, value in said.items() if value}


# ---------------------------------------------------------------- from texts


def read_row(cells: Mapping[str, str], reading: Reading) -> tuple[Arrival | Departure, list[str]]:
    """Return what a row of cells, as a file has them, brings; and what of it could not be read.

    ValueError where it cannot be told who it is, or what of.
    """
    row = {name: restored(cell) for name, cell in cells.items()}
    doubts: list[str] = []
    if row["state"] == SUPPRESSED:
        return _departure(row, reading, doubts), doubts
    return _arrival(row, reading, doubts), doubts


def _arrival(row: Mapping[str, str], reading: Reading, doubts: list[str]) -> Arrival:
    if not _NEWSLETTER.fullmatch(row["newsletter"]):
        raise ValueError(f"{row['newsletter'][:60]!r} is no newsletter's name")
    try:
        state = SubscriptionState(row["state"])
    except ValueError:
        raise ValueError(f"state {row['state'][:60]!r} is none of active, unsubscribed, suppressed") from None
    began = _moment("started", row["started"], doubts) or reading.now
    ended = _moment("ended", row["ended"], doubts)
    if state is SubscriptionState.UNSUBSCRIBED:
        ended = ended or reading.now
    return Arrival(
        email=parse_email(row["email"]),
        newsletter=row["newsletter"],
        started_at=began,
        state=state,
        ended_at=ended,
        reason=row["reason"].replace("\x00", ""),
        choice=_choice(row, doubts),
        paused_until=_moment("paused_until", row["paused_until"], doubts),
        token=_token(row["token"], doubts),
        extra=_texts("extra", row["extra"], doubts),
        consents=_consents(row["consents"], reading, doubts),
    )


def _departure(row: Mapping[str, str], reading: Reading, doubts: list[str]) -> Departure:
    if row["newsletter"] and not _NEWSLETTER.fullmatch(row["newsletter"]):
        raise ValueError(f"{row['newsletter'][:60]!r} is no newsletter's name")
    reason = next((one for one in _REASONS if one == row["reason"]), None)
    if reason is None:
        raise ValueError(f"reason {row['reason'][:60]!r} is none of {', '.join(_REASONS)}")
    at = _moment("started", row["started"], doubts)
    email = parse_email(row["email"]) if row["email"] else None
    digest = reading.digest(email.key) if email else _erased(row["hash"], reading.mark)
    address = email.address if email else ""
    evidence = _texts("extra", row["extra"], doubts)
    one = Suppression(digest, row["newsletter"], reason, at or reading.now, address, evidence)
    return Departure(email, one, at)


def _erased(text: str, mark: str) -> str:
    match = _HASH.fullmatch(text)
    if match is None:
        raise ValueError("holds neither an address nor the hash of one")
    if match[1] != mark:
        raise ValueError("the hash was made with another publication's key, so nobody can be known by it")
    return match[2]


def _moment(name: str, text: str, doubts: list[str]) -> datetime | None:
    moment = parse_moment(text, slashes=False) if text else None
    if text and moment is None:
        doubts.append(f"{name} {text[:60]!r} is no time that is known for certain")
    return moment


def _token(text: str, doubts: list[str]) -> str:
    if text and not _TOKEN.fullmatch(text):
        doubts.append("token: is none of ours, so the links in old letters do not open")
        return ""
    return text


def _choice(row: Mapping[str, str], doubts: list[str]) -> Choice:
    """Return what is wanted, as it is written down; what is not known is as the newsletter has it."""
    often: Frequency | Literal[""] = next((one for one in FREQUENCIES if one == row["frequency"]), "")
    if row["frequency"] != often:
        doubts.append(f"no frequency is called {row['frequency'][:60]!r}")
    return Choice(
        frequency=often,
        zone=_checked("zone", row["zone"], lambda text: parse_zone(text).key, doubts),
        at=_checked("at", row["at"], lambda text: f"{parse_clock(text):%H:%M}", doubts),
        language=_checked("language", row["language"], parse_language, doubts),
        topics=tuple(sorted(set(_listed(row["topics"], doubts)))),
        pictures=row["pictures"] != "no",
    )


def _checked(name: str, text: str, parse: Callable[[str], str], doubts: list[str]) -> str:
    try:
        return parse(text) if text else ""
    except ValueError as error:
        doubts.append(f"{name} {text[:60]!r}: {error}")
        return ""


def _listed(text: str, doubts: list[str]) -> list[str]:
    found = _json(text) if text else []
    if isinstance(found, list) and all(isinstance(one, str) for one in found):
        return [_sound(one) for one in found]
    doubts.append(f"topics {text[:60]!r} are no list in JSON")
    return []


def _texts(name: str, text: str, doubts: list[str]) -> dict[str, str]:
    found = _json(text) if text else {}
    if not isinstance(found, dict):
        doubts.append(f"{name} {text[:60]!r} is no object in JSON")
        return {}
    return {_sound(key): _sound(value) if isinstance(value, str) else _encoded(value)
            for key, value in found.items()}  # fmt: skip


def _consents(text: str, reading: Reading, doubts: list[str]) -> tuple[Consent, ...]:
    found = _json(text) if text else []
    if not isinstance(found, list):
        doubts.append(f"consents {text[:60]!r} are no list in JSON")
        return ()
    read = [_one_consent(one, reading) for one in found]
    if None in read:
        doubts.append("a consent cannot be read")
    return tuple(one for one in read if one is not None)


def _one_consent(said: object, reading: Reading) -> Consent | None:
    if not isinstance(said, dict):
        return None
    texts = {name: _sound(value) for name, value in said.items() if isinstance(value, str)}
    kind = next((one for one in _KINDS if one == texts.get("kind")), None)
    at = parse_moment(texts.get("at", ""), slashes=False)
    evidence = said.get("evidence", {})
    if kind is None or at is None or not isinstance(evidence, dict):
        return None
    return Consent(
        kind=kind,
        at=at,
        newsletter=texts.get("newsletter", "").replace("\x00", ""),
        source=texts.get("source", "").replace("\x00", ""),
        words=texts.get("words", "").replace("\x00", ""),
        ip=reading.kept_ip(texts["ip"], at) if texts.get("ip") else None,
        evidence={_sound(name): _sound(str(value)) for name, value in evidence.items()},
    )


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _sound(text: str) -> str:
    """Return `text` as a database takes it: JSON can spell halves of characters."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
