"""Names that are not Korean, of which a part is an initial, or written together in one list."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.names.name import Name
from uncounted.records.report import Report

INITIALS = "given initials agree, same family"
# So that lists are read as Ukrainian, or as in no language.
USUAL = ("Бондаренко Олена", "Ткаченко Ірина", "Мельник Оксана", "Коваленко Петро")


def level(one: str, other: str, *beside: str, language: str = "other") -> str:
    """The level of two names on two lists, of which the first has these names as well."""
    reports = [Report("A", "0", (Name(one),)), Report("B", "0", (Name(other),))]
    reports += [Report("A", str(at + 1), (Name(name),)) for at, name in enumerate(beside)]
    encoded = encode(reports, {"A": (language,), "B": (language,)})
    found = levels.levels(encoded, np.array([0]), np.array([1]))
    return str(NAME[found[0, 0]])


@pytest.mark.parametrize(
    ("initial", "whole"),
    [
        ("T. Shevchenko", "Шевченко Тарас Петрович"),
        ("Kharchenko S.", "Харченко Сергей"),
        ("Шевченко Г.", "Hryhorii Shevchenko"),
        ("Яковенко Г.С.", "Yakovenko Heorhii"),
        ("Solomon T.", "ሰሎሞን ተስፋይ"),
        ("Yakovenko H.", "Яковенко Г."),
        ("T. P. Shevchenko", "Шевченко Тарас Петрович"),
        ("T. P. Shevchenko", "Тарас Шевченко"),
        ("K. Ahmadi", "قاسم احمدی"),
        ("Perez J.", "Juan Pérez"),
    ],
)
def test_initials_agree_across_scripts_and_spellings(initial: str, whole: str) -> None:
    assert level(initial, whole, *USUAL) == INITIALS


@pytest.mark.parametrize(
    ("initial", "whole", "expected"),
    [
        ("T. Shevchenko", "Шевченко Олег", "other given, same family"),
        ("T. Shevchenko", "Ткаченко Тарас", "different"),
        ("Perez J.", "Mario Pérez", "other given, same family"),
        ("Иванов И. П.", "Иванов И. А.", "other given, same family"),
        ("J. A. Lopez", "J. M. Lopez", "other given, same family"),
        ("T. O. Shevchenko", "Шевченко Тарас Петрович", "other given, same family"),
        ("P. Shevchenko", "Шевченко Тарас Петрович", "other given, same family"),
    ],
)
def test_other_initials_and_other_family_names(initial: str, whole: str, expected: str) -> None:
    assert level(initial, whole, *USUAL) == expected


@pytest.mark.parametrize(
    ("language", "initial", "whole"),
    [
        ("somali", "X. Warsame", "Xasan Warsame"),
        ("somali", "H. Warsame", "Xasan Warsame"),
        ("somali", "C. Warsame", "Cabdi Warsame"),
        ("bengali", "Z. Chowdhury", "Zahir Chowdhury"),
        ("bengali", "O. Chowdhury", "Omar Chowdhury"),
    ],
)
def test_initials_that_a_pack_writes_otherwise(language: str, initial: str, whole: str) -> None:
    assert level(initial, whole, language=language) == INITIALS


def test_an_initial_of_a_second_family_name_is_not_read() -> None:
    """In Spanish and Slavic names; elsewhere a last letter may be of the given name."""
    spanish = "Jhon Felipe Castro", "Teodoro Rojas Yupanqui"
    in_spanish = functools.partial(level, language="spanish")
    assert in_spanish(f"{spanish[0]} R.", spanish[0]).startswith("same")
    assert in_spanish("Teodoro Rojas Y.", spanish[1]).startswith("in part")
    assert in_spanish("De la Cruz J.", "Juan de la Cruz") == INITIALS
    assert level("Nguyễn Văn A.", "Nguyễn Văn B.") == "other given, same family"
    assert level("Van Dijk J.", "Van Dijk P.") == "other given, same family"


@pytest.mark.parametrize(
    ("one", "other", "beside"),
    [
        ("Mohammadreza Ahmadi", "Mohammad Reza Ahmadi", ("Mohammad Karimi", "Reza Karimi")),
        ("Mohamadreza Ahmadi", "Mohammad Reza Ahmadi", ("Mohammad Karimi", "Reza Karimi")),
        ("صفدرعلي هزاره", "صفدر علی هزاره", ("علی احمدی", "صفدر احمدی")),
        ("اسدالله رحیمی", "اسد الله رحیمی", ("نجیب الله", "اسد کریمی")),
    ],
)
def test_words_that_another_name_writes_apart(
    one: str, other: str, beside: tuple[str, ...]
) -> None:
    assert level(one, other, *beside).startswith("same,")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Abutahir", "Abu Tahir"),
        ("Mohammad Abdulrazzaq", "Mohammad Abdul Razaq"),
        ("Sajidjan", "Sajid Jaan"),
        ("ABDURRAHMAN JUNEJO", "Abdul Rahman Junejo"),
    ],
)
def test_names_that_are_run_together(one: str, other: str) -> None:
    assert level(one, other) == "given slip, family slip"
    assert level(other, one) == "given slip, family slip"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Reza Ahmadi", "Rana Ahmadi", "other given, same family"),  # as many words
        ("Ali Hasan Karimi", "Hasan Karimi", "in part"),
        ("Abutahir", "Abu Karim", "different"),
        ("Ayu", "Ay Yu", "given slip or near"),  # too short to tell
        ("Maryamali", "Maryam Ali Khan", "different"),
        ("Fernandez", "Jo Fernandez", "given not said"),
    ],
)
def test_names_that_are_not_run_together(one: str, other: str, expected: str) -> None:
    assert level(one, other).startswith(expected)


def test_names_that_are_rows_of_syllables_are_not_run_together() -> None:
    for name, run_together in (("အောင်ကျော်မိုး", False), ("김철수", False), ("Abu Tahir", True)):
        found = encode([Report("A", "0", (Name(name),))])
        assert bool(len(found.arrays.joined)) is run_together


def test_a_word_that_a_slip_has_cut_in_two_stays_whole() -> None:
    beside = ("Juan Mar tinez", "Mar Lopez", *(f"{name} Martinez" for name in ("Luis", "Eva")))
    assert level("Juan Martinez", "Juan Martines", *beside) == "same given, family slip"
    assert level("Juan Martinez", "Ana Martinez", *beside).startswith("other given")


def test_an_old_kurdish_letter_is_not_cut() -> None:
    assert level("ئه\u200cحمه\u200cد علی", "ئه\u200cحمه\u200cد علی").startswith("same,")


def test_a_joiner_alone_changes_nothing() -> None:
    assert level("علی\u200cرضا محمدی", "علیرضا محمدی").startswith("same,")


def test_burmese_syllables_in_another_order_are_not_the_same() -> None:
    beside = ("အောင် ကျော်", "ကျော် ဝင်း", "Kyaw Win", "Aung Aung", "U Thein Win")
    found = functools.partial(level, "Aung Kyaw Htet", language="burmese")
    assert found("Aung Kyaw Htet", *beside).startswith("same,")
    assert found("Htet Aung Kyaw", *beside) == "given and family exchanged"
    assert found("Aung Kyaw Htat", *beside) == "same given, family slip"
    assert found("Htat Aung Kyaw", *beside) == "both near, or one near and a slip"


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Sabriya Ahmad Faiq Hasan", "Sabriya Ahmad Faiq", "in part, very"),
        ("Sabriya Ahmad Faiq Hasan", "Ahmad Faiq Hasan", "in part, both names or another"),
        ("Sabriya Ahmad Faiq", "Sabriya Ahmad Jalal", "same given, family near"),
        ("Sabriya Ahmad Faiq", "Zaynab Ahmad Faiq", "other given"),
        ("Sabriya Ahmad", "Sabriya Jalal", "same given, other family"),
        ("Sabriya Ahmad", "Sabrima Jalal", "different"),  # a slip in a common name links many
    ],
)
def test_the_first_word_of_a_name_that_is_compared_by_its_words(
    one: str, other: str, expected: str
) -> None:
    """The given name leads: who lacks it may be the father, not the same person."""
    assert level(one, other, language="arabic").startswith(expected)
