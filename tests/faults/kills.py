"""Scenarios of senders that are killed, stopped, asked to end, or not alone."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

from .oracle import Counts
from .plan import Plan, storm
from .processes import Hung, running
from .server import Manner
from .tracing import count_syncs, spread, tracer
from .world import Setting, World, world

_UNHURRIED: Final = 0.01  # seconds before each 250, so that many kills fit into one edition


def calm_kills(place: Path, seed: int, quick: bool) -> Counts:
    """kill -9 of `syndicate deliver`, 100 times over 2,000 recipients, by a relay that commits no fault."""
    people, kills = (200, 5) if quick else (2000, 100)
    setting = Setting(people=people, manner=Manner(latency=_UNHURRIED))
    with world(place, setting) as here:
        _kill_again_and_again(here, Random(seed), kills)  # noqa: S311
        return here.verdict()


def kills_in_a_storm(place: Path, seed: int, quick: bool) -> Counts:
    """The same with every fault at every stage; the clock goes on where all that is open waits."""
    people, kills = (100, 2) if quick else (2000, 100)
    manner = Manner(storm(seed), latency=_UNHURRIED)
    with world(place, Setting(people=people, manner=manner, timeout=3)) as here:
        _kill_again_and_again(here, Random(seed), kills)  # noqa: S311
        return here.verdict()


def kills_with_many_in_doubt(place: Path, seed: int, quick: bool) -> Counts:
    """The same with ten letters in doubt for each connection: more copies, and never more than that."""
    people, kills = (200, 3) if quick else (2000, 30)
    setting = Setting(people, manner=Manner(latency=_UNHURRIED), in_doubt=40)
    with world(place, setting) as here:
        _kill_again_and_again(here, Random(seed), kills)  # noqa: S311
        return here.verdict()


def kills_with_two_relays(place: Path, seed: int, quick: bool) -> Counts:
    """Two relays, each in a storm of its own, one of which goes away for a while: what fails goes on."""
    people, kills = (150, 2) if quick else (2000, 30)
    first, second = (Manner(storm(seed + n, rate=0.01), latency=_UNHURRIED) for n in (0, 1))
    with world(place, Setting(people, manner=first, timeout=3, second=second)) as here:
        here.servers[1].end()
        process = here.command("deliver")
        with running(process):
            here.letters_come(people // 10, process)
            here.cut_off(process)
        here.servers[1].becomes(second)
        here.ahead += 3600.0
        _kill_again_and_again(here, Random(seed), kills)  # noqa: S311
        return here.verdict()


def _kill_again_and_again(here: World, dice: Random, kills: int) -> None:
    """Kill a sender after a few letters, or a moment after its start; then let others finish."""
    step = here.setting.people // kills
    done = 0
    while done < kills and here.open_letters():
        by_command = dice.random() < 0.5 and not here.ahead
        process = here.command("deliver") if by_command else here.sender()
        with running(process):
            if dice.random() < 0.15:
                time.sleep(dice.random() * 0.6)
            else:
                here.letters_come(here.letters() + dice.randint(1, step), process)
                time.sleep(dice.random() * 0.005)
            if here.cut_off(process):
                done += 1
            else:
                here.ahead += 60.0
    here.finish()
    if done < kills:
        here.wrong.append(f"only {done} kills of {kills} met a sender at work")


def kills_at_syncs_of_the_freeze(place: Path, seed: int, quick: bool) -> Counts:
    """`digest send` is killed at each of its own fsyncs, while it publishes, freezes and notes it."""
    return _kills_at_syncs(place, seed, Setting(people=40, frozen=False), quick)


def kills_at_syncs_of_the_sending(place: Path, seed: int, quick: bool) -> Counts:
    """`deliver` is killed at each fsync of its ledger's thread."""
    manner = Manner(latency=_UNHURRIED)
    return _kills_at_syncs(place, seed, Setting(people=40 if quick else 120, manner=manner), quick)


_COMMANDS: Final = {False: ("digest", "send", "daily", "--now"), True: ("deliver",)}


def _kills_at_syncs(place: Path, seed: int, setting: Setting, quick: bool) -> Counts:
    words = _COMMANDS[setting.frozen]
    with world(place, setting) as here:
        total = count_syncs(here, words)
        here.finish()
        counts = here.verdict()
    for number in spread(total, 2 if quick else total, seed):
        with world(place, setting) as here:
            under = tracer(here.folder / "trace", f"signal=KILL:when={number}")
            process = here.command(*words, under=under)
            code = process.wait()
            here.ended(process, "ended" if code in (0, 75) else f"killed at fsync {number}")
            if not setting.frozen:
                again = here.command(*words)
                again.wait()
                here.ended(again)
            here.finish()
            counts += here.verdict()
    return counts


