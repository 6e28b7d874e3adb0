"""Each field is found under all of its names, means what its author meant, and hurts nobody."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.content.fields import addresses
from syndicate.content.frontmatter import FrontMatter, split
from syndicate.errors import ContentError
from syndicate.model import Enclosure

ZONE = ZoneInfo("Asia/Jakarta")


def matter(*fields: str, path: str = "a.md") -> FrontMatter:
    rows = "\n".join(fields)
    return split(path, f"---\n{rows}\n---\n")


def moment(name: str, *fields: str, path: str = "a.md") -> Any:
    return matter(*fields, path=path).moment(name, language="en", zone=ZONE)


# ---------------------------------------------------------------- names


@pytest.mark.parametrize("name", ["title", "newstitle", "linkTitle", "Link_Title", "link title", "SUBJECT"])
def test_names_of_the_title(name: str) -> None:
    """Case, hyphens, underscores and spaces do not count in a name."""
    assert matter(f"{name}: Satu").text("title") == "Satu"


def test_the_best_name_counts() -> None:
    """Of several names the first of the table is taken, in whatever order they stand."""
    assert matter("subject: B", "title: A").text("title") == "A"
    assert matter("title:", "subject: B").text("title") == "B"


@pytest.mark.parametrize(
    "name",
    [
        "date", "publishDate", "pubDate", "published", "published_at", "published_date", "post_date",
        "created", "created_at", "tanggal",
    ],
)  # fmt: skip
def test_names_of_the_date(name: str) -> None:
    """Each of them dates the article."""
    assert moment("when", f"{name}: 2026-02-05") == date(2026, 2, 5)


@pytest.mark.parametrize(
    ("name", "names"),
    [
        (
            "updated",
            "lastmod modified updated updatedDate updated_at last_modified_at last_modified date_modified",
        ),
        ("expires", "expiryDate unpublishdate expires"),
    ],
)
def test_names_of_other_moments(name: str, names: str) -> None:
    """An edit and an end have their names too, and are no date of the article."""
    for given_as in names.split():
        assert moment(name, f"{given_as}: 2026-02-05 07:30") == datetime(2026, 2, 5, 0, 30, tzinfo=UTC)
        assert moment("when", f"{given_as}: 2026-02-05 07:30") is None


# ---------------------------------------------------------------- moments


def test_published_is_a_flag_or_a_date() -> None:
    """``published: true`` says nothing of when."""
    assert moment("when", "published: true", "created: 2026-02-05") == date(2026, 2, 5)
    assert moment("when", "published: 2026-02-05") == date(2026, 2, 5)


def test_a_path_of_zola_dates() -> None:
    """The date in ``path`` counts where no field gives one."""
    assert moment("when", "path: 2020/03/12/x") == date(2020, 3, 12)
    assert moment("when", "path: 2020/03/12/x", "date: 2026-02-05") == date(2026, 2, 5)
    assert moment("when", "path: /2020/31/12/x/") is None


def test_a_date_that_is_none_is_a_fault_with_its_line() -> None:
    """An article is not published at a moment that its author did not mean."""
    for value in ("soon", "[2026, 2]", "{a: 1}", "2026-02-31", "9999-01-01"):
        with pytest.raises(ContentError) as caught:
            moment("when", "title: x", f"date: {value}")
        assert caught.value.line == 3
    with pytest.raises(ContentError):
        split("a.md", "+++\ndate = 0001-01-01\n+++\n").moment("when", language="", zone=ZONE)


def test_a_slip_in_a_time_costs_the_time_only() -> None:
    """The day counts, with a warning."""
    found = matter("date: 2023-01-29 18:30:22 2023 -0800")
    assert found.moment("when", language="en", zone=ZONE) == date(2023, 1, 29)
    assert found.warnings[0].startswith("line 2: date: only the day")


# ---------------------------------------------------------------- shown or not


@pytest.mark.parametrize(
    ("field", "draft", "marked"),
    [
        ("draft: true", True, False), ("published: false", True, False), ("status: draft", True, False),
        ("status: private", True, False), ("status: hidden", True, False), ("status: skip", True, False),
        ("publish: no", True, False), ("visibility: members", True, False), ("visibility: paid", True, False),
        ("unlisted: true", True, False), ("hidden: true", True, False), ("hidden: yes", True, False),
        ("hidden: false", False, None), ("hidden: no", False, None), ("hidden:", False, None),
        ("dg-publish: false", True, False),
        ("draft: false", False, None), ("title: x", False, None), ("published: 2026-02-05", False, None),
        ("visibility: public", False, None), ("draft:", False, None),
        ("published: true", False, True), ("status: published", False, True), ("publish: true", False, True),
        ("dg-publish: yes", False, True), ("status: featured", False, True),
    ],
)  # fmt: skip
def test_shown_or_not(field: str, draft: bool, marked: bool | None) -> None:
    """Every way to say draft is understood, and who says nothing is not taken for having said yes."""
    assert (matter(field).draft(), matter(field).marked()) == (draft, marked)


def test_a_flag_that_is_unclear_is_a_fault() -> None:
    """Nobody guesses whether a draft is one."""
    with pytest.raises(ContentError, match="true or false"):
        matter("draft: perhaps").draft()


def test_an_unknown_status_is_told() -> None:
    """The article is published, and its author hears of it."""
    found = matter("status: evergreen")
    assert (found.draft(), found.marked()) == (False, None)
    assert found.warnings == [
        "line 2: status: 'evergreen' is neither draft nor published; the article is published"
    ]


def test_old_drafts_of_nikola() -> None:
    """Nikola 7 marked drafts by a tag; elsewhere a tag is only a tag."""
    assert split("a.rst", ".. title: x\n.. tags: a, draft\n\nx").draft()
    assert not matter("tags: [a, draft]").draft()


# ---------------------------------------------------------------- for newsletters


@pytest.mark.parametrize(
    ("field", "featured", "pinned"),
    [
        ("featured: true", True, False), ("featured: Yes", True, False), ("isFeatured: on", True, False),
        ("status: featured", True, False), ("featured: false", False, False), ("featured:", False, False),
        ("pin: true", False, True), ("pinned: 1", False, True), ("is_pinned: true", False, True),
        ("sticky: 100", False, True), ("sticky: 0", False, False), ("sticky: -1", False, False),
        ("sticky: ''", False, False), ("top: 2", False, True), ("top: 0.5", False, True),
        ("top: false", False, False), ("featured: images/robot.png", False, False),
        ("featured: [cover.jpg, other.jpg]", False, False), ("featured: {src: a/b, alt: c}", False, False),
        ("featured: '[[robot.png]]'", False, False), ("featured_image: true", False, False),
        ("title: x", False, False), ("status: published", False, False),
    ],
)  # fmt: skip
def test_featured_and_pinned(field: str, featured: bool, pinned: bool) -> None:
    """Flags and numbers above 0 say yes; a picture of that name says nothing, and is no fault."""
    found = matter(field)
    assert (found.featured(), found.pinned(), found.warnings) == (featured, pinned, [])


def test_any_of_the_names_pins() -> None:
    """Themes differ in what they ask for, and an author may have had two."""
    assert matter("top: false", "sticky: 3").pinned() and matter("pin: true", "pinned: false").pinned()


@pytest.mark.parametrize("value", ["perhaps", "2026-12-01", "[a, b]", "{a: b}", "1e9", "nan", "９"])
def test_a_flag_nobody_understands_is_a_warning(value: str) -> None:
    """The article goes on without it."""
    found = matter("title: x", f"pin: {value}", f"featured: {value}")
    assert not found.pinned() and not found.featured()
    assert found.warnings == [
        "line 3: pin: must be true or false; it is ignored",
        "line 4: featured: must be true or false; it is ignored",
    ]


@pytest.mark.parametrize(
    ("value", "wish"),
    [
        ("true", "true"), ("YES", "true"), ("on", "true"), ("false", ""), ("no", ""), ("0", ""), ("", ""),
        ("null", ""), ("1", "1"), ("2", "2"), ("2026-12-01", "2026-12-01"),
        ("a second  time", "a second time"),
        ("'2026-12-01 07:00'", "2026-12-01 07:00"), ("x" * 999, "x" * 200),
    ],
)  # fmt: skip
def test_the_text_of_resend(value: str, wish: str) -> None:
    """What says no is none, whatever says only yes is one text, all else is what it is."""
    found = matter(f"resend: {value}")
    assert (found.resend(), found.warnings) == (wish, [])


def test_resend_in_other_kinds() -> None:
    """TOML's dates and flags and JSON's are texts, too."""
    assert split("a.md", "+++\nresend = 2026-12-01\n+++\n").resend() == "2026-12-01"
    assert split("a.md", "+++\nresend = 2026-12-01T07:00:00Z\n+++\n").resend() == "2026-12-01T07:00:00+00:00"
    assert split("a.md", "+++\nresend = true\ntop = 3\nfeatured = false\n+++\n").resend() == "true"
    assert split("a.md", '{"resend": true, "pin": 1, "featured": false}').resend() == "true"
    assert split("a.md", '{"resend": 3, "pin": 1}').pinned()
    assert split("a.rst", ":title: x\n:resend: 3\n:sticky: yes\n\nx").pinned()


def test_resend_of_several_texts_is_a_warning() -> None:
    """A list asks nothing."""
    found = matter("resend: [1, 2]")
    assert found.resend() == "" and found.warnings == ["line 2: resend: must be one text; it is ignored"]


# ---------------------------------------------------------------- several


@pytest.mark.parametrize(
    ("field", "tags"),
    [
        ("tags: [a, B, b]", ("a", "B")), ("tags: a, b", ("a", "b")), ("tags: a; b, c", ("a", "b, c")),
        ("keywords: a", ("a",)), ("topics: [a]", ("a",)),
        ("taxonomies: {tags: [a], categories: [b]}", ("a", "b")),
        ("tags: Kota Tua", ("Kota Tua",)), ("tags: [Kota Tua]", ("Kota Tua",)), ("tags: [{name: a}]", ("a",)),
        ("tags: [~, '', a, [x, y]]", ("a",)), ("tags: {name: a}", ("a",)), ("tags:", ()),
        ("tags: '[[a|b]]'", ("a",)),
    ],
)  # fmt: skip
def test_tags(field: str, tags: tuple[str, ...]) -> None:
    """A list, a text with commas or semicolons, and Zola's taxonomies give tags."""
    assert matter(field).tags() == tags


