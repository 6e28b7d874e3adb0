"""One connection's place in a pass: it writes a letter, keeps a connection open, and returns outcomes."""

from __future__ import annotations

import logging
from collections.abc import Callable

from syndicate.delivery.ports import Connection, Relay
from syndicate.errors import RelayUnavailable, StoreError, SyndicateError, TemporaryError
from syndicate.model import Attempt, Letter, Outcome, Refused, Returned, Unknown

log = logging.getLogger("syndicate.delivery.lane")


class Lane:
    """Carries one letter at a time. `handed` is true while its bytes may be on the wire.

    `trouble` is set once the relay takes no letters here: then the lane is of no more use in this pass.
    """

    def __init__(self, relay: Relay, write: Callable[[Attempt], Letter]) -> None:
        self._relay = relay
        self._write = write
        self._connection: Connection | None = None
        self.handed = False
        self.trouble: str | None = None

    async def carry(self, attempt: Attempt) -> Outcome:
        """Return what became of `attempt`. Only StoreError, Busy and cancellation leave it."""
        letter = self._letter(attempt)
        if isinstance(letter, Refused):
            return letter
        try:
            return await self._hand_over(letter)
        except RelayUnavailable as error:
            self.trouble = str(error)
            return Returned(self.trouble)
        except Exception as error:
            log.exception("a bug met delivery %d; the others go on", attempt.delivery_id)
            return await self._after_a_bug(error)
        finally:
            self.handed = False

    def _letter(self, attempt: Attempt) -> Letter | Refused:
        try:
            return self._write(attempt)
        except (StoreError, TemporaryError):
            raise
        except SyndicateError as error:
            return Refused(None, f"the letter could not be written: {error}")
        except Exception as error:
            log.exception("a bug met the letter of delivery %d; the others go on", attempt.delivery_id)
            return Refused(None, f"the letter could not be written: {type(error).__name__}: {error}")

    async def _hand_over(self, letter: Letter) -> Outcome:
        while True:
            connection, fresh = await self._open()
            self.handed = True
            outcome = await connection.send(letter)
            self.handed = False
            if not isinstance(outcome, Returned):
                return outcome
            await self.close()
            if fresh:  # a used connection may have served its time, a new one says what the relay wants
                self.trouble = outcome.text
                return outcome

    async def _open(self) -> tuple[Connection, bool]:
        if self._connection is not None and self._connection.usable:
            return self._connection, False
        await self.close()
        self._connection = await self._relay.open()
        return self._connection, True

    async def _after_a_bug(self, error: Exception) -> Outcome:
        text = f"a bug: {type(error).__name__}: {error}"
        if self.handed:
            await self.close()
            return Unknown(text)
        self.trouble = text
        return Returned(text)

    async def close(self) -> None:
        """End the connection if there is one; a bug in that concerns no letter."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            await connection.close()
        except Exception:
            log.exception("a bug met a connection's end")
