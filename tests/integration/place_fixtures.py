"""Fixtures of tests about `publish.to`, which name this module among their plugins: a folder and a bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from bucket_server import KEY, SECRET, Gate, Moto
from place import There


@pytest.fixture(scope="module")
def moto() -> Iterator[Moto]:
    with Moto().running() as running:
        yield running


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


@pytest.fixture
def gate(moto: Moto, credentials: None) -> Iterator[Gate]:
    with Gate(moto).running() as running:
        yield running


@pytest.fixture(params=["folder", "bucket"])
def there(request: pytest.FixtureRequest, moto: Moto, gate: Gate, tmp_path: Path) -> There:
    (tmp_path / "srv").mkdir()
    return There(moto, gate, tmp_path / "srv" / "www" if request.param == "folder" else None)


@pytest.fixture
def bucket(moto: Moto, gate: Gate) -> There:
    return There(moto, gate, None)
