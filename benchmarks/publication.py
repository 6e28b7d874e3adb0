"""A publication with many subscribers and one edition frozen for them, and the sender that delivers it.

The sender is a process of its own, `syndicate deliver`, as an operator starts it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from syndicate.app.mailing import make_edition_now
from syndicate.app.scanning import scan_content
from syndicate.app.site import Site, mint_token, open_site
from syndicate.configfile import load_config
from syndicate.emails import parse_email
from syndicate.model import DeliveryState, Tally
from syndicate.resources import shipped
from syndicate.store import editions, subscribers

NEWSLETTER = "daily"
IMPORTED_AT_ONCE = 20_000
ARTICLES = 9
LOOK = 0.1  # seconds between looks at the sender's memory
CONFIG = """\
publication: {{title: Kabar Kota, url: "https://news.example.org", language: id, timezone: Asia/Jakarta}}
newsletters: {{daily: {{title: Kabar Harian, at: "07:00"}}}}
templates: {{folder: templates}}
mail:
  from: Kabar Harian <kabar@news.example.org>
  transport: smtp
  smtp: {{host: 127.0.0.1, port: {port}, security: none, connections: {connections}}}
{more}"""
# The shipped letter is personalised in seven places; this greeting in the HTML makes it nine.
LINK = '<a class="quiet" href='  # the first in a letter
GREETING = f'{{{{ email }}}} {LINK}"{{{{ unsubscribe_url }}}}">{{{{ _("Unsubscribe") }}}}</a> {LINK}'
SENTENCE = "Harga beras di pasar kota naik lagi pagi ini — “sudah tiga kali sebulan”, kata para pedagang. "
WITHOUT_UVLOOP = "import sys; sys.modules['uvloop'] = None; from syndicate.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Wish:
    """What to send, and how. `settings` are further lines of the configuration's `mail:`."""

    letters: int
    connections: int = 20
    settings: Sequence[str] = ()
    uvloop: bool = True  # where it is installed


@dataclass(frozen=True, slots=True)
class Run:
    """How the sender went: the seconds of the whole command, its peak memory, and what the ledger says."""

    seconds: float
    cpu: float  # seconds of processor
    peak: float  # MB, of all its processes together
    status: int
    said: str
    tally: Tally

    @property
    def sent(self) -> int:
        return self.tally[DeliveryState.SENT]


class Publication:
    """One that stands in `folder`, with a ledger of its own and nobody mailed yet."""

    def __init__(self, folder: Path, wish: Wish) -> None:
        self.folder = folder
        self.wish = wish
        self.edition_id = 0
        (folder / "content").mkdir()
        (folder / "templates" / "mail").mkdir(parents=True)
        html = (shipped("templates") / "mail" / "digest.html").read_text(encoding="utf-8")
        greeted = html.replace(LINK, GREETING, 1)
        (folder / "templates" / "mail" / "digest.html").write_text(greeted, encoding="utf-8")
        for number in range(ARTICLES):
            text = f"---\ntitle: Kabar nomor {number} dari pasar kota\n---\n\n" + SENTENCE * 3
            article = folder / "content" / f"a{number}.md"
            article.write_text(text, encoding="utf-8")
            os.utime(article, (time.time() - 3600,) * 2)  # one that is still written would wait

    @contextmanager
    def site(self, port: int) -> Iterator[Site]:
        """Write the configuration with the relay's port; give the publication, open."""
        more = "".join(f"  {line}\n" for line in self.wish.settings)
        text = CONFIG.format(port=port, connections=self.wish.connections, more=more)
        config = self.folder / "config.yaml"
        config.write_text(text, encoding="utf-8")
        with open_site(load_config(config, {})) as site:
            yield site

    def import_people(self, site: Site) -> None:
        """Subscribe as many as letters are wished, thousands in a transaction, a day before the articles."""
        since = site.clock() - timedelta(days=1)  # nobody is due what was there before him
        persons: Iterator[subscribers.Person] = (
            (parse_email(f"p{number}@example.org"), {}) for number in range(self.wish.letters)
        )
        while batch := list(islice(persons, IMPORTED_AT_ONCE)):
            with site.store.write() as tx:
                subscribers.add_many(tx, batch, [NEWSLETTER], now=since, token=mint_token)

    def freeze(self, site: Site) -> float:
        """Make the edition for everyone; return the seconds that took."""
        with site.build_lock():
            scanned = scan_content(site)
            started = time.perf_counter()
            made = make_edition_now(site, NEWSLETTER, scanned.articles, now=site.clock())
        assert made.edition_id is not None, made.fate
        assert made.recipients == self.wish.letters, made.recipients
        self.edition_id = made.edition_id
        return time.perf_counter() - started

    def template(self, site: Site) -> tuple[bytes, str, int]:
        """Return the rendition's bytes, its edition's uid, and in how many places it is personalised."""
        with site.store.read() as conn:
            row = next(row for row in editions.editions(conn, NEWSLETTER) if row.id == self.edition_id)
            body = editions.rendition_body(conn, 1)
        uid = row.edition.uid
        return body, uid, body.count(f"slot_{uid}_".encode())

    def deliver(self) -> Run:
        """Run the sender until nothing is due."""
        how = ["-m", "syndicate"] if self.wish.uvloop else ["-c", WITHOUT_UVLOOP]
        command = [sys.executable, *how, "--config", str(self.folder / "config.yaml"), "deliver", "--json"]
        started, spent = time.perf_counter(), _spent()
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(command, stdout=said, stderr=said)
            peak = _watched(process)
            seconds, cpu = time.perf_counter() - started, _spent() - spent
            said.seek(0)
            words = said.read()
        with open_site(load_config(self.folder / "config.yaml", {})) as site, site.store.read() as conn:
            tally = editions.tally(conn, self.edition_id)
        return Run(seconds, cpu, peak, process.returncode, words, tally)


def _spent() -> float:
    """Return the processor seconds of the children that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _watched(process: subprocess.Popen[bytes]) -> float:
    """Wait for the process; return the MB that it and its children took at most, each by its own peak."""
    peaks: dict[int, float] = {}
    try:
        while process.poll() is None:
            for number in (process.pid, *_children(process.pid)):
                peaks[number] = max(peaks.get(number, 0.0), _peak(number))
            time.sleep(LOOK)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
    return sum(peaks.values())


def _children(number: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    except OSError:
        return []


def _peak(number: int) -> float:
    """Return the peak resident MB of a process, 0 once it is gone."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def report(run: Run) -> dict[str, object]:
    """Return what the command said of itself, or its words where that is no JSON."""
    try:
        return dict(json.loads(run.said))
    except ValueError:
        return {"said": run.said[-2000:] + os.linesep}
