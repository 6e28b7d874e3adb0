"""Which addresses the web process answers itself, whatever files there are."""

from __future__ import annotations

from typing import Final

# Folders of the address that syndicate answers under (web.url): what is in one is never a published file.
LINKS: Final = ("unsubscribe", "confirm", "preferences", "account", "move")  # a token is behind each
FOLDERS: Final = (*LINKS, "editions", "subscribe", "api")
_BEGINNINGS: Final = ("/health", *(f"/{name}/" for name in FOLDERS))
_WHOLE: Final = frozenset(f"/{name}" for name in FOLDERS)


def is_answered(path: str) -> bool:
    """Tell whether a request's path is one of those, with or without the slash at its end."""
    return path.startswith(_BEGINNINGS) or path in _WHOLE
