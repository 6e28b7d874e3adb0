"""Where letters arrive: a folder with a file for each. What is new for somebody, and where it leads."""

from __future__ import annotations

import email
import email.policy
import html
import re
import time
from email.message import EmailMessage
from pathlib import Path

PATIENCE = 20.0  # seconds until a letter is missed


class Letterbox:
    """The letters that a relay, or the folder transport, has put into `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: set[Path] = set()

    def new_for(self, address: str) -> EmailMessage:
        """Wait for a letter to somebody that he has not been given yet, and return it."""
        deadline = time.monotonic() + PATIENCE
        while True:
            for path in self._unknown():
                letter = parsed(path)
                if letter["To"] == address:
                    self._known.add(path)
                    return letter
            assert time.monotonic() < deadline, f"no letter came to {address}"
            time.sleep(0.05)

    def nothing_for(self, address: str, *, seconds: float = 1.5) -> bool:
        """Tell whether no letter comes to somebody in this time."""
        time.sleep(seconds)
        return all(parsed(path)["To"] != address for path in self._unknown())

    def _unknown(self) -> list[Path]:
        files = self._folder.glob("*") if self._folder.is_dir() else ()
        return sorted({one for one in files if not one.name.startswith(".")} - self._known)


def parsed(path: Path) -> EmailMessage:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def link_in(letter: EmailMessage, part: str) -> str:
    """Return the one address below `part` in a letter, which stands in its text and in its HTML."""
    shown = {html.unescape(one) for one in re.findall(r'href="([^"]+)"', _content(letter, "html"))}
    [found] = {one for one in shown if part in one}
    assert found in _content(letter, "plain"), f"{found} is not in the letter's text"
    return found


def _content(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None, f"the letter has no {kind} part"
    return str(body.get_content())
