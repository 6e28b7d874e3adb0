"""Letters of no edition, as they are handed to a relay."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from syndicate.digest.single import fill_single
from syndicate.model import Attempt

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
BODY = b"From: <a@example.org>\r\nMessage-Id: <alert.1@example.org>\r\n\r\nMessage-ID: <no@example.org>\r\n"


def attempt(key: str) -> Attempt:
    return Attempt(1, 1, "", "", "", None, "boss@example.org", "", 1, NOW, 1, key)


def test_the_letter_is_the_body_as_it_is() -> None:
    """No byte is changed; sender, recipient and Message-ID are those of envelope and head."""
    letter = fill_single(BODY, attempt("alert/one"), "bounces@example.org")
    assert letter.body is BODY
    assert (letter.sender, letter.recipient) == ("bounces@example.org", "boss@example.org")
    assert letter.message_id == "alert.1@example.org"


def test_a_letter_without_a_message_id_in_its_head_is_refused() -> None:
    """One in the body does not count; a relay would invent another at each attempt."""
    with pytest.raises(ValueError, match="'alert/one' has no Message-ID"):
        fill_single(
            b"From: <a@example.org>\r\n\r\nMessage-ID: <no@example.org>\r\n", attempt("alert/one"), ""
        )


def test_each_key_has_a_file_name_of_its_own() -> None:
    """Names are safe for a folder, readable, and differ where keys do, however long or strange."""
    keys = ["alert/a/b", "alert/a-b", "alert/../../etc", "x" * 500, "x" * 501, "désa/ünï", "/", ".."]
    names = [fill_single(BODY, attempt(key), "").name for key in keys]
    assert len(set(names)) == len(keys)
    assert all("/" not in name and name.isascii() and not name.startswith(".") for name in names)
    assert max(map(len, names)) < 100
    assert names[0].startswith("alert-a-b-")
