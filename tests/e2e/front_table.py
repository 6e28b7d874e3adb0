"""What is asked of a published publication, and what each server is to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BASE = "https://news.example.org"
HUB = "https://hub.example.org/?a=$b"
PAGE, OTHER = "public, max-age=60, must-revalidate", "public, max-age=3600"
HTML = "text/html; charset=utf-8"
POLICY = f"script-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self' {BASE}"
STAY = "max-age=31536000"
SOUND = bytes(range(256)) * 8192


@dataclass(frozen=True)
class Row:
    """What is asked and what is answered. A header that is None is not there; a text is a file's name."""

    path: str
    status: int = 200
    headers: Mapping[str, str | None] = field(default_factory=dict)
    body: bytes | str | None = None
    asked: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"

    def __str__(self) -> str:
        return " ".join([self.method, self.path, *self.asked.values()])


def link(path: str) -> str:
    return f'<{HUB}>; rel="hub", <{BASE}{path}>; rel="self"'


def feed(path: str, kind: str, *, name: str = "", ttl: int = 900) -> Row:
    headers: dict[str, str | None] = {
        "content-type": f"{kind}; charset=utf-8",
        "cache-control": f"public, max-age={ttl}",
        "vary": "Accept-Encoding",
        "link": link(path) if "opml" not in kind else None,
        "content-security-policy": None,
        "strict-transport-security": STAY,
    }
    return Row(path, 200, headers, name or path[1:])


def file(path: str, kind: str, kept: str = OTHER, *, name: str = "", sandbox: bool = False) -> Row:
    text = "charset" in kind or "svg" in kind
    headers = {
        "content-type": kind,
        "cache-control": kept,
        "vary": "Accept-Encoding" if text else None,
        "link": None,
        "content-security-policy": "sandbox" if sandbox else POLICY if kind == HTML else None,
        "strict-transport-security": STAY,
    }
    return Row(path, 200, headers, name or path[1:])


def moved(path: str, to: str) -> Row:
    return Row(path, 301, {"location": to, "cache-control": "public, max-age=3600"})


