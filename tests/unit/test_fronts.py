"""What is printed for nginx, Caddy and systemd: names stay names, whatever they hold."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.answered import FOLDERS, LINKS
from syndicate.app.fronts import quoting
from syndicate.app.fronts.caddy import caddy_site
from syndicate.app.fronts.facts import Facts, facts_of, suffixes, wrong_with
from syndicate.app.fronts.nginx import nginx_site
from syndicate.app.fronts.systemd import systemd_unit
from syndicate.config import Config
from syndicate.configfile import parse_config
from syndicate.errors import SyndicateError
from syndicate.templating import Templates

TEMPLATES = Templates(Path(__file__).resolve().parents[2] / "templates")
CONFIG = """\
publication: {{title: {title}, url: "{url}"}}
mail: {{from: a@news.example.org}}
{more}"""
SITES: list[Callable[[Facts, Templates], str]] = [nginx_site, caddy_site]


def config(
    more: str = "", *, title: str = "News", url: str = "https://news.example.org", base: str = "/srv/news"
) -> Config:
    text = CONFIG.format(title=title, url=url, more=more)
    return parse_config(text, name="config.yaml", base=Path(base), environment={})


def unit(conf: Config, *command: str) -> str:
    file = conf.base / "config.yaml"
    return systemd_unit(conf, TEMPLATES, command=command or ("/opt/v/bin/syndicate",), config_file=file)


def settings(text: str) -> list[tuple[str, str]]:
    """Return the settings of a unit in their order."""
    lines = [line for line in text.splitlines() if line and line[0] not in "#["]
    return [(name, value) for name, _, value in (line.partition("=") for line in lines)]


@pytest.mark.parametrize("printed", SITES)
def test_a_title_adds_no_line(printed: Callable[[Facts, Templates], str]) -> None:
    """A line end in it, of any script, or a placeholder, ends no comment and fills in nothing."""
    hostile = '"A\\nserver { listen 81; }\\r\\x85\\u2028root / {$HOME} \\\\"'
    plain = printed(facts_of(config()), TEMPLATES)
    text = printed(facts_of(config(title=hostile)), TEMPLATES)
    assert text.splitlines()[1:] == plain.splitlines()[1:]
    assert text.startswith("# A server { listen 81; } root / { $HOME}")


def test_a_title_adds_no_setting_to_a_service() -> None:
    """Neither a line, nor a specifier, nor a line that goes on in the next one."""
    hostile = '"A\\nExecStartPre=/bin/evil %h \\\\"'
    told = dict(settings(unit(config(title=hostile))))
    assert told["Description"] == "syndicate: A ExecStartPre=/bin/evil %%h"
    assert told.keys() == dict(settings(unit(config()))).keys()


@given(st.text(max_size=50))
def test_a_comment_is_one_line(text: str) -> None:
    """Whatever is in it, for all three programs."""
    said = quoting.comment(text)
    assert len(f"# {said}x".splitlines()) == 1
    assert "{$" not in said and not said.endswith("\\")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Zl", "Zp"]), max_size=30))
def test_a_token_means_what_was_written(text: str) -> None:
    """Read back by the rules of nginx's and Caddy's readers, it is the text; or it is refused."""
    token = quoting.nginx(text)
    assert re.fullmatch(r'"(?:[^"\\]|\\.)*"', token)
    assert re.sub(r"\\(.)", r"\1", token[1:-1]) == text
    value = quoting.nginx_value(text)
    assert "$" not in value.replace(quoting.DOLLAR, "")
    try:
        token = quoting.caddy_literal(text)
    except SyndicateError:
        assert "`" in text and "\\" in text
        return
    inside = token[1:-1]
    assert (inside if token[0] == "`" else inside.replace('\\"', '"')) == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=30))
def test_a_pattern_matches_the_very_text(text: str) -> None:
    """And nothing around it."""
    assert re.fullmatch(quoting.pattern(text), text)
    assert not re.fullmatch(quoting.pattern(text), text + "x")


@pytest.mark.parametrize("base", ["/srv/a\nb", "/srv/a\x1bb"])
def test_a_path_that_no_program_can_take_is_named(base: str) -> None:
    """With what is wrong; nothing is printed that means something else."""
    for printed in SITES:
        with pytest.raises(SyndicateError, match="control character"):
            printed(facts_of(config(base=base)), TEMPLATES)
    with pytest.raises(SyndicateError, match="control character"):
        unit(config(base=base))


def test_what_one_program_cannot_take_is_refused_by_that_one() -> None:
    """A brace begins a placeholder of Caddy's, a backslash an escape of systemd's."""
    with pytest.raises(SyndicateError, match="brace"):
        caddy_site(facts_of(config(base="/srv/{env.HOME}")), TEMPLATES)
    with pytest.raises(SyndicateError, match="backslash"):
        unit(config(base="/srv/a\\nb"))


def test_a_dollar_sign_is_no_variable_of_nginx() -> None:
    """The sign comes from a variable of its own, which is there only where it is needed."""
    text = nginx_site(facts_of(config(base="/srv/$uri")), TEMPLATES)
    assert f'root "/srv/{quoting.DOLLAR}uri/public";' in text
    assert text.count("geo $syndicate_dollar {") == 1
    assert "geo " not in nginx_site(facts_of(config()), TEMPLATES)


@pytest.mark.parametrize("host", ["a;b", "a'b", "$host", "*", "~x", "-"])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    """No server is to answer for a pattern."""
    with pytest.raises(SyndicateError, match="no host name"):
        facts_of(config(url=f"https://{host}"))


def test_names_are_those_of_both_addresses() -> None:
    """In ASCII; the address of unsubscribe links too, where it is another."""
    facts = facts_of(
        config("web: {url: 'https://surat.example.org/a%20b'}", url="https://désa.example.org/x/")
    )
    assert facts.hosts == ("xn--dsa-bma.example.org", "surat.example.org")
    assert (facts.prefix, facts.answers, facts.origin) == ("/x", "/a b", "https://désa.example.org")
    assert 'server_name "xn--dsa-bma.example.org" "surat.example.org";' in nginx_site(facts, TEMPLATES)
    assert "\nxn--dsa-bma.example.org, surat.example.org {\n" in caddy_site(facts, TEMPLATES)


def test_letters_links_are_handed_on() -> None:
    """Editions' pages and unsubscribing, at the publication's path and where `web.url` has another."""
    plain = facts_of(config())
    site = nginx_site(plain, TEMPLATES)
    own = [name for name in FOLDERS if name not in LINKS]
    assert f'location ~ "^/(?:{"|".join(own)})(?:/|$)" {{' in site
    assert f'location ~ "^/(?:{"|".join(LINKS)})(?:/|$)" {{\n        access_log off;' in site
    facts = facts_of(config("web: {url: 'https://n.example.org/surat'}", url="https://n.example.org/x"))
    nginx, caddy = (printed(facts, TEMPLATES) for printed in SITES)
    assert f'@ours path_regexp "^/(?:{"|".join(FOLDERS)})(?:/|$)"' in caddy
    for name in FOLDERS:
        assert f'location ^~ "/surat/{name}/" {{' in nginx
        assert f"proxy_pass http://127.0.0.1:8000/{name}/;" in nginx
    ours = "|".join(FOLDERS)
    assert f'if ($uri !~ "^(?:/x|/surat/(?:{ours}))/") {{ return 404; }}' in nginx
    assert f"^/surat/(?:{ours})/" in caddy


@pytest.mark.parametrize(
    ("url", "listen", "nginx", "caddy"),
    [
        ("https://n.example.org", "127.0.0.1:8000", "listen 80;", "\nn.example.org {"),
        (
            "https://n.example.org:8443",
            "127.0.0.1:8000",
            "# listen 8443 ssl;",
            "\nhttps://n.example.org:8443 {",
        ),
        ("http://n.example.org", "127.0.0.1:8000", "listen 80;", "\nhttp://n.example.org {"),
        ("http://n.example.org:81", "127.0.0.1:8000", "listen [::]:81;", "\nhttp://n.example.org:81 {"),
        ("http://n.example.org:8000", "127.0.0.1:8000", "listen 80;", "\nhttp://n.example.org {"),
        (
            "https://n.example.org",
            ":8000",
            "proxy_pass http://127.0.0.1:8000;",
            "reverse_proxy 127.0.0.1:8000\n",
        ),
        ("https://n.example.org", "[::]:8000", "proxy_pass http://[::1]:8000;", "reverse_proxy [::1]:8000\n"),
    ],
)
def test_ports_and_where_we_answer(url: str, listen: str, nginx: str, caddy: str) -> None:
    """The port of the address, but for our own; every interface is asked by loopback."""
    facts = facts_of(config(f'web: {{listen: "{listen}"}}', url=url))
    assert nginx in nginx_site(facts, TEMPLATES)
    assert caddy in caddy_site(facts, TEMPLATES)


def test_feeds_are_where_the_configuration_puts_them() -> None:
    """Under names of the operator's, each with its own length; hubs are named only where there are some."""
    more = """\
feeds:
  formats: [rss, atom]
  paths: {rss: index.xml, atom: feeds/all.atom}
  ttl: 30m
  named: {a: {title: A, formats: [json], ttl: 2h, paths: {json: x/a-b.json}}}
"""
    facts = facts_of(config(more))
    told = {one.pattern: (one.content_type, one.ttl) for one in facts.feeds}
    assert told[r"^/index\.xml$"] == ("application/rss+xml; charset=utf-8", 1800)
    assert told[r"^/feeds/all\.atom$"] == ("application/atom+xml; charset=utf-8", 1800)
    assert told[r"^/x/a-b\.json$"] == ("application/feed+json; charset=utf-8", 7200)
    topics = [pattern for pattern in told if re.match(pattern, "/tags/x/atom.xml")]
    assert len(topics) == 1 and re.match(topics[0], "/archive/12/atom.xml")
    for printed in SITES:
        assert "Link" not in printed(facts, TEMPLATES)


