"""Which Burmese cells are in the Zawgyi encoding."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest

from uncounted.records.cells.zawgyi import is_zawgyi

ROOT = Path(__file__).resolve().parents[3]
# As ICU's Zawgyi-my reads them: Aung Kyaw, Myint Than, Daw Khin Mya, Than Htun, Maung Maung,
# Tin Oo, Tin Hla, Mya, Myint Oo.
ZAWGYI = {
    "\u1031\u1021\u102c\u1004\u1039\u1031\u1000\u103a\u102c\u1039": "အောင်ကျော်",
    "\u103b\u1019\u1004\u1039\u1037\u101e\u1014\u1039\u1038": "မြင့်သန်း",
    "\u1031\u1012\u105a\u1001\u1004\u1039\u103b\u1019": "ဒေါ်ခင်မြ",
    "\u101e\u1014\u1039\u1038\u1011\u103c\u1014\u1039\u1038": "သန်းထွန်း",
    "\u1031\u1019\u102c\u1004\u1039\u1031\u1019\u102c\u1004\u1039": "မောင်မောင်",
    "\u1010\u1004\u1039\u1025\u102e\u1038": "တင်ဦး",
    "\u1010\u1004\u1039\u101c\u103d": "တင်လှ",
    "\u103b\u1019": "မြ",
    "\u103b\u1019\u1004\u1039\u1037\u1025\u102e\u1038": "မြင့်ဦး",
}


@pytest.mark.parametrize(("zawgyi", "same"), ZAWGYI.items(), ids=range(len(ZAWGYI)))
def test_zawgyi_is_told_from_the_same_name(zawgyi: str, same: str) -> None:
    assert is_zawgyi(zawgyi)
    assert is_zawgyi(unicodedata.normalize("NFC", zawgyi))
    assert is_zawgyi(f"Aung {zawgyi} 2")
    assert is_zawgyi(f"ကို\u200b{zawgyi}")
    assert not is_zawgyi(same)
    assert not is_zawgyi(unicodedata.normalize("NFC", same))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Aung Kyaw",
        "김철수",
        "မင်္ဂလာ",  # kinzi: asat and virama before a consonant
        "ဗုဒ္ဓ",  # a stacked consonant
        "ကေ ကျေ ကြွေ",  # after a consonant and its medials
        "၀ေ",  # a digit typed for a letter
        "ယောက်ျား",  # a medial after asat
        "က\ufe00ေ",  # a variant of a letter
        "ၵေႃႇ",  # Shan
        "မ\u200dေ",  # a joiner between a letter and its sign
        "ဂၠေံ",  # Mon, with its own medial
    ],
)
def test_other_text_is_not(text: str) -> None:
    assert not is_zawgyi(text)


def test_no_burmese_name_of_tables_and_examples_is() -> None:
    paths = [ROOT / "benchmarks/name_tables/burmese.tsv", *ROOT.glob("examples/burmese/*.csv")]
    words = re.findall(r"[\u1000-\u109f]+", "\n".join(each.read_text() for each in paths))
    assert len(words) > 200
    assert not any(map(is_zawgyi, words))