def test_tags_in_jekyll() -> None:
    """In a Jekyll site a space parts tags where no comma does, and one category is one."""
    path = "_posts/2026-02-05-x.md"
    assert matter("tags: kota tua", "category: satu dua", path=path).tags() == ("kota", "tua", "satu dua")
    assert matter("tags: kota tua, laut", "categories: a  b", path=path).tags() == (
        "kota tua",
        "laut",
        "a",
        "b",
    )
    assert matter("tags: [kota tua]", path=path).tags() == ("kota tua",)


def test_categories_are_also_tags() -> None:
    """Categories can be asked for alone."""
    found = matter("tags: [a]", "section: Dunia")
    assert (found.categories(), found.tags()) == (("Dunia",), ("a", "Dunia"))
    assert matter("categories: [b, c]").categories() == ("b", "c")


@pytest.mark.parametrize(
    ("field", "authors"),
    [
        ("author: Budi", ("Budi",)), ("authors: [Budi, Ani]", ("Budi", "Ani")),
        ("by: Budi and Ani", ("Budi", "Ani")), ("by: Budi dan Ani", ("Budi", "Ani")),
        ("author: Budi, Ani, and Siti", ("Budi", "Ani", "Siti")),
        ("author: Budi, Ani and Siti", ("Budi", "Ani", "Siti")),
        ("author: Santoso, Budi; Rahma, Ani", ("Santoso, Budi", "Rahma, Ani")),
        ("author: {name: Budi, email: b@x.org}", ("Budi",)),
        ("authors: [{Name: Budi}, Ani]", ("Budi", "Ani")),
        ("author: Budi <b@x.org>", ("Budi",)), ("author: b@x.org (Budi)", ("Budi",)),
        ("author: b@x.org", ("b@x.org",)),
        ("creator: Budi", ("Budi",)), ("translator: Budi", ("Budi",)), ("translator: B\nauthor: A", ("A",)),
        ("author: '[[Budi]]'", ("Budi",)), ("author: Dandan Andini", ("Dandan Andini",)), ("author: ''", ()),
        ("authors: [Budi, Budi]", ("Budi",)), ("author: {email: x}", ()),
    ],
)  # fmt: skip
def test_authors(field: str, authors: tuple[str, ...]) -> None:
    """Names come alone, in lists, in texts and in maps; addresses are nobody's name."""
    assert matter(field).authors() == authors


