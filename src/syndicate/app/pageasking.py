"""Whether a page is there: asked of the publication's own host, politely."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock, Thread
from time import monotonic
from typing import Final
from urllib.parse import urljoin

from syndicate import __version__
from syndicate.app.outgoing import TIMEOUT, NoAnswer, Request, ask
from syndicate.links import on_host

_REDIRECTS: Final = 3
_AT_ONCE: Final = 4  # pages asked for side by side
_MOVED: Final = (301, 302, 303, 307, 308)
_NO_HEAD: Final = (405, 501)  # then GET is tried: RFC 9110 wants HEAD everywhere, not all have it


def why_not(address: str, base: str, *, timeout: float = TIMEOUT) -> str:
    """Return why the page at `address` of the publication at `base` is not there, "" where it is.

    It is where HEAD, or GET where that is not known, ends in 200, after three redirects within the host at
    most.
    """
    until = monotonic() + timeout
    headers = {"User-Agent": f"syndicate/{__version__} (+{base}/)", "Cache-Control": "no-cache"}
    method, redirects = "HEAD", 0
    while True:
        left = until - monotonic()
        if left <= 0:
            return f"no answer within {timeout:.2g} s"
        try:
            answer = ask(Request(method, address, headers=headers), timeout=left)
        except NoAnswer as error:
            return str(error)
        if answer.status == 200:
            return ""
        if answer.status in _NO_HEAD and method == "HEAD":
            method = "GET"
            continue
        if answer.status not in _MOVED:
            return f"it answered {answer.status}"
        redirects += 1
        address = urljoin(address, answer.headers.get("location", ""))
        if not on_host(address, base):
            return f"it answered {answer.status}, which leads to another host"
        if redirects > _REDIRECTS:
            return "it leads from one address to the next without an end"


def answers(addresses: Iterable[str], base: str, *, within: float = float("inf")) -> dict[str, str]:
    """Return `why_not` of each address; of those that could not be asked `within` so many seconds nothing."""
    until = monotonic() + within
    waiting, lock = iter(dict.fromkeys(addresses)), Lock()
    found: dict[str, str] = {}

    def work() -> None:
        while True:
            with lock:
                one = next(waiting, None)
            left = until - monotonic()
            if one is None or left <= 0:
                return
            found[one] = why_not(one, base, timeout=min(TIMEOUT, left))

    # no pool: its threads would be waited for when the process is to end
    threads = [Thread(target=work, daemon=True) for _ in range(_AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
