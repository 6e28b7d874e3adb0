"""A publication with some of everything, and its life from a first build to an article brought back.

As a program it lives that life, by a clock that is given: rich_folder.py FOLDER START SEED STEPS. What is
drawn by chance in a real build, the ids, is drawn here from a row, so that two folders may be compared.
"""

from __future__ import annotations

import os
import random
import struct
import sys
import uuid
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

CONFIG = """\
publication:
  title: Kabar Contoh
  url: https://news.example.org/kabar
  description: Berita & bacaan
  language: id
  timezone: Asia/Jakarta
content: {folder: content, withdraw_after: 15m}
pages: true
feeds:
  items: 6
  hub: "http://127.0.0.1:9/hub"
  moved: [/feed, /old/rss.xml, /rss/]
  named:
    ayu: {title: Dari Ayu, author: [Ayu, Budi], items: 5}
    kota: {title: Kota, tag: [Kota, Laut], language: id, content: summary, moved: [/kota.xml]}
    notes: {title: Notes, folder: notes, formats: [json, atom], paths: {atom: notes/all.xml}}
newsletters:
  daily: {title: Daily, at: "07:00"}
mail: {from: Daily <news@news.example.org>}
"""
LANGUAGES = ("id", "en", "ar", "pt-BR", "he", "zh-Hant")
TAGS = ("Kota", "kota", "Laut", "لغة", "C++", "Ekonomi Kreatif", "İzmir", "ekonomi kreatif")
CATEGORIES = ("Kota", "Rubrik/Dalam", "Opini")
AUTHORS = ("Ayu", "Budi & Anak", "سارة", "Ayu; Budi", "O'Hara")
LONG_AGO = 2**62  # a clock of files by which each was written long ago, and so is whole
WRITTEN = datetime(2025, 3, 1, 4, 5, 6, tzinfo=UTC)  # the time of files: the date of those that have none


def png(width: int, height: int) -> bytes:
    """Return a grey picture of that size."""
    raw = b"".join(b"\0" + bytes([128]) * width for _ in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(raw)), chunk(b"IEND", b""))
    )


def article(number: int, more: str = "", text: str = "") -> bytes:
    """Return the text of an article whose fields hang on its number; each second one names its id."""
    tags = ", ".join(f'"{TAGS[(number + step) % len(TAGS)]}"' for step in range(number % 4))
    lines = [
        f"title: 'Kabar ke-{number} <b> & \"lain\"'",
        f"date: 2024-{1 + number % 12:02}-{1 + number % 28:02}T0{number % 10}:15:00+07:00",
        f"lang: {LANGUAGES[number % len(LANGUAGES)]}",
        f'author: "{AUTHORS[number % len(AUTHORS)]}"',
        f"tags: [{tags}]",
        f"category: {CATEGORIES[number % len(CATEGORIES)]}",
        *([f"translationKey: sama-{number // 2}"] if number < 6 else ()),
        *(["image: foto kapal.png", "imageAlt: Kapal di laut"] if number % 5 == 0 else ()),
        *(["audio: suara.mp3"] if number % 7 == 0 else ()),
        *([f"aliases: [/2019/{number}.html, /alt/{number}/]"] if number % 6 == 0 else ()),
        *([f"correction: Bukan {number}, tetapi {number + 1}."] if number % 8 == 0 else ()),
        *([f"id: https://old.example.org/?p={number}"] if number % 2 else ()),
        *([more] if more else ()),
    ]
    body = text or (
        f"Isi kabar {number}. ![Kapal](foto%20kapal.png)\n\n## Bagian {{#b{number}}}\n\n"
        f"Satu[^1], [dua](a{(number + 1) % 30}.md), [tiga](#b{number}) dan `kode`.\n\n"
        "```python\nprint('halo')\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: Catatan.\n"
    ) + "Kata dan kata lagi, supaya berkasnya cukup panjang untuk dimampatkan. " * (number % 9)
    return ("---\n" + "\n".join(lines) + "\n---\n" + body + "\n").encode()


