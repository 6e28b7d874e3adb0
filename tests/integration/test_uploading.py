"""What is published goes on to folders and buckets: one promise for both kinds of place."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from bucket_server import KEY, SECRET, Gate, Moto
from place import There
from publications import Publication, maker

from syndicate.app.publishing import Publishing
from syndicate.app.reporting import status_of
from syndicate.app.uploading import wrong_with
from syndicate.model import Fault
from syndicate.publish import manifest

Make = Callable[..., Publication]
pytest_plugins = ["place_fixtures"]
PNG = bytes.fromhex("89504e470d0a1a0a") + b"not quite a picture"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    (tmp_path / "sites").mkdir()
    with maker(tmp_path / "sites") as made:
        yield made


def published(site: Publication) -> dict[str, bytes]:
    """Return what lies in the publish folder as ours."""
    folder = site.config.publish.folder
    return {path: (folder / path).read_bytes() for path in manifest.load(folder)[0]}


def place_is_as_published(there: There, site: Publication, *strangers: str) -> None:
    files = published(site)
    assert there.paths() == {*files, *strangers}
    assert {path: there.read(path) for path in files} == files


def untaken(result: Publishing) -> list[Fault]:
    return [fault for fault in result.faults if fault.kind == "upload"]


def test_all_that_is_published_is_in_the_place(there: There, make: Make) -> None:
    """Every file of ours is there with its bytes after one build, and no manifest."""
    site = make(more=there.config)
    (site.folder / "content" / "a picture ü.png").write_bytes(PNG)
    site.article_is_dropped("first", "![x](<a picture ü.png>)")
    assert untaken(site.is_built()) == []
    place_is_as_published(there, site)
    assert any(path.endswith(".png") for path in there.paths())


def test_a_second_build_takes_nothing_there(there: There, make: Make) -> None:
    """Where nothing changed no file is written and nothing asked of a bucket."""
    site = make(more=there.config)
    site.article_is_dropped("first")
    site.is_built()
    there.gate.log.clear()
    times = {path: (there.folder / path).stat().st_mtime_ns for path in there.paths()} if there.folder else {}
    assert untaken(site.is_built()) == []
    assert there.gate.log == []
    for path, before in times.items():
        assert there.folder and (there.folder / path).stat().st_mtime_ns == before


def test_what_was_withdrawn_goes_and_what_is_others_stays(there: There, make: Make) -> None:
    """A file that we no longer publish is deleted, a stranger's is not, whatever its name."""
    site = make(more=there.config)
    site.article_is_dropped("first")
    gone = site.article_is_dropped("second")
    site.is_built()
    there.somebody_puts("articles/theirs.html", b"theirs")
    there.somebody_puts("notes.txt", b"theirs")
    gone.unlink()
    site.is_built(accept_removals=True)
    assert not any("second/index.html" in path for path in there.paths())
    place_is_as_published(there, site, "articles/theirs.html", "notes.txt")


def test_a_changed_article_takes_its_own_files_alone(bucket: There, make: Make) -> None:
    """An edit of one of twenty articles puts its page and lists that name it, not the others' pages."""
    site = make(more=bucket.config)
    for number in range(20):
        site.article_is_dropped(f"story{number}", date="2026-11-01")
    site.is_built()
    bucket.gate.log.clear()
    site.time_passes(hours=1)
    site.article_is_dropped("story7", "Other words.", date="2026-11-01")
    site.is_built()
    pages = [path for path in bucket.gate.puts() if path.startswith("www/articles/")]
    assert pages == ["www/articles/story7/index.html"]
    place_is_as_published(bucket, site)


def test_feeds_come_last_and_deletions_after_all(bucket: There, make: Make) -> None:
    """Media, then pages, then feeds, then what goes: no feed points at what is not there."""
    site = make(more=bucket.config)
    (site.folder / "content" / "x.png").write_bytes(PNG)
    site.article_is_dropped("first", "![x](x.png)")
    gone = site.article_is_dropped("second")
    site.is_built()
    puts = bucket.gate.puts()
    feeds = [
        number for number, path in enumerate(puts) if path.endswith(("rss.xml", "atom.xml", "feed.json"))
    ]
    pages = [number for number, path in enumerate(puts) if path.endswith(".html")]
    media = [number for number, path in enumerate(puts) if path.endswith((".png", ".css"))]
    assert media and pages and feeds
    assert max(media) < min(pages) and max(pages) < min(feeds)
    bucket.gate.log.clear()
    gone.unlink()
    site.is_built(accept_removals=True)
    assert bucket.gate.puts() and "POST" in bucket.gate.log[-1]
    assert bucket.gate.deletions() == 1


