"""What the letters of one newsletter in one language share: style, articles already drawn, words.

An article's block is rendered, inlined and encoded once, however many renditions show it.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from zoneinfo import ZoneInfo

from syndicate.digest.inline import inline_fragment
from syndicate.digest.items import Item, ItemPicture, item, own_picture
from syndicate.digest.lettersettings import LetterSettings
from syndicate.digest.mime import encode_body
from syndicate.digest.prose import linked
from syndicate.digest.style import for_outlook, resolved, variables
from syndicate.errors import TemplateFault
from syndicate.markup import clean_text, one_line
from syndicate.model import Article, Edition, Variant
from syndicate.templating import Templates, as_html

_MOST_DRAWN = 5_000  # articles kept with their blocks
_PADDING = 32  # pixels at each side of a letter's column
_LOOKS = "mail/looks/"
_HOUR = re.compile(r"/?\d\d:\d\d$")
_SHOWN_OF_PUBLICATION = (
    "title",
    "url",
    "description",
    "language",
    "author",
    "postal_address",
    "privacy_url",
    "contact",
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an article stands: the level of its heading, and whether it leads or has no line above it."""

    level: int
    leads: bool
    first: bool


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """An article as templates see it, and its blocks as bytes by the part and place they are for."""

    item: Item
    blocks: dict[tuple[str, Place], bytes] = field(default_factory=dict)


def press_for(settings: LetterSettings, templates: Templates, variant: Variant) -> Press:
    """Return what renders `variant`; the same as before, as long as `settings` and `templates` are."""
    key = (templates, variant)
    found = settings.kept.get(key)
    if not isinstance(found, Press):
        found = settings.kept[key] = Press(settings, templates, variant)
    return found


class Press:
    """Renders the parts of letters for one variant. Raises TemplateFault for what is wrong in a template."""

    def __init__(self, settings: LetterSettings, templates: Templates, variant: Variant) -> None:
        self.language = variant.language
        self.pictures = variant.pictures and settings.pictures
        self.zone = settings.zone or settings.publication.timezone
        self._settings = settings
        self._templates = templates
        self._drawn: dict[Hashable, Drawn] = {}
        self._texts = dict(settings.texts)
        self._names = _files_of(settings.look or settings.letter.look, templates.names())
        self._style = self._style_sheet()
        self.context = self._context()

    def drawn(self, article: Article) -> Drawn:
        """Return an article as templates see it, with the blocks that were made of it before."""
        key = _shown_of(article)
        found = self._drawn.get(key)
        if found is None:
            if len(self._drawn) >= _MOST_DRAWN:
                self._drawn.clear()
            settings = self._settings
            width = settings.letter.width - 2 * _PADDING
            made = item(
                article,
                settings.publication.url,
                hosts=settings.hosts,
                width=width,
                pictures=self.pictures,
            )
            found = self._drawn[key] = Drawn(made)
        return found

    def block(self, drawn: Drawn, part: str, place: Place) -> bytes:
        """Return an article's lines in the ``html`` or ``txt`` part of a letter, encoded."""
        found = drawn.blocks.get((part, place))
        if found is None:
            name = f"article.{part}"
            text = self.render(
                name, article=drawn.item, level=place.level, leads=place.leads, first=place.first
            )
            if part == "html":
                text = self._inlined(name, text)
            found = drawn.blocks[part, place] = encode_body(text, {})
        return found

    def name(self, name: str) -> str:
        """Return which template is used as `name`: the look's, else that of all looks."""
        return self._names.get(name, f"mail/{name}")

    def render(self, name: str, **context: object) -> str:
        """Return the look's template `name`, else that of all looks, filled with `context`."""
        return self._templates.render(self.name(name), language=self.language, zone=self.zone, **context)

    def own_text(self, name: str, context: dict[str, object]) -> str | None:
        """Return the newsletter's own template `name`, as plain text; None where it has none."""
        text = self._texts.get(name)
        if text is None:
            return None
        label = f"{self._settings.file}: newsletters.{self._settings.newsletter}.{name}"
        return self._templates.render_text(label, text, language=self.language, zone=self.zone, **context)

    def _inlined(self, name: str, html: str) -> str:
        try:
            return inline_fragment(html, self._style)
        except ValueError as error:
            raise TemplateFault(self.name(name), str(error)) from error

    def _style_sheet(self) -> str:
        """Return the style of all looks and then that of the look, with colours and widths in it."""
        names = dict.fromkeys(("mail/style.css", self.name("style.css")))
        values = variables(self._settings.letter)
        return "\n".join(self._resolved(name, values) for name in names)

    def _resolved(self, name: str, values: dict[str, str]) -> str:
        try:
            return resolved(self._templates.source(name), values)
        except ValueError as error:
            raise TemplateFault(name, str(error)) from error

    def _context(self) -> dict[str, object]:
        """Return what all these letters show: plain values, and HTML that was escaped here."""
        settings = self._settings
        publication = {
            name: clean_text(getattr(settings.publication, name) or "") for name in _SHOWN_OF_PUBLICATION
        }
        return {
            "publication": publication,
            "newsletter": {"name": settings.newsletter, "title": one_line(clean_text(settings.title))},
            "logo": self._logo(),
            "width": settings.letter.width,
            "style": as_html(self._style),
            "outlook_style": as_html(for_outlook(self._style)),
            "contact": as_html(linked(publication["contact"])),
            "postal_address": as_html(linked(publication["postal_address"])),
        }

    def _logo(self) -> ItemPicture | None:
        """Return the logo where it lies on a host of the publication's own, and pictures are shown."""
        letter = self._settings.letter
        if not (self.pictures and letter.logo and own_picture(letter.logo, self._settings.hosts)):
            return None
        return ItemPicture(letter.logo, self._settings.publication.title, letter.logo_width, None)


def day_zone(edition: Edition, settings: LetterSettings) -> ZoneInfo:
    """Return the zone in whose day an edition is: that which its occasion names, else the newsletter's."""
    named = _zone(_HOUR.sub("", edition.occasion.partition("/")[2]))
    return named or settings.zone or settings.publication.timezone


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def _files_of(look: str, names: list[str]) -> dict[str, str]:
    """Return the files that a look has of its own, by their short names. TemplateFault where it has none."""
    folder = f"{_LOOKS}{look}/"
    found = {name.removeprefix(folder): name for name in names if name.startswith(folder)}
    if not found:
        raise TemplateFault(f"{folder}digest.html", wrong_with_look(look, names))
    return found


def wrong_with_look(look: str, names: Iterable[str]) -> str:
    """Return what is wrong with a look's name, "" for nothing, where templates of these `names` are there."""
    there = sorted(set(_looks(names)))
    return "" if look in there else f"there is no look {look!r}; there are: {', '.join(there) or 'none'}"


def _looks(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        look, slash, _ = name.removeprefix(_LOOKS).partition("/")
        if name.startswith(_LOOKS) and slash:
            yield look


def _shown_of(article: Article) -> Hashable:
    """Return all of an article that its block hangs on."""
    return (
        *(article.id, article.title, article.summary, article.language, article.slug, article.link),
        *(article.published, article.authors, article.picture, article.featured, article.pinned),
        *(article.categories, article.tags),
    )
