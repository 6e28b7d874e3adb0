"""Templates: overrides, safety, and faults that name file and line."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate import templating
from syndicate.errors import TemplateFault
from syndicate.templating import Templates

UTC = ZoneInfo("UTC")


class Kitchen:
    """A folder of shipped templates and one of the operator's."""

    def __init__(self, root: Path) -> None:
        self.shipped, self.own = root / "shipped", root / "own"
        self.shipped.mkdir()
        self.own.mkdir()
        self.templates = Templates(self.shipped, self.own)

    def ships(self, name: str, text: str) -> Path:
        return _write(self.shipped / name, text)

    def operator_writes(self, name: str, text: str) -> Path:
        return _write(self.own / name, text)

    def render(self, name: str, **context: object) -> str:
        return self.templates.render(name, language="id", zone=UTC, **context)

    def fault(self, name: str, **context: object) -> TemplateFault:
        with pytest.raises(TemplateFault) as caught:
            self.render(name, **context)
        return caught.value


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def kitchen(tmp_path: Path) -> Kitchen:
    return Kitchen(tmp_path)


def test_a_shipped_template_is_rendered(kitchen: Kitchen) -> None:
    """A template speaks its language and escapes what it is given, in HTML but not in text."""
    kitchen.ships("a.html", "{{ _('Archive') }} {{ x }}\n")
    kitchen.ships("a.txt", "{{ _('Archive') }} {{ x }}\n")
    assert kitchen.render("a.html", x="<b>") == "Arsip &lt;b&gt;\n"
    assert kitchen.render("a.txt", x="<b>") == "Arsip <b>\n"


def test_the_operator_overrides_one_file_at_a_time(kitchen: Kitchen) -> None:
    """The operator's article extends our layout; his file of the layout's name may extend ours."""
    kitchen.ships("pages/layout.html", "[{% block x %}ours{% endblock %}]")
    kitchen.ships("pages/article.html", '{% extends "pages/layout.html" %}')
    kitchen.operator_writes(
        "pages/article.html", '{% extends "pages/layout.html" %}{% block x %}his{% endblock %}'
    )
    assert kitchen.render("pages/article.html") == "[his]"
    kitchen.operator_writes("pages/layout.html", '{% extends "shipped/pages/layout.html" %}')
    assert kitchen.render("pages/article.html") == "[his]"


def test_a_change_is_seen_by_a_process_that_goes_on(kitchen: Kitchen) -> None:
    """A template that is edited, overridden, or no longer overridden counts at the next rendering."""
    path = kitchen.ships("a.html", "one")
    assert kitchen.render("a.html") == "one"
    _write(path, "two!")
    assert kitchen.render("a.html") == "two!"
    own = kitchen.operator_writes("a.html", "mine")
    assert kitchen.render("a.html") == "mine"
    own.unlink()
    assert kitchen.render("a.html") == "two!"


def test_an_edit_of_equal_length_is_seen(kitchen: Kitchen) -> None:
    """The time of the change tells where the size does not."""
    path = kitchen.ships("a.html", "one")
    kitchen.render("a.html")
    _write(path, "two")
    os.utime(path, ns=(1, 1))
    assert kitchen.render("a.html") == "two"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("one\n{{ nobody }}", 2, "'nobody' is undefined"),
        ("one\n\n{% if %}", 3, "Expected an expression"),
        ("{{ 1|nosuch }}", 1, "No filter named 'nosuch'"),
        ("one\n{% include 'none.html' %}", 2, "there is no template 'none.html'"),
        ("one\n{{ 1 / 0 }}", 2, "ZeroDivisionError"),
        ("{{ x.__class__.__mro__ }}", 1, "unsafe"),
        ("{{ range(1000000000)|list }}", 1, "Range too big"),
        ("one\n{% include 'a.html' %}", 2, "without end"),
        ("{% include '../../etc/passwd' %}", 1, "not the name of a template"),
        ("{{ 'no date'|date }}", 1, "Error"),
    ],
)
def test_a_fault_names_file_and_line(kitchen: Kitchen, text: str, line: int, words: str) -> None:
    """Whatever is wrong in a template is told with the real file, the line and the reason."""
    path = kitchen.operator_writes("a.html", text)
    fault = kitchen.fault("a.html", x=1)
    assert (fault.path, fault.line) == (str(path), line)
    assert words in fault.message


