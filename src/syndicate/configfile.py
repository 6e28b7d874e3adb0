"""Reads config.yaml and turns every fault in it into one line with file, line and column."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from syndicate import yamldoc
from syndicate.config import NOT_SET, Config, field_names
from syndicate.configmail import mail_faults
from syndicate.errors import ConfigError
from syndicate.yamldoc import Document, Location

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")
_STAND_INS: dict[str, dict[str, Any]] = {  # of RFC 2606's reserved names
    "publication": {"title": "-", "url": "http://publication.invalid"},
    "mail": {"from": "-@mail.invalid"},
}
_PLAIN = {
    "missing": "is required",
    "extra_forbidden": "is not a setting",
    "string_type": "must be a text",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "model_type": "must hold settings, one to a line below it",
    "dict_type": "must hold settings, one to a line below it",
    "model_attributes_type": "must hold settings, one to a line below it",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "too_short": "must not be empty",
    "string_pattern_mismatch": "must be lower-case letters, digits, - and _",
}


def load_config(path: Path, environment: Mapping[str, str] = os.environ) -> Config:
    """Return the configuration in the file at `path`.

    Raises ConfigError with every fault at once, each as ``config.yaml:14:9: mail.smtp.port: …``.
    """
    name = str(path)
    if path.is_dir():
        path = path / "config.yaml"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        hint = "run `syndicate init` to make one, or name yours with --config FILE"
        raise ConfigError([f"{name}: there is no such file; {hint}"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError([f"{name}: is not UTF-8 (byte {error.start}); save it as UTF-8"]) from None
    except OSError as error:
        raise ConfigError([f"{name}: cannot be read: {error.strerror}"]) from None
    return parse_config(text, name=name, base=path.absolute().parent, environment=environment)


def parse_config(text: str, *, name: str, base: Path, environment: Mapping[str, str]) -> Config:
    """Return the configuration in `text`; see `load_config`."""
    unset: list[tuple[Location, str]] = []

    def substitute(value: str, location: Location) -> str:
        def one(match: re.Match[str]) -> str:
            fallback: str | None = match[2]
            found = environment.get(match[1], fallback)
            if found is None:
                unset.append((location, match[1]))
            return found or ""

        return _VARIABLE.sub(one, value)

    try:
        document = yamldoc.load(text, substitute=substitute)
    except yamldoc.YamlError as error:
        raise ConfigError([f"{name}:{error.line}:{error.column}: {error.message}"]) from None
    return _validate(document, unset, name=name, base=base)


def _validate(document: Document, unset: list[tuple[Location, str]], *, name: str, base: Path) -> Config:
    faults: list[tuple[Location, bool, str]] = [
        (location, True, "is given twice") for location, _ in document.duplicates
    ]
    data = document.data if document.data is not None else {}
    if not isinstance(data, dict):
        raise ConfigError([f"{name}:1:1: must hold settings such as publication: and mail:"])
    faults += [((one,), True, "is not a setting") for one in NOT_SET if one in data]
    read = {"base": base, "file": name}
    config, found = _parse(data, read)
    faults += found
    # the settings that are good alone are still held against each other
    judged = config or _parse(_without(data, [location for location, _, _ in found]), read)[0]
    uses_smtp = isinstance(data.get("mail"), dict) and data["mail"].get("transport") == "smtp"
    for location, variable in unset:
        if uses_smtp or location[:2] not in (("mail", "smtp"), ("mail", "relays")):
            faults.append((location, False, f"the environment variable {variable} is not set"))
    if judged is not None:
        faults += _between_settings(judged)
    if config is None or faults:
        placed = sorted(
            (_place(document, location, at_key), location, text) for location, at_key, text in faults
        )
        lines = [f"{name}:{line}:{column}: {_dotted(loc)}: {text}" for (line, column), loc, text in placed]
        raise ConfigError(list(dict.fromkeys(lines)), judged)
    return config


def _parse(
    data: dict[str, Any], read: dict[str, Any]
) -> tuple[Config | None, list[tuple[Location, bool, str]]]:
    """Return the configuration that was `read` there, or None and what is wrong with it."""
    try:
        return Config.model_validate({**data, **read}, context=read), []
    except ValidationError as error:
        return None, [
            _from_pydantic(detail) for detail in error.errors(include_input=False, include_url=False)
        ]


def _without(data: dict[str, Any], locations: Sequence[Location]) -> dict[str, Any]:
    """Return a copy of `data` that lacks what stands at `locations`, with stand-ins for what is required.

    Of a list all goes, since a part of it may mean something else.
    """
    copy = deepcopy(data)
    for location in locations:
        inner: Any = copy
        *way, last = _settings(location)
        for part in way:
            inner = inner.get(part) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            inner.pop(last, None)
    for section, required in _STAND_INS.items():
        there = copy.setdefault(section, {})
        for name, value in required.items() if isinstance(there, dict) else ():
            there.setdefault(name, value)
    return copy


def _settings(location: Location) -> Location:
    """Return the part of `location` that leads to a setting, without the place in a list."""
    numbers = [index for index, part in enumerate(location) if isinstance(part, int)]
    return location[: numbers[0]] if numbers else location


def _from_pydantic(detail: Any) -> tuple[Location, bool, str]:
    """Return where, whether at the key, and what, in our own words where pydantic's are a programmer's."""
    location = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    message = _PLAIN.get(kind) or detail["msg"].removeprefix("Value error, ")
    if kind == "tuple_type":
        message = f"must be a list{' such as [mon, tue]' if location[-1] == 'days' else ', one to a dash'}"
    message = message.replace("Input should be", "must be")
    if kind == "extra_forbidden":
        near = get_close_matches(str(location[-1]), field_names(*location[:-1]), n=1, cutoff=0.5)
        message += f"; did you mean {near[0]}?" if near else _known(location)
    return location, kind == "extra_forbidden" or "[key]" in detail["loc"], message


def _known(location: Location) -> str:
    names = field_names(*location[:-1])
    return f"; known here: {', '.join(names)}" if names else ""


def _between_settings(config: Config) -> Sequence[tuple[Location, bool, str]]:
    """Return faults that lie between two settings, each of which is good alone."""
    faults: list[tuple[Location, bool, str]] = []
    publish, content, var = config.publish.folder, config.content.folder, config.var
    real = {folder: Path(os.path.realpath(folder)) for folder in (publish, content, var, config.mail.folder)}

    def overlap(one: Path, other: Path) -> bool:
        return real[one].is_relative_to(real[other]) or real[other].is_relative_to(real[one])

    if overlap(publish, content):
        faults.append((("publish", "folder"), False, "overlaps content.folder; choose a folder of its own"))
    private = "what is in it is private"
    if overlap(content, var):
        faults.append((("content", "folder"), False, f"overlaps the database's folder; {private}"))
    if overlap(publish, var):
        faults.append((("publish", "folder"), False, f"overlaps the database's folder; {private}"))
    faults += _places_between(config)
    if overlap(publish, config.mail.folder):
        faults.append((("mail", "folder"), False, f"overlaps publish.folder; {private}"))
    if config.sqlite_path is None and not config.database.url.startswith(
        ("postgresql://", "postgresql+psycopg://")
    ):
        text = "must start with sqlite:/// or postgresql://"
        faults.append((("database", "url"), False, text))
    return [*faults, *((place, False, text) for place, text in mail_faults(config.mail))]


def _places_between(config: Config) -> list[tuple[Location, bool, str]]:
    """Return the folders of `publish.to` that are in another one's way, or would show what is private."""
    others = {
        "publish.folder": config.publish.folder,
        "content.folder": config.content.folder,
        "the database's folder": config.var,
        "mail.folder": config.mail.folder,
    }
    faults: list[tuple[Location, bool, str]] = []
    for number, place in enumerate(config.publish.to):
        if place.folder is None:
            continue
        there = Path(os.path.realpath(place.folder))
        for name, folder in others.items():
            real = Path(os.path.realpath(folder))
            if there.is_relative_to(real) or real.is_relative_to(there):
                text = f"{place.url} overlaps {name}; choose a folder of its own"
                faults.append((("publish", "to", number, "url"), False, text))
    return faults


def place(path: Path, name: str, location: Location) -> str:
    """Return where a setting, or the nearest one around it, stands in the file: ``config.yaml:21:8``."""
    try:
        document = yamldoc.load(path.read_text("utf-8-sig"))
    except (OSError, ValueError):
        return name
    line, column = _place(document, location, at_key=False)
    return f"{name}:{line}:{column}"


def _place(document: Document, location: Location, at_key: bool) -> tuple[int, int]:
    """Return line and column of `location`, or of the nearest setting around it that is there."""
    listed = location[:1] == ("links",) and ("links", 0) in document.positions  # a list stands for its rules
    location = tuple(part for part in location if part != "rules") if listed else location
    for length in range(len(location), 0, -1):
        position = document.positions.get(tuple(location[:length]))
        if position:
            if at_key or length < len(location):
                return position.key_line, position.key_column
            return position.line, position.column
    return 1, 1


def _dotted(location: Location) -> str:
    return ".".join(str(part) for part in location)