# ---------------------------------------------------------------- pictures and recordings


@pytest.mark.parametrize(
    ("fields", "picture"),
    [
        ("image: a.png", ("a.png", "")), ("cover: {image: a.png, alt: A}", ("a.png", "A")),
        ("heroImage: a.png\nheroAlt: A", ("a.png", "A")),
        ("feature_image: /a.png\nfeature_image_alt: A", ("/a.png", "A")),
        ("images: [a.png, b.png]", ("a.png", "")), ("image: {src: a.png, caption: A}", ("a.png", "A")),
        ("featured_image: a.png", ("a.png", "")), ("thumbnail: a.png", ("a.png", "")),
        ("banner: a.png", ("a.png", "")),
        ("og_image: https://x.org/a.png", ("https://x.org/a.png", "")),
        ("cover: '![[a.png]]'", ("a.png", "")),
        ("cover: [[a.png]]", ("a.png", "")), ("image: false\ncover: a.png", ("a.png", "")),
        ("image: {a: 1}", ("", "")),
        ('image: "javascript:alert(1)"\ncover: a.png', ("a.png", "")), ("alt: x", ("", "")),
    ],
)  # fmt: skip
def test_pictures(fields: str, picture: tuple[str, str]) -> None:
    """Address and alternative text are found in every shape."""
    assert matter(fields).picture() == picture


