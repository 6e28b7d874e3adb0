"""An edition by way of a real Postfix into a mailbox: everyone's letter is in it, each once.

Usage: python benchmarks/postfix.py [LETTERS]

Needs Debian's postfix package, and root (tests/e2e/postfix_server.py); all of it is in a temporary folder and
on loopback alone. Ends with 1 where a letter is missing or there twice.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from publication import Publication, Run, Wish, report

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "e2e"))
from postfix_server import lacking, mailbox, recipient, running

PATIENCE = 120  # seconds without a new letter until one that is missing is given up


def arrived(folder: Path, letters: int) -> Counter[str]:
    """Wait until as many letters lie in the mailbox, or none comes any more; return them by recipient."""
    new = mailbox(folder)
    found, since = 0, time.monotonic()
    while found < letters and time.monotonic() - since < PATIENCE:
        time.sleep(0.2)
        now = sum(1 for _ in new.iterdir()) if new.is_dir() else 0
        if now != found:
            found, since = now, time.monotonic()
    time.sleep(1)  # for one too many
    return Counter(recipient(path) for path in new.iterdir())


def sent(folder: Path, letters: int, port: int) -> Run:
    site = Publication(folder, Wish(letters))
    with site.site(port) as opened:
        site.import_people(opened)
        site.freeze(opened)
    return site.deliver()


def main() -> int:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that Postfix is stopped then too
    if why := lacking():
        raise SystemExit(why)
    with tempfile.TemporaryDirectory(prefix="syndicate-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        (folder / "site").mkdir()
        with running(folder) as port:
            run = sent(folder / "site", letters, port)
            boxes = arrived(folder, letters)
    everyone = {f"p{number}@example.org" for number in range(letters)}
    good = set(boxes) == everyone and boxes.total() == letters == run.sent and not run.status
    print(
        f"{letters:,} letters to Postfix in {run.seconds:.1f} s: sent {run.sent:,}, in the mailbox"
        f" {boxes.total():,}, of different people {len(everyone & set(boxes)):,}"
    )
    if not good:
        print(f"NOT EXACT: exit {run.status}, {run.tally}, {report(run)}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
