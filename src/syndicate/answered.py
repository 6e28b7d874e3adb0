"""Which addresses the web process answers itself, whatever files there are."""

from __future__ import annotations

from typing import Final

# Folders of the address that syndicate answers under (web.url): what is in one is never a published file.
FOLDERS: Final = (
    *("unsubscribe", "editions"),
    *("subscribe", "confirm", "preferences", "account", "move", "api"),
)
_BEGINNINGS: Final = ("/health", *(f"/{name}/" for name in FOLDERS))
_WHOLE: Final = frozenset(f"/{name}" for name in FOLDERS)


def is_answered(path: str) -> bool:
    """Tell whether a request's path is one of those, with or without the slash at its end."""
    return path.startswith(_BEGINNINGS) or path in _WHOLE
