"""An open SMTP session as a channel: what leaves when, and what the answers mean.

before MAIL   the connection ended between letters                 Returned
MAIL .. dot   a 4xx or 5xx                                         by `verdicts`
anywhere      421                                                  by `verdicts`, and the session is over
drop, silence or garbage before the body, at any command           Deferred
drop, silence or garbage once the body began                       Unknown

Where the relay offers PIPELINING (RFC 2920) the next envelope rides behind the last dot; else each command
waits for the answer to the one before. What ends a session is blamed on the first letter without an answer;
one announced behind it is returned.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn

from syndicate.delivery.carry import carry
from syndicate.delivery.envelope import envelope, unsendable
from syndicate.delivery.ports import Holder
from syndicate.delivery.verdicts import Stage, Verdict, judge
from syndicate.delivery.wire import Lost, dotted, take_reply
from syndicate.model import Deferred, Letter, Outcome, Refused, Returned, Sent, Unknown


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait at each step (RFC 5321 section 4.5.3.2).

    A final dot given up earlier than the relay needs makes a second copy (RFC 1047).
    """

    connect: float = 30
    greeting: float = 300
    login: float = 60
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600
    quit: float = 1


# What an awaited answer is for. LONE is the dot after a 354 that no letter may use, GONE a command for a
# letter that was withdrawn. Plain numbers, since they are compared several times a letter.
_MAIL, _RCPT, _DATA, _DOT, _RSET, _LONE, _QUIT, _GONE = range(8)
_STAGES: Final[Sequence[Stage]] = ("mail", "rcpt", "data", "dot")
_CODES: Final = {b"%d " % code: code for code in range(200, 600)}
_PLAIN_TEXT: Final = 200  # bytes of an answer's text that is taken as it is


class _Announced:
    """The letter whose envelope leaves. `ticket` is None once it was withdrawn."""

    __slots__ = ("is_open", "letter", "needs_utf8", "refused", "released", "ticket")

    def __init__(self, ticket: object, letter: Letter, needs_utf8: bool) -> None:
        self.ticket: object | None = ticket
        self.letter = letter
        self.needs_utf8 = needs_utf8
        self.refused: Verdict | None = None
        self.released = False
        self.is_open = False  # the relay asked for the body


class _Nobody:
    """The holder of a channel that nobody holds."""

    def has_room(self) -> None: ...
    def ended(self, ticket: object, judged: Outcome | Verdict) -> None: ...
    def over(self, why: str) -> None: ...


