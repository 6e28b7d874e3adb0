"""A visitor in Debian's Chromium, by mouse or by keyboard alone: he finds things by the words he reads.

Where he is asked to, each page he looks at is judged: light and dark, 375 and 1280 pixels wide, by axe-core
and for what that does not look at. What the browser complains of is a fault, and so is any request that
leaves this machine.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlsplit

import pytest

from syndicate.i18n import translations

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
PATIENCE: Final = 10_000  # milliseconds until something that should be on a page is missed
Looks = Sequence[tuple[int, str]]
LOOKS: Final[Looks] = ((375, "light"), (375, "dark"), (1280, "light"), (1280, "dark"))
AXE: Final = {"resultTypes": ["violations"], "preload": False, "rules": {"target-size": {"enabled": True}}}
# What sticks out at either side, and controls too small for a finger: axe looks for neither.
OWN: Final = """() => {
  const found = [], wide = document.documentElement.scrollWidth - innerWidth;
  if (wide > 0) found.push(`is ${wide} px wider than the window`);
  for (const one of document.body.querySelectorAll("*")) {
    const box = one.getBoundingClientRect();
    if (!box.width || !one.checkVisibility() || one.closest(".skip, .scroll, pre, select")) continue;
    const said = `<${one.localName}> ${one.name ?? one.textContent.trim().slice(0, 40)}`;
    if (box.left < -1 || box.right > innerWidth + 1) found.push(`${said} sticks out`);
    if (one.matches("button, input, select, textarea, summary") && Math.min(box.width, box.height) < 24)
      found.push(`${said} is only ${box.width} x ${box.height}`);
  }
  return found;
}"""
# Where the focus is: is it to be seen, and does nothing lie above it?
FOCUS: Final = """one => {
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const x = box.left + Math.min(box.width / 2, 20), y = box.top + Math.min(box.height / 2, 10);
  const top = document.elementFromPoint(x, y);
  const ring = style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth);
  if (!one.matches(":focus-visible") || ring < 2) return "has no focus ring";
  if (box.bottom < 0 || box.top > innerHeight) return "is out of sight";
  return top && (one.contains(top) || top.contains(one)) ? "" : "lies below something";
}"""


_HOUSES = count(1)


class Hand(Protocol):
    """How a visitor does what a page lets him do."""

    def presses(self, target: Locator) -> None: ...
    def types(self, target: Locator, text: str) -> None: ...
    def checks(self, target: Locator) -> None: ...
    def chooses(self, target: Locator, value: str) -> None: ...


class Mouse:
    """Points at things."""

    def presses(self, target: Locator) -> None:
        target.click()

    def types(self, target: Locator, text: str) -> None:
        target.fill(text)

    def checks(self, target: Locator) -> None:
        target.click()

    def chooses(self, target: Locator, value: str) -> None:
        target.select_option(value)


class Keyboard:
    """Has Tab, Space, Enter, arrows and letters, and must see at each thing where he is."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def presses(self, target: Locator) -> None:
        self._reaches(target)
        self._page.keyboard.press("Enter")

    def types(self, target: Locator, text: str) -> None:
        self._reaches(target)
        if target.get_attribute("type") == "time":
            text = text.replace(":", "")
        else:
            self._page.keyboard.press("Control+A")
        self._page.keyboard.type(text)

    def checks(self, target: Locator) -> None:
        self._reaches(target)
        self._page.keyboard.press("Space")

    def chooses(self, target: Locator, value: str) -> None:
        """Go to an option as one does: its first letters, then down to it."""
        self._reaches(target)
        label = target.locator(f'option[value="{value}"]').inner_text().strip()
        self._page.keyboard.press("Home")
        self._page.keyboard.type(label.partition(" ")[0])
        for _ in range(60):
            if target.input_value() == value:
                return
            self._page.keyboard.press("ArrowDown")
        pytest.fail(f"no key chooses {label}")

    def _reaches(self, target: Locator) -> None:
        target.wait_for(timeout=PATIENCE)
        for _ in range(60):
            self._page.keyboard.press("Tab")
            if target.evaluate("one => one === document.activeElement"):
                break
        else:
            pytest.fail(f"Tab does not lead to {target}")
        assert not (fault := target.evaluate(FOCUS)), f"{target} {fault}"


