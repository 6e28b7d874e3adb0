"""Signing up at a running service, and its pages judged by html-validate and axe-core: 0 faults.

The latter needs what `test_pages_judged` needs. With SYNDICATE_PICTURES=FOLDER each page is pictured there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from test_pages_judged import judged
from test_pages_judged import judges as judges
from test_service import founded, free_port, here, letters, running, wait_for

LANGUAGES = ("en", "ar")
NEWSLETTERS = """
newsletters:
  harian: {title: Kabar Harian, at: "07:00", welcome: latest}
  mingguan: {title: "Weekly & <more> of everything", frequency: weekly, topics: [Kopi, Laut]}
"""


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A running service with two newsletters; gives its folder and address."""
    port = free_port()
    path = founded(tmp_path, port)
    text = path.read_text()
    start = text.index("\nnewsletters:")
    end = re.compile(r"^\w", re.MULTILINE).search(text, start + 2)
    rest = text[end.start() :] if end else ""
    path.write_text(text[:start] + NEWSLETTERS + rest)
    here(tmp_path, "build")
    here(tmp_path, "subscribers", "add", "a@example.org", "--newsletter", "harian")
    here(tmp_path, "digest", "send", "harian", "--now")
    with running(tmp_path, port) as (url, _):
        yield tmp_path, url


def link_for(folder: Path, address: str) -> str:
    """Return the path of the link in the letter that an address is sent, once it is there."""
    found: list[str] = []

    def is_there() -> bool:
        mine = [one for one in letters(folder) if one["To"] == address]
        texts = [part.get_content() for one in mine for part in one.iter_parts()]
        found[:] = [link for text in texts for link in re.findall(r"/confirm/[\w-]+", text)]
        return bool(found)

    wait_for(is_there)
    return found[0]


def test_a_visitor_signs_up_and_is_welcomed(service: tuple[Path, str]) -> None:
    """Form, letter in the mail folder, button, and the latest edition, within seconds of each other."""
    folder, url = service
    with httpx.Client(base_url=url, timeout=10) as visitor:
        front = visitor.get("/").text
        assert f'action="{url}/subscribe/"' in front
        answer = visitor.post("/subscribe/", data={"email": "kim@example.org", "newsletters": "harian"})
        assert answer.status_code == 200
        link = link_for(folder, "kim@example.org")
        assert visitor.get(link).status_code == 200
        assert "/preferences/" in visitor.post(link).text
    wait_for(lambda: sum(one["To"] == "kim@example.org" for one in letters(folder)) == 2)
    assert "kim@example.org" not in (folder / "log").read_text()
    assert "kim@example.org" in here(folder, "subscribers", "list")


def test_no_page_of_signing_up_has_a_fault(judges: Path, service: tuple[Path, str]) -> None:
    """The form, with and without faults, the page that names the letter, and the confirmation's pages.

    What answers a POST is judged as a copy among the published files.
    """
    folder, url = service
    found = {}
    with httpx.Client(base_url=url, timeout=10) as visitor:
        for language in LANGUAGES:
            where, email = f"?language={language}", f"{language}@example.org"
            chosen = {"newsletters": ["harian", "mingguan"], "topics": ["Laut"], "zone": "Asia/Tokyo"}
            found[f"wrong-{language}"] = visitor.post(
                f"/subscribe/{where}", data={"email": "x", "choose": "1"}
            )
            found[f"late-{language}"] = visitor.post(f"/subscribe/again{where}", data={"email": email})
            found[f"sent-{language}"] = visitor.post(f"/subscribe/{where}", data={"email": email, **chosen})
            link = link_for(folder, email)
            found[f"asks-{language}"] = visitor.get(link)
            found[f"done-{language}"] = visitor.post(link)
    assert [one.status_code for one in found.values()] == [422, 403, 200, 200, 200] * len(LANGUAGES)
    form = here(folder, "setup", "form")
    head = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<title>A blog</title>\n</head>\n'
    blog = f"{head}<body>\n<main>\n<h1>A blog</h1>\n{form}</main>\n</body>\n</html>\n"
    pages = {**{name: one.text for name, one in found.items()}, "blog": blog}
    for name, text in pages.items():
        (folder / "public" / f"{name}.html").write_text(text)
    paths = ["/", "/subscribe/", "/subscribe/?language=ar", "/confirm/nothing"]
    paths += [f"/{name}.html" for name in pages if name != "blog"]
    result = judged(judges, url, *paths)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(paths)} pages, 0 faults" in result.stdout
    said = judged(judges, url, "/blog.html").stdout
    assert "no-missing" not in said and "label" not in said and "wider" not in said, said