def test_suffixes_are_those_of_the_table() -> None:
    """As a pattern of the end of a name."""
    assert suffixes({"audio/mp4", "text/css"}) == r"\.(?:css|m4a|m4b)$"


def test_an_operator_is_told_what_would_surprise_him() -> None:
    """An address that only this machine knows; a proxy that is not believed."""
    assert not list(wrong_with(config()))
    (said,) = wrong_with(config(url="http://127.0.0.1:8000"))
    assert said.startswith("publication.url is http://127.0.0.1:8000")
    (said,) = wrong_with(config("pages: false"))
    assert said.startswith("pages: false")
    (said,) = wrong_with(config("web: {trusted_proxies: []}"))
    assert "web.trusted_proxies does not name 127.0.0.1" in said


def test_a_service_may_write_where_it_must_and_nowhere_else() -> None:
    """Its own folders and those of `publish.to`; homes and /tmp are shut where nothing of it lies there."""
    told = dict(settings(unit(config("publish: {folder: /srv/www/news, to: [/srv/copy, 's3://b']}"))))
    assert told["ReadWritePaths"] == "/srv/copy /srv/news/var /srv/www/news"
    assert (told["ProtectHome"], told["PrivateTmp"], told["ProtectSystem"]) == ("yes", "yes", "strict")
    assert told["ExecStart"] == "/opt/v/bin/syndicate --config /srv/news/config.yaml run"
    assert (told["Restart"], told["CapabilityBoundingSet"]) == ("on-failure", "")
    at_home = dict(settings(unit(config(base="/home/ani/news"))))
    assert (at_home["ProtectHome"], at_home["PrivateTmp"]) == ("read-only", "yes")
    assert dict(settings(unit(config(), "/root/v/bin/syndicate")))["ProtectHome"] == "read-only"
    assert dict(settings(unit(config(base="/tmp/news"))))["PrivateTmp"] == "no"
    low = dict(settings(unit(config('web: {listen: "127.0.0.1:80"}'))))
    assert low["AmbientCapabilities"] == "CAP_NET_BIND_SERVICE"


