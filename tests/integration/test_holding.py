"""A new article is held until its page is there: no feed and no letter points at a page that is not."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from page_server import PageServer
from publications import Publication, maker

from syndicate.app import identities
from syndicate.app.holding import ask, ask_and_release
from syndicate.app.pageasking import answers, why_not
from syndicate.app.remembering import remember_released
from syndicate.app.reporting import status_of
from syndicate.store import alerts, articles

LINKS = "links: {wait: 30m, rules: [{pattern: '/blog/{slug}/'}]}"


@pytest.fixture
def host() -> Iterator[PageServer]:
    with PageServer().running() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, host: PageServer) -> Iterator[Publication]:
    """A publication of feeds whose one article is older than the waiting."""
    with maker(tmp_path) as make:
        made = make(more=f"pages: false\n{LINKS}\n")
        made.configuration_says("url: http://127.0.0.1:8000", f"url: {host.url}")
        made.article_is_dropped("old", date="2026-11-01")
        made.is_built()
        made.people_subscribe("ani@example.org")
        made.time_passes(minutes=5)
        yield made


def feed(site: Publication) -> str:
    return (site.folder / "public" / "atom.xml").read_text()


def pages_are_asked_for(site: Publication) -> int:
    """Ask for what is due, and have what is there shown, as the running service does; then build."""
    found = ask(site.site, most=8)
    if found:
        with site.site.build_lock():
            remember_released(site.site, found, now=site.now)
    site.is_built()
    return len(found)


def wrong(site: Publication) -> list[str]:
    return [line for line in status_of(site.site).wrong if "waits" in line]


def mailed(site: Publication) -> list[str]:
    """Return the titles in the edition that is due now, if any."""
    made = site.due_editions_are_made()
    site.letters_leave()
    return [article.title for one in made for article in one.articles]


def test_an_archive_is_not_asked_for(site: Publication, host: PageServer) -> None:
    """What is there at the first scan is published at once, and its pages are left in peace."""
    assert "/blog/old/" in feed(site)
    assert pages_are_asked_for(site) == 0
    assert host.asked == []


def test_a_new_article_is_published_once_its_page_is_there(site: Publication, host: PageServer) -> None:
    """Neither feed nor letter has it before; both do after, and it is visible from that moment."""
    site.article_is_dropped("new")
    site.is_built()
    site.time_passes(seconds=20)
    assert pages_are_asked_for(site) == 0
    assert "/blog/new/" not in feed(site)
    assert status_of(site.site).articles == {"present": 1, "waiting": 1}
    host.pages["/blog/new/"] = 200
    site.time_passes(seconds=20)
    assert pages_are_asked_for(site) == 1
    assert "/blog/new/" in feed(site)
    assert host.asked == ["HEAD /blog/new/"] * 2
    assert [agent.partition("/")[0] for agent in host.agents] == ["syndicate"]
    assert f"(+{host.url}/)" in host.agents.pop()
    record = site.records()["new.md"]
    assert (record.held_since, record.visible_at) == (None, site.now)
    assert status_of(site.site).articles == {"present": 2}


def test_the_digest_waits_for_the_page_and_no_longer(site: Publication, host: PageServer) -> None:
    """An article held at an edition's hour is in the next one, and in one only."""
    site.article_is_dropped("new")
    site.is_built()
    site.time_passes(minutes=56)  # 07:01
    assert "new" not in mailed(site)
    host.pages["/blog/new/"] = 200
    assert pages_are_asked_for(site) == 1
    site.time_passes(hours=24)
    assert mailed(site) == ["new"]
    site.time_passes(hours=24)
    assert "new" not in mailed(site)


def test_a_page_that_does_not_come_is_told_once(site: Publication, host: PageServer) -> None:
    """After the wait `status` names it with address and answer, one alert goes out, and it waits on."""
    site.article_is_dropped("new")
    site.is_built()
    site.time_passes(minutes=29)
    pages_are_asked_for(site)
    assert wrong(site) == []
    [waits] = status_of(site.site).waiting
    assert f"{host.url}/blog/new/ (it answered 404)" in waits
    for _ in range(3):
        site.time_passes(minutes=16)
        pages_are_asked_for(site)
    [line] = wrong(site)
    assert "new.md" in line
    assert f"{host.url}/blog/new/ (it answered 404)" in line
    site.time_passes(days=1)
    pages_are_asked_for(site)
    with site.site.store.read() as conn:
        [told] = alerts.latest(conn)
    assert (told.cause, told.about) == ("pages not there", "new.md")
    host.pages["/blog/new/"] = 200
    site.time_passes(minutes=16)
    assert pages_are_asked_for(site) == 1
    assert "/blog/new/" in feed(site)
    assert wrong(site) == []


