"""What stands for a name and is none is compared with nobody's, also if it was imported before."""

from __future__ import annotations

import pytest

from uncounted.linkage.names import forms
from uncounted.records.labels import is_label, is_word_for_column
from uncounted.records.names import Name
from uncounted.records.several import may_be_several, speaks_of_others
from uncounted.records.unnamed import is_no_name, is_unknown
from uncounted.records.unplaced import stated
from uncounted.records.unsaid import is_filler


@pytest.mark.parametrize(
    "text", ["NULL", "비공개", "상동", "Witness 3", "피해자 A", "A씨", "Full name", "test", "TBD"]
)
def test_it_has_nothing_to_compare(text: str) -> None:
    assert forms([Name(text)]) == []
    assert [form.is_besides for form in forms([Name(text), Name("김철수")])] == [False]


def test_a_part_that_is_withheld_leaves_the_other() -> None:
    [form] = forms([Name("Kim TBD", "Kim", "TBD")])
    assert form.family
    assert not form.given


@pytest.mark.parametrize("given", ["상동", "Null", "Test"])
def test_a_part_that_may_be_a_name_is_one(given: str) -> None:
    assert not is_unknown(given)
    assert all(form.given for form in forms([Name(f"Kim {given}", "Kim", given)]))


def test_nothing_of_this_is_slow_on_a_long_text() -> None:
    for text in ("김" * 4000, "a " * 2000, "(" * 4000, "the " * 1000, "등 " * 2000, "1, " * 1500):
        found = (is_no_name(text), is_filler(text), is_label(text), is_word_for_column(text))
        assert not any(found[1:])
        assert not speaks_of_others(text)
        assert may_be_several(text) in (True, False)
        assert isinstance(stated(text), str)