def test_paths_of_a_service_are_escaped_as_each_setting_wants() -> None:
    """One path is not quoted, words of a list are; a specifier and a variable are neither."""
    told = dict(settings(unit(config(base="/srv/a \"b\" 'c' %h $d é"))))
    assert told["WorkingDirectory"] == "/srv/a \"b\" 'c' %%h $d é"
    assert told["ReadWritePaths"] == (
        '"/srv/a \\"b\\" \'c\' %%h $d é/public" "/srv/a \\"b\\" \'c\' %%h $d é/var"'
    )
    assert told["ExecStart"].endswith(' --config "/srv/a \\"b\\" \'c\' %%h $$d é/config.yaml" run')


def test_an_operators_own_template_counts(tmp_path: Path) -> None:
    """As for pages: a file of the same name replaces the shipped one."""
    (tmp_path / "setup").mkdir()
    (tmp_path / "setup/caddy.txt").write_text("{{ addresses }} # {{ facts.upstream }}\n")
    templates = Templates(Path(os.fspath(TEMPLATES._roots[-1])), tmp_path)
    assert caddy_site(facts_of(config()), templates) == "news.example.org # 127.0.0.1:8000\n"


def test_the_operators_pages_are_handed_on_by_nobody() -> None:
    """Who asks a server in front for /admin/ gets 404; the service itself refuses what was passed on, too."""
    nginx, caddy = (printed(facts_of(config()), TEMPLATES) for printed in SITES)
    assert re.search(r'location ~ "\^/admin\(\?:/\|\$\)" \{\s+return 404;', nginx)
    assert "@unseen path */.* /_redirects *.moved /admin /admin/*" in caddy
