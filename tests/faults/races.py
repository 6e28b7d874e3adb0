"""The scenario of people who leave while their letters go out."""

from __future__ import annotations

import random
import sqlite3
import time
import urllib.request
from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

from .journal import read_journal
from .oracle import Counts
from .processes import Spoken, python, running
from .server import Manner
from .world import Setting, World, world

Attempts = Mapping[str, list[tuple[float, float]]]  # of an address: when asked for, when durable


def unsubscribes_racing_letters(place: Path, seed: int, quick: bool) -> Counts:
    """1,000 people leave by one click while their letters go: no attempt begins after the answer."""
    people = 150 if quick else 1000
    setting = Setting(people, manner=Manner(latency=0.03))
    with world(place, setting) as here:
        notes = here.folder / "attempts"
        door = Spoken(python("tests.faults.door", str(here.config)))
        try:
            answers = _race(here, notes, int(door.greeting), seed)
        finally:
            door.end()
        here.finish()
        attempts = read_attempts(notes)
        here.wrong += [*_late_attempts(answers, attempts), *_late_bodies(here, answers, attempts)]
        here.wrong += [*_still_active(here, answers), *_too_many_open(here, attempts)]
        return here.verdict()


def _race(here: World, notes: Path, port: int, seed: int) -> dict[str, float]:
    """Let everybody leave in a random order while a sender is at work; return when each was answered."""
    tokens = list(here.tokens().items())
    random.Random(seed).shuffle(tokens)  # noqa: S311

    def leave(person: tuple[str, str]) -> tuple[str, float]:
        address, token = person
        url = f"http://127.0.0.1:{port}/unsubscribe/{token}"
        with urllib.request.urlopen(url, data=b"List-Unsubscribe=One-Click", timeout=60) as answer:
            assert answer.status == 200
        return address, time.time()

    with running(here.sender(f"--notes={notes}")) as process, ThreadPoolExecutor(4) as crowd:
        here.letters_come(1, process)
        answers = dict(crowd.map(leave, tokens))
        code = process.wait()
    here.ended(process)
    if code:
        here.wrong.append(f"the sender ended with {code}")
    letters = here.letters()
    if not 0 < letters < len(tokens) - len(tokens) // 100:
        here.wrong.append(f"there was no race: {letters} letters for {len(tokens)} who left")
    return answers


def read_attempts(notes: Path) -> Attempts:
    """Return what an overheard sender noted."""
    found: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in notes.read_text().splitlines():
        address, asked, durable = line.split()
        found[address].append((float(asked), float(durable)))
    return found


def _late_attempts(answers: Mapping[str, float], attempts: Attempts) -> list[str]:
    """Name those for whom an attempt was asked for after they had their answer, and yet granted."""
    return [
        f"an attempt for {address} began {asked - answers[address]:.3f} s after he had left"
        for address, moments in attempts.items()
        for asked, _ in moments
        if address in answers and asked > answers[address]
    ]


def _late_bodies(here: World, answers: Mapping[str, float], attempts: Attempts) -> list[str]:
    """Name those whose letter's body came after their answer, though no attempt was durable before that."""
    words = []
    for letter in read_journal(here.server.journal):
        answered = answers.get(letter.recipient)
        moments = attempts.get(letter.recipient, ())
        begun = [asked for asked, durable in moments if durable <= letter.body]
        if not begun:
            words.append(f"the letter to {letter.recipient} came before its attempt was durable")
        elif answered is not None and letter.body > answered and min(begun) > answered:
            words.append(f"the letter to {letter.recipient} was begun after he had left")
    return words


def _too_many_open(here: World, attempts: Attempts) -> list[str]:
    """Tell whether more letters were ever without a durable outcome than may be in doubt."""
    most = max(int(number) for number, _ in attempts["open"])
    return [f"{most} letters were open at once, {here.in_doubt} may be"] if most > here.in_doubt else []


def _still_active(here: World, answers: Mapping[str, float]) -> list[str]:
    with closing(sqlite3.connect(here.database)) as conn:
        query = "SELECT count(*) FROM subscription WHERE state = 'active'"
        [active] = conn.execute(query).fetchone()
    return [f"{active} are subscribed yet"] if active != len(here.people) - len(answers) else []
