"""What a reader is shown of an article: text, correction and picture, in the right direction. Pure."""

from __future__ import annotations

import re
import unicodedata
from html import escape
from pathlib import Path

from syndicate.model import Article, Picture

# The first parts of BCP 47 tags of languages written from right to left; a script tells the others.
_RIGHT_TO_LEFT = frozenset(
    ["ar", "arc", "ckb", "dv", "fa", "he", "iw", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"]
)
_SCRIPTS = frozenset(["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"])
_LATER_SIZE = re.compile(
    r"-\d{2,5}x\d{2,5}(?=\.\w+$)"
)  # photo-1024x683.jpg, as WordPress calls what it scales
_IMAGE_SOURCE = re.compile(r'<(?:img|source) (?:[\w:-]+="[^"]*" )*?(?:src|srcset)="([^"]*)"')
_TAG = re.compile(r"<[^<>]*>")
_RLM = "\u200f"


def is_rtl(language: str) -> bool:
    """Return whether `language`, a BCP 47 tag, is written from right to left."""
    parts = language.lower().split("-")
    if any(part in _SCRIPTS for part in parts[1:]):
        return True
    return parts[0] in _RIGHT_TO_LEFT and not any(len(part) == 4 and part.isalpha() for part in parts[1:])


def whole(html: str, article: Article, picture: Picture | None, around: str, label: str) -> str:
    """Return the absolute `html` of an article as a feed in the language `around` shows it.

    Its correction, behind `label`, and its `picture` come first: NetNewsWire and Miniflux show no
    media:content in the text, and readers that do know by its address that it is the same.
    """
    if picture and not _shows(html, picture.src):
        html = _shown(picture) + html
    if article.correction:
        text = plain(article.correction)
        html = f"<p><strong>{escape(label, quote=False)}</strong> {escape(text, quote=False)}</p>\n{html}"
    return _directed(html, article.language or around, around)


def correction_label(language: str, words: Path | None) -> str:
    """Return what stands before a correction in `language`; `words` is the operator's templates folder."""
    from syndicate.i18n import translations  # loads Babel

    _ = translations(language, words).gettext
    return _("Correction: %(text)s").partition("%(text)s")[0].strip()


def plain(text: str) -> str:
    """Return `text` on one line, with nothing in it that turns the text after it around.

    Isolates stay, and are closed; embeddings, which leak into what follows, become isolates; overrides, which
    show letters in another order than they are read, go (UAX 9, section 2).
    """
    line = " ".join(text.split())
    if line.isprintable():
        return line
    kept: list[str] = []
    open_: list[str] = []
    for character in line:
        if character in "\u202d\u202e":
            open_.append("")
        elif character in "\u202a\u202b\u2066\u2067\u2068":
            kept.append({"\u202a": "\u2066", "\u202b": "\u2067"}.get(character, character))
            open_.append("\u2069")
        elif character in "\u202c\u2069":
            kept.append(open_.pop() if open_ else "")
        else:
            kept.append(character)
    return " ".join("".join((*kept, *open_)).split())


def _shows(html: str, src: str) -> bool:
    """Return whether a picture of `html` is the one at `src`, in whatever size."""
    quoted = escape(src)
    if f'src="{quoted}"' in html:
        return True
    wanted = _bare(quoted)
    return any(
        _bare(one.split(" ")[0]) == wanted
        for match in _IMAGE_SOURCE.finditer(html)
        for one in match[1].split(", ")
    )


def _bare(address: str) -> str:
    return _LATER_SIZE.sub("", address.partition("?")[0])


def _shown(picture: Picture) -> str:
    size = ""
    if picture.width and picture.height:
        size = f' width="{picture.width}" height="{picture.height}"'
    return f'<p><img src="{escape(picture.src)}" alt="{escape(picture.alt)}"{size}></p>\n'


def _directed(html: str, language: str, around: str) -> str:
    """Return `html` so that it reads right in any reader, also among articles of the other direction.

    Readers that keep ``dir`` obey it. Others, Miniflux among them, drop it and go by the first letter that
    has a direction; a mark stands before a text that would mislead them.
    """
    rtl = is_rtl(language)
    if not html or not (rtl or is_rtl(around)):
        return html
    mark = _RLM if rtl and _begins_ltr(html) else ""
    return f'<div dir="{"rtl" if rtl else "ltr"}" lang="{escape(language)}">{mark}{html}</div>'


def _begins_ltr(html: str) -> bool:
    for character in _TAG.sub("", html[:4000]):
        kind = unicodedata.bidirectional(character)
        if kind in ("L", "R", "AL"):
            return kind == "L"
    return False
