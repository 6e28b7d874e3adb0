"""A small content folder that weather goes over: what people, programs and crashes do to it, by chance."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
from publications import Publication

from syndicate.app import identities
from syndicate.app.mailing import make_due_editions
from syndicate.app.publishing import publish_site
from syndicate.app.scanning import Hint, Scanned, scan_content, scan_hinted
from syndicate.app.site import Site, open_site
from syndicate.links import article_folder
from syndicate.model import ArticleRecord, ArticleState, Fault
from syndicate.publish.paths import MANIFEST
from syndicate.store import articles, notes
from syndicate.store.engine import Store

WORDS = ("sea", "wind", "rain", "sun", "moon", "hill", "field", "wood", "stone", "river", "road", "bridge")
TAGS = ("Politik", "politik", "Sport", "Seni & Budaya", "x")
# Readings go, but those of what is shown although its file is gone or broken: nobody could read it again.
EMPTYING = """
CREATE TEMP TABLE held AS SELECT path FROM article WHERE state = 'missing'
    UNION SELECT path FROM parsed WHERE faults LIKE '%last good version%' AND payload IS NOT NULL;
DELETE FROM parsed WHERE path NOT IN (SELECT path FROM held);
DELETE FROM body WHERE path NOT IN (SELECT path FROM held);
UPDATE parsed SET version = '' WHERE faults LIKE '%last good version%';
"""
LIVING = (ArticleState.PRESENT, ArticleState.MISSING)


class Crash(BaseException):
    """The process is killed."""


@dataclass
class Doc:
    """One article as its author has it. `shaky` says that rules, not its text alone, decide what it is."""

    path: str
    title: str
    text: str
    head: dict[str, object] = field(default_factory=dict)
    broken: bool = False
    number: int = 0
    shaky: bool = False
    moved: bool = False  # since the last scan
    edited: bool = False  # the same


class Weather:
    """A publication, what its author does, and what is asked of it after each step."""

    def __init__(self, site: Publication, chance: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.site = site
        self.chance = chance
        self.docs: dict[str, Doc] = {}
        self.gone: list[Doc] = []
        self.told: set[str] = set()  # the paths that a watch would have told since the last scan
        self.scanned: Scanned | None = None
        self.seen: dict[int, str] = {}  # the id of each doc
        self.visible: dict[str, str] = {}  # since when each id that came out counts
        self.mailed: dict[str, str] = {}  # the occasion at which each article was mailed
        self.log: list[str] = []
        self._numbers = count(1)
        self._patch = monkeypatch

    # ------------------------------------------------------------ what the author does

    @property
    def folder(self) -> Path:
        return self.site.folder / "content"

    def something_happens(self) -> None:
        acts = (
            [self.writes] * 3 + [self.edits] * 2 + [self.says] * 5 + [self.renames] * 2 + [self.deletes] * 2
        )
        acts += [
            self.copies,
            self.restores,
            self.restores,
            self.swaps,
            self.breaks,
            self.mends,
            self.pictures,
        ]
        acts += [self.pictures, self.time_passes, self.time_passes, self.lays_meta, self.duplicates_id]
        act = self.chance.choice(acts)
        self.log.append(f"{act.__name__} {act() or ''}")

    def writes(self) -> str:
        number = next(self._numbers)
        suffix = self.chance.choice([".md", ".md", ".md", ".rst", ".txt", ".html"])
        folder = self.chance.choice(["", "", "a/", "b/", "post/", f"bundle{number}/"])
        name = "index" if folder.startswith("bundle") and suffix == ".md" else f"n{number}"
        doc = Doc(f"{folder}{name}{suffix}", f"Title {number}", self._words(), number=number)
        if self.chance.random() < 0.8:
            doc.head["tags"] = self.chance.sample(TAGS, self.chance.randint(1, 2))
        if self.chance.random() < 0.6:
            doc.head["date"] = self._moment()
        self._lay(doc)
        return doc.path

    def edits(self) -> str:
        doc = self._one()
        doc.text = " ".join([*doc.text.split()[:-2], *self._words(4).split()])
        doc.edited = True
        self._lay(doc)
        return doc.path

    def says(self) -> str:
        doc = self._one()
        key, value = self.chance.choice(
            [
                ("title", None),
                ("tags", self.chance.sample(TAGS, self.chance.randint(0, 3))),
                ("categories", [self.chance.choice(TAGS)]),
                ("date", self._moment()),
                ("date", ""),
                ("draft", True),
                ("draft", False),
                ("expires", self._moment()),
                ("expires", ""),
                ("slug", f"slug-{self.chance.randint(1, 30)}-{doc.number}"),
                ("canonical", "https://elsewhere.example/x"),
                ("language", self.chance.choice(["id", "en"])),
                ("id", f"own:{doc.number}"),
                ("aliases", ["/old/place"]),
                ("summary", "It says this."),
                ("correction", "It was wrong."),
            ]
        )
        if key == "title":
            doc.title = f"Title {doc.number} {self.chance.choice(WORDS)}"
            doc.edited = True
        else:
            doc.head[key] = value
        if key == "id":
            doc.shaky = True
        self._lay(doc)
        return f"{doc.path} {key} {value}"

    def duplicates_id(self) -> str:
        if self.chance.random() < 0.5:
            return ""
        one, other = self._one(), self._one()
        if one is other or not one.head.get("id"):
            return ""
        other.head["id"] = one.head["id"]
        one.shaky = other.shaky = True
        self._lay(other)
        return f"{one.path} {other.path}"

    def renames(self) -> str:
        doc = self._one()
        number = next(self._numbers)
        suffix = doc.path[doc.path.rfind(".") :]
        was, new = doc.path, f"{self.chance.choice(['', 'a/', 'c/'])}r{number}{suffix}"
        doc.moved = True
        self._take(was)
        self._lay(replace_path(doc, new))
        return f"{was} -> {new}"

    def deletes(self) -> str:
        doc = self._one()
        self._take(doc.path)
        self.gone.append(doc)
        return doc.path

    def restores(self) -> str:
        if not self.gone:
            return ""
        doc = self.gone.pop(self.chance.randrange(len(self.gone)))
        if self.chance.random() < 0.3:
            doc = replace_path(doc, f"back/{doc.path.rpartition('/')[2]}")
        if doc.path in self.docs:
            return ""
        doc.moved = True
        self._lay(doc)
        return doc.path

    def copies(self) -> str:
        doc = self._one()
        number = next(self._numbers)
        copy = replace(
            doc, path=f"copy/n{number}{doc.path[doc.path.rfind('.') :]}", number=number, shaky=True
        )
        copy.head = dict(doc.head)
        doc.shaky = True
        for other in (*self.docs.values(), *self.gone):
            other.shaky |= other.text == doc.text
        self._lay(copy)
        return f"{doc.path} {copy.path}"

    def swaps(self) -> str:
        one, other = self._one(), self._one()
        if one is other or one.path[-3:] != other.path[-3:]:
            return ""
        one.shaky = other.shaky = True
        for name in ("title", "text", "head", "broken"):
            mine, his = getattr(one, name), getattr(other, name)
            setattr(one, name, his)
            setattr(other, name, mine)
        self._lay(one)
        self._lay(other)
        return f"{one.path} {other.path}"

    def breaks(self) -> str:
        doc = self._one()
        doc.broken = True
        self._lay(doc)
        return doc.path

    def mends(self) -> str:
        for doc in self.docs.values():
            if doc.broken:
                doc.broken = False
                self._lay(doc)
                return doc.path
        return ""

    def pictures(self) -> str:
        bundle = sorted(path.rpartition("/")[0] for path in self.docs if path.startswith("bundle"))
        places = ["p1.png", "a/p1.png", "img/p2.png", *(f"{one}/cover.png" for one in bundle)]
        path = self.chance.choice(places)
        file = self.folder / path
        if file.exists() and self.chance.random() < 0.4:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(b"\x89PNG" + bytes(self.chance.randint(1, 99)))
            self._dates(file)
        self.told.add(path)
        return path

    def lays_meta(self) -> str:
        rst = [doc for doc in self.docs.values() if doc.path.endswith(".rst")]
        if not rst:
            return ""
        doc = self.chance.choice(rst)
        meta = (self.folder / doc.path).with_suffix(".meta")
        self.told.add(meta.relative_to(self.folder).as_posix())
        if meta.exists() and self.chance.random() < 0.5:
            meta.unlink()
        else:
            meta.write_text(
                f".. title: Meta {self.chance.randint(1, 9)}\n.. tags: {self.chance.choice(TAGS)}\n"
            )
            self._dates(meta)
        return meta.name

    def time_passes(self) -> str:
        parts: dict[str, float] = self.chance.choice(
            [{"seconds": 1}, {"minutes": 5}, {"minutes": 16}, {"hours": 3}, {"hours": 9}, {"days": 1}]
        )
        self.site.time_passes(**parts)
        return str(parts)

    def settings_change(self) -> None:
        """Change a line of the configuration, as an operator does; the process begins again."""
        pairs = [
            ("items: 3", "items: 50"),
            ("pages: false", "pages: true"),
            ("content: full", "content: summary"),
            ("title: Test News", "title: Other News"),
            ("withdraw_after: 15m", "withdraw_after: 1h"),
            ("pattern: /{slug}/", "pattern: /blog/{year}/{slug}/"),
            ("include: [kept]", "include: [post]"),
        ]
        text = (self.site.folder / "config.yaml").read_text()
        old, new = self.chance.choice(pairs)
        if old not in text:
            old, new = new, old
        self.site.configuration_says(old, new)
        self.scanned = None
        self.log.append(f"settings {old} -> {new}")

    def database_is_lost(self) -> None:
        self.site.site.store.close()
        for file in self.site.config.var.glob("syndicate.db*"):
            file.unlink()
        self.site.opens()
        self.site.people_subscribe("ann@reader.example")
        self.scanned = None
        self.log.append("database lost")

    def _one(self) -> Doc:
        if not self.docs:
            self.writes()
        return self.docs[self.chance.choice(sorted(self.docs))]

    def _words(self, number: int = 30) -> str:
        said = [f"{self.chance.choice(WORDS)}{self.chance.randint(1, 999)}" for _ in range(number)]
        if number > 20:
            kind = self.chance.random()
            if kind < 0.15:
                said.insert(3, f"![p]({self.chance.choice(['p1.png', '/img/p2.png', 'p2.png'])})")
            elif kind < 0.35:
                other = self.chance.choice(sorted(self.docs) or ["n1.md"])
                said.insert(
                    3,
                    f"[link]({self.chance.choice([other, other.rpartition('/')[2], 'n1.md', '/' + other])})",
                )
        return " ".join(said)

    def _moment(self) -> str:
        days = self.chance.choice([-40, -3, -1, 0, 1, 2])
        moment = self.site.now + timedelta(days=days, minutes=self.chance.randint(-300, 300))
        return moment.strftime("%Y-%m-%d" if self.chance.random() < 0.3 else "%Y-%m-%dT%H:%M:%SZ")

    def _take(self, path: str) -> None:
        (self.folder / path).unlink()
        del self.docs[path]
        self.told.add(path)

    def _lay(self, doc: Doc) -> None:
        file = self.folder / doc.path
        file.parent.mkdir(parents=True, exist_ok=True)
        head = {
            "title": doc.title,
            **{key: value for key, value in doc.head.items() if value not in ("", None)},
        }
        front = "".join(f"{key}: {json.dumps(value)}\n" for key, value in head.items())
        front += "tags: [unclosed\n" if doc.broken else ""
        if doc.path.endswith(".txt"):
            body = f"{doc.title}\n\n{doc.text}\n"
            file.write_text(f"---\n{front}---\n{doc.text}\n" if doc.head or doc.broken else body)
        else:
            file.write_text(f"---\n{front}---\n{doc.text}\n")
        self._dates(file)
        self.docs[doc.path] = doc
        self.told.add(doc.path)

    def _dates(self, file: Path) -> None:
        """Give a file a time that no other has had."""
        at = int(self.site.now.timestamp()) * 1_000_000_000 + next(self._numbers) * 1000
        os.utime(file, ns=(at, at))

    # ------------------------------------------------------------ what syndicate does

    def is_built(self, *, hinted: bool, crash_at: int | None = None) -> None:
        """Scan, publish and make editions; the process may die when it begins its write number `crash_at`."""
        self.log.append(
            f"build {'hinted' if hinted and self.scanned else ''} {crash_at or ''} at {self.site.now}"
        )
        with self._crashing(crash_at) as died:
            self._builds(hinted)
        if died:
            self.log.append("crashed")
            return
        self.told.clear()

    def _builds(self, hinted: bool) -> None:
        site, now = self.site.site, self.site.now
        if hinted and self.scanned is not None:
            found = scan_hinted(site, Hint(self.scanned.scan, frozenset(self.told), frozenset()))
        else:
            found = scan_content(site)
        self.scanned = found
        self.site.articles = found.articles
        publish_site(site, found.articles, now=now)
        for made in make_due_editions(site, found.articles, now=now):
            if made.fate == "made":
                for one in made.articles:
                    assert self.mailed.setdefault(one.id, made.occasion.text) == made.occasion.text, one.path
                self.log.append(f"edition {made.occasion.text}: {[one.path for one in made.articles]}")

    @contextmanager
    def _crashing(self, at: int | None) -> Iterator[list[bool]]:
        died: list[bool] = []
        if at is None:
            yield died
            return
        left = count(1)
        write = Store.write

        @contextmanager
        def dying(store: Store) -> Iterator[object]:
            if next(left) >= at:
                raise Crash
            with write(store) as tx:
                yield tx

        with self._patch.context() as patch:
            patch.setattr(Store, "write", dying)
            try:
                yield died
            except Crash:
                died.append(True)

    # ------------------------------------------------------------ what is asked of it

    def published(self, site: Site) -> dict[str, bytes]:
        folder = site.config.publish.folder
        files = (file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != MANIFEST)
        found = {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}
        # A picture that went with its article stays as long as that is held; from scratch it cannot be made.
        held = [one for one in self.every_record(site).values() if one.state is ArticleState.MISSING]
        beside = tuple(f"{article_folder(one.slug)}/" for one in held)
        return {
            path: body
            for path, body in found.items()
            if not (path.endswith(".png") and path.startswith(beside))
        }

    def every_record(self, site: Site) -> dict[str, ArticleRecord]:
        with site.store.read() as conn:
            return {one.id: one for one in articles.records(conn)}

    def faults(self, site: Site) -> set[Fault]:
        with site.store.read() as conn:
            found = notes.faults(conn)
        return {
            one for one in found if one.kind in ("article", "content") and "older articles" not in one.message
        }

    @contextmanager
    def from_scratch(self, *, empty: bool) -> Iterator[Site]:
        """Open a copy of the publication with its database; where `empty`, without its readings."""
        place = self.site.folder / f"oracle{next(self._numbers)}"
        place.mkdir()
        own = self.site.config
        assert own.sqlite_path
        with (
            sqlite3.connect(own.sqlite_path) as conn,
            sqlite3.connect(place / "syndicate.db", isolation_level=None) as copy,
        ):
            conn.backup(copy)
            copy.execute("DELETE FROM setting WHERE key = 'published'")
            if empty:
                copy.executescript(EMPTYING)
        conn.close()
        copy.close()
        config = own.model_copy(
            update={
                "database": own.database.model_copy(update={"url": f"sqlite:///{place}/syndicate.db"}),
                "publish": own.publish.model_copy(update={"folder": place / "public"}),
            }
        )
        with open_site(config, lambda: self.site.now, lambda: self.site.file_clock) as site:
            yield site

    def holds(self) -> None:
        """Compare what was built step by step with what is built from scratch."""
        mine = self.published(self.site.site)
        with self.from_scratch(empty=False) as site:
            publish_site(site, replace(self.site.articles, site=site), now=self.site.now)
            same(mine, self.published(site), "a whole publishing")
        records, faults = self.every_record(self.site.site), self.faults(self.site.site)
        with self.from_scratch(empty=True) as site:
            scanned = scan_content(site)
            publish_site(site, scanned.articles, now=self.site.now)
            same(mine, self.published(site), "a scan from scratch")
            same(records, self.every_record(site), "the records of a scan from scratch")
            told = self.faults(site)
            assert faults == told, ("faults", faults - told, told - faults)
        noted, _ = identities.read(identities.place(self.site.site))
        same(lasting(records), lasting(noted), "the file of ids")
        self._identities_hold(records)

    def _identities_hold(self, records: dict[str, ArticleRecord]) -> None:
        living = [one for one in records.values() if one.state in LIVING]
        present = [one for one in living if one.state is ArticleState.PRESENT]
        paths = [one.path for one in present]
        assert len(paths) == len(set(paths)), ("two articles at one path", sorted(paths))
        by_path = {one.path: one.id for one in present}
        for doc in self.docs.values():
            number = by_path.get(doc.path)
            if doc.shaky or (doc.moved and doc.edited):
                self.seen.pop(doc.number, None)
            elif number is not None:
                assert self.seen.setdefault(doc.number, number) == number, ("id changed", doc.path)
            doc.moved = doc.edited = False
        for one in records.values():
            if one.visible_at is not None and one.visible_at <= self.site.now:
                was = self.visible.setdefault(one.id, one.visible_at.isoformat())
                assert was == one.visible_at.isoformat(), ("visible again", one.path)


def replace_path(doc: Doc, path: str) -> Doc:
    doc.path = path
    return doc


def lasting(records: Mapping[str, ArticleRecord]) -> dict[str, ArticleRecord]:
    """Return the records without what the files of those that are there tell again."""
    told = {"title": "", "language": "", "published_at": None, "updated_at": None, "expires_at": None}
    return {
        number: replace(one, hidden=False, **told) if one.state is ArticleState.PRESENT else one  # type: ignore[arg-type]
        for number, one in records.items()
    }


def same(mine: Mapping[str, object], other: Mapping[str, object], what: str) -> None:
    """Fail with what differs."""
    if mine == other:
        return
    differing = {key for key in mine.keys() | other.keys() if mine.get(key) != other.get(key)}
    lines = [what]
    for key in sorted(differing)[:4]:
        lines.append(f"--- {key}\n{short(mine.get(key), other.get(key))}")
    raise AssertionError("\n".join(lines))


def short(one: object, other: object) -> str:
    if isinstance(one, bytes) and isinstance(other, bytes):
        pairs = zip(one.decode().splitlines(), other.decode().splitlines(), strict=False)
        return next((f"- {a.strip()}\n+ {b.strip()}" for a, b in pairs if a != b), "longer")
    if isinstance(one, ArticleRecord) and isinstance(other, ArticleRecord):
        names = [name for name in one.__slots__ if getattr(one, name) != getattr(other, name)]
        return f"{one.path} {[(name, getattr(one, name), getattr(other, name)) for name in names]}"
    return f"- {str(one)[:300]}\n+ {str(other)[:300]}"
