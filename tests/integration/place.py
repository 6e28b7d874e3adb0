"""A place of `publish.to` as a test sees it: a folder, or a bucket of the test's S3 server."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from bucket_server import Gate, Moto

from syndicate.publish.paths import MANIFEST

_numbers = count(1)


class There:
    """A folder, or a bucket behind a gate where `folder` is None."""

    def __init__(self, moto: Moto, gate: Gate, folder: Path | None) -> None:
        self.moto, self.gate, self.folder = moto, gate, folder
        self.bucket = f"news{next(_numbers)}"
        if folder is None:
            moto.bucket_is_made(self.bucket)

    @property
    def config(self) -> str:
        if self.folder:
            return f"publish:\n  to: {self.folder}\n"
        return (
            f"publish:\n  to: {{url: s3://{self.bucket}/www, endpoint: {self.gate.url}, region: us-east-1}}\n"
        )

    @property
    def name(self) -> str:
        return str(self.folder) if self.folder else f"s3://{self.bucket}/www at {self.gate.url}"

    def paths(self) -> set[str]:
        if self.folder is None:
            return self.moto.paths(self.bucket, "www/")
        files = (file for file in self.folder.rglob("*") if file.is_file())
        return {file.relative_to(self.folder).as_posix() for file in files} - {MANIFEST}

    def read(self, path: str) -> bytes:
        return (
            (self.folder / path).read_bytes() if self.folder else self.moto.get(self.bucket, f"www/{path}")[0]
        )

    def somebody_puts(self, path: str, body: bytes) -> None:
        if self.folder is None:
            self.moto.put(self.bucket, f"www/{path}", body)
            return
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(body)
