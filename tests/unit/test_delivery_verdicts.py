"""Whose fault a relay's refusal is: the texts that providers really send, and rules for all others."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.delivery.replies import GENERAL, KNOWN, About
from syndicate.delivery.verdicts import (
    RestKind,
    Stage,
    counts_against_address,
    judge,
    names_mailbox,
    puts_domain_off,
    rest_for,
    status_of,
)
from syndicate.model import Deferred, Refused, Returned

# who says it, its code, its text, whom it is about; each row of the table has at least one.
SAID = (
    (
        "Gmail",
        450,
        "4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional "
        "messages from being delivered.",
        About.RECIPIENT,
    ),
    ("Gmail", 450, "4.2.1 450-4.2.1 The user you are trying to contact is receiving mail", About.RECIPIENT),
    ("Gmail", 452, "4.2.2 The email account that you tried to reach is over quota.", About.RECIPIENT),
    ("Gmail", 550, "5.1.1 The email account that you tried to reach does not exist.", About.RECIPIENT),
    ("Gmail", 550, "5.4.5 Daily user sending limit exceeded. x13-20020a05 - gsmtp", About.QUOTA),
    ("Gmail", 550, "5.4.5 Daily sending quota exceeded. n37sm954097wag", About.QUOTA),
    ("Gmail", 550, "5.4.5 Daily user sending quota exceeded.", About.QUOTA),
    ("Google Workspace", 550, "5.4.5 Daily SMTP relay limit exceeded for customer.", About.QUOTA),
    ("Google Workspace", 450, "4.2.1 Peak SMTP relay limit exceeded for customer.", About.BUSY),
    ("Google Workspace", 550, "5.7.0 Mail relay denied [192.0.2.1].", About.ACCESS),
    ("Google Workspace", 550, "5.7.1 Invalid credentials for relay [192.0.2.1].", About.ACCESS),
    (
        "Microsoft 365",
        554,
        "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message",
        About.QUOTA,
    ),
    (
        "Microsoft 365",
        554,
        "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; WASCL UserAction verdict is not None. "
        "Actual verdict is RefuseQuota, ShowTierUpgrade.",
        About.QUOTA,
    ),
    (
        "Microsoft 365",
        550,
        "5.1.90 Your message can't be sent because you've reached your daily limit for message recipients",
        About.QUOTA,
    ),
    ("Microsoft 365", 550, "5.2.252 Sender throttled due to continuous send as denied errors.", About.ACCESS),
    ("Microsoft 365", 554, "5.2.252 SendAsDenied; a@example.org not allowed to send as b", About.ACCESS),
    (
        "Microsoft 365",
        554,
        "5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionQuotaExceeded",
        About.ACCESS,
    ),
    (
        "Microsoft 365",
        530,
        "5.7.57 Client not authenticated to send mail. [X.prod.outlook.com]",
        About.ACCESS,
    ),
    ("Microsoft 365", 550, "5.7.60 SMTP; Client does not have permissions to send as this", About.ACCESS),
    ("Microsoft 365", 550, "5.1.8 Access denied, bad outbound sender AS(42004)", About.ACCESS),
    ("Microsoft 365", 432, "4.3.2 Concurrent connections limit exceeded.", About.BUSY),
    ("Microsoft 365", 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded.", About.BUSY),
    (
        "Exchange",
        421,
        "4.4.2 Message submission rate for this client has exceeded the configured limit",
        About.BUSY,
    ),
    ("SES", 454, "Throttling failure: Daily message quota exceeded", About.QUOTA),
    ("SES", 454, "Throttling failure: Maximum sending rate exceeded", About.BUSY),
    (
        "SES",
        554,
        "Message rejected: Email address is not verified. The following identities failed the check in "
        "region US-EAST-1: news@example.org",
        About.UNVERIFIED,
    ),
    ("SES", 554, "Message rejected: Sending suspended for this account.", About.ACCESS),
    ("SendGrid", 451, "Authentication failed: Maximum credits exceeded", About.QUOTA),
    ("SendGrid", 451, "You have exceeded your messaging limits", About.QUOTA),
    ("SendGrid", 550, "The from address does not match a verified Sender Identity.", About.UNVERIFIED),
    ("SendGrid", 550, "You are not authorized to send from that email address", About.UNVERIFIED),
    ("SendGrid", 550, "Unauthenticated senders not allowed", About.ACCESS),
    (
        "Mailgun",
        421,
        "Domain example.org is not allowed to send: recipient limit exceeded, try again after Sun, 05 Oct",
        About.QUOTA,
    ),
    (
        "Mailgun",
        421,
        "Domain sandbox1.mailgun.org is not allowed to send: Sandbox subdomains are for test purposes only. "
        "Please add your own domain or add the address to authorized recipients in Account Settings.",
        About.UNVERIFIED,
    ),
    (
        "Mailgun",
        421,
        "Domain sandbox1.mailgun.org is not allowed to send: Please activate your Mailgun account.",
        About.ACCESS,
    ),
    (
        "Postmark",
        550,
        "You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: a@b",
        About.RECIPIENT,
    ),
    ("Postmark", 412, "Your account is pending approval.", About.UNVERIFIED),
    ("Postmark", 554, "The Sender Signature for news@example.org was not found", About.UNVERIFIED),
    ("Brevo", 502, "5.7.0 Your SMTP account is not yet activated.", About.ACCESS),
    ("Brevo", 525, "5.7.1 Unauthorized IP address", About.ACCESS),
    ("Brevo", 550, "sender news@example.org is not valid. Validate your sender", About.UNVERIFIED),
    ("Mailjet", 550, "Sender news@example.org has not been validated", About.UNVERIFIED),
    ("Mailjet", 554, "5.7.1 Your account has been temporarily blocked", About.ACCESS),
    ("Zoho", 550, "5.4.6 Unusual sending activity detected.", About.QUOTA),
    ("Zoho", 553, "Relaying disallowed as news@example.org", About.ACCESS),
    ("Zoho", 554, "5.1.8 Sender Address Blocked", About.ACCESS),
    ("Zoho", 554, "5.1.8 Email Outgoing Blocked", About.ACCESS),
    (
        "Ionos",
        450,
        "Requested mail action not taken: mailbox unavailable Mail send limit exceeded.",
        About.QUOTA,
    ),
    ("Hostinger", 451, '4.7.1 Ratelimit "hostinger_out_ratelimit" exceeded', About.BUSY),
    ("OVH", 550, "sorry, too many emails (#5.7.1)", About.BUSY),
    (
        "any",
        550,
        "User me@example.org has exceeded its 24-hour sending limit. Messages to 25 recipients out of 25",
        About.QUOTA,
    ),
    (
        "Plesk",
        554,
        "5.7.0 Your message could not be sent. The limit on the number of allowed outgoing messages was "
        "exceeded. Try again later.",
        About.QUOTA,
    ),
    (
        "cPanel",
        550,
        "Domain example.org has exceeded the max emails per hour (501/500 (100%)) allowed. Message discarded",
        About.QUOTA,
    ),
    (
        "cPanel",
        550,
        "Domain example.org has exceeded the max defers and failures per hour (5/5 (100%)) allowed.",
        About.QUOTA,
    ),
    (
        "Hestia",
        550,
        "Email account a@example.com is sending too many emails - rate overlimit = 83.6 / 1h",
        About.BUSY,
    ),
    ("MailChannels", 550, "5.7.1 [STF] Sending too fast", About.BUSY),
    ("StartMail", 550, "5.7.1 Your mail limit has been reached.", About.QUOTA),
    (
        "any",
        554,
        "5.7.1 <DATA>: Data command rejected: limit of 400 rcpts per 24 hours for client a@b.me reached",
        About.QUOTA,
    ),
    ("vmail", 554, "5.7.1 <DATA>: Data command rejected: only 10 messages per day", About.QUOTA),
    ("aditsystems", 450, "message count quota exceeded", About.QUOTA),
    ("Postfix", 554, "5.7.1 <ani@example.org>: Relay access denied", About.ACCESS),
    ("sendmail", 550, "5.7.1 <ani@example.org>... Relaying denied", About.ACCESS),
    (
        "Postfix",
        553,
        "5.7.1 <a@example.com>: Sender address rejected: not owned by user b@example.com",
        About.ACCESS,
    ),
    ("Postfix", 421, "4.7.0 mail.example.org Error: too many errors", About.BUSY),
    ("Postfix", 421, "4.7.0 mail.example.org Error: too many connections from 192.0.2.1", About.BUSY),
    ("Exim", 550, "relay not permitted", About.ACCESS),
    ("Exim", 550, "Sender verify failed", About.ACCESS),
    ("Exchange", 550, "5.7.1 Unable to relay for ani@example.org", About.ACCESS),
    ("msndr", 550, "Too many messages. Try again in 92 seconds.", About.BUSY),
    ("Caorda", 450, "too many emails from this sender, please try again later", About.BUSY),
    (
        "Prolateral",
        554,
        "5.7.1 <a@b.c>: Recipient address rejected: You have exceeded your Outmail quota.",
        About.QUOTA,
    ),
    ("cPanel resold", 550, "Daily limit has been exceeded for news@example.org", About.QUOTA),
    ("any", 550, "Sending limit reached, wait an hour", About.QUOTA),
    ("any", 451, "4.7.0 daily limit reached", About.QUOTA),
    ("any", 550, "5.4.5 genug für heute", About.QUOTA),
    ("any", 554, "The sender domain is not verified", About.UNVERIFIED),
    ("any", 550, "5.7.1 Authentication required", About.ACCESS),
    ("any", 550, "5.1.8 no such domain", About.ACCESS),
    ("any", 552, "5.2.2 The user's mailbox is over its quota limit, exceeded", About.RECIPIENT),
    ("any", 552, "user's mailbox quota exceeded", About.RECIPIENT),
    ("any", 452, "4.2.2 Mailbox full, quota limit exceeded", About.RECIPIENT),
    ("any", 550, "5.2.2 Over quota", About.RECIPIENT),
    ("any", 450, "4.7.1 Recipient rate limited, come back later", About.RECIPIENT),
    ("any", 552, "5.3.4 Message size exceeds fixed limit", About.LETTER),
    ("any", 550, "5.7.1 This looks like spam", About.LETTER),
    ("any", 550, "No such user here", About.RECIPIENT),
    ("any", 450, "4.2.0 Recipient address rejected: Greylisted", About.RECIPIENT),
    ("any", 550, "5.1.1 User unknown", About.RECIPIENT),
)

FROM_RCPT: tuple[Stage, ...] = ("rcpt", "data", "dot")
UP_TO_MAIL: tuple[Stage, ...] = ("greeting", "tls", "login", "mail")
ABOUT_US = {About.QUOTA, About.UNVERIFIED, About.ACCESS, About.BUSY}

stages = st.sampled_from((*UP_TO_MAIL, *FROM_RCPT))


@pytest.mark.parametrize(("who", "code", "text", "about"), SAID, ids=[said[2][:50] for said in SAID])
def test_a_known_text_is_about_whom_its_provider_means(who: str, code: int, text: str, about: About) -> None:
    """Each provider's text is known for what it is about, and only what is about us spares the recipient."""
    for stage in FROM_RCPT:
        verdict = judge(stage, code, text)
        assert verdict.about is about
        if about in ABOUT_US:
            assert isinstance(verdict.outcome, Deferred)
            assert verdict.doubtful != (verdict.cause is not None)
        if about in {About.RECIPIENT, About.LETTER}:
            assert isinstance(verdict.outcome, Refused if code >= 500 else Deferred)
            assert verdict.cause is None
            assert not verdict.doubtful


