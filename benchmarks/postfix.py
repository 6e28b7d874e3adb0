"""An edition by way of a real Postfix into a mailbox: everyone's letter is in it, each once.

Usage: python benchmarks/postfix.py [LETTERS]

Needs Debian's postfix package, and root, since Postfix starts its programs as other users. Its configuration,
queue and mailbox are its own, in a temporary folder, and it listens on loopback alone. Ends with 1 where a
letter is missing or there twice.
"""

from __future__ import annotations

import os
import pwd
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publication import Publication, Run, Wish, report

MAILBOX_OWNER = "nobody"
PATIENCE = 120  # seconds without a new letter until one that is missing is given up
MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/mail.log
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.example.org
mydestination =
mynetworks = 127.0.0.0/8
local_transport = error:nobody lives here
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_tls_security_level = none
virtual_mailbox_domains = example.org
virtual_mailbox_base = {folder}/mail
virtual_mailbox_maps = static:everyone/
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
"""
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """Run a Postfix whose all lies in `folder`; give its port."""
    port, owner = free_port(), pwd.getpwnam(MAILBOX_OWNER)
    for name in ("etc", "queue", "data", "mail"):
        (folder / name).mkdir()
    os.chown(folder / "data", pwd.getpwnam("postfix").pw_uid, -1)
    os.chown(folder / "mail", owner.pw_uid, owner.pw_gid)
    values = {"folder": folder, "port": port, "uid": owner.pw_uid, "gid": owner.pw_gid}
    (folder / "etc" / "main.cf").write_text(MAIN.format(**values))
    (folder / "etc" / "master.cf").write_text(MASTER.format(**values))
    try:
        postfix(folder, "start")
        yield port
    finally:
        postfix(folder, "stop")


def postfix(folder: Path, word: str) -> None:
    """Start it or stop it. What it says goes into a file, since a pipe would stay open as long as it runs."""
    with (folder / f"{word}.log").open("w+") as said:
        command = ["/usr/sbin/postfix", "-c", str(folder / "etc"), word]
        status = subprocess.run(command, check=False, stdout=said, stderr=said, timeout=60).returncode
        said.seek(0)
        if status:
            raise SystemExit(f"postfix {word}: {said.read()}")


def arrived(folder: Path, letters: int) -> Counter[str]:
    """Wait until as many letters lie in the mailbox, or none comes any more; return them by recipient."""
    new = folder / "mail" / "everyone" / "new"
    found, since = 0, time.monotonic()
    while found < letters and time.monotonic() - since < PATIENCE:
        time.sleep(0.2)
        now = sum(1 for _ in new.iterdir()) if new.is_dir() else 0
        if now != found:
            found, since = now, time.monotonic()
    time.sleep(1)  # for one too many
    return Counter(recipient(path) for path in new.iterdir())


def recipient(path: Path) -> str:
    """Return for whom Postfix says that a letter is, where that is also whom it names itself."""
    head = path.read_bytes().partition(b"\n\n")[0].decode()
    given = re.search(r"^X-Original-To: (\S+)$", head, re.MULTILINE)
    named = re.search(r"^To: (\S+)$", head, re.MULTILINE)
    return given[1] if given and named and given[1] == named[1] else f"in doubt: {path.name}"


def sent(folder: Path, letters: int, port: int) -> Run:
    site = Publication(folder, Wish(letters))
    with site.site(port) as opened:
        site.import_people(opened)
        site.freeze(opened)
    return site.deliver()


def main() -> int:
    letters = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that Postfix is stopped then too
    if os.getuid():
        raise SystemExit("Postfix wants root")
    with tempfile.TemporaryDirectory(prefix="syndicate-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        (folder / "site").mkdir()
        with running(folder) as port:
            run = sent(folder / "site", letters, port)
            boxes = arrived(folder, letters)
    everyone = {f"p{number}@example.org" for number in range(letters)}
    good = set(boxes) == everyone and boxes.total() == letters == run.sent and not run.status
    print(
        f"{letters:,} letters to Postfix in {run.seconds:.1f} s: sent {run.sent:,}, in the mailbox"
        f" {boxes.total():,}, of different people {len(everyone & set(boxes)):,}"
    )
    if not good:
        print(f"NOT EXACT: exit {run.status}, {run.tally}, {report(run)}", file=sys.stderr)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