TAG = "/tags/kota-d%C3%A9sa"
ARTICLE = "/articles/rekaman"
SOUND_AT = f"{ARTICLE}/suara.mp3"
OUTSIDE = {"content-range": f"bytes */{len(SOUND)}"}
SAFE = {"content-security-policy": POLICY, "strict-transport-security": STAY}
MISSING: Mapping[str, str | None] = {"content-type": HTML, "cache-control": "no-cache", **SAFE}
GONE = {"content-type": HTML, **SAFE}
SAFEST: Mapping[str, str | None] = {
    "strict-transport-security": STAY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
OURS: Mapping[str, str | None] = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    **SAFEST,
}
PROBLEM: Mapping[str, str | None] = {
    "cache-control": "no-store",
    "content-type": "application/problem+json",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "vary": "Origin",
    **SAFEST,
}
TABLE = [
    feed("/rss.xml", "application/rss+xml"),
    feed("/atom.xml", "application/atom+xml"),
    feed("/feed.json", "application/feed+json"),
    feed("/opml.xml", "text/x-opml"),
    feed("/feeds/pilihan/rss.xml", "application/rss+xml", ttl=3600),
    feed("/feeds/pilihan/feed.json", "application/feed+json", ttl=3600),
    feed(f"{TAG}/atom.xml", "application/atom+xml", name="tags/kota-désa/atom.xml"),
    feed(f"{TAG}/feed.json", "application/feed+json", name="tags/kota-désa/feed.json"),
    file("/", HTML, PAGE, name="index.html"),
    file(f"{ARTICLE}/", HTML, PAGE, name="articles/rekaman/index.html"),
    file(f"{ARTICLE}/index.html", HTML, PAGE),
    file(f"{TAG}/", HTML, PAGE, name="tags/kota-désa/index.html"),
    file("/?utm=1", HTML, PAGE, name="index.html"),
    file("/style.css", "text/css; charset=utf-8"),
    file("/robots.txt", "text/plain; charset=utf-8", kept=PAGE),
    file("/sitemap.xml", "application/xml; charset=utf-8", kept=PAGE),
    file(SOUND_AT, "audio/mpeg"),
    file(f"{ARTICLE}/peta.svg", "image/svg+xml", sandbox=True),
    file(f"{ARTICLE}/naskah.html", HTML, PAGE, sandbox=True),
    replace(feed("/rss.xml", "application/rss+xml"), method="HEAD", body=b""),
    replace(file(f"{ARTICLE}/", HTML, PAGE), method="HEAD", body=b""),
    Row(
        SOUND_AT,
        206,
        {
            "content-range": f"bytes 1000-700000/{len(SOUND)}",
            "content-length": "699001",
        },
        SOUND[1000:700001],
        {"range": "bytes=1000-700000"},
    ),
    Row(SOUND_AT, 206, {}, SOUND[-10:], {"range": "bytes=-10"}),
    Row(
        SOUND_AT,
        416,
        {"content-range": f"bytes */{len(SOUND)}"},
        None,
        {"range": "bytes=9999999-"},
    ),
    Row(SOUND_AT, 200, {}, SOUND, {"range": "bytes=0-9", "if-range": '"old"'}),
    Row(SOUND_AT, 200, {"accept-ranges": "bytes"}, b"", method="HEAD"),
    moved("/feed", f"{BASE}/rss.xml"),
    moved("/feed/", f"{BASE}/rss.xml"),
    moved("/old/rss.xml", f"{BASE}/rss.xml"),
    moved("/lama/", f"{BASE}{ARTICLE}/"),
    moved("/lama", f"{BASE}{ARTICLE}/"),
    moved("/2019/lama.html", f"{BASE}{ARTICLE}/"),
    replace(moved("/lama/", f"{BASE}{ARTICLE}/"), method="HEAD"),
    moved(ARTICLE, "rekaman/"),
    moved(f"{ARTICLE}?a=1", "rekaman/?a=1"),
    moved(TAG, "kota-d%C3%A9sa/"),
    Row("/articles/pergi/", 410, GONE, "articles/pergi/gone.html"),
    Row("/articles/pergi", 410, GONE, "articles/pergi/gone.html"),
    Row("/articles/pergi/gone.html", 410, GONE, "articles/pergi/gone.html"),
    Row("/none", 404, MISSING, "404.html"),
    Row("/none/", 404, MISSING, "404.html"),
    Row("/articles/", 404, MISSING, "404.html"),
    Row("/.syndicate-manifest.json", 404, MISSING, "404.html"),
    Row("/articles/.x/index.html", 404, MISSING, "404.html"),
    Row("/_redirects", 404, MISSING, "404.html"),
    Row("/lama/index.html.moved", 404, MISSING, "404.html"),
    Row("/old/rss.xml.moved", 404, MISSING, "404.html"),
    Row("/rss.xml", 405, {"allow": "GET, HEAD"}, None, method="POST"),
    Row("/", 405, {"allow": "GET, HEAD"}, None, method="PUT"),
    Row("/unsubscribe/nobody", 404, {"cache-control": "no-store", "referrer-policy": "no-referrer"}),
    Row("/unsubscribe/nobody", 404, {"cache-control": "no-store"}, method="POST"),
    Row(
        "/editions/", 200, {"cache-control": "public, max-age=60", "content-type": "text/html; charset=utf-8"}
    ),
    Row("/editions/daily/atom.xml", 200, {"content-type": "application/atom+xml; charset=utf-8"}),
    Row("/editions/daily/2026-11-23/Asia/Tokyo/", 404, {"cache-control": "no-cache"}),
    Row("/editions/daily", 301, {"location": "./daily/"}),
    Row("/editions/", 405, {"allow": "GET, HEAD"}, None, method="POST"),
    Row("/subscribe/", 200, OURS),
    Row("/subscribe", 303, {"location": "./subscribe/"}),
    Row("/subscribe/", 422, OURS, method="POST"),
    Row("/confirm/nobody", 404, OURS),
    Row("/preferences/nobody", 404, OURS),
    Row("/account/nobody", 404, OURS),
    Row("/move/nobody", 404, OURS, method="POST"),
    Row("/api/openapi.json", 200, {"content-type": "application/json", **SAFEST}),
    Row("/api/subscribe", 415, PROBLEM, method="POST"),
    Row("/api/subscribe", 403, PROBLEM, asked={"origin": "https://evil.example"}, method="OPTIONS"),
    Row("/api/nothing", 404, PROBLEM),
    Row("/health", 200, {"cache-control": "no-store"}),
]
