"""The web of a publication on a port of its own, over real HTTP: python -m tests.faults.door CONFIG."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from pathlib import Path

import uvicorn

from syndicate.app.site import open_site
from syndicate.configfile import load_config
from syndicate.web.routes import make_web


async def serve(server: uvicorn.Server, listening: socket.socket) -> None:
    """Answer until the standard input ends."""

    def hear() -> None:
        server.should_exit = not os.read(0, 4096)

    asyncio.get_running_loop().add_reader(0, hear)
    print(listening.getsockname()[1], flush=True)
    await server.serve(sockets=[listening])


def main(config: str) -> None:
    with (
        open_site(load_config(Path(config), {})) as site,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        web = make_web(site, started=site.clock())
        server = uvicorn.Server(uvicorn.Config(web, access_log=False, log_level="warning"))
        asyncio.run(serve(server, listening))


if __name__ == "__main__":
    main(sys.argv[1])
