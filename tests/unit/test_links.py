"""Addresses of articles: our own, and those that another program gives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.config import Config
from syndicate.configfile import parse_config
from syndicate.errors import ConfigError
from syndicate.links import Addresses, check_pattern
from syndicate.placeholders import has_tokens
from syndicate.spelling import STYLES

FOLDER = Path("/srv")
JAKARTA = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Rule:
    """A rule as the configuration gives it."""

    pattern: str
    folder: str = ""
    language: str | None = None
    like: str = ""


FACTS: dict[str, Any] = {
    "slug": "harga-beras",
    "path": "posts/2026-02-05-harga-beras.md",
    "title": "Harga Beras Naik!",
    "published": datetime(2026, 2, 5, 20, 30, tzinfo=UTC),
    "language": "id",
}


def _address(*rules: Rule, **changed: Any) -> str:
    return Addresses(False, rules, JAKARTA).path(**{**FACTS, **changed})


def test_our_own_page_is_where_it_always_was() -> None:
    """With pages of our own the slug alone counts, whatever the front matter or a rule says."""
    ours = Addresses(True, [Rule("/{year}/{slug}/")], JAKARTA)
    assert ours.path(**FACTS, url="/x/") == "/articles/harga-beras/"
    assert ours.path(**{**FACTS, "slug": "kabar-désa"}) == "/articles/kabar-d%C3%A9sa/"


@pytest.mark.parametrize(
    ("pattern", "address"),
    [
        ("/{year}/{month}/{day}/{slug}/", "/2026/02/06/harga-beras/"),
        ("/{y}/{m}/{d}/{hour}{minute}{second}.html", "/2026/02/06/033000.html"),
        ("/{short_year}/{i_month}/{i_day}/{title}", "/26/2/6/harga-beras-naik"),
        ("/{y_day}/{i_y_day}/{week_year}-{week}/", "/037/37/2026-06/"),
        ("/{month_name}/{short_month}/{weekday}-{weekday_name}/", "/february/feb/5-friday/"),
        ("/{section}/{stem}/", "/posts/2026-02-05-harga-beras/"),
        ("/{filename}.html", "/2026-02-05-harga-beras.html"),
        ("/{language}/{category}/{slug}/", "/id/ekonomi-desa/harga-beras/"),
        ("/{categories}/{slug}/", "/ekonomi-desa/pangan/harga-beras/"),
        ("https://kabar.example.org/{slug}/", "https://kabar.example.org/harga-beras/"),
    ],
)
def test_placeholders_are_filled(pattern: str, address: str) -> None:
    """Dates are of the publication's zone, names are spelt as parts of an address."""
    assert _address(Rule(pattern), categories=("Ekonomi Desa", "Pangan")) == address


def test_a_placeholder_has_alternatives() -> None:
    """The first that is not empty counts; a text is itself."""
    rule = Rule("/{category|last_section|misc}/{slug}/")
    assert _address(rule, categories=("A b",)) == "/a-b/harga-beras/"
    assert _address(rule) == "/posts/harga-beras/"
    assert _address(rule, path="x.md") == "/misc/harga-beras/"
    rule = Rule("/{wish|dated_name|title}/")
    assert _address(rule, wish="x") == "/x/"
    assert _address(rule, wish="", name="harga-beras") == "/harga-beras/"
    assert _address(rule, wish="", name="x", path="x.md") == "/harga-beras-naik/"


def test_an_empty_placeholder_leaves_no_double_slash() -> None:
    """An article without a category has an address that is as short as Jekyll's."""
    assert _address(Rule("/{categories}/{slug}/")) == "/harga-beras/"


