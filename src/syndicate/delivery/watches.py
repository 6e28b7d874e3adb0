"""What several refusals together mean, though none of them says it: about us, or about the edition. Pure.

A relay that wants a login or dislikes what the letter says may turn down everyone with a 5xx of RCPT, DATA
or the dot. Taken at its word it would end a whole edition within seconds.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass
from typing import Final

from syndicate.delivery.replies import About
from syndicate.delivery.verdicts import (
    Cause,
    RestKind,
    Verdict,
    judge,
    names_mailbox,
    rest_for,
    without_names,
)
from syndicate.model import Attempt, Deferred, Outcome, Refused, Sent, Unknown

IN_A_ROW: Final = 3  # recipients that meet a doubtful reply one after the other, before the relay rests
DOMAINS: Final = 3  # in which the same refusal is about us
FIRST: Final = 10  # refusals with no letter taken, after which the relay is thought to turn down us
LONGEST: Final = 60.0  # seconds that a refusal is held back
MOST_HELD: Final = 100

Certain = list[tuple[Attempt, Outcome]]


@dataclass(frozen=True, slots=True)
class _Held:
    attempt: Attempt
    refused: Refused
    words: str
    domain: str
    taken: int  # letters that the relay had taken by then
    since: float


class RelayWatch:
    """One relay's replies in their order; `clear_after` letters taken clear a refusal of doubt."""

    def __init__(self, clear_after: int) -> None:
        self._clear_after = clear_after
        self._taken = 0
        self._held: deque[_Held] = deque()
        self._refused_first = 0  # in doubt, with none taken
        self._about_us: dict[str, int] = {}  # known words, and the letters taken when they were last said
        self._row: set[str] = set()
        self._lost: set[str] = set()  # who met one broken session after the other

    def feed(self, attempt: Attempt, judged: Outcome | Verdict, now: float) -> tuple[Certain, Cause | None]:
        """Return the outcomes that are certain now, and why the relay is to rest if it is.

        A server's refusal comes as a Verdict, anything else as its Outcome. A refusal that may be about us
        is kept until enough letters were taken, `expire` or `release`.
        """
        if isinstance(judged, Verdict):
            certain, cause = self._weigh(attempt, judged, now)
            self._lost.clear()
        else:
            certain, cause = [(attempt, judged)], None
            if isinstance(judged, Sent):
                self._taken += 1
                if self._row or self._lost:
                    self._row.clear()
                    self._lost.clear()
            elif isinstance(judged, Deferred | Unknown):
                cause = self._lost_again(attempt, judged)
        return ([*self.expire(now), *certain], cause) if self._held else (certain, cause)

    def expire(self, now: float) -> Certain:
        """Return the refusals that are clear of doubt by now, as what they are."""
        clear: Certain = []
        held = self._held
        while held and (
            self._taken - held[0].taken >= self._clear_after
            or not 0 <= now - held[0].since < LONGEST
            or len(held) > MOST_HELD
        ):
            first = held.popleft()
            clear.append((first.attempt, first.refused))
        return clear

    def release(self) -> Certain:
        """Return all the refusals that are held, as what they are; for the end of a pass."""
        clear: Certain = [(held.attempt, held.refused) for held in self._held]
        self._held.clear()
        return clear

    @property
    def next_expiry(self) -> float | None:
        """When `expire` has something to tell at the latest, or None where nothing is held."""
        return self._held[0].since + LONGEST if self._held else None

    def _weigh(self, attempt: Attempt, verdict: Verdict, now: float) -> tuple[Certain, Cause | None]:
        if verdict.doubtful:
            return [(attempt, verdict.outcome)], self._third_in_a_row(attempt, verdict)
        self._row.clear()
        refused = verdict.outcome
        if not isinstance(refused, Refused) or names_mailbox(verdict.status, refused.text):
            return [(attempt, refused)], verdict.cause
        return self._doubt(_Held(attempt, refused, same_words(refused), _domain(attempt), self._taken, now))

    def _third_in_a_row(self, attempt: Attempt, verdict: Verdict) -> Cause | None:
        if len(self._row) < IN_A_ROW:
            self._row.add(attempt.email)
        if len(self._row) < IN_A_ROW or not isinstance(verdict.outcome, Deferred):
            return None
        said = without_names(verdict.outcome.code, verdict.outcome.text)
        return Cause(rest_for(verdict), f"{IN_A_ROW} recipients in a row met: {said}")

    def _lost_again(self, attempt: Attempt, lost: Deferred | Unknown) -> Cause | None:
        """Return why the relay is to rest where session after session ended without an answer.

        More than all its connections at once must have done so: a relay that is started again is none.
        """
        self._lost.add(attempt.email)
        if len(self._lost) < self._clear_after:
            return None
        count = len(self._lost)
        self._lost.clear()
        return Cause(
            RestKind.UNREACHABLE, f"{count} recipients in a row met: {without_names(None, lost.text)}"
        )

    def _doubt(self, new: _Held) -> tuple[Certain, Cause | None]:
        if not self._taken:
            self._refused_first += 1
        domains = {new.domain, *(held.domain for held in self._held if held.words == new.words)}
        said = without_names(new.refused.code, new.refused.text)
        if not self._taken and self._refused_first >= FIRST:
            return self._defer(new, None), _refuses(
                f"the relay turned down each of the first {FIRST} letters: {said}"
            )
        if len(domains) >= DOMAINS or self._known(new.words):
            self._about_us[new.words] = self._taken
            return self._defer(new, new.words), _refuses(
                f"the relay said the same for recipients in {DOMAINS} domains: {said}"
            )
        if self._taken and any(held.words == new.words and held.domain == new.domain for held in self._held):
            return [(new.attempt, new.refused)], None
        self._held.append(new)
        return [], None

    def _known(self, words: str) -> bool:
        """Whether these words were found to be about us, and not many letters were taken since."""
        when = self._about_us.get(words)
        if when is None:
            return False
        if self._taken - when < self._clear_after:
            return True
        del self._about_us[words]
        return False

    def _defer(self, new: _Held, words: str | None) -> Certain:
        """Take what is held of these words (or all) out of doubt: it is tried again, as if it were 4xx."""
        chosen = [held for held in self._held if words is None or held.words == words]
        self._held = deque(held for held in self._held if words is not None and held.words != words)
        return [(held.attempt, Deferred(held.refused.code, held.refused.text)) for held in (*chosen, new)]


