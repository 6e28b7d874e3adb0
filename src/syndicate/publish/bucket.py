"""A bucket in S3, Google Cloud Storage or Azure: obstore's door. Credentials are the environment's."""

from __future__ import annotations

import os
import re
import stat
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from syndicate.errors import PublishError
from syndicate.publish.going import Headers

if TYPE_CHECKING:
    from obstore.store import ObjectStore

INSTALL: Final = "needs the extra cloud: pip install 'syndicate-publisher[cloud]'"
PROBE: Final = ".syndicate-check"
SMALL: Final = 5 << 20  # bytes up to which a file goes in one piece, and its etag in S3 is its MD5
_WHOLE: Final = 1_000  # objects in a page of a listing, and in a request that deletes
_PATIENCE: Final = {"connect_timeout": "5s", "timeout": "60s"}
_AGAIN: Final[Any] = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_CODE: Final = re.compile(r"<Code>([A-Za-z]{3,60})</Code>|\"reason\":\s*\"([A-Za-z]{3,60})\"")
_STATUS: Final = re.compile(r"status code: (\d{3})")
_LOGIN: Final = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}
_UNKNOWN_LOGIN: Final = frozenset(
    {
        "InvalidAccessKeyId",
        "SignatureDoesNotMatch",
        "InvalidToken",
        "ExpiredToken",
        "AuthenticationFailed",
        "Unauthorized",
    }
)
_NO_BUCKET: Final = frozenset({"NoSuchBucket", "ContainerNotFound"})
_ELSEWHERE: Final = frozenset({"PermanentRedirect", "AuthorizationHeaderMalformed", "TemporaryRedirect"})
_UNREACHED: Final = (  # what the libraries below say, the first that is found counts
    ("ConnectionRefused", "the connection is refused"),
    ("dns error", "no such host is known"),
    ("TimedOut", "there is no answer in time"),
    ("operation timed out", "there is no answer in time"),
    ("certificate", "its certificate is not trusted"),
    ("error sending request", "the connection fails"),
)


class NotTaken(Exception):
    """The bucket did not take a file; the text says why and what to do, without any secret.

    `own` says that the reason is the file's own, so that the others need not wait for it.
    """

    def __init__(self, words: str, *, own: bool = False) -> None:
        super().__init__(words)
        self.own = own


@dataclass(frozen=True, slots=True)
class Object:
    """What lies in the bucket at `path`, below the prefix. `etag` is without quotes, "" where unknown."""

    path: str
    size: int
    etag: str


class Bucket:
    """An open bucket, for many threads at once. Nothing is asked of it until it is used."""

    def __init__(self, url: str, *, endpoint: str | None = None, region: str | None = None) -> None:
        """Raises PublishError where obstore is not installed or the environment makes no sense to it."""
        self._scheme = url.partition("://")[0]
        self._store = _opened(url, self._scheme, endpoint=endpoint, region=region)
        self._large = threading.Lock()  # one file in pieces at a time: its pieces are held in memory

    def put(self, path: str, source: Path, headers: Headers) -> None:
        """Put the file `source` at `path`; there is never a part of it. NotTaken where that fails."""
        import obstore

        attributes = {"Content-Type": headers.content_type, "Cache-Control": headers.cache_control}
        size = _plain_size(source)
        try:
            if size > SMALL:
                with self._large:
                    obstore.put(
                        self._store, path, source, attributes=attributes, chunk_size=SMALL, max_concurrency=4
                    )
            else:
                body = _bytes_of(source)
                obstore.put(self._store, path, body, attributes=attributes, use_multipart=False)
        except Exception as error:
            raise self._not_taken(error) from None

    def delete(self, paths: Sequence[str]) -> None:
        """Delete what lies at `paths`; what is not there is deleted. NotTaken where that fails."""
        import obstore

        for start in range(0, len(paths), _WHOLE):
            some = [*paths[start : start + _WHOLE]]
            try:
                obstore.delete(self._store, some)
            except FileNotFoundError:
                self._delete_one_by_one(some)
            except Exception as error:
                raise self._not_taken(error) from None

    def listing(self) -> Iterator[Object]:
        """Give all that lies below the prefix. NotTaken where the bucket does not tell."""
        import obstore

        try:
            for page in obstore.list(self._store, chunk_size=_WHOLE):
                for one in page:
                    yield Object(one["path"], one["size"], (one["e_tag"] or "").strip('"'))
        except Exception as error:
            raise self._not_taken(error) from None

    def probe(self) -> None:
        """Put a small file and delete it again. NotTaken where we may not."""
        import obstore

        try:
            obstore.put(self._store, PROBE, b"syndicate check\n", use_multipart=False)
        except Exception as error:
            raise self._not_taken(error) from None
        self.delete([PROBE])

    def _delete_one_by_one(self, paths: Sequence[str]) -> None:
        """Delete where a store says of a file that is gone already that it is not found."""
        import obstore

        for path in paths:
            try:
                obstore.delete(self._store, path)
            except FileNotFoundError:
                continue
            except Exception as error:
                raise self._not_taken(error) from None

    def _not_taken(self, error: Exception) -> NotTaken:
        return error if isinstance(error, NotTaken) else why(error, self._scheme)


