"""Laws of names: what makes no difference to who is meant makes none to what is read."""

from __future__ import annotations

from collections import Counter
from itertools import product
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import forms
from uncounted.records.names import lattice, romanization_tables, surnames, syllables
from uncounted.records.names.forms import LONGEST_LETTERS, Form
from uncounted.records.names.name import Name
from uncounted.records.report import Report

FAMILIES = [row for row in romanization_tables.surnames("KR") if row.share >= 0.1]
SYLLABLE = st.sampled_from(
    sorted(at for at, share in romanization_tables.given_syllables().items() if share == 1)
)
GIVEN = st.lists(SYLLABLE, min_size=2, max_size=2).map("".join)
# Kim Oo Oo is a name with a hidden given name, and 우우 spelt so too; the others say "unknown".
NO_NAMES = {"우우", "미상", "모름", "불상", "불명", "무명"}
GIVEN = GIVEN.filter(lambda given: given not in NO_NAMES)
UNSEEN = "\u200b\u200c\u200d\u2060\ufeff\u202a\u202e\u2066\u2069\u00ad\u061c\u034f\ufe0f\u3164"
ANY = st.text(st.characters(), max_size=30)  # lone surrogates too
Pair = tuple[str, str]  # a family name in Hangul and one of its usual spellings
FAMILY = st.sampled_from(
    [(hangul, latin) for row in FAMILIES for hangul in row.hangul for latin in row.latin]
)
calm = settings(deadline=None, max_examples=80)  # the first call reads tables


def spelt(given: str, style: int) -> tuple[str, ...]:
    """Each syllable in one of three systems."""
    parts = [lattice.romanizations(lattice.of_hangul(part)) for part in given]
    return tuple(part[min(style, len(part) - 1)] for part in parts)


NAMES = st.builds(lambda f, g, s: (f[1], *spelt(g, s)), FAMILY, GIVEN, st.integers(0, 2))


def level(one: str, other: str) -> int:
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate((one, other))]
    return int(levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0])


def is_same(one: str, other: str) -> bool:
    return 1 <= level(one, other) <= levels.NAME_SAME


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("고영수", "Goh Yong Su"), ("고경태", "Goh Kyong Tae"), ("여명태", "Yuh Myoung-tae")),
        *(("김영수", "Kym Yong Su"), ("김영수", "Yong Su Kym"), ("고영란", "Goh Yong Ran")),
    ],
)
def test_a_family_name_spelled_unusually_may_stand_before_what_is_one_too(
    one: str, other: str
) -> None:
    assert is_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("박영수", "Goh Yong Su"), ("고영호", "Goh Yong Su"), ("김영호", "Kym Yong Su")],
)
def test_and_is_no_other_family_name(one: str, other: str) -> None:
    assert not is_same(one, other)


@pytest.mark.parametrize("times", [0, 6, 15])
def test_that_others_are_called_so_makes_no_other_name_of_it(times: int) -> None:
    """Of 300 some are 김영희, which Jin Yingji may be though it is more often 김영길."""
    rest = [
        f"리{one}{other}"
        for one, other in product("철수옥순금성명호향혜미경광일은숙진춘복", repeat=2)
    ][: 300 - times]
    names = ["김영희", "Jin Yingji", *["김영희"] * times, *rest]
    reports = [Report(str(at), "1", (Name(name),)) for at, name in enumerate(names)]
    found = levels.levels(encode(reports), np.array([0]), np.array([1]))[0, 0]
    assert 1 <= found <= levels.NAME_SAME


def read(written: str) -> list[Form]:
    return forms([Name(written)])


@calm
@given(NAMES)
def test_a_name_in_letters_agrees_with_itself(name: tuple[str, str, str]) -> None:
    assert is_same(" ".join(name), " ".join(name))