@pytest.mark.parametrize(
    ("field", "enclosures"),
    [
        ("audio: a.mp3", (Enclosure("a.mp3"),)),
        ("podcast: https://x.org/a.mp3", (Enclosure("https://x.org/a.mp3"),)),
        ("enclosure: {url: /a.mp3, type: audio/mpeg, length: 12}", (Enclosure("/a.mp3", "audio/mpeg", 12),)),
        ("media: {src: a.mp3, mime: Audio/MPEG, bytes: '1,234'}", (Enclosure("a.mp3", "audio/mpeg", 1234),)),
        ("media: [a.mp3, {path: b.mp3}, a.mp3]", (Enclosure("a.mp3"), Enclosure("b.mp3"))),
        ("enclosure: |\n  https://x.org/a.mp3\n  12\n  audio/mpeg",
         (Enclosure("https://x.org/a.mp3", "audio/mpeg", 12),)),
        ("enclosure: {url: a.mp3, type: '<b>', length: '-1'}", (Enclosure("a.mp3"),)),
        ("enclosure: {url: 'javascript:alert(1)/x'}", ()), ("audio: yes", ()), ("media: print", ()),
        ("audio: {}", ()),
        ("enclosure: {type: audio/mpeg}", ()), ("enclosure: [[[x.mp3]]]", ()),
    ],
)  # fmt: skip
def test_enclosures(field: str, enclosures: tuple[Enclosure, ...]) -> None:
    """A text, a map and a list of either name recordings; what is none is left out."""
    assert matter(field).enclosures() == enclosures


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("field", "url"),
    [
        ("url: /a/b/", "/a/b/"), ("url: a/b.html", "/a/b.html"), ("permalink: /a/b/index.html", "/a/b/"),
        ("path: 2020/03/12/x", "/2020/03/12/x"), ("save_as: index.html", "/"),
        ("save_as: a/index.html", "/a/"),
        ("url: https://x.org/a", "https://x.org/a"), ("permalink: /:year/:title/", ""),
        ("url: /d/:year/x-:slug/", "/d/:year/x-:slug/"), ("url: /:what/", ""),
        ("permalink: pretty", ""),
        ("url: '{{ x }}'", ""), ("url: /../../etc/passwd", ""), ("url: '/a/%2e%2e/b'", ""),
        ("url: //evil.org/x", ""),
        ("url: 'javascript:alert(1)'", ""), ("url: file:///etc/passwd", ""), ("url: 'a\\..\\b'", ""),
        ("url: \"/a\\nb\"", ""), ("url: '/<script>'", ""), ("title: x", ""), ("url: [a]", ""),
        ("slug: x", ""),
        ("permalink: /a/\nurl: /b/", "/b/"), ("permalink: /a/\npath: /:x/", "/a/"), ("url: http://[x", ""),
        ("url: /احتفال/", "/احتفال/"),
    ],
)  # fmt: skip
def test_the_address_asked_for(field: str, url: str) -> None:
    """A path below the publication or a web address; nothing that leads elsewhere."""
    assert matter(field).url() == url


