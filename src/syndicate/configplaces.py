"""The places that published files go to beside the publish folder: folders and buckets; see `config`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from syndicate.configtypes import Section, Url, beside_config

SCHEMES: Final = ("s3", "gs", "az")
_CREDENTIALS: Final = "write no credentials here: they come from the environment"


def parse_place(value: object, info: ValidationInfo) -> str:
    """Return the URL of a bucket without a slash at its end, or the absolute path of a folder.

    What stands before an @ may be a secret, so no error says it.
    """
    text = value.strip() if isinstance(value, str) else ""
    if "://" not in text:
        return str(beside_config(text, info))
    try:
        parts = urlsplit(text)
        secret = "@" in parts.netloc or bool(parts.query)
    except ValueError:
        parts, secret = urlsplit(""), False
    if secret:
        raise ValueError(f"write s3://bucket/prefix; {_CREDENTIALS}")
    names = [parts.netloc, *parts.path.strip("/").split("/")]
    if parts.scheme not in SCHEMES or not parts.netloc or parts.fragment or not _are_names(names):
        raise ValueError("write a folder, or a bucket as s3://bucket/prefix, gs://… or az://container/prefix")
    return text.rstrip("/")


def _are_names(names: list[str]) -> bool:
    inner = names if names[1:] != [""] else names[:1]
    return all(name not in ("", ".", "..") and name.isprintable() and "\\" not in name for name in inner)


def _region(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]{1,40}", value):
        raise ValueError("write a region such as eu-central-1, or auto")
    return value


class Place(Section):
    """A folder or a bucket. `url` is a path, or ``s3://bucket/prefix``; `endpoint` is that of an
    S3-compatible store, such as MinIO's or R2's."""

    url: Annotated[str, BeforeValidator(parse_place)]
    endpoint: Url | None = None
    region: Annotated[str, AfterValidator(_region)] | None = None

    @model_validator(mode="after")
    def _fit(self) -> Place:
        if self.scheme != "s3" and (self.endpoint or self.region):
            raise ValueError("endpoint and region go with s3:// alone")
        return self

    @property
    def scheme(self) -> str:
        """``s3``, ``gs`` or ``az``; "" for a folder."""
        return self.url.partition("://")[0] if "://" in self.url else ""

    @property
    def folder(self) -> Path | None:
        """The folder, None for a bucket."""
        return None if self.scheme else Path(self.url)

    @property
    def name(self) -> str:
        """What tells it from the others, for people and for the list of what was put up."""
        return f"{self.url} at {self.endpoint}" if self.endpoint else self.url


def _listed(value: object) -> object:
    """Return a list of mappings for a text, a mapping, or a list of either."""
    several = value if isinstance(value, list | tuple) else [value]
    return [{"url": one} if isinstance(one, str) else one for one in several]


def _once(places: tuple[Place, ...]) -> tuple[Place, ...]:
    names = [place.name for place in places]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{name} is given twice")
    return places


Places = Annotated[tuple[Place, ...], BeforeValidator(_listed), AfterValidator(_once), Field(max_length=20)]
