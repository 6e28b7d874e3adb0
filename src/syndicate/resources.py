"""Where the files that ship with syndicate lie: inside the wheel, or beside src/ in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def shipped(name: str) -> Path:
    """Return the path of ``templates``, ``content`` or ``config.yaml`` as shipped.

    A wheel carries them in ``syndicate/_data``; an editable install has none, and uses the checkout's.
    """
    packed = _PACKAGE / "_data" / name
    return packed if packed.exists() else _PACKAGE.parents[1] / name
