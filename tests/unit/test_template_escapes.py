"""Known ways out of a template's sandbox, and some of our own: none leads out, wherever it is written."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from syndicate.config import Mailbox, Publication
from syndicate.digest.letter import LetterSettings, compose
from syndicate.emails import parse_email
from syndicate.errors import TemplateFault
from syndicate.model import Article, Edition
from syndicate.resources import shipped
from syndicate.templating import Templates

NOW = datetime(2026, 11, 23, tzinfo=UTC)
EDITION = Edition("0123456789abcdef", "daily", "2026-11-23", NOW, NOW)
# What would be seen if one of them led out: a type, function, frame or module, or an account of this machine.
OUT = re.compile(r"<(?:class|function|module|built-in|bound|frame|code|generator|cell|method)|root:|uid=\d")
ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''.__class__.__base__.__subclasses__()[100:110] }}",
    "{{ ().__class__.__bases__[0] }}",
    "{{ {}['__class__'] }}",
    "{{ [].__init__.__globals__ }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''|attr('__cla' ~ 'ss__') }}",
    "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f')|attr('mro') }}",
    "{{ ''['__class__'] }}",
    "{{ ''['\\u005f\\u005fclass__'] }}",
    "{{ ['']|map(attribute='__class__')|list }}",
    "{{ ['']|map('attr', '__class__')|list }}",
    "{{ ['']|groupby('__class__')|list }}",
    "{{ ['']|selectattr('__class__')|map(attribute='__class__')|list }}",
    "{{ [articles]|sum(attribute='__class__') }}",
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{x.__class__}'.format_map({'x': 1}) }}",
    "{{ ''.join(['{0.__class__}']).format(1) }}",
    "{{ ('{0.__cl' ~ 'ass__}')|safe }}{{ ('{0.__class__}'|safe).format(1) }}",
    "{% set f = '{0.__class__}'.format %}{{ f(1) }}",
    "{{ ['{0.__class__}']|map('format', 1)|list }}{{ '%(x.__class__)s'|format(x=1) }}",
    "{{ ('{0.__class__}'|attr('format'))(1) }}",
    "{{ '{0.__class__}'|attr('format')|attr('__self__') }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__['os'] }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ lipsum.__code__ }}",
    "{{ range.__class__ }}{{ dict.__base__ }}",
    "{{ dict.mro() }}",
    "{{ cycler('a').next.__func__ }}",
    "{{ direction.__globals__ }}{{ direction.__wrapped__ }}",
    "{{ style_sheet.__self__ }}{{ style_sheet.__func__.__globals__ }}",
    "{{ style_sheet('../../../etc/passwd') }}",
    "{{ gettext.__globals__ }}{{ _.__closure__ }}",
    "{{ _('%(x.__class__)s', x=1) }}",
    "{{ self.__init__ }}{{ self._TemplateReference__context }}",
    "{% macro m() %}{{ caller.__code__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
    "{{ (articles|map('upper')).gi_frame.f_back.f_globals }}",
    "{{ (articles|select).gi_code }}",
    "{{ (articles|batch(1)).gi_frame.f_builtins }}",
    "{{ loop.__class__ }}{% for a in [1] %}{{ loop._iterator }}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% for a in [1] recursive %}{{ loop.__class__ }}{% endfor %}",
    "{{ undefined_name.__class__ }}",
    "{{ (undefined_name|default('')).__class__ }}",
    "{{ articles[0].published.__class__ }}{{ articles[0].published.tzinfo.__class__ }}",
    "{{ articles[0].__dataclass_fields__ }}{{ articles[0].__slots__ }}",
    "{{ date.__reduce__() }}{{ date.__class__.today() }}",
    "{{ newsletter.__class__ }}{{ newsletter.update.__self__ }}",
    "{{ newsletter.update({'title': 'x'}) }}",
    "{{ newsletter.pop('title') }}{{ newsletter.clear() }}",
    "{{ block.__code__ }}{{ block.__closure__ }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../../etc/passwd' %}",
    "{% import 'os' as os %}{{ os.popen('id') }}",
    "{% extends '/etc/passwd' %}",
    "{{ config }}{{ request.application.__globals__ }}",
    "{{ get_flashed_messages.__globals__ }}{{ url_for.__globals__ }}",
    "{{ ''.encode('idna').__class__ }}",
    "{{ 'os'|import }}{{ __import__('os') }}",
    "{{ 1.__class__ }}{{ (1).__class__ }}",
    "{{ (1).real.__class__ }}{{ 1.5.hex.__self__.__class__ }}",
    "{{ 'a' * 10000000000 }}",
    "{{ range(100000000)|list }}",
]


@pytest.fixture(scope="module")
def templates() -> Templates:
    return Templates(shipped("templates"))


def settings(**others: object) -> LetterSettings:
    publication = Publication(title="Kabar", url="https://news.example.org", timezone=ZoneInfo("UTC"))
    sender = Mailbox(name="Kabar", email=parse_email("kabar@news.example.org"))
    made = LetterSettings(publication, "daily", "Daily", sender, "https://news.example.org")
    return replace(made, **others)  # type: ignore[arg-type]


def article(title: str = "A title") -> Article:
    return Article("urn:x:a", "a.md", "a", title, "", title, "en", NOW, NOW, NOW, authors=(title,))


def parts(body: bytes) -> list[str]:
    message = message_from_bytes(body, EmailMessage, policy=policy.default)
    return [str(message["Subject"]), *(part.get_content() for part in message.iter_parts())]


def test_there_are_enough_of_them() -> None:
    """At least thirty ways are tried, each once."""
    assert len(set(ESCAPES)) == len(ESCAPES) >= 30


@pytest.mark.parametrize("name", ["subject", "intro"])
@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_of_the_configuration_stays_inside(templates: Templates, name: str, text: str) -> None:
    """A subject or intro of config.yaml that tries to get out is a fault that names it, or prints nothing."""
    try:
        made = compose(EDITION, [article()], settings(texts=((name, text),)), templates)
    except TemplateFault as fault:
        assert fault.path == f"config.yaml: newsletters.daily.{name}" or "passwd" in text
        assert not OUT.search(fault.message)
    else:
        assert not any(OUT.search(unescape(part)) for part in parts(made.body))


@pytest.mark.parametrize("text", ESCAPES)
def test_a_template_file_stays_inside(tmp_path: Path, text: str) -> None:
    """An operator's file that tries to get out is a fault, or prints nothing."""
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail/digest.txt").write_text(f"{text}\n{{{{ unsubscribe_url }}}}\n")
    try:
        made = compose(EDITION, [article()], settings(), Templates(shipped("templates"), tmp_path))
    except TemplateFault as fault:
        assert not OUT.search(fault.message)
    else:
        assert not any(OUT.search(unescape(part)) for part in parts(made.body))


