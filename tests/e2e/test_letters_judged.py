"""Letters of real articles in every look, judged by html-validate, caniemail, axe-core and SpamAssassin.

Needs node, npm and chromium; SpamAssassin for its own test. The judges come from npm into a folder of the
test run, or lie in the folder that SYNDICATE_NODE_MODULES names, which holds node_modules. SYNDICATE_SAMPLES
may say where the samples are. With SYNDICATE_PICTURES=FOLDER each letter is pictured there, narrow and wide,
light and dark.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sample_letters import KINDS, LOOKS, SAMPLES, html_of, letters, pictures

HERE = Path(__file__).resolve().parent / "letters"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
PACKAGES = ("axe-core", "caniemail", "html-validate", "playwright-core")


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the programs; fetched where nobody says that they are there."""
    if not (shutil.which("node") and CHROMIUM):
        pytest.skip("node or chromium is not installed")
    known = os.environ.get("SYNDICATE_NODE_MODULES")
    if known and all((Path(known) / "node_modules" / name).is_dir() for name in PACKAGES):
        return Path(known)
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(HERE / "package.json", folder)
    npm = shutil.which("npm")
    fetch = [npm or "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    try:
        if npm and not subprocess.run(fetch, check=False, cwd=folder, timeout=100).returncode:
            return folder
    except subprocess.TimeoutExpired:
        pass
    pytest.skip("html-validate, caniemail and axe-core cannot be had from npm")


class Silent(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Every letter by its name, and where its HTML and pictures are served."""
    if not SAMPLES.is_dir():
        pytest.skip("the samples are not here")
    place = tmp_path_factory.mktemp("letters")
    public = place / "public"
    public.mkdir()
    pictures(public)
    serve = partial(Silent, directory=str(public))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        found: dict[str, bytes] = {}
        for sample in KINDS:
            (place / sample.name).mkdir()
            found.update(letters(sample, url, place / sample.name))
        for name, letter in found.items():
            (public / f"{name}.html").write_text(html_of(letter), "utf-8")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield url, found
        server.shutdown()
        thread.join()


def judged(judges: Path, address: str, *paths: str) -> subprocess.CompletedProcess[str]:
    shown = os.environ.get("SYNDICATE_PICTURES", "")
    command = ["node", str(HERE / "judge.mjs"), str(judges), CHROMIUM, shown, address, *paths]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=110)


@pytest.mark.parametrize("sample", [sample.name for sample in KINDS])
def test_no_letter_has_a_fault(judges: Path, made: tuple[str, dict[str, bytes]], sample: str) -> None:
    """The judges find nothing in any look, language or light; nothing is loaded from elsewhere."""
    address, found = made
    paths = [f"/{name}.html" for name in found if name.startswith(f"{sample}-")]
    assert len(paths) == len(LOOKS)
    result = judged(judges, address, *paths)
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr
    assert f"{len(paths)} letters, 0 faults" in result.stdout


def test_the_judges_see_a_fault(judges: Path, tmp_path: Path) -> None:
    """A letter that is faint, small, wide, loads from elsewhere and asks too much is found faulty."""
    bad = (
        '<!doctype html><html lang="en"><title>x</title><h1>x</h1>'
        '<p style="color:#eee;display:grid">faint words<a href="/">b</a>'
        '<img src="http://127.0.0.1:9/x"><pre>' + "wide " * 400
    )
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=str(tmp_path))) as server:
        (tmp_path / "bad.html").write_text(bad)
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        said = judged(judges, f"http://127.0.0.1:{server.server_port}", "/bad.html").stdout
        server.shutdown()
        thread.join()
    for fault in (
        "close-order",
        "image-alt",
        "color-contrast",
        "caniemail",
        "px high",
        "wider than",
        "loads",
    ):
        assert fault in said, said


@pytest.mark.skipif(not shutil.which("spamassassin"), reason="spamassassin is not installed")
def test_spamassassin_likes_every_letter(made: tuple[str, dict[str, bytes]], tmp_path: Path) -> None:
    """Its tests that need no network give each letter 0.5 points at most."""
    _, found = made
    scores = {}
    for name, letter in found.items():
        command = ["spamassassin", "--local", "--test-mode"]
        home = {**os.environ, "HOME": str(tmp_path)}
        said = subprocess.run(
            command, input=letter, capture_output=True, timeout=100, check=False, env=home
        ).stdout
        head = re.sub(rb"\n[ \t]+", b" ", said.partition(b"\n\n")[0])
        match = re.search(rb"X-Spam-Status: \w+, score=(-?[\d.]+) .*?tests=(.*?) autolearn", head)
        assert match, head
        scores[name] = (float(match[1]), match[2].decode())
    assert not {name: score for name, score in scores.items() if score[0] > 0.5}
