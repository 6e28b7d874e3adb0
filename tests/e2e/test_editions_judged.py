"""The pages of editions from a running service, judged by html-validate and axe-core: 0 faults.

Needs what `test_pages_judged` needs. With SYNDICATE_PICTURES=FOLDER each page is pictured there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from test_pages_judged import HARD, judged
from test_pages_judged import judges as judges
from test_service import founded, free_port, here, running

NEWSLETTERS = """
newsletters:
  harian: {{title: Kabar Harian, at: "07:00"}}
  weekly: {{title: "Weekly {long} & <more>", at: "07:00", language: en}}
  nashra: {{title: النشرة اليومية, at: "07:00", language: ar}}
"""
NAMES = ("harian", "weekly", "nashra")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A service with an edition of each newsletter, of articles in several languages and some hard ones."""
    port = free_port()
    path = founded(tmp_path, port)
    text = path.read_text()
    start = text.index("\nnewsletters:")
    end = re.compile(r"^\w", re.MULTILINE).search(text, start + 2)
    rest = text[end.start() :] if end else ""
    path.write_text(text[:start] + NEWSLETTERS.format(long="x" * 40) + rest.replace("\nnewsletters:", ""))
    for day, language, title in ((1, "en", "Hard " + "x" * 70 + " <title>"), (2, "ar", "عنوان صعب")):
        words = {"word": "donau" * 20, "wide": "a | b", "rule": "---|" * 2}
        hard = HARD.format(title=f'"{title}"', day=day, language=language, **words)
        hard = hard.replace("aliases", f"slug: hard-{language}\naliases", 1)
        (tmp_path / "content" / f"hard-{language}.md").write_text(hard)
    here(tmp_path, "build")
    for name in NAMES:
        here(tmp_path, "subscribers", "add", "a@example.org", "--newsletter", name)
        here(tmp_path, "digest", "send", name, "--now")
    with running(tmp_path, port) as (url, _):
        yield url


def test_no_page_of_editions_has_a_fault(judges: Path, address: str) -> None:
    """The newsletters, a list, an edition in each language, and the page where there is none."""
    lists = [f"/editions/{name}/" for name in NAMES]
    pages = [httpx.get(f"{address}{one}").text.partition('class="issues"')[2] for one in lists]
    editions = [re.findall(r'href="http://[^/]*(/editions/[^"]+)"', page)[0] for page in pages]
    paths = ["/editions/", *lists, *editions, "/editions/harian/none/"]
    result = judged(judges, address, *paths)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(paths)} pages, 0 faults" in result.stdout
