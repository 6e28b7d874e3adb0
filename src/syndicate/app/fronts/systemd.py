"""The service of a publication for systemd. Pure but for reading the template."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from syndicate.app.fronts.quoting import comment, plain, systemd_argument, systemd_path, systemd_word
from syndicate.config import Config
from syndicate.i18n import SOURCE_LANGUAGE
from syndicate.templating import Templates

USER: Final = "syndicate"
_HOMES: Final = tuple(map(Path, ("/home", "/root", "/run/user")))
_TEMPORARY: Final = tuple(map(Path, ("/tmp", "/var/tmp")))  # noqa: S108 - not written to


def systemd_unit(config: Config, templates: Templates, *, command: Sequence[str], config_file: Path) -> str:
    """Return the unit that starts `command`, an absolute path and its arguments, with `config_file`.

    Raises TemplateFault, and SyndicateError where systemd cannot take a name.
    """
    writes = _written(config)
    needed = [*writes, config.base, config.content.folder, config_file, Path(command[0])]
    whole = [*command, "--config", str(config_file), "run"]
    plain("".join(map(str, needed)), "for systemd")
    return templates.render(
        "setup/systemd.txt",
        language=SOURCE_LANGUAGE,
        zone=ZoneInfo("UTC"),
        about=comment(f"{config.publication.title}, {config.publication.url}"),
        description=comment(f"syndicate: {config.publication.title}").replace("%", "%%"),
        user=USER,
        base=systemd_path(str(config.base)),
        command=" ".join([systemd_word(whole[0]), *map(systemd_argument, whole[1:])]),
        writes=" ".join(systemd_word(str(path)) for path in writes),
        home=comment(shlex.quote(str(config.base))),
        folders=comment(" ".join(shlex.quote(str(path)) for path in writes)),
        in_home=_any_below(needed, _HOMES),
        in_tmp=_any_below(needed, _TEMPORARY),
        capability="CAP_NET_BIND_SERVICE" if config.web.listen[1] < 1024 else "",
    )


def _written(config: Config) -> list[Path]:
    """Return the folders that syndicate writes to, none inside another."""
    places = [place.folder for place in config.publish.to if place.folder]
    mail = [config.mail.folder] if config.mail.transport == "folder" else []
    wanted = sorted({config.var, config.publish.folder, *mail, *places})
    return [one for one in wanted if not any(one != other and one.is_relative_to(other) for other in wanted)]


def _any_below(paths: Iterable[Path], folders: Sequence[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)