@calm
@given(st.sampled_from(FAMILIES), GIVEN, st.integers(0, 1))
def test_a_name_in_hangul_agrees_with_its_usual_spelling(
    family: romanization_tables.Surname, given: str, style: int
) -> None:
    latin = " ".join((family.latin[0], *spelt(given, style)))
    # "O Un Oo" is O. Un, and two rings
    assume("oo" not in latin.split() or len(family.latin[0]) > 1)
    for written in family.hangul:
        assert is_same(written + given, latin)


@calm
@given(NAMES)
@example(("o", "u", "gyeong"))
def test_capitals_hyphens_dots_and_spaces_change_nothing(name: tuple[str, str, str]) -> None:
    family, one, two = name
    plain = read(f"{family} {one} {two}")
    for written in (
        f"{family} {one}-{two}",
        f"{family} {one} {two}".upper(),
        f"  {family}   {one}\t{two} ",
        f"{family} {one}‐{two}",
        f"{family.title()} {one.title()} {two.title()}",
        f"Mr. {family} {one} {two}",
    ):
        assert read(written) == plain, written


@calm
@given(NAMES)
def test_the_order_of_the_words_leaves_a_name_the_same(name: tuple[str, str, str]) -> None:
    family, one, two = name
    first = f"{family} {one} {two}"
    for written in (
        f"{one} {two} {family}",
        f"{one}-{two} {family}",
        f"{family.upper()}, {one} {two}",
        f"{one} {two} {family.upper()}",
    ):
        assert is_same(first, written), written


@calm
@given(ANY, st.lists(st.tuples(st.integers(0, 30), st.sampled_from(UNSEEN)), max_size=5))
def test_what_no_one_sees_neither_cuts_nor_changes_a_name(
    text: str, put: list[tuple[int, str]]
) -> None:
    hidden = text
    for at, char in put:
        hidden = hidden[:at] + char + hidden[at:]
    bare = "".join(char for char in text if char not in UNSEEN)
    assert read(hidden) == read(bare)


@calm
@given(FAMILY, GIVEN, st.sampled_from(UNSEEN), st.integers(0, 9))
def test_nor_does_it_change_a_korean_or_an_english_one(
    family: Pair, given: str, char: str, at: int
) -> None:
    for text in (family[0] + given, f"{family[1]} {lattice.latin(given)}".title()):
        assert read(text[:at] + char + text[at:]) == read(text)


@calm
@given(ANY, ANY)
def test_any_two_texts_have_a_level_and_the_same_both_ways(one: str, other: str) -> None:
    assert level(one, other) == level(other, one)
    assert 0 <= level(one, other) < len(NAME)


@calm
@given(ANY)
def test_whatever_is_read_is_small_and_weighs_at_most_one(text: str) -> None:
    for form in read(text):
        for weights in (form.family, form.given):
            assert sum(weights.values()) <= 1 + 1e-9
            assert all(weight > 0 for weight in weights.values())
            assert len(weights) <= lattice.KEPT
        assert all(len(word) <= 2 * LONGEST_LETTERS for word in form.given_letters)


@calm
@given(GIVEN, SYLLABLE, st.integers(0, 1))
def test_one_changed_syllable_is_another_name(given: str, other: str, at: int) -> None:
    changed = given[:at] + other + given[at + 1 :]
    alike = lattice.of_hangul(changed) == lattice.of_hangul(given)
    assert is_same("김" + given, "김" + changed) == alike
    assert NAME[level("김" + given, "박" + changed)] in (
        {"same given, other family"} if alike else {"different", "given slip or near, other family"}
    )


