"""The names that people give to fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping

# Our field -> the names people use, best first, folded: case, "_", "-" and spaces do not count.
NAMES: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "newstitle", "linktitle", "subject"),
    "when": (
        "date", "publishdate", "pubdate", "published", "publishedat", "publisheddate", "publishedon",
        "postdate", "created", "createdat", "tanggal",
    ),
    "updated": (
        "lastmod", "modified", "updated", "updateddate", "updatedat", "lastmodifiedat", "lastmodified",
        "datemodified",
    ),
    "expires": ("expirydate", "unpublishdate", "expires"),
    "id": ("guid", "id", "uuid", "atomid"),
    "slug": ("slug", "permalink", "url", "path", "saveas"),
    "url": ("url", "permalink", "path", "saveas"),
    "aliases": ("aliases", "redirectfrom", "legacyurl", "redirect"),
    "canonical": ("canonical", "canonicalurl", "externalurl", "link"),
    "key": ("translationkey", "i18n"),
    "correction": ("correction",),
    "featured": ("featured", "isfeatured"),
    "pinned": ("pinned", "pin", "sticky", "top", "ispinned"),  # Hexo's themes have "sticky" and "top"
    "resend": ("resend",),
    "summary": ("summary", "description", "excerpt", "customexcerpt", "subtitle", "abstract"),
    "authors": ("author", "authors", "by", "creator", "translator"),
    "tags": ("tags", "keywords", "topics", "tag"),
    "categories": ("category", "categories", "section"),
    "picture": (
        "image", "cover", "heroimage", "featuredimage", "featureimage", "thumbnail", "banner", "images",
        "ogimage", "coverimage", "previewimage",
    ),
    "alt": (
        "imagealt", "coveralt", "heroalt", "heroimagealt", "featuredimagealt", "featureimagealt",
        "coverimagealt", "thumbnailalt", "banneralt", "alt",
    ),
    "enclosures": ("enclosure", "enclosures", "audio", "podcast", "media"),
    "language": ("lang", "language", "locale"),
}  # fmt: skip

# The names that say whether an article is to be shown.
FLAGS = ("draft", "unlisted", "hidden", "publish", "dgpublish", "published", "status", "visibility")

KNOWN: frozenset[str] = frozenset(
    {name for names in NAMES.values() for name in names} | set(FLAGS) | {"taxonomies"}
)

# A folded name -> the fields it may give, each with its rank there.
FIELDS: Mapping[str, tuple[tuple[str, int], ...]] = {
    name: tuple((ours, names.index(name)) for ours, names in NAMES.items() if name in names) for name in KNOWN
}
