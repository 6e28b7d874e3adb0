"""Which spellings are one name."""

from __future__ import annotations

import unicodedata
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.spelling import folded


@pytest.mark.parametrize(
    "names",
    [
        ("Café", "CAFE", "cafe", "Cafe\u0301", " café "),
        ("Olah Raga", "olahraga", "Olah-raga", "OLAH  RAGA", "olah_raga", "Olah - Raga"),
        ("Straße", "STRASSE", "strasse", "STRAẞE"),
        ("Işık", "IŞIK", "isik"),
        ("Đà Nẵng", "da nang"),
        ("C++", "c ++", "Ｃ＋＋"),
        ("أخبار", "اخبار"),
        ("می‌خواهم", "میخواهم"),
    ],
)
def test_spellings_of_one_name(names: tuple[str, ...]) -> None:
    """Case, accents, spaces and hyphens within words do not count, nor how Unicode writes it."""
    assert len(set(map(folded, names))) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("C", "C++", "C#", "C-"),
        ("...", "tag", "!"),
        ("R&B", "RB"),
        ("ガス", "カス"),
        ("हिंदी", "हिदी"),
    ],
)
def test_names_that_are_several(names: tuple[str, ...]) -> None:
    """Signs count, and marks that make another letter."""
    assert len(set(map(folded, names))) == len(names)


ACCENTS = st.sampled_from(["", "\u0301", "\u0308", "\u0327", " ", "\u00a0", "\u200d"])


Form = Literal["NFC", "NFD", "NFKC", "NFKD"]


@given(st.text(max_size=12), ACCENTS, st.sampled_from(get_args(Form)))
def test_a_name_is_one_however_it_is_written(name: str, accent: str, form: Form) -> None:
    """In capitals or not, composed or not, with accents or spaces anywhere, folded once or twice."""
    once = folded(name)
    for spelt in (once, name.upper(), name.lower(), name.title(), accent.join(name) + accent):
        assert folded(spelt) == once
    assert folded(unicodedata.normalize(form, name)) == once


@given(st.text(max_size=12), st.sampled_from("+#!?&/.,@"))
def test_a_sign_more_is_another_name(name: str, sign: str) -> None:
    """What nobody reads over is never folded away."""
    assert folded(name + sign) != folded(name)
