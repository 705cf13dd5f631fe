"""Names of which a part is hidden or cut to its first letters: what is left, and what agrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import forms
from uncounted.records.names import initials as masked
from uncounted.records.names import lattice, romanization_tables, syllables
from uncounted.records.names.initials import PartialName
from uncounted.records.names.name import Name
from uncounted.records.report import Report

INITIALS, FAMILY_ONLY = "given initials agree, same family", "given not said, same family"
OTHER = "other given, same family"


def level(one: str, other: str) -> str:
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate((one, other))]
    found = int(levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])
    return "same" if 1 <= found <= levels.NAME_SAME else NAME[found]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("김○○", PartialName("김")),
        ("김ㅇㅇ", PartialName("김")),  # as it is typed
        ("김**", PartialName("김")),
        ("金某", PartialName("金")),
        ("남궁 모", PartialName("남궁")),
        ("이 아무개", PartialName("이")),
        ("김○수", PartialName("김", initials=("", "s"))),
        ("김철○", PartialName("김", initials=("ct", ""))),
        ("김철수", None),
        ("아무개", None),  # no family name
        ("○○○", None),
        ("김", None),
        ("김○○○○○", None),  # longer than any name
        ("김철?", PartialName("김", initials=("ct", ""))),  # the mark may hide a syllable
        ("김○○?", PartialName("김")),
        ("김철수?", None),  # and here it can only be a doubt
        ("김철수 *", None),
        ("남궁민수?", None),
    ],
)
def test_hidden_names_in_korean(text: str, left: PartialName | None) -> None:
    found = masked.korean("".join(text))
    assert (found and attrs_of(found)) == (left and attrs_of(left))


def attrs_of(name: PartialName) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return name.family, name.family_initial, name.given, name.initials


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("kim c. s.", [PartialName("kim", initials=("c", "s"))]),
        ("kim c.s.", [PartialName("kim", initials=("c", "s"))]),
        ("kim cs", [PartialName("kim", initials=("c", "s"))]),
        ("c.s. kim", [
            PartialName("kim", initials=("c", "s")),
            PartialName(family_initial="c", initials=("s", "k")),  # as K. C. Su is 김철수
        ]),
        ("kim ch. s.", [
            PartialName("kim", initials=("c", "h", "s")), PartialName("kim", initials=("c", "s"))
        ]),
        ("kim xx", [PartialName("kim")]),
        ("kim oo", [PartialName("kim")]),
        ("k. c. s.", [
            PartialName(family_initial="k", initials=("c", "s")),
            PartialName(family_initial="s", initials=("k", "c")),
        ]),
        ("k. chol-su", [PartialName(family_initial="k", given=("chol", "su"))]),
        ("o jin u", []),  # whole syllables
        ("kim c su", []),  # in the middle: an initial of what?
        ("kim chol su", []),
        ("k.", []),  # too little
        ("", []),
    ],
)  # fmt: skip
def test_initials_in_letters(text: str, left: list[PartialName]) -> None:
    assert [attrs_of(name) for name in masked.words(text)] == [attrs_of(name) for name in left]


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("김철수", "Kim C. S.", INITIALS),
        ("김철수", "Kim Ch. S.", INITIALS),
        ("김철수", "K. C. S.", "not said"),  # letters alone are too little, for or against
        ("김철수", "P. C. S.", "not said"),
        ("김철수", "Kim P. S.", OTHER),
        ("김철수", "Kim C. H.", OTHER),
        ("김철수", "Lee C. S.", "different"),
        ("김철수", "김○○", FAMILY_ONLY),
        ("Kim Chol Su", "김○○", FAMILY_ONLY),
        ("金哲洙", "김○○", FAMILY_ONLY),
        ("김철수", "김○호", OTHER),
        ("김○○", "김○○", FAMILY_ONLY),
        ("김○○", "김모", FAMILY_ONLY),
        ("김○○", "Kim C. S.", FAMILY_ONLY),
        ("Kim C. S.", "C.S. Kim", INITIALS),
        ("리영희", "Lee Y. H.", INITIALS),
        ("리영희", "Ri Y. H.", INITIALS),
        ("박정희", "Park C. H.", INITIALS),  # Chung Hee
        ("박정희", "Park J. H.", INITIALS),  # Jong Hui
        ("림수경", "Im S. K.", INITIALS),
        ("림수경", "Rim S. G.", INITIALS),
        ("김철", "Kim C.", INITIALS),
        ("김철", "Kim C. S.", OTHER),  # one syllable is not two
    ],
)
def test_what_is_left_agrees_with_what_it_may_be(one: str, other: str, expect: str) -> None:
    assert level(one, other) == level(other, one) == expect


SYLLABLE = st.sampled_from(
    sorted(at for at, share in romanization_tables.given_syllables().items() if share == 1)
)


@settings(deadline=None, max_examples=80)
@given(SYLLABLE, SYLLABLE, st.integers(0, 2))
def test_initials_of_a_name_agree_with_it_and_are_never_the_name(
    one: str, two: str, style: int
) -> None:
    assume(masked.titled(f"김{one}{two}") is None)  # 김미상: Kim, unknown
    first, second = (lattice.romanizations(lattice.of_hangul(part)) for part in (one, two))
    initials = f"{first[style % len(first)][0]}. {second[style % len(second)][0]}."
    assert level(f"김{one}{two}", f"Kim {initials}") == INITIALS


@given(SYLLABLE)
def test_a_syllable_begins_with_what_its_spellings_begin_with(syllable: str) -> None:
    (folded,) = lattice.of_hangul(syllable)
    letters = syllables.first_letters(folded)
    assert letters
    assert {word[0] for word in lattice.romanizations((folded,))} <= letters
    mask = masked.given_mask([(folded,)], ())
    assert mask == masked.NONE | sum(1 << (ord(letter) - ord("a")) for letter in letters)


def test_masks_of_several_readings_admit_each_of_them() -> None:
    readings = [lattice.of_hangul(text) for text in ("철수", "춘", "영일")]
    whole = masked.given_mask(readings, ())
    for reading in readings:
        part = masked.given_mask([reading], ())
        assert part & whole == part
    assert masked.given_mask([], ()) == 0
    for initials, admitted in ((("c", "s"), True), (("k", "s"), False), (("c", "y"), False)):
        masks = (masked.given_mask([], initials), masked.given_mask(readings[:1], ()))
        first, second = (1 << 26) - 1, ((1 << 26) - 1) << 26
        assert all(masks[0] & masks[1] & part for part in (first, second)) == admitted


@pytest.mark.parametrize(
    "text",
    [
        *("남궁씨", "남궁 씨", "황보 여사", "선우선생님", "南宮先生"),
        *("남궁씨(35)", "황보 씨(여)", "선우씨, 35", "독고씨 (사망)"),
    ],
)
def test_a_family_name_of_two_syllables_with_a_title_is_one(text: str) -> None:
    """Without its title it would be a family name of one, and a given name."""
    (form,) = forms((Name(text),), None)
    assert form.family
    assert not form.given
    two = "".join(text.split())[:2]
    assert level(text, two + "민수") not in (NAME[levels.NAME_AGREES + 1], "different")
    assert any(one.given for one in forms((Name("김철씨"),), None))


@pytest.mark.parametrize("text", ["김 모씨", "김모씨", "김 모씨(35)", "김 모 양(17)", "김모군"])
def test_a_certain_kim_is_a_family_name_alone(text: str) -> None:
    """김 모씨 is no 모씨 of the family 김, whom every other would be, too."""
    assert [form.given for form in forms((Name(text),), None)] == [{}]
    assert level(text, "김철수") not in ("same", "different", "other given, same family")


@pytest.mark.parametrize(
    "text", ["김철수?", "김철수*", "金哲洙?", "김철수 ?", "김철수(?)", "김 철수?"]
)
def test_a_mark_of_doubt_after_a_whole_name_hides_nothing(text: str) -> None:
    assert level(text, "김철수") == "same"
    assert level(text, "김철호") == OTHER
    assert forms((Name("x", "김", "철수?"),)) == forms((Name("x", "김", "철수"),))
