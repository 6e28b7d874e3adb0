"""What is wrong with a letter: each fault is found where it is, a good letter has none, bytes never raise."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.digest.findings import Facts, Finding
from syndicate.digest.lint import errors_of, lint_bytes, lint_rendition
from syndicate.digest.mime import encode_body, header
from syndicate.digest.slots import marker
from syndicate.model import Rendition

UID = "abc123"
BASE = "https://news.example.org"
LINK = f"{BASE}/unsubscribe/{marker(UID, 'token')}"
WORDS = "The undefined, and None of it"
FACTS = Facts(
    UID, BASE, BASE, texts=("Notes on {{ mustache }} templates", "None", "%(name)s explained", WORDS)
)
STYLE = """
.page { background-color: #ffffff }
@media (prefers-color-scheme: dark) {
  .page { background-color: #121417 !important; color: #eceae6 !important }
  a { color: #8ab8ff !important } }
"""
HTML = """\
<!DOCTYPE html>
<html lang="en" dir="ltr">
<head><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>Daily</title>
<style>{style}</style></head>
<body>
<table role="presentation"><tr><td class="page" style="background-color:#ffffff;color:#1f2328">
<h1>Daily</h1><p>Monday</p>
{body}
</td></tr><tr><td class="page" style="color:#57606a">
<a style="color:#0b57a4" href="{link}">Unsubscribe</a>
</td></tr></table></body></html>
"""
TEXT = f"Daily\n\nUnsubscribe:\n{LINK}\n"


def letter(
    body: str = "",
    *,
    html: str | None = None,
    text: str | None = TEXT,
    subject: str = "Daily",
    **changes: str,
) -> bytes:
    """Return a letter as it is stored; `changes` replace or (with "") leave out a header."""
    page = html if html is not None else HTML.format(style=changes.pop("style", STYLE), body=body, link=LINK)
    heads = {
        "List_Unsubscribe": f"<{LINK}>",
        "List_Unsubscribe_Post": "List-Unsubscribe=One-Click",
        "MIME_Version": "1.0",
    } | changes
    parts = [header("Subject", subject)]
    parts += [f"{name.replace('_', '-')}: {value}\r\n".encode() for name, value in heads.items() if value]
    parts.append(b'Content-Type: multipart/alternative; boundary="=_x"\r\n\r\n')
    for kind, place, content in (("plain", "text", text), ("html", "html", page)):
        if content is None:
            continue
        slots = {marker(UID, "token"): marker(UID, f"{place}_token")}
        parts.append(f"--=_x\r\nContent-Type: text/{kind}; charset=utf-8\r\n".encode())
        parts.append(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + encode_body(content, slots))
    return b"".join([*parts, b"--=_x--\r\n"])


def found(body: bytes, facts: Facts = FACTS) -> list[str]:
    return [f"{one.level} {one.code}" for one in lint_bytes(body, facts)]


def one(body: bytes, code: str) -> Finding:
    [finding] = [one for one in lint_bytes(body, FACTS) if one.code == code]
    return finding


def test_a_good_letter_has_no_findings() -> None:
    """What the letter standard asks for is let through in silence."""
    picture = f'<h2>A title</h2><img src="{BASE}/a.png" alt="" width="300"><p>Words</p>'
    assert found(letter(picture)) == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (f'<img src="{BASE}/a.png" width="300">', "error alt-missing"),
        (f'<img src="{BASE}/a.png" alt="">', "warning width-missing"),
        (f'<img src="{BASE}/a.png" alt="" width="1" height="1">', "error tracking-pixel"),
        (f'<img src="{BASE}/{marker(UID, "html_email")}" alt="" width="9">', "error tracking-pixel"),
        ('<img src="https://elsewhere.example/a.png" alt="" width="9">', "error foreign-picture"),
        ('<img src="//elsewhere.example/a.png" alt="" width="9">', "error relative-link"),
        ('<img src="data:image/png;base64,AAAA" alt="" width="9">', "error relative-link"),
        ('<p style="background:url(https://elsewhere.example/a.png)">x</p>', "error foreign-picture"),
        ('<p style="background:u\\72l(https://elsewhere.example/a.png)">x</p>', "error foreign-picture"),
        (f'<p style="background:url({BASE}/a.png),url(//e.example/a.png)">x</p>', "error foreign-picture"),
        ("<p style='background:image-set(\"https://e.example/a.png\" 1x)'>x</p>", "error foreign-picture"),
        (
            f'<picture><source srcset="{BASE}/a.png 1x, https://e.example/b.png 2x"></picture>',
            "error foreign-picture",
        ),
        (f'<picture><source srcset="{BASE}/a.png 1x"></picture>', "warning picture-srcset"),
        (
            f'<img src="{BASE}/a.png" srcset="https://e.example/b.png 2x" alt="" width="9">',
            "error foreign-picture",
        ),
        ('<bgsound src="https://e.example/a.wav">', "error active-content"),
        ('<meta http-equiv="Refresh" content="0; url=https://e.example/">', "error active-content"),
        ('<!--[if mso]><img src="https://e.example/a.png"><![endif]-->', "error foreign-picture"),
        ('<!--[if gte mso 9]><v:fill src="https://e.example/a" /><![endif]-->', "error foreign-picture"),
        ('<!--[if mso]><td background="//e.example/a"><![endif]-->', "error foreign-picture"),
        (
            f'<!--[if mso]><img src="{BASE}/{marker(UID, "html_email")}"><![endif]-->',
            "error tracking-pixel",
        ),
        ("<!--[if mso]><style>p{background:url(//e.example/a)}</style><![endif]-->", "error remote-style"),
        ('<v:fill src="https://e.example/a.png"></v:fill>', "error foreign-picture"),
        ('<td background="https://e.example/a.png">x</td>', "error foreign-picture"),
        (f'<a href="https://e.example/?{marker(UID, "html_email")}">x</a>', "error personal-link"),
        (f'<a href="HTTPS://e.example/{marker(UID, "html_token")}">x</a>', "error personal-link"),
        (f'<a href="//e.example/{marker(UID, "html_token")}">x</a>', "error personal-link"),
        (f'<a href="/unsubscribe/{marker(UID, "html_token")}">x</a>', "error relative-link"),
        ('<a href="/articles/a/" style="color:#000">x</a>', "error relative-link"),
        ('<a href="articles/a/" style="color:#000">x</a>', "error relative-link"),
        ('<a href="javascript:alert(1)" style="color:#000">x</a>', "error relative-link"),
        ('<a href="" style="color:#000">x</a>', "error relative-link"),
        ('<a href="http://news.example.org/" style="color:#000">x</a>', "warning http-link"),
        ("<script>1</script>", "error active-content"),
        ("<form><p>x</p></form>", "error active-content"),
        ('<iframe src="https://a.example/"></iframe>', "error active-content"),
        ('<p onclick="x()">x</p>', "error active-content"),
        ("<h3>Too deep</h3><p>x</p>", "warning heading-order"),
        ("<h2></h2><p>x</p>", "warning heading-empty"),
        ("<h2>Politics</h2><h2>Sports</h2><p>x</p>", "warning section-empty"),
        ("<h2>Politics</h2>", "warning section-empty"),
        ("<p>Dear {{ name }},</p>", "error placeholder"),
        ("<p>Dear *|FNAME|*,</p>", "error placeholder"),
        ("<p>Dear [[first name]],</p>", "error placeholder"),
        ("<p>{% if x %}</p>", "error placeholder"),
        ("<p>Hello %(person)s</p>", "error placeholder"),
        ("<p>undefined</p>", "error placeholder"),
        ("<p>By undefined, today</p>", "error placeholder"),
        ("<p>Value: Undefined</p>", "error placeholder"),
        ("<p>Dear ${first_name},</p>", "error placeholder"),
        ("<p>Dear {first_name},</p>", "error placeholder"),
        ("<p>Dear [FIRST_NAME],</p>", "error placeholder"),
        ("<p>Item(title='x', url='y')</p>", "error placeholder"),
        ("<p>&lt;jinja2.runtime.Macro x&gt;</p>", "error placeholder"),
        ("<p>&lt;bound method x&gt;</p>", "error placeholder"),
        ("<p>at datetime.datetime(2026, 1, 1)</p>", "error placeholder"),
        ('<p title="{{ x }}">x</p>', "error placeholder"),
        ('<p style="color:#999999">pale</p>', "error contrast"),
        ('<p style="color:#777777">nearly</p>', "warning contrast"),
    ],
)
def test_a_fault_of_the_page_is_found(body: str, code: str) -> None:
    """Each kind of fault gives its finding, and nothing else of its level."""
    assert code in found(letter(body))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"List_Unsubscribe": ""}, "error unsubscribe-header"),
        ({"List_Unsubscribe": "<mailto:a@example.org>"}, "error unsubscribe-header"),
        ({"List_Unsubscribe": f"<{BASE}/unsubscribe/>"}, "error unsubscribe-header"),
        ({"List_Unsubscribe_Post": ""}, "error unsubscribe-post"),
        ({"List_Unsubscribe_Post": "List=One-Click"}, "error unsubscribe-post"),
        ({"subject": ""}, "error subject-empty"),
        ({"subject": "   "}, "error subject-empty"),
        ({"subject": "x" * 79}, "warning subject-long"),
        ({"subject": "Hello {{ name }}"}, "error placeholder"),
        ({"subject": f"Hello {marker(UID, 'email')}"}, "error placeholder"),
        ({"subject": f"Grüße {marker(UID, 'token')}"}, "error placeholder"),
        ({"X_For": marker(UID, "to")}, "error placeholder"),
        ({"text": None}, "error text-missing"),
        ({"text": " \n"}, "error text-missing"),
        ({"text": "Daily\n"}, "error unsubscribe-text"),
        ({"text": TEXT + "{{ x }}\n"}, "error placeholder"),
        ({"html": ""}, "error html-missing"),
        ({"html": "<p>Hello</p>"}, "error unsubscribe-html"),
        ({"html": "<p>Hello</p>"}, "warning lang-missing"),
        ({"html": "<p>Hello</p>"}, "warning dir-missing"),
        ({"html": "<p>Hello</p>"}, "warning title-missing"),
        ({"style": "@import 'https://a.example/x.css';"}, "error remote-style"),
        ({"style": "@\\69mport 'https://a.example/x.css';"}, "error remote-style"),
        ({"style": "p { background: U\\52 L(https://a.example/x) }"}, "error remote-style"),
        ({"style": "p { background: image-set('https://a.example/x' 1x) }"}, "error remote-style"),
        ({"text": f"{TEXT}https://e.example/?a={marker(UID, 'text_email')}\n"}, "error personal-link"),
        ({"style": "@font-face { font-family: x; src: url(https://a.example/f) }"}, "error remote-font"),
        ({"style": f"p {{ margin: 0 }} /* {'x' * 16_000} */"}, "warning style-size"),
    ],
)
def test_a_fault_around_the_page_is_found(changed: dict[str, str | None], code: str) -> None:
    """Headers, the text part and style sheets are looked at too."""
    assert code in found(letter(**changed))  # type: ignore[arg-type]


def test_the_size_is_an_error_from_where_programs_cut() -> None:
    """Above 80,000 bytes there is a warning, above 90,000 an error that stops the send."""
    page = letter()
    assert found(page + b"x" * (80_001 - len(page))) == ["warning size"]
    assert found(page + b"x" * (90_001 - len(page))) == ["error size"]


def test_a_size_that_we_cut_to_is_not_warned_of() -> None:
    """A letter that leaves articles to the web ends near the limit because we made it so."""
    near = letter() + b"x" * (85_000 - len(letter()))
    assert [one.code for one in lint_rendition(Rendition("en", "Daily", near, ()), FACTS)] == ["size"]
    assert lint_rendition(Rendition("en", "Daily", near, (), left=3), FACTS) == ()


def test_an_unsubscribe_link_that_nobody_sees_is_none() -> None:
    """A link in a hidden block, or one without words, does not count."""
    for style, words in (("display:none", "Unsubscribe"), ("", "")):
        page = HTML.replace('<a style="color:#0b57a4"', f'<a style="{style}"').replace("Unsubscribe", words)
        assert "error unsubscribe-html" in found(letter(html=page.format(style="", body="", link=LINK)))


@pytest.mark.parametrize(
    "body",
    [
        "<p>Notes on {{ mustache }} templates</p>",
        "<p>Read: Notes on {{   mustache }} templates</p>",
        "<p>None</p>",
        "<p>%(name)s explained</p>",
        "<p>The undefined, and None of it; array[[0]]x</p>",
        "<p>Read: The undefined, and None of it</p>",
        "<p>By None</p>",
        "<p>NoneSuch, nonetheless; https://e.example/None and None.txt</p>",
        "<p>[1] [sic] (x=1) f(x=1) {a} $5 {of_course it} [EU] a < b</p>",
        "<p>100% {of} [it]</p>",
    ],
)
def test_what_an_article_says_is_no_placeholder(body: str) -> None:
    """Template code in the articles' own words is text, and so are words that only look alike."""
    assert found(letter(body)) == []


SAMPLE_WORDS = st.sampled_from(
    (
        *(
            "None",
            "undefined",
            "Undefined",
            "of",
            "the",
            "{first_name}",
            "[FIRST_NAME]",
            "${x}",
            "Item(title=",
        ),
        *("datetime.date(", "{{x}}", "a", ",", "None,", "(None)"),
    )
)


def test_none_among_a_templates_words_is_a_placeholder() -> None:
    """A word that an article has otherwise excuses nothing; where its title is that alone, it does."""
    facts = replace(FACTS, texts=("And then there were None.",))
    assert "error placeholder" in found(letter("<p>Dear None, good day</p>"), facts)
    assert "error placeholder" in found(letter(text=f"{TEXT}By None\n"), facts)
    assert found(letter("<p>*  And then there were None. By Ani</p>"), facts) == []


@given(st.lists(SAMPLE_WORDS, min_size=1, max_size=9).map(" ".join), st.sampled_from(["", "By ", "* "]))
def test_whatever_an_article_says_is_text(title: str, before: str) -> None:
    """Any title, alone or after other words, in page and text, is no placeholder where an article has it."""
    facts = replace(FACTS, texts=(title,))
    page = letter(f"<p>{before}{title}</p>", text=f"{TEXT}{before}{title}\n")
    assert "error placeholder" not in found(page, facts)


def test_a_dead_link_is_told_by_who_knows_what_is_published() -> None:
    """Links to the publication's own addresses are asked for once; those of others never."""
    asked: list[str] = []

    def leads(url: str) -> bool:
        asked.append(url)
        return url.endswith("/there/")

    links = [f"{BASE}/there/", f"{BASE}/gone/", f"{BASE}/gone/", "https://elsewhere.example/gone/"]
    body = "".join(f'<a style="color:#0b57a4" href="{url}">x</a>' for url in links)
    facts = replace(FACTS, leads=leads)
    assert found(letter(body), facts) == ["warning dead-link"] * 1
    assert asked == links[:2]


def test_what_is_our_own_is_loaded_in_silence() -> None:
    """Pictures of ours in styles and in comments for Outlook are fine, and so is a letter to ourselves."""
    body = (
        f"<p style=\"background:url('{BASE}/a.png')\">x</p><!-- https://e.example/ <img src=x> -->"
        f'<!--[if mso]><v:fill src="{BASE}/a.png" /><img src="{BASE}/a.png"><![endif]-->'
        f'<!--[if mso]><table role="presentation"><tr><td><![endif]-->'
        f'<a href="mailto:a@example.org?subject={marker(UID, "html_email")}">x</a>'
        f'<a href="{BASE}/me/{marker(UID, "html_token")}">x</a>'
    )
    assert found(letter(body, style=STYLE + f"p {{ background: url({BASE}/a.png) }}")) == []


def test_a_picture_of_ours_that_is_not_there_is_an_error() -> None:
    """The address of a picture is held against what is published as that of a link is."""
    facts = replace(FACTS, leads=lambda url: url.endswith("/there.png"))
    for name, wrong in (("there", []), ("gone", ["warning dead-picture"])):
        body = f'<img src="{BASE}/{name}.png" alt="" width="300">'
        assert found(letter(body), facts) == wrong


def test_a_finding_says_where_it_is_and_what_to_do() -> None:
    """The line is that of the decoded page, the element names its class, the words say how to mend it."""
    finding = one(letter(f'<img class="photo" src="{BASE}/a.png" width="9">'), "alt-missing")
    number = HTML[: HTML.index("{body}")].count("\n") + 1 + STYLE.count("\n")
    assert str(finding).startswith(f'html:{number}: <img class="photo">: has no alt; describe the picture')
    assert finding.clues == (f"{BASE}/a.png", 'class="photo"')


def test_many_of_a_kind_are_told_in_short() -> None:
    """Twenty pictures without alt give eight findings and one that says how many more there are."""
    told = lint_bytes(letter("".join(f'<img src="{BASE}/{n}.png" width="9">\n' for n in range(20))), FACTS)
    assert [one.message for one in told][-1] == "and 12 more of the same kind"
    assert len(told) == 9


def test_errors_come_first() -> None:
    """Errors stand before warnings, and `errors_of` has them alone."""
    told = lint_bytes(letter(f'<img src="{BASE}/a.png">', subject="x" * 90), FACTS)
    assert [one.level for one in told] == ["error", "warning", "warning"]
    assert [one.code for one in errors_of(told)] == ["alt-missing"]


def test_a_rendition_is_judged_by_its_bytes() -> None:
    """`lint_rendition` is what the freeze calls."""
    assert lint_rendition(Rendition("en", "Daily", letter(), ()), FACTS) == ()


# ---------------------------------------------------------------- colours


@pytest.mark.parametrize(
    ("style", "body", "wrong"),
    [
        ("", '<p style="color:#000">x</p>', "1 in dark"),  # the dark rules draw the page dark
        ("p { color: #eee }", "<p>x</p>", "1 in light"),
        ("p { color: #eee !important }", '<p style="color:#000">x</p>', "1 in light"),
        ("", '<div style="background:#000"><p style="color:#fff">x</p></div>', ""),
        ("", '<div bgcolor="#000000"><p style="color:#222">x</p></div>', "1 in light and 1 in dark"),
        ("", '<div style="background:#000"><p style="color:rgba(255,255,255,.2)">x</p></div>', "both"),
        ("", '<div style="background:#000 url(https://news.example.org/a.png)"><p>x</p></div>', ""),
        ("", '<div style="display:none;color:#fff">x</div>', ""),
        ("", '<div style="font-size:1px;color:#fff">x</div>', ""),
        ("", '<div style="opacity:.3"><p>x</p></div>', "both"),
        ("", '<font color="#dddddd">x</font>', "1 in light"),
        ("@media (max-width: 480px) { p { color: #eee } }", "<p>x</p>", ""),
        ("@media print { p { color: #eee } }", "<p>x</p>", ""),
        ("@media only screen { p { color: #eee } }", "<p>x</p>", "1 in light"),
        ("td > p { color: #eee }", "<p>x</p>", "1 in light"),
        ("td > div p { color: #eee }", "<p>x</p>", ""),
        ("[data-ogsc] p { color: #eee }", "<p>x</p>", ""),
        ("p:hover { color: #eee }", "<p>x</p>", ""),
        ("#one, .two { color: #eee }", '<p id="one">x</p>', "1 in light"),
    ],
)
def test_colours_are_worked_out_along_the_tree(style: str, body: str, wrong: str) -> None:
    """What is drawn by style, sheet, attribute or from above counts in its scheme, what is not seen never."""
    told = [
        one.message for one in lint_bytes(letter(body, style=STYLE + style), FACTS) if one.code == "contrast"
    ]
    seen = {match[1] for words in told if (match := re.search(r"in (light|dark)", words))}
    wanted = {"light", "dark"} if wrong == "both" else set(re.findall("light|dark", wrong))
    assert seen == wanted, told


def test_a_link_without_a_colour_of_its_own_is_blue_in_light_and_pale_in_dark() -> None:
    """A link on a dark block that only says what its words look like is not readable, and is told."""
    assert "error contrast" in found(letter(f'<div style="background:#101010"><a href="{BASE}/">x</a></div>'))
    assert found(letter(f'<a href="{BASE}/">x</a>')) == []


# ---------------------------------------------------------------- any bytes


def assert_lints(body: bytes) -> None:
    for finding in lint_bytes(body, FACTS):
        assert finding.message
        assert str(finding)


@given(st.binary(max_size=3000))
def test_any_bytes_are_judged(body: bytes) -> None:
    """Whatever the bytes are, there is an answer, and never an exception."""
    assert_lints(body)


PIECES = (
    "<a href='{{'> <img src=x width=1> <td bgcolor=#fff> <style>p{color:red}@media{ </style> <p style='color:"
    " rgba(1,2,3)'> &#0; <!-- <h1> </h1> <h5> <font color=?> url( {{ }} %( \x00 \ud800 ' \" ; : <svg> ]]> <?x"
    " <body onload=1> <html lang> http://[ %7B%7B <base href=//x> <p style='color:rgb(nan,1,1)'>"
)
HTML_PIECES = st.sampled_from(PIECES.split(" "))


@settings(max_examples=300)
@given(st.lists(st.one_of(HTML_PIECES, st.text(max_size=8)), max_size=40), st.text(max_size=30))
def test_any_page_and_subject_are_judged(pieces: list[str], subject: str) -> None:
    """A page of broken pieces, in a whole letter, gives findings and no exception."""
    html = "".join(pieces).encode("utf-8", "replace").decode("utf-8", "replace")
    assert_lints(letter(html=html, subject=subject))


def test_a_deeply_nested_page_is_judged() -> None:
    """Ten thousand blocks in each other are no trouble."""
    assert_lints(letter(html="<div>" * 10_000 + "x"))
