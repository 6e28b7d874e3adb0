"""A publication with a frozen edition, the fault server as its relay, its senders, and what came of it."""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from syndicate.app import ledger
from syndicate.app.mailing import make_edition_now
from syndicate.app.scanning import scan_content
from syndicate.app.site import mint_token, open_site
from syndicate.configfile import load_config
from syndicate.emails import parse_email
from syndicate.store import subscribers, sums

from .journal import read_journal
from .oracle import Counts, Evidence, Run, judge, read_imbalances, read_ledger
from .processes import Hung, Process, Server, python, wait_for
from .server import Manner

AHEAD: Final = 15 * 60.0  # seconds that the clock goes on where all that is open waits
MOST_ROUNDS: Final = 60
CONFIG: Final = """\
publication: {{title: Fault News, url: "http://127.0.0.1:8000", language: en, timezone: UTC}}
newsletters:
  daily: {{title: Daily News, at: "07:00", stale_after: 30d}}
mail:
  from: Daily News <news@news.example.org>
  transport: smtp
  relays: [{relays}]
  timeouts: {{{timeouts}}}
  retry: {{first: 1m, longest: 10m, give_up: 4d}}
  {more}
database: {{url: "sqlite:///{var}/syndicate.db"}}
"""


def addresses(count: int) -> tuple[str, ...]:
    """Return so many addresses in a score of domains or more; every hundredth person is gone."""
    names = (f"gone{n}" if n % 100 == 99 else f"p{n}" for n in range(count))
    domains = max(20, count // 10)
    return tuple(f"{name}@d{n % domains}.example.org" for n, name in enumerate(names))


@dataclass(frozen=True, slots=True)
class Setting:
    """What a world is like. `timeouts` are in seconds; `var` is a folder for the database if given."""

    people: int = 200
    connections: int = 4
    manner: Manner = field(default_factory=Manner)
    timeout: float = 30.0
    smtp: str = "security: none"
    in_doubt: int | None = None
    second: Manner | None = None  # of another relay beside the first
    frozen: bool = True
    var: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    program: tuple[str, ...] = ("tests.faults.sender",)


@cache
def _founded(people: int, frozen: bool) -> Path:
    """Make a publication with so many people once; the worlds are copies of it."""
    folder = Path(tempfile.mkdtemp(prefix="syndicate-faults-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "content").mkdir()
    for name in ("one", "two"):
        text = f"---\ntitle: Article {name}\n---\n" + f"Words of {name}.\n.A line with a dot.\n\n" * 40
        (folder / "content" / f"{name}.md").write_text(text)
    config = CONFIG.format(relays="{host: 127.0.0.1}", timeouts="", var="var", more="")
    (folder / "config.yaml").write_text(config)
    long_ago = 2**62  # by this clock the articles were written long ago, and so are whole
    with open_site(load_config(folder / "config.yaml", {}), file_clock=lambda: long_ago) as site:
        persons: list[subscribers.Person] = [(parse_email(address), {}) for address in addresses(people)]
        with site.store.write() as tx:
            subscribers.add_many(tx, persons, ["daily"], now=site.clock(), token=mint_token)
        scanned = scan_content(site)
        if frozen:
            make_edition_now(site, "daily", scanned.articles, now=site.clock())
    return folder


class World:
    """One scenario's publication. Its runs follow each other; `ahead` is how far its clock goes ahead."""

    def __init__(self, folder: Path, setting: Setting) -> None:
        self.folder = folder
        self.setting = setting
        self.people = addresses(setting.people)
        self.runs: list[Run] = []
        self.wrong: list[str] = []  # what a scenario finds itself
        self.ahead = 0.0
        self.environment = {**os.environ, **setting.environment}
        self.var = setting.var or folder / "var"
        self.log = folder / "log"
        shutil.copytree(_founded(setting.people, setting.frozen), folder, dirs_exist_ok=True)
        if setting.var:
            shutil.copytree(folder / "var", setting.var, dirs_exist_ok=True)
        self.server = Server(folder / "journal", setting.manner)
        self.servers = [self.server]
        if setting.second:
            self.servers.append(Server(folder / "journal-of-second", setting.second))
        self.config = folder / "config.yaml"
        self.config.write_text(self._config())

    def _config(self) -> str:
        names = ("greeting", "login", "mail", "rcpt", "data", "block", "dot")
        return CONFIG.format(
            relays=", ".join(self._relay(number) for number in range(len(self.servers))),
            timeouts=", ".join(f"{name}: {round(self.setting.timeout)}s" for name in names),
            var=self.var,
            more=f"in_doubt: {self.setting.in_doubt}" if self.setting.in_doubt else "",
        )

    def _relay(self, number: int) -> str:
        port, setting = self.servers[number].port, self.setting
        where = f"name: relay{number}, host: 127.0.0.1, port: {port}"
        return f"{{{where}, connections: {setting.connections}, {setting.smtp}}}"

    @property
    def database(self) -> Path:
        return self.var / "syndicate.db"

    @property
    def in_doubt(self) -> int:
        """How many letters a sender may have handed over without a durable outcome."""
        return self.setting.in_doubt or self.setting.connections * len(self.servers)

    # ------------------------------------------------------------ senders

    def sender(self, *words: str, under: Sequence[str] = ()) -> Process:
        """Start a sender whose clock goes ahead as the world's does."""
        module, *options = self.setting.program
        child = python(module, str(self.config), f"--ahead={self.ahead}", *options, *words)
        return self._start([*under, *child])

    def command(self, *words: str, under: Sequence[str] = ()) -> Process:
        """Start the command as an operator does."""
        return self._start([*under, *python("syndicate", *words, "--config", str(self.config))])

    def _start(self, arguments: list[str]) -> Process:
        return Process(arguments, self.log, self.environment)

    def ended(self, process: Process, end: str = "ended") -> None:
        """Note a run; one that was cut off may have had letters in doubt."""
        self.runs.append(Run(process.began, end, 0 if end == "ended" else self.in_doubt))

    def cut_off(self, process: Process, number: int = signal.SIGKILL) -> bool:
        """Send a signal and note the run; False where the sender had ended by itself before."""
        over = process.is_over
        process.signal(number)
        code = process.wait()
        self.ended(process, "ended" if over and code != -number else "killed")
        return not over

    def finish(self, *, seconds: float = 240.0) -> None:
        """Let senders run until nothing is open, the clock going on whenever all that is open waits."""
        for _ in range(MOST_ROUNDS):
            process = self.sender()
            code = process.wait(seconds)
            self.ended(process)
            if code not in (0, 75):
                self.wrong.append(f"a sender that nobody disturbed ended with {code}: see {self.log}")
            if not self.open_letters():
                return
            self._resume()
            self.ahead += AHEAD
        raise Hung(f"{self.open_letters()} letters are still open after {MOST_ROUNDS} runs: see {self.log}")

    def _resume(self) -> None:
        """Do what an operator does with an edition that paused for its many refusals."""
        with contextlib.closing(sqlite3.connect(self.database)) as conn:
            paused = conn.execute("SELECT id FROM edition WHERE state = 'paused'").fetchall()
        for (number,) in paused:
            if self.command("editions", "resume", str(number)).wait():
                self.wrong.append(f"edition {number} could not be resumed: see {self.log}")

    def open_letters(self) -> int:
        """Return how many deliveries have no end yet."""
        return sum(row.state not in ("sent", "failed", "skipped") for row in read_ledger(self.database))

    def letters_come(self, number: int, process: Process, seconds: float = 60.0) -> bool:
        """Wait until the server has so many letters or the sender is over; tell whether it has."""
        wait_for(lambda: self.letters() >= number or process.is_over, seconds, f"{number} letters")
        return self.letters() >= number

    def letters(self) -> int:
        """Return how many letters the relays took so far."""
        return sum(server.count() for server in self.servers)

    # ------------------------------------------------------------ what came of it

    def verdict(self) -> Counts:
        """Judge everything that happened in this world."""
        unbalanced = [*self.wrong, *read_imbalances(self.database, len(self.people)), *self._own_sums()]
        letters = [letter for server in self.servers for letter in read_journal(server.journal)]
        rows = read_ledger(self.database)
        return judge(Evidence(self.people, rows, letters, self.runs, unbalanced))

    def _own_sums(self) -> list[str]:
        """Return what `editions verify` finds wrong, and where the program's sums differ from each other."""
        words = []
        with open_site(load_config(self.config, {})) as site:
            with site.store.read() as conn:
                numbers = [number for (number,) in conn.exec_driver_sql("SELECT id FROM edition")]
                pairs = [(sums.tally(conn, number), sums.recount(conn, number)) for number in numbers]
            for number in numbers:
                words += ledger.verify(site, ledger.edition_of(site, str(number)))[1]
        words += [f"tally {quick}, recount {exact}" for quick, exact in pairs if quick != exact]
        return words if len(numbers) == 1 else [*words, f"there are {len(numbers)} editions"]

    def tokens(self) -> dict[str, str]:
        """Return the token of each address's unsubscribe link."""
        with contextlib.closing(sqlite3.connect(self.database)) as conn:
            query = "SELECT s.email, x.token FROM subscriber s JOIN subscription x ON x.subscriber_id = s.id"
            return dict(conn.execute(query).fetchall())


@contextlib.contextmanager
def world(folder: Path, setting: Setting) -> Iterator[World]:
    """Give a world in a new folder below `folder`; its server ends with the block."""
    place = folder / f"world-{time.time_ns()}"
    place.mkdir(parents=True)
    made = World(place, setting)
    try:
        yield made
    finally:
        for server in made.servers:
            server.end()
