"""What holds for every test: what a command sets of the process does not outlive the test that ran it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def the_log_says_what_it_said_before_the_file() -> Iterator[None]:
    """Give the logger its level back also where what all tests of a file share has run a command."""
    yield from _kept()


@pytest.fixture(autouse=True)
def the_log_says_what_it_said() -> Iterator[None]:
    """Give the logger its level back: a command that a test runs makes it silent for the tests behind it."""
    yield from _kept()


def _kept() -> Iterator[None]:
    logger = logging.getLogger("syndicate")
    before = logger.level
    yield
    logger.setLevel(before)
