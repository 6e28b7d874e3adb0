"""A folder in which everything is wrong that may be publishes every good article, in 30 s and 300 MB."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hostile_folder import SECRET, Hostile, make

pytestmark = pytest.mark.timeout(300)  # four commands over 50 MB of bombs
SECONDS, MEGABYTES = 60, 300
CONFIG = """\
publication: {title: Hostile, url: "http://127.0.0.1:8000", language: en, timezone: Asia/Jakarta}
feeds: {items: 80, history: false}
newsletters: {daily: {title: Daily, at: "07:00"}}
mail: {from: news@news.example.org}
"""
# Root reads every file whatever its mode: give that up (CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH).
WITHOUT_POWERS = """\
import ctypes, os, sys
for power in (1, 2):
    ctypes.CDLL(None).prctl(24, power, 0, 0, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command went: its words, its seconds of processor, and the peak MB of all its processes."""

    status: int
    said: str
    errors: str
    seconds: float  # of processor: a machine with other work makes nothing slower than it is
    peak: float

    @property
    def data(self) -> Any:
        return json.loads(self.said)


@dataclass(frozen=True, slots=True)
class World:
    """The folder, and what each command over it did, in order: check, build, status, and build again."""

    folder: Hostile
    before: Mapping[str, tuple[int, int]]
    check: Ended
    build: Ended
    status: Ended
    again: Ended
    locks: bool  # whether mode 000 keeps us out

    @property
    def public(self) -> Path:
        return self.folder.root / "public"

    def items(self) -> list[dict[str, Any]]:
        return list(json.loads((self.public / "feed.json").read_text())["items"])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = make(tmp_path_factory.mktemp("hostile"))
    (folder.root / "config.yaml").write_text(CONFIG)
    before = everything(folder)
    try:
        yield World(
            folder,
            before,
            check=syndicate(folder.root, "check", "--json"),
            build=syndicate(folder.root, "build", "--json"),
            status=syndicate(folder.root, "status", "--json"),
            again=syndicate(folder.root, "build", "--json"),
            locks=run(folder.root, "-c", "open('content/files/mode000.md')").status != 0,
        )
    finally:
        for path in folder.locked:
            (folder.content / path).chmod(0o700)


def syndicate(folder: Path, *arguments: str) -> Ended:
    return run(folder, "-m", "syndicate", *arguments)


def run(folder: Path, *arguments: str) -> Ended:
    """Run Python in `folder` without root's powers over files."""
    started, spent = time.monotonic(), processor()
    with (folder / "said").open("w+") as said, (folder / "errors").open("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-c", WITHOUT_POWERS, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=errors,
        )
        peak = 0.0
        while process.poll() is None:
            assert time.monotonic() - started < 4 * SECONDS, arguments
            together = sum(resident(number, "VmRSS") for number in (process.pid, *children(process.pid)))
            peak = max(peak, together, resident(process.pid, "VmHWM"))
            time.sleep(0.02)
        said.seek(0)
        errors.seek(0)
        return Ended(process.returncode, said.read(), errors.read(), processor() - spent, peak)


def processor() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def children(number: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{number}/task/{number}/children").read_text().split()]
    except OSError:
        return []


def resident(number: int, which: str) -> float:
    """Return a process's MB now (VmRSS) or at its peak (VmHWM; unlike getrusage's, of its program alone)."""
    try:
        lines = Path(f"/proc/{number}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(which)), 0)


def everything(folder: Hostile) -> dict[str, tuple[int, int]]:
    """Return size and time of all files but those that the commands are for."""
    ours = {folder.root / name for name in ("var", "public", "said", "errors")}
    found = {}
    for place, folders, files in os.walk(os.fsencode(folder.root)):
        folders[:] = [name for name in folders if len(os.path.join(place, name)) < 1_000]  # noqa: PTH118
        if any(Path(os.fsdecode(place)).is_relative_to(one) for one in ours):
            continue
        for name in [*files, *folders]:
            path = os.path.join(place, name)  # noqa: PTH118
            if Path(os.fsdecode(path)) not in ours:
                status = os.lstat(path)
                found[repr(path)] = (status.st_size, status.st_mtime_ns)
    return found


def about(lines: list[str], path: str) -> list[str]:
    """Return what the lines say of a file, without its path."""
    return [line.split(path, 1)[1] for line in lines if line.startswith((f"content/{path}:",))]


# ---------------------------------------------------------------- what is promised


def test_every_good_article_is_published(world: World) -> None:
    """Each is in the feed and has its page, whatever lies beside it."""
    assert world.build.status == 0, world.build.errors[-3000:]
    titles = [item["title"] for item in world.items()]
    missing = {
        path: title
        for path, title in world.folder.good.items()
        if not any(one.startswith(title) for one in titles)
    }
    faults = world.build.data["faults"]
    assert not missing, {path: about(faults, path) for path in missing}
    pages = {page.parent.name for page in world.public.glob("articles/*/index.html")}
    assert {unquote(item["url"]).split("/")[-2] for item in world.items()} <= pages
    assert "Badly" not in " ".join(titles)


def test_every_bad_file_is_named_with_its_line_and_reason(world: World) -> None:
    """In `check`, in what `build` says, and in `status`; none of them is published."""
    for told in (world.check.data["faults"], world.build.data["faults"], world.status.data["wrong"]):
        unsaid = []
        for path, bad in world.folder.bad.items():
            said = about(told, path)
            at = rf":{bad.line}: " if bad.line else r":(?:\d+:)? "
            if not any(re.match(rf"{at}.*(?:{bad.why})", one, re.DOTALL) for one in said):
                unsaid.append((path, bad, said))
        assert not unsaid
    assert world.check.status == 1


def test_what_may_end_either_way_ends_one_way(world: World) -> None:
    """A bomb is an article or a named fault, never neither."""
    faults, published = world.build.data["faults"], world.build.data["articles"]
    unnamed = [path for path in world.folder.either if not about(faults, path)]
    assert published >= len(world.folder.good) + len(unnamed)


def test_locked_files_are_named(world: World) -> None:
    """A file of mode 000 and a folder of mode 000 are faults and stop nothing."""
    if not world.locks:
        pytest.skip("this system lets us read files of mode 000")
    for told in (world.check.data["faults"], world.build.data["faults"], world.status.data["wrong"]):
        for path in world.folder.locked:
            assert "denied" in " ".join(about(told, path)), path


def test_no_fault_is_ours(world: World) -> None:
    """No file meets a bug: each reason is one that its author can act on."""
    faults = world.build.data["faults"]
    assert [fault for fault in faults if "inside syndicate" in fault] == []
    assert "Traceback" not in world.build.errors + world.check.errors + world.status.errors


def test_faults_can_be_shown_on_a_terminal(world: World) -> None:
    """Names and reasons hold no control characters."""
    for fault in world.build.data["faults"]:
        assert not re.search(
            r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", fault
        ), fault
        assert len(fault) < 5_000, fault  # the longest path there can be, and the reason


def test_it_ends_soon_and_small(world: World) -> None:
    """The first build, which reads all, takes at most 60 s of processor and 300 MB; so does `check`."""
    for ended in (world.build, world.check):
        assert ended.seconds <= SECONDS
        assert ended.peak <= MEGABYTES


def test_what_was_refused_is_not_read_again(world: World) -> None:
    """A second build finds the same, publishes the same, and is done at once."""
    first, second = world.build.data, world.again.data
    once = [fault for fault in first["faults"] if "count as an archive" not in fault]
    assert sorted(second["faults"]) == sorted(once)
    assert (second["written"], second["deleted"]) == (0, 0)
    assert world.again.seconds < 10


def test_nothing_is_written_outside_the_output_folder(world: World) -> None:
    """No article reaches beyond `public`, nor changes anything in its own folder."""
    assert everything(world.folder) == dict(world.before)
    root = os.path.realpath(world.public)
    for place, _, files in os.walk(root):
        for name in files:
            path = Path(place, name)
            assert not path.is_symlink()
            assert os.path.realpath(path).startswith(f"{root}/")


def test_nothing_outside_the_content_folder_is_read(world: World) -> None:
    """No link, picture, recording or directive brings what lies elsewhere into anything we keep."""
    secret, passwd = SECRET.encode(), Path("/etc/passwd").read_bytes().splitlines()[0]
    for folder in (world.public, world.folder.root / "var"):
        for path in folder.rglob("*"):
            if path.is_file() and not path.name.endswith(".lock"):
                body = path.read_bytes()
                assert secret not in body and passwd not in body, path


def test_no_script_is_published(world: World) -> None:
    """A script in any field or text is text to readers, or is gone."""
    for path in world.public.rglob("*"):
        if path.suffix in (".html", ".xml"):
            found = re.search(r"<script(?! type=\"application/ld\+json)|javascript:alert", path.read_text())
            assert not found, path
    for item in world.items():
        assert "<script" not in item.get("content_html", "")
        for name in ("url", "external_url", "image"):
            assert item.get(name, "http").startswith("http"), item


def test_addresses_stay_below_the_publication(world: World) -> None:
    """Every address is one segment below /articles/, and no two articles have the same."""
    addresses = [item["url"] for item in world.items()]
    assert len(set(addresses)) == len(addresses)
    assert [
        one for one in addresses if not re.fullmatch(r"http://127.0.0.1:8000/articles/[^/?#]+/", one)
    ] == []