def test_a_page_is_asked_for_ever_more_seldom(site: Publication, host: PageServer) -> None:
    """Every 20 to 60 s within the wait, and every quarter of an hour after a day."""
    site.article_is_dropped("new")
    site.is_built()
    counts = []
    for hours in (0.5, 24, 24):
        end = site.now + timedelta(hours=hours)
        before = len(host.asked)
        while site.now < end:
            ask(site.site, most=8)
            site.time_passes(seconds=10 if hours == 0.5 else 60)
        counts.append(len(host.asked) - before)
    first, second, third = counts
    assert 30 <= first <= 40
    assert second < 500
    assert third <= 97


def test_turned_off_nothing_waits(site: Publication, host: PageServer) -> None:
    """Without `wait` new articles are published at once, and those that were held are too."""
    site.article_is_dropped("new")
    site.is_built()
    assert "/blog/new/" not in feed(site)
    site.configuration_says("wait: 30m, ", "")
    site.article_is_dropped("newer")
    site.is_built()
    assert "/blog/new/" in feed(site)
    assert "/blog/newer/" in feed(site)
    assert host.asked == []


def test_links_may_be_a_list_as_before(site: Publication) -> None:
    """A list is its rules, and nothing waits."""
    site.configuration_says(LINKS, "links: [{pattern: '/blog/{slug}/'}]")
    assert site.config.wait is None
    site.article_is_dropped("new")
    site.is_built()
    assert "/blog/new/" in feed(site)


def test_what_was_shown_is_never_held(site: Publication, host: PageServer) -> None:
    """An edit, a rename, a new slug, a draft that comes back: the article is in the feed at every moment."""
    path = site.folder / "content" / "old.md"
    site.article_is_dropped("old", "Quite other words.", date="2026-11-01")
    site.is_built()
    assert "Quite other words." in feed(site)
    path.rename(path.with_name("renamed.md"))
    site.is_built()
    assert "Quite other words." in feed(site)
    other = path.with_name("renamed.md")
    other.write_text(other.read_text().replace("title: old", "title: old\nslug: other"))
    site.is_built()
    assert "/blog/other/" in feed(site)
    plain = other.read_text()
    other.write_text(plain.replace("title: old", "title: old\ndraft: true"))
    site.is_built()
    other.write_text(plain)
    site.is_built()
    assert "/blog/other/" in feed(site)
    assert host.asked == []


def test_an_edit_of_a_held_article_changes_what_is_asked_for(site: Publication, host: PageServer) -> None:
    """It stays held under its new address; the page at the old one is not enough."""
    path = site.article_is_dropped("new")
    site.is_built()
    pages_are_asked_for(site)
    path.write_text(path.read_text().replace("title: new", "title: new\nslug: better"))
    host.pages["/blog/new/"] = 200
    site.is_built()
    site.time_passes(seconds=30)
    assert pages_are_asked_for(site) == 0
    host.pages["/blog/better/"] = 200
    site.time_passes(seconds=30)
    assert pages_are_asked_for(site) == 1
    assert "/blog/better/" in feed(site)


def test_an_answer_for_an_older_address_shows_nothing(site: Publication, host: PageServer) -> None:
    """Where the address changes between answer and record, the article stays held."""
    path = site.article_is_dropped("new")
    site.is_built()
    host.pages["/blog/new/"] = 200
    found = ask(site.site, most=8)
    path.write_text(path.read_text().replace("title: new", "title: new\nslug: better"))
    site.is_built()
    remember_released(site.site, found, now=site.now)
    assert site.records()["new.md"].held_since


def test_a_page_elsewhere_is_not_waited_for(site: Publication, host: PageServer) -> None:
    """Only the publication's own host is asked; what is on another is published at once."""
    path = site.article_is_dropped("new")
    path.write_text(path.read_text().replace("title: new", "title: new\nurl: https://other.example/x/"))
    site.is_built()
    assert "https://other.example/x/" in feed(site)
    assert host.asked == []