def test_a_fault_in_an_included_file_is_placed_there(kitchen: Kitchen) -> None:
    """The innermost file is to blame, not the one that includes it."""
    kitchen.ships("a.html", "{% include 'b.html' %}")
    inner = kitchen.ships("b.html", "\n\n{{ nobody }}")
    fault = kitchen.fault("a.html")
    assert (fault.path, fault.line) == (str(inner), 3)


def test_a_template_that_is_not_there(kitchen: Kitchen) -> None:
    """An unknown name is a fault at the place where its file would be."""
    fault = kitchen.fault("pages/none.html")
    assert fault.path == str(kitchen.shipped / "pages/none.html")


def test_a_file_that_is_not_utf8(kitchen: Kitchen) -> None:
    """A template in another encoding is named with the line of its first strange byte."""
    path = kitchen.own / "a.html"
    path.write_bytes(b"one\ncaf\xe9")
    fault = kitchen.fault("a.html")
    assert (fault.path, fault.line) == (str(path), 2)


def test_links_out_of_the_folder_are_refused(kitchen: Kitchen, tmp_path: Path) -> None:
    """A link to a file elsewhere is refused, one to a neighbour is followed."""
    _write(tmp_path / "secret.html", "secret")
    (kitchen.own / "a.html").symlink_to(tmp_path / "secret.html")
    assert "leads out" in kitchen.fault("a.html").message
    kitchen.operator_writes("real.html", "real")
    (kitchen.own / "b.html").symlink_to("real.html")
    assert kitchen.render("b.html") == "real"
    (kitchen.own / "c.html").symlink_to("nowhere.html")
    assert "cannot be read" in kitchen.fault("c.html").message


def test_check_finds_every_fault_and_raises_none(kitchen: Kitchen) -> None:
    """Check compiles every file, also a shipped one that is overridden, and follows includes by name."""
    kitchen.ships("good.html", "{{ anything }}")
    kitchen.ships("a.html", "\n{% endif %}")
    kitchen.operator_writes("a.html", "{% extends 'gone.html' %}")
    kitchen.operator_writes("b.txt", "{% include 'gone.txt' ignore missing %}{{ x|nosuch }}")
    (kitchen.own / "c.html").write_bytes(b"\xff")
    found = {
        (Path(fault.path).parent.name, Path(fault.path).name, fault.line)
        for fault in kitchen.templates.check()
    }
    assert found == {
        ("shipped", "a.html", 2),
        ("own", "a.html", 1),
        ("own", "b.txt", 1),
        ("own", "c.html", 1),
    }


def test_names_are_those_of_both_folders(kitchen: Kitchen) -> None:
    """Names lists templates and style sheets once, and nothing else an operator keeps there."""
    kitchen.ships("pages/a.html", "")
    kitchen.ships("pages/style.css", "")
    kitchen.operator_writes("pages/a.html", "")
    kitchen.operator_writes("own.txt", "")
    kitchen.operator_writes("README.md", "")
    kitchen.operator_writes(".git/a.html", "")
    assert kitchen.templates.names() == ["own.txt", "pages/a.html", "pages/style.css"]


def test_a_style_sheet_is_taken_as_it_is(kitchen: Kitchen) -> None:
    """A style sheet is no template, and cannot end the element it is put in."""
    kitchen.ships("s.css", "@media print{#a{b:c}} /* </style> */")
    kitchen.ships("a.html", "<style>{{ style_sheet('s.css') }}</style>")
    assert kitchen.templates.source("s.css").startswith("@media print{#a{b:c}}")
    assert kitchen.render("a.html") == "<style>@media print{#a{b:c}} /* <\\/style> */</style>"


