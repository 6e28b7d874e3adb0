"""A real SMTP server in a process of its own that keeps each letter in a folder before it says 250.

Usage: sink.py PORT FOLDER [SECONDS to wait before each 250]
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP


class Keeper:
    """Writes envelope and letter to disk, then waits, then accepts."""

    def __init__(self, folder: Path, pause: float) -> None:
        self.folder = folder
        self.pause = pause
        self.number = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 aiosmtpd's name
        self.number += 1
        name = f"{os.getpid()}-{self.number}"
        (self.folder / name).write_bytes(f"{envelope.rcpt_tos[0]}\n".encode() + envelope.content)
        await asyncio.sleep(self.pause)
        return "250 kept"


async def serve(port: int, folder: Path, pause: float) -> None:
    keeper = Keeper(folder, pause)
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(keeper), "127.0.0.1", port)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    wait = float(sys.argv[3]) if len(sys.argv) > 3 else 0.0
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), wait))
