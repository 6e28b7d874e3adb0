"""The three formats: valid, equal in what they say, byte-stable, and deaf to hostile articles."""

from __future__ import annotations

import json
import locale
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from syndicate.feedfiles import FeedFormat
from syndicate.feeds.check import check_feed
from syndicate.feeds.document import FeedSite
from syndicate.feeds.formats import FORMATS, file_names, render_feed
from syndicate.markup import clean_text
from syndicate.model import Article, Enclosure, Feed, History, Picture, Tombstone

BASE = "https://news.example.org"
SITE = FeedSite(BASE, ZoneInfo("Asia/Jakarta"), version="1.2.3")
WHEN = datetime(2026, 2, 5, 1, 2, 3, 999, tzinfo=UTC)
ARTICLE = Article(
    id="urn:uuid:1",
    path="satu.md",
    slug="satu",
    title="Satu & <dua>",
    html='<p>Isi <a href="/x">tautan</a> <img src="foto.jpg" alt="Foto"></p>',
    summary="Ringkas & <pendek>",
    language="id",
    published=WHEN,
    updated=WHEN + timedelta(days=1),
    visible_at=WHEN,
    authors=("Ayu", "Budi"),
    tags=("Politik", "politik ", "Ekonomi"),
    picture=Picture("foto.jpg", 'Foto "besar"', 800, 600),
)
ARABIC = replace(
    ARTICLE, id="urn:uuid:2", slug="اثنان", title="اثنان", language="ar", authors=(), tags=(), picture=None
)
FEED = Feed("urn:uuid:0", "Kabar", "Berita", "", f"{BASE}/", "id", "Redaksi", (ARTICLE, ARABIC))

