"""Publishing into a real folder: only what changed is written, only ours is deleted, whatever happens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.errors import PublishError
from syndicate.model import CopiedFile, OutputFile
from syndicate.publish.folder import BATCH_FILES, publish
from syndicate.publish.manifest import load
from syndicate.publish.paths import DRAFTS, MANIFEST


def page(path: str, text: str = "text") -> OutputFile:
    return OutputFile(path, text.encode())


def tree(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything in `folder` by path: inode, time and bytes."""
    return {
        str(place.relative_to(folder)): (place.stat().st_ino, place.stat().st_mtime_ns, place.read_bytes())
        for place in folder.rglob("*")
        if place.is_file()
    }


def names(folder: Path) -> set[str]:
    return set(tree(folder)) - {MANIFEST}


SITE = [page("index.html"), page("rss.xml"), page("articles/satu/index.html"), page("tags/a/feed.json")]


def test_a_first_publishing_writes_everything_in_its_order(tmp_path: Path) -> None:
    """Files take their places in the order they come in, in folders that are made on the way."""
    result = publish(tmp_path / "a/public", SITE)
    assert result.written == tuple(file.path for file in SITE)
    assert result.faults == ()
    assert (tmp_path / "a/public/articles/satu/index.html").read_bytes() == b"text"
    assert not (tmp_path / "a/public" / DRAFTS).exists()


def test_a_second_publishing_touches_nothing(tmp_path: Path) -> None:
    """With nothing changed, every file, the list too, keeps inode, time and bytes."""
    publish(tmp_path, SITE)
    before = tree(tmp_path)
    result = publish(tmp_path, SITE)
    assert tree(tmp_path) == before
    assert (result.written, result.unchanged, result.deleted) == ((), 4, ())


def test_only_the_changed_file_is_written(tmp_path: Path) -> None:
    """A changed body replaces its own file and no other."""
    publish(tmp_path, SITE)
    before = tree(tmp_path)
    result = publish(tmp_path, [page("index.html", "new"), *SITE[1:]])
    assert result.written == ("index.html",)
    after = tree(tmp_path)
    assert {path for path in before if before[path] != after[path]} == {"index.html", MANIFEST}


def test_what_is_no_longer_wanted_goes_with_its_folder(tmp_path: Path) -> None:
    """A withdrawn page is deleted, and so are the folders it leaves empty."""
    publish(tmp_path, SITE)
    result = publish(tmp_path, SITE[:2])
    assert result.deleted == ("articles/satu/index.html", "tags/a/feed.json")
    assert names(tmp_path) == {"rss.xml", "index.html"}
    assert not (tmp_path / "articles").exists()
    assert set(load(tmp_path)[0]) == {"rss.xml", "index.html"}


def test_a_part_is_published_without_a_look_at_the_rest(tmp_path: Path) -> None:
    """Some files change and one is gone: all others of ours stay, even those that were tampered with."""
    publish(tmp_path, SITE)
    before = tree(tmp_path)
    (tmp_path / "articles/satu/index.html").write_text("tampered")
    result = publish(tmp_path, [page("rss.xml", "new")], partial=True, gone=["tags/a/feed.json", "rss.xml"])
    assert (result.written, result.unchanged, result.deleted) == (("rss.xml",), 0, ("tags/a/feed.json",))
    assert names(tmp_path) == {"index.html", "rss.xml", "articles/satu/index.html"}
    assert not (tmp_path / "tags").exists()
    assert tree(tmp_path)["index.html"] == before["index.html"]
    assert publish(tmp_path, SITE).written == ("rss.xml", "articles/satu/index.html", "tags/a/feed.json")


def test_what_is_gone_is_deleted_only_where_it_is_ours(tmp_path: Path) -> None:
    """Neither somebody else's file nor one that is not there is deleted or complained of."""
    publish(tmp_path, SITE)
    (tmp_path / "CNAME").write_text("news.example.org")
    result = publish(tmp_path, [], partial=True, gone=["CNAME", "nowhere.xml", "../../etc/passwd"])
    assert (result.deleted, result.faults) == ((), ())
    assert "CNAME" in names(tmp_path)