@pytest.mark.parametrize("text", ESCAPES)
def test_an_article_that_holds_template_code_shows_it(templates: Templates, text: str) -> None:
    """In a title, summary or name of an author it is text: all of it is seen, in both parts."""
    own = (("subject", "{{ articles[0].title }}"), ("intro", "{{ articles[0].summary }}"))
    subject, plain, html = parts(compose(EDITION, [article(text)], settings(texts=own), templates).body)
    assert subject == " ".join(text.split())
    words = "".join(text.split())
    assert words in "".join(plain.split()) and words in "".join(unescape(html).split())


def test_a_template_changes_nothing_for_the_next_letter(templates: Templates) -> None:
    """What templates are given cannot be changed by them: the next letter is as it would have been."""
    first = compose(EDITION, [article()], settings(), templates)
    shared = settings(texts=(("intro", "{{ newsletter.update({'title': 'x'}) }}"),))
    with pytest.raises(TemplateFault):
        compose(EDITION, [article()], shared, templates)
    assert compose(EDITION, [article()], settings(), templates) == first


def test_a_mistake_in_the_configuration_names_setting_and_line(templates: Templates) -> None:
    """The fault says which newsletter's setting is wrong, and the line within it."""
    for text, line, words in (
        ("one\ntwo {{ nobody }}", 2, "'nobody' is undefined"),
        ("{% if %}", 1, "Expected an expression"),
        ("\n\n{{ n / 0 }}", 3, "ZeroDivisionError"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", 1, "took longer"),
    ):
        with pytest.raises(TemplateFault) as caught:
            compose(EDITION, [article()], settings(texts=(("footer", text),)), templates)
        assert (caught.value.path, caught.value.line) == ("config.yaml: newsletters.daily.footer", line)
        assert words in caught.value.message
