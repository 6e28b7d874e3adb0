"""The whole line as a stranger runs it: the command, real processes, real HTTP, a real SMTP server."""

from __future__ import annotations

import email
import email.policy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import feedparser
import pytest
from click.testing import CliRunner

from syndicate.cli import cli

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT.parent / "shared/samples/news-id/2026-02-05-pertukaran-tahanan.txt"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def syndicate(folder: Path, *arguments: str, status: int = 0) -> str:
    """Run the command in `folder` and return what it printed; its exit status must be `status`."""
    done = subprocess.run(
        [sys.executable, "-m", "syndicate", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    assert done.returncode == status, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def here(folder: Path, *arguments: str) -> str:
    """Do the same in this process, which is quicker; for steps on the way to what a test is about."""
    done = CliRunner().invoke(cli, ["--config", str(folder / "config.yaml"), *arguments])
    assert done.exit_code == 0, f"{arguments}: {done.exit_code}\n{done.output}\n{done.exception!r}"
    return done.stdout


def wait_for(what: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def answer(url: str, data: bytes | None = None) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data=data), timeout=10) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return 0, ""


def letters(folder: Path) -> list[EmailMessage]:
    found = []
    for path in sorted((folder / "var/mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        found.append(message)
    return found


def founded(folder: Path, port: int, *, every: str = "1s") -> Path:
    """Make a publication with the sample articles that answers on `port`."""
    url = f"http://127.0.0.1:{port}"
    about = ("--title", "Kabar Uji", "--url", url, "--language", "id", "--timezone", "Asia/Jakarta")
    here(folder, "init", str(folder), "--demo", *about)
    path = folder / "config.yaml"
    text = (
        path.read_text()
        .replace("127.0.0.1:8000", f"127.0.0.1:{port}")
        .replace("every: 5m", f"every: {every}")
    )
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, subprocess.Popen[str]]]:
    """A running `syndicate run` with its folder and address, for the tests of this file in their order."""
    folder = tmp_path_factory.mktemp("service")
    port = free_port()
    founded(folder, port)
    with running(folder, port) as (url, process):
        yield folder, url, process


@contextmanager
def running(folder: Path, port: int) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Let `syndicate run` serve the publication in `folder` for the block, from when its feeds are there."""
    with (folder / "log").open("w") as log:
        command = [sys.executable, "-m", "syndicate", "run"]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, text=True)
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(lambda: answer(f"{url}/feed.json")[0] == 200)
            yield url, process
        finally:
            process.terminate()
            try:
                process.wait(12)
            finally:
                process.kill()


def workers(process: subprocess.Popen[str]) -> dict[str, int]:
    """Return the workers' process ids by name."""
    found = {}
    for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split():
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        if b"work" in words:  # not between its fork and its exec
            found[words[words.index(b"work") + 1].decode()] = int(pid)
    return found


def test_an_article_dropped_into_the_folder_is_in_every_feed(
    service: tuple[Path, str, subprocess.Popen[str]],
) -> None:
    """The running service publishes a new file in RSS, Atom and JSON, with one id, and its page answers."""
    folder, url, _ = service
    (folder / "content/baru.md").write_text("---\ntitle: Kabar Baru\ntags: [uji]\n---\nIsi kabar.\n")
    wait_for(lambda: "Kabar Baru" in answer(f"{url}/feed.json")[1])
    ids = set()
    for name in ("rss.xml", "atom.xml"):
        feed = feedparser.parse(answer(f"{url}/{name}")[1])
        assert not feed.bozo
        [entry] = [entry for entry in feed.entries if entry.title == "Kabar Baru"]
        ids.add((entry.id, entry.link))
    [item] = [i for i in json.loads(answer(f"{url}/feed.json")[1])["items"] if i["title"] == "Kabar Baru"]
    assert ids == {(item["id"], item["url"])}
    assert item["id"].startswith("urn:uuid:")
    assert "Isi kabar." in answer(item["url"])[1]
    assert answer(f"{url}/tags/uji/atom.xml")[0] == 200
    assert answer(f"{url}/health") == (200, answer(f"{url}/health")[1])


def test_a_digest_beside_the_service_reaches_everybody_and_is_left_by_one_click(
    service: tuple[Path, str, subprocess.Popen[str]],
) -> None:
    """`digest send` follows the live sender; GET changes nothing, the one-click POST unsubscribes."""
    folder, url, _ = service
    here(folder, "subscribers", "add", "satu@example.org", "dua@example.org")
    syndicate(folder, "digest", "send", "daily", "--now")
    assert sorted(letter["To"] for letter in letters(folder)) == ["dua@example.org", "satu@example.org"]
    for letter in letters(folder):
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        link = re.fullmatch(r"<(.*)>", letter["List-Unsubscribe"])
        assert link is not None
        assert link[1].startswith(f"{url}/unsubscribe/")
        html, text = letter.get_body(("html",)), letter.get_body(("plain",))
        assert html is not None and text is not None
        assert link[1] in html.get_content()
        assert link[1] in text.get_content()
    link = letters(folder)[0]["List-Unsubscribe"].strip("<>")
    status, page = answer(link)
    assert (status, page.count("<button")) == (200, 1)
    states = [row["state"] for row in json.loads(here(folder, "subscribers", "list", "--json"))]
    assert states == ["active", "active"]
    assert answer(link, b"List-Unsubscribe=One-Click")[0] == 200
    states = [row["state"] for row in json.loads(here(folder, "subscribers", "list", "--json"))]
    assert sorted(states) == ["active", "unsubscribed"]
    assert answer(f"{url}/unsubscribe/unknown")[0] == 404
    assert not any(part in (folder / "log").read_text() for part in ("satu@", "dua@", link.rsplit("/", 1)[1]))


def test_a_worker_that_is_killed_leaves_the_others(service: tuple[Path, str, subprocess.Popen[str]]) -> None:
    """kill -9 of builder, then sender, then web: the feeds answer on, and the builder works again."""
    folder, url, process = service
    for name in ("builder", "sender", "web"):
        before = workers(process)
        os.kill(before[name], signal.SIGKILL)
        wait_for(lambda name=name, before=before: workers(process).get(name, before[name]) != before[name])  # type: ignore[misc]
        after = workers(process)
        assert {key: pid for key, pid in after.items() if key != name} == {
            key: pid for key, pid in before.items() if key != name
        }
        wait_for(lambda: answer(f"{url}/rss.xml")[0] == 200)
    (folder / "content/lagi.md").write_text("# Masih Hidup\n\nBenar.\n")
    wait_for(lambda: "Masih Hidup" in answer(f"{url}/feed.json")[1])


def test_the_service_ends_in_time(service: tuple[Path, str, subprocess.Popen[str]]) -> None:
    """SIGTERM ends every process within ten seconds, with exit status 0."""
    _, _, process = service
    pids = workers(process).values()
    begun = time.monotonic()
    process.terminate()
    assert process.wait(12) == 0
    assert time.monotonic() - begun < 10
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


@pytest.mark.skipif(not SAMPLE.exists(), reason="the shared samples are not here")
def test_the_article_it_all_began_with_comes_out_clean(tmp_path: Path) -> None:
    """The Indonesian news page copied as text has its title, date, language, sub-headings, no furniture."""
    founded(tmp_path, free_port())
    (tmp_path / "config.yaml").write_text(
        (tmp_path / "config.yaml").read_text().replace("language: id", "language: en", 1)
    )
    (tmp_path / "content" / SAMPLE.name).write_bytes(SAMPLE.read_bytes())
    here(tmp_path, "build")
    items = json.loads((tmp_path / "public/feed.json").read_text())["items"]
    [item] = [i for i in items if i["title"].startswith("Pembicaraan Rusia-Ukraina")]
    assert item["title"] == "Pembicaraan Rusia-Ukraina Berakhir dengan Kesepakatan Pertukaran Tahanan"
    assert item["date_published"].startswith("2026-02-05")
    assert item["language"] == "id"
    assert item["summary"].startswith("Lembaga berita negara Rusia, RIA, melaporkan")
    headings = re.findall(r"<h2>(.*?)</h2>", item["content_html"])
    assert headings == ["Kesepakatan pertukaran tawanan", "Serangan Berlanjut"]
    for furniture in (
        "share2",
        "Klik di sini",
        "Artikel Rekomendasi",
        "MEMBACA",
        "Tinggalkan komentar",
        "Diterbitkan",
    ):
        assert furniture not in item["content_html"]


def test_a_second_build_changes_no_byte(tmp_path: Path) -> None:
    """With nothing new, whatever hash seed and zone the process has, every file stays as it is."""
    founded(tmp_path, free_port())
    syndicate(tmp_path, "build")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*") if path.is_file()}
    os.environ["PYTHONHASHSEED"], os.environ["TZ"] = "7", "Pacific/Auckland"
    try:
        report = json.loads(syndicate(tmp_path, "build", "--json"))
    finally:
        del os.environ["PYTHONHASHSEED"], os.environ["TZ"]
    assert (report["written"], report["deleted"]) == (0, 0)
    assert {
        path: path.stat().st_mtime_ns for path in (tmp_path / "public").rglob("*") if path.is_file()
    } == before
