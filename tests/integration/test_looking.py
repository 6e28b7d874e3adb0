"""A look at the content folder beside the loading of the rest is the look itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """\
publication: {title: T, url: "https://news.example.org"}
content: {folder: content, exclude: ["secret*"]}
mail: {from: a@example.org}
"""
PROGRAM = """
import os, sys
from pathlib import Path
from syndicate.app.looking import Looking, look
from syndicate.configfile import load_config
config = load_config(Path("config.yaml"), {})
forks = []
real = os.fork
os.fork = lambda: forks.append(1) or FORK
looking = Looking(config)
assert looking.result() == look(config)
assert len(forks) == 1
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    print("no child is left")
"""


@pytest.mark.parametrize(
    "fork", ["real()", "(_ for _ in ()).throw(OSError())", "real() or os._exit(3)"], ids=["", "none", "died"]
)
def test_a_look_beside_is_the_look(tmp_path: Path, fork: str) -> None:
    """By a process of its own, without one, and where that one dies, the same is found."""
    (tmp_path / "config.yaml").write_text(CONFIG)
    content = tmp_path / "content"
    (content / "deep").mkdir(parents=True)
    (content / "a.md").write_text("# A\n\nWords.\n")
    (content / "secret.md").write_text("# B\n\nWords.\n")
    (content / "deep" / "picture.png").write_bytes(b"x")
    (content / "deep" / "out.md").symlink_to(tmp_path / "config.yaml")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.replace("FORK", fork)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "no child is left"), done.stderr
