"""Foreign HTML and text -> safe HTML and clean text. The only file that knows nh3 and lxml.html.

Everything here takes any text and never raises for what is in it.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import lxml.html
import nh3

# nh3 is quadratic in both, and no signal stops it; libxml2 cuts silently at a depth of 256.
DEEPEST, MOST_REFERENCES = 150, 40_000

ChangeUrl = Callable[[str, str, str], str | None]
"""(element, attribute, url) -> the url to write, or None to leave the attribute out."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _names(
    "a abbr acronym article audio b bdi bdo blockquote br caption cite code col colgroup dd del details dfn"
    " div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd li mark ol p picture pre q rp"
    " rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead"
    " time tr track tt u ul var video wbr"
)
_DROPPED_WHOLE = _names(
    "applet button canvas embed frameset head iframe math noembed noframes noscript object option script"
    " select style svg template textarea title xmp"
)
_LAZY_SRC = ("data-src", "data-lazy-src", "data-original")
_LAZY_SRCSET = ("data-srcset", "data-lazy-srcset")
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"id", "lang", "dir", "title"},
    "a": {"href", "hreflang"},
    "audio": {"src", "controls"},
    "blockquote": {"cite"},
    "code": {"class"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"cite", "datetime"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", *_LAZY_SRC, *_LAZY_SRCSET},
    "input": {"type", "checked"},
    "ins": {"cite", "datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "pre": {"class"},
    "q": {"cite"},
    "source": {"src", "srcset", "sizes", "type", "media", *_LAZY_SRCSET},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope", "abbr"},
    "time": {"datetime"},
    "track": {"src", "kind", "srclang", "label"},
    "video": {"src", "poster", "controls", "width", "height"},
}
_state = threading.local()  # `change` of the rewriting under way: the one cleaner asks for it
_SCHEMES = {"http", "https", "mailto", "tel"}
_URLS = {"href", "src", "poster", "cite", *_LAZY_SRC}
_SRCSETS = {"srcset", *_LAZY_SRCSET}
_MODERN = {"acronym": "abbr", "strike": "s", "tt": "code"}

_LANGUAGE_CLASS = re.compile(r"(?<!\S)language-[\w+#.-]+(?!\S)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_CANDIDATE = re.compile(r"[\s,]*([^\s,]\S*?)(?:,+(?=\s|$)|\s+([^,]*)(?:,|$)|$)")
# What nh3 writes is canonical: every value quoted, no "<" left in text.
_ELEMENT = re.compile(r'<(/?)(acronym|strike|tt|img|input|source)((?: [\w:-]+="[^"]*")*)>')
_ATTRIBUTE = re.compile(r' ([\w:-]+)="([^"]*)"')
# An element that can hold an address, and an address that is absolute already and as it must be.
_ADDRESSED = re.compile(r'<(?:a|img|source|audio|video|track|blockquote|q|del|ins)(?: [\w:-]+="[^"]*")+>')
_ABSOLUTE = re.compile(
    r"https?://[a-z0-9.-]+(?::[0-9]+)?/[a-zA-Z0-9/_.~-]*(?:\?[a-zA-Z0-9=_.~-]+)?(?:#[a-zA-Z0-9_.~-]+)?"
)
_REFERENCES = (("&", "&amp;"), ("\xa0", "&nbsp;"), ('"', "&quot;"), ("<", "&lt;"), (">", "&gt;"))
_TAG_START = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_SHALLOW = _names(  # void, or closed by the next of its kind
    "area base br col dd dt embed hr img input li link meta option p param source td th tr track wbr"
)

_BEACON = re.compile(  # counters by their addresses, whatever size they say they have
    r"(?:https?:)?//(?:"
    r"(?:pixel|stats)\.(?:wp|wordpress)\.com/[bg]\.gif|www\.google-analytics\.com/(?:collect|__utm\.gif)"
    r"|www\.facebook\.com/tr[/?]|feeds\.feedburner\.com/~r/|pixel\.quantserve\.com/pixel"
    r"|(?:s?b)\.scorecardresearch\.com/|medium\.com/_/stat\?|[\w.-]*feedsportal\.com/"
    r"|counter\.yadro\.ru/|mc\.yandex\.ru/(?:watch|pixel)/|px\.ads\.linkedin\.com/collect"
    r"|t\.co/i/adsct|bat\.bing\.com/action/"
    r")",
    re.IGNORECASE,
)
# A picture for readers without JavaScript; the one before it may be there for the others.
_NOSCRIPT = re.compile(r"(<img\b[^>]*>)?\s*<noscript>\s*(<img\b[^<>]*>)\s*</noscript>", re.IGNORECASE)

_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\ud800-\udfff\ufdd0-\ufdef\ufeff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_MOST_MARKS = 30
_SIGN = re.compile(r"[^\w\s\x00-\u02ff]")  # every combining mark is one of these
_CROWD = re.compile(rf"{_SIGN.pattern}{{{_MOST_MARKS + 1},}}")
_LINE_END = re.compile("\r\n?|\x85|\u2028|\u2029")
_TURN = re.compile("[\u202a-\u202e\u2066-\u2069]")
_PDF, _PDI = "\u202c", "\u2069"
_CLOSED_BY = dict.fromkeys("\u202a\u202b\u202d\u202e", _PDF) | dict.fromkeys("\u2066\u2067\u2068", _PDI)


def clean_text(text: str) -> str:
    """Return `text` in NFC with LF line ends and without characters no feed may carry.

    XML 1.0 (section 2.2) forbids most controls, lone surrogates, U+FFFE and U+FFFF; zero-width space and
    byte-order mark go too. ZWNJ and ZWJ stay: Persian and emoji need them. Of marks on one letter the first
    30 stay (UAX 15, section 13): Python sorts them in a time that grows with their square.
    """
    if not is_plain(text):
        text = _ILLEGAL.sub("", _LINE_END.sub("\n", text))
    return composed(text)


def is_plain(text: str) -> bool:
    """Return whether `text` surely holds nothing of what goes: asking takes a fifteenth of looking for it."""
    return text.replace("\n", "").replace("\t", "").replace("\xa0", "").isprintable()


def composed(text: str) -> str:
    """Return plain `text` in NFC, with no more marks on a letter than it can bear."""
    if text.isascii():
        return text
    if _is_crowded(text):
        text = _CROWD.sub(_thinned, text)
    return unicodedata.normalize("NFC", text)


def _is_crowded(text: str) -> bool:
    """Return whether there may be too many marks on a letter: such a crowd is at one of every 31st places."""
    step = _MOST_MARKS + 1
    signs = (step * match.start() for match in _SIGN.finditer(text[::step]))
    return any(_CROWD.search(text, max(0, at - _MOST_MARKS), at + step) for at in signs)


def _thinned(crowd: re.Match[str]) -> str:
    kept, marks = [], 0
    for character in crowd[0]:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one space, none at its ends, and no open direction."""
    line = " ".join(text.split())
    turned = straight(line)
    return line if turned == line else " ".join(turned.split())


def straight(line: str) -> str:
    """Return one line without the signs that would turn what stands around it (UAX 9).

    An embedding, override or isolate that is closed on the line stays.
    """
    if line.isascii() or not _TURN.search(line):
        return line
    opened: list[tuple[int, str]] = []
    kept: set[int] = set()
    for match in _TURN.finditer(line):
        sign, at = match[0], match.start()
        if sign in _CLOSED_BY:
            opened.append((at, _CLOSED_BY[sign]))
            continue
        while sign == _PDI and opened and opened[-1][1] != sign and any(end == sign for _, end in opened):
            opened.pop()
        if opened and opened[-1][1] == sign:
            kept |= {opened.pop()[0], at}
    return _TURN.sub(lambda match: match[0] if match.start() in kept else "", line)


def shorten(text: str, limit: int) -> str:
    """Return `text` on one line and at most `limit` characters long, cut at a word, with an ellipsis."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    if limit < 2:
        return "…"[:limit]
    end = limit - 1
    space = line.rfind(" ", 0, end + 1)
    if space > end // 2:
        end = space
    while end > 1 and _joined(line[end], line[end - 1]):
        end -= 1
    return straight(line[:end]).rstrip(" ,;:-–—(“\"'") + "…"


def _joined(character: str, before: str) -> bool:
    return unicodedata.category(character)[0] == "M" or "\u200d" in (character, before)


def sanitise(html: str) -> str:
    """Return `html` as a well-formed, safe fragment.

    Gone: scripts, styles, forms, frames, on*, every class but ``language-…``, javascript: and data:
    addresses, 1x1 pictures. Lazy pictures get their real source, checkboxes become ☐ and ☑.
    """
    return rewrite_urls(html, lambda _element, _attribute, url: url)


def rewrite_urls(html: str, change: ChangeUrl) -> str:
    """Return the sanitised `html` with every address (also each one of a srcset) passed through `change`."""
    text = clean_text(html)
    if "<noscript" in text or "<NOSCRIPT" in text:
        text = _NOSCRIPT.sub(_scriptless, text)
    if is_bomb(text):
        text = escape(one_line(unescape(_ANY_TAG.sub(" ", text)))[:MOST_REFERENCES])
    before, _state.change = getattr(_state, "change", None), change
    try:
        clean = _cleaner().clean(text)
    finally:
        _state.change = before
    clean = _ELEMENT.sub(_mend, clean if is_plain(clean) else _ILLEGAL.sub("", clean))
    # NFC would melt ">" and U+0338 into one character and so open the tag before it again.
    return composed(clean.replace(">\u0338", ">&#824;"))


def _scriptless(match: re.Match[str]) -> str:
    """Return the picture in ``noscript`` instead of the one that a script would fill or has it already."""
    before, picture = match[1] or "", match[2]
    stands_for = "data:image" in before or re.search(r"\s(?:data-|class=[\"']?[^>]*lazy)", before)
    return picture if stands_for or not before else before + picture


@cache
def _cleaner() -> nh3.Cleaner:
    """Return the one cleaner there is: making one takes longer than cleaning a short article."""
    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags=set(_DROPPED_WHOLE),
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        url_schemes=_SCHEMES,
        link_rel=None,
    )


def is_bomb(html: str) -> bool:
    """Return whether `html` would take minutes: nested beyond reason, or one text with endless entities.

    Unclosed elements count as open, also where a tag has no end. `sanitise` makes short plain text of it.
    """
    if html.count("<") - html.count("</") <= DEEPEST and html.count("&") <= MOST_REFERENCES:
        return False
    depth, end = 0, 0
    for match in _TAG_START.finditer(html):
        if html.count("&", end, match.start()) > MOST_REFERENCES:
            return True
        end = match.end()
        if match[2].lower() not in _SHALLOW:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > DEEPEST:
                return True
    return html.count("&", end) > MOST_REFERENCES


def _kept(element: str, attribute: str, value: str) -> str | None:
    """Return what stays of an attribute's value, None for nothing; addresses as the caller wants them."""
    if attribute in _URLS:
        url = value.strip()
        return _changed(element, attribute, url) if is_safe_url(url) else None
    if attribute in _SRCSETS:
        return _srcset(value, lambda url: _changed(element, "srcset", url)) or None
    if attribute == "class":
        kept = _LANGUAGE_CLASS.search(value)
        return kept[0] if kept else None
    if attribute == "dir":
        return value if value in ("ltr", "rtl", "auto") else None
    return value


def _changed(element: str, attribute: str, url: str) -> str | None:
    change: ChangeUrl = _state.change
    return change(element, attribute, url)


def is_safe_url(url: str) -> bool:
    """Return whether `url` is relative or has a scheme that only shows something."""
    if not url.isprintable() and _CONTROL.search(url):
        return False
    scheme = _SCHEME.match(url)
    return scheme is None or scheme[1].lower() in _SCHEMES


def _srcset(value: str, change: Callable[[str], str | None]) -> str:
    kept = []
    for match in _CANDIDATE.finditer(value[:20_000]):
        url = change(match[1]) if is_safe_url(match[1]) else None
        if url:
            kept.append(f"{url} {(match[2] or '').strip()}".strip())
    return ", ".join(kept)


def _mend(match: re.Match[str]) -> str:
    closing, name, rest = match[1], match[2], match[3]
    if name in _MODERN:
        return f"<{closing}{_MODERN[name]}{rest}>"
    attributes = dict(_ATTRIBUTE.findall(rest))
    if name == "input":
        return ("☑ " if "checked" in attributes else "☐ ") if attributes.get("type") == "checkbox" else ""
    for lazy in _LAZY_SRC:
        attributes["src"] = attributes.pop(lazy, None) or attributes.get("src", "")
    for lazy in _LAZY_SRCSET:
        attributes["srcset"] = attributes.pop(lazy, None) or attributes.get("srcset", "")
    if name == "img" and not attributes["src"]:
        attributes["src"] = attributes["srcset"].split(" ")[0].rstrip(",")
    if not (attributes["src"] or attributes["srcset"]) or (name == "img" and _is_beacon(attributes)):
        return ""
    kept = "".join(
        f' {key}="{value}"' for key, value in attributes.items() if value or key not in ("src", "srcset")
    )
    return f"<{name}{kept}>"


def _is_beacon(picture: Mapping[str, str]) -> bool:
    """Return whether a picture is there to be fetched, not to be seen: a line at most, or a known counter."""
    sizes = [picture.get(side, "").removesuffix("px").strip() for side in ("width", "height")]
    return "0" in sizes or "1" in sizes or _BEACON.match(picture["src"]) is not None


def absolutise(safe: str, page_url: str) -> str:
    """Return sanitised HTML with every address absolute, as seen from `page_url`; ``#fn1`` too.

    It is not sanitised again, unless an address is none so that its element may have to go, or it holds
    what sanitised HTML does not.
    """
    try:
        if not is_plain(safe.replace("\u200c", "").replace("\u200d", "")):
            raise _MoreToDoError
        return _ADDRESSED.sub(lambda match: _absolute_tag(match[0], page_url), safe)
    except _MoreToDoError:
        return rewrite_urls(safe, lambda _element, _attribute, url: absolute(url, page_url))


class _MoreToDoError(Exception):
    """There is more to do than to make addresses absolute."""


def _absolute_tag(tag: str, page_url: str) -> str:
    return _ATTRIBUTE.sub(lambda match: _absolute_attribute(match, page_url), tag)


def _absolute_attribute(match: re.Match[str], page_url: str) -> str:
    name, value = match[1], match[2]
    if name in _URLS:
        if _ABSOLUTE.fullmatch(value):
            return match[0]
        url = absolute(unescape(value), page_url)
    elif name in _SRCSETS:
        url = _srcset(unescape(value), lambda url: absolute(url, page_url))
    else:
        return match[0]
    if not url:
        raise _MoreToDoError
    return f' {name}="{_quoted(url)}"'


def _quoted(value: str) -> str:
    """Return an attribute's value as nh3 writes it."""
    for character, reference in _REFERENCES:
        value = value.replace(character, reference)
    return value


def absolute(url: str, page_url: str) -> str | None:
    """Return `url` as seen from `page_url`, percent-encoded (RFC 3986), or None where it is none."""
    try:
        parts = urlsplit(urljoin(page_url, url))
        if parts.scheme in ("http", "https") and not parts.netloc:
            return None  # "http:x", which an https page takes for another's
        encoded = (quote(part, safe="/~!$&'()*+,;=:@%?[]|") for part in parts[2:])
        return urlunsplit((parts.scheme, parts.netloc.replace(" ", ""), *encoded))
    except ValueError:
        return None


_IMAGE = re.compile(r'<img((?: [\w:-]+="[^"]*")*)>')
_PARAGRAPH = re.compile(r"<p(?: [^>]*)?>(.*?)</p>", re.DOTALL)
_TAG = re.compile(r'</?[a-z][a-z0-9]*(?: [\w:-]+="[^"]*")*>')
_INLINE = _names(
    "a abbr b bdi bdo cite code del dfn em i ins kbd mark q s samp small span strong sub sup u var wbr"
)
_INLINE_TAG = re.compile(rf'</?(?:{"|".join(sorted(_INLINE))})(?: [\w:-]+="[^"]*")*>')
_QUOTED = re.compile(r"<blockquote>\s*$")
_NOTE_HEADING = re.compile(r"^<strong>[^<]*</strong>\s*(?:<br>|$)")
_ADDRESS = re.compile(r"(?:https?://|(?:[\w-]+\.)+[a-z]{2,}/)\S+")
_MOST_BARE = 20
_NOTE_MARK = re.compile(r'<sup><a href="#[^"]*"[^>]*>[^<]*</a></sup>')


def first_image(safe: str) -> dict[str, str]:
    """Return the attributes of the first picture in sanitised HTML; empty where there is none."""
    match = _IMAGE.search(safe)
    return {key: unescape(value) for key, value in _ATTRIBUTE.findall(match[1])} if match else {}


def bare_text(safe: str) -> str:
    """Return the words of sanitised HTML on one line."""
    return one_line(clean_text(unescape(_TAG.sub(" ", _INLINE_TAG.sub("", safe)))))


def has_words(safe: str) -> bool:
    """Return whether sanitised HTML has any words; mostly quicker than asking what they are."""
    return bool(bare_text(safe[:400].rpartition("<")[0]) or bare_text(safe))


def first_paragraph(safe: str) -> str:
    """Return the words of the first paragraph that has any in sanitised HTML, else of its beginning.

    What is only the heading of a note, or the bare address of what was embedded, is no paragraph.
    """
    bare: list[str] = []
    for match in _PARAGRAPH.finditer(safe):
        inner = _NOTE_MARK.sub("", match[1])
        before = safe[max(0, match.start() - 20) : match.start()]
        if inner.startswith("<strong>") and _QUOTED.search(before):
            inner = _NOTE_HEADING.sub("", inner)
        text = bare_text(inner)
        if text and not _ADDRESS.fullmatch(text):
            return text
        bare.append(match[0])
    for one in bare[:_MOST_BARE]:
        safe = safe.replace(one, " ", 1)
    return bare_text(safe[:20_000].rpartition("<")[0] if len(safe) > 20_000 else safe)


@dataclass(frozen=True, slots=True)
class Page:
    """What an HTML page says of itself; `metas` by lower-case name or property, `body` is raw HTML."""

    title: str
    heading: str
    language: str
    time: str
    metas: dict[str, str]
    body: str


def read_page(html: str) -> Page:
    """Return title, metadata and the part with the article in it of a page or fragment.

    The article is the only ``<article>``, else ``<main>``, else the body; navigation, headers, footers
    and asides leave it.
    """
    source = re.sub(r"\A\s*<\?xml[^>]*\?>", "", _ILLEGAL.sub("", html))
    try:
        root = lxml.html.document_fromstring(f"{source}\n")
    except (lxml.etree.ParserError, ValueError):
        return Page("", "", "", "", {}, "")
    body = _article(root)
    headings = list(body.iter("h1"))
    times = [str(time.get("datetime")) for time in body.iter("time") if time.get("datetime")]
    page = Page(
        title=_text_of(next(root.iter("title"), None)),
        heading=_text_of(headings[0]) if headings else "",
        language=str(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""),
        time=times[0] if times else "",
        metas=dict(_metas(root)),
        body="",
    )
    for element in list(body.iter("nav", "header", "footer", "aside", "script", "style")):
        if element.getparent() is not None and element is not body:
            element.drop_tree()
    return Page(page.title, page.heading, page.language, page.time, page.metas, _inner(body))


def _article(root: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    for name in ("article", "main", "body"):
        found: Sequence[lxml.html.HtmlElement] = list(root.iter(name))
        if len(found) == 1 or (found and name == "main"):
            return found[0]
    return root


def _metas(root: lxml.html.HtmlElement) -> Iterator[tuple[str, str]]:
    tags: list[str] = []  # the one of which there may be several
    for meta in reversed(list(root.iter("meta"))):
        name = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        # Pelican takes `contents` too.
        value = one_line(clean_text(str(meta.get("content") or meta.get("contents") or "")))
        if name == "article:tag" and value:
            tags.insert(0, value)
        elif name and value:
            yield name, value
    if tags:
        yield "article:tag", ";".join((*tags, ""))


def _text_of(element: lxml.html.HtmlElement | None) -> str:
    return one_line(clean_text(str(element.text_content()))) if element is not None else ""


def _inner(element: lxml.html.HtmlElement) -> str:
    parts = [escape(element.text or "")]
    parts += [str(lxml.html.tostring(child, encoding="unicode")) for child in element]
    return "".join(parts)
