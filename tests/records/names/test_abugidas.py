"""Scripts whose consonants have a vowel of their own: spelt with it, other signs kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.linkage.encoding.test_names_by_packs import level

from uncounted.records.names.abugidas import SCRIPTS, spelled_out
from uncounted.records.names.sounds import folded, sounds


@pytest.mark.parametrize(
    ("word", "script", "spelt"),
    [
        ("मोहन", "DEVANAGARI", "mohan"),
        ("कमला", "DEVANAGARI", "kamla"),  # between two syllables the vowel is dropped
        ("राजेन्द्र", "DEVANAGARI", "rajendra"),
        ("মাহমুদ", "BENGALI", "mahmud"),
        ("ਗੁਰਪ੍ਰੀਤ", "GURMUKHI", "guraprit"),
        ("કિશોર", "GUJARATI", "kishor"),
        ("சரவணன்", "TAMIL", "saravanan"),
        ("முருகன்", "TAMIL", "murugan"),
        ("ගුණවර්ධන", "SINHALA", "gunavardhan"),
        ("ബാലൻ", "MALAYALAM", "balan"),  # a letter of n without a vowel
        ("สมชาย", "THAI", "somchay"),
        ("วงศ์คำ", "THAI", "wongkham"),  # a silent letter
        ("สุวรรณ", "THAI", "suwan"),
        ("ใหญ่", "THAI", "yai"),  # a vowel before its consonant
    ],
)
def test_vowels_that_are_not_written(word: str, script: str, spelt: str) -> None:
    assert spelled_out(folded(word), script) == spelt


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("रमेश थापा", "Ramesh Thapa"),
        ("कृष्ण संजय", "Krishna Sanjay"),
        ("राजेन्द्र सिंह", "Rajendra Singh"),
        ("ಕೃಷ್ಣ ಸಂತೋಷ್", "Krishna Santosh"),
        ("సంతోష్ కృష్ణ", "Santosh Krishna"),
        ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "Gurpreet Singh"),
        ("রফিক হাকিম", "Rafik Hakim"),
        ("மோகன் சரவணன்", "Mohan Saravanan"),
        ("සරත් කුමාර", "Sarath Kumara"),
        ("สมชาย วงศ์คำ", "Somchai Wongkham"),
    ],
)
def test_names_agree_with_their_latin_spelling(one: str, other: str) -> None:
    assert level(one, other, "other").startswith("same")


def test_other_names_do_not() -> None:
    assert level("रमेश थापा", "Ramila Thapa", "other") == "other given, same family"
    assert level("สมชาย วงศ์คำ", "Somsak Wongkham", "other") == "other given, same family"


@pytest.mark.parametrize("word", ["བློ", "ສຸກ", "สุดา"])
def test_vowel_signs_are_no_accents(word: str) -> None:
    assert folded(word, as_written=True) == word


LETTERS = st.text(
    st.characters(categories=("Lo", "Mn", "Mc"), min_codepoint=0x900, max_codepoint=0x17FF)
)


@given(LETTERS, st.sampled_from(sorted(SCRIPTS)))
def test_any_letters_are_spelt(word: str, script: str) -> None:
    assert "@" not in spelled_out(word, script)
    assert np.char.isalnum(spelled_out(word, script) or "a")
    sounds(folded(word) or "a")
