"""A subscriber's whole way in a real browser, at a running service, with letters in a folder and by Postfix.

Needs Debian's chromium, and postfix for one test. With SYNDICATE_PICTURES=FOLDER each page is pictured there,
narrow and wide, light and dark.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import postfix_server
import pytest
from browsing import LOOKS, chromium, visiting
from letterbox import link_in
from subscriber_story import Town, confirms, other_site, town, whole_story
from test_service import here

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.timeout(240)  # a browser on a busy machine

OTHER = """<!doctype html><html lang="en"><title>Another site</title>
<style>input, button { min-height: 2rem }</style><main><h1>Another site</h1>"""
FAULTY = """<!doctype html><html lang="en"><title>Faulty</title>
<meta http-equiv="Content-Security-Policy" content="script-src 'none'">
<main><h1>Faulty</h1><script>document.title = "ran"</script>
<p style="color: #ccc; background: #fff">Faint</p><p style="width: 4000px">Wide</p>
<button style="width: 9px; height: 9px; padding: 0">x</button>
<img alt="" src="http://elsewhere.invalid/x.png"></main></html>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town(tmp_path_factory.mktemp("town") / "site") as opened:
        yield opened


def test_the_whole_way(browser: Browser, place: Town) -> None:
    """Sign up, confirm, choose, read, leave, come back, leave, move, be gone: no page has a fault."""
    with visiting(browser, "story", looks=LOOKS) as visitor:
        whole_story(visitor, place, "ann")


def test_the_whole_way_by_keyboard_without_scripts(browser: Browser, place: Town) -> None:
    """Tab, Space, Enter and letters do all, narrow and without scripts; it is always seen where one is."""
    with visiting(browser, "keyboard", keyboard=True, scripts=False, width=375) as visitor:
        visitor.skips_to_the_form(f"{place.url}/subscribe/")
        whole_story(visitor, place, "ben")


def test_the_whole_way_from_right_to_left(browser: Browser, tmp_path: Path) -> None:
    """An Arabic publication has the same way, its pages run from right to left and nothing sticks out."""
    with (
        town(tmp_path / "site", language="ar") as place,
        visiting(browser, "arabic", language="ar", looks=LOOKS[::3]) as visitor,
    ):
        whole_story(visitor, place, "cid")


def test_the_whole_way_by_postfix(browser: Browser) -> None:
    """Letters that go by a real Postfix into a mailbox lead the same way."""
    if why := postfix_server.lacking():
        pytest.skip(why)
    with tempfile.TemporaryDirectory(prefix="syndicate-") as made:
        folder = Path(made)
        folder.chmod(0o755)
        with (
            postfix_server.running(folder) as port,
            town(folder / "site", relay=port, mailbox=postfix_server.mailbox(folder)) as place,
            visiting(browser, "postfix", scripts=False) as visitor,
        ):
            whole_story(visitor, place, "dan")


def test_a_form_on_another_site(browser: Browser, place: Town, tmp_path: Path) -> None:
    """What `setup form` prints signs up from another origin; the link brings back nobody who left."""
    form = here(place.folder, "setup", "form", "--newsletter", "daily")
    (tmp_path / "index.html").write_text(f"{OTHER}{form}</main></html>")
    with other_site(tmp_path) as url, visiting(browser, "other", looks=LOOKS[::3]) as visitor:
        visitor.opens(f"{url}/index.html")
        visitor.sees("Another site")
        visitor.types("Your e-mail address", "eve@example.org")
        visitor.presses("Subscribe")
        visitor.sees("Check your mail")
        assert visitor.page.url.startswith(place.url)
        link = link_in(place.letters.new_for("eve@example.org"), "/confirm/")
        confirms(visitor, place, "eve@example.org", link)
        for step in ("Preferences", "Unsubscribe"):
            visitor.follows(step)
        visitor.presses("Unsubscribe")
        visitor.sees("You are unsubscribed")
        visitor.opens(link)
        visitor.sees("You have unsubscribed since")


def test_the_visitor_sees_a_fault(browser: Browser, tmp_path: Path) -> None:
    """A forbidden script, a wide line, a small button, faint words, a picture from elsewhere are seen."""
    (tmp_path / "index.html").write_text(FAULTY)
    with (
        other_site(tmp_path) as url,
        pytest.raises(AssertionError) as raised,
        visiting(browser, "faulty", looks=LOOKS[:1]) as visitor,
    ):
        visitor.opens(f"{url}/index.html")
        visitor.sees("Faulty")
    for fault in (
        "Content Security Policy",
        "wider than the window",
        "is only",
        "color-contrast",
        "asks for",
    ):
        assert fault in str(raised.value)
