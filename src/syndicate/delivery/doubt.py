"""Refusals that may be about us and not about a person: held back until the relay takes a letter. Pure.

A relay that wants a login, does not relay for us or dislikes what the letter says may turn down everyone
with a 5xx of RCPT, DATA or the dot. Taken at its word it would end a whole edition within seconds.
"""

from __future__ import annotations

import re
from typing import Final

from syndicate.model import Attempt, Deferred, Outcome, Refused, Sent

MOST: Final = 10  # refusals with no letter taken, after which the relay is thought to turn down us

# RFC 3463 sections 3.2 and 3.3: the address, the mailbox.
_OF_A_PERSON: Final = re.compile(r"5\.[12]\.\d")


class Doubt:
    """One pass's refusals. `words` is set once they are thought to be about us."""

    def __init__(self) -> None:
        self.words: str | None = None
        self._held: list[tuple[Attempt, Refused]] = []
        self._taken = False

    def judge(self, attempt: Attempt, outcome: Outcome) -> list[tuple[Attempt, Outcome]]:
        """Return the outcomes that are certain now; a refusal in doubt is kept until `release`.

        Once there are `MOST` of them, they are tried again later, as if they had been 4xx.
        """
        if isinstance(outcome, Sent) and not self._taken:
            self._taken = True
            return [*self.release(), (attempt, outcome)]
        if not isinstance(outcome, Refused) or self._taken or not _may_be_about_us(outcome):
            return [(attempt, outcome)]
        self._held.append((attempt, outcome))
        if self.words is None and len(self._held) < MOST:
            return []
        said = f"{outcome.code} {outcome.text}".rstrip()
        self.words = self.words or f"the relay turned down each of the first {MOST} letters: {said}"
        held, self._held = self._held, []
        return [(each, Deferred(refused.code, refused.text)) for each, refused in held]

    def release(self) -> list[tuple[Attempt, Outcome]]:
        """Return the refusals that are held, as what they are."""
        held, self._held = self._held, []
        return [*held]


def _may_be_about_us(refused: Refused) -> bool:
    return refused.code is not None and not _OF_A_PERSON.match(refused.text)
