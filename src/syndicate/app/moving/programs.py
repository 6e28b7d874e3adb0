"""The programs whose sites can be read. One line each; the first that knows a folder reads it."""

from __future__ import annotations

from pathlib import Path

from syndicate.app.moving import astro, eleventy, hugo, jekyll, nikola, pelican, zola
from syndicate.app.moving.outline import Outline, Program
from syndicate.errors import UsageError

PROGRAMS = (
    Program("Zola", zola.is_here, zola.read),
    Program("Hugo", hugo.is_here, hugo.read),
    Program("Jekyll", jekyll.is_here, jekyll.read),
    Program("Pelican", pelican.is_here, pelican.read),
    Program("Nikola", nikola.is_here, nikola.read),
    Program("Eleventy", eleventy.is_here, eleventy.read),
    Program("Astro", astro.is_here, astro.read),
)


def outline_of(folder: Path) -> Outline:
    """Return what the settings of the site in `folder` say.

    Raises UsageError where it is the site of no program we know, or its settings cannot be read.
    """
    for program in PROGRAMS:
        if program.is_here(folder):
            return program.read(folder)
    names = ", ".join(program.name for program in PROGRAMS)
    raise UsageError(
        f"{folder} is not the folder of a site whose settings we know ({names}); name the folder that holds"
        " its settings, or run init without --from and set content.folder"
    )