NS = {
    "a": "http://www.w3.org/2005/Atom",
    "dc": "http://purl.org/dc/elements/1.1/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "media": "http://search.yahoo.com/mrss/",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def files(feed: Feed = FEED, site: FeedSite = SITE) -> dict[FeedFormat, bytes]:
    """The feed's bytes by format."""
    forms = [form for form in FORMATS if form in site.formats]
    return dict(zip(forms, (file.body for file in render_feed(feed, site).files), strict=True))


def rss(feed: Feed = FEED, site: FeedSite = SITE) -> Any:
    return etree.fromstring(files(feed, site)["rss"])[0]


def atom(feed: Feed = FEED, site: FeedSite = SITE) -> Any:
    return etree.fromstring(files(feed, site)["atom"])


def said(feed: Feed, site: FeedSite) -> list[list[tuple[Any, ...]]]:
    """What each format says of each item: id, link, title, dates, text, authors, tags, language."""
    made = files(feed, site)
    items = json.loads(made["json"])["items"]
    from_json = [
        (
            item["id"],
            item["url"],
            item["title"],
            datetime.fromisoformat(item["date_published"]),
            datetime.fromisoformat(item["date_modified"]),
            item.get("content_html"),
            item.get("summary"),
            [author["name"] for author in item["authors"]],
            item.get("tags", []),
            item["language"],
        )
        for item in items
    ]
    from_rss = [
        (
            item.findtext("guid"),
            item.findtext("link"),
            item.findtext("title"),
            parsedate_to_datetime(item.findtext("pubDate")),
            datetime.fromisoformat(item.findtext("a:updated", namespaces=NS)),
            item.findtext("content:encoded", namespaces=NS),
            unescape(item.findtext("description")) if item.findtext("description") else None,
            [found.text for found in item.findall("dc:creator", NS)],
            [found.text for found in item.findall("category")],
            item.findtext("dc:language", namespaces=NS),
        )
        for item in rss(feed, site).findall("item")
    ]
    from_atom = [
        (
            entry.findtext("a:id", namespaces=NS),
            entry.find("a:link[@rel='alternate']", NS).get("href"),
            entry.findtext("a:title", namespaces=NS),
            datetime.fromisoformat(entry.findtext("a:published", namespaces=NS)),
            datetime.fromisoformat(entry.findtext("a:updated", namespaces=NS)),
            entry.findtext("a:content", namespaces=NS),
            entry.findtext("a:summary", namespaces=NS),
            [found.text for found in entry.findall("a:author/a:name", NS)],
            [found.get("term") for found in entry.findall("a:category", NS)],
            entry.get(LANG),
        )
        for entry in atom(feed, site).findall("a:entry", NS)
    ]
    return [from_json, from_rss, from_atom]


def assert_sound(feed: Feed, site: FeedSite = SITE) -> None:
    """All three parse without a complaint and say the same."""
    made = files(feed, site)
    kinds: tuple[FeedFormat, ...] = ("rss", "atom")
    for kind in kinds:
        parsed = feedparser.parse(made[kind])
        assert not parsed.bozo, parsed.get("bozo_exception")
        assert len(parsed.entries) == len(json.loads(made["json"])["items"])
    for form, body in made.items():
        assert check_feed(form, body, form, now=datetime.max.replace(tzinfo=UTC) - timedelta(days=9)) == ()
    from_json, from_rss, from_atom = said(feed, site)
    assert from_json == from_rss == from_atom


@pytest.mark.parametrize("content", ["full", "summary"])
def test_the_formats_agree(content: Any) -> None:
    """Ids, links, titles, dates, texts, authors, tags, languages and order are equal in all three."""
    assert_sound(FEED, replace(SITE, content=content))
    assert len(said(FEED, SITE)[0]) == 2


def test_files_lie_in_the_feeds_folder() -> None:
    """A tag's three files lie in its folder and name their own addresses."""
    feed = replace(FEED, folder="tags/politik")
    names = [file.path for file in render_feed(feed, SITE).files]
    assert names == ["tags/politik/rss.xml", "tags/politik/atom.xml", "tags/politik/feed.json"]
    assert rss(feed).find("a:link", NS).get("href") == f"{BASE}/tags/politik/rss.xml"
    assert atom(feed).find("a:link[@rel='self']", NS).get("href") == f"{BASE}/tags/politik/atom.xml"
    assert json.loads(files(feed)["json"])["feed_url"] == f"{BASE}/tags/politik/feed.json"


def test_only_the_wanted_formats_are_made_under_the_wanted_names() -> None:
    """A Hugo site's feed stays where it was, and names its own address; nothing else is made."""
    site = replace(SITE, formats=("rss",), paths={"rss": "index.xml"})
    for folder, path in (("", "index.xml"), ("tags/politik", "tags/politik/index.xml")):
        (file,) = render_feed(replace(FEED, folder=folder), site).files
        assert (file.path, *file_names(folder, site)) == (path, path)
        assert rss(replace(FEED, folder=folder), site).find("a:link", NS).get("href") == f"{BASE}/{path}"


def test_an_article_leads_to_where_another_program_shows_it() -> None:
    """Its link is the item's address in all formats, and what is relative in it is seen from there."""
    moved = replace(ARTICLE, link=f"{BASE}/blog/2026/02/satu.html")
    for items in said(replace(FEED, articles=(moved,)), SITE):
        assert items[0][1] == moved.link
        assert f'src="{BASE}/blog/2026/02/foto.jpg"' in items[0][5]
        assert f'href="{BASE}/x"' in items[0][5]


@pytest.mark.parametrize(("permalink", "written"), [(True, "true"), (False, "false")])
def test_an_adopted_id_is_a_permalink_as_its_feed_said(permalink: bool, written: str) -> None:
    """The id is kept byte for byte, and isPermaLink always written: a silent one would mean true."""
    article = replace(ARTICLE, id=f"{BASE}/?p=12&x=ä ", permalink=permalink)
    feed = replace(FEED, articles=(article,))
    guid = rss(feed).find("item/guid")
    assert (guid.text, dict(guid.attrib)) == (article.id, {"isPermaLink": written})
    assert atom(feed).findtext("a:entry/a:id", namespaces=NS) == article.id
    assert json.loads(files(feed)["json"])["items"][0]["id"] == article.id


SOUND = Enclosure("satu.mp3", "audio/mpeg", 1234)
FILM = Enclosure("https://media.example.org/film.mp4?x=1&y=2")


def test_recordings_are_enclosures_with_their_length_and_type() -> None:
    """RSS has the first alone, Atom and JSON Feed all; a type that nobody said is told by the name."""
    feed = replace(FEED, articles=(replace(ARTICLE, enclosures=(SOUND, FILM, SOUND)),))
    src = f"{BASE}/articles/satu/satu.mp3"
    (enclosure,) = rss(feed).findall("item/enclosure")
    assert dict(enclosure.attrib) == {"url": src, "length": "1234", "type": "audio/mpeg"}
    links = [dict(link.attrib) for link in atom(feed).findall("a:entry/a:link[@rel='enclosure']", NS)]
    assert links == [
        {"href": src, "rel": "enclosure", "type": "audio/mpeg", "length": "1234"},
        {"href": FILM.src, "rel": "enclosure", "type": "video/mp4"},
    ]
    assert json.loads(files(feed)["json"])["items"][0]["attachments"] == [
        {"url": src, "mime_type": "audio/mpeg", "size_in_bytes": 1234},
        {"url": FILM.src, "mime_type": "video/mp4"},
    ]
    assert_sound(feed)


@pytest.mark.parametrize(
    ("said_type", "written"),
    [
        ("Audio/MP4; codecs=x", "audio/mp4"),
        ('"><script>', "audio/mpeg"),
        ("music", "audio/mpeg"),
        ("a/b" * 90, "audio/mpeg"),
    ],
)
def test_a_type_that_is_none_is_told_by_the_name(said_type: str, written: str) -> None:
    """What the front matter says of a type counts only where it is one."""
    feed = replace(FEED, articles=(replace(ARTICLE, enclosures=(Enclosure("x.MP3", said_type, -5),)),))
    assert dict(rss(feed).find("item/enclosure").attrib)["type"] == written
    assert rss(feed).find("item/enclosure").get("length") == "0"


@pytest.mark.parametrize("src", ["javascript:alert(1)", "http://[", "/￾.mp3"])
def test_an_enclosure_without_a_web_address_is_left_out_with_a_fault(src: str) -> None:
    """The article stays with its other recordings, and the operator is told."""
    article = replace(ARTICLE, enclosures=(Enclosure(src), SOUND))
    result = render_feed(replace(FEED, articles=(article,)), SITE)
    assert [fault.path for fault in result.faults] == ["satu.md"]
    (item,) = json.loads(result.files[2].body)["items"]
    assert [one["mime_type"] for one in item["attachments"]] == ["audio/mpeg"]


def test_the_rss_channel_has_what_readers_ask_for() -> None:
    """Title, the site's link, description, language, self with its type, generator, ttl, one build date."""
    channel = rss()
    texts = {name: channel.findtext(name) for name in ("title", "link", "description", "language", "ttl")}
    assert texts == {
        "title": "Kabar",
        "link": f"{BASE}/",
        "description": "Berita",
        "language": "id",
        "ttl": "15",
    }
    (link,) = channel.findall("a:link", NS)
    assert dict(link.attrib) == {"href": f"{BASE}/rss.xml", "rel": "self", "type": "application/rss+xml"}
    assert channel.findtext("generator") == "syndicate 1.2.3"
    assert channel.findtext("dc:creator", namespaces=NS) == "Redaksi"
    assert [date.text for date in channel.findall("lastBuildDate")] == ["Fri, 06 Feb 2026 08:02:03 +0700"]
    assert channel.find("managingEditor") is None


def test_an_rss_item_has_what_readers_ask_for() -> None:
    """A guid that is no link, a date in the publication's zone, names as dc:creator, HTML escaped once."""
    item = rss().find("item")
    assert item.find("guid").attrib == {"isPermaLink": "false"}
    assert item.findtext("pubDate") == "Thu, 05 Feb 2026 08:02:03 +0700"
    assert item.find("author") is None
    assert item.findtext("title") == "Satu & <dua>"
    assert item.findtext("description") == "Ringkas &amp; &lt;pendek&gt;"
    content = item.findtext("content:encoded", namespaces=NS)
    assert f'href="{BASE}/x"' in content
    assert f'src="{BASE}/articles/satu/foto.jpg"' in content


def test_an_item_without_a_summary_still_has_its_text_as_content() -> None:
    """feedgen would put the whole text into the description."""
    item = rss(replace(FEED, articles=(replace(ARTICLE, summary=""),))).find("item")
    assert item.find("description") is None
    assert item.findtext("content:encoded", namespaces=NS).startswith("<p>Isi")


def test_the_picture_is_media_content_with_its_alternative_text() -> None:
    """One content and one thumbnail with one address and true size, in no group, in RSS and Atom."""
    src = f"{BASE}/articles/satu/foto.jpg"
    for item in (rss().find("item"), atom().find("a:entry", NS)):
        (content,) = item.findall("media:content", NS)
        assert content.get("url") == src
        assert (content.get("medium"), content.get("type")) == ("image", "image/jpeg")
        assert (content.get("width"), content.get("height")) == ("800", "600")
        assert content.findtext("media:description", namespaces=NS) == 'Foto "besar"'
        assert item.find("media:thumbnail", NS).get("url") == src
        assert item.find("media:group", NS) is None
    assert json.loads(files()["json"])["items"][0]["image"] == src


@pytest.mark.parametrize("src", ["data:image/png;base64,xx", "javascript:alert(1)", "http://[", "http://"])
def test_a_picture_without_a_web_address_is_left_out_with_a_fault(src: str) -> None:
    """The article stays, its picture goes, the operator is told."""
    result = render_feed(replace(FEED, articles=(replace(ARTICLE, picture=Picture(src)),)), SITE)
    assert [fault.path for fault in result.faults] == ["satu.md"]
    (item,) = json.loads(result.files[2].body)["items"]
    assert "image" not in item


def test_a_pictures_address_is_spelt_as_it_is_in_the_text() -> None:
    """Spaces and foreign letters are encoded alike, so that readers see one picture, not two."""
    html = '<p>Isi</p><p><img src="foto b\u00e9sar.jpg" alt=""></p>'
    article = replace(ARTICLE, html=html, picture=Picture("foto b\u00e9sar.jpg"))
    (item,) = json.loads(files(replace(FEED, articles=(article,)))["json"])["items"]
    assert item["image"].endswith("/foto%20b%C3%A9sar.jpg")
    assert item["content_html"].count(item["image"]) == item["content_html"].count("<img") == 1


def test_hubs_and_the_icon_are_named_in_all_formats() -> None:
    """A reader can subscribe to pushes and show the publication's picture; RSS's image equals the channel."""
    site = replace(SITE, hubs=("https://hub.example/",), icon=f"{BASE}/icon.png", ttl=60)
    channel, feed, as_json = rss(FEED, site), atom(FEED, site), json.loads(files(FEED, site)["json"])
    for element in (channel, feed):
        assert element.find("a:link[@rel='hub']", NS).get("href") == "https://hub.example/"
    assert as_json["hubs"] == [{"type": "WebSub", "url": "https://hub.example/"}]
    assert as_json["icon"] == as_json["favicon"] == f"{BASE}/icon.png"
    assert (
        feed.findtext("a:icon", namespaces=NS) == feed.findtext("a:logo", namespaces=NS) == f"{BASE}/icon.png"
    )
    image = {one.tag: one.text for one in channel.find("image")}
    assert image == {"url": f"{BASE}/icon.png", "title": "Kabar", "link": channel.findtext("link")}
    assert channel.findtext("ttl") == "60"
    assert_sound(FEED, site)


def test_the_newest_document_leads_to_the_archive_before_it() -> None:
    """By prev-archive in RSS and Atom, by next_url in JSON Feed, each in its own format (RFC 5005)."""
    feed = replace(FEED, history=History(previous="archive/7"))
    for element, name in ((rss(feed), "rss.xml"), (atom(feed), "atom.xml")):
        links = {link.get("rel"): link.get("href") for link in element.findall("a:link", NS)}
        assert links["prev-archive"] == f"{BASE}/archive/7/{name}"
        assert not links.keys() & {"current", "next-archive"}
        assert element.find("fh:archive", NS) is None
    assert json.loads(files(feed)["json"])["next_url"] == f"{BASE}/archive/7/feed.json"


def test_an_archive_is_marked_and_leads_to_the_older_and_the_current() -> None:
    """It lies at its own address under the feed's id, names the current document, and is polled by nobody."""
    history = History("archive/1", "", archive=True)
    feed = replace(FEED, folder="archive/2", history=history)
    site = replace(SITE, hubs=("https://hub.example/",))
    for element, name in ((rss(feed, site), "rss.xml"), (atom(feed, site), "atom.xml")):
        links = {link.get("rel"): link.get("href") for link in element.findall("a:link", NS)}
        links.pop("alternate", None)
        assert links == {
            "self": f"{BASE}/archive/2/{name}",
            "prev-archive": f"{BASE}/archive/1/{name}",
            "current": f"{BASE}/{name}",
        }
        assert element.find("fh:archive", NS) is not None
    assert rss(feed, site).find("ttl") is None
    assert atom(feed, site).findtext("a:id", namespaces=NS) == FEED.id
    as_json = json.loads(files(feed, site)["json"])
    assert as_json["next_url"] == f"{BASE}/archive/1/feed.json"
    assert "hubs" not in as_json
    assert_sound(feed, site)


def test_a_withdrawn_article_leaves_a_tombstone() -> None:
    """Atom names its id, moment and address once (RFC 6721); all feeds are changed by the withdrawal."""
    gone = Tombstone("urn:uuid:8", WHEN + timedelta(days=20), f"{BASE}/articles/lapan/")
    back = Tombstone(ARTICLE.id, WHEN, f"{BASE}/articles/satu/")
    bad = Tombstone("\ufffe", WHEN, BASE)
    feed = replace(FEED, gone=(gone, back, bad, gone))
    (deleted,) = atom(feed).findall("at:deleted-entry", NS)
    assert dict(deleted.attrib) == {"ref": gone.id, "when": "2026-02-25T08:02:03+07:00"}
    assert deleted.find("a:link", NS).get("href") == gone.url
    made = files(feed)
    assert gone.id.encode() not in made["rss"] + made["json"]
    assert rss(feed).findtext("lastBuildDate") == "Wed, 25 Feb 2026 08:02:03 +0700"
    assert_sound(feed)


def test_the_atom_feed_has_what_rfc_4287_asks_for() -> None:
    """Id, updated, author, language, generator with version; links with rel and type."""
    root = atom()
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    assert root.findtext("a:id", namespaces=NS) == "urn:uuid:0"
    assert root.findtext("a:updated", namespaces=NS) == "2026-02-06T08:02:03+07:00"
    assert root.findtext("a:author/a:name", namespaces=NS) == "Redaksi"
    assert root.findtext("a:subtitle", namespaces=NS) == "Berita"
    assert root.get(LANG) == "id"
    generator = root.find("a:generator", NS)
    assert (generator.text, generator.attrib) == ("syndicate", {"version": "1.2.3"})
    links = [dict(link.attrib) for link in root.findall("a:link", NS)]
    assert links == [
        {"href": f"{BASE}/atom.xml", "rel": "self", "type": "application/atom+xml"},
        {"href": f"{BASE}/", "rel": "alternate", "type": "text/html"},
    ]


def test_an_atom_entry_keeps_its_link_and_types_its_texts() -> None:
    """One alternate with rel and type (feedgen loses both), HTML as html, a summary as text."""
    entry = atom().find("a:entry", NS)
    (link,) = entry.findall("a:link", NS)
    assert dict(link.attrib) == {"href": f"{BASE}/articles/satu/", "rel": "alternate", "type": "text/html"}
    assert entry.find("a:content", NS).get("type") == "html"
    assert entry.find("a:summary", NS).get("type") == "text"
    assert all(element.tag.startswith("{") for element in entry.iter())


def test_json_feed_has_what_version_1_1_asks_for() -> None:
    """Version, addresses, authors; string ids and one content for each item."""
    feed = json.loads(files()["json"])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert (feed["home_page_url"], feed["feed_url"]) == (f"{BASE}/", f"{BASE}/feed.json")
    assert feed["authors"] == [{"name": "Redaksi"}]
    assert feed["language"] == "id"
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]