class Visitor:
    """Somebody at one page of one browser, who reads the language of the publication."""

    def __init__(self, page: Page, *, language: str, hand: Hand, looks: Looks, name: str) -> None:
        self.page = page
        self.faults: list[str] = []
        self.seen: list[str] = []
        self._said = translations(language, None).gettext
        self._hand = hand
        self._looks = looks
        self._name = name
        page.set_default_timeout(PATIENCE)
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        page.on("request", self._asked)

    # ------------------------------------------------------------ what he does

    def opens(self, url: str) -> None:
        self.page.goto(url)

    def presses(self, words: str) -> None:
        self._hand.presses(self._named("button", words))

    def follows(self, words: str) -> None:
        self._hand.presses(self._named("link", words))

    def unfolds(self, words: str) -> None:
        """Open a folded part; one that is open stays so."""
        if self.page.locator("details[open] > summary", has_text=self.said(words)).count():
            return
        self._hand.presses(self.page.locator("summary", has_text=self.said(words)))

    def types(self, words: str, text: str) -> None:
        self._hand.types(self._labelled(words), text)

    def checks(self, words: str) -> None:
        self._hand.checks(self._labelled(words))

    def chooses(self, words: str, value: str) -> None:
        self._hand.chooses(self._labelled(words), value)

    def skips_to_the_form(self, url: str) -> None:
        """Find the link over the head of the page first, where the focus is seen, and be behind the head."""
        self.opens(url)
        self.page.keyboard.press("Tab")
        skip = self.page.locator(".skip")
        assert not (fault := skip.evaluate(FOCUS)), fault
        self.page.keyboard.press("Enter")
        self.page.keyboard.press("Tab")
        assert self.page.locator("main :focus").count() == 1

    @contextmanager
    def another_tab(self, url: str) -> Iterator[Page]:
        """Have a page open in a tab of its own for the block."""
        tab = self.page.context.new_page()
        tab.goto(url)
        yield tab
        tab.close()

    # ------------------------------------------------------------ what he sees

    def said(self, words: str) -> str:
        """Return our words in his language."""
        return self._said(words)

    def sees(self, heading: str, *, name: str = "") -> None:
        """Read the page's heading; judge and picture the page in every look."""
        found = self.page.get_by_role("heading", level=1)
        found.wait_for(timeout=PATIENCE)
        assert found.inner_text() == self.said(heading), self.page.locator("main").inner_text()
        self.looks(name or heading)

    def looks(self, name: str) -> None:
        if not self._looks or name in self.seen:
            return
        self.seen.append(name)
        view = self.page.viewport_size
        self.page.evaluate(_axe_source())
        for width, scheme in self._looks:
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            where = f"{name} ({width} px, {scheme})"
            self.faults += [f"{where}: {fault}" for fault in self.page.evaluate(OWN)]
            self.faults += [f"{where}: {fault}" for fault in self._axe()]
            self._pictured(f"{name}-{width}-{scheme}")
        if view:
            self.page.set_viewport_size(view)
        self.page.emulate_media(color_scheme="light")

    def reads(self, words: str) -> bool:
        return words in self.page.locator("main").inner_text()

    def _named(self, role: str, words: str) -> Locator:
        kind = self.page.get_by_role(
            "button" if role == "button" else "link", name=self.said(words), exact=True
        )
        return self.page.locator("main").locator(kind).first

    def _labelled(self, words: str) -> Locator:
        return self.page.locator("main").get_by_label(self.said(words), exact=True).first

    def _axe(self) -> Iterator[str]:
        found = self.page.evaluate("options => axe.run(document, options)", AXE)
        for one in found["violations"]:
            for node in one["nodes"][:3]:
                yield f"{one['id']}: {node['target']} {one['help']}"

    def _pictured(self, name: str) -> None:
        if folder := os.environ.get("SYNDICATE_PICTURES"):
            file = re.sub(r"\W+", "_", f"{self._name}-{len(self.seen):02}-{name}").strip("_")
            self.page.screenshot(path=Path(folder) / f"{file}.png", full_page=True)

    def _console(self, message: ConsoleMessage) -> None:
        """Take down what the browser complains of, but for a page that refuses, and the missing icon."""
        url = message.location["url"]
        is_status = message.text.startswith("Failed to load resource") and (
            url == self.page.url or urlsplit(url).path == "/favicon.ico"
        )
        if message.type in ("error", "warning") and not is_status:
            self.faults.append(f"{self.page.url}: {message.text} ({url})")

    def _asked(self, request: Request) -> None:
        if urlsplit(request.url).hostname != "127.0.0.1" and not request.url.startswith("data:"):
            self.faults.append(f"{self.page.url}: asks for {request.url}")


def _axe_source() -> str:
    spec = find_spec("axe_playwright_python")
    assert spec is not None
    assert spec.origin is not None
    return (Path(spec.origin).parent / "axe.min.js").read_text("utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run the machine's Chromium for the block; skips where it or Playwright is missing."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    for package in ("playwright", "axe_playwright_python"):
        if find_spec(package) is None:
            pytest.skip(f"the Python package {package} is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visiting(
    browser: Browser,
    name: str,
    *,
    language: str = "en",
    keyboard: bool = False,
    looks: Looks = (),
    scripts: bool = True,
    width: int = 1280,
) -> Iterator[Visitor]:
    """Let somebody visit, with a browser that knows nobody yet; at the end nothing may have been wrong."""
    context = browser.new_context(
        locale={"en": "en-GB"}.get(language, language),
        extra_http_headers={"X-Forwarded-For": f"203.0.113.{next(_HOUSES)}"},  # sign-ups are counted by house
        java_script_enabled=scripts,
        viewport={"width": width, "height": 800},
        accept_downloads=True,
    )
    page = context.new_page()
    hand: Hand = Keyboard(page) if keyboard else Mouse()
    visitor = Visitor(page, language=language, hand=hand, looks=looks, name=name)
    try:
        yield visitor
        assert not context.cookies()
    finally:
        context.close()
        if visitor.faults:
            print("\n".join(visitor.faults))
    assert not visitor.faults, "\n".join(visitor.faults)
