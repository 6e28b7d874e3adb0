"""Bring a list of subscribers in, out and up, and look how long others that write wait for it.

    python benchmarks/importing.py [--people 1000000] [--plain]

The list is Mailchimp's with 12 columns, or with --plain one of addresses and names. Each step is a process of
its own, whose seconds, those of processor, and peak memory are printed. At last 200,000 are imported while
another process writes now and then, as a sign-up does, and tells how long that took.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BESIDE_PEOPLE = 200_000
CONFIG = """\
publication: {title: Kabar Kota, url: "https://news.example.org", language: id, timezone: UTC}
newsletters: {daily: {title: Kabar Harian, at: "07:00"}}
mail: {from: Kabar Harian <kabar@news.example.org>}
"""
HEAD = (
    "Email Address,First Name,Last Name,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,"
    "LAST_CHANGED,LEID,EUID,TAGS\n"
)
BESIDE = """
import sys, time
from pathlib import Path
from syndicate.app.signing_up import Asked, ask, checked
from syndicate.app.site import open_site
from syndicate.configfile import load_config
with open_site(load_config(Path(sys.argv[1]), {})) as site:
    waits = []
    while not Path(sys.argv[2]).exists():
        signup = checked(site, Asked(f"visitor{len(waits) % 1000}@example.org"))
        begun = time.perf_counter()
        ask(site, signup)
        waits.append(time.perf_counter() - begun)
        time.sleep(0.05)
    waits.sort()
    print(len(waits), *(waits[int(len(waits) * part)] * 1000 for part in (0.5, 0.99)), waits[-1] * 1000)
"""
RUN = """
import resource, sys
from syndicate.cli import main
try:
    main(sys.argv[1:])
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    open("USED", "w").write(f"{used.ru_maxrss / 1024} {used.ru_utime + used.ru_stime}")
"""


def write_list(path: Path, people: int, *, plain: bool) -> None:
    """Write a list of people in no order, as lists of other programs are."""
    some = random.Random(7)  # noqa: S311
    with path.open("w", encoding="utf-8") as file:
        file.write("email,name\n" if plain else HEAD)
        for number in range(people):
            address = f"{some.randrange(36**8):x}.{number:x}@mail{number % 90}.example.org"
            if plain:
                file.write(f"{address},Siti {number}\n")
                continue
            when = (
                f"20{10 + number % 15}-0{1 + number % 9}-{10 + number % 19} 1{number % 10}:{number % 60:02}:"
            )
            ip = f"203.{number // 65536 % 256}.{number // 256 % 256}.{number % 256}"
            confirmed = f"{when}00,{ip},{when}30,{ip},{when}30"
            file.write(f'{address},Siti {number},Rahma,2,{confirmed},{number},{number:x},"""kota"""\n')


def timed(folder: Path, *arguments: str) -> tuple[float, float, float]:
    """Run a command; return its seconds, those of processor, and its peak memory in MB."""
    command = [sys.executable, "-c", RUN, "--config", str(folder / "config.yaml"), "subscribers", *arguments]
    begun = time.perf_counter()
    with (folder / "said").open("wb") as said:
        status = subprocess.run(command, check=False, stdout=said, stderr=said, cwd=folder).returncode
    seconds = time.perf_counter() - begun
    peak, cpu = map(float, (folder / "USED").read_text().split())
    assert status == 0, (folder / "said").read_text()[-2000:]
    return seconds, cpu, peak


def founded(folder: Path) -> Path:
    """Make a publication without anybody in `folder`."""
    (folder / "content").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


def step(folder: Path, people: int, name: str, *arguments: str) -> None:
    """Run a command and print how it went."""
    seconds, cpu, peak = timed(folder, *arguments)
    rate = people / seconds
    print(f"{name:<18} {seconds:7.1f} s ({cpu:.1f}) {peak:6.0f} MB {rate:12,.0f} rows/s", flush=True)


def main() -> None:
    """Print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--plain", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = founded(Path(name) / "site")
        people, ours = folder / "people.csv", folder / "ours.csv"
        write_list(people, args.people, plain=args.plain)
        step(folder, args.people, "import --dry-run", "import", str(people), "--dry-run")
        step(folder, args.people, "import", "import", str(people))
        step(folder, args.people, "import again", "import", str(people))
        step(folder, args.people, "export", "export", "--out", str(ours))
        step(folder, args.people, "list", "list")
        step(folder, args.people, "list --limit 20", "list", "--limit", "20")
        step(folder, args.people, "stats", "stats")
        moved = founded(Path(name) / "moved")
        step(moved, args.people, "import of ours", "import", str(ours))
        sizes = (people, ours, folder / "var" / "syndicate.db")
        said = [f"{path.stat().st_size / 1e6:.0f} MB" for path in sizes]
        print("the list has {}, ours {}, the database {}".format(*said))
        beside(founded(Path(name) / "beside"), min(args.people, BESIDE_PEOPLE), plain=args.plain)


def beside(folder: Path, people: int, *, plain: bool) -> None:
    """Import while visitors sign up, and print how long they wait."""
    write_list(folder / "people.csv", people, plain=plain)
    step(folder, people, "stats", "stats")  # makes the database
    command = [sys.executable, "-c", BESIDE, str(folder / "config.yaml"), str(folder / "over")]
    visitors = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    step(folder, people, "import", "import", str(folder / "people.csv"))
    (folder / "over").touch()
    count, *waits = visitors.communicate()[0].split()
    shown = ", ".join(f"{float(one):.0f}" for one in waits)
    print(f"beside it {count} sign-ups were written, in ms: median, 99 %, longest {shown}")


if __name__ == "__main__":
    main()