def test_each_row_of_the_table_is_met_by_a_text() -> None:
    """No row stands in the table without a text that shows what it is for."""
    for row in (*KNOWN, *GENERAL):
        assert any(re.search(row.pattern, text, re.IGNORECASE) for _, _, text, _ in SAID), row


@pytest.mark.parametrize("stage", UP_TO_MAIL)
@pytest.mark.parametrize("code", [421, 454, 500, 530, 535, 550, 554])
def test_before_a_recipient_is_named_a_refusal_rests_the_relay(stage: Stage, code: int) -> None:
    """A 5xx, 421 or 454 up to MAIL rests the relay and burns no attempt."""
    verdict = judge(stage, code, "not you")
    assert verdict.outcome == Returned(f"{code} not you")
    assert verdict.cause is not None
    assert verdict.cause.kind is (RestKind.REFUSED if code >= 500 else RestKind.BUSY)


@pytest.mark.parametrize("code", [421, 454])
def test_a_421_from_rcpt_on_defers_the_recipient_and_is_only_a_doubt(code: int) -> None:
    """421 and 454 from RCPT on defer that recipient; the relay does not rest for one."""
    for stage in FROM_RCPT:
        verdict = judge(stage, code, "4.3.2 later, please")
        assert verdict.outcome == Deferred(code, "4.3.2 later, please")
        assert verdict.cause is None
        assert verdict.doubtful
        assert rest_for(verdict) is RestKind.BUSY


