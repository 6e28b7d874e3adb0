"""The API against its own description: requests that fit it or do not, made by schemathesis."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from publications import maker
from signup_steps import INTO_FOLDER, letters_leave, offers_several, visiting

# What fits the schema may still name a zone or language that there is not: 422 says so.
CONFIG = """\
[checks.positive_data_acceptance]
expected-statuses = ["202", "422"]
"""


@pytest.mark.skipif(not find_spec("schemathesis"), reason="schemathesis is not installed")
def test_every_answer_is_as_the_description_says(tmp_path: Path) -> None:
    """No status, type or body that it does not name, no fault of the server, nothing wrong that is taken."""
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    with maker(tmp_path / "sites") as make:
        (tmp_path / "sites").mkdir()
        news = make(more=INTO_FOLDER)
        offers_several(news)
        with visiting(news) as client:
            done = subprocess.run(
                [
                    *(sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"),
                    *("run", f"{client.base_url}/api/openapi.json", "--url", str(client.base_url)),
                    *("--max-examples", "30", "--seed", "1", "--continue-on-failure", "--no-color"),
                    *("--generation-database", "none"),
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                timeout=100,
                check=False,
            )
        letters_leave(news)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
