"""The values that travel along the line: what each stage takes and gives.

All instants are aware datetimes in UTC unless a name says otherwise; all texts are NFC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Literal, get_args

# ---------------------------------------------------------------- content


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one input; the rest goes on without it."""

    kind: Literal["article", "template", "feed", "page", "edition", "content", "publish", "upload"]
    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}" if self.line else f"{self.path}: {self.message}"


@dataclass(frozen=True, slots=True, order=True)
class SourceFile:
    """A file in the content folder; `path` is relative to it, with forward slashes.

    Size and time are those of the file and of the ``.meta`` file beside it, where there is one: their sum
    and the later one.
    """

    path: str
    size: int
    mtime_ns: int
    meta: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """An article's picture. `src` is as written in the article: absolute, or relative to its page."""

    src: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """A local file published beside the article's page.

    `source` is relative to the content folder, `name` is the bare file name beside the page.
    """

    source: str
    name: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A recording or other file that goes with an article. `src` is as a picture's; `length` in bytes.

    A local file has its true length and type; elsewhere they are what the front matter says, 0 and "" where
    it is silent.
    """

    src: str
    type: str = ""
    length: int = 0


@dataclass(frozen=True, slots=True)
class Parsed:
    """What one file says of itself, before it has an identity and without its text.

    A cache: it can be made again from the file. `when` is a date where the author gave no time, a datetime
    where he did (aware, in his zone, else the publication's), None where he gave neither. `id`, `slug` and
    `url` are what the front matter asks for; `aliases` are old addresses, `key` ties translations. `summary`
    is "" where the text has to be read to know it. `mark` is a hash of the text and, behind a point, one of
    the rest: it tells an article wherever its file is. `left_out` says why the file is no article.
    """

    path: str
    title: str
    summary: str = ""
    when: date | datetime | None = None
    updated: date | datetime | None = None
    expires: date | datetime | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    id: str | None = None
    slug: str | None = None
    url: str = ""
    aliases: tuple[str, ...] = ()
    canonical: str = ""
    key: str = ""
    correction: str = ""
    featured: bool = False
    pinned: bool = False
    resend: str = ""  # another text than before asks that it be mailed once more
    draft: bool = False
    left_out: str = ""
    dated: bool = False  # whether file or path say when, and not only its time on disk
    marked: bool | None = None  # whether it says itself that it is to be published; None: it says neither
    mtime: datetime | None = None
    mark: str = ""
    length: int = 0  # characters of its text: of a short one little can be told
    pictured: bool = True  # False: its text surely holds no picture and no recording
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """An article's text, ready to show, and what only reading it tells.

    `html` is safe; its URLs are absolute or relative to the article's own page. `summary` is plain text.
    `looked` says that files beside the article were looked for, found or not.
    """

    html: str
    summary: str = ""
    picture: Picture | None = None
    enclosures: tuple[Enclosure, ...] = ()
    media: tuple[Media, ...] = ()
    warnings: tuple[str, ...] = ()
    looked: bool = False


@dataclass(frozen=True, slots=True)
class CachedParse:
    """The last reading of a file. `parsed` is its last good reading, kept while `fault` says why the
    present bytes cannot be read; None where it never could be."""

    source: SourceFile
    version: str
    parsed: Parsed | None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known of an article's outside: for `adopt`, `links check` and the file of ids."""

    id: str
    path: str
    address: str
    title: str
    published_at: datetime
    permalink: bool
    language: str = ""


class ArticleState(StrEnum):
    """Whether an article's file is there: `missing` is gone but held, `withdrawn` is gone for good.

    `forgotten` was in another content folder: it is not shown, and nobody says that it was withdrawn.
    """

    PRESENT = "present"
    MISSING = "missing"
    WITHDRAWN = "withdrawn"
    FORGOTTEN = "forgotten"


LIVING_STATES = (ArticleState.PRESENT, ArticleState.MISSING)


@dataclass(frozen=True, slots=True)
class ArticleRecord:
    """What the database remembers of an article for ever: its identity and its moments.

    `undated_at` stands in for the date of an article that names none. `floor_at` is the earliest moment
    the article may count as visible: its first sight, or the epoch for an article of an archive. From
    `title` on all but `visible_at`, `aliases`, `permalink` and `missing_at` follow from the file as it is;
    `visible_at` never changes once it has passed. `hidden` is a draft, or no article any more. `address`
    is the path of its page below the publication's URL with a slash before it, or an absolute URL. `volume`
    is the number, from 1, of the archive of the main feed that it is in for ever; None while it is in none. A
    new article is held, and not shown, from `held_since` on until its page is there; None where it is not.
    `again_at` is when it last became new to newsletters after `visible_at`: it came back, or asked at
    `resent_at` to be mailed once more; `resend` is what it asked with.
    """

    id: str
    path: str
    slug: str
    fingerprint: str
    state: ArticleState
    first_seen_at: datetime
    floor_at: datetime
    undated_at: datetime
    changed_at: datetime | None = None
    title: str = ""
    language: str = ""
    published_at: datetime | None = None
    updated_at: datetime | None = None
    visible_at: datetime | None = None
    expires_at: datetime | None = None
    hidden: bool = False
    address: str = ""
    aliases: tuple[str, ...] = ()
    permalink: bool = False
    missing_at: datetime | None = None
    volume: int | None = None
    held_since: datetime | None = None
    again_at: datetime | None = None
    resend: str = ""
    resent_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One piece of content, ready to publish.

    `visible_at` is the later of `published` and the moment we first saw it (see `ArticleRecord.floor_at`).
    `html` is safe; `summary` is plain text; `tags` are unique in their order.
    """

    id: str
    path: str
    slug: str
    title: str
    html: str
    summary: str
    language: str
    published: datetime
    updated: datetime
    visible_at: datetime
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    picture: Picture | None = None
    media: tuple[Media, ...] = ()
    present: bool = True  # False while its file is missing and the removal is not accepted
    categories: tuple[str, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    link: str = ""  # the absolute address of its page where another program makes it
    permalink: bool = False  # whether its id is its address, as an adopted feed said (RSS isPermaLink)
    canonical: str = ""  # the address it was first published at, or that it is about
    aliases: tuple[str, ...] = ()  # old addresses: paths below the publication's URL, or absolute
    key: str = ""  # translations of one article share it
    correction: str = ""
    featured: bool = False
    pinned: bool = False
    again_at: datetime | None = None  # see `ArticleRecord`
    resent_at: datetime | None = None

    @property
    def mail_at(self) -> datetime:
        """The moment since which it is new to newsletters."""
        return max(self.visible_at, self.again_at) if self.again_at else self.visible_at


# ---------------------------------------------------------------- publishing


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An article that was withdrawn: what readers knew it by, and since when it is gone (RFC 6721)."""

    id: str
    when: datetime
    url: str


@dataclass(frozen=True, slots=True)
class History:
    """Where a document stands among those of its feed (RFC 5005): the folder of the one before, "" for none.

    An `archive` is older than the document that is subscribed to, whose folder is `current`. The one after it
    is not named: an archive would change when that is made.
    """

    previous: str = ""
    current: str = ""
    archive: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """One published document over a selection of articles, newest first.

    `folder` is where its files lie below the publish folder: "" or "tags/politik". `home` is the absolute
    URL of the HTML page it belongs to. `gone` are the articles withdrawn lately, newest first.
    """

    id: str
    title: str
    description: str
    folder: str
    home: str
    language: str
    author: str
    articles: tuple[Article, ...]
    gone: tuple[Tombstone, ...] = ()
    history: History = History()


@dataclass(frozen=True, slots=True)
class OutputFile:
    """A file for the publish folder: relative path with forward slashes, and its bytes.

    A `topic` is a document that readers subscribe to, so that hubs are told when it changes (WebSub).
    """

    path: str
    body: bytes
    topic: bool = False


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file for the publish folder copied from an absolute path as it is."""

    path: str
    source: str


# ---------------------------------------------------------------- editions


@dataclass(frozen=True, slots=True)
class Occasion:
    """One due mailing of a schedule: the text that names it and the instant it was due."""

    text: str
    at: datetime


Frequency = Literal["instant", "daily", "weekly", "monthly"]
FREQUENCIES: tuple[Frequency, ...] = get_args(Frequency)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a subscriber wants of a newsletter; what is empty is as the newsletter has it.

    `zone` is an IANA name, `at` a time of day as ``18:00``. Of several `topics` (tags or categories, by
    name, sorted) an article needs one; of none he gets all.
    """

    frequency: Frequency | Literal[""] = ""
    zone: str = ""
    at: str = ""
    language: str = ""
    topics: tuple[str, ...] = ()
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Variant:
    """What a rendition is rendered for: the language of our words in it, and whether pictures are shown."""

    language: str
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Rendition:
    """An edition rendered once: the letter's bytes with slots, and the articles in it, in order.

    `body` is 7-bit with CRLF line ends; `digest.slots.LetterTemplate` fills its slots.
    """

    language: str
    subject: str
    body: bytes
    article_ids: tuple[str, ...]
    after: datetime | None = None  # none of its articles was new to newsletters before
    left: int = field(default=0, compare=False)  # articles it leaves to the web; known to who composed it


@dataclass(frozen=True, slots=True)
class Chosen:
    """A choice of a newsletter's subscribers as the ledger knows it; see the table `choice`."""

    id: int
    choice: Choice
    created_at: datetime
    occasion: str = ""
    covered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Subscribers who chose the same and had the same letters, so that the same is due to them.

    `key` names them to the ledger. What became new up to `after` they had, or it was not for them; None: up
    to their choice's `covered_at`. `had` are the numbers of the renditions that they got since.
    """

    key: str
    choice_id: int
    after: datetime | None
    had: frozenset[int]
    people: int


@dataclass(frozen=True, slots=True)
class Portion:
    """What a group gets of an edition: which of its renditions, if any, and its `after` from then on."""

    rendition: int | None
    after: datetime | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """One mailing of a newsletter, unique by (newsletter, occasion). `uid` is random hex."""

    uid: str
    newsletter: str
    occasion: str
    occasion_at: datetime
    frozen_at: datetime
    stale_at: datetime | None = None  # from then on what is still open is skipped


# ---------------------------------------------------------------- delivery


class DeliveryState(StrEnum):
    """Where a delivery stands. The open ones are pending, sending, deferred and unknown."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    DEFERRED = "deferred"
    UNKNOWN = "unknown"
    FAILED = "failed"
    SKIPPED = "skipped"


OPEN_STATES = (
    DeliveryState.PENDING,
    DeliveryState.SENDING,
    DeliveryState.DEFERRED,
    DeliveryState.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A delivery that is to be tried: once its attempt is durable its letter may be handed over once.

    `attempts` counts this one.
    """

    delivery_id: int
    rendition_id: int
    edition_uid: str
    newsletter: str
    occasion: str
    subscriber_id: int | None
    email: str
    token: str
    attempts: int
    queued_at: datetime
    chunk_id: int = 0
    key: str = ""  # of a letter of no edition, which has neither uid nor newsletter


@dataclass(frozen=True, slots=True)
class Chunk:
    """Deliveries that one sender may work on while `fence` holds.

    `waiting` are those that are due, as the attempts that they would be, in the order of their numbers.
    From `stale_at` on none of them may be begun.
    """

    id: int
    fence: int
    edition_id: int | None
    priority: int
    stale_at: datetime | None
    waiting: tuple[Attempt, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """The bytes of one delivery with its envelope; equal for every attempt.

    `wire_ready` says that the body is ASCII, that all its lines end in CR LF, and that none begins with a
    dot: it was looked at once for all letters of its rendition.
    """

    sender: str
    recipient: str
    message_id: str  # without angle brackets
    name: str  # a file name for transports that keep letters as files, without a suffix
    body: bytes
    wire_ready: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A relay took the letter: it said 250, or the folder holds the file."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Deferred:
    """A 4xx, or a connection lost before the body was handed over: safe to try again."""

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A 5xx: this letter is not tried again."""

    code: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The body was handed over and no answer came: the relay may have it."""

    text: str


@dataclass(frozen=True, slots=True)
class Returned:
    """The letter was never attempted (the relay could not be reached): given back, no attempt burnt."""

    text: str = ""


Outcome = Sent | Deferred | Refused | Unknown | Returned


@dataclass(frozen=True, slots=True)
class Settled:
    """What the ledger writes after an attempt: the delivery's next state, and when it is due again.

    `burnt` is False where the letter was never attempted, so that the attempt does not count. `due_at` is
    None for an unknown letter that is held for the operator. `bounced` says that the refusal counts against
    the address.
    """

    attempt: Attempt
    state: DeliveryState
    due_at: datetime | None
    code: int | None = None
    reply: str = ""
    burnt: bool = True
    relay: str = ""
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Granted:
    """What an exchange allowed: the attempts that are durable now, and the chunks that are ours no more.

    A wanted attempt in neither was skipped or is gone; the ledger knows why.
    """

    attempts: Sequence[Attempt]
    lost: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class EditionStanding:
    """How far an edition is: letters with a final answer, how many of those were refused.

    `forgiven` says that the operator resumed it after a pause.
    """

    settled: int = 0
    refused: int = 0
    forgiven: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """Something the operator should know today; told once per cause and subject a day.

    `about` names the newsletter, edition, relay or file; `relay` the relay that failed, which the letter
    about it avoids where there is another.
    """

    cause: Literal[
        "edition not made",
        "edition did not leave",
        "edition paused",
        "edition held",
        "edition failures",
        "scan overdue",
        "relay refuses",
        "articles quarantined",
        "pages not there",
        "place fails",
        "place is back",
    ]
    about: str
    message: str
    relay: str = ""


@dataclass(frozen=True, slots=True)
class Retry:
    """When a deferred letter is tried again: doubling from `first` to at most `longest`, until `give_up`."""

    first: timedelta
    longest: timedelta
    give_up: timedelta


@dataclass(frozen=True, slots=True)
class Tally:
    """Deliveries counted by state; `frozen` is their sum."""

    counts: dict[DeliveryState, int] = field(default_factory=dict)

    def __getitem__(self, state: DeliveryState) -> int:
        return self.counts.get(state, 0)

    @property
    def frozen(self) -> int:
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        return sum(self[state] for state in OPEN_STATES)


# ---------------------------------------------------------------- subscribers


class SubscriptionState(StrEnum):
    ACTIVE = "active"
    UNSUBSCRIBED = "unsubscribed"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person and his choice for one newsletter, as lists and exports show it.

    He gets nothing until `paused_until`.
    """

    email: str
    newsletter: str
    state: SubscriptionState
    token: str
    started_at: datetime
    ended_at: datetime | None
    extra: dict[str, str] = field(default_factory=dict)
    choice: Choice = Choice()
    paused_until: datetime | None = None
    reason: str = ""  # why he left, as he wrote it


ConsentKind = Literal[
    "asked",  # for a subscription, by a form
    "confirmed",  # by the link that was mailed
    "added",  # by the operator's hand
    "imported",
    "changed",  # what he wants of it
    "left",
    "undone",  # that he left, at once
    "moved",  # to another address
]
Purpose = Literal["confirm", "account", "move"]  # what a mailed link that expires opens
SuppressionReason = Literal["unsubscribed", "bounced", "complained", "erased", "blocked"]


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person agreed to or withdrew: when, where (`source`), by which words, from which IP address.

    `newsletter` is "" where it concerns all. `evidence` is what an import said of it.
    """

    kind: ConsentKind
    at: datetime
    newsletter: str = ""
    source: str = ""
    words: str = ""
    ip: str | None = None
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Signup:
    """What somebody asked for by a form: newsletters and what he wants of each.

    `language` is that of the page he asked on, `source` its address, `words` what he agreed to; `ip` is as it
    may be kept. `again` asks for the letter once more.
    """

    email: Email
    wanted: Mapping[str, Choice]
    language: str = ""
    source: str = ""
    words: str = ""
    ip: str | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a mailed link opens until `expires_at`: a sign-up, or a person; see the table `ticket`."""

    purpose: Purpose
    expires_at: datetime
    signup_id: int | None = None
    subscriber_id: int | None = None
    email: str = ""


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address that nothing brings back but the person himself, or, where `reason` is blocked, nobody.

    `hash` is keyed; `email` is "" where the person was erased or has another address, `newsletter` where it
    holds for all.
    """

    hash: str
    newsletter: str
    reason: SuppressionReason
    at: datetime
    email: str = ""
    evidence: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Arrival:
    """A subscription that a list brings, active or ended long ago; `token` is "" where it has no link yet.

    `consents` come with it where it is new here, `extra` joins what is known of the person.
    """

    email: Email
    newsletter: str
    started_at: datetime
    state: SubscriptionState = SubscriptionState.ACTIVE
    ended_at: datetime | None = None
    reason: str = ""
    choice: Choice = Choice()
    paused_until: datetime | None = None
    token: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Departure:
    """Somebody of whom a list says that he left, or cannot be reached; `email` is None where he was erased.

    `told_at` is when that was, None where the list does not say.
    """

    email: Email | None
    suppression: Suppression
    told_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tick:
    """When a recurring work (scan, publish, newsletter:NAME, send) last ran, and how it ended."""

    name: str
    started_at: datetime
    ended_at: datetime | None
    detail: str
    error: str | None


@dataclass(frozen=True, slots=True)
class Email:
    """A checked address. `address` is as written with the domain lower-cased, `key` is one per person:
    A-label domain and lower-cased local part."""

    address: str
    key: str
