"""What a subscriber does by the links in his letters, at a running service; its pages judged: 0 faults.

The latter needs what `test_pages_judged` needs. With SYNDICATE_PICTURES=FOLDER each page is pictured there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from lxml.html import document_fromstring
from test_pages_judged import judged
from test_pages_judged import judges as judges
from test_service import founded, free_port, here, letters, running, wait_for

NEWSLETTERS = """
newsletters:
  harian: {title: Kabar Harian, at: "07:00", language: en, topics: [Kopi, Laut, "Seni & <Budaya>"]}
  nashra: {title: النشرة اليومية, at: "07:00", language: ar, topics: [قهوة, بحر]}
"""
NAMES = ("harian", "nashra")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A running service with a subscriber of each newsletter, each of whom has a letter."""
    port = free_port()
    path = founded(tmp_path, port)
    text = path.read_text()
    start = text.index("\nnewsletters:")
    end = re.compile(r"^\w", re.MULTILINE).search(text, start + 2)
    path.write_text(text[:start] + NEWSLETTERS + (text[end.start() :] if end else ""))
    here(tmp_path, "build")
    for name in NAMES:
        here(tmp_path, "subscribers", "add", f"{name}@example.org", "--newsletter", name)
        here(tmp_path, "digest", "send", name, "--now")
    with running(tmp_path, port) as (url, _):
        yield tmp_path, url


class Visitor:
    """A visitor with a browser, without scripts: `text` is the page that he sees."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=10, headers={"accept": "text/html"})
        self.text = ""
        self.path = ""

    def opens(self, path: str) -> str:
        self.path, self.text = path, self.client.get(path).text
        return self.text

    def sends(self, ending: str = "", said: Mapping[str, str | list[str]] | None = None) -> str:
        """Send the form with that action, as it stands but for what is said."""
        found = document_fromstring(self.text).xpath("//form")
        assert isinstance(found, list)
        form = next(one for one in found if (one.get("action") or "").endswith(ending))  # type: ignore[union-attr]
        fields: dict[str, str | list[str]] = {
            str(name): str(value)
            for name, value in form.form_values()  # type: ignore[union-attr]
        }
        self.path = urljoin(self.path, form.get("action") or "")  # type: ignore[union-attr]
        self.text = self.client.post(self.path, data={**fields, **(said or {})}).text
        return self.text


def link_for(folder: Path, address: str, kind: str, *, than: int = 0) -> str:
    """Return the path of the newest link of a kind that an address was mailed, once there are more `than`."""
    found: list[str] = []

    def is_there() -> bool:
        mine = [one for one in letters(folder) if one["To"].strip("<>") == address]
        texts = [part.get_content() for one in mine for part in one.iter_parts()]
        found[:] = [link for text in texts for link in re.findall(rf"/{kind}/[\w-]+", text)]
        return len(found) > than

    wait_for(is_there)
    return found[-1]


def test_links_of_letters_lead_all_the_way(service: tuple[Path, str]) -> None:
    """Preferences, the mailed link, another address, deletion: by letters alone, over the running service."""
    folder, url = service
    visitor = Visitor(url)
    visitor.opens(link_for(folder, "harian@example.org", "preferences"))
    assert "Your preferences are saved" in visitor.sends(said={"frequency": "weekly"})
    visitor.sends("/link")
    account = link_for(folder, "harian@example.org", "account")
    assert visitor.client.get(f"{account}/export").json()["person"]["email"] == "harian@example.org"
    visitor.opens(account)
    visitor.sends("/move", {"email": "baru@example.org"})
    visitor.opens(link_for(folder, "baru@example.org", "move"))
    visitor.sends()
    assert "baru@example.org" in here(folder, "subscribers", "list")
    wait_for(lambda: sum(one["To"].strip("<>") == "harian@example.org" for one in letters(folder)) == 3)
    log = (folder / "log").read_text()
    assert "@example.org" not in log and account not in log


def test_no_page_of_links_has_a_fault(judges: Path, service: tuple[Path, str]) -> None:
    """Each page in English and Arabic, judged as a copy among the published files."""
    folder, url = service
    pages: dict[str, str] = {}
    for name in NAMES:
        visitor, address = Visitor(url), f"{name}@example.org"

        def keep(what: str, text: str, name: str = name) -> None:
            pages[f"{what}-{name}"] = text

        leave = link_for(folder, address, "unsubscribe")
        keep("ask", visitor.opens(leave))
        keep("left", visitor.sends())
        left = visitor.text
        keep("thanks", visitor.sends("/reason", {"reason": "many"}))
        keep("done", visitor.opens(leave))
        visitor.text = left
        keep("undone", visitor.sends("/undo"))
        keep("form", visitor.opens(leave.replace("unsubscribe", "preferences")))
        keep("saved", visitor.sends(said={"frequency": "weekly", "pause": "week"}))
        keep("wrong", visitor.sends(said={"at": "25", "zone": "x", "every": [], "pause": "date"}))
        visitor.opens(leave.replace("unsubscribe", "preferences"))
        keep("sent", visitor.sends("/link"))
        account = link_for(folder, address, "account")
        keep("account", visitor.opens(account))
        keep("bad", visitor.sends("/move", {"email": "nobody"}))
        keep("unsure", visitor.sends("/delete"))
        keep("refused", visitor.client.post(f"{account}/delete").text)
        visitor.opens(account)
        visitor.sends("/move", {"email": f"{name}2@example.org"})
        keep("move", visitor.opens(link_for(folder, f"{name}2@example.org", "move")))
        keep("moved", visitor.sends())
        visitor.opens(leave.replace("unsubscribe", "preferences"))
        visitor.sends("/link")
        visitor.opens(link_for(folder, f"{name}2@example.org", "account"))
        keep("deleted", visitor.sends("/delete", {"yes": "1"}))
    for what, text in pages.items():
        (folder / "public" / f"{what}.html").write_text(text)
    paths = [f"/{what}.html" for what in pages]
    paths += ["/account/nothing", "/preferences/nothing", "/unsubscribe/nothing", "/preferences/test"]
    result = judged(judges, url, *paths)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(paths)} pages, 0 faults" in result.stdout