def test_a_quota_rests_the_relay_as_a_quota_at_every_stage() -> None:
    """Gmail's daily limit rests the relay for a quota wherever it is said."""
    for stage in (*UP_TO_MAIL, *FROM_RCPT):
        verdict = judge(stage, 550, "5.4.5 Daily user sending limit exceeded")
        assert verdict.cause is not None
        assert verdict.cause.kind is RestKind.QUOTA
        assert isinstance(verdict.outcome, Returned if stage in UP_TO_MAIL else Deferred)


def test_a_temporary_refusal_of_mail_without_known_words_is_the_letters_own() -> None:
    """Another 4xx at MAIL defers the delivery and leaves the relay alone."""
    verdict = judge("mail", 451, "4.3.0 try again")
    assert verdict.outcome == Deferred(451, "4.3.0 try again")
    assert verdict.cause is None


def test_a_5xx_at_mail_with_smtputf8_is_about_that_letter() -> None:
    """Where MAIL asked for SMTPUTF8, its refusal is the letter's own and the relay goes on."""
    verdict = judge("mail", 553, "5.6.7 not here", needs_utf8=True)
    assert verdict.outcome == Refused(553, "5.6.7 not here")
    assert verdict.cause is None


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("5.1.1 no", "5.1.1"),
        ("550-5.1.1 The account 5.2.2", "5.1.1"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound", "5.1.10"),
        ("5.1.10", "5.1.10"),
        ("#5.1.0 Address rejected.", "5.1.0"),
        ("sorry, no mailbox here by that name. (#5.1.1)", "5.1.1"),
        ("5.1.1.7 is blocked", ""),
        ("no 5.1.1 here", ""),
        ("3.1.1 odd", ""),
        ("٥.1.1", ""),
        ("", ""),
    ],
)
def test_a_status_is_taken_from_the_texts_start(text: str, status: str) -> None:
    """Only a status that starts the text, or ends it in qmail's brackets, is one."""
    assert status_of(text) == status


