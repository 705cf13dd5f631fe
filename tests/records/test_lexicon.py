"""The lexicon of free-text cells: each word once, and each meaning used."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

import uncounted
from uncounted.records import lexicon

SRC = Path(uncounted.__file__).parent


def test_each_word_of_a_language_stands_once() -> None:
    entries = [(word, language) for word, language, _ in lexicon._entries()]
    assert len(entries) == len(set(entries)) > 1000
    assert all(word == word.strip() and word for word, _ in entries)


def test_each_meaning_is_used_by_a_pattern() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in (SRC / "records").rglob("*.py"))
    meanings = {meaning for _, _, means in lexicon._entries() for meaning in means}
    unused = {each for each in meanings if not re.search(rf"""[{{|"]{each}[}}|:" ]""", text)}
    assert unused == set()


def test_the_lexicon_is_shipped_and_says_what_it_is_for() -> None:
    file = resources.files("uncounted.records").joinpath("lexicon.csv")
    assert file.read_text(encoding="utf-8").startswith("# Words that stand in cells")


def test_a_pattern_of_a_meaning_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="no word of the lexicon"):
        lexicon.pattern("{kinn}")
