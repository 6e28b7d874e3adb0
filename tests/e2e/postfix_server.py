"""A real Postfix on loopback, for tests and benchmarks: all mail for example.org lands in one mailbox.

Needs Debian's postfix package, and root, since Postfix starts its programs as other users. Its configuration,
queue and mailbox are its own, in the folder it is given.
"""

from __future__ import annotations

import os
import pwd
import re
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path("/usr/sbin/postfix")
MAILBOX_OWNER = "nobody"
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


class PostfixFault(Exception):
    """Postfix did not do as it was told; says what it said."""


def lacking() -> str:
    """Return why no Postfix can be run here, or an empty text."""
    if not PROGRAM.exists():
        return "postfix is not installed"
    return "Postfix wants root" if os.getuid() else ""


def mailbox(folder: Path) -> Path:
    """Return where the letters lie, a file each."""
    return folder / "mail" / "everyone" / "new"


@contextmanager
def running(folder: Path) -> Iterator[int]:
    """Run a Postfix whose all lies in `folder`, which everyone may enter; give its port."""
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
        command = [str(PROGRAM), "-c", str(folder / "etc"), word]
        status = subprocess.run(command, check=False, stdout=said, stderr=said, timeout=60).returncode
        said.seek(0)
        if status:
            raise PostfixFault(f"postfix {word}: {said.read()}")


def recipient(path: Path) -> str:
    """Return for whom Postfix says that a letter is, where that is also whom it names itself."""
    head = path.read_bytes().partition(b"\n\n")[0].decode()
    given = re.search(r"^X-Original-To: (\S+)$", head, re.MULTILINE)
    named = re.search(r"^To: (\S+)$", head, re.MULTILINE)
    return given[1] if given and named and given[1] == named[1] else f"in doubt: {path.name}"


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])
