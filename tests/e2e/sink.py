"""A small SMTP server in a process of its own that keeps each letter in a folder before it says 250.

Usage: sink.py PORT FOLDER. It speaks what a sender needs of RFC 5321, and costs little beside one; the
integration tests use aiosmtpd.
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

NUMBERS = count()
REPLIES = {b"EHLO": b"250-sink\r\n250 8BITMIME", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, folder: Path) -> None:
    """Answer one connection until it ends."""
    writer.write(b"220 sink\r\n")
    recipient = b""
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"RCPT":
            recipient = line[line.index(b"<") + 1 : line.index(b">")]
        writer.write(REPLIES.get(verb, b"250 ok") + b"\r\n")
        if verb == b"DATA":
            body = await reader.readuntil(b"\r\n.\r\n")
            (folder / f"{os.getpid()}-{next(NUMBERS)}").write_bytes(recipient + b"\n" + body)
            writer.write(b"250 kept\r\n")
        if verb == b"QUIT":
            break
    writer.close()


async def serve(port: int, folder: Path) -> None:
    server = await asyncio.start_server(
        lambda reader, writer: converse(reader, writer, folder), "127.0.0.1", port, limit=10_000_000
    )
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
