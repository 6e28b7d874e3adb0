"""Whatever is sent to a form: no fault of the server, and no change without a mark that our page gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from publications import Publication, maker
from signup_steps import INTO_FOLDER, everything, offers_several, visiting
from visiting import known, letters_to, link_in
from visiting import visiting as browsing

from syndicate.app.keyring import keyring

ANA = "kim.lee@example.org"
FIELDS = [
    *("email", "newsletters", "frequency", "topics", "topic", "language", "zone", "at", "pictures", "mark"),
    *("choose", "every", "pause", "until", "with_pictures", "reason", "words", "yes", "List-Unsubscribe", ""),
]
VALUES = [
    *("a@example.org", "Kim.Lee@Example.org", "a@[127.0.0.1]", '"a b"@example.org', "a@пример.example"),
    *("daily", "weekly", "closed", "instant", "Politics", "ja", "Asia/Tokyo", "07:00", "2026-12-24", "1m"),
    *("2026-02-30", "9999-12-31", "0001-01-01", "-1", "yes", "0" * 64, "'; --", "<script>", "One-Click", ""),
    *("../../etc/passwd", "%s%n", "\u202e", "{{ 7*7 }}", "\r\nBcc: x@example.org"),
]
TEXTS = st.sampled_from(VALUES) | st.text(max_size=40)
NAMES = st.sampled_from(FIELDS) | st.text(max_size=10)
PAIRS = st.lists(st.tuples(NAMES, TEXTS), max_size=8)
KINDS = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=koi8-r",
    "multipart/form-data; boundary=b",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
]
ORIGINS = [None, "null", "http://127.0.0.1:8000", "https://evil.example"]


@dataclass(frozen=True)
class Sent:
    """A body with its kind, and what a browser says of where it comes from."""

    body: bytes
    kind: str
    origin: str | None
    language: str


def _urlencoded(pairs: list[tuple[str, str]]) -> bytes:
    return "&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()


def _parts(pairs: list[tuple[str, str]]) -> bytes:
    each = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in pairs
    )
    return ("".join(each) + "--b--\r\n").encode()


BODIES = PAIRS.map(_urlencoded) | PAIRS.map(_parts) | st.binary(max_size=200)
SENT = st.builds(
    Sent,
    BODIES,
    st.sampled_from(KINDS),
    st.sampled_from(ORIGINS),
    st.sampled_from(["", "ar", "xx", "../x", "\x00"]),
)
ANY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class World:
    """A publication and a visitor, a subscriber's token, and the fresh link to his account."""

    news: Publication
    visitor: httpx.Client
    known: str
    account: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with maker(tmp_path_factory.mktemp("forms")) as make:
        news = make(more=INTO_FOLDER)
        offers_several(news)
        news.people_subscribe(ANA)
        token = known(news, ANA).token
        with browsing(news) as browser:
            browser.opens(f"/preferences/{token}")
            browser.sends("/link")
        account = link_in(letters_to(news, ANA, "account")[0], "account")
        with visiting(news) as visitor:
            yield World(news, visitor, token, account)


def posted(world: World, path: str, sent: Sent) -> httpx.Response:
    headers = {"content-type": sent.kind, **({"origin": sent.origin} if sent.origin else {})}
    answer = world.visitor.post(path, params={"language": sent.language}, content=sent.body, headers=headers)
    assert answer.status_code < 500, (path, sent, answer.text)
    return answer


@ANY
@given(sent=SENT)
def test_the_form_for_everybody_writes_a_sign_up_and_nothing_else(world: World, sent: Sent) -> None:
    """Not one row but those of sign-ups and of what they agreed to; no 5xx."""
    before = everything(world.news)
    for path in ("/subscribe/", "/subscribe", "/subscribe/again", "/api/subscribe"):
        posted(world, path, sent)
    after = everything(world.news)
    changed = {name for name in after if after[name] != before[name]}
    assert changed <= {"signup", "wording", "setting"}


@ANY
@given(
    sent=SENT,
    end=st.sampled_from(
        ["/unsubscribe/{}", "/confirm/{}", "/account/{}/move", "/account/{}/delete", "/move/{}"]
    ),
    token=st.sampled_from(["nobody", "%00", "..%2f..", "%C3%A9", "x" * 300, "{}x", "x{}", "{}%20"]),
)
def test_a_link_that_is_not_known_does_nothing(world: World, sent: Sent, end: str, token: str) -> None:
    """Whatever is sent behind it: nothing is there, and nothing changes."""
    before = everything(world.news)
    answer = posted(world, end.format(token.format(world.known)), sent)
    assert answer.status_code in (303, 404, 405, 429)
    assert everything(world.news) == before


@ANY
@given(
    sent=SENT,
    end=st.sampled_from(
        [
            *("/unsubscribe/{}/undo", "/unsubscribe/{}/reason", "/preferences/{}", "/preferences/{}/link"),
            *("ACCOUNT", "ACCOUNT/export", "ACCOUNT/move", "ACCOUNT/delete"),
        ]
    ),
)
def test_a_link_that_is_known_does_nothing_without_a_mark(world: World, sent: Sent, end: str) -> None:
    """Neither what is posted nor a GET or HEAD of it."""
    path = end.format(world.known).replace("ACCOUNT", world.account)
    before = everything(world.news)
    answer = posted(world, path, sent)
    for method in ("GET", "HEAD"):
        said = {"language": sent.language}
        assert world.visitor.request(method, path, params=said).status_code in (200, 303, 405)
    assert answer.status_code in (400, 403, 405, 415)
    assert everything(world.news) == before


@ANY
@given(
    pairs=PAIRS, path=st.sampled_from(["/preferences/{}", "/preferences/{}/link", "/unsubscribe/{}/reason"])
)
def test_a_form_of_ours_takes_what_there_is_and_names_the_rest(
    world: World, pairs: list[tuple[str, str]], path: str
) -> None:
    """With its mark a form may say anything: it is saved, or shown again with what is wrong."""
    purpose = {"k": "link", "n": "reason"}.get(path[-1], "preferences")
    mark = keyring(world.news.site).form_token(purpose, world.known, now=world.news.now)
    body = _urlencoded([("mark", mark), *((name, value) for name, value in pairs if name != "mark")])
    answer = posted(world, path.format(world.known), Sent(body, KINDS[0], "null", ""))
    assert answer.status_code in (200, 400, 422)  # 400: a NUL character
    assert known(world.news, ANA).state.value == "active"
