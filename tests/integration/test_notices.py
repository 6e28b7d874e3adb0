"""Letters of no edition to people: whole, in every language, with nothing that no letter of ours may have."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from publications import Publication, maker

from syndicate.app.notices import Notice, notice_letter, notice_subject
from syndicate.digest.lint import Facts, lint_bytes
from syndicate.emails import parse_email
from syndicate.errors import TemplateFault
from syndicate.subscribers.choosing import ours

NAMES = ("account", "move", "moved", "confirmation")
LINK = "http://127.0.0.1:8000/account/xLr0C5dYt2PqAsZ1"
MORE = "headers: {X-Track: none}"


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publication]:
    with maker(tmp_path_factory.mktemp("notices")) as make:
        made = make(more=f"  {MORE}")
        made.configuration_says("language: en", "language: en\n  contact: Jl. Kopi 1 <editor@example.org>")
        yield made


def made(news: Publication, name: str, language: str = "", key: str = "account/1") -> bytes:
    values = {"link": LINK, "hours": 1, "titles": ["Daily News", "<b> & long " * 9], "until": news.now}
    notice = Notice(name, key, language, values=values)
    return notice_letter(news.site, parse_email("ada@example.org"), notice, now=news.now)


@pytest.mark.parametrize("language", ours())
@pytest.mark.parametrize("name", NAMES)
def test_a_notice_is_whole_in_every_language(news: Publication, name: str, language: str) -> None:
    """Both parts say the same in few bytes; neither a mail program nor the judge of letters finds a fault."""
    body = made(news, name, language)
    letter = message_from_bytes(body, EmailMessage, policy=policy.default)
    assert not letter.defects and body.isascii() and len(body) < 20_000
    assert max(map(len, body.split(b"\r\n"))) <= 78 and b"\n" not in body.replace(b"\r\n", b"")
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    texts = [part.get_content() for part in parts if part is not None]
    links = 0 if name == "moved" else 1
    assert [text.count(LINK) for text in texts] == [links, links]
    assert not any("ada@example.org" in text for text in texts)
    assert letter["Content-Language"] == language and f'lang="{language}"' in texts[1]
    assert letter["Auto-Submitted"] == "auto-generated" and letter["X-Track"] == "none"
    assert "List-Unsubscribe" not in letter
    found = lint_bytes(body, Facts("0" * 16, news.config.publication.url, news.config.web_url))
    assert [one for one in found if not one.code.startswith("unsubscribe")] == []


def test_the_same_key_makes_the_same_letter(news: Publication) -> None:
    """Another key has another Message-ID; the subject is the one that a page names."""
    assert made(news, "account") == made(news, "account")
    one, other = (message_from_bytes(made(news, "account", key=key)) for key in ("account/1", "account/2"))
    assert one["Message-ID"] != other["Message-ID"]
    assert one["Subject"] == notice_subject(news.site, Notice("account", "")) == "Your data at Test News"


def test_a_notice_is_a_template_like_any_other(tmp_path: Path) -> None:
    """The operator's file is used; what is wrong in it is named."""
    with maker(tmp_path) as make:
        news = make(more="templates: {folder: mine}")
        own = news.folder / "mine/mail"
        own.mkdir(parents=True)
        (own / "account.txt").write_text(
            '{% extends "mail/notice.txt" %}{% block content %}Mine {{ link }}{% endblock %}'
        )
        assert b"Mine http" in made(news, "account").replace(b"=\r\n", b"")
        (own / "account.html").write_text("\n{{ nothing }}")
        with pytest.raises(TemplateFault, match=r"account\.html:2: 'nothing' is undefined"):
            made(news, "account")
