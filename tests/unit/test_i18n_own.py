"""An operator's own catalogues: a language more, other words, and what is wrong in them."""

from __future__ import annotations

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate import i18n
from syndicate.i18n.opening import LARGEST
from syndicate.templating import Templates

ARTICLES = ("%(num)s article", "%(num)s articles")
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: {rule}\\n"\n\n'
TWO = HEAD.format(rule="nplurals=2; plural=(n != 1);")


def locale(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / "locales" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def told(folder: Path) -> list[str]:
    return [str(fault).removeprefix(f"{folder}/locales/") for fault in i18n.unreadable(folder)]


def test_a_file_adds_a_language(tmp_path: Path) -> None:
    """A catalogue of a language we do not ship is used for it, with plurals; the rest stays English."""
    entry = 'msgid "%(num)s article"\nmsgid_plural "%(num)s articles"\n'
    forms = 'msgstr[0] "%(num)s artikel"\nmsgstr[1] "%(num)s artiklar"\n'
    locale(tmp_path, "sv.po", f'{TWO}msgid "Archive"\nmsgstr "Arkiv"\n\n{entry}{forms}')
    words = i18n.translations("sv-FI", tmp_path)
    assert words.gettext("Archive") == "Arkiv"
    assert words.ngettext(*ARTICLES, 2) == "%(num)s artiklar"
    assert words.gettext("Topics") == "Topics"
    assert told(tmp_path) == []


def test_his_words_are_read_before_ours(tmp_path: Path) -> None:
    """A word of the operator's replaces ours in that language, English too; other words stay."""
    locale(tmp_path, "id.po", 'msgid "Archive"\nmsgstr "Dokumen lama"\n')
    locale(tmp_path, "en.po", 'msgid "Archive"\nmsgstr "Attic"\n')
    assert i18n.translations("id", tmp_path).gettext("Archive") == "Dokumen lama"
    assert i18n.translations("id", tmp_path).gettext("Topics") == "Topik"
    assert i18n.translations("en-GB", tmp_path).gettext("Archive") == "Attic"
    assert i18n.translations("id").gettext("Archive") == "Arsip"


def test_a_name_with_an_underscore_is_that_tag_too(tmp_path: Path) -> None:
    """pt_BR.po, as gettext names it, is the catalogue of pt-BR, and not of pt."""
    locale(tmp_path, "pt_BR.po", 'msgid "Archive"\nmsgstr "Acervo"\n')
    assert i18n.translations("pt-BR", tmp_path).gettext("Archive") == "Acervo"
    assert i18n.translations("pt", tmp_path).gettext("Archive") == "Arquivo"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    """The next page has the new words without a restart, also where the file comes only now, or goes."""
    (tmp_path / "shipped").mkdir()
    (tmp_path / "shipped" / "x.txt").write_text('{{ _("Archive") }}')
    own = tmp_path / "own"
    own.mkdir()
    templates = Templates(tmp_path / "shipped", own)

    def page() -> str:
        return templates.render("x.txt", language="id", zone=ZoneInfo("UTC"))

    assert page() == "Arsip"
    path = locale(own, "id.po", 'msgid "Archive"\nmsgstr "Satu"\n')
    assert page() == "Satu"
    path.write_text('msgid "Archive"\nmsgstr "Kedua"\n')
    assert page() == "Kedua"
    path.unlink()
    assert page() == "Arsip"


@pytest.mark.parametrize(
    ("bad", "line", "said"),
    [
        ('msgid "Topics"\nmsgstr Topik\n', 6, "'msgstr Topik' is no line of a catalogue"),
        ('msgid "Topics"\nmsgstr "To"pik"\n', 6, "is no line of a catalogue"),
        ('msgid "Topics"\n', 5, "missing msgstr for msgid 'Topics'"),
        ('msgstr "x"\nmsgid "Topics"\n', 6, "missing msgstr"),
        ('msgid "By %(authors)s"\nmsgstr "Oleh %(author)s"\n', 5, "%(author)s is no place of the message"),
        ('msgid "By %(authors)s"\nmsgstr "100 % %(authors)s"\n', 5, "has a % that is no place"),
        (
            'msgid "%(num)s article"\nmsgid_plural "%(num)s articles"\nmsgstr[0] "x"\nmsgstr[1] ""\n',
            5,
            "1 of its 2 plural forms have no words",
        ),
        (
            'msgid "%(num)s article"\nmsgid_plural "%(num)s articles"\nmsgstr[0] "x"\nmsgstr[2] "y"\n',
            5,
            "more translations than num_plurals",
        ),
    ],
)
def test_a_message_that_cannot_be_taken_is_told_and_left_out(
    tmp_path: Path, bad: str, line: int, said: str
) -> None:
    """One wrong message is named with file and line; those before and after it are used."""
    good = 'msgid "{}"\nmsgstr "{}"\n'
    text = "\n".join([TWO.rstrip("\n"), bad, good.format("Archive", "Arkiv"), good.format("Files", "Filer")])
    locale(tmp_path, "sv.po", text)
    (fault,) = told(tmp_path)
    assert fault.startswith(f"sv.po:{line}: ")
    assert said in fault
    assert fault.endswith("; this message is left out")
    words = i18n.translations("sv", tmp_path)
    assert (words.gettext("Archive"), words.gettext("Files")) == ("Arkiv", "Filer")
    assert words.gettext("By %(authors)s") == "By %(authors)s"


@pytest.mark.parametrize("rule", ["nplurals=x; plural=0;", "nplurals=2; plural=(n", "nplurals=2; plural=n;"])
def test_a_wrong_plural_rule_is_told_and_the_usual_one_taken(tmp_path: Path, rule: str) -> None:
    """Plural-Forms that cannot be read, or choose a form that is not there, cost no message."""
    entry = 'msgid "%(num)s article"\nmsgid_plural "%(num)s articles"\nmsgstr[0] "en"\nmsgstr[1] "fler"\n'
    locale(tmp_path, "sv.po", HEAD.format(rule=rule) + entry)
    (fault,) = told(tmp_path)
    assert fault.startswith("sv.po:4: ")
    assert i18n.translations("sv", tmp_path).ngettext(*ARTICLES, 1) == "en"
    assert i18n.translations("sv", tmp_path).ngettext(*ARTICLES, 5) == "fler"


def test_files_that_are_none_are_told(tmp_path: Path) -> None:
    """Another encoding, a name that is no language, a folder: each is told, and pages are made."""
    locale(tmp_path, "sv.po", TWO.encode() + 'msgid "Archive"\nmsgstr "Förråd"\n'.encode("latin-1"))
    locale(tmp_path, "my words.po", TWO)
    (tmp_path / "locales" / "fi.po").mkdir()
    (tmp_path / "locales" / "et.po").symlink_to("nowhere")
    assert told(tmp_path) == [
        "et.po: cannot be read: No such file or directory",
        "fi.po: is not a file; put a catalogue there, or take it away",
        "my words.po: is not named after a language; call it by its tag, such as sv.po or pt-BR.po",
        "sv.po:7: is not UTF-8; save it as UTF-8",
    ]
    for language in ("sv", "fi", "et"):
        assert i18n.translations(language, tmp_path).gettext("Archive") == "Archive"


def test_no_file_holds_up_or_fills_the_machine(tmp_path: Path) -> None:
    """A link to an endless device, a fifo, a heap of a file: each is told with what to do, and not read."""
    locale(tmp_path, "de.po", b"#" * (LARGEST + 1))
    (tmp_path / "locales" / "et.po").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "locales" / "fi.po")
    locale(tmp_path, "sv.po", f'{TWO}msgid "Archive"\nmsgstr "Arkiv"\n')
    (tmp_path / "locales" / "nb.po").symlink_to("sv.po")
    assert told(tmp_path) == [
        "de.po: is larger than 1 MB; keep only the messages that syndicate or your templates show",
        "et.po: is a link that leads out of the templates folder; put a copy there",
        "fi.po: is not a file; put a catalogue there, or take it away",
    ]
    said = {one: i18n.translations(one, tmp_path).gettext("Archive") for one in ("et", "fi", "sv", "nb")}
    assert said == {"et": "Archive", "fi": "Archive", "sv": "Arkiv", "nb": "Arkiv"}


