"""The oracle of the fault suite itself: what it must see, and what it must let pass."""

from __future__ import annotations

from dataclasses import replace

from .journal import Taken
from .oracle import Counts, Evidence, Row, Run, judge

PEOPLE = ("ani@example.org", "budi@example.org", "citra@example.org")
KILLED = Run(0.0, "killed", 1)
ENDED = Run(50.0)


def letter(number: int, person: str, moment: float, *, fault: str = "", said: bool = True) -> Taken:
    return Taken(number, person, f"id of {person}", "ab12", moment - 0.2, moment - 0.1, moment, fault, said)


def evidence(*journal: Taken, runs: tuple[Run, ...] = (KILLED, ENDED)) -> Evidence:
    return Evidence(PEOPLE, [Row(person, "sent") for person in PEOPLE], journal, runs)


ALL = tuple(letter(number, person, 60.0 + number) for number, person in enumerate(PEOPLE))


def test_a_run_in_which_everyone_got_one_letter_is_good() -> None:
    """One letter each, all said: nothing is lost, copied or changed."""
    counts = judge(evidence(*ALL))
    assert counts == Counts(runs=2, kills=1, people=3, letters=3)
    assert counts.good


def test_a_lost_letter_is_seen() -> None:
    """Sent in the ledger without a server's 250, still open, or absent from the ledger: each is one lost."""
    assert judge(evidence(*ALL[1:])).lost == 1
    assert judge(evidence(*ALL[1:], replace(ALL[0], said=False))).lost == 1
    still_open = replace(evidence(*ALL), ledger=[Row(PEOPLE[0], "deferred"), *map(sent, PEOPLE[1:])])
    assert judge(still_open).lost == 1
    absent = replace(evidence(*ALL), ledger=[*map(sent, PEOPLE[1:])])
    assert judge(absent).lost == 1


def sent(person: str) -> Row:
    return Row(person, "sent")


def test_a_letter_that_failed_for_a_reason_is_not_lost() -> None:
    """A recorded reason is enough, no reason is not."""
    reason = [Row(PEOPLE[0], "failed", 1, "550 5.1.1 no such user"), *map(sent, PEOPLE[1:])]
    assert judge(replace(evidence(*ALL[1:]), ledger=reason)).good
    nothing = [Row(PEOPLE[0], "failed"), *map(sent, PEOPLE[1:])]
    assert judge(replace(evidence(*ALL[1:]), ledger=nothing)).lost == 1


def test_an_unexplained_copy_is_seen() -> None:
    """A copy of a letter whose 250 was said, in a run that ended by itself, is beyond the promise."""
    again = letter(7, PEOPLE[0], 70.0)
    assert judge(evidence(*ALL, again)).beyond == 1
    assert judge(evidence(*ALL, again)).copies == 1


def test_a_copy_is_explained_by_the_server_or_by_the_kill_but_once() -> None:
    """A withheld 250 explains a copy; a kill explains as many as were in doubt, and no more."""
    withheld = letter(5, PEOPLE[0], 55.0, fault="taken-drop", said=False)
    assert judge(evidence(withheld, *ALL)) == Counts(2, 1, 3, 4, copies=1, explained=1)
    in_doubt = letter(6, PEOPLE[1], 10.0)
    assert judge(evidence(in_doubt, *ALL)) == Counts(2, 1, 3, 4, copies=1, explained=1)
    one_more = letter(4, PEOPLE[2], 11.0)
    counts = judge(evidence(in_doubt, one_more, *ALL))
    assert (counts.copies, counts.explained, counts.beyond) == (2, 1, 1)


def test_a_connection_that_the_sender_left_explains_nothing() -> None:
    """A letter whose 250 could not be said, with no fault planned, counts against the run like any other."""
    assert judge(evidence(letter(9, PEOPLE[0], 55.0, said=False), *ALL)).beyond == 1


def test_a_changed_byte_and_another_id_are_seen() -> None:
    """A copy with other bytes or another Message-ID is changed, even where the copy is explained."""
    before = letter(5, PEOPLE[0], 10.0)
    assert judge(evidence(replace(before, sha256="ab13"), *ALL)).changed == 1
    assert judge(evidence(replace(before, message_id="another"), *ALL)).changed == 1
    stolen = replace(ALL[0], message_id=ALL[1].message_id)
    assert judge(evidence(stolen, *ALL[1:])).changed == 1


def test_a_letter_to_a_stranger_is_seen() -> None:
    """Somebody who is not in the ledger gets nothing."""
    assert judge(evidence(*ALL, letter(9, "dewi@example.org", 80.0))).beyond == 1