def terms(place: Path, seed: int, quick: bool) -> Counts:
    """SIGTERM 50 times: each sender ends in 10 s, and not one letter is sent twice."""
    people, asked = (100, 3) if quick else (1000, 50)
    dice = Random(seed)  # noqa: S311
    with world(place, Setting(people=people, manner=Manner(latency=_UNHURRIED))) as here:
        for _ in range(asked):
            process = here.command("deliver")
            with running(process):
                here.letters_come(here.letters() + dice.randint(1, people // asked), process)
                time.sleep(dice.random() * 0.005)
                process.signal(signal.SIGTERM)
                code = process.wait(10)
            here.ended(process)
            if code not in (0, 75):
                here.wrong.append(f"SIGTERM ended a sender with {code}")
        here.finish()
        counts = here.verdict()
    return counts + _terms_while_nobody_answers(place)


def _terms_while_nobody_answers(place: Path) -> Counts:
    """A relay that took a letter and does not answer holds nobody for more than ten seconds."""
    plan = Plan(at=("dot:taken-stall:5", "dot:taken-stall:9", "dot:stall:12"))
    with world(place, Setting(people=40, manner=Manner(plan, latency=_UNHURRIED))) as here:
        process = here.command("deliver")
        with running(process):
            here.letters_come(30, process)
            begun = time.monotonic()
            process.signal(signal.SIGTERM)
            code = process.wait(15)
        here.ended(process)
        if time.monotonic() - begun > 10 or code not in (0, 75):
            here.wrong.append(f"SIGTERM took {time.monotonic() - begun:.1f} s, exit {code}")
        here.finish()
        return here.verdict()


def stops_past_the_lease(place: Path, seed: int, quick: bool) -> Counts:
    """SIGSTOP until another sender owns the chunks: the first wakes up and sends no more of them."""
    dice = Random(seed)  # noqa: S311
    counts = Counts()
    for _ in range(1 if quick else 10):
        with world(place, Setting(people=120, manner=Manner(latency=_UNHURRIED))) as here:
            _stop_one_and_let_another_work(here, dice)
            here.finish()
            counts += here.verdict()
    return counts


def _stop_one_and_let_another_work(here: World, dice: Random) -> None:
    """Stop the first amid its letters; wake it while the second works, or after that.

    One that is stopped inside a transaction holds the database: then nobody works before it wakes up.
    """
    lease = 1.0
    names = [(f"--owner={name}", f"--lease={lease}") for name in ("first", "second")]
    with running(here.sender(*names[0])) as first:
        here.letters_come(dice.randint(5, 40), first)
        time.sleep(dice.random() * 0.005)
        first.signal(signal.SIGSTOP)
        time.sleep(lease + 0.2)
        before = here.letters()
        with running(here.sender(*names[1])) as second:
            with suppress(Hung):
                here.letters_come(before + dice.randint(5, 60), second, seconds=6)
            first.signal(signal.SIGCONT)
            for process in (first, second):
                code = process.wait()
                if code not in (0, 75):
                    here.wrong.append(f"a sender ended with {code}")
    here.ended(first, "stopped")  # what the second sent counts as of this run: they ran at once


def two_at_once(place: Path, seed: int, quick: bool) -> Counts:
    """Two `deliver` at once: one sends, one follows; where the first is killed the other takes over."""
    dice = Random(seed)  # noqa: S311
    counts = Counts()
    for number in range(2 if quick else 20):
        with world(place, Setting(people=100, manner=Manner(latency=_UNHURRIED))) as here:
            two = [here.command("deliver"), here.command("deliver")]
            with running(two[0]), running(two[1]):
                here.letters_come(dice.randint(2, 60), two[1])
                if number % 2:
                    two[0].signal(signal.SIGKILL)
                codes = {process.wait() for process in two}
            here.ended(two[0], "killed" if -signal.SIGKILL in codes else "ended")  # the two are one run
            if codes - {0, -signal.SIGKILL}:
                here.wrong.append(f"one of two ended with {codes}")
            here.finish()
            counts += here.verdict()
    return counts
