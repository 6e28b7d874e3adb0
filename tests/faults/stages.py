"""Scenarios of relays that misbehave: every fault at every stage, and what they do about TLS and logins."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from random import Random
from typing import Final

from .journal import read_journal
from .oracle import Counts
from .plan import Plan, all_faults, storm
from .server import Manner
from .world import Setting, world

_LOGIN: Final = ("ani", "pass word")
_AS_ANI: Final = 'username: ani, password: "pass word"'


def every_fault(place: Path, seed: int, quick: bool) -> Counts:
    """Each fault at each stage, at two visits of it, with pipelining and without."""
    every = list(itertools.product(all_faults(), (True, False)))
    chosen = Random(seed).sample(every, 4) if quick else every  # noqa: S311
    counts = Counts()
    certificate = make_certificate(place, "IP:127.0.0.1")
    for (stage, kind), pipelining in chosen:
        first = 1 if stage in ("greeting", "ehlo", "starttls", "auth") else 3
        plan = Plan(seed, at=(f"{stage}:{kind}:{first}", f"{stage}:{kind}:{first + 2}"))
        secure = stage in ("starttls", "auth")
        manner = Manner(
            plan,
            pipelining=pipelining,
            certificate=str(certificate) if secure else "",
            login=_LOGIN if secure else None,
        )
        smtp = f"security: starttls, {_AS_ANI}" if secure else "security: none"
        trust = {"SSL_CERT_FILE": str(certificate)}
        setting = Setting(20, 2, manner, timeout=2, smtp=smtp, environment=trust)
        with world(place, setting) as here:
            here.finish()
            found = here.verdict()
            wrong = () if found.good else (f"{stage}:{kind}, pipelining {pipelining}",)
            counts += found + Counts(words=wrong)
    return counts


def a_storm(place: Path, seed: int, quick: bool) -> Counts:
    """Every fault at random, by relays with pipelining and without; nobody kills the sender."""
    counts = Counts()
    for pipelining in (True,) if quick else (True, False):
        manner = Manner(storm(seed, rate=0.02), pipelining=pipelining)
        people = 150 if quick else 2000
        with world(place, Setting(people, 8, manner, timeout=3)) as here:
            here.finish()
            counts += here.verdict()
    return counts


def tls_that_is_not_to_be_trusted(place: Path, seed: int, quick: bool) -> Counts:
    """STARTTLS stripped, refused, with a bad certificate or another name: nothing leaves in clear."""
    good = make_certificate(place, "IP:127.0.0.1")
    elsewhere = make_certificate(place, "DNS:another.example")
    always = {"starttls:5xx": 1.0}
    bad = {
        "stripped": (Manner(), good, "starttls"),
        "refused": (Manner(Plan(rates=always), certificate=str(good)), good, "starttls"),
        "unknown issuer": (Manner(certificate=str(good)), elsewhere, "starttls"),
        "another name": (Manner(certificate=str(elsewhere)), elsewhere, "starttls"),
        "TLS with an unknown issuer": (Manner(certificate=str(good), implicit=True), elsewhere, "tls"),
    }
    counts = Counts()
    for name, (manner, trusted, security) in list(bad.items())[: 2 if quick else None]:
        trust = {"SSL_CERT_FILE": str(trusted)}
        setting = Setting(20, 2, manner, 5, f"security: {security}", environment=trust)
        with world(place, setting) as here:
            process = here.command("deliver")
            if process.wait() != 75:
                here.wrong.append(f"{name}: the sender did not end with 75")
            here.ended(process)
            if read_journal(here.server.journal):
                here.wrong.append(f"{name}: letters left")
            here.environment["SSL_CERT_FILE"] = str(good)
            here.server.becomes(Manner(certificate=str(good), implicit=manner.implicit))
            here.ahead += 3600.0
            here.finish()
            counts += here.verdict()
    return counts


def make_certificate(folder: Path, names: str) -> Path:
    """Make a self-signed certificate for `names`; return the file that holds it and its key."""
    folder.mkdir(parents=True, exist_ok=True)
    path, key = folder / f"{names.replace(':', '-')}.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=relay", "-newkey", "ec"]
    command += ["-pkeyopt", "ec_paramgen_curve:prime256v1", "-addext", f"subjectAltName={names}"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(path)], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + key.read_bytes())
    return path
