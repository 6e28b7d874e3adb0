"""Two commands at once on one publication: they take turns, and nobody gets two letters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from test_service import founded, free_port, here, letters

PEOPLE = 60


def test_two_sends_and_a_build_at_once_mail_everybody_once(tmp_path: Path) -> None:
    """One makes the edition, both see it through; each subscriber has one letter."""
    founded(tmp_path, free_port())
    here(tmp_path, "subscribers", "add", *(f"p{n}@example.org" for n in range(PEOPLE)))
    words = (["digest", "send", "daily", "--now"], ["digest", "send", "daily", "--now"], ["build"])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "syndicate", *command],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for command in words
    ]
    for process in running:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
    assert sorted(letter["To"] for letter in letters(tmp_path)) == sorted(
        f"p{n}@example.org" for n in range(PEOPLE)
    )