def test_kept_paths_and_a_partial_publishing_stay(tmp_path: Path) -> None:
    """`keep` and `partial` leave files in place, and still ours for later."""
    publish(tmp_path, SITE)
    assert publish(tmp_path, SITE[:2], partial=True).deleted == ()
    result = publish(tmp_path, SITE[:2], keep={"tags/a/feed.json"})
    assert result.deleted == ("articles/satu/index.html",)
    assert publish(tmp_path, SITE[:2]).deleted == ("tags/a/feed.json",)


def test_foreign_files_survive(tmp_path: Path) -> None:
    """A file of somebody else is neither overwritten nor deleted, and the operator is told."""
    (tmp_path / "articles/satu").mkdir(parents=True)
    (tmp_path / "CNAME").write_text("news.example.org")
    (tmp_path / "articles/satu/photo.jpg").write_text("his")
    (tmp_path / "index.html").write_text("his")
    result = publish(tmp_path, SITE)
    assert [fault.path for fault in result.faults] == ["index.html"]
    publish(tmp_path, [])
    assert names(tmp_path) == {"CNAME", "articles/satu/photo.jpg", "index.html"}
    assert (tmp_path / "index.html").read_text() == "his"


def test_a_foreign_file_with_our_bytes_becomes_ours(tmp_path: Path) -> None:
    """A folder published before without a list is taken over as far as it is the same."""
    (tmp_path / "index.html").write_bytes(b"text")
    assert publish(tmp_path, SITE).faults == ()
    assert "index.html" in publish(tmp_path, []).deleted


def test_a_file_of_ours_that_was_edited_is_restored(tmp_path: Path) -> None:
    """Our file changed by somebody else, of equal size too, is written again."""
    publish(tmp_path, SITE)
    (tmp_path / "index.html").write_bytes(b"tExt")
    assert publish(tmp_path, SITE).written == ("index.html",)
    assert (tmp_path / "index.html").read_bytes() == b"text"


def test_a_touched_file_is_not_written_again(tmp_path: Path) -> None:
    """A new time with the same bytes, as after a copy of the folder, makes no work twice."""
    publish(tmp_path, SITE)
    os.utime(tmp_path / "index.html", ns=(5, 5))
    assert publish(tmp_path, SITE).written == ()
    assert load(tmp_path)[0]["index.html"].mtime_ns == 5


def test_copies_follow_their_source(tmp_path: Path) -> None:
    """A picture is copied once, again when its bytes change, and not when only its time does."""
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"one" * 1_000_000)
    public, file = tmp_path / "public", CopiedFile("articles/satu/photo.jpg", str(source))
    assert publish(public, [file]).written == (file.path,)
    os.utime(source, ns=(5, 5))
    assert publish(public, [file]).written == ()
    source.write_bytes(b"two")
    assert publish(public, [file]).written == (file.path,)
    assert (public / file.path).read_bytes() == b"two"


def test_a_source_that_is_gone_or_no_file_leaves_the_copy(tmp_path: Path) -> None:
    """A lost source, or a fifo in its place, is a fault of that file alone, and its last copy stays."""
    source = tmp_path / "photo.jpg"
    source.write_bytes(b"one")
    public, file = tmp_path / "public", CopiedFile("photo.jpg", str(source))
    publish(public, [file])
    source.unlink()
    os.mkfifo(tmp_path / "fifo")
    result = publish(public, [file, CopiedFile("x.jpg", str(tmp_path / "fifo")), page("index.html")])
    assert [fault.path for fault in result.faults] == ["photo.jpg", "x.jpg"]
    assert names(public) == {"photo.jpg", "index.html"}


def test_a_path_wanted_twice_is_a_fault_and_the_first_wins(tmp_path: Path) -> None:
    """Two files for one path, or a file where another needs a folder: the first is published."""
    result = publish(tmp_path, [page("a", "first"), page("a", "second"), page("a/b"), page("c/d"), page("c")])
    assert [fault.path for fault in result.faults] == ["a", "a/b", "c"]
    assert tree(tmp_path)["a"][2] == b"first"
    assert names(tmp_path) == {"a", "c/d"}