def test_files_have_their_types_and_may_be_kept_for_a_while(bucket: There, make: Make) -> None:
    """Feeds by what is in them, text with its charset; feeds for their ttl, pages shortly, others longer."""
    named = "{slow: {title: Slow, tag: [a], ttl: 6h, paths: {rss: slow.xml}}}"
    more = f"{bucket.config}feeds: {{paths: {{rss: index.xml}}, named: {named}}}\n"
    site = make(more=more)
    (site.folder / "content" / "x.png").write_bytes(PNG)
    path = site.article_is_dropped("first", "![x](x.png)")
    path.write_text(path.read_text().replace("title: first", "title: first\ntags: [a]"))
    site.is_built()

    def headers(path: str) -> tuple[str, str]:
        found = bucket.moto.get(bucket.bucket, f"www/{path}")[1]
        return found["content-type"], found["cache-control"]

    page = "public, max-age=60, must-revalidate"
    assert headers("index.xml") == ("application/rss+xml; charset=utf-8", "public, max-age=900")
    assert headers("atom.xml") == ("application/atom+xml; charset=utf-8", "public, max-age=900")
    assert headers("feed.json") == ("application/feed+json; charset=utf-8", "public, max-age=900")
    assert headers("opml.xml") == ("text/x-opml; charset=utf-8", "public, max-age=900")
    assert headers("feeds/slow/slow.xml")[1] == headers("feeds/slow/atom.xml")[1] == "public, max-age=21600"
    assert headers("sitemap.xml") == ("application/xml; charset=utf-8", page)
    assert headers("index.html") == ("text/html; charset=utf-8", page)
    assert headers("articles/first/x.png") == ("image/png", "public, max-age=3600")


def test_feeds_wait_for_a_page_that_was_not_taken_and_come_with_it(bucket: There, make: Make) -> None:
    """A store that breaks at one page gets no feed before that page; the next build brings both."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    site.article_is_dropped("second")
    bucket.gate.refuses = lambda line: "second/index.html" in line
    result = site.is_built()
    (fault,) = untaken(result)
    assert (
        fault.path == bucket.name
        and "articles/second/index.html: the store is busy or broken" in fault.message
    )
    assert not any(path.endswith("atom.xml") for path in bucket.paths())
    assert "articles/first/index.html" in bucket.paths()
    assert any("second/index.html" in line for line in status_of(site.site).wrong)
    bucket.gate.refuses = lambda _: False
    bucket.gate.log.clear()
    assert untaken(site.is_built()) == []
    assert bucket.gate.puts()[0] == "www/articles/second/index.html"
    place_is_as_published(bucket, site)
    assert status_of(site.site).wrong == ()


def test_a_store_that_stumbles_is_tried_again_in_the_same_build(bucket: There, make: Make) -> None:
    """A page refused a few times is taken within the build, and nobody is told."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    left = [6]  # more than obstore's own tries of one put

    def refuses(line: str) -> bool:
        left[0] -= "first/index.html" in line
        return "first/index.html" in line and left[0] >= 0

    bucket.gate.refuses = refuses
    assert untaken(site.is_built()) == []
    place_is_as_published(bucket, site)


def test_a_wrong_bucket_is_named(bucket: There, make: Make) -> None:
    """The operator reads which place, what is wrong and what to do; the folder is published all the same."""
    site = make(more=bucket.config.replace(f"s3://{bucket.bucket}", "s3://nowhere"))
    site.article_is_dropped("first")
    (fault,) = untaken(site.is_built())
    assert "s3://nowhere/www" in str(fault) and "there is no such bucket (NoSuchBucket); make it" in str(
        fault
    )
    assert (site.config.publish.folder / "atom.xml").exists()


