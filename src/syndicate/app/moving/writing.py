"""The shipped configuration, with what was found out about a site put in. Pure."""

from __future__ import annotations

import os.path
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from syndicate import yamldoc
from syndicate.app.moving.outline import FoundRule, Outline
from syndicate.configtypes import parse_language, parse_url, parse_zone
from syndicate.links import check_pattern


def usable(found: Outline) -> Outline:
    """Return `found` without what the configuration cannot hold; `unknown` says what that was."""
    unknown = list(found.unknown)
    said = {"title": found.title, "url": found.url, "language": found.language, "timezone": found.timezone}
    checks: Mapping[str, Callable[[str], str]] = {
        "url": parse_url,
        "language": parse_language,
        "timezone": lambda value: parse_zone(value).key,
    }
    for name, what in (("title", "the title"), ("url", "its address"), ("language", "the language")):
        if not said[name]:
            unknown.insert(0, f"{what}: the settings do not say")
    for name, check in checks.items():
        try:
            said[name] = check(said[name]) if said[name] else ""
        except ValueError as error:
            unknown.insert(0, f"the {name} {said[name]!r}: {error}")
            said[name] = ""
    rules = [rule for rule in map(_usable_rule, found.rules) if rule]
    languages = {folder: tag for folder, said in found.languages.items() if (tag := _usable_language(said))}
    return replace(found, **said, rules=rules, languages=languages, unknown=unknown)  # type: ignore[arg-type]


def _usable_language(tag: str) -> str:
    try:
        return parse_language(tag)
    except ValueError:
        return ""


def _usable_rule(rule: FoundRule) -> FoundRule | None:
    try:
        check_pattern(rule.pattern)
        return replace(rule, language=parse_language(rule.language) if rule.language else "")
    except ValueError:
        return None


def with_outline(text: str, found: Outline, folder: Path) -> str:
    """Return the configuration `text` for a file in `folder` with the site's content, links and feeds.

    Where `folder` is the site's own, our files go to ``feeds``: ``public`` may be where the pages lie.
    """
    text = put(text, "content", "folder", yamldoc.quote(_relative(found.content, folder)))
    if found.exclude:
        text = put(text, "content", "exclude", _list(found.exclude))
    if found.languages:
        text = put(text, "content", "languages", _map(found.languages))
    if folder_for_files(found, folder) != "public":
        text = put(text, "publish", "folder", folder_for_files(found, folder))
    if found.feeds:
        text = put(text, "feeds", "paths", _map(found.feeds))
        text = put(text, "feeds", "formats", _list(list(found.feeds)))
    if found.items:
        text = put(text, "feeds", "items", str(min(found.items, 10_000)))
    lines = [f"  - {_map(_shown(rule))}" for rule in found.rules]
    rules = "\n".join(
        ["links:  # where the pages of articles lie; the first rule that is for one counts", *lines]
    )
    block = f"pages: false  # {found.program} makes the pages\n\n{rules if lines else 'links: []'}\n\n"
    text = re.sub(r"(?m)^(?:pages: .*\n\n?|links:.*\n(?:[ \t].*\n|#.*\n)*\n?)", "", text)
    return re.sub(r"(?m)^feeds:", lambda _: f"{block}feeds:", text, count=1)


def folder_for_files(found: Outline, folder: Path) -> str:
    """Return the name of the folder that our files go to, beside the configuration in `folder`."""
    ours = os.path.realpath(folder)
    theirs = os.path.realpath(found.built) if found.built else ""
    return "feeds" if theirs.startswith(f"{ours}{os.sep}") else "public"


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(os.path.realpath(path), os.path.realpath(folder))).as_posix()


def _shown(rule: FoundRule) -> Mapping[str, str]:
    named = {"pattern": rule.pattern, "folder": rule.folder, "language": rule.language, "like": rule.like}
    return {name: value for name, value in named.items() if value}


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(yamldoc.quote(value) for value in values)}]"


def _map(values: Mapping[Any, str]) -> str:
    return f"{{{', '.join(f'{_key(name)}: {yamldoc.quote(value)}' for name, value in values.items())}}}"


def _key(name: str) -> str:
    """Return a name as a key; that of a folder may be anything."""
    return name if re.fullmatch(r"[A-Za-z_][\w./-]*", name, re.ASCII) else yamldoc.quote(name)


def put(text: str, section: str, key: str, value: str) -> str:
    """Return the YAML `text` with ``section.key`` set; a comment behind it stays in its column.

    A setting that stands there as a comment is set in its place; one that does not is put first.
    """
    head = re.search(rf"(?m)^{section}:[ \t]*(?:#.*)?\n", text)
    if head is None:
        return f"{text.rstrip()}\n\n{section}:\n  {key}: {value}\n"
    end = re.search(r"(?m)^(?=[^\s#])|\Z", text[head.end() :])
    block = text[head.end() : head.end() + (end.start() if end else 0)]
    line = f"  {key}: {value}"
    for mark in ("", "# ?"):
        there = re.search(rf"(?m)^  {mark}{key}:(?: |$)[^#\n]*(?P<comment>#.*)?$", block)
        if there:
            comment = there["comment"] or ""
            width = there.start("comment") - there.start() if comment else 0
            new = f"{line}  ".ljust(width) + comment if comment else line
            return (
                text[: head.end()]
                + block[: there.start()]
                + new
                + block[there.end() :]
                + text[head.end() + len(block) :]
            )
    return f"{text[: head.end()]}{line}\n{text[head.end() :]}"
