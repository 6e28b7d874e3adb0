"""Letters of no edition: what the operator is told, as complete letters."""

from __future__ import annotations

import hashlib
import socket
from datetime import datetime
from email.utils import format_datetime

from syndicate.config import Config
from syndicate.delivery.providers import letter_headers
from syndicate.digest.mime import CRLF, address_header, encode_body, given_header, header, raw_header
from syndicate.model import Alert, Email

# What to do, as commands; {about} is what the alert is about.
ADVICE: dict[str, str] = {
    "edition not made": """\
Mend what is named above. It is tried again at every scan until it is too late (late_by).
  syndicate check                      lists what is wrong
  syndicate status                     shows whether it was made since""",
    "edition did not leave": """\
  syndicate status                     is it running, and does the relay take letters?
  syndicate editions show {about}
  syndicate mail test YOUR-ADDRESS     shows each step with the relay's words""",
    "edition paused": """\
Nothing more of it is sent until you decide; nothing is lost.
  syndicate deliveries list --edition {about} --state failed
  syndicate editions resume {about}    goes on where it stopped
  syndicate editions cancel {about}    sends nothing more of it""",
    "edition held": """\
It waits for your word, as the newsletter's hold: true asks; nothing is lost.
  syndicate editions show {about}
  syndicate editions resume {about}    lets it leave
  syndicate editions cancel {about}    sends nothing of it""",
    "edition failures": """\
The others have it. These can be tried once more when the cause is gone:
  syndicate deliveries list --edition {about} --state failed
  syndicate deliveries retry --edition {about} --state failed""",
    "scan overdue": """\
  syndicate status                     what ran last, and how it ended
  syndicate build                      scans and publishes at once; shows what is in the way""",
    "relay refuses": """\
The letters wait and are tried again; nothing is lost.
  syndicate mail test YOUR-ADDRESS     shows each step with the relay's words
  syndicate status                     shows what waits""",
    "articles quarantined": """\
It is left out until the file changes; everything else is published. Change or remove the file, then
  syndicate build""",
    "pages not there": """\
Their articles are not in feeds and letters yet; each is shown once its page answers 200.
  syndicate articles waiting           lists what waits, for which page, and what that answered
  syndicate why FILE                   says what one article waits for
  syndicate links check                are the addresses those that the site has?""",
    "place fails": """\
Nothing is lost: each build goes on. Hubs and readers there learn of news when it takes them.
  syndicate check --places             tries each place with a small file
  syndicate build                      brings what waits""",
    "place is back": """\
Nothing: all is there, and hubs are told.
  syndicate status                     what went there last""",
}


def alert_letter(config: Config, to: Email, alert: Alert, *, key: str, now: datetime) -> bytes:
    """Return what the operator is told as a complete letter: plain text, 7-bit.

    The same `key` gives the same Message-ID.
    """
    publication, sender = config.publication, config.letter_sender()
    subject = f"[{publication.title}] {alert.cause}: {alert.about}"
    unique = hashlib.sha256(f"{publication.url}\n{key}".encode()).hexdigest()[:32]
    domain = sender.email.address.rpartition("@")[2]
    return b"".join(
        [
            address_header("From", sender.name or publication.title, sender.email.address),
            address_header("To", "", to.address),
            header("Subject", subject),
            raw_header("Date", format_datetime(now.astimezone(publication.timezone).replace(microsecond=0))),
            raw_header("Message-ID", f"<alert.{unique}@{domain}>"),
            raw_header("Auto-Submitted", "auto-generated"),
            raw_header("MIME-Version", "1.0"),
            raw_header("Content-Type", "text/plain; charset=utf-8"),
            raw_header("Content-Transfer-Encoding", "quoted-printable"),
            *(given_header(name, value) for name, value in letter_headers(config)),
            CRLF,
            encode_body(alert_text(config, alert, now=now), {}),
        ]
    )


def alert_text(config: Config, alert: Alert, *, now: datetime) -> str:
    """Return what happened, what to do, where and when, as an operator reads it at night."""
    publication = config.publication
    when = now.astimezone(publication.timezone)
    return f"""\
{alert.cause.capitalize()}: {alert.about}

{alert.message[:1].upper()}{alert.message[1:]}

What to do:
{ADVICE[alert.cause].format(about=alert.about)}

Where: {publication.title} <{publication.url}/>, {config.base} on {socket.gethostname()}
When:  {when:%a %Y-%m-%d %H:%M} ({publication.timezone.key})

You are told this once a day at most. `syndicate status` says how it is now.
"""