def test_summaries_only_carry_no_text() -> None:
    """With content: summary no format carries the article, and each still has something to show."""
    made = files(
        replace(FEED, articles=(ARTICLE, replace(ARABIC, summary=""))), replace(SITE, content="summary")
    )
    assert not any("Isi" in body.decode() for body in made.values())
    assert [item["content_text"] for item in json.loads(made["json"])["items"]] == [
        "Ringkas & <pendek>",
        "اثنان",
    ]


def test_prefixes_are_the_ones_readers_know() -> None:
    """No ns0: readers that match dc:creator as text find it."""
    made = files()
    for prefix in (
        b"<dc:creator>",
        b"<content:encoded>",
        b"<media:content ",
        b"<atom:link ",
        b"<atom:updated>",
    ):
        assert prefix in made["rss"]
    assert b"<media:content " in made["atom"]
    assert b"ns0" not in made["rss"] + made["atom"]


def test_categories_are_unique_and_an_author_is_never_missing() -> None:
    """Tags that differ in case alone are one; without authors the feed's author stands in."""
    first, second = json.loads(files()["json"])["items"]
    assert first["tags"] == ["Politik", "Ekonomi"]
    assert second["authors"] == [{"name": "Redaksi"}]


def test_an_empty_feed_is_valid_and_stable() -> None:
    """Without articles the newest change is the epoch, never the moment of the build."""
    feed = replace(FEED, articles=())
    assert_sound(feed)
    assert rss(feed).findtext("lastBuildDate") == "Thu, 01 Jan 1970 07:00:00 +0700"
    assert files(feed) == files(feed)


