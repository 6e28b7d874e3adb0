"""A plain sender, one letter after the other, that may be told to sin: the suite must see each sin.

Usage: python -m tests.faults.sinner CONFIG --ahead=SECONDS [--sin=SIN], where SIN is one of `SINS`.
"""

from __future__ import annotations

import argparse
import contextlib
import smtplib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from syndicate.app.sending import LetterWriter
from syndicate.app.site import Site, open_site, wall_clock
from syndicate.configfile import load_config
from syndicate.model import Attempt, DeliveryState, Letter, Settled
from syndicate.store.outbox import StoreOutbox

SINS: Final = (
    "none",
    "sent before it is sent",  # recorded before the relay has it: a kill loses it
    "never recorded",  # a batch's outcomes are kept in memory: a kill copies them
    "other bytes",  # each attempt is dated anew
    "other id",
    "a 4xx is forgotten",
)
_LATER: Final = timedelta(minutes=1)


class Sinner:
    """Takes chunks and sends what waits in them."""

    def __init__(self, site: Site, sin: str) -> None:
        self._outbox = StoreOutbox(site.store)
        self._write = LetterWriter(site)
        self._clock = site.clock
        self._sin = sin
        self._host = site.config.mail.relays[0]
        self._unrecorded: list[Settled] = []

    def send_all(self) -> None:
        self._outbox.recover(now=self._clock())
        while chunk := self._outbox.take(now=self._clock()):
            for attempt in chunk.waiting:
                if self._outbox.exchange([], [attempt], now=self._clock()).attempts:
                    self._send_one(attempt)
            self._record([], most=0)
            self._outbox.give_back(chunk, now=self._clock())

    def _send_one(self, attempt: Attempt) -> None:
        sent = Settled(attempt, DeliveryState.SENT, None, reply="ok")
        if self._sin == "sent before it is sent":
            self._record([sent])
            self._hand_over(attempt)
            return
        self._record([self._hand_over(attempt)], most=30 if self._sin == "never recorded" else 0)

    def _record(self, settled: list[Settled], *, most: int = 0) -> None:
        self._unrecorded += settled
        if len(self._unrecorded) > most:
            self._outbox.exchange(self._unrecorded, [], now=self._clock())
            self._unrecorded = []

    def _hand_over(self, attempt: Attempt) -> Settled:
        letter = self._spoilt(self._write(attempt))
        later = self._clock() + _LATER
        try:
            with smtplib.SMTP(self._host.host, self._host.port, timeout=5) as relay:
                relay.ehlo()
                code, words = 0, b""
                for command in (f"MAIL FROM:<{letter.sender}>", f"RCPT TO:<{letter.recipient}>"):
                    code, words = relay.docmd(command)
                    if code != 250:
                        break
                else:
                    code, words = relay.data(letter.body)
                with contextlib.suppress(smtplib.SMTPException):
                    relay.quit()
        except (OSError, smtplib.SMTPException) as error:
            return Settled(attempt, DeliveryState.UNKNOWN, later, reply=str(error))
        if code == 250:
            return Settled(attempt, DeliveryState.SENT, None, reply="ok")
        forgotten = code >= 500 or self._sin == "a 4xx is forgotten"
        state = DeliveryState.FAILED if forgotten else DeliveryState.DEFERRED
        reply = "" if self._sin == "a 4xx is forgotten" and code < 500 else words.decode(errors="replace")
        return Settled(attempt, state, later, code if reply else None, reply)

    def _spoilt(self, letter: Letter) -> Letter:
        if self._sin == "other bytes":
            return replace(letter, body=letter.body + self._clock().isoformat().encode() + b"\r\n")
        if self._sin == "other id":
            stamp = f"Message-ID: <{self._clock().timestamp()}.".encode()
            return replace(letter, body=letter.body.replace(b"Message-ID: <", stamp, 1))
        return letter


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--ahead", type=float, default=0.0)
    parser.add_argument("--sin", choices=SINS, default="none")
    given = parser.parse_args()

    def clock() -> datetime:
        return wall_clock() + timedelta(seconds=given.ahead)

    with open_site(load_config(given.config, {}), clock) as site:
        Sinner(site, given.sin).send_all()


if __name__ == "__main__":
    main()