def test_an_address_that_is_none_is_told() -> None:
    """Who asks for an address that cannot be given hears of it; another program's pattern is no mistake."""
    found = matter("url: /../x", "permalink: /:year/")
    assert found.url() == ""
    assert found.warnings == ["line 2: url: '/../x' is no address of this publication; it is ignored"]


@pytest.mark.parametrize(
    ("field", "slug"),
    [
        ("slug: Satu Dua", "Satu Dua"), ("slug: /a/b/Satu.html", "Satu"), ("url: /a/b/index.html", "b"),
        ("permalink: /:title/", ""), ("slug: ../../x", "x"), ("slug: /etc/x", "x"),
        ("slug: '..'", ""),
        ("slug: '/'", ""),
        ("permalink: pretty", ""), ("slug: pelican-3.2-released", "pelican-3.2-released"),
    ],
)  # fmt: skip
def test_the_slug_asked_for(field: str, slug: str) -> None:
    """The last segment counts."""
    assert matter(field).slug() == slug


@pytest.mark.parametrize(
    ("field", "aliases"),
    [
        ("aliases: [/old/, a.html, 'Another title', AC/DC and more]", ("/old/", "/a.html")),
        ("redirect_from: /old/", ("/old/",)), ("redirect_from:\n- /a/\n- /b/\n- /a/", ("/a/", "/b/")),
        ("legacyUrl: https://x.org/?p=1", ("https://x.org/?p=1",)), ("redirect: /a, /b", ("/a", "/b")),
        ("aliases: [/../x, //evil.org/, 'javascript:a/b', '/:year/x']", ()), ("aliases: Judul lain", ()),
        ("aliases: [/a/]\nredirect_from: /b/", ("/a/", "/b/")), ("aliases: {a: /x}", ()),
    ],
)  # fmt: skip
def test_old_addresses(field: str, aliases: tuple[str, ...]) -> None:
    """Only what is an address is one: in a vault aliases are other titles."""
    assert matter(field).aliases() == aliases


@pytest.mark.parametrize("name", ["canonical", "canonicalURL", "external_url", "link"])
def test_the_first_address(name: str) -> None:
    """The address that an article was first published at, or is about, is a web address."""
    assert matter(f"{name}: https://x.org/a?b=c").canonical() == "https://x.org/a?b=c"
    for bad in ("/a", "javascript:alert(1)", "true", "ftp://x.org", "https://"):
        assert matter(f"{name}: {bad}").canonical() == ""