def test_the_newest_change_dates_the_feed() -> None:
    """An edit of an old article moves the feed's date, and its id and date stay."""
    edited = replace(ARABIC, updated=WHEN + timedelta(days=9))
    before, after = files(), files(replace(FEED, articles=(ARTICLE, edited)))
    assert b"2026-02-14T08:02:03+07:00" in after["atom"]
    assert json.loads(before["json"])["items"][1]["id"] == json.loads(after["json"])["items"][1]["id"]
    assert [item[3] for item in said(FEED, SITE)[0]] == [WHEN.replace(microsecond=0)] * 2


def test_a_change_is_never_older_than_its_article() -> None:
    """An article written before its date is updated at its date."""
    feed = replace(FEED, articles=(replace(ARTICLE, updated=WHEN - timedelta(days=3)),))
    (item,) = said(feed, SITE)[0]
    assert item[3] == item[4]
    assert_sound(feed)


@pytest.mark.parametrize(
    ("moment", "zone", "written"),
    [
        (datetime(1900, 1, 1, tzinfo=UTC), ZoneInfo("Asia/Jakarta"), "1900-01-01T00:00:00+00:00"),
        (datetime(2026, 7, 1, tzinfo=UTC), ZoneInfo("Asia/Kathmandu"), "2026-07-01T05:45:00+05:45"),
        (datetime(2026, 7, 1, tzinfo=UTC), timezone(timedelta(hours=-3)), "2026-06-30T21:00:00-03:00"),
        (datetime(1033, 4, 3, tzinfo=UTC), UTC, "1033-04-03T00:00:00+00:00"),
    ],
)
def test_dates_have_offsets_in_whole_minutes(moment: datetime, zone: Any, written: str) -> None:
    """Local mean times, with seconds in their offset, are written in UTC: RFC 3339 has no seconds there."""
    article = replace(ARTICLE, published=moment, updated=moment)
    item = json.loads(files(replace(FEED, articles=(article,)), replace(SITE, zone=zone))["json"])["items"][0]
    assert item["date_published"] == written
    assert_sound(replace(FEED, articles=(article,)), replace(SITE, zone=zone))


