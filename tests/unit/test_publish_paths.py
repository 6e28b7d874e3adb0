"""Which paths may be published, and what is judged of what lies there."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndicate.publish import manifest
from syndicate.publish.compare import Seen, Verdict, is_ours, judge
from syndicate.publish.manifest import Entry
from syndicate.publish.paths import wrong_with

OURS = Entry("a" * 64, 5, 1)
PROMISE = Entry("a" * 64, 5)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/etc/passwd",
        "../x",
        "a/../../x",
        "a/./x",
        "a//x",
        "a/",
        "a\0b",
        "x" * 256,
        "\udcff.html",
        ".syndicate-manifest.json",
        ".syndicate-drafts/0",
    ],
)
def test_a_path_that_leaves_the_folder_or_fits_none_is_refused(path: str) -> None:
    """A path that is absolute, climbs, is no text or is our own is never published."""
    assert wrong_with(path)


@pytest.mark.parametrize(
    "path", ["index.html", "articles/berita-baru/index.html", "tags/سياسة/rss.xml", "..x"]
)
def test_a_plain_path_is_accepted(path: str) -> None:
    """Names in any script, also ones that begin with dots, are published."""
    assert wrong_with(path) is None


@given(st.text())
@settings(max_examples=200, deadline=None)
def test_an_accepted_path_never_climbs(path: str) -> None:
    """Whatever the text, an accepted path has only real names in it and no root."""
    if wrong_with(path) is None:
        assert not path.startswith("/")
        assert not {"", ".", ".."} & set(path.split("/"))


@pytest.mark.parametrize(
    ("seen", "entry", "verdict"),
    [
        (None, None, Verdict.WRITE),
        (None, OURS, Verdict.WRITE),
        (Seen(5, 1, "new"), None, Verdict.KEEP),
        (Seen(5, 1, "new"), OURS, Verdict.KEEP),
        (Seen(5, 1, "other"), None, Verdict.FOREIGN),
        (Seen(5, 1, "other"), OURS, Verdict.WRITE),
        (Seen(5, 1, "other"), PROMISE, Verdict.FOREIGN),
        (Seen(5, 1, PROMISE.sha256), PROMISE, Verdict.WRITE),
        (Seen(0, 0, ""), None, Verdict.FOREIGN),
        (Seen(0, 0, ""), OURS, Verdict.WRITE),
        (Seen(0, 0, "", folder=True), OURS, Verdict.FOREIGN),
    ],
)
def test_only_what_is_ours_is_overwritten(seen: Seen | None, entry: Entry | None, verdict: Verdict) -> None:
    """What is not listed, or was only promised and has other bytes, belongs to somebody else."""
    assert judge(seen, entry, "new") is verdict


def test_what_is_not_listed_is_never_ours() -> None:
    """A file without an entry may not be deleted."""
    assert not is_ours(Seen(5, 1, "x"), None)


def test_the_list_is_sorted_whatever_order_it_was_filled_in() -> None:
    """Equal lists have equal bytes."""
    one = manifest.dump({"b": OURS, "a": PROMISE})
    other = manifest.dump({"a": PROMISE, "b": OURS})
    assert one == other
    assert one.index(b'"a"') < one.index(b'"b"')