def why(error: Exception, scheme: str) -> NotTaken:
    """Return what `error` of obstore's means, in our words. Pure.

    Its own text holds addresses, key ids and answers of servers, and is never repeated.
    """
    text = str(error)
    code, status = _first(_CODE, text), _first(_STATUS, text)
    said = code or (f"status {status}" if status else "")
    login = _LOGIN.get(scheme, "the credentials")
    if code in _NO_BUCKET:
        return NotTaken(f"there is no such bucket ({code}); make it, or correct publish.to")
    if code in _ELSEWHERE:
        return NotTaken(f"the bucket is in another region ({code}); set region in publish.to")
    if code in _UNKNOWN_LOGIN or status == "401":
        return NotTaken(f"the credentials are not accepted ({said}); set {login} in the environment")
    if status == "403":
        return NotTaken(f"we may not do this there ({said}); allow reading, writing, deleting and listing")
    if isinstance(error, ValueError) or code in ("KeyTooLongError", "InvalidObjectName"):
        return NotTaken("its name cannot be one there; choose another slug", own=True)
    if status.startswith("5") or status == "429":
        return NotTaken(f"the store is busy or broken ({said})")
    if "latest/api/token" in text or "computeMetadata" in text or "metadata/identity" in text:
        return NotTaken(f"there are no credentials; set {login} in the environment")
    for sign, words in _UNREACHED:
        if sign in text:
            return NotTaken(f"cannot be reached: {words}; look at the network and at endpoint in publish.to")
    return NotTaken(f"failed ({said or type(error).__name__})")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return next((group for group in found.groups() if group), "") if found else ""


def _opened(url: str, scheme: str, *, endpoint: str | None, region: str | None) -> ObjectStore:
    try:
        from obstore.store import from_url
    except ImportError:
        raise PublishError(f"{url}: {INSTALL}") from None
    settings = {"endpoint": endpoint, "region": region}
    options: Any = dict(_PATIENCE)
    if endpoint and endpoint.startswith("http://"):
        options["allow_http"] = True
    try:
        given: Any = {name: value for name, value in settings.items() if value}
        opened: ObjectStore = from_url(url, config=given or None, client_options=options, retry_config=_AGAIN)
    except Exception:
        login = _LOGIN.get(scheme, "the credentials")
        raise PublishError(
            f"{url}: cannot be opened; look at the address and at {login} in the environment"
        ) from None
    return opened


def _plain_size(source: Path) -> int:
    try:
        found = source.lstat()
    except OSError as error:
        raise NotTaken(f"cannot be read: {error.strerror}", own=True) from None
    if not stat.S_ISREG(found.st_mode):
        raise NotTaken("is not a plain file in the publish folder; build again", own=True)
    return found.st_size


def _bytes_of(source: Path) -> bytes:
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            return file.read(SMALL + 1)
    except OSError as error:
        raise NotTaken(f"cannot be read: {error.strerror}", own=True) from None
