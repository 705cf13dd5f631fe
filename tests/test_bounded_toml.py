"""Limits of TOML: what would take minutes is refused at once, and what is used is not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from uncounted import bounded_toml
from uncounted.errors import BadMapping
from uncounted.publish.plan import Plan
from uncounted.records.intake import mapping_toml

HOSTILE = [
    (".".join("a" * 50_000) + " = 1", "line 1: more than 50 dots outside quotation marks"),
    ("\n[" + ".".join(['"a"'] * 50_000) + "]", "line 2: more than 50 dots"),
    ("a = {" + ".".join("a" * 50_000) + " = 1}", "more than 50 dots"),
    ("a = " + "[" * 50_000, "nested too deeply"),
    ("a = " + "{a=" * 50_000, "nested too deeply"),
    ('a = "' + "x" * bounded_toml.LONGEST + '"', "more than 1,048,576 characters"),
    ("a = " + "9" * 5_000, "has a number with thousands of digits"),
    ("a = " + "1_" * 5_000 + "1", "has a number with thousands of digits"),
]


@pytest.mark.parametrize(("text", "words"), HOSTILE)
def test_hostile_toml_is_refused_at_once(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "hostile.toml"
    file.write_text(text)
    began = time.process_time()
    for read in (mapping_toml.read, Plan.parse):
        for source in (file, text):
            with pytest.raises(BadMapping, match=words) as caught:
                read(source)
            assert caught.value.hint
    assert time.process_time() - began < 2


@pytest.mark.parametrize("quote", ['"', "'"])
def test_dots_in_a_text_or_a_comment_are_no_key(quote: str) -> None:
    text = f"title = {quote}{'3.5 ' * 100}{quote} # {'.' * 100}\nlow.key = 1"
    assert bounded_toml.loads(text, "the plan")["low"] == {"key": 1}


def test_quotation_marks_without_end_take_no_time() -> None:
    began = time.process_time()
    with pytest.raises(BadMapping, match="not TOML"):
        mapping_toml.read("a.b" * 20 + '\\"' * 400_000 + "\\\n" + '"\\"' * 50_000 + "." * 60)
    assert time.process_time() - began < 2


def test_a_mapping_of_thousands_of_words_is_read() -> None:
    words = "".join(f'"word {number}" = "return"\n' for number in range(10_000))
    assert len(mapping_toml.read("[values]\n" + words)["values"]) == 10_000
