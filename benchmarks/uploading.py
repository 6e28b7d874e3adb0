"""10,000 small files into a bucket of moto's server: all, none, one, and after the list was lost.

Beside it, as the measure of the server, the same bytes by plain HTTP from as many threads. The server is
written in Python and takes most of the processor, so that what counts is the ratio.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from threading import local

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "integration"))

from bucket_server import KEY, SECRET, Moto

from syndicate.model import OutputFile
from syndicate.publish import manifest
from syndicate.publish.bucket import Bucket
from syndicate.publish.folder import publish
from syndicate.publish.going import Brought, going
from syndicate.publish.uploading import AT_ONCE, Terms, upload

SIZE = 4_000


def main(count: int) -> None:
    os.environ.update(AWS_ACCESS_KEY_ID=KEY, AWS_SECRET_ACCESS_KEY=SECRET)
    with tempfile.TemporaryDirectory() as name, Moto().running() as moto:
        folder = Path(name) / "public"
        files = [OutputFile(f"articles/{n}/index.html", f"{n} ".encode() * (SIZE // 6)) for n in range(count)]
        publish(folder, files)
        plain = timed("plain HTTP, the same bytes", lambda: plainly(moto, files))
        moto.bucket_is_made("news")
        terms = Terms("it", Path(name) / "list.json")

        def bring() -> Brought:
            bucket = Bucket("s3://news/www", endpoint=moto.url, region="us-east-1")
            listed, _ = manifest.load(folder)
            return upload(bucket, folder, going(listed, lambda _: b"", ttl=timedelta(minutes=15)), terms)

        first = timed("all files", lambda: expect(bring(), put=count))
        print(f"  {plain / first:.2f} of plain HTTP's speed")
        timed("nothing changed", lambda: expect(bring(), put=0))
        publish(folder, [OutputFile("articles/7/index.html", b"another")], partial=True)
        timed("one file changed", lambda: expect(bring(), put=1))
        terms.shelf.unlink()
        timed("the list lost, nothing changed", lambda: expect(bring(), put=0))
        assert len(moto.paths("news", "www/")) == count
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def expect(done: Brought, *, put: int) -> None:
    assert done.put == put and not done.faults, done


def timed(what: str, work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    took = time.perf_counter() - started
    print(f"{what}: {took:.2f} s")
    return took


def plainly(moto: Moto, files: list[OutputFile]) -> None:
    moto.bucket_is_made("plain")
    mine = local()

    def put(file: OutputFile) -> None:
        if not hasattr(mine, "connection"):
            mine.connection = HTTPConnection("127.0.0.1", moto.port, timeout=60)
        mine.connection.request("PUT", f"/plain/{file.path}", file.body, {"Content-Type": "text/html"})
        answer = mine.connection.getresponse()
        answer.read()
        assert answer.status == 200

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for _ in pool.map(put, files):
            pass


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
