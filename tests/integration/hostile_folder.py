"""A content folder in which everything is wrong that may be, and good articles between."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from hostile_bombs import bombs

SECRET = "SECRET-FROM-OUTSIDE"
GIGABYTE = 1_000_000_000
OLD = 978_307_200  # 2001
SCRIPT = "<script>alert(1)</script>"
LONG = "a" * 237  # with its suffix 240 bytes


@dataclass(frozen=True, slots=True)
class Bad:
    """A file that is no article: what its fault must say (a regular expression), and at which line."""

    why: str
    line: int | None = None


@dataclass(slots=True)
class Hostile:
    """What was made: `good` path -> title; `bad` path, as a fault shows it -> its fault.

    What is in `either` may be published or named, one of the two.
    """

    root: Path
    good: dict[str, str] = field(default_factory=dict)
    bad: dict[str, Bad] = field(default_factory=dict)
    either: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)  # mode 000: root reads them

    @property
    def content(self) -> Path:
        return self.root / "content"

    @property
    def outside(self) -> Path:
        return self.root / "outside"

    def put(self, path: str, body: bytes | str) -> Path:
        file = self.content / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body if isinstance(body, bytes) else body.encode())
        return file


def make(root: Path) -> Hostile:
    """Make the folder and what lies outside it below `root`."""
    made = Hostile(root)
    made.outside.mkdir(parents=True)
    for name in ("secret.md", "secret.png", "secret.mp3", "secret.txt", "secret.rst.meta"):
        (made.outside / name).write_text(f"---\ntitle: {SECRET}\n---\n\n{SECRET}\n")
    _good_ones(made)
    _bad_bytes(made)
    _bad_fields(made)
    _bad_addresses(made)
    _bad_names(made)
    _bad_files(made)
    _bad_companions(made)
    for path, text in bombs().items():
        bomb = made.put(f"bombs/{path}", text)
        os.utime(bomb, (OLD, OLD))  # the feed shows the good ones
        made.either.append(f"bombs/{path}")
    return made


# ---------------------------------------------------------------- good ones


def article(title: str, *fields: str, body: str = "") -> str:
    head = "\n".join((f"title: {title}", "date: 2026-01-05", *fields))
    return f"---\n{head}\n---\n\n{body or f'The text of {title}, which is unlike any other.'}\n"


def _good_ones(made: Hostile) -> None:
    for path, title in (
        ("good.md", "Good in the root"),
        ("bombs/good.md", "Good among bombs"),
        ("deep/er/good.md", "Good and deep"),
        ("x.md/inside.md", "Good in a folder named like a file"),
        (f"{LONG}.md", "Good with a name of 240 bytes"),
        ("-rf.md", "Good named like an option"),
        ("$(touch canary).md", "Good named like a command"),
        ("a?b#c%2e%2e%2fd&e;f'\"g.md", "Good named like an address"),
        ("e\u0301 nfd.md", "Good in another normal form"),
        ("\u202egnol.md", "Good from right to left"),
        ("con.md", "Good named like a device"),
        ("rss.xml.md", "Good named like a feed"),
        ("index.md", "Good named like a page"),
        ("last.md", "Good at the end"),
    ):
        made.put(path, article(title))
        made.good[path] = title
    wide = article("Good in UTF-16").encode("utf-16")
    marked = article("Good with a mark").encode("utf-8-sig")
    returns = article("Good with CRLF").replace("\n", "\r\n")
    accents = "<title>Good with accents</title><p>The text of accents.</p>"
    plain = "Good in plain text\n\nThe text of plain text, in one line that is long enough.\n"
    paper = "Good in reST\n============\n\n:date: 2026-01-05\n\nThe text of reST.\n"
    code = article("Good in MDX", body="import A from 'a'\n\nThe text of MDX.\n")
    toml = "+++\ntitle = 'Good in TOML'\ndate = 2026-01-05\n+++\n\nThe text of TOML.\n"
    json = '{"title": "Good in JSON", "date": "2026-01-05"}\n\nThe text of JSON.\n'
    others: tuple[tuple[str, str, bytes | str], ...] = (
        ("utf16.md", "Good in UTF-16", wide),
        ("utf8-mark.md", "Good with a mark", marked),
        ("crlf.md", "Good with CRLF", returns),
        (f"{'é' * 117}.html", "Good with accents", accents),
        ("text.txt", "Good in plain text", plain),
        ("page.html", "Good in HTML", "<title>Good in HTML</title><p>The text of HTML.</p>"),
        ("paper.rst", "Good in reST", paper),
        ("paper.mdx", "Good in MDX", code),
        ("toml.md", "Good in TOML", toml),
        ("json.md", "Good in JSON", json),
    )
    for path, title, body in others:
        made.put(path, body)
        made.good[path] = title


# ---------------------------------------------------------------- bytes


def _bad_bytes(made: Hostile) -> None:
    text = b"---\ntitle: x\n---\n\n"
    for path, body, bad in (
        ("empty.md", b"", Bad("empty")),
        ("blank.md", b" \n\t\n", Bad("empty|no text")),
        ("mark-only.md", b"\xef\xbb\xbf", Bad("empty")),
        ("no-text.md", b"---\ntitle: x\n---\n", Bad("no text")),
        ("empty.txt", b"", Bad("empty")),
        ("empty.html", b"", Bad("empty")),
        ("empty.rst", b"", Bad("empty")),
        ("latin1.md", text + b"caf\xe9\n", Bad("UTF-8", 5)),
        ("windows.txt", b"Title\n\n\x93Quoted\x94 text.\n", Bad("UTF-8", 3)),
        ("mixed.md", text + "é\n".encode() + b"a\n" * 3 + b"\xe9\n", Bad("UTF-8", 9)),
        ("mixed.html", "<p>é</p>\n".encode() + b"<p>\xe9</p>\n", Bad("UTF-8", 2)),
        ("mixed.rst", "é\n".encode() + b"\n\xe9\n", Bad("UTF-8", 3)),
        ("big5.txt", "中文標題\n\n中文內容\n".encode("big5"), Bad("UTF-8", 1)),
        ("utf16-no-mark.md", "title\n\ntext\n".encode("utf-16-le"), Bad("NUL", 1)),
        ("utf16-broken.md", b"\xff\xfea", Bad("UTF-16")),
        ("utf16-surrogate.md", b"\xff\xfe\x00\xd8a\x00", Bad("UTF-16")),
        ("utf32.md", "title\n\ntext\n".encode("utf-32"), Bad("UTF-32")),
        ("surrogate.md", text + b"\xed\xa0\x80\n", Bad("UTF-8", 5)),
        ("overlong.md", text + b"\xc0\xaf\n", Bad("UTF-8", 5)),
        ("nul.md", text + b"a\x00b\n", Bad("NUL", 5)),
        ("nuls.txt", b"\x00" * 100_000, Bad("NUL", 1)),
        ("controls.md", text + bytes(range(1, 9)) * 3, Bad("control", 5)),
        ("picture.md", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)) * 40, Bad("UTF-8|NUL")),
        ("archive.txt", b"PK\x03\x04" + bytes(range(256)) * 40, Bad("UTF-8|NUL|control")),
        ("six-megabytes.md", b"a\n" * 3_000_000, Bad("MB")),
    ):
        made.put(f"bytes/{path}", body)
        made.bad[f"bytes/{path}"] = bad


# ---------------------------------------------------------------- fields


def _bad_fields(made: Hostile) -> None:
    canary = made.root / "canary"
    for path, fields, bad in (
        ("open-quote", 'title: "open\ndate: 2026-01-05', Bad("YAML")),
        ("tab", "title: x\ntags:\n\t- a", Bad("YAML", 4)),
        ("colon", "title: x: y: z", Bad("YAML", 2)),
        ("python", f"title: !!python/object/apply:os.system ['touch {canary}']", Bad("YAML", 2)),
        ("python-name", "title: !!python/name:os.system", Bad("YAML", 2)),
        ("unknown-tag", "title: !thing x", Bad("YAML", 2)),
        ("indent", "title: x\n  date: y\n tags: z", Bad("YAML")),
        ("lone-alias", "title: x\ntags: *nobody", Bad("YAML", 3)),
        ("list-as-key", "title: x\n? [a, b]\n: c", Bad("YAML|field")),
        ("date", "title: x\ndate: the day after", Bad("date", 3)),
        ("date-far", "title: x\ndate: 99999-01-01", Bad("date", 3)),
        ("date-month", "title: x\ndate: 2026-13-41", Bad("date", 3)),
        ("draft", "title: x\ndraft: perhaps", Bad("draft", 3)),
        ("id-list", "title: x\nid: [a, b]", Bad("id", 3)),
        ("id-long", f"title: x\nid: {'a' * 2_000}", Bad("id", 3)),
        ("long", f"title: x\nnote: {'a' * 70_000}", Bad("64 KB", 1)),
        ("title-200-kB", f"title: {'a' * 200_000}", Bad("64 KB", 1)),
        ("line-2-MB", f"title: x\nnote: {'a ' * 1_000_000}", Bad("64 KB", 1)),
    ):
        made.put(f"fields/{path}.md", f"---\n{fields}\n---\n\nText of {path}.\n")
        made.bad[f"fields/{path}.md"] = bad
    for path, text, bad in (
        ("no-end.md", "---\ntitle: x\ntext without an end\n", Bad("end", 1)),
        ("toml.md", "+++\ntitle = x\n+++\n\nText of TOML.\n", Bad("TOML", 2)),
        ("toml-no-end.md", "+++\ntitle = 'x'\n\nText of TOML.\n", Bad("end|TOML", 1)),
        ("json.md", '{"title": "x",\n "date": }\n\nText of JSON.\n', Bad("JSON", 2)),
    ):
        made.put(f"fields/{path}", text)
        made.bad[f"fields/{path}"] = bad
    names = (
        "subtitle summary description author tags categories keywords lang slug url permalink path aliases"
        " canonical image cover audio enclosure translationKey correction section series id guid"
    )
    script = "\n".join(f'{name}: "{SCRIPT}"' for name in names.split() if name not in ("id", "url"))
    made.put("fields/script.md", article(f"Scripted {SCRIPT}", script, body=f"{SCRIPT}\n\nScripted text.\n"))
    made.good["fields/script.md"] = "Scripted"
    lists = "\n".join(f'{name}: ["{SCRIPT}", "a"]' for name in ("tags", "authors", "aliases", "images"))
    made.put("fields/scripts.md", article("Scripts in lists", lists, body="![<script>](<x>) Scripts text."))
    made.good["fields/scripts.md"] = "Scripts in lists"
    for name, text in (
        ("yaml", '---\ntitle: "Lone \\ud800 surrogate in YAML"\n---\n\nText of YAML.\n'),
        ("json", '{"title": "Lone \\ud800 surrogate in JSON"}\n\nText of lone JSON.\n'),
        ("entity", "# Lone &#xD800; surrogate as entity\n\nText &#xD800; of entity.\n"),
    ):
        made.put(f"fields/surrogate-{name}.md", text)
        made.either.append(f"fields/surrogate-{name}.md")


# ---------------------------------------------------------------- addresses


def _bad_addresses(made: Hostile) -> None:
    """Write articles that ask to lie outside, or where another lies; all are good but for that."""
    up = "../" * 12
    wishes = {
        "up": f"slug: {up}x",
        "etc": "slug: /etc/x",
        "dots": "slug: '..'",
        "dot": "slug: '.'",
        "backslashes": "slug: '..\\..\\x'",
        "percent": "slug: '%2e%2e%2f%2e%2e%2fx'",
        "feed": "slug: rss.xml",
        "tag-folder": "slug: tags",
        "home": "slug: index.html",
        "empty": "slug: '///'",
        "nul": 'slug: "a\\0b"',
        "newline": 'slug: "a\\nb"',
        "long": f"slug: {'a' * 5_000}",
        "url-up": f"url: {up}x/",
        "url-etc": "url: /etc/x/",
        "url-script": "url: javascript:alert(1)",
        "url-file": "url: file:///etc/passwd",
        "url-elsewhere": "url: https://elsewhere.example/x/",
        "permalink-up": f"permalink: /a/{up}x/",
        "path-up": f"path: {up}x.html",
        "save-as-up": f"save_as: {up}x.html",
        "aliases-up": f"aliases: ['{up}x/', '/etc/x.html', 'javascript:/x.html']",
        "tags-up": f"tags: ['{up}x', '..', '.', '/etc/x', 'a/../../b', '%2e%2e']",
        "category-up": f"category: {up}x",
        "language-up": f"lang: {up}x",
        "picture-up": f"image: {up}etc/passwd.png",
        "picture-outside": "image: ../../outside/secret.png",
        "picture-root": "image: /outside/secret.png",
        "picture-file": "image: file:///etc/passwd",
        "audio-outside": "audio: ../../outside/secret.mp3",
        "audio-link": "audio: secret.mp3",
        "media-link": "image: secret.png",
        "key-up": f"translationKey: {up}x",
    }
    for name, wish in wishes.items():
        title = f"Address {name}"
        made.put(f"addresses/{name}.md", article(title, wish))
        made.good[f"addresses/{name}.md"] = title
    body = "![a](../../outside/secret.png) ![b](secret.png) [c](secret.mp3) ![d](fifo.png) ![e](zero.png)"
    made.put("addresses/body.md", article("Address body", body=f"The text of pictures. {body}"))
    made.good["addresses/body.md"] = "Address body"
    rst = "\n\n".join(
        (
            "Address reST\n============",
            ".. include:: /etc/passwd",
            ".. include:: ../../outside/secret.md",
            ".. raw:: html\n   :file: ../../outside/secret.md",
            ".. csv-table::\n   :file: ../../outside/secret.md",
            ".. literalinclude:: ../../outside/secret.md",
            ".. raw:: html\n\n   <script>alert(1)</script>",
            ".. figure:: ../../outside/secret.png",
            "The text of directives.\n",
        )
    )
    made.put("addresses/directives.rst", rst)
    made.good["addresses/directives.rst"] = "Address reST"
    (made.content / "addresses/secret.png").symlink_to(made.outside / "secret.png")
    (made.content / "addresses/secret.mp3").symlink_to(made.outside / "secret.mp3")
    (made.content / "addresses/zero.png").symlink_to("/dev/zero")
    os.mkfifo(made.content / "addresses/fifo.png")
    for number in (1, 2):
        made.put(f"addresses/same-slug-{number}.md", article(f"Address same slug {number}", "slug: the-same"))
        made.good[f"addresses/same-slug-{number}.md"] = f"Address same slug {number}"
        made.put(f"addresses/same-id-{number}.md", article(f"Address same id {number}", "id: the-same"))
    made.good["addresses/same-id-1.md"] = "Address same id 1"
    made.bad["addresses/same-id-2.md"] = Bad("id")


# ---------------------------------------------------------------- names and files


def _bad_names(made: Hostile) -> None:
    folder = os.fsencode(made.content / "names")
    made.put("names/good.md", article("Good among names"))
    made.good["names/good.md"] = "Good among names"
    for name, shown, why in (
        (b"caf\xe9.md", "caf\\xe9.md", "UTF-8"),
        (b"caf\xe9.txt", "caf\\xe9.txt", "UTF-8"),
        (b"line\nbreak.md", "line\\x0abreak.md", "control"),
        (b"\x1b[31mred.md", "\\x1b[31mred.md", "control"),
    ):
        with open(os.path.join(folder, name), "wb") as file:  # noqa: PTH118, PTH123 - bytes are no Path
            file.write(article("Badly named").encode())
        made.bad[f"names/{shown}"] = Bad(why)
    undecodable = os.path.join(folder, b"dir\xff")  # noqa: PTH118
    os.mkdir(undecodable)  # noqa: PTH102
    with open(os.path.join(undecodable, b"inside.md"), "wb") as file:  # noqa: PTH118, PTH123
        file.write(article("In a badly named folder").encode())
    made.bad["names/dir\\xff/inside.md"] = Bad("UTF-8")


def _bad_files(made: Hostile) -> None:
    here = made.content / "files"
    made.put("files/good.md", article("Good among files"))
    made.good["files/good.md"] = "Good among files"
    for suffix in ("md", "txt", "html", "rst", "mdx"):
        with (here / f"gigabyte.{suffix}").open("wb") as file:
            file.truncate(GIGABYTE)
        made.bad[f"files/gigabyte.{suffix}"] = Bad("MB")
    (here / "loop").symlink_to(here)
    (here / "up").symlink_to(made.content)
    (here / "round.md").symlink_to("round.md")
    (here / "one.md").symlink_to("two.md")
    (here / "two.md").symlink_to("one.md")
    (here / "dangling.md").symlink_to("nothing.md")
    (here / "out.md").symlink_to(made.outside / "secret.md")
    (here / "out").symlink_to(made.outside)
    (here / "etc").symlink_to("/etc")
    (here / "passwd.txt").symlink_to("/etc/passwd")
    (here / "zero.md").symlink_to("/dev/zero")
    (here / "zero.txt").symlink_to("/dev/zero")
    (here / "random.html").symlink_to("/dev/urandom")
    os.mkfifo(here / "fifo.md")
    os.mkfifo(here / "fifo.txt")
    with suppress(OSError):  # as root, where the system lets him
        os.mknod(here / "device.md", 0o20666, os.makedev(1, 5))
    (here / "directory.md").mkdir()
    (here / "socket.md").symlink_to("s")
    with socket.socket(socket.AF_UNIX) as listening, suppress(OSError):
        place = os.open(here, os.O_RDONLY)
        try:
            listening.bind(f"/proc/self/fd/{place}/s")  # the whole path is too long for a socket
        finally:
            os.close(place)
    for name in ("round", "one", "two", "dangling"):
        made.bad[f"files/{name}.md"] = Bad("link|cannot be read")
    for name in ("out.md", "zero.md", "zero.txt", "passwd.txt", "random.html"):
        made.bad[f"files/{name}"] = Bad("outside|out of|regular")
    for name in ("fifo.md", "fifo.txt", "socket.md"):
        made.bad[f"files/{name}"] = Bad("regular|no file")
    secret = made.put("files/mode000.md", article("Locked away"))
    secret.chmod(0)
    made.put("files/locked/inside.md", article("Locked in")).parent.chmod(0)
    made.locked += ["files/mode000.md", "files/locked"]
    _levels(here)


def _levels(here: Path) -> None:
    """Make folders in folders until no path reaches the last of them."""
    place = os.open(here, os.O_RDONLY)
    for _ in range(60):
        os.mkdir("d" * 200, dir_fd=place)
        below = os.open("d" * 200, os.O_RDONLY, dir_fd=place)
        os.close(place)
        place = below
    file = os.open("unreachable.md", os.O_WRONLY | os.O_CREAT, dir_fd=place)
    os.write(file, article("Unreachable").encode())
    os.close(file)
    os.close(place)


def _bad_companions(made: Hostile) -> None:
    """Write articles whose ``.meta`` file is bad."""
    for name in ("latin1", "gigabyte", "fifo", "zero", "out", "folder", "bomb"):
        made.put(f"companions/{name}.rst", f"The text of the companion {name}.\n")
        made.either.append(f"companions/{name}.rst")
    here = made.content / "companions"
    (here / "latin1.meta").write_bytes(b".. title: caf\xe9\n")
    with (here / "gigabyte.meta").open("wb") as file:
        file.truncate(GIGABYTE)
    os.mkfifo(here / "fifo.meta")
    (here / "zero.meta").symlink_to("/dev/zero")
    (here / "out.meta").symlink_to(made.outside / "secret.rst.meta")
    (here / "folder.meta").mkdir()
    (here / "bomb.meta").write_text(".. title: a\n" * 100_000)
