"""A subscriber's whole way in a real browser, against `syndicate run` with letters in a folder, and by Postfix.

Needs Debian's chromium, and postfix for one test. With SYNDICATE_PICTURES=FOLDER each page is pictured there,
narrow and wide, light and dark.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import postfix_server
import pytest
from browsing import chromium, visiting
from subscriber_story import Town, town, whole_story

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town") / "site") as opened:
        yield opened


def test_the_whole_way_on_paper_and_glass(browser: Browser, place: Town) -> None:
    """Sign up, confirm, choose, read, leave, come back, leave, take it all along: no page has a fault."""
    with visiting(browser, "story", judges=True) as visitor:
        whole_story(visitor, place, "ann")
