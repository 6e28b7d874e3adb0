"""Whose page a form was sent from, by what browsers say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from syndicate.configfile import parse_config
from syndicate.web.origins import from_here, origin_of, said_from

WEB, PUBLICATION = "https://post.example.org", "https://news.example.org"


def sent(*headers: tuple[str, str], listen: str = "127.0.0.1:8000", host: str = "post.example.org") -> bool:
    """Tell whether a POST with these headers is taken for one from a page of ours."""
    text = (
        f"publication: {{title: N, url: {PUBLICATION}/kabar, language: en, timezone: UTC}}\n"
        f"web: {{url: {WEB}/akun, listen: '{listen}'}}\nmail: {{from: N <n@news.example.org>}}\n"
    )
    every = [("Host", host), *headers]
    fields = [(name.lower().encode(), value.encode("latin-1")) for name, value in every]
    config = parse_config(text, name="config.yaml", base=Path("/srv/news"), environment={})
    return from_here(Request({"type": "http", "headers": fields}), config)


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_a_browser_that_says_so_is_believed(site: str) -> None:
    """No page can set Sec-Fetch-Site; our own forms have a null Origin beside it."""
    assert sent(("Sec-Fetch-Site", site))
    assert sent(("Sec-Fetch-Site", site), ("Origin", "null"))
    assert sent(("Sec-Fetch-Site", site), ("Origin", WEB))


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", "SAME-ORIGIN", "anything"])
def test_a_page_elsewhere_is_refused(site: str) -> None:
    """Also one of a neighbouring host, also where an Origin says otherwise."""
    assert not sent(("Sec-Fetch-Site", site))
    assert not sent(("Sec-Fetch-Site", site), ("Origin", WEB))
    assert not sent(("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", site))


@pytest.mark.parametrize("origin", [WEB, PUBLICATION, "null", f"{WEB}:443", WEB.upper()])
def test_our_origins_are_ours(origin: str) -> None:
    """Both addresses of the configuration, and none where our own page hides its address."""
    assert sent(("Origin", origin))


@pytest.mark.parametrize(
    "origin",
    [
        *("https://evil.example", "http://post.example.org", f"{WEB}:8443", f"{WEB}.evil.example", ""),
        *("https://evil.example/https://post.example.org", f"{WEB}, https://evil.example", "file://", "\xe9"),
        *("http://127.0.0.1:8000", "http://localhost:8000"),
    ],
)
def test_other_origins_are_not(origin: str) -> None:
    """Scheme, host and port count, each whole."""
    assert not sent(("Origin", origin))
    assert not sent(("Origin", WEB), ("Origin", origin))


def test_who_says_nothing_is_let_through() -> None:
    """Old browsers and programs name no origin: the form's mark decides."""
    assert sent()


def test_this_machine_may_ask_by_its_own_name() -> None:
    """Where only this machine can ask, a page opened at its name is ours; never one led here by a name."""
    here = ("Origin", "http://localhost:8000")
    assert sent(here, host="localhost:8000")
    assert sent(("Origin", "http://[::1]:8000"), host="[::1]:8000", listen="[::1]:8000")
    assert not sent(here, host="localhost:8001")
    assert not sent(here, host="localhost:8000", listen="0.0.0.0:8000")
    assert not sent(("Origin", "http://evil.example:8000"), host="evil.example:8000")
    assert not sent(here, ("Host", "localhost:8000"), host="localhost:8000")


def test_an_origin_is_written_as_browsers_do() -> None:
    """Without path and usual port, in lower case, in ASCII."""
    assert origin_of("HTTPS://News.Example.org:443/a/b") == "https://news.example.org"
    assert origin_of("http://désa.example:8080/x") == "http://xn--dsa-bma.example:8080"
    assert origin_of("http://[::1]:80/") == "http://[::1]"


@given(st.lists(st.text(max_size=50)), st.lists(st.text(max_size=50), min_size=1))
def test_no_text_is_too_odd(sites: list[str], origins: list[str]) -> None:
    """Whatever is said is answered, and nothing but ours or null is ours."""
    assert not said_from(sites, [*origins, "https://evil.example"], [WEB])
    said_from([], origins, [WEB])
