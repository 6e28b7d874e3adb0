"""Publications in folders of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from publications import Publication


@pytest.fixture
def publication(tmp_path: Path) -> Iterator[Callable[..., Publication]]:
    """Return a maker of publications; each is closed when the test ends."""
    from publications import Publication

    with ExitStack() as stack:

        def make(
            *, zone: str = "UTC", more: str = "", now: datetime = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
        ) -> Publication:
            folder = tmp_path / f"site{len(list(tmp_path.iterdir()))}"
            return Publication(folder, stack, zone=zone, more=more, now=now)

        yield make