@given(st.text(max_size=40), st.sampled_from(["", "/", "http://", "../", "a/../", "https://x.org/"]))
def test_no_address_leads_out(text: str, opening: str) -> None:
    """Whatever is asked for, a path stays below the publication and a scheme is http or https."""
    for found in (addresses.own(opening + text), addresses.old(opening + text)):
        assert not found or found.lower().startswith(("/", "http://", "https://"))
        assert not found.startswith("//") and "/../" not in found and "\\" not in found
    assert addresses.absolute(text) in ("", text)


# ---------------------------------------------------------------- the rest


def test_other_fields() -> None:
    """Key, correction, summary, language and id are read under their names."""
    found = matter(
        "translationKey: k1", "correction: We <b>erred</b>.", "excerpt: A <i>short</i> one",
        "locale: id_ID.UTF-8",
        "guid: tag:x,1",
    )  # fmt: skip
    assert (found.key(), found.correction(), found.summary()) == ("k1", "We erred.", "A short one")
    assert (found.language(), found.identity()) == ("id-ID", "tag:x,1")
    assert (matter("i18n: k2").key(), matter("i18n: true").key(), matter("i18n: {a: b}").key()) == (
        "k2",
        "",
        "",
    )


def test_absent_fields_are_empty() -> None:
    """Who says nothing gets nothing, and no warning."""
    found = split("a.md", "Text")
    assert (found.text("title"), found.tags(), found.authors(), found.url(), found.slug()) == (
        "",
        (),
        (),
        "",
        "",
    )
    assert (found.aliases(), found.canonical(), found.key(), found.correction()) == ((), "", "", "")
    assert (found.picture(), found.enclosures(), found.identity(), found.language()) == (
        ("", ""),
        (),
        None,
        "",
    )
    assert (found.draft(), found.marked(), found.summary(), found.warnings) == (False, None, "", [])


def test_odd_fields_are_warnings_with_their_lines() -> None:
    """A field that cannot be used costs a warning, not the article."""
    found = matter(
        "title: [a]", "lang: '???'", "image: {a: 1}", "audio: print", f"tags: [{', '.join('abcdefghij')}]"
    )
    found.text("title"), found.language(), found.picture(), found.enclosures()
    assert [warning[:14] for warning in found.warnings] == [
        "line 2: title:", "line 3: lang: ", "line 4: image:", "line 5: audio:",
    ]  # fmt: skip


def test_too_many_tags_are_told() -> None:
    """An article has at most fifty tags of at most a hundred characters."""
    found = matter(f"keywords: [{', '.join(f't{n}' for n in range(60))}, {'x' * 200}]")
    assert len(found.tags()) == 50
    assert found.warnings == ["line 2: keywords: there are 61; the first 50 count"]


def test_a_field_is_named_as_its_author_wrote_it() -> None:
    """A message shows the name that stands in the file."""
    with pytest.raises(ContentError, match="Publish-Date: 'soon' is no date"):
        moment("when", "Publish-Date: soon")


@pytest.mark.parametrize(
    ("fields", "day"),
    [
        ("date: 2025-01-04\npublishDate: 2099-01-01", date(2099, 1, 1)),
        ("date: 2025-01-04\npublishDate: 2024-01-01", date(2025, 1, 4)),
        ("publishDate: 2099-01-01", date(2099, 1, 1)),
    ],
)
def test_an_embargo_outlasts_the_date(fields: str, day: date) -> None:
    """Hugo hides an article until its publishDate, whatever its date says."""
    matter = split("a.md", f"---\n{fields}\n---\nWords.\n")
    assert matter.moment("when", language="en", zone=ZoneInfo("UTC")) == day


@pytest.mark.parametrize(
    ("fields", "draft"),
    [("build: {render: never}", True), ("build:\n  list: never", True), ("build: {render: always}", False)],
)
def test_what_hugo_does_not_render_is_hidden(fields: str, draft: bool) -> None:
    """An article without a page would be a link to nowhere."""
    assert split("a.md", f"---\ntitle: A\n{fields}\n---\nWords.\n").draft() is draft