def test_languages_do_not_mix(kitchen: Kitchen) -> None:
    """One process renders many languages in turn, each with its own words, numbers and direction."""
    kitchen.ships("a.html", "{{ _('Archive') }} {{ 12345|number }} {{ direction(language) }}")
    rendered = [
        kitchen.templates.render("a.html", language=code, zone=UTC) for code in ("id", "ar", "en", "id")
    ]
    assert rendered == ["Arsip 12.345 ltr", "الأرشيف 12,345 rtl", "Archive 12,345 ltr", "Arsip 12.345 ltr"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("\n{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "took longer"),
        ("\n{{ 'x' * 10000000000 }}", "more than 1,000,000 characters"),
        ("\n{{ 9 ** 99999999 }}", "more than 1,000,000 bits"),
        ("\n{{ ''.join(['a' * 1000] * 100000) }}", "join makes more than 1,000,000 characters"),
        ("\n{{ ['a' * 1000] * 100000 }}", "this makes more than 1,000,000 characters"),
        ("\n{{ (['a' * 1000] * 100000)|join }}", "join makes more than"),
        ("\n{{ (['a' * 1000] * 100000)|string|length }}", "string makes more than"),
        ("\n{{ 'a'.ljust(10000000000) }}", "ljust makes more than"),
        ("\n{{ ('a'|safe).rjust(10000000000) }}", "rjust makes more than"),
        ("\n{{ 'a'.encode().center(10000000000) }}", "center makes more than"),
        ("\n{{ 'a'.zfill(10000000000) }}", "zfill makes more than"),
        ("\n{% set f = 'a'.ljust %}{{ f(10000000000) }}", "ljust makes more than"),
        ("\n{{ '\t'.expandtabs(10000000000) }}", "expandtabs makes more than"),
        ("\n{{ ('a' * 10000).replace('a', 'b' * 10000) }}", "replace makes more than"),
        ("\n{{ ('a' * 10000).translate({97: 'b' * 10000}) }}", "translate makes more than"),
        ("\n{{ (1).to_bytes(10000000000, 'big') }}", "to_bytes makes more than"),
        ("\n{{ '{:10000000000}'.format(1) }}", "format makes more than"),
        ("\n{{ ('{:10000000000}'|safe).format(1) }}", "format makes more than"),
        ("\n{{ '{:{w}}'.format(1, w=10000000000) }}", "format makes more than"),
        ("\n{{ '{a:10000000000}'.format_map({'a': 1}) }}", "format makes more than"),
        ("\n{{ ('{0}' * 10000).format('a' * 10000) }}", "format makes more than"),
        ("\n{{ '%10000000000d' % 1 }}", "% makes more than"),
        ("\n{{ '%*d' % (10000000000, 1) }}", "% makes more than"),
        ("\n{{ '%.10000000000f' % 1 }}", "% makes more than"),
        ("\n{{ '%(a)10000000000d' % {'a': 1} }}", "% makes more than"),
        ("\n{{ '%10000000000d'|format(1) }}", "format makes more than"),
        ("\n{{ _('%(x)10000000000d', x=1) }}", "gettext makes more than"),
        ("\n{{ 'a' * 600000 + 'a' * 600000 }}", "+ makes more than"),
        ("\n{{ 'a'|center(10000000000) }}", "center makes more than"),
        ("\n{{ ['a']|map('center', 10000000000)|list }}", "center makes more than"),
        ("\n{{ 'a'|indent(10000000000) }}", "indent makes more than"),
        ("\n{{ ('a' * 10000)|wordwrap(1, wrapstring='b' * 10000) }}", "wordwrap makes more than"),
        ("\n{{ ('a' * 10000)|replace('a', 'b' * 10000) }}", "replace makes more than"),
        ("\n{{ [1]|batch(10000000000, 0)|list }}", "batch makes more than"),
        ("\n{{ [1, [2]]|tojson(10000000000) }}", "tojson makes more than"),
        ("\n{{ 1|round(10000000000, 'floor') }}", "round makes more than"),
        ("\n{{ ([[1]] * 100000)|sum(start=[]) }}", "sum makes more than"),
        ("\n{% for a in range(1000000000) %}{% endfor %}", "Range too big"),
    ],
)
def test_a_template_without_end_is_given_up(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    """A template that would run for hours or fill the memory is a fault at its line."""
    monkeypatch.setattr(templating, "SECONDS", 0.1)
    path = kitchen.operator_writes("a.html", text)
    fault = kitchen.fault("a.html")
    assert (fault.path, fault.line) == (str(path), 2)
    assert says in fault.message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}", "20,000,000"),
        ("{% for i in range(9999) %}{{ 'a' * 999999 }}{% endfor %}", "20,000,000"),
        ("{% for i in range(9999) %}{% set n.y = n.y + ['a' * 999999] %}{% endfor %}", "100,000,000"),
        ("{% macro m() %}{% for i in range(9999) %}{{ 'a' * 9999 }}{% endfor %}{% endmacro %}{{ m() }}", ""),
        ("{% set x %}{% for i in range(9999) %}{{ 'a' * 99999 }}{% endfor %}{% endset %}{{ x }}", ""),
    ],
)
def test_a_template_that_makes_much_bit_by_bit_is_given_up(kitchen: Kitchen, text: str, says: str) -> None:
    """All that is made on the way counts together, so that the memory holds out until the time is up."""
    start = "\n{% set n = namespace(x='a' * 9, y=[]) %}"
    path = kitchen.operator_writes("a.html", start + text)
    fault = kitchen.fault("a.html")
    assert (fault.path, fault.line) == (str(path), 2)
    assert says in fault.message and "more than" in fault.message