def test_drafts_and_what_is_yet_to_come_are_not_asked_for(site: Publication, host: PageServer) -> None:
    """A page is looked for once the article is to be out, and the wait counts from then."""
    site.article_is_dropped("later", date="2026-11-23T06:45:00Z")
    path = site.article_is_dropped("draft")
    path.write_text(path.read_text().replace("title: draft", "title: draft\ndraft: true"))
    site.is_built()
    assert pages_are_asked_for(site) == 0
    assert host.asked == []
    site.time_passes(minutes=41)
    pages_are_asked_for(site)
    assert host.asked == ["HEAD /blog/later/"]
    assert wrong(site) == []


def test_an_article_of_the_archive_that_is_yet_to_come_is_held(tmp_path: Path, host: PageServer) -> None:
    """What a first scan finds with a date in the future has no page yet."""
    with maker(tmp_path) as make:
        made = make(more=f"pages: false\n{LINKS}\n")
        made.configuration_says("url: http://127.0.0.1:8000", f"url: {host.url}")
        made.article_is_dropped("later", date="2026-11-23T06:45:00Z")
        made.is_built()
        made.time_passes(hours=1)
        made.is_built()
        assert "/blog/later/" not in feed(made)
        host.pages["/blog/later/"] = 200
        assert pages_are_asked_for(made) == 1
        assert "/blog/later/" in feed(made)


def test_a_tag_that_only_a_held_article_has_has_no_feed(site: Publication, host: PageServer) -> None:
    """Its feed comes with the page, too."""
    path = site.article_is_dropped("new")
    path.write_text(path.read_text().replace("title: new", "title: new\ntags: [baru]"))
    site.is_built()
    assert not (site.folder / "public" / "tags").exists()
    host.pages["/blog/new/"] = 200
    assert pages_are_asked_for(site) == 1
    assert "/blog/new/" in (site.folder / "public/tags/baru/atom.xml").read_text()


def test_a_build_asks_once(site: Publication, host: PageServer) -> None:
    """Without a service each build asks for every page that is waited for, and no page twice."""
    site.article_is_dropped("there")
    site.article_is_dropped("not there")
    host.pages["/blog/there/"] = 200
    site.folder_is_scanned()
    with site.site.build_lock():
        assert ask_and_release(site.site) == 1  # goes on waiting
    site.folder_is_published()
    assert "/blog/there/" in feed(site)
    assert "not-there" not in feed(site)
    assert sorted(host.asked) == ["HEAD /blog/not-there/", "HEAD /blog/there/"]


def test_many_new_articles_are_asked_for_a_few_at_a_time(site: Publication, host: PageServer) -> None:
    """Thirty at once are held, eight are asked for in a look, those that wait longest first."""
    for number in range(30):
        site.article_is_dropped(f"new-{number:02}")
    site.is_built()
    ask(site.site, most=8)
    assert len(host.asked) == 8
    for _ in range(3):
        ask(site.site, most=8)
    assert len(set(host.asked)) == len(host.asked) == 30


def test_a_lost_database_knows_what_was_shown(site: Publication, host: PageServer) -> None:
    """The file of ids says that an article was released, and that another is held."""
    site.article_is_dropped("shown")
    site.article_is_dropped("held")
    site.is_built()
    host.pages["/blog/shown/"] = 200
    assert pages_are_asked_for(site) == 1
    records, _ = identities.read(identities.place(site.site))
    held = {one.path: bool(one.held_since) for one in records.values()}
    assert held == {"old.md": False, "shown.md": False, "held.md": True}


def test_a_held_article_that_is_withdrawn_was_never_there(site: Publication, host: PageServer) -> None:
    """Its file goes: nothing is asked for; it comes back: it is held as before."""
    path = site.article_is_dropped("new")
    site.is_built()
    text = path.read_text()
    path.unlink()
    site.is_built(accept_removals=True)
    assert "/blog/new/" not in feed(site)
    assert pages_are_asked_for(site) == 0
    assert host.asked == []
    path.write_text(text)
    site.is_built()
    host.pages["/blog/new/"] = 200
    assert pages_are_asked_for(site) == 1
    assert "/blog/new/" in feed(site)


def test_a_held_article_stays_one_row(site: Publication, host: PageServer) -> None:
    """Neither waiting nor release makes a second article of it."""
    site.article_is_dropped("new")
    site.is_built()
    host.pages["/blog/new/"] = 200
    pages_are_asked_for(site)
    with site.site.store.read() as conn:
        assert len(articles.records(conn)) == 2


# ---------------------------------------------------------------- over days


