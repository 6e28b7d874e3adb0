"""The articles that pages are made of, without their texts: what only a text tells of them is remembered."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Final

from syndicate.app.library import Library
from syndicate.app.texts import heads_of, texts_of
from syndicate.content.articles import article_of
from syndicate.content.crosslinks import linked
from syndicate.content.embeds.pieces import INTERNAL
from syndicate.model import Article, Body, Media, Parsed, Picture
from syndicate.store import readings, selection
from syndicate.store.batches import batched
from syndicate.store.selection import Kept

_BATCH: Final = 200  # articles whose texts are in memory at once


@dataclass(frozen=True, slots=True)
class Told:
    """What the text of an article told: `digest` is a hash of it as it is shown.

    `stamp` marks the file that was read, `others` and `names` the files and addresses that it also hangs on,
    "" where it does not.
    """

    stamp: str
    others: str
    names: str
    digest: str
    summary: str
    picture: Picture | None
    media: tuple[Media, ...]

    def dumped(self) -> list[object]:
        """Return it as JSON can hold it; `loaded` gives it back."""
        picture = asdict(self.picture) if self.picture else None
        media = [[one.source, one.name] for one in self.media]
        return [self.stamp, self.others, self.names, self.digest, self.summary, picture, media]

    @classmethod
    def loaded(cls, data: Any) -> Told:
        """Return what `dumped` gave; TypeError or ValueError for anything else."""
        stamp, others, names, digest, summary, picture, media = data
        pictured = Picture(**picture) if picture else None
        return cls(stamp, others, names, digest, summary, pictured, tuple(Media(*one) for one in media))


@dataclass
class Shelf:
    """The articles shown at `now`. `before` is what their texts told the last time, by id; `told` is now.

    The caller holds the build lock.
    """

    library: Library
    now: datetime
    before: Mapping[str, Told]
    told: dict[str, Told] = field(default_factory=dict)

    @cached_property
    def articles(self) -> list[Article]:
        """All articles that have a text, without it, newest first. Where `told` lacks one it is read."""
        with self.library.site.store.read() as conn:
            known = heads_of(selection.out(conn, now=self.now))
            self._unopened = set(readings.unopened(conn))
        return [article for batch in batched(known, _BATCH) for article in self._batch(batch)]

    @property
    def digests(self) -> dict[str, str]:
        """The hashes of the texts by the articles' ids; call it when `articles` are known."""
        return {one: told.digest for one, told in self.told.items()}

    def texts(self, ids: Collection[str]) -> tuple[Article, ...]:
        """Return the articles `ids` with their texts."""
        return self.library.with_ids(ids, now=self.now, texts=True)

    def _batch(self, batch: Collection[tuple[Kept, Parsed]]) -> Iterator[Article]:
        stamps = {kept.record.id: self._stamp(kept) for kept, _ in batch}
        missing = [one for one in batch if not self._stands(one[0].record.id, stamps[one[0].record.id])]
        bodies = self._read(missing, stamps) if missing else {}
        for kept, parsed in batch:
            told = self.told.get(kept.record.id) or bodies.get(kept.record.id)
            if told:
                body = Body("", summary=told.summary, picture=told.picture, media=told.media)
                yield article_of(kept.record, parsed, body)

    def _stands(self, number: str, stamp: str) -> bool:
        """Tell whether what a text told still holds; then it does from now on."""
        told = self.before.get(number)
        if (
            told is None
            or told.stamp != stamp
            or told.others not in ("", self.library.others)
            or (told.names and told.names != self._names)
        ):
            return False
        self.told[number] = told
        return True

    def _read(self, missing: Collection[tuple[Kept, Parsed]], stamps: Mapping[str, str]) -> dict[str, Told]:
        """Return what texts tell now; what is to be tried again is not remembered."""
        raw = texts_of(self.library.site, list(missing), self.library.others)
        shown = linked(raw, lambda: self.library.names_at(self.now))
        found: dict[str, Told] = {}
        for kept, _ in missing:
            body = shown.get(kept.record.path)
            if body is None:
                continue
            told = Told(
                stamp=stamps[kept.record.id],
                others=self.library.others if body.looked else "",
                names=self._names if INTERNAL in raw[kept.record.path].html else "",
                digest=_hash(f"{body.html}{body.enclosures}"),
                summary=body.summary,
                picture=body.picture,
                media=body.media,
            )
            found[kept.record.id] = told
            if kept.record.path not in self._unopened:
                self.told[kept.record.id] = told
        return found

    def _stamp(self, kept: Kept) -> str:
        record = kept.record
        file = (record.path, record.state.value, kept.size, kept.mtime_ns, kept.meta)
        return _hash(repr((file, self.library.site.reading_version, kept.head)))

    @cached_property
    def _names(self) -> str:
        """A mark of all that links between articles hang on: which there are, and where they lead."""
        with self.library.site.store.read() as conn:
            return _hash(repr(sorted(selection.addresses(conn, now=self.now))))


def _hash(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]
