"""How fast an edition leaves, as shares of what keeps no ledger: smtp-source and nodemailer, in the same run.

Usage: python benchmarks/send.py [LETTERS] [--in-doubt N] [--delay MS] [--connections N] [--no-uvloop]

Needs cc, smtp-source (Debian's postfix package), node and npm. The receiver is sink.c on loopback, a new one
for each sender, and takes the time: from the end of the first letter to the end of the last. Everything lies
in a temporary folder, the ledger too, so its disk's fdatasync counts. Ends with 1 where an edition's frozen,
sent and distinct recipients at the sink are not the same number, or a letter came twice.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass
from email import message_from_bytes, policy
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from statistics import mean

import rivals
from publication import Publication, Run, Wish, report

from syndicate.digest.slots import marker

SOURCE = "smtp-source -d"
MOST_SOURCE = 200_000  # letters of smtp-source, which runs before and after us
MOST_NODEMAILER = {"html": 10_000, "raw": 20_000}
WITH_DELAY = 4_000  # letters of each rival where replies are delayed


@dataclass(frozen=True, slots=True)
class Line:
    """One sender's figures."""

    name: str
    counted: rivals.Counted


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="How fast an edition leaves, compared.")
    parser.add_argument("letters", type=int, nargs="?", default=20_000)
    parser.add_argument("--in-doubt", type=int, metavar="N", help="mail.in_doubt; else the default")
    parser.add_argument(
        "--delay", type=float, default=0, metavar="MS", help="added to each of the sink's replies"
    )
    parser.add_argument("--connections", type=int, default=20, metavar="N")
    parser.add_argument("--no-uvloop", action="store_true", help="do without uvloop where it is installed")
    parser.add_argument("--alone", action="store_true", help="leave the rivals out")
    return parser.parse_args()


def write_letter(body: bytes, uid: str, folder: Path) -> None:
    """Write the edition's letter as nodemailer takes it: html, text, and the whole as one message."""
    slots = ("text_token", "text_email", "html_token", "html_email")
    message = message_from_bytes(body, policy=policy.default)
    for kind, file in (("html", "letter.html"), ("plain", "letter.txt")):
        part = message.get_body((kind,))
        assert part is not None
        text = str(part.get_content())
        for slot in slots:
            text = text.replace(marker(uid, slot), "{" + slot.rpartition("_")[2] + "}")
        (folder / file).write_text(text, encoding="utf-8")
    (folder / "letter.eml").write_bytes(body)


def rivals_rates(args: argparse.Namespace, sink: Path, folder: Path, size: int) -> list[Line]:
    """Measure nodemailer, both ways, and smtp-source."""
    program = rivals.install_nodemailer(folder)
    lines = []
    for how, most in MOST_NODEMAILER.items():
        letters = min(args.letters, WITH_DELAY if args.delay else most)
        send = partial(rivals.nodemailer, program, letters=letters, connections=args.connections, how=how)
        name = "nodemailer, pool, " + ("html and text" if how == "html" else "raw")
        lines.append(Line(name, rivals.against(sink, args.delay, send)))
    return [source_rate(args, sink, size), *lines]


def source_rate(args: argparse.Namespace, sink: Path, size: int) -> Line:
    letters = min(args.letters, WITH_DELAY if args.delay else MOST_SOURCE)
    send = partial(rivals.smtp_source, letters=letters, connections=args.connections, size=size)
    return Line(SOURCE, rivals.against(sink, args.delay, send))


def syndicate_rate(args: argparse.Namespace, sink: Path, site: Publication) -> tuple[Line, Run]:
    with rivals.running(sink, args.delay) as receiver:
        with site.site(receiver.port):
            pass  # writes the port into the configuration
        run = site.deliver()
    return Line("syndicate", receiver.counted), run


def prepared(args: argparse.Namespace, folder: Path) -> tuple[Publication, bytes, str]:
    """Return a publication with its edition frozen, and that edition's letter and uid."""
    settings = [f"in_doubt: {args.in_doubt}"] if args.in_doubt else []
    site = Publication(folder, Wish(args.letters, args.connections, settings, not args.no_uvloop))
    with site.site(9) as opened:
        started = time.perf_counter()
        site.import_people(opened)
        imported = time.perf_counter() - started
        froze = site.freeze(opened)
        body, uid, places = site.template(opened)
    print(f"{args.letters:,} letters of {len(body):,} bytes, personalised in {places} places; {how(args)}")
    print(f"import {imported:.1f} s, freeze {froze:.2f} s: {args.letters / froze:,.0f} deliveries/s")
    return site, body, uid


def how(args: argparse.Namespace) -> str:
    """Return the way of sending in words."""
    loop = "asyncio" if args.no_uvloop or find_spec("uvloop") is None else "uvloop"
    delay = f", replies {args.delay:g} ms late" if args.delay else ""
    return f"{args.connections} connections, in_doubt {args.in_doubt or args.connections}, {loop}{delay}"


def show(lines: list[Line], ours: Line) -> None:
    print(f"{'':34}{'letters':>10}{'letters/s':>12}{'syndicate is':>14}{'sink cpu':>10}")
    for line in lines:
        ratio = ours.counted.rate / line.counted.rate if line.counted.rate else 0.0
        cpu = line.counted.cpu / max(line.counted.seconds, 0.001)
        figures = f"{line.counted.letters:10,}{line.counted.rate:12,.0f}{ratio:12.2f} x{cpu:10.0%}"
        print(f"{line.name:34}{figures}")
    source = [line.counted.rate for line in lines if line.name == SOURCE]
    if source:
        print(f"of smtp-source's mean rate: {ours.counted.rate / mean(source):.2f}")


def is_exact(args: argparse.Namespace, run: Run, counted: rivals.Counted) -> bool:
    """Print the accounts; tell whether everyone got one letter."""
    print(
        f"frozen {run.tally.frozen:,}, sent {run.sent:,}, distinct at the sink {counted.distinct:,},"
        f" copies {counted.copies:,}, faults {counted.faults:,}"
    )
    rate, cpu = run.sent / run.seconds, run.cpu / max(run.sent, 1) * 1e6
    print(f"whole command {run.seconds:.1f} s: {rate:,.0f} letters/s, {cpu:.0f} µs of processor for each")
    print(f"peak memory {run.peak:.0f} MB")
    exact = args.letters == run.tally.frozen == run.sent == counted.distinct == counted.letters
    if not exact or counted.faults or run.status:
        print(f"NOT EXACT: exit {run.status}, {run.tally}, {counted}, {report(run)}", file=sys.stderr)
    return exact and not counted.faults and not run.status


def main() -> int:
    args = arguments()
    with tempfile.TemporaryDirectory(prefix="syndicate-") as place:
        folder = Path(place)
        (folder / "site").mkdir()
        sink = rivals.build_sink(folder)
        print(f"fdatasync of 4 KB: {rivals.sync_time(folder):.2f} ms, the median of {rivals.SYNCS}")
        site, body, uid = prepared(args, folder / "site")
        write_letter(body, uid, folder)
        others = [] if args.alone else rivals_rates(args, sink, folder, len(body))
        ours, run = syndicate_rate(args, sink, site)
        if not args.alone:
            others.insert(1, source_rate(args, sink, len(body)))
        show([*others, ours], ours)
        print(f"fdatasync of 4 KB: {rivals.sync_time(folder):.2f} ms")
        return 0 if is_exact(args, run, ours.counted) else 1


if __name__ == "__main__":
    sys.exit(main())