@pytest.mark.parametrize("seed", range(6))
def test_over_days_nothing_points_at_a_missing_page_and_nothing_is_missed(
    site: Publication, host: PageServer, seed: int
) -> None:
    """Whatever comes, changes, moves and is late: no feed or letter is early, each article mailed once."""
    chance = random.Random(seed)  # noqa: S311 - the same steps each time
    names: list[str] = []
    letters: list[str] = []
    for step in range(60):
        what = chance.choice(["comes", "page", "page", "edit", "move", "slug", "time", "time", "time"])
        name = chance.choice(names) if names else "old"
        file = next(iter((site.folder / "content").rglob(f"{name}.md")), None)
        if what == "comes":
            names.append(f"n{step}")
            site.article_is_dropped(names[-1], f"Words of {step}.")
        elif what == "page" and name != "old":
            host.pages |= {f"/blog/{name}/": 200, f"/blog/{name}-b/": 200}
        elif what == "edit" and file:
            file.write_text(f"{file.read_text()}More at {step}.\n")
        elif what == "move" and file and name != "old":
            file.parent.joinpath("moved").mkdir(exist_ok=True)
            file.rename(file.parent / "moved" / file.name)
        elif what == "slug" and file and name != "old" and "slug:" not in file.read_text():
            file.write_text(file.read_text().replace("title:", f"slug: {name}-b\ntitle:", 1))
        site.time_passes(minutes=chance.choice([1, 20, 170]))
        pages_are_asked_for(site)
        letters += mailed(site)
        for path in re.findall(r'href="[^"]*(/blog/n[^"]+)"', feed(site)):
            assert path in host.pages
        assert all(f"/blog/{one}/" in host.pages for one in letters if one != "old")
    host.pages |= {f"/blog/{name}{end}/": 200 for name in names for end in ("", "-b")}
    for _ in range(4):
        site.time_passes(hours=12)
        pages_are_asked_for(site)
        letters += mailed(site)
        site.time_passes(minutes=20)
    assert sorted(one for one in letters if one != "old") == sorted(names)
    assert status_of(site.site).articles == {"present": len(names) + 1}


# ---------------------------------------------------------------- asking


@pytest.mark.parametrize("status", [405, 501])
def test_get_is_tried_where_head_is_not_known(host: PageServer, status: int) -> None:
    """Some servers have no HEAD; another refusal of HEAD counts."""
    host.pages["/x/"], host.head = 200, status
    assert why_not(f"{host.url}/x/", host.url) == ""
    assert host.asked == ["HEAD /x/", "GET /x/"]
    host.head = 403
    assert why_not(f"{host.url}/x/", host.url) == "it answered 403"


def test_redirects_within_the_host_are_followed_to_a_page(host: PageServer) -> None:
    """Three at most, and the last must be there."""
    host.pages |= {"/a": "/b", "/b": f"{host.url}/c", "/c": "d", "/d": 200, "/z": "/a", "/e": "/gone"}
    assert why_not(f"{host.url}/a", host.url) == ""
    assert "without an end" in why_not(f"{host.url}/z", host.url)
    assert why_not(f"{host.url}/e", host.url) == "it answered 404"


def test_redirects_to_another_host_are_not_followed(host: PageServer) -> None:
    """A page on another host, or at another port, is not this publication's."""
    with PageServer().running() as other:
        other.pages["/x/"] = 200
        host.pages["/x/"] = f"{other.url}/x/"
        assert "another host" in why_not(f"{host.url}/x/", host.url)
        assert other.asked == []


def test_addresses_in_other_scripts_are_asked_for(host: PageServer) -> None:
    """What an author wrote as it is read is percent-encoded on its way."""
    host.pages["/%D8%AE%D8%A8%D8%B1/"] = 200
    assert why_not(f"{host.url}/خبر/", host.url) == ""


def test_a_host_that_does_not_answer_is_not_waited_for(host: PageServer) -> None:
    """The time limit is for all of it."""
    host.silent = True
    begun = time.monotonic()
    assert why_not(f"{host.url}/x/", host.url, timeout=0.3) == "no answer within 0.3 s"
    assert time.monotonic() - begun < 3


def test_the_asking_takes_no_longer_than_it_may(site: Publication, host: PageServer) -> None:
    """A build with a silent host ends in its time, and what was not asked stays due."""
    for number in range(9):
        site.article_is_dropped(f"new-{number}")
    site.is_built()
    host.silent = True
    addresses = [f"{host.url}/blog/new-{number}/" for number in range(9)]
    begun = time.monotonic()
    found = answers(addresses, host.url, within=0.4)
    assert time.monotonic() - begun < 3
    assert len(found) < 9
