"""The messages of templates and code, and the shipped catalogues; run as a program it sets these right.

``python tests/unit/catalogue_words.py`` says what each catalogue lacks; with ``--write`` it adds the messages
without words at the end, where a translator puts them, and takes out those that nothing uses.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.frontend import CommandLineInterface
from babel.messages.pofile import escape, read_po

ROOT = Path(__file__).resolve().parents[2]
LOCALES = ROOT / "src" / "syndicate" / "locales"
Message = tuple[str, str]  # the second is "" where there is no plural


@cache
def used() -> dict[Message, str]:
    """Return each message with a file that uses it, as `pybabel extract` and pyproject.toml find them."""
    with TemporaryDirectory() as folder:
        pot = Path(folder) / "messages.pot"
        mapping = str(ROOT / "pyproject.toml")
        command = ["pybabel", "-q", "extract", "-F", mapping, "-o", str(pot), str(ROOT)]
        CommandLineInterface().run(command)  # type: ignore[no-untyped-call]
        with pot.open("rb") as source:
            found = read_po(source)
    return {_key(message.id): message.locations[0][0] for message in found if message.id}


def _key(words: str | list[str] | tuple[str, ...]) -> Message:
    return (words, "") if isinstance(words, str) else (words[0], words[1])


def languages() -> list[str]:
    """Return the tags of the shipped catalogues."""
    return sorted(path.stem for path in LOCALES.glob("*.po"))


@cache
def catalogue(language: str) -> Catalog:
    """Return what is shipped for `language`, read by Babel alone; raises PoFileError."""
    with (LOCALES / f"{language}.po").open("rb") as source:
        return read_po(source, locale=language.replace("-", "_"), abort_invalid=True)


def forms(language: str, message: Message) -> list[str]:
    """Return the words of `message`, one for each plural form; none where the catalogue lacks it."""
    found = catalogue(language).get(message[0])
    if found is None or found.fuzzy or _key(found.id) != message:
        return []
    return [found.string] if isinstance(found.string, str) else list(found.string or ())


def _set_right(language: str, *, write: bool) -> bool:
    """Say what `language` lacks or has too much, and with `write` mend it; tell whether all was well."""
    have = {_key(message.id) for message in catalogue(language) if message.id}
    lacking = [one for one in used() if not all(forms(language, one) or [""])]
    too_many = have - used().keys()
    for message in lacking:
        print(f"{language}: no words for {message[0]!r} ({used()[message]})")
    for message in sorted(too_many):
        print(f"{language}: nothing uses {message[0]!r}")
    if write and (lacking or too_many):
        path = LOCALES / f"{language}.po"
        blocks = path.read_text("utf-8").rstrip("\n").split("\n\n")
        dropped = {f"msgid {escape(one[0])}" for one in too_many}
        kept = [block for block in blocks if not dropped & set(block.splitlines())]
        added = [_entry(language, one) for one in lacking if one not in have]
        path.write_text("\n\n".join([*kept, *added]) + "\n", "utf-8")
    return not lacking and not too_many


def _entry(language: str, message: Message) -> str:
    """Return `message` as an entry without words."""
    if not message[1]:
        return f'msgid {escape(message[0])}\nmsgstr ""'
    several = [f'msgstr[{number}] ""' for number in range(catalogue(language).num_plurals)]
    return "\n".join([f"msgid {escape(message[0])}", f"msgid_plural {escape(message[1])}", *several])


if __name__ == "__main__":
    well = [_set_right(language, write="--write" in sys.argv[1:]) for language in languages()]
    sys.exit(0 if all(well) else 1)