@pytest.mark.parametrize(
    "bad",
    [
        replace(ARTICLE, id="urn:uuid:9", title="bell\x07"),
        replace(ARTICLE, id="urn:uuid:9", summary="half\ud800"),
        replace(ARTICLE, id="urn:uuid:9", tags=("\ufffe",)),
        replace(ARTICLE, id="urn:uuid:9", authors=("\x00",)),
        replace(ARTICLE, id="\x01"),
        replace(ARTICLE, id=" "),
        replace(ARTICLE, id="urn:uuid:9", published=datetime(2026, 1, 1)),  # noqa: DTZ001 the case in question
        replace(ARTICLE, id="urn:uuid:9", updated=datetime.max.replace(tzinfo=UTC)),
        replace(ARTICLE, id="urn:uuid:9", published=datetime(33, 4, 3, tzinfo=UTC)),
        replace(ARTICLE, id="urn:uuid:9", html="x" * 8_000_001),
        replace(ARTICLE, id="urn:uuid:2", path="twin.md"),
    ],
)
def test_a_bad_article_stops_only_itself(bad: Article) -> None:
    """An article that no feed can carry, or whose id is taken, is left out of all three and named."""
    result = render_feed(replace(FEED, articles=(ARABIC, replace(bad, path="bad.md"))), SITE)
    assert [fault.path for fault in result.faults] == ["bad.md"]
    assert_sound(replace(FEED, articles=(ARABIC, bad)))
    assert [item["id"] for item in json.loads(result.files[2].body)["items"]] == ["urn:uuid:2"]