def first_files() -> dict[str, bytes]:
    """Return the content folder as it is before anything happens, path -> bytes."""
    files = {f"a{number}.md": article(number) for number in range(24)}
    files |= {f"notes/n{number}.md": article(number + 24) for number in range(6)}
    files |= {f"{folder}/sama.md": article(40 + number) for number, folder in enumerate("zyx")}  # one slug
    files["tanpa-tanggal.md"] = b"# Tanpa tanggal\n\nIsi. ![x](gambar.svg)\n"
    files["notes/halaman.html"] = (
        b"<html lang=en><head><title>A page</title></head><body><p>Words.</body></html>"
    )
    files["إعلان.md"] = "# إعلان\n\nنص المقال العربي.\n".encode()
    files |= {"foto kapal.png": png(640, 360), "notes/foto kapal.png": png(320, 180)}
    files |= {"suara.mp3": b"ID3" + bytes(5000), "gambar.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>'}
    return files


class Life:
    """The folder and the clock of one publication, and the steps of its life."""

    def __init__(self, folder: Path, start: datetime, order: random.Random) -> None:
        self.folder, self.now, self.order = folder, start, order
        self.start = start
        self.content = folder / "content"

    def writes(self, files: dict[str, bytes]) -> None:
        """Write files in an order of chance, all with one time."""
        for path in self.order.sample(sorted(files), len(files)):
            place = self.content / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(files[path])
            os.utime(place, (WRITTEN.timestamp(), WRITTEN.timestamp()))

    def builds(self, *, after: timedelta = timedelta()) -> None:
        """Scan and publish as `syndicate build` does, in a site that is opened anew."""
        from syndicate.app.publishing import publish_site
        from syndicate.app.scanning import scan_content
        from syndicate.app.site import open_site
        from syndicate.configfile import load_config

        self.now += after
        with ExitStack() as stack:
            config = load_config(self.folder / "config.yaml", {})
            site = stack.enter_context(open_site(config, lambda: self.now, lambda: LONG_AGO))
            stack.enter_context(site.build_lock())
            result = publish_site(site, scan_content(site).articles, now=self.now)
        assert not result.faults, result.faults

    # ------------------------------------------------------------ the steps

    def begins(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.yaml").write_text(CONFIG)
        self.writes(first_files())
        self.builds()

    def lives_on(self) -> None:
        """New articles, edits, a correction, another name, another slug; three go, and one comes back."""
        self.now += timedelta(minutes=10)
        self.writes({f"baru{number}.md": article(50 + number) for number in range(3)})
        self.writes({"tanpa-tanggal.md": b"# Tanpa tanggal\n\nIsi lain.\n"})
        self.writes({"a3.md": article(3, "correction: Bukan hari ini.", "Isi yang lain.")})
        self.writes({"a6.md": article(6, "slug: alamat-lain")})
        (self.content / "a9.md").rename(self.content / "notes/sembilan.md")
        self.builds()
        gone = {name: (self.content / name).read_bytes() for name in ("a1.md", "a23.md", "a20.md")}
        for name in self.order.sample(sorted(gone), len(gone)):
            (self.content / name).unlink()
        for minutes in (5, 16, 16):
            self.builds(after=timedelta(minutes=minutes))
        self.now += timedelta(minutes=5)
        self.writes({"a1.md": gone["a1.md"]})
        self.builds()

    def waits(self) -> None:
        """Nothing new for an hour, a day, a month."""
        for length in (timedelta(hours=1), timedelta(days=1), timedelta(days=40)):
            self.builds(after=length)

    def comes_at_once(self) -> None:
        """The first files, each with an id that hangs on no row."""
        self._comes([])

    def comes_one_by_one(self) -> None:
        """The same files, but after the first ten articles with a build after each."""
        self._comes([name for name in sorted(first_files()) if name.endswith(".md")][10:])

    def _comes(self, later: list[str]) -> None:
        files = {path: with_id(path, text) for path, text in first_files().items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.yaml").write_text(CONFIG)
        self.writes({name: text for name, text in files.items() if name not in later})
        self.builds()
        for name in later:
            self.writes({name: files[name]})
            self.builds(after=timedelta(minutes=1))


def with_id(path: str, text: bytes) -> bytes:
    """Return the text of a Markdown file with an id that is made of its path."""
    if not path.endswith(".md") or b"\nid: " in text:
        return text
    head, fence, rest = text.partition(b"---\n")
    line = f"id: urn:x:{path.encode().hex()}\n".encode()
    return fence + line + rest if not head and fence else b"---\n" + line + b"---\n" + text


STEPS: dict[str, Callable[[Life], None]] = {
    "begins": Life.begins,
    "lives": Life.lives_on,
    "waits": Life.waits,
    "at-once": Life.comes_at_once,
    "one-by-one": Life.comes_one_by_one,
}


def ids_come_in_a_row() -> None:
    """Have uuid4 give 1, 2, 3 …: whatever asks first gets the first."""
    row = count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(row), version=4)


def main(folder: str, start: str, seed: str, *steps: str) -> None:
    """Live the `steps` in `folder`, in the locale that the environment names."""
    import locale

    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        print("no such locale here", file=sys.stderr)
    ids_come_in_a_row()
    life = Life(Path(folder), datetime.fromisoformat(start).astimezone(UTC), random.Random(seed))  # noqa: S311
    for step in steps:
        STEPS[step](life)


if __name__ == "__main__":
    main(*sys.argv[1:])