def same_words(refused: Refused) -> str:
    """Return what two replies have in common that say the same: no address, host, number or id."""
    words = (word for word in refused.text.lower().split() if not _OWN.search(word))
    return f"{refused.code} {' '.join(words)}"[:300]


_OWN: Final = re.compile(r"[@\d<>]|\w[.:/]\w|\w_\w")


def _domain(attempt: Attempt) -> str:
    return attempt.email.rpartition("@")[2].lower()


def _refuses(reason: str) -> Cause:
    return Cause(RestKind.REFUSED, reason)


# ---------------------------------------------------------------- one edition, over all relays

POLICY_IN_A_ROW: Final = 10
POLICY_DOMAINS: Final = 3
SAMPLE: Final = 200
TOO_MANY: Final = SAMPLE * 5 // 100 + 1  # refusals: more than 5 % of the first 200


class EditionWatch:
    """One edition's certain outcomes in their order; made again after a restart with its counts so far.

    `forgiven` says that the operator resumed the edition: its first letters no longer pause it.
    """

    def __init__(self, settled: int = 0, refused: int = 0, *, forgiven: bool = False) -> None:
        self._settled = settled
        self._refused = refused
        self._forgiven = forgiven
        self._policy: Counter[str] = Counter()

    def feed(self, attempt: Attempt, outcome: Outcome) -> str | None:
        """Return why the edition is to pause, or None.

        A refusal for policy (5.7.x) counts in its row even where the relay's watch made it a deferral; one
        about us never does.
        """
        if isinstance(outcome, Sent):
            self._settled += 1
            if self._policy:
                self._policy.clear()
            return None
        if isinstance(outcome, Refused):
            return self._against(attempt, outcome) or self._too_many(outcome)
        if isinstance(outcome, Deferred) and (outcome.code or 0) >= 500:
            return self._against(attempt, outcome)
        return None

    def _against(self, attempt: Attempt, outcome: Refused | Deferred) -> str | None:
        verdict = judge("dot", outcome.code or 0, outcome.text)
        if not verdict.status.startswith("5.7.") or names_mailbox("", outcome.text):
            if isinstance(outcome, Refused):
                self._policy.clear()
            return None
        if verdict.about is not About.LETTER:
            return None
        self._policy[_domain(attempt)] += 1
        if self._policy.total() < POLICY_IN_A_ROW or len(self._policy) < POLICY_DOMAINS:
            return None
        said = without_names(outcome.code, outcome.text)
        return f"{self._policy.total()} letters in a row were refused for policy: {said}"

    def _too_many(self, outcome: Refused) -> str | None:
        self._settled += 1
        if self._settled > SAMPLE or self._forgiven or (outcome.code or 0) < 500:
            return None
        self._refused += 1
        if self._refused < TOO_MANY:
            return None
        said = without_names(outcome.code, outcome.text)
        return f"{self._refused} of the first {self._settled} letters were refused, the last with: {said}"
