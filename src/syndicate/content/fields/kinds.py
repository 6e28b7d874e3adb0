"""The table of kinds: what a text begins with -> how its block of fields is read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from syndicate.content.fields import field_list, header_block, json_block, nikola, toml_block, yaml_block
from syndicate.content.fields.block import Block, Read
from syndicate.errors import ContentError

KINDS: Mapping[str, tuple[Read, ...]] = {
    "---": (yaml_block.read, field_list.read),  # reStructuredText may rule a line above its title
    "+++": (toml_block.read,),
    "{": (json_block.read,),
    ".. ": (nikola.read,),
    "<!--": (nikola.read,),
    "": (header_block.read, field_list.read),
}


def read(path: str, text: str) -> Block | None:
    """Return the block of fields that `text`, which has LF line ends, begins with; None where it has none.

    Blank lines may stand above. Raises ContentError with the line where a block is broken.
    """
    start = len(text) - len(text.lstrip("\n \t")) if text[:1] in ("\n", " ", "\t") else 0
    for opening, kinds in KINDS.items():
        if text.startswith(opening, start):
            for kind in kinds:
                found = kind(path, text, start)
                if found is not None:
                    return found
    return None


def name_of_meta(path: str) -> str:
    """Return the name of the ``.meta`` file beside the article at `path`."""
    return f"{PurePosixPath(path).stem}.meta"


def read_meta(path: str, meta: str) -> Block | None:
    """Return the fields of a Nikola ``.meta`` file, whatever kind of block it holds; None of an empty one.

    Raises ContentError for `path`, the article's, where it is broken: the line stands in the message.
    """
    if not meta.strip():
        return None
    try:
        block = read(path, meta)
    except ContentError as error:
        line = f" line {error.line}" if error.line else ""
        raise ContentError(path, f"{name_of_meta(path)}{line}: {error.message}") from None
    return block or nikola.read_bare(meta)
