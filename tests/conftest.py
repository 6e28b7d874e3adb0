"""What holds for every test: what a command sets of the process does not outlive the test that ran it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def the_log_says_what_it_said() -> Iterator[None]:
    """Give the logger its level back: a command that a test runs makes it silent for the tests behind it."""
    logger = logging.getLogger("syndicate")
    before = logger.level
    yield
    logger.setLevel(before)
