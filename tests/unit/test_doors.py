"""One door per library: who may import what, as the house says."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "syndicate"

DOORS = {
    "aiosmtplib": "delivery/smtp.py",
    "alembic": "store/",
    "apscheduler": "schedule.py",
    "babel": "i18n/",
    "brotli": "publish/compress.py",
    "click": "cli/",
    "css_inline": "digest/inline.py",
    "dateparser": "content/dates.py",
    "docutils": "content/docutil.py",
    "email_validator": "emails.py",
    "feedgen": "feeds/generator.py",
    "jinja2": "templating.py",
    "nh3": "markup.py",
    "obstore": "publish/bucket.py",
    "pydantic": "config",
    "pyromark": "content/markdown.py",
    "rich": "cli/",
    "sqlalchemy": "store/",
    "starlette": "web/",
    "uvicorn": "web/server.py",
    "watchfiles": "watching.py",
    "yaml": "yamldoc.py",
}


@cache
def _imports() -> list[tuple[str, str]]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names = [node.module]
            found += [(name.split(".")[0], path.relative_to(SOURCE).as_posix()) for name in names]
    return found


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_is_imported_behind_its_door_alone(library: str) -> None:
    """Each library has one file or folder that knows it, and that one does."""
    users = {path for name, path in _imports() if name == library}
    assert users
    assert all(path.startswith(DOORS[library]) for path in users), users
