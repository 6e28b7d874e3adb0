"""What other programs embed in a text -> plain HTML: links and pictures, no frames, no scripts. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from urllib.parse import quote

Make = Callable[[Sequence[str], Mapping[str, str]], str]
"""(words in order, named values) -> HTML, "" where they do not name anything."""

INTERNAL = "/.article/"
"""The address of a link to another article by its file's name, until `media.Shelf` knows where that lies."""

UNKNOWN = "unknown:"
"""The address of what only another program knows; the sanitiser leaves it out and keeps the words."""

_VIDEO = re.compile(r"(?:https?://|//)?[\w.-]*(?:youtu\.be/|[?&]v=|/embed/|/shorts/)([\w-]{11})\b")
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")


def code(text: str, language: str = "") -> str:
    """Return `text` as a block of code in `language`, "" for none that is known."""
    kind = f' class="language-{escape(language)}"' if _LANGUAGE.fullmatch(language) else ""
    return f"<pre><code{kind}>{escape(text.strip(chr(10)), quote=False)}\n</code></pre>"


def internal(name: str, fragment: str = "") -> str:
    """Return the address of the article whose file has the `name`, a path or its last part."""
    return INTERNAL + quote(name.strip(" /"), safe="/") + (f"#{quote(fragment)}" if fragment else "")


def link(url: str, words: str = "") -> str:
    """Return a paragraph with one link; the address itself stands for its words where there are none."""
    shown = words or re.sub(r"^https?://(?:www\.)?", "", url)
    return f'<p><a href="{escape(url)}">{escape(shown)}</a></p>'


def _first(words: Sequence[str], named: Mapping[str, str], *names: str) -> str:
    return next((named[name] for name in names if named.get(name)), words[0] if words else "")


def figure(words: Sequence[str], named: Mapping[str, str]) -> str:
    """Return a picture with its caption, and the link around it."""
    src = _first(words, named, "src", "image", "url", "path", "image_path")
    if not src:
        return ""
    sizes = "".join(
        f' {name}="{escape(named[name])}"' for name in ("width", "height") if named.get(name, "").isdecimal()
    )
    alt = named.get("alt") or named.get("caption") or named.get("title") or ""
    picture = f'<img src="{escape(src)}" alt="{escape(alt)}"{sizes}>'
    if named.get("link"):
        picture = f'<a href="{escape(named["link"])}">{picture}</a>'
    title, caption, attr = (named.get(name, "") for name in ("title", "caption", "attr"))
    if attr and named.get("attrlink"):
        attr = f'<a href="{escape(named["attrlink"])}">{escape(attr)}</a>'
    else:
        attr = escape(attr)
    said = " ".join(part for part in (escape(title), escape(caption), attr) if part)
    return f"<figure>{picture}{f'<figcaption>{said}</figcaption>' if said else ''}</figure>"


def _picture(words: Sequence[str], named: Mapping[str, str]) -> str:
    src = _first(words, named, "src", "path", "url")
    alt = named.get("alt") or (words[1] if len(words) > 1 else "")
    return f'<img src="{escape(src)}" alt="{escape(alt)}">' if src else ""


def _youtube(words: Sequence[str], named: Mapping[str, str]) -> str:
    said = _first(words, named, "id", "videoid", "video", "url", "src")
    found = _VIDEO.match(said)
    video = found[1] if found else said
    if re.fullmatch(r"[\w-]{11}", video):
        return link(f"https://www.youtube.com/watch?v={video}", named.get("title", ""))
    listed = named.get("list", "")
    return link(f"https://www.youtube.com/playlist?list={quote(listed)}") if listed else ""


def _numbered(pattern: str, *names: str) -> Make:
    """Return a maker of links to what a site keeps under a number or name; a whole address is one too."""

    def make(words: Sequence[str], named: Mapping[str, str]) -> str:
        said = _first(words, named, *names)
        if re.match(r"https?://", said):
            return link(said, named.get("title", ""))
        return link(pattern.format(said), named.get("title", "")) if re.fullmatch(r"[\w-]+", said) else ""

    return make


def _tweet(words: Sequence[str], named: Mapping[str, str]) -> str:
    said = _first(words, named, "id", "url")
    if re.match(r"https?://", said):
        return link(said)
    user = named.get("user") or (words[0] if len(words) > 1 else "i")
    number = named.get("id") or (words[-1] if words else "")
    if not re.fullmatch(r"\d+", number) or not re.fullmatch(r"\w+", user):
        return ""
    return link(f"https://twitter.com/{user}/status/{number}")


def _gist(words: Sequence[str], named: Mapping[str, str]) -> str:
    path = _first(words[:1], named, "id", "url").strip("/")
    user = named.get("user", "")
    if len(words) > 1 and re.fullmatch(r"[\da-f]+", words[1]):
        path = f"{words[0]}/{words[1]}"
    elif user:
        path = f"{user}/{path}"
    path = re.sub(r"^(?:https?:)?//gist\.github\.com/|\.js$", "", path)
    return link(f"https://gist.github.com/{path}") if re.fullmatch(r"[\w-]+(?:/[\w-]+)?", path) else ""


def _whole(words: Sequence[str], named: Mapping[str, str]) -> str:
    url = _first(words, named, "url", "src", "href")
    return link(url, named.get("title", "")) if re.match(r"https?://", url) else ""


def _player(element: str) -> Make:
    def make(words: Sequence[str], named: Mapping[str, str]) -> str:
        src = _first(words, named, "src", "url", "mp4", "mp3", "webm", "ogg")
        return f'<{element} src="{escape(src)}" controls></{element}>' if src else ""

    return make


EMBEDS: Mapping[str, Make] = {
    "figure": figure,
    "image": figure,
    "img": _picture,
    "youtube": _youtube,
    "youtubelite": _youtube,
    "youtube-lite": _youtube,
    "lite-youtube": _youtube,
    "vimeo": _numbered("https://vimeo.com/{}", "id", "url"),
    "gist": _gist,
    "tweet": _tweet,
    "twitter": _tweet,
    "x": _tweet,
    "twitter_simple": _tweet,
    "x_simple": _tweet,
    "instagram": _numbered("https://www.instagram.com/p/{}/", "id", "url"),
    "instagram_simple": _numbered("https://www.instagram.com/p/{}/", "id", "url"),
    "soundcloud": _numbered("https://api.soundcloud.com/tracks/{}", "id", "url"),
    "soundcloud_playlist": _numbered("https://api.soundcloud.com/playlists/{}", "id", "url"),
    "spotify": _whole,
    "codepen": _whole,
    "embed": _whole,
    "media": _whole,
    "speakerdeck": _numbered("https://speakerdeck.com/player/{}", "id", "url"),
    "asciinema": _numbered("https://asciinema.org/a/{}", "id", "key", "src"),
    "dailymotion": _numbered("https://www.dailymotion.com/video/{}", "id"),
    "audio": _player("audio"),
    "video": _player("video"),
}
