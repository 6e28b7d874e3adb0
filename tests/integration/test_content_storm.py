"""A storm: whatever happens to a content folder, what is built in steps equals what is built from scratch.

STORMS sets how many seeds are run, from STORM_FROM on.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from content_weather import Weather
from publications import Publication, maker

FIRST = int(os.environ.get("STORM_FROM", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("STORMS", "5")))
STEPS = 14
MORE = """\
pages: false
links:
  - pattern: /{slug}/
feeds: {items: 3, content: full}
"""


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Publication]:
    with maker(tmp_path) as make:
        made = make(more=MORE)
        if request.getfixturevalue("seed") % 2 == 0:
            made.configuration_says("pages: false", "pages: true")
        made.configuration_says(
            "{folder: content, every: 1s}",
            "{folder: content, every: 1s, withdraw_after: 15m, include: [kept]}",
        )
        made.people_subscribe("ann@reader.example")
        yield made


@pytest.mark.parametrize("seed", SEEDS)
def test_step_by_step_is_as_from_scratch(
    site: Publication, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bytes, records, faults and the file of ids are those of a build from the folder and the ids alone."""
    monkeypatch.setattr(os, "fsync", lambda _descriptor: None)  # no machine falls here, only a process
    weather = Weather(site, Random(seed), monkeypatch)  # noqa: S311
    chance = weather.chance
    of_a_site = seed % 3 == 0
    if of_a_site:
        (weather.folder / "hugo.toml").write_text('baseURL = "https://example.org/"\n')
    try:
        for _ in range(chance.randint(0, 6)):
            weather.something_happens()
        weather.is_built(hinted=False)
        for _ in range(STEPS):
            for _ in range(chance.randint(1, 3)):
                weather.something_happens()
            if chance.random() < 0.08:
                weather.settings_change()
            if chance.random() < 0.03:
                weather.database_is_lost()
            if chance.random() < 0.25:
                weather.is_built(hinted=chance.random() < 0.4, crash_at=chance.randint(1, 16))
            weather.is_built(hinted=chance.random() < 0.5)
            if of_a_site:  # that a section lost its last dated file shows a scan later
                weather.is_built(hinted=False)
            weather.holds()
    except BaseException:
        print("\n".join(weather.log))
        raise
