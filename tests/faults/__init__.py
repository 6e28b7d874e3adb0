"""The fault suite: killed senders, misbehaving relays, failing disks; `python -m tests.faults`."""

import sys
from pathlib import Path

# The steps by which the integration tests make a publication are of use here too.
sys.path.append(str(Path(__file__).resolve().parents[1] / "integration"))