def test_only_five_statuses_count_against_an_address() -> None:
    """Of all statuses only 5.1.1, 5.1.2, 5.1.3, 5.1.6 and 5.1.10 count against the address."""
    every = {f"{a}.{b}.{c}" for a in (2, 4, 5) for b in range(8) for c in range(120)}
    counted = {status for status in every if counts_against_address(status)}
    assert counted == {"5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"}
    assert not counts_against_address("")


def test_a_refusal_names_the_mailbox_by_status_or_by_words() -> None:
    """A missing mailbox is known by its status, or by plain words where there is none."""
    assert names_mailbox("5.2.1", "5.2.1 disabled")
    assert names_mailbox("", "No such user here")
    assert not names_mailbox("5.7.1", "5.7.1 go away")
    assert not names_mailbox("", "mailbox unavailable")


@given(stages, st.integers(-1, 1000), st.text(max_size=1000), st.booleans())
def test_any_text_has_a_verdict(stage: Stage, code: int, text: str, utf8: bool) -> None:
    """No reply of any language raises, and what rests the relay never refuses the letter."""
    verdict = judge(stage, code, text, needs_utf8=utf8)
    if verdict.cause is not None or verdict.doubtful:
        assert not isinstance(verdict.outcome, Refused)
    if stage in FROM_RCPT:
        assert not isinstance(verdict.outcome, Returned)


def test_an_address_in_a_text_does_not_decide() -> None:
    """Whoever is called after a limit or a relay is judged as everybody is."""
    for local in ("quota-exceeded", "relay.access.denied", "rate.limit"):
        verdict = judge("rcpt", 550, f"<{local}@limit.example>: go away")
        assert verdict.about is About.RECIPIENT


@pytest.mark.parametrize(
    ("code", "text", "slower"),
    [
        (451, "4.7.1 greylisted, come back later", True),
        (450, "try again", True),
        (452, "4.2.2 mailbox full", False),
        (450, "4.1.1 no such user yet", False),
        (451, "4.3.0 our queue is full", False),
        (421, "4.7.0 too many connections", False),
        (550, "5.7.1 no", False),
    ],
)
def test_a_domain_slows_down_for_what_its_servers_say(code: int, text: str, slower: bool) -> None:
    """A 4xx slows its domain down, unless it is about a person, the relay's own system or us."""
    assert puts_domain_off(judge("dot", code, text)) is slower