def test_a_feed_that_no_reader_would_fetch_loses_its_oldest_texts() -> None:
    """The newest keep theirs, the others their summaries, in all formats; the operator is told."""
    long = [replace(ARTICLE, id=f"urn:{n}", html="x" * 5_000_000) for n in range(3)]
    result = render_feed(replace(FEED, articles=tuple(long)), SITE)
    assert ["and 0 older ones" in str(fault) for fault in result.faults] == [True]
    items = json.loads(result.files[2].body)["items"]
    assert ["content_html" in item for item in items] == [True, True, False]
    assert items[2]["content_text"] == "Ringkas & <pendek>"
    assert max(len(file.body) for file in result.files) < 15_000_000


def test_bad_texts_of_the_feed_itself_are_cleaned() -> None:
    """A tag or title that XML cannot hold does not cost the feed."""
    assert_sound(replace(FEED, title="Kabar: \x07tag", description="\ud800", author="\ufffe"))


def test_the_locale_of_the_process_is_never_switched(monkeypatch: pytest.MonkeyPatch) -> None:
    """feedgen's dates, which switch it and are not thread-safe, are never asked for."""

    def refuse(*_arguments: object) -> str:
        raise AssertionError("setlocale was called")

    monkeypatch.setattr(locale, "setlocale", refuse)
    assert files()["rss"]


