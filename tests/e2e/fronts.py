"""The real nginx and the real Caddy on loopback, each with a printed site, for the length of a block."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NGINX, CADDY = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin"), shutil.which("caddy")
# As Debian's nginx.conf has it: what the printed site must not take over from it.
_MAIN = """\
{user}
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ text/html html; text/xml xml rss; }}
    default_type text/plain;
    charset koi8-r;
    gzip on;
    gzip_types text/xml application/rss+xml;
    autoindex on;
    include {site};
}}
"""
_CADDY_MAIN = "{\n\tadmin off\n\tauto_https off\n}\nimport site.caddy\n"


def nginx_main(folder: Path, site: str) -> Path:
    """Write `site` and a configuration around it into `folder`, and return where that is."""
    (folder / "site.conf").write_text(site, "utf-8")
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        _MAIN.format(user=user, folder=folder, site=folder / "site.conf"), "utf-8"
    )
    return folder / "nginx.conf"


def caddy_main(folder: Path, site: str) -> Path:
    """Write `site` and a configuration around it into `folder`, and return where that is."""
    (folder / "site.caddy").write_text(site, "utf-8")
    (folder / "Caddyfile").write_text(_CADDY_MAIN, "utf-8")
    return folder / "Caddyfile"


def nginx_accepts(main: Path) -> str:
    """Return what `nginx -t` says; the configuration must be good."""
    assert NGINX
    return _accepted([NGINX, "-t", "-q", "-p", str(main.parent), "-c", str(main)], main.parent)


def caddy_accepts(folder: Path, site: str) -> str:
    """Return what `caddy validate` says of `site` alone, which must be good; it asks nobody for anything."""
    assert CADDY
    (folder / "Caddyfile").write_text(site, "utf-8")
    command = [CADDY, "validate", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    return _accepted(command, folder)


def _accepted(command: list[str], folder: Path) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=30, check=False, env=_environment(folder)
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def _environment(folder: Path) -> dict[str, str]:
    home = {name: str(folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    return {"PATH": os.environ["PATH"], **home}


@contextmanager
def nginx_runs(folder: Path, site: str, port: int) -> Iterator[str]:
    """Let nginx answer on `port` for the block; gives its address."""
    assert NGINX
    main = nginx_main(folder, site)
    with _running([NGINX, "-p", str(folder), "-c", str(main)], folder, port) as url:
        yield url


@contextmanager
def caddy_runs(folder: Path, site: str, port: int) -> Iterator[str]:
    """Let Caddy answer on `port` for the block, without its admin port; gives its address."""
    assert CADDY
    main = caddy_main(folder, site)
    with _running([CADDY, "run", "--config", str(main), "--adapter", "caddyfile"], folder, port) as url:
        yield url


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[str]:
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, env=_environment(folder))
        try:
            _wait(port, process, folder)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(10)
            finally:
                process.kill()


def _wait(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            said = (folder / "log").read_text()
            assert process.poll() is None and time.monotonic() < deadline, said
            time.sleep(0.05)
