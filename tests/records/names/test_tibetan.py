"""Tibetan script as it is spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.records.names.tibetan import spoken


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("བསྟན་འཛིན", "tendzin"),
        ("རྡོ་རྗེ", "dorje"),  # a letter above is heard after a vowel
        ("རྒྱ་མཚོ", "gyatso"),
        ("བཀྲ་ཤིས", "trashi"),
        ("སྒྲོལ་མ", "drolma"),
        ("ཟླ་བ", "dawa"),
        ("དབང་འདུས", "wangdu"),
        ("གཡང་འཛོམས", "yangdzom"),
        ("དབྱངས་ཅན", "yangchen"),
        ("དགེ་འདུན", "gendun"),
        ("ལྷག་པ", "lhakpa"),
        ("མིག་དམར", "mikmar"),
        ("བསམ་གཏན", "samten"),
        ("གངས", "gang"),  # three letters: the first is the root
        ("བུ་ཁྲིད", "butri"),
        ("ཚེ་བརྟན", "tseten"),
        ("ཀརྨ", "karma"),
        ("པདྨ", "pema"),
        ("པདྨའི", "pema"),
        ("ཨོ་རྒྱན", "orgyen"),
    ],
)
def test_words(written: str, expected: str) -> None:
    assert spoken(written) == expected


def test_names_have_two_syllables_and_what_ends_a_text_is_left_out() -> None:
    assert spoken("བསྟན་འཛིན་རྒྱ་མཚོ་།") == "tendzin gyatso"
    assert spoken("བཀྲ་ཤིས་ ཚེ་རིང") == "trashi tsering"
    assert spoken("ཚེ་རིང་སྐྱིད (A)") == "tsering kyi (A)"


@given(st.text(st.characters(min_codepoint=0x0F00, max_codepoint=0x0FFF), max_size=12))
def test_any_letters_are_read(text: str) -> None:
    found = spoken(text)
    assert not any("\u0f40" <= char <= "\u0fbc" for char in found)