class SmtpChannel(asyncio.Protocol):
    """A session that is greeted, encrypted and logged in; `letters` is how many it is good for."""

    def __init__(
        self, transport: asyncio.Transport, offers: Mapping[str, str], timeouts: Timeouts, letters: int
    ) -> None:
        self.carried = 0
        self._transport = transport
        self._offers = offers
        self._pipelining = "pipelining" in offers
        self._left = letters
        self._holder: Holder = _Nobody()
        t = timeouts
        self._seconds = (t.mail, t.rcpt, t.data, t.dot, t.mail, t.data, t.quit, t.rcpt)  # by step
        self._block = timeouts.block
        self._todo: deque[tuple[int, bytes]] = deque()
        self._expected: deque[int] = deque()
        self._out: list[bytes] = []
        self._corked = False
        self._buffer = bytearray()
        self._body: object | None = None  # the ticket whose answer to the dot is awaited
        self._next: _Announced | None = None
        self._must_reset = False
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        self._since = 0.0  # when the first answer that is awaited began to be
        self._unwritten = 0  # bytes of a body that the relay has not read yet
        self._closed = self._loop.create_future()
        transport.set_protocol(self)

    # ------------------------------------------------------------ what a holder asks

    def attach(self, holder: Holder) -> None:
        """Let `holder` hear from now on; it is told at once where there is room."""
        self._holder = holder
        if self.room:
            holder.has_room()

    @property
    def room(self) -> bool:
        """Whether a letter may be announced now."""
        return self._next is None and self._left > 0 and not self._is_over

    def announce(self, ticket: object, letter: Letter) -> Refused | None:
        """Let the letter's envelope leave; return why this relay must not be asked, where it is not."""
        fault = unsendable(letter, self._offers)
        if fault is not None:
            return fault
        commands = envelope(letter, self._offers)
        self._next = _Announced(ticket, letter, commands.needs_utf8)
        self._left -= 1
        if self._must_reset:
            self._must_reset = False
            self._todo.append((_RSET, b"RSET\r\n"))
        self._todo += (_MAIL, commands.mail), (_RCPT, commands.rcpt), (_DATA, b"DATA\r\n")
        self._pump()
        self._flush()
        return None

    def release(self, ticket: object) -> None:
        """Let the body of the announced letter leave once the relay asks for it."""
        announced = self._next
        if announced is not None and announced.ticket is ticket:
            announced.released = True
            if announced.is_open:
                self._hand_over(announced)
                self._flush()

    def withdraw(self, ticket: object) -> bool:
        """Forget the announced letter; where the relay waits for its body the session must end."""
        announced = self._next
        if announced is None or announced.ticket is not ticket:
            return False
        announced.ticket = None
        if announced.is_open:
            self.abort("a letter was withdrawn after the relay asked for it")
        elif self._todo and self._todo[-1][0] == _DATA and not self._pipelining:
            self._todo.clear()
            if self._expected and self._expected[0] <= _RCPT:
                self._expected[0] = _GONE
            self._clear(announced)
            self._flush()
        return True

    def check(self, now: float) -> None:
        """End what has waited too long; `now` is the event loop's time."""
        if self._is_over or not self._expected:
            return
        if self._unwritten:
            left = self._transport.get_write_buffer_size()
            if left != self._unwritten:
                self._unwritten, self._since = left, now
        seconds = self._block if self._unwritten else self._seconds[self._expected[0]]
        if now - self._since >= seconds:
            self._lose(f"the relay was silent for {seconds:g} s")

    def abort(self, why: str) -> None:
        """End it at once: a letter whose body began to leave is unknown, one announced is returned."""
        self._end(why, blame=False)

    def retire(self) -> None:
        """Take no more letters, and end once those that it has have ended."""
        self._left = 0
        self._leave_if_done()

    async def close(self) -> None:
        """Say QUIT, unless the session is over or in the middle of a letter."""
        if not self._is_over and (self._body or self._next or self._expected):
            self.abort("closed")
        if not self._is_over:
            self._quit()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds[_QUIT]):
                await asyncio.shield(self._closed)
        self._end("closed", blame=False)

    async def send(self, letter: Letter) -> Outcome:
        """Carry one letter for a caller who waits, on a channel that nobody else holds."""
        return await carry(self, letter)

    # ------------------------------------------------------------ what comes in

    def data_received(self, data: bytes) -> None:
        self._corked = True
        try:
            self._read(data)
        except Lost as lost:
            self._lose(str(lost))
        finally:
            self._corked = False
        self._flush()

    def _read(self, data: bytes) -> None:
        """Take whole one-line answers without a copy; any other goes through the buffer."""
        start = 0
        if not self._buffer:
            while (end := data.find(b"\r\n", start)) >= 0 and not self._is_over:
                code = _CODES.get(data[start : start + 4])
                text = data[start + 4 : end]
                if code is None or len(text) > _PLAIN_TEXT or not text.isascii():
                    break
                words = text.decode("ascii")
                if not words.isprintable():
                    break
                start = end + 2
                self._answer(code, words)
        if start < len(data) and not self._is_over:
            self._buffer += data[start:]
            while not self._is_over and (reply := take_reply(self._buffer)) is not None:
                self._answer(reply.code, reply.text)

    def _answer(self, code: int, text: str) -> None:
        if not self._expected:
            self._end(f"the relay said {code} {text}".rstrip(), blame=False)
            return
        step = self._expected.popleft()
        self._since = self._loop.time()
        if step == _DOT:
            self._answer_to_dot(code, text)
        elif step <= _DATA:
            self._answer_to_envelope(step, code, text)
        elif step == _QUIT or code == 421:
            self._end(f"{code} {text}".rstrip(), blame=False)
        elif step == _RSET and code >= 300:
            self._end(f"the relay answered RSET with {code} {text}".rstrip(), blame=False)
        self._pump()

    def _answer_to_dot(self, code: int, text: str) -> None:
        if 300 <= code < 400:
            self._out_of_turn(_DOT, code, text)
        ticket, self._body, self._unwritten = self._body, None, 0
        said = Sent(f"{code} {text}") if code < 300 else judge("dot", code, text)
        self._holder.ended(ticket, said)
        if code == 421:
            self._end(f"421 {text}".rstrip(), blame=False)
        elif self._left <= 0:
            self._leave_if_done()

    def _answer_to_envelope(self, step: int, code: int, text: str) -> None:
        announced = self._next
        assert announced is not None  # noqa: S101 it stays until all of its answers are there, or they are GONE
        if code >= 400:
            if announced.refused is None:
                stage = _STAGES[step]
                announced.refused = judge(stage, code, text, needs_utf8=announced.needs_utf8)
        elif (code == 354) != (step == _DATA):
            self._out_of_turn(step, code, text)
        about_us = announced.refused is not None and isinstance(announced.refused.outcome, Returned)
        if code == 421 or about_us:
            self._end(f"{code} {text}".rstrip(), blame=True)
        elif step == _DATA:
            self._envelope_is_answered(announced, asked=code == 354)
        elif announced.refused is not None and self._todo:
            self._todo.clear()
            self._clear(announced)

    def _out_of_turn(self, step: int, code: int, text: str) -> NoReturn:
        self._expected.appendleft(step)  # its answer is what the session ended at
        raise Lost(f"the relay answered out of turn: {code} {text}".rstrip())

    def _envelope_is_answered(self, announced: _Announced, *, asked: bool) -> None:
        if not asked:
            self._clear(announced)
        elif announced.refused is not None:
            self._out.append(b".\r\n")
            self._expect(_LONE)
            self._clear(announced, reset=False)
        elif announced.ticket is None:
            self.abort("a letter was withdrawn after the relay asked for it")
        else:
            announced.is_open = True
            if announced.released:
                self._hand_over(announced)

    def _clear(self, announced: _Announced, *, reset: bool = True) -> None:
        """Let the envelope go; the next one begins with RSET where the relay holds half of this one."""
        self._next = None
        self._must_reset = reset
        if announced.ticket is not None and announced.refused is not None:
            self._holder.ended(announced.ticket, announced.refused)
        self._leave_if_done()
        if self.room:
            self._holder.has_room()

    # ------------------------------------------------------------ what goes out

    def _hand_over(self, announced: _Announced) -> None:
        letter = announced.letter
        self._next, self._body = None, announced.ticket
        self.carried += 1
        if letter.wire_ready:
            self._out += letter.body, b".\r\n"
        else:
            self._out.append(dotted(letter.body))
        self._expect(_DOT)
        self._unwritten = -1  # not yet looked at
        corked, self._corked = self._corked, True
        if self.room:
            self._holder.has_room()
        self._corked = corked

    def _pump(self) -> None:
        while self._todo and (self._pipelining or not self._expected) and not self._is_over:
            step, command = self._todo.popleft()
            self._out.append(command)
            self._expect(step)

    def _expect(self, step: int) -> None:
        if not self._expected:
            self._since = self._loop.time()
        self._expected.append(step)

    def _flush(self) -> None:
        if not self._out or self._corked:
            return
        out, self._out = self._out, []
        if self._is_over:
            return
        self._transport.write(out[0] if len(out) == 1 else b"".join(out))
        if self._unwritten:
            self._unwritten = self._transport.get_write_buffer_size()

    # ------------------------------------------------------------ how it ends

    def _leave_if_done(self) -> None:
        if self._left <= 0 and not (self._body or self._next or self._is_over):
            self._quit()
            self._flush()

    def _quit(self) -> None:
        if _QUIT not in self._expected and not self._todo:
            self._todo.append((_QUIT, b"QUIT\r\n"))
            self._pump()
            self._flush()

    def _lose(self, why: str) -> None:
        self._end(why, blame=True)

    def _end(self, why: str, *, blame: bool) -> None:
        if self._is_over:
            return
        self._is_over = True
        body, announced = self._body, self._next
        self._body = self._next = None
        if self._expected and self._expected[0] == _QUIT:
            self._transport.close()
        else:
            self._transport.abort()
        if not self._closed.done():
            self._closed.set_result(None)
        if body is not None:
            self._holder.ended(body, Unknown(why))
        if announced is not None and announced.ticket is not None:
            self._holder.ended(announced.ticket, self._fate(announced, why, blame and body is None))
        self._holder.over(why)

    def _fate(self, announced: _Announced, why: str, blame: bool) -> Outcome | Verdict:
        if announced.refused is not None:
            return announced.refused
        begun = bool(self._expected) and self._expected[0] <= _DATA
        return Deferred(None, why) if blame and begun else Returned(why)

    def connection_lost(self, exc: Exception | None) -> None:
        self._lose(f"the relay dropped the connection: {exc}" if exc else "the relay closed the connection")
        if not self._closed.done():
            self._closed.set_result(None)