def test_refused_credentials_are_named_and_secrets_are_nowhere(
    bucket: There, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    """No key, neither its id nor its secret, is in faults, status, logs, database or lists."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    bucket.moto.credentials_are_checked(True)
    try:
        (fault,) = untaken(site.is_built())
        refused = wrong_with(site.config.publish.to[0])
    finally:
        bucket.moto.credentials_are_checked(False)
    for words in (str(fault), refused):
        assert "the credentials are not accepted (InvalidAccessKeyId); set AWS_ACCESS_KEY_ID" in words
    site.is_built()
    assert "not accepted" in caplog.text
    said = [caplog.text, str(fault), refused, "\n".join(status_of(site.site).wrong), repr(site.config)]
    files = [file for file in (site.folder / "var").rglob("*") if file.is_file()]
    assert len(files) > 2
    for secret in (KEY, SECRET):
        assert not any(secret in text for text in said)
        assert not any(secret.encode() in file.read_bytes() for file in files)


def test_a_store_that_is_away_is_named_and_the_build_goes_on(moto: Moto, gate: Gate, make: Make) -> None:
    """Nobody answers at the endpoint: the build ends soon, tells so, and the next one completes it."""
    bucket = There(moto, gate, None)
    with Gate(moto).running() as other:
        away = other.url  # nobody listens there afterwards
    site = make(more=bucket.config.replace(gate.url, away))
    site.article_is_dropped("first")
    started = time.monotonic()
    (fault,) = untaken(site.is_built())
    assert time.monotonic() - started < 30
    assert "cannot be reached: the connection is refused" in fault.message
    site.configuration_says(away, gate.url)
    assert untaken(site.is_built()) == []
    place_is_as_published(bucket, site)


def test_a_lost_list_is_made_again_from_the_bucket(bucket: There, make: Make) -> None:
    """Without the list only what differs goes up again, and what we put stays ours to delete."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    gone = site.article_is_dropped("second")
    site.is_built()
    (shelf,) = (site.folder / "var" / "uploaded").iterdir()
    shelf.unlink()
    bucket.somebody_puts("atom.xml", b"not as we left it")
    bucket.gate.log.clear()
    assert untaken(site.is_built()) == []
    assert bucket.gate.puts() == ["www/atom.xml"]
    gone.unlink()
    site.is_built(accept_removals=True)
    place_is_as_published(bucket, site)


def test_a_strangers_file_at_a_promised_path_is_not_deleted(bucket: There, make: Make) -> None:
    """We died before we put a page; what somebody put there since is his when we no longer want it."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    gone = site.article_is_dropped("second")
    bucket.gate.refuses = lambda line: "second/index.html" in line
    site.is_built()
    bucket.gate.refuses = lambda _: False
    bucket.somebody_puts("articles/second/index.html", b"theirs")
    gone.unlink()
    site.is_built(accept_removals=True)
    assert bucket.read("articles/second/index.html") == b"theirs"


def test_a_strangers_file_in_a_folder_is_left_and_named(
    tmp_path: Path, moto: Moto, gate: Gate, make: Make
) -> None:
    """In a folder what is not ours is never replaced either."""
    (tmp_path / "srv").mkdir()
    there = There(moto, gate, tmp_path / "srv" / "www")
    site = make(more=there.config)
    site.article_is_dropped("first")
    there.somebody_puts("index.html", b"theirs")
    (fault,) = untaken(site.is_built())
    assert "index.html: somebody else's file is in its place" in fault.message
    assert there.read("index.html") == b"theirs"
    assert "articles/first/index.html" in there.paths()


def test_a_folder_whose_disk_is_not_there_is_not_made(
    tmp_path: Path, moto: Moto, gate: Gate, make: Make
) -> None:
    """A place below a folder that is missing is named, and nothing is made on the wrong disk."""
    there = There(moto, gate, tmp_path / "mnt" / "www")
    site = make(more=there.config)
    site.article_is_dropped("first")
    (fault,) = untaken(site.is_built())
    assert "is not there; make it, or mount its disk" in fault.message
    assert not (tmp_path / "mnt").exists()


def test_status_says_what_went_last(there: There, make: Make) -> None:
    """`status` has a line for each place, with how many files were put."""
    site = make(more=there.config)
    site.article_is_dropped("first")
    site.is_built()
    tick = status_of(site.site).ticks[f"upload:{there.name}"]
    assert tick.detail == f"files put: {len(published(site))}, deleted: 0, waiting: 0"


def test_a_quick_build_leaves_a_place_alone_that_failed(bucket: There, make: Make) -> None:
    """Each saved file must not wait for a store that is away; a whole build tries it again."""
    from syndicate.app.uploading import upload

    site = make(more=bucket.config)
    site.article_is_dropped("first")
    bucket.gate.refuses = lambda _: True
    before = untaken(site.is_built())
    bucket.gate.refuses = lambda _: False
    assert list(upload(site.site, now=site.now, quick=True)) == before
    assert bucket.gate.log == []
    assert upload(site.site, now=site.now) == ()
    place_is_as_published(bucket, site)


def test_checking_places_tells_whether_they_can_be_written(there: There, make: Make) -> None:
    """What `check --places` asks leaves nothing behind."""
    site = make(more=there.config)
    assert wrong_with(site.config.publish.to[0]) == ""
    assert there.paths() == set() if there.folder is None else not there.folder.exists()


@pytest.mark.parametrize("after", [1, 40, 200])
def test_a_killed_build_is_completed_by_the_next(bucket: There, make: Make, after: int) -> None:
    """kill -9 amid an upload: the next build brings the rest, and deletes what is now unwanted."""
    site = make(more=bucket.config)
    for number in range(150):
        site.article_is_dropped(f"story{number}", date="2026-11-01")
    gone = [site.article_is_dropped(f"gone{number}", date="2026-11-01") for number in range(20)]
    command = [sys.executable, "-m", "syndicate", "--config", str(site.folder / "config.yaml"), "build"]
    build = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while len(bucket.gate.puts()) < after and build.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    build.send_signal(signal.SIGKILL)
    build.wait()
    assert bucket.paths() != set()
    assert not any(path.endswith("atom.xml") for path in bucket.paths()) or after > 150
    for file in gone:
        file.unlink()
    result = site.is_built(accept_removals=True)
    assert untaken(result) == []
    place_is_as_published(bucket, site)
    (shelf,) = (site.folder / "var" / "uploaded").iterdir()
    assert json.loads(shelf.read_text())["files"].keys() == published(site).keys()


def test_a_file_that_cannot_be_read_keeps_no_other_waiting(bucket: There, tmp_path: Path) -> None:
    """What is wrong with one file alone is named, and feeds go without it."""
    from syndicate.publish.bucket import Bucket
    from syndicate.publish.going import Going, Headers, Turn
    from syndicate.publish.uploading import Terms, upload

    (tmp_path / "secret").write_text("private")
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "x.html").symlink_to(tmp_path / "secret")
    (tmp_path / "public" / "atom.xml").write_bytes(b"<feed/>")
    headers = Headers("text/html; charset=utf-8", "no-cache")
    files = [
        Going("x.html", "0" * 64, 7, headers, Turn.PAGE),
        Going("atom.xml", "1" * 64, 7, headers, Turn.FEED),
    ]
    opened = Bucket(f"s3://{bucket.bucket}/www", endpoint=bucket.gate.url, region="us-east-1")
    done = upload(opened, tmp_path / "public", files, Terms("it", tmp_path / "var" / "list.json"))
    assert (done.put, done.waiting, bucket.paths()) == (1, 1, {"atom.xml"})
    assert "x.html: is not a plain file" in done.faults[0].message


def test_a_large_file_goes_in_pieces_and_whole(bucket: There, make: Make) -> None:
    """A recording of many megabytes has its bytes and its type, and a second build leaves it alone."""
    site = make(more=bucket.config)
    recording = os.urandom(11 << 20)
    (site.folder / "content" / "talk.mp3").write_bytes(recording)
    site.article_is_dropped("first", "[talk](talk.mp3)")
    assert untaken(site.is_built()) == []
    body, headers = bucket.moto.get(bucket.bucket, "www/articles/first/talk.mp3")
    assert body == recording and headers["content-type"] == "audio/mpeg"
    bucket.gate.log.clear()
    site.is_built()
    assert bucket.gate.log == []


def test_what_takes_too_long_waits_for_the_next_build(bucket: There, make: Make, tmp_path: Path) -> None:
    """Once the time is over nothing more is begun, it is said how much waits, and it goes next time."""
    from syndicate.publish.bucket import Bucket
    from syndicate.publish.going import going
    from syndicate.publish.uploading import Terms, upload

    site = make()
    for number in range(30):
        site.article_is_dropped(f"story{number}")
    site.is_built()
    folder, listed = site.config.publish.folder, manifest.load(site.config.publish.folder)[0]
    files = going(listed, lambda path: (folder / path).read_bytes(), ages=site.config.feeds.ages)
    opened = Bucket(f"s3://{bucket.bucket}/www", endpoint=bucket.gate.url, region="us-east-1")
    late = Terms("it", tmp_path / "list.json", lambda: len(bucket.gate.puts()) >= 10)
    done = upload(opened, folder, files, late)
    assert 10 <= done.put < 30 and f"the time for it is over; {len(files) - done.put} files wait" in str(
        done.faults[0]
    )
    rest = upload(opened, folder, files, Terms("it", tmp_path / "list.json"))
    assert rest.put == len(files) - done.put and rest.faults == ()
    place_is_as_published(bucket, site)


def test_check_asks_places_only_when_told_to(bucket: There, make: Make) -> None:
    """`check` costs no network; with --places it names what cannot be written to."""
    site = make(more=bucket.config.replace(f"s3://{bucket.bucket}", "s3://nowhere"))
    command = [sys.executable, "-m", "syndicate", "--config", str(site.folder / "config.yaml"), "check"]
    quiet = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert quiet.returncode == 0 and bucket.gate.log == []
    asked = subprocess.run([*command, "--places"], check=False, capture_output=True, text=True, timeout=60)
    assert asked.returncode == 1 and "there is no such bucket" in asked.stdout


def test_without_the_extra_the_operator_reads_what_to_install(bucket: There, make: Make) -> None:
    """Where obstore is not installed a build publishes the folder and names the extra."""
    site = make(more=bucket.config)
    site.article_is_dropped("first")
    lacking = "import sys; sys.modules['obstore'] = sys.modules['obstore.store'] = None"
    code = f"{lacking}; from syndicate.cli import main; main()"
    command = [sys.executable, "-c", code, "--config", str(site.folder / "config.yaml"), "build"]
    said = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert said.returncode == 0 and "pip install 'syndicate-publisher[cloud]'" in said.stderr
    assert (site.config.publish.folder / "atom.xml").exists()