def test_messages_without_end_are_left_out_in_one_line(tmp_path: Path) -> None:
    """Of another program's catalogue the first 2,000 messages count, and the line of the next is named."""
    entries = "".join(f'msgid "{number}"\nmsgstr "x"\n\n' for number in range(30_000))
    locale(tmp_path, "sv.po", f'{TWO}msgid "Archive"\nmsgstr "Arkiv"\n\n{entries}')
    assert told(tmp_path) == [
        "sv.po:6006: has 30,001 messages; those from here on are left out, keep the 2,000 it needs"
    ]
    words = i18n.translations("sv", tmp_path)
    assert (words.gettext("Archive"), words.gettext("1998"), words.gettext("1999")) == ("Arkiv", "x", "1999")


def test_unfinished_messages_are_no_faults(tmp_path: Path) -> None:
    """A message without words, a fuzzy or an obsolete one is as if it were not there."""
    text = 'msgid "Archive"\nmsgstr ""\n\n#, fuzzy\nmsgid "Topics"\nmsgstr "?"\n\n'
    text += '#~ msgid "Files"\n#~ msgstr "!"\n'
    locale(tmp_path, "sv.po", TWO + text)
    words = i18n.translations("sv", tmp_path)
    assert [words.gettext(one) for one in ("Archive", "Topics", "Files")] == ["Archive", "Topics", "Files"]
    assert told(tmp_path) == []


def test_templates_check_lists_them(tmp_path: Path) -> None:
    """`syndicate check` asks the templates, and those name the catalogues' faults too."""
    (tmp_path / "shipped").mkdir()
    path = locale(tmp_path, "sv.po", "nothing\n")
    assert [(one.path, one.line) for one in Templates(tmp_path / "shipped", tmp_path).check()] == [
        (str(path), 1)
    ]


PIECES = [
    "msgid ",
    "msgstr ",
    '"Archive"',
    '""',
    "\n",
    "\n\n",
    "#, fuzzy\n",
    "#~ x",
    "msgid_plural ",
    "msgstr[0] ",
]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30))
def test_no_file_breaks_a_page(tmp_path_factory: pytest.TempPathFactory, pieces: list[str]) -> None:
    """Whatever lies there, words come out, and faults name the file."""
    folder = tmp_path_factory.mktemp("own", numbered=True)
    path = locale(folder, "sv.po", "".join(pieces).encode("utf-8", "surrogatepass"))
    assert i18n.translations("sv", folder).gettext("Topics")
    assert all(fault.path == os.fspath(path) for fault in i18n.unreadable(folder))
