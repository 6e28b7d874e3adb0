"""Several processes at one SQLite store: queues, kills, and letters begun once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from store_filling import NOW, a_crowd_subscribes, begun, edition_is_frozen, people_subscribe

from syndicate.model import DeliveryState
from syndicate.store import ids, subscribers
from syndicate.store.engine import Store
from syndicate.store.outbox import StoreOutbox

HEAD = """
import json, sys
from datetime import UTC, datetime
from pathlib import Path
from syndicate.model import DeliveryState, Settled
from syndicate.store import ids
from syndicate.store.engine import open_store
from syndicate.store.outbox import StoreOutbox
store = open_store("sqlite:///", sqlite_path=Path(sys.argv[1]))
now = datetime.fromisoformat(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
"""

COUNT_UP = """
for _ in range(150):
    with store.write() as conn:
        ids.set_setting(conn, "count", str(int(ids.get_setting(conn, "count") or 0) + 1))
"""

SEND_ALL = """
outbox, begun = StoreOutbox(store, owner=sys.argv[3]), []
while chunk := outbox.take(now=now):
    last = []
    for number in range(0, len(chunk.waiting) + 9, 9):
        granted = outbox.exchange(last, chunk.waiting[number:number + 9], now=now)
        last = [Settled(one, DeliveryState.SENT, now) for one in granted.attempts]
        begun += [one.delivery_id for one in granted.attempts]
    outbox.give_back(chunk, now=now)
print(json.dumps(begun))
"""

HANG_IN_A_WRITE = """
with store.write() as conn:
    ids.set_setting(conn, "half", "done")
    conn.exec_driver_sql("UPDATE delivery SET state = 'sent'")
    print("inside", flush=True)
    sys.stdin.readline()
"""

BEGIN_AND_HANG = """
outbox = StoreOutbox(store)
print(len(outbox.exchange([], outbox.take(now=now).waiting[:2], now=now).attempts), flush=True)
sys.stdin.readline()
"""


def start(store: Store, program: str, owner: str = "sender") -> subprocess.Popen[str]:
    """Start `program` in a process of its own, up to the point where all wait for each other."""
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + program, store.where, NOW.isoformat(), owner],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def go(*processes: subprocess.Popen[str]) -> None:
    """Wait until all are ready, then let all go."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[1]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()


def kill(process: subprocess.Popen[str]) -> None:
    """End `process` as a power button would."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_writers_in_two_processes_queue_up(store_sqlite: Store) -> None:
    """Two processes and a thread of a third that write without a pause lose no write and get no error."""
    processes = [start(store_sqlite, COUNT_UP) for _ in range(2)]
    go(*processes)
    for _ in range(30):
        with store_sqlite.write() as conn:
            ids.set_setting(conn, "mine", "1")
    for process in processes:
        _, errors = process.communicate(timeout=30)
        assert (process.returncode, errors) == (0, "")
    with store_sqlite.read() as conn:
        assert ids.get_setting(conn, "count") == "300"


def test_senders_in_two_processes_never_begin_the_same_letter(store_sqlite: Store) -> None:
    """Two processes that empty one outbox together begin each letter exactly once."""
    a_crowd_subscribes(store_sqlite, 1600)
    edition_is_frozen(store_sqlite)
    processes = [start(store_sqlite, SEND_ALL, owner) for owner in ("one", "two")]
    go(*processes)
    parts = [json.loads(process.communicate(timeout=30)[0]) for process in processes]
    assert sorted(parts[0] + parts[1]) == list(range(1, 1601))
    assert StoreOutbox(store_sqlite).tally().counts == {DeliveryState.SENT: 1600}


def test_a_kill_inside_a_write_leaves_nothing_of_it(store_sqlite: Store) -> None:
    """A process killed inside a transaction leaves a sound store, none of its rows, and no lock."""
    people_subscribe(store_sqlite, ["ana", "budi"], "daily")
    edition_is_frozen(store_sqlite)
    process = start(store_sqlite, HANG_IN_A_WRITE)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "inside\n"
    kill(process)
    with store_sqlite.write() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert ids.get_setting(conn, "half") is None
        assert subscribers.unsubscribe(conn, "ana-daily", now=NOW)
    assert StoreOutbox(store_sqlite).tally().counts == {DeliveryState.PENDING: 2}


def test_a_killed_senders_letters_are_recovered(store_sqlite: Store) -> None:
    """What a killed sender had begun is durable, and becomes unknown and due for the next sender."""
    a_crowd_subscribes(store_sqlite, 3)
    edition_is_frozen(store_sqlite)
    process = start(store_sqlite, BEGIN_AND_HANG)
    go(process)
    assert process.stdout is not None
    assert process.stdout.readline() == "2\n"
    kill(process)
    outbox = StoreOutbox(store_sqlite)
    assert outbox.tally().counts == {DeliveryState.SENDING: 2, DeliveryState.PENDING: 1}
    assert outbox.recover(now=NOW) == 2
    assert [one.attempts for one in begun(outbox)[1]] == [2, 2, 1]


def test_an_attempt_is_on_disk_before_it_is_answered(store_sqlite: Store) -> None:
    """Writes are synchronous in full: what a caller was told survives a power cut."""
    with store_sqlite.write() as conn:
        assert conn.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert Path(store_sqlite.where + "-wal").exists()
