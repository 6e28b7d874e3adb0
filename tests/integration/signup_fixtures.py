"""Fixtures of tests that sign up: a publication, and a visitor of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from publications import Publication, maker
from signup_steps import INTO_FOLDER, visiting


@pytest.fixture
def news(tmp_path: Path) -> Iterator[Publication]:
    """A publication whose letters go into a folder."""
    with maker(tmp_path) as make:
        yield make(more=INTO_FOLDER)


@pytest.fixture
def visitor(news: Publication) -> Iterator[httpx.Client]:
    with visiting(news) as client:
        yield client
