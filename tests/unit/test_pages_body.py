"""The body of an article on its page."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.markup import sanitise
from syndicate.model import Picture
from syndicate.pages.body import readable

Event = tuple[str, str, tuple[tuple[str, str | None], ...]]


class Listener(HTMLParser):
    """Notes elements and text in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Event] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.heard.append(("start", tag, tuple(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.heard.append(("end", tag, ()))

    def handle_data(self, data: str) -> None:
        self.heard.append(("text", data, ()))


def heard(html: str) -> list[Event]:
    listener = Listener()
    listener.feed(html)
    listener.close()
    return listener.heard


OURS = {"loading", "decoding", "tabindex"}


def without_ours(events: list[Event]) -> list[Event]:
    """Take back what `readable` adds."""
    kept: list[Event] = []
    wrappers: list[bool] = []
    for kind, name, attributes in events:
        if name == "div" and kind == "start":
            wrappers.append(attributes == (("class", "scroll"), ("tabindex", "0")))
        drop = name == "div" and (wrappers[-1] if kind == "start" else bool(wrappers) and wrappers.pop())
        if not drop:
            kept.append((kind, name, tuple(one for one in attributes if one[0] not in OURS)))
    return kept


def test_wide_things_scroll_and_pictures_wait() -> None:
    """A table gets a box that scrolls, code can be reached by keyboard, a picture loads when it is near."""
    assert readable("<table><tr><td>1</td></tr></table>") == (
        '<div class="scroll" tabindex="0"><table><tr><td>1</td></tr></table></div>'
    )
    assert readable("<pre><code>x</code></pre>") == '<pre tabindex="0"><code>x</code></pre>'
    assert readable('<img src="a.png" alt="">') == '<img loading="lazy" decoding="async" src="a.png" alt="">'
    assert readable('<img loading="eager" src="a.png">') == '<img loading="eager" src="a.png">'


def test_the_first_picture_comes_at_once_and_a_known_size_is_told() -> None:
    """Where nothing is shown above it the first picture does not wait; the article's picture has its size."""
    html = '<img src="a&amp;b.png" alt=""><img src="c.png" alt="">'
    assert readable(html, Picture("a&b.png", "", 640, 480), eager=True) == (
        '<img width="640" height="480" src="a&amp;b.png" alt="">'
        '<img loading="lazy" decoding="async" src="c.png" alt="">'
    )
    own = '<img src="a.png" alt="" width="10" height="8">'
    assert readable(own, Picture("a.png", "", 640, 480), eager=True) == own


def test_markup_in_a_value_is_no_markup() -> None:
    """A value that looks like an element is left alone: a quote put in there would open a hole."""
    html = '<img src="a.png" alt="<img onerror=alert(1) >"><p title="<table>">x</p>'
    assert readable(html) == html.replace("<img src", '<img loading="lazy" decoding="async" src')


PIECES = st.sampled_from(
    ["<table>", "</table>", "<tr><td>", "<img src=a.png alt='<img x=", "'>", "<pre>", "</pre>", "<p title=\"",
     '">', "text ", "&lt;img&gt;", "<div>", "</div>", "<", ">", '"', "<img>", "</p>"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_else_changes(foreign: str) -> None:
    """Words, elements and attributes of any sanitised text stay, apart from what is added."""
    safe = sanitise(foreign)
    assert without_ours(heard(readable(safe))) == without_ours(heard(safe))