@pytest.mark.exhaustive
def test_one_changed_syllable_is_another_name_in_letters_too() -> None:
    """Kim Chol Su is no 수 김철, who would share a given name with each Kim Chol."""
    usual = [spelt(char, 1)[0].title() for char in "철수영희순자명옥성호은경혜금남일민진혁"]
    families_ = ("Kim", "Ri", "Pak", "Choe", "Jong", "Han", "Song", "Yu", "An")
    sure = [Name(name) for name in ("Pak Kwang Chol", "Hwang Pyol Hyang", "Kim Kwang Hyok")]
    names = [f"{f} {a} {b}" for f in families_ for a in usual for b in usual if a != b]
    for habit in (sure, []):  # the source's habit is clear, or not
        said = [Name(name) for name in names]
        reports = [Report("A", str(at), (name,)) for at, name in enumerate([*said, *habit])]
        encoded = encode(reports)
        brothers = [
            (x, y)
            for x, one in enumerate(names)
            for y in range(x)
            if one.split()[:2] == names[y].split()[:2]
        ]
        left, right = np.array(brothers).T
        shown = Counter(NAME[at] for at in levels.levels(encoded, left, right)[:, 0])
        as_one = sum(n for name, n in shown.items() if name.startswith("same"))
        assert as_one < 0.005 * len(brothers), shown  # Son and Song may be one syllable


@calm
@given(st.integers(0, 11171))
def test_the_first_sound_of_north_and_south_is_folded_once(syllable: int) -> None:
    folded = syllables.fold(syllable)
    assert syllables.fold(folded) == folded
    assert syllable in syllables.unfolded(folded)


def test_weights_of_every_table_sum_to_one() -> None:
    tables = [surnames.han(), surnames.latin(), surnames.pinyin()]
    for word, keys in [*surnames.wide("latin").items(), *surnames.wide("cyrillic").items()]:
        assert sum(keys.values()) == pytest.approx(1, abs=0.35), word  # tails are left out
    for table in tables:
        for word, keys in table.items():
            assert 0.9 <= sum(keys.values()) <= 1 + 1e-9, word


def test_every_family_name_is_one_in_every_script() -> None:
    for row in romanization_tables.surnames("KR"):
        key = lattice.of_hangul(row.hangul[0])
        for text in row.hangul:
            assert key in surnames.hangul()[text]
        for text in row.characters:
            assert key in surnames.han()[text]
        for word in row.pinyin:
            assert key in surnames.pinyin()[word] or row.share < 0.1, word
        for word in row.latin:
            assert word.isascii()
            assert key in surnames.of_latin(word) or max(surnames.of_latin(word).values()) > 0.5


@pytest.mark.parametrize("script", ["latin", "cyrillic"])
def test_spellings_of_a_letter_are_shares(script: Literal["latin", "cyrillic"]) -> None:
    known = romanization_tables.spellings(script)
    for table in (known.onsets, known.vowels, known.codas):
        for shares in table.values():
            assert 0.8 <= sum(shares.values()) <= 1.05
    assert set(known.onsets) == set(romanization_tables.ONSETS)
    assert set(known.vowels) == set(romanization_tables.VOWELS)


def test_a_shorter_lattice_keeps_what_weighs_two_in_a_thousand() -> None:
    """Against every way of cutting, with nothing left out on the way."""

    def cut(letters: str, left: int) -> dict[tuple[int, ...], float]:
        found: dict[tuple[int, ...], float] = {} if letters else {(): 1.0}
        for size in range(1, len(letters) + 1 if left else 1):
            heads = syllables.chunks("latin").get(letters[:size], {})
            tails = cut(letters[size:], left - 1).items() if heads else ()
            for (head, share), (tail, weight) in product(heads.items(), tails):
                row = (head, *tail)
                found[row] = max(found.get(row, 0.0), share * weight)
        return found

    for word in ("yonggil", "chunhui", "myongok", "haneul"):
        ways = [(word, 1.0)] + [(w[0], p) for w, p in lattice._as_written("latin", (word,))[1:]]
        full: dict[tuple[int, ...], float] = {}
        for text, share in ways:
            for row, weight in cut(text, lattice.LONGEST).items():
                scaled = weight * lattice._LENGTHS[len(row)] * share if row else 0.0
                full[row] = max(full.get(row, 0.0), scaled)
        wanted = {row for row, w in full.items() if w >= 0.004 * sum(full.values())}
        assert wanted <= set(lattice.of_latin((word,)))
