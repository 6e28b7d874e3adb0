"""The printed service, judged by systemd itself; and the command that prints."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from test_service import founded, free_port, here, syndicate

ANALYZE = shutil.which("systemd-analyze")


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    """A unit, printed for a publication in a folder with a name that needs quotes."""
    folder = tmp_path / "kabar \"désa\" 'x' $y %h #1"
    folder.mkdir()
    founded(folder, free_port())
    for name in ("public", "var"):
        (folder / name).mkdir(exist_ok=True)
    here(folder, "setup", "systemd", "--output", str(tmp_path / "syndicate.service"))
    return tmp_path / "syndicate.service"


@pytest.mark.skipif(not ANALYZE, reason="no systemd-analyze on this machine")
def test_systemd_understands_the_service(printed: Path) -> None:
    """`systemd-analyze verify` has nothing to say; an unknown setting or a bad path it would name."""
    assert ANALYZE
    assert _verified(ANALYZE, printed) == ""
    printed.write_text(printed.read_text().replace("PrivateTmp=", "PrivatTmp="))
    assert "PrivatTmp" in _verified(ANALYZE, printed)


def _verified(analyze: str, file: Path) -> str:
    """Return what systemd says of a unit, but of this machine, on which it may not run."""
    command = [analyze, "verify", "--man=no", "--recursive-errors=no", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "\n".join(line for line in done.stderr.splitlines() if file.name in line)


def test_a_file_that_is_there_is_not_lost(printed: Path, tmp_path: Path) -> None:
    """Written again where it is the same, kept where somebody changed it, replaced when told to."""
    (folder,) = (path for path in tmp_path.iterdir() if path.is_dir())
    here(folder, "setup", "systemd", "--output", str(printed))
    printed.write_text("his")
    syndicate(folder, "setup", "systemd", "--output", str(printed), status=1)
    assert printed.read_text() == "his"
    here(folder, "setup", "systemd", "--output", str(printed), "--replace")
    assert printed.read_text() == here(folder, "setup", "systemd")
