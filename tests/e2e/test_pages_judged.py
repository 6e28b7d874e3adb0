"""Every kind of page, judged by html-validate and, in Chromium, by axe-core: 0 faults.

Needs node, npm and chromium. The two judges come from npm into a folder of the test run, or lie in the folder
that SYNDICATE_NODE_MODULES names, which holds node_modules. With SYNDICATE_PICTURES=FOLDER each page is
pictured there, narrow and wide, light and dark.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from syndicate.cli import main

HERE = Path(__file__).resolve().parent / "pages"
SAMPLES = Path(__file__).resolve().parents[2] / "content"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
CONFIG = """\
publication: {{title: Kabar & Kota, url: "{url}", language: id, timezone: Asia/Jakarta, description: Berita}}
feeds: {{moved: [/feed/], named: {{pilihan: {{title: Pilihan, tag: [kopi]}}}}}}
newsletters: {{daily: {{title: Kabar Harian, at: "07:00"}}}}
mail: {{from: kabar@news.example.org}}
"""
HARD = """\
---
title: {title}
date: 2026-11-2{day}
language: {language}
translationKey: hard
tags: [kopi, {language}]
categories: [Berita]
authors: [Ani <b>Wijaya</b>, Budi]
correction: It was 12,000 & not <14,000>.
aliases: [/2019/hard-{language}/]
---
{word} and <https://example.org/{word}/x>.

# A heading of the first level

| {wide} |
|{rule}
| {wide} |

```python
return "{wide}" * 3
```

> A quotation. ![A ship](words-that-came-by-ship.png)

- one
- two[^1] <kbd>Ctrl</kbd>

<details><summary>More</summary>Words.</details>

- [ ] open
- [x] done

[^1]: A note.
"""
PATHS = (
    *("/", "/page/1/", "/articles/hard-en/", "/articles/hard-ar/", "/articles/words-that-came-by-ship/"),
    *("/articles/how-a-feed-finds-its-readers/", "/articles/nujum-al-bahr/", "/articles/pasang-surut/"),
    *(
        "/articles/suara/",
        "/tags/kopi/",
        "/categories/berita/",
        "/authors/budi/",
        "/languages/ar/",
        "/archive/",
    ),
    *("/archive/2026/11/", "/feeds/", "/preview/", "/languages/ar/preview/", "/feeds/pilihan/preview/"),
    *("/404.html", "/2019/hard-en/", "/feed/", "/articles/going/gone.html"),
)


@pytest.fixture(scope="module")
def judges(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the two programs; fetched where nobody says that they are there."""
    if not (shutil.which("node") and CHROMIUM):
        pytest.skip("node or chromium is not installed")
    if known := os.environ.get("SYNDICATE_NODE_MODULES"):
        return Path(known)
    folder = tmp_path_factory.mktemp("node")
    shutil.copy(HERE / "package.json", folder)
    npm = shutil.which("npm")
    fetch = [npm or "npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
    try:
        if (
            npm
            and subprocess.run(fetch, check=False, cwd=folder, timeout=100, capture_output=True).returncode
            == 0
        ):
            return folder
    except subprocess.TimeoutExpired:
        pass
    pytest.skip("html-validate and axe-core cannot be had from npm")


class Silent(SimpleHTTPRequestHandler):
    """Serves files, and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A publication with every kind of page, built by the command and served as plain files."""
    serve = partial(Silent, directory=str(tmp_path / "public"))
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "config.yaml").write_text(CONFIG.format(url=url))
        written(tmp_path / "content")
        monkeypatch.chdir(tmp_path)
        built()
        (tmp_path / "content" / "going.md").unlink()
        built("--accept-removals")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield url
        server.shutdown()
        thread.join()


def written(content: Path) -> None:
    shutil.copytree(SAMPLES, content)
    wide = " | ".join(f"a column {number}" for number in range(14))
    for day, language, title in ((1, "en", "Hard " + "x" * 70 + " <title>"), (2, "ar", "عنوان صعب")):
        text = HARD.format(
            title=f'"{title}"',
            day=day,
            language=language,
            word="donaudampf" * 12,
            wide=wide,
            rule="---|" * 14,
        )
        (content / f"hard-{language}.md").write_text(
            text.replace("aliases", f"slug: hard-{language}\naliases", 1)
        )
    for number in range(40):
        head = f"title: Lama {number}\ndate: 2026-0{1 + number % 9}-11\ntags: [kampung]"
        (content / f"lama{number}.md").write_text(f"---\n{head}\n---\nIsi.\n")
    for name in ("surut.mp3", "film.mp4", "peta.pdf"):
        (content / name).write_bytes(b"not quite what it says" * 9000)
    head = "title: Suara pasang\nlanguage: id\ndate: 2026-11-20\naudio: [surut.mp3, film.mp4, peta.pdf]"
    (content / "suara.md").write_text(f"---\n{head}\n---\nDengarkan [peta](#x).\n")
    (content / "going.md").write_text("---\ntitle: Going\ndate: 2026-11-01\n---\nWords.\n")


def built(*options: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["build", *options])
    assert ended.value.code in (0, None)


def judged(judges: Path, address: str, *paths: str) -> subprocess.CompletedProcess[str]:
    pictures = os.environ.get("SYNDICATE_PICTURES", "")
    command = ["node", str(HERE / "judge.mjs"), str(judges), CHROMIUM, pictures, address, *paths]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=110)


def test_no_kind_of_page_has_a_fault(judges: Path, address: str) -> None:
    """html-validate and axe-core find nothing on any kind of page; none is wider than its window."""
    result = judged(judges, address, *PATHS)
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{len(PATHS)} pages, 0 faults" in result.stdout


def test_the_judges_see_a_fault(judges: Path, address: str, tmp_path: Path) -> None:
    """A page with a picture without words, an open element and a wide line is found faulty by both."""
    bad = '<!doctype html><html lang="en"><title>x</title><p>a<div><img src="x"><pre>' + "wide " * 400
    (tmp_path / "public" / "bad.html").write_text(bad)
    said = judged(judges, address, "/bad.html").stdout
    for fault in ("close-order", "image-alt", "wider than the window"):
        assert fault in said