def test_nothing_is_written_or_deleted_outside_of_the_folder(tmp_path: Path) -> None:
    """Climbing paths, and links in the folder that lead out of it, reach nothing."""
    public, outside = tmp_path / "public", tmp_path / "outside"
    outside.mkdir()
    publish(public, [page("articles/satu/index.html")])
    (outside / "satu").mkdir()
    (outside / "satu/index.html").write_text("his")
    (public / "articles/satu/index.html").unlink()
    (public / "articles/satu").rmdir()
    (public / "articles").rmdir()
    (public / "articles").symlink_to(outside)
    (public / "out.html").symlink_to(outside / "new.html")
    bad = [
        page("../x"),
        page("/etc/x"),
        page("articles/satu/index.html"),
        page("articles/new"),
        page("out.html"),
    ]
    result = publish(public, bad)
    assert len(result.faults) == 5
    assert result.written == ()
    publish(public, [])
    assert tree(outside).keys() == {"satu/index.html"}
    assert (outside / "satu/index.html").read_text() == "his"


def test_a_list_that_names_files_outside_deletes_none_of_them(tmp_path: Path) -> None:
    """A forged list cannot make us delete what lies elsewhere."""
    public = tmp_path / "public"
    (tmp_path / "precious").write_text("his")
    publish(public, SITE)
    listed = json.loads((public / MANIFEST).read_text())
    listed["files"]["../precious"] = {"sha256": "0" * 64, "size": 3, "mtime_ns": 1}
    (public / MANIFEST).write_text(json.dumps(listed))
    publish(public, [])
    assert (tmp_path / "precious").exists()


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"[" * 100_000, b'{"version": 1, "files": {"a": 1}}'])
def test_a_broken_list_is_reported_and_counts_as_empty(tmp_path: Path, body: bytes) -> None:
    """Without its list a folder's equal files are adopted and its other ones left alone."""
    publish(tmp_path, SITE)
    (tmp_path / MANIFEST).write_bytes(body)
    result = publish(tmp_path, [page("index.html"), page("rss.xml", "new")])
    assert [fault.path for fault in result.faults] == [MANIFEST, "rss.xml"]
    assert result.deleted == ()
    assert set(load(tmp_path)[0]) == {"index.html"}


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda inner: st.dictionaries(st.sampled_from(["version", "files", "a", "sha256", "size"]), inner),
    ).map(lambda value: json.dumps(value).encode())
)
@settings(max_examples=100, deadline=None)
def test_any_bytes_for_a_list_are_survived(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    """Whatever stands in the list's place is read as a list or reported."""
    folder = tmp_path_factory.mktemp("any")
    (folder / MANIFEST).write_bytes(body)
    entries, fault = load(folder)
    assert not entries or fault is None


def test_a_publishing_that_breaks_off_is_finished_by_the_next(tmp_path: Path) -> None:
    """When the files' maker fails midway nothing is deleted, and the next publishing completes the folder."""
    publish(tmp_path, [page("old.html"), page("rss.xml", "old")])

    def broken() -> Iterator[OutputFile]:
        yield from (page(f"articles/{number}.html") for number in range(BATCH_FILES + 9))
        raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        publish(tmp_path, broken())
    assert (tmp_path / "rss.xml").read_bytes() == b"old"
    assert len(names(tmp_path)) == BATCH_FILES + 2
    assert names(tmp_path) <= set(load(tmp_path)[0])
    result = publish(tmp_path, [page("rss.xml", "new"), page("articles/3.html")])
    assert result.faults == ()
    assert names(tmp_path) == {"rss.xml", "articles/3.html"}


def test_what_was_put_in_the_place_of_a_promised_file_is_foreign(tmp_path: Path) -> None:
    """After a death between list and file, a file that somebody else puts there is his."""
    publish(tmp_path, [page("a.html")])
    listed = json.loads((tmp_path / MANIFEST).read_text())
    listed["files"]["b.html"] = listed["files"]["a.html"] | {"mtime_ns": 0}
    (tmp_path / MANIFEST).write_text(json.dumps(listed))
    (tmp_path / "b.html").write_text("his")
    assert publish(tmp_path, [page("a.html")]).deleted == ()
    assert (tmp_path / "b.html").read_text() == "his"


def versioned(version: str) -> list[OutputFile]:
    """150 pages at addresses of their own, 150 at lasting ones, and a feed, all of one version."""
    own = [page(f"{version}/{number}/index.html", version * 500) for number in range(150)]
    lasting = [page(f"both/{number}.html", version * 500) for number in range(150)]
    return [*own, *lasting, page("rss.xml", version)]


KILLED = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_publish_folder import publish, versioned
print("started", flush=True)
publish(Path(sys.argv[1]), versioned("two"))
"""


@pytest.mark.parametrize("delay", [0.03, 0.08, 0.15])
def test_a_kill_at_any_moment_leaves_whole_files_that_are_all_ours(tmp_path: Path, delay: float) -> None:
    """After kill -9 each file is the old or the new one, and the next publishing leaves nothing behind."""
    publish(tmp_path, versioned("one"))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"started\n"
        time.sleep(delay)  # the kill must fall at some moment of the work; which one does not matter
        process.kill()
    whole = {b"one", b"two", b"one" * 500, b"two" * 500}
    files = {path: body for path, (_, _, body) in tree(tmp_path).items() if not path.startswith(DRAFTS)}
    assert {body for path, body in files.items() if path != MANIFEST} <= whole
    if files["rss.xml"] == b"two":
        assert files["both/149.html"] == b"two" * 500
    assert set(files) - {MANIFEST} <= set(load(tmp_path)[0])
    assert publish(tmp_path, [page("index.html")]).faults == ()
    assert names(tmp_path) == {"index.html"}
    assert not (tmp_path / DRAFTS).exists()


def test_a_folder_in_the_way_is_a_fault_of_that_file_alone(tmp_path: Path) -> None:
    """Where a folder lies in a file's place, the others are published."""
    (tmp_path / "index.html").mkdir()
    result = publish(tmp_path, SITE)
    assert [fault.path for fault in result.faults] == ["index.html"]
    assert len(result.written) == 3


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """A publish folder that cannot be one is an error that names it."""
    (tmp_path / "public").write_text("his")
    with pytest.raises(PublishError, match="public"):
        publish(tmp_path / "public", SITE)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named_and_keeps_its_files(tmp_path: Path) -> None:
    """Without permission the error names the path, and the old files stay."""
    publish(tmp_path, SITE)
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PublishError, match="Permission denied"):
            publish(tmp_path, [page("index.html", "new")])
        assert (tmp_path / "index.html").read_bytes() == b"text"
    finally:
        tmp_path.chmod(0o755)


def test_a_full_disk_keeps_the_old_files(tmp_path: Path) -> None:
    """When the disk refuses the bytes, here by a limit of the process, the error names the file."""
    publish(tmp_path, SITE)
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from syndicate.model import OutputFile; from syndicate.publish.folder import publish\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "publish(Path(sys.argv[1]), [OutputFile('index.html', b'x' * 200_000)])\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, str(tmp_path)]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert "PublishError" in run.stderr
    assert "index.html: cannot be published: File too large" in run.stderr
    assert (tmp_path / "index.html").read_bytes() == b"text"
    assert names(tmp_path) == {file.path for file in SITE}


def test_a_link_in_the_place_of_the_drafts_is_not_followed(tmp_path: Path) -> None:
    """What somebody links where our drafts lie loses no file."""
    public, outside = tmp_path / "public", tmp_path / "outside"
    outside.mkdir()
    (outside / "0").write_text("his")
    public.mkdir()
    (public / DRAFTS).symlink_to(outside)
    publish(public, SITE)
    assert (outside / "0").read_text() == "his"
