"""`mail test`: the way of one letter over each relay: each step, the server's words, and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from syndicate.config import Config
from syndicate.delivery.plan import RelaySpec
from syndicate.delivery.relays import make_relays
from syndicate.errors import RelayUnavailable, UsageError
from syndicate.model import Deferred, Letter, Outcome, Refused, Returned, Sent, Unknown


@dataclass(frozen=True, slots=True)
class Step:
    """One step (connect, tls, login, send): how it went, the server's words, what to do if it failed."""

    name: str
    ok: bool
    words: str
    advice: str = ""
    relay: str = ""


async def probe(config: Config, letter: Letter, report: Callable[[Step], None], *, only: str = "") -> bool:
    """Send `letter` once through each configured relay, or the one named `only`; True if all took it.

    `report` hears of each step. Nothing is recorded, and nothing is tried again. Raises UsageError where no
    relay has that name.
    """
    relay = ""

    def hear(name: str, words: str) -> None:
        report(Step(name, True, words, relay=relay))

    chosen = [spec for spec in make_relays(config, hear) if only in ("", spec.name)]
    if not chosen:
        known = ", ".join(spec.name for spec in make_relays(config))
        raise UsageError(f"no relay is named {only!r} (there are: {known})")
    good = True
    for spec in chosen:
        relay = spec.name
        last = replace(await _last_step(spec, letter), relay=relay)
        report(_about_a_list(last) if config.mail.relays else last)
        good = good and last.ok
    return good


async def _last_step(spec: RelaySpec, letter: Letter) -> Step:
    """Return the step at which the relay failed, or that of the letter it took."""
    try:
        connection = await spec.relay.open()
    except RelayUnavailable as error:
        return Step(error.step, False, str(error), advice(error.step, str(error), error.code))
    try:
        return sent_step(await connection.send(letter))
    finally:
        await connection.close()


def _about_a_list(step: Step) -> Step:
    """Return `step` with advice about the settings of one of several relays, under whose name it stands."""
    return replace(step, advice=step.advice.replace("mail.smtp.", "its "))


def sent_step(outcome: Outcome) -> Step:
    """Return the step that `outcome` is shown as."""
    match outcome:
        case Sent(text):
            return Step("send", True, text)
        case Refused(code, text) | Deferred(code, text):
            words = f"{code} {text}" if code else text
            return Step("send", False, words, advice("send", words, code))
        case Returned(text) | Unknown(text):
            return Step("send", False, text, advice("send", text, None))


@dataclass(frozen=True, slots=True)
class _Cause:
    step: str
    words: re.Pattern[str]
    advice: str


def _cause(step: str, words: str, advice: str) -> _Cause:
    return _Cause(step, re.compile(words, re.IGNORECASE), advice)


# The first that fits is shown, so the narrow ones come first.
_CAUSES: Final = (
    _cause(
        "connect",
        "name was not found|no address",
        "Check the spelling of mail.smtp.host, and that this machine can look up names.",
    ),
    _cause(
        "connect",
        "refused",
        "Nothing listens there. Check mail.smtp.port: 587 goes with starttls, 465 with tls; "
        "25 is closed by most hosting providers.",
    ),
    _cause(
        "connect",
        "timed out|unreachable|no route",
        "A firewall may be in the way: many hosting providers block port 25 and some 465 and 587. "
        "Check host and port, or ask the provider; some relays also listen on 2525. "
        "With mail.smtp.security: tls use port 465, with starttls 587.",
    ),
    _cause(
        "connect",
        "eof|closed|lost|malformed",
        "The port may expect another kind of security: 465 goes with mail.smtp.security: tls, "
        "587 with starttls.",
    ),
    _cause(
        "tls",
        "hostname mismatch|ip address mismatch|doesn't match",
        "The certificate is for another name. Write the name that your provider gives as mail.smtp.host, "
        "not an IP address or an alias.",
    ),
    _cause(
        "tls",
        "expired|not yet valid",
        "The certificate is outside its dates. Check this machine's clock; else the relay's owner must "
        "renew it.",
    ),
    _cause(
        "tls",
        "certificate is not accepted",
        "This machine does not trust who signed the certificate. Install the CA certificates package; for "
        "a relay of your own, add its CA to the system's, or name it in SSL_CERT_FILE.",
    ),
    _cause(
        "tls",
        "no starttls",
        "Use mail.smtp.security: tls with port 465 if the relay has it; none only for a relay on this "
        "machine.",
    ),
    _cause(
        "tls",
        "wrong.version|record layer|no tls could",
        "The port speaks another kind of security: 465 goes with mail.smtp.security: tls, 587 with starttls.",
    ),
    _cause(
        "login",
        "password_file|no such file|permission denied",
        "The file that mail.smtp.password_file names cannot be read by this user.",
    ),
    _cause(
        "login",
        "auth extension is not supported|no suitable authentication",
        "The relay offers no login here: it may do so only after TLS (mail.smtp.security: starttls), or "
        "want none (remove mail.smtp.username).",
    ),
    _cause(
        "login",
        r"\b(535|534|5\.7\.[89])\b",
        "User name or password are wrong. Many providers want an app password or an API key instead of "
        "the account's own password, and some the whole address as user name.",
    ),
    _cause(
        "send",
        r"relay(ing)? (access )?(is )?(denied|not permitted)|relay not permitted|unable to relay",
        "The relay wants a login before it takes mail for others: set mail.smtp.username and password.",
    ),
    _cause(
        "send",
        "sender.*(rejected|denied|not (owned|verified|allowed))|not (owned|verified)|5\\.7\\.60|send as",
        "The relay does not let you send with the address in mail.from: verify it (or its domain) with your "
        "provider, or use the address that you log in with.",
    ),
    _cause(
        "send",
        r"5\.7\.(26|515)|spf|dkim|dmarc",
        "The domain in mail.from lacks SPF, DKIM or DMARC records that the recipient's provider asks for.",
    ),
    _cause(
        "send",
        r"does not take letters from us",
        "The relay turned the sender down. Check mail.from, and any limit of your account.",
    ),
    _cause(
        "send",
        r"5\.1\.[1236]|user unknown|no such user|mailbox unavailable",
        "The recipient's address does not exist; try another one.",
    ),
    _cause(
        "send",
        r"quota|limit|too many",
        "Your account's limit is reached: wait, or ask the provider for a higher one.",
    ),
    _cause(
        "send",
        r"5\.7\.1\b",
        "The relay refuses by its policy. Check that you log in, and that it lets you send with the address "
        "in mail.from.",
    ),
    _cause(
        "send",
        r"no space|read-only|permission denied|cannot be written",
        "Free the disk, or make the folder writable for this user.",
    ),
)

_BY_STEP: Final = {
    "connect": "Check mail.smtp.host and mail.smtp.port.",
    "tls": "Check mail.smtp.security and mail.smtp.port: 465 goes with tls, 587 with starttls.",
    "login": "Check mail.smtp.username and the password.",
    "send": "The server's words say why; your provider can tell more.",
}


def advice(step: str, words: str, code: int | None) -> str:
    """Return what an operator should do about a failed step, from the words and the code it failed with."""
    text = f"{code} {words}" if code else words
    for cause in _CAUSES:
        if cause.step == step and cause.words.search(text):
            return cause.advice
    if code is not None and 400 <= code < 500:
        return "The relay asks for patience: try again in some minutes."
    return _BY_STEP.get(step, "")
