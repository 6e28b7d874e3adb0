"""syndicate run, and the workers it starts."""

from __future__ import annotations

import errno
import logging
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndicate.cli.output import configuration, count, moment
from syndicate.config import Config
from syndicate.errors import SyndicateError
from syndicate.feedfiles import paths_of
from syndicate.links import url

if TYPE_CHECKING:
    from syndicate.supervise import Worker


@click.command()
@click.pass_context
def run(ctx: click.Context) -> None:
    """Do everything, until stopped: scan, publish, serve, make editions, mail.

    Three processes do the work (web, builder, sender), and one that falls is started again. Ctrl-C or
    SIGTERM ends them within 10 seconds without losing a letter.
    """
    from syndicate.app.site import open_site
    from syndicate.durable import locked
    from syndicate.supervise import Supervisor

    config = configuration(ctx)
    one = f"`syndicate run` is already at work on {ctx.obj}"
    with locked(config.var / "run.lock", wait=1, busy=one):  # `status` holds it for a moment
        listening = _listen(config)
        with open_site(config) as site:
            for line in _welcome(site):
                click.echo(line)
        sys.stdout.flush()
        ctx.exit(Supervisor(_workers(Path(ctx.obj), listening)).run())


def _listen(config: Config) -> socket.socket:
    """Open the web's socket here, so that a web worker that falls and rises loses no request."""
    host, port = config.web.listen
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        why = "something else answers there already" if error.errno == errno.EADDRINUSE else error.strerror
        raise SyndicateError(
            f"web.listen: cannot listen on {host}:{port}: {why}; choose another port"
        ) from None
    return listening


def _workers(config_path: Path, listening: socket.socket) -> list[Worker]:
    from syndicate.supervise import Worker, make_nudge

    build_reading, build_writing = make_nudge()
    send_reading, send_writing = make_nudge()
    verbose = ["-v"] if logging.getLogger("syndicate").isEnabledFor(logging.DEBUG) else []
    start = [
        sys.executable,
        "-m",
        "syndicate",
        *verbose,
        "--config",
        os.fspath(config_path.absolute()),
        "work",
    ]
    return [
        Worker(
            "web",
            [*start, "web", str(listening.fileno()), str(build_writing)],
            (listening.fileno(), build_writing),
        ),
        Worker(
            "builder",
            [*start, "builder", str(build_reading), str(send_writing)],
            (build_reading, send_writing),
        ),
        Worker("sender", [*start, "sender", str(send_reading)], (send_reading,)),
    ]


def _welcome(site: object) -> list[str]:
    """Return, in words: where the feeds are, when the next digest leaves, and where mail goes."""
    from syndicate.app.forecast import recipients_of
    from syndicate.app.site import Site
    from syndicate.delivery.relays import describe
    from syndicate.digest.occasions import following

    assert isinstance(site, Site)  # noqa: S101
    config = site.config
    feeds = paths_of("", config.feeds.formats, config.feeds.paths)
    zone = config.publication.timezone
    host, port = config.web.listen
    lines = [
        f"{config.publication.title}",
        f"  Articles    {config.content.folder}, looked at every {_length(config)}",
        f"  Pages       {config.publication.url}/",
        *(f"  Feed        {url(config.publication.url, path)}" for path in feeds.values()),
    ]
    for name, newsletter in config.newsletters.items():
        leaves = moment(following(site.schedule(name), site.clock()).at, zone)
        people = count(recipients_of(site, name), "subscriber")
        lines.append(f"  Digest      {newsletter.title}: next {leaves}, {people}")
    lines.append(f"  Mail        {describe(config)}")
    lines.append(f"  Answers on  http://{f'[{host}]' if ':' in host else host}:{port}/   (Ctrl-C ends it)")
    return lines


def _length(config: Config) -> str:
    seconds = int(config.content.every.total_seconds())
    return f"{seconds // 60} min" if seconds % 60 == 0 else f"{seconds} s"


@click.group(hidden=True)
def work() -> None:
    """The processes of `syndicate run`; not for hands."""


@work.command()
@click.argument("listening", type=int)
@click.argument("nudges", type=int)
@click.pass_context
def web(ctx: click.Context, listening: int, nudges: int) -> None:
    """Answer HTTP and keep the schedule."""
    from syndicate.app.site import open_site
    from syndicate.workers import run_web

    with open_site(configuration(ctx)) as site:
        run_web(site, listening=listening, nudges=nudges)


@work.command()
@click.argument("nudged", type=int)
@click.argument("nudges", type=int)
@click.pass_context
def builder(ctx: click.Context, nudged: int, nudges: int) -> None:
    """Scan, publish and make editions."""
    from syndicate.app.site import open_site
    from syndicate.workers import run_builder

    with open_site(configuration(ctx)) as site:
        run_builder(site, nudged=nudged, nudges=nudges)


@work.command()
@click.argument("nudged", type=int)
@click.pass_context
def sender(ctx: click.Context, nudged: int) -> None:
    """Send letters."""
    from syndicate.app.site import open_site
    from syndicate.workers import run_sender_worker

    with open_site(configuration(ctx)) as site:
        run_sender_worker(site, nudged=nudged)