def test_the_address_in_the_front_matter_beats_the_pattern() -> None:
    """It is taken as written, whole addresses too; the pattern is for those that ask for none."""
    rule = Rule("/{slug}/")
    assert _address(rule, url="/lama/harga.html") == "/lama/harga.html"
    assert _address(rule, url="lama/harga kita") == "/lama/harga%20kita"
    assert _address(Rule("/{slug}/", like="hugo"), url="lama") == "/lama/"
    assert _address(Rule("/{slug}/", like="hugo"), url="lama.html") == "/lama.html"
    assert _address(rule, url="https://x.example/a?p=1#b") == "https://x.example/a?p=1#b"
    assert _address(rule, url="/%D8%B3/س/50%") == "/%D8%B3/%D8%B3/50%25"
    assert _address(rule, url="/../../etc/./passwd") == "/etc/passwd"


def test_hugos_tokens_in_the_front_matter_are_filled_where_the_rule_is_for_hugo() -> None:
    """Elsewhere, and where one is not known, such a text is no address and the rule counts."""
    hugo, plain = Rule("/p/{slug}/", like="hugo"), Rule("/p/{slug}/")
    wish = "/docs/:year/x-:slug"
    assert _address(hugo, url=wish, wish="") == "/docs/2026/x-harga-beras-naik/"
    assert (
        _address(hugo, url="/:section/:Month/:slugorfilename.html", wish="My Wish")
        == "/posts/02/my-wish.html"
    )
    assert _address(plain, url=wish) == "/p/harga-beras/"
    assert _address(url=wish, path="a/x.md") == "/a/harga-beras/"
    assert [has_tokens(url) for url in (wish, "/:nothing/:year/", "/{x}/:year/", "https://x:y/", "/a")] == [
        True, False, False, False, False
    ]  # fmt: skip


def test_the_first_rule_for_folder_and_language_counts() -> None:
    """A folder's name is not the beginning of another's; a language stands for its regions."""
    rules = (
        Rule("/blog/{slug}/", folder="posts", language="en"),
        Rule("/{language}/{below}/{slug}/", folder="/posts/"),
        Rule("/rest/{slug}/"),
    )
    assert _address(*rules, language="en-GB") == "/blog/harga-beras/"
    assert _address(*rules) == "/id/harga-beras/"
    assert _address(*rules, path="posts/a/b/x.md") == "/id/a/b/harga-beras/"
    assert _address(*rules, path="posts2/x.md") == "/rest/harga-beras/"


def test_without_a_rule_the_folders_are_the_address() -> None:
    """That is what most programs do; the folder of a language is no section."""
    assert _address() == "/posts/harga-beras/"
    assert _address(path="id/posts/x/index.md") == "/posts/harga-beras/"


def test_a_bundle_is_named_by_its_folder() -> None:
    """``x/index.id.md`` is x, in the folder above."""
    for path in ("posts/Harga Beras/index.md", "posts/Harga Beras/index.id.md", "posts/Harga Beras.id.md"):
        assert _address(Rule("/{sections}/{stem}/"), path=path) == "/posts/harga-beras/"


def test_folders_that_only_sort_files_are_no_part() -> None:
    """Jekyll's _posts may lie in any folder, which then is a section."""
    assert _address(Rule("/{folder}/{slug}/"), path="news/_posts/x.md") == "/news/harga-beras/"


def test_a_wish_for_a_slug_goes_before_title_and_file() -> None:
    """Two articles of one name have a number in their slug here, and none where their folders differ."""
    rule = Rule("/{slug}/{slug_or_title}/{slug_or_stem}/")
    assert _address(rule, wish="", slug="beras-2", name="beras") == (
        "/beras/harga-beras-naik/2026-02-05-harga-beras/"
    )
    assert _address(rule, wish="Naik", slug="naik-2", name="beras") == "/naik/naik/naik/"


@pytest.mark.parametrize(
    ("like", "spelt"),
    [
        ("", "what-s-new-in-c-2-0-déjà-vu"),
        ("hugo", "whats-new-in-c-2.0-déjà_vu"),
        ("jekyll", "What's-New-in-C++-2.0-Déjà_Vu"),
        ("pelican", "whats-new-in-c-20-deja_vu"),
        ("nikola", "whats-new-in-c++-20-deja_vu"),
        ("zola", "what-s-new-in-c-2-0-deja-vu"),
        ("astro", "whats-new-in-c-20--déjà_vu"),
    ],
)
def test_names_are_spelt_as_the_program_spells_them(like: str, spelt: str) -> None:
    """A title with every kind of sign in it."""
    assert STYLES[like].title("What's New in C++ 2.0 – Déjà_Vu?") == spelt


