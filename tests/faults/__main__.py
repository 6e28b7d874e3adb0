"""The whole fault suite: python -m tests.faults [--seed S] [--quick] [--keep FOLDER] [SCENARIO ...].

Prints the counts of each scenario as a table; ends with 1 where a promise was not kept, with 0 else.
"""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from .oracle import Counts
from .suite import SCENARIOS, why_not

COLUMNS: Final = (
    *("runs", "kills", "people", "letters", "failed", "skipped"),
    *("copies", "explained", "lost", "beyond", "changed", "other"),
)
WIDTH: Final = max(map(len, SCENARIOS)) + 2


def row(name: str, counts: Counts, seconds: float) -> str:
    """Return a line of the table."""
    return (
        f"{name:{WIDTH}}" + "".join(f"{getattr(counts, one):>10}" for one in COLUMNS) + f"{seconds:>8.0f} s"
    )


def run(name: str, place: Path, seed: int, quick: bool) -> Counts:
    """Run a scenario and print its line; one that breaks down counts as wrong."""
    begun = time.monotonic()
    try:
        counts = SCENARIOS[name](place / name, seed, quick)
    except Exception as error:
        counts = Counts(other=1, words=(f"{type(error).__name__}: {error}",))
    print(row(name, counts, time.monotonic() - begun), flush=True)
    for words in counts.words:
        print(f"    {words}", flush=True)
    return counts


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="Run the fault suite.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="a short selection of each scenario")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where the worlds stay to be looked at")
    parser.add_argument("scenario", nargs="*", choices=[*SCENARIOS, []], help="else all of them")
    given = parser.parse_args()
    logging.getLogger("syndicate").setLevel(logging.ERROR)  # a scenario that is late says so
    print(f"seed {given.seed}{', quick' if given.quick else ''}")
    print(f"{'':{WIDTH}}" + "".join(f"{one:>10}" for one in COLUMNS))
    with tempfile.TemporaryDirectory(prefix="syndicate-faults-") as temporary:
        place = given.keep or Path(temporary)
        total, begun = Counts(), time.monotonic()
        for name in given.scenario or SCENARIOS:
            reason = why_not(name)
            if reason:
                print(f"{name:{WIDTH}}skipped: {reason}")
                continue
            (place / name).mkdir(parents=True, exist_ok=True)
            total += run(name, place, given.seed, given.quick)
    print(row("all", total, time.monotonic() - begun))
    print("every promise was kept" if total.good else "a promise was not kept")
    return 0 if total.good else 1


if __name__ == "__main__":
    sys.exit(main())
