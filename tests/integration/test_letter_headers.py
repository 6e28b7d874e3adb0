"""No text of an article or newsletter makes a header: read back with the standard library's parser."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from letter_making import EDITION, HEADERS, article, assert_sound, letter_of, letter_settings, templates

from syndicate.config import Mailbox
from syndicate.digest.letter import LetterSettings, compose
from syndicate.digest.mime import clean_header
from syndicate.emails import parse_email

ENDS = (
    "\r\n",
    "\r",
    "\n",
    "\u2028",
    "\u2029",
    "\x85",
    "\x0b",
    "\x0c",
    "\x1c",
    "\x1e",
    "\x00",
    "\ud800",
)
HOSTILE = [f"Hello{end}Bcc: everyone@example.org{end}{end}body" for end in ENDS] + [
    "=?utf-8?q?a=0D=0ABcc:_x@example.org?=",
    "=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5vcmc=?=",
    "a =?utf-8?q?b?= =?x",
    'a"\\\r\n Bcc: x@example.org',
    "<x@example.org>, Bcc: y@example.org",
    "x" * 2000,
    "م" * 2000,
    " ",
]
TEXTS = st.text(max_size=120) | st.sampled_from(HOSTILE) | st.text(
    st.sampled_from([*"aé:=?_ <>\"\\", *ENDS[1:]]), max_size=60
)  # fmt: skip


def head_of(texts: tuple[str, str, str], made: LetterSettings) -> EmailMessage:
    """The letter of an article with these title, summary and author, as the parser has it."""
    title, summary, author = texts
    shown = article(title=title, summary=summary, authors=(author,), categories=(summary,))
    body = letter_of(compose(EDITION, [shown, article("b")], made, templates())).body
    assert_sound(body, [*HEADERS[:-1], "Reply-To", HEADERS[-1]] if made.reply_to else HEADERS)
    message = message_from_bytes(body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@settings(max_examples=60, deadline=None)
@given(title=TEXTS, summary=TEXTS, author=TEXTS)
@example(title=HOSTILE[0], summary=HOSTILE[0], author=HOSTILE[0])
def test_no_article_makes_a_header(title: str, summary: str, author: str) -> None:
    """Whatever its texts, the headers are those of any letter, and nobody else is written to."""
    own = (("subject", "{{ articles[0].title }}\n{{ articles[0].summary }}{{ articles[0].authors|join }}"),)
    for made in (letter_settings(), replace(letter_settings(), texts=own)):
        message = head_of((title, summary, author), made)
        assert message.keys() == HEADERS
        assert message["To"] == "ani@contoh.example"


@settings(max_examples=60, deadline=None)
@given(title=TEXTS, name=TEXTS)
@example(title=HOSTILE[0], name=HOSTILE[0])
def test_no_newsletter_makes_a_header(title: str, name: str) -> None:
    """Its title and the names of its senders are one phrase each, behind which the addresses stand."""
    sender = Mailbox(name=name, email=parse_email("kabar@news.example.org"))
    made = replace(letter_settings(), title=title, sender=sender, reply_to=sender)
    message = head_of(("Title", "", ""), made)
    assert [one.addr_spec for one in message["From"].addresses] == ["kabar@news.example.org"]
    assert [one.addr_spec for one in message["Reply-To"].addresses] == ["kabar@news.example.org"]
    assert str(message["List-Id"]).endswith("<daily.news.example.org>")


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_reads_as_it_is_in_the_subject(title: str) -> None:
    """Nothing of it is lost but what no header may carry, and an encoded word is shown, not read."""
    made = replace(letter_settings(), texts=(("subject", "{{ articles[0].title }}"),))
    body = letter_of(compose(EDITION, [article(title=title)], made, templates())).body
    raw = message_from_bytes(body, policy=policy.compat32)["Subject"]
    seen = str(make_header(decode_header(raw)))
    wanted = clean_header(title) or "https://news.example.org/articles/a/"
    assert "".join(seen.split())[:50] == "".join(wanted.split())[:50]
