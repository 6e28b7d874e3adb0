"""The command line: `main` and the table of commands. Each command's file is read when it is called."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from pathlib import Path
from typing import Any

import click

from syndicate import __version__

# command -> (module below syndicate.cli, attribute, short help)
COMMANDS: dict[str, tuple[str, str, str]] = {
    "init": ("init", "init", "Make a configuration and a content folder of your own."),
    "adopt": ("adopt", "adopt", "Give articles the ids that a feed of another program gave them."),
    "links": ("links", "links", "Check the addresses of articles against the site that shows them."),
    "check": ("check", "check", "Check configuration, templates and articles; list every fault at once."),
    "build": ("build", "build", "Scan the content folder and publish once."),
    "run": ("run", "run", "Do everything, until stopped: scan, publish, serve, mail."),
    "digest": ("digest", "digest", "Preview, check, try or send a newsletter's edition."),
    "deliver": ("deliver", "deliver", "Send what is due in the outbox, then end."),
    "editions": ("editions", "editions", "List, show, pause, resume, cancel and verify editions."),
    "deliveries": ("deliveries", "deliveries", "List an edition's letters, and send failed ones again."),
    "why": ("why", "why", "Tell what became of everything for one address."),
    "mail": ("mail", "mail", "Try the mail settings."),
    "subscribers": ("subscribers", "subscribers", "Add, import, export, list and remove subscribers."),
    "extract": ("extract", "extract", "Show a file's article, and what was removed by which rule."),
    "articles": ("articles", "articles", "Export and import the ids of articles."),
    "setup": ("setup", "setup", "Print ready configuration for nginx, Caddy or systemd."),
    "status": ("status", "status", "Show articles, editions, deliveries, next runs, and what is wrong."),
    "work": ("run", "work", ""),
}
_HIDDEN = {"work"}
_WITHOUT_CONFIG = {"init", "work"}
_CONFIG_FILE = click.Path(dir_okay=False, path_type=Path)


class Commands(click.Group):
    """A group whose commands are imported when they are needed, so that --help answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click's signature
        return [name for name in COMMANDS if name not in _HIDDEN]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        if ctx.resilient_parsing:
            return None
        command: click.Command = getattr(importlib.import_module(f"syndicate.cli.{module}"), attribute)
        if cmd_name not in _WITHOUT_CONFIG:
            _take_config(command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Name the nearest command for one that is not known."""
        from difflib import get_close_matches

        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            near = get_close_matches(name, self.list_commands(ctx), n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {name!r}.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        rows = [(name, help_) for name, (_, _, help_) in COMMANDS.items() if name not in _HIDDEN]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def _take_config(command: click.Command) -> None:
    """Let `command`, and each below it, take --config as well, because people type it at the end."""
    if not any(option.name == "config_path" for option in command.params):
        option = click.Option(
            ["--config", "config_path"],
            metavar="FILE",
            type=_CONFIG_FILE,
            expose_value=False,
            callback=_choose_config,
            help="The configuration; else config.yaml here.",
        )
        command.params.append(option)
    for below in getattr(command, "commands", {}).values():
        _take_config(below)


def _choose_config(ctx: click.Context, param: click.Parameter, value: Path | None) -> None:  # noqa: ARG001
    if value is not None:
        ctx.obj = value


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--config",
    "config_path",
    metavar="FILE",
    type=_CONFIG_FILE,
    default=Path("config.yaml"),
    show_default=True,
    help="The configuration; relative paths in it are relative to its folder.",
)
@click.option("-v", "--verbose", is_flag=True, help="Say more of what is being done.")
@click.version_option(__version__, prog_name="syndicate")
@click.pass_context
def cli(ctx: click.Context, config_path: Path, verbose: bool) -> None:
    """Turn a folder of articles into feeds and mailed digests.

    \b
    Exit status: 0 ok, 1 failure, 2 usage, 75 try again later, 78 bad configuration.
    """
    ctx.obj = config_path
    serving = ctx.invoked_subcommand in ("run", "work")
    form = "%(asctime)s %(levelname)s %(message)s" if serving else "%(message)s"
    logging.basicConfig(level=logging.WARNING if serving else logging.ERROR, format=form, stream=sys.stderr)
    level = logging.DEBUG if verbose else logging.INFO if serving else logging.ERROR
    logging.getLogger("syndicate").setLevel(level)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit; an expected failure is one message and its exit status."""
    from syndicate.errors import SyndicateError

    os.umask(0o022)
    _tolerant_output()
    status: Any
    try:
        status = cli.main(arguments, prog_name="syndicate", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except SyndicateError as error:
        click.echo(f"Error: {error}" if "\n" not in str(error) else str(error), err=True)
        status = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        status = 130
    except OSError as error:  # but for a reader of our output who went away: click ends quietly with 1 then
        logging.getLogger("syndicate").debug("what the system refused", exc_info=True)
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"Error: {where}{error.strerror or error}", err=True)
        status = SyndicateError.exit_code
    sys.exit(status if isinstance(status, int) else 0)


def _tolerant_output() -> None:
    """Let a terminal that cannot show a character show a question mark instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