TEXTS = st.text(max_size=60) | st.sampled_from(
    [
        "]]>",
        "<![CDATA[",
        "&amp;",
        "&#0;",
        "<b>x",
        "<!--",
        "\u202e",
        "\x85\u2028",
        "🇮🇩👩‍👩‍👧",
        "\ud800",
        "\r\n",
        "\x1c",
    ]
)
MOMENTS = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 bounds


@given(title=TEXTS, summary=TEXTS, html=TEXTS, tag=TEXTS, author=TEXTS, moment=MOMENTS, clean=st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_texts_give_three_sound_feeds(
    title: str, summary: str, html: str, tag: str, author: str, moment: datetime, clean: bool
) -> None:
    """Hostile or clean, an article is in all three feeds alike, or out of all three with a fault."""
    if clean:
        title, summary, tag, author = (clean_text(text) for text in (title, summary, tag, author))
    hostile = Article(
        id="urn:uuid:9",
        path="hostile.md",
        slug="hostile",
        title=title,
        html=html,
        summary=summary,
        language="",
        published=moment,
        updated=moment,
        visible_at=moment,
        authors=(author,),
        tags=(tag, tag),
    )
    feed = replace(FEED, articles=(hostile, ARTICLE))
    assert_sound(feed)
    result = render_feed(feed, SITE)
    carried = len(json.loads(result.files[2].body)["items"])
    assert carried + len(result.faults) == 2
    if clean:
        assert carried == 2