def test_hugo_spells_files_in_another_way_than_titles() -> None:
    """Each case was read off what Hugo 0.168 made of it."""
    hugo = STYLES["hugo-files"]
    titles = ["a!b ! c!", "a+b + c+", "a-b - c-", "a\\b \\ c\\", "Vu / x?", "Deep  Title -- here", "aǅb № ²"]
    assert [hugo.title(title) for title in titles] == [
        "ab-c", "a-b--c", "a-b-c-", "a-b-c-", "vu-x", "deep-title--here", "aǆb"
    ]  # fmt: skip
    assert [hugo.file(name) for name in ("a!b ! c!", "a+b + c+", "A-B - c-", "Some_Note.x")] == [
        "ab--c", "a+b-+-c+", "a-b---c-", "some_note.x"
    ]  # fmt: skip


def test_some_programs_take_the_day_of_the_zone_that_is_written() -> None:
    """Late in New York is the next day in Jakarta; Hugo and Jekyll differ there."""
    late = datetime(2026, 2, 5, 23, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert _address(Rule("/{day}/", like="hugo"), published=late) == "/05/"
    assert _address(Rule("/{day}/", like="jekyll"), published=late) == "/06/"
    assert _address(Rule("/{day}/{hour}/"), published=date(2026, 2, 5)) == "/05/00/"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("blog/{slug}/", "begins with /"),
        ("/{yaer}/{slug}/", r"knows no \{yaer\}; did you mean \{year\}\?"),
        ("/{}/", "there are "),
        ("/{year/", "brace"),
        ("/../{slug}/", "between slashes"),
    ],
)
def test_a_pattern_that_cannot_be_is_told(pattern: str, said: str) -> None:
    """The reason says what to write instead."""
    with pytest.raises(ValueError, match=said):
        check_pattern(pattern)


def test_the_configuration_tells_of_a_bad_rule_with_its_line() -> None:
    """A rule is checked with all the rest, and a list stands for the rules."""
    assert _configured("[{pattern: /a/{slug}/, folder: posts, like: hugo}]").links.rules[0].like == "hugo"
    with pytest.raises(ConfigError, match=r"(?s)config.yaml:4:19: links.*title.*4:38: links.*eleventy"):
        _configured("[{pattern: '/{titel}/', like: hugoo}]")


def _configured(links: str) -> Config:
    text = (
        "publication: {title: x, url: 'http://x.example'}\nmail: {from: a@x.example}\n"
        f"pages: false\nlinks: {links.replace('/a/{slug}/', chr(39) + '/a/{slug}/' + chr(39))}\n"
    )
    return parse_config(text, name="config.yaml", base=FOLDER, environment={})


@given(
    st.text(max_size=60),
    st.text(max_size=60),
    st.text(max_size=60),
    st.sampled_from(sorted(STYLES)),
    st.sampled_from([date(1, 1, 1), datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)]),
)
def test_any_text_makes_an_address(title: str, path: str, url: str, like: str, when: date) -> None:
    """Whatever is in names and titles, the address is one line of ASCII below the publication's."""
    rule = Rule(
        "/{folder}/{below}/{year}/{hour}/{week}/{title}-{stem}-{slug_or_title}/{categories}/", like=like
    )
    address = _address(rule, title=title, path=path, published=when, categories=(title, path), language=path)
    asked = _address(rule, url=url)
    for one in (address, asked):
        assert one.isascii()
        assert one.startswith("/") or url.startswith(("http://", "https://"))
        assert "/../" not in one
        assert " " not in one
        assert "\n" not in one
