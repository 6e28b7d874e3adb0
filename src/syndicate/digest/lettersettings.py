"""What a newsletter's letters have in common."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from syndicate.config import Mailbox, Publication
from syndicate.configletter import Letter
from syndicate.confignewsletter import Sections
from syndicate.model import Variant


@dataclass(frozen=True, slots=True)
class LetterSettings:
    """What a newsletter's letters have in common. `web_url` is where syndicate answers: unsubscribing.

    `headers` are added to the letter's own. `domain` is what Message-ID and List-Id end in, whatever host
    sends and whoever the newsletter is from; else the domain of `sender`. `language` and `zone` are the
    publication's where the newsletter names none. Of more articles than `most` the later ones are left to
    the web. `texts` are the newsletter's own templates by name: subject, preheader, intro, footer;
    they stand in the configuration's `file`.

    `kept` is what was rendered before with these settings, so that an edition's renditions share it. Its
    articles are taken for the same while what a letter shows of them is.
    """

    publication: Publication
    newsletter: str
    title: str
    sender: Mailbox
    web_url: str
    reply_to: Mailbox | None = None
    headers: Sequence[tuple[str, str]] = ()
    domain: str = ""
    letter: Letter = field(default_factory=Letter)
    look: str = ""
    language: str = ""
    zone: ZoneInfo | None = None
    pictures: bool = True
    sections: Sections | None = None
    most: int | None = None
    texts: Sequence[tuple[str, str]] = ()
    file: str = "config.yaml"
    kept: dict[Hashable, Any] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def home(self) -> str:
        """The domain that makes ids the publication's own."""
        return self.domain or self.sender.email.address.rpartition("@")[2]

    @property
    def variant(self) -> Variant:
        """What is rendered for who chose nothing."""
        return Variant(self.language or self.publication.language, self.pictures)

    @property
    def hosts(self) -> tuple[str, str]:
        """The URLs on whose hosts pictures may lie."""
        return self.publication.url, self.web_url