def test_templates_multiply_what_is_small(kitchen: Kitchen) -> None:
    """What a template may reasonably multiply is multiplied."""
    kitchen.ships("a.txt", "{{ '-' * 3 }}{{ 2 * 3 }}{{ 2 ** 10 }}{{ [1] * 2 }}")
    assert kitchen.render("a.txt") == "---61024[1, 1]"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{ 'a'.ljust(3) }}|{{ 'a'|center(3) }}|{{ '7'.zfill(width) }}", "a  | a |007"),
        ("{{ ', '.join(names) }}|{{ names|join('-') }}|{{ names }}", "a, b|a-b|['a', 'b']"),
        ("{{ 'a-a'.replace('-', '+') }}|{{ 'a-a'|replace('-', '+', 1) }}", "a+a|a+a"),
        ("{{ '{:>4}|{n:{w}}|{}'.format(1, 2, n=3, w=2) }}", "   1| 3|2"),
        ("{{ '%3d %s' % (1, 'x') }}|{{ '%(a)s' % {'a': 1} }}|{{ '%s'|format(2) }}", "  1 x|1|2"),
        ("{{ 1 + 2 }}|{{ [1] + [2] }}|{{ 7 % 4 }}|{{ 'a' ~ 1 ~ 'b' }}", "3|[1, 2]|3|a1b"),
        ("{{ 1.25|round(1) }}|{{ [1, 2]|sum }}|{{ {'a': 1}|tojson }}", '1.2|3|{"a": 1}'),
        ("{{ 'a b'|wordwrap(1) }}|{{ 'a\nb'|indent(1) }}|{{ [1, 2]|batch(2)|list }}", "a\nb|a\n b|[[1, 2]]"),
    ],
)
def test_what_is_limited_works_as_before(kitchen: Kitchen, text: str, made: str) -> None:
    """Methods, operators and filters that are measured first make what they always made."""
    kitchen.ships("a.txt", text)
    assert kitchen.render("a.txt", names=["a", "b"], width=3) == made


def test_a_letter_of_too_much_text_is_a_fault_and_a_long_page_is_none(kitchen: Kitchen) -> None:
    """A template of letters, or a setting, may make a million characters; a page shows a whole article."""
    long = "x" * 1_000_001
    kitchen.ships("a.html", "{{ long }}")
    assert kitchen.render("a.html", long=long) == long
    kitchen.ships("mail/a.html", "\n{{ long }}")
    fault = kitchen.fault("mail/a.html", long=long)
    assert (fault.line, "more than 1,000,000 characters" in fault.message) == (2, True)
