"""MDX is read as the Markdown in it, and nothing of its program is shown."""

from __future__ import annotations

import re
import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.content import mdx
from syndicate.content.reading import Source
from syndicate.markup import sanitise


def source(text: str, title: str = "") -> Source:
    return Source("a.mdx", text, title, "", ZoneInfo("UTC"))


def html(text: str) -> str:
    return sanitise(mdx.read(source(text, "T")).html).strip()


ARTICLE = """import { Image } from 'astro:assets'
import pic from './pic.png'
export const meta = {
  a: 1,

  b: [2]
}

# One

{/* gone */}

Two **bold** {1 + 1} {"said"} 1 \\< 2 {'}'}

<Image src={pic} alt="A" />

<Callout type="info">

    Kept *so*.

    ```js
    const a = { b: <C/> }
    ```

</Callout>

<div className="x" style={{ color: "red" }}>Kept <b>too</b></div>

<YouTube id="nuwym-jxRL0" />
<Tweet tweetId={"12"} />
<Chart data={[1, 2].map(x => <b>{x}</b>)} {...rest} />
<><Link to="/y">words</Link></>

- item

  `{code}` <Nobody/>

    deeper
"""


def test_components_known_are_shown_and_others_leave_their_children() -> None:
    """Imports, exports and expressions go; pictures, videos and links come as HTML; code stays as it is."""
    made = html(ARTICLE)
    for kept in (
        "<h1",
        "<strong>bold</strong>  said 1 &lt; 2 }",
        '<img src="./pic.png" alt="A">',
        "<p>Kept <em>so</em>.</p>",
        '<pre><code class="language-js">const a = { b: &lt;C/&gt; }\n</code></pre>',
        "Kept <b>too</b>",
        "watch?v=nuwym-jxRL0",
        "https://twitter.com/i/status/12",
        '<a href="/y">words</a>',
        "<code>{code}</code>",
        "<p>deeper</p>",
    ):
        assert kept in made
    for gone in (
        "import",
        "export",
        "gone",
        "1 + 1",
        "Chart",
        "map",
        "rest",
        "Callout",
        "Nobody",
        "className",
    ):
        assert gone not in made
    assert mdx.skim(source(ARTICLE)).title == mdx.read(source(ARTICLE)).title == "One"


def test_a_sentence_that_begins_with_import_stays() -> None:
    """Only what is JavaScript goes: words, and lines of code, stay."""
    made = html("import duties rise.\n\nexport prices, too.\n\n```\nimport a from 'b'\n```\n")
    assert "import duties rise." in made
    assert "export prices" in made
    assert "import a from" in made


@pytest.mark.parametrize(
    "text",
    [
        one * 60_000
        for one in (
            "{",
            "<A ",
            "<A b={",
            "{`",
            "<A b='",
            "import a\n",
            "export const a = {\n",
            "</A",
            "<",
            "\\{",
            "    a\n",
        )
    ],
)
def test_no_text_takes_long(text: str) -> None:
    """Text made to be slow is read in a second."""
    began = time.process_time()
    mdx.read(source(text))
    assert time.process_time() - began < 3


WORDS = (
    "<¦>¦/>¦</¦A¦a¦ ¦{¦}¦`¦\"¦'¦=¦b={¦\n¦\n\n¦    ¦import a from 'b'\n¦export const a = {\n¦```\n"
    "¦{/*¦*/}¦# a\n¦- ¦...¦\\{¦Image src={¦\x00"
)
PIECES = st.sampled_from(WORDS.split("¦"))


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
def test_any_text_is_read(text: str) -> None:
    """Whatever comes, reading ends without an error, and a skim gives the same title."""
    reading = mdx.read(source(text))
    assert mdx.skim(source(text)).title == reading.title
    assert not re.search(r"<[A-Z]", sanitise(reading.html))
