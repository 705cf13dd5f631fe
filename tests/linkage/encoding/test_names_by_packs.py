"""Pairs of names that are not Korean, as the packs of their languages read them."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from uncounted.linkage.comparison import levels
from uncounted.linkage.comparison.name_levels import NAME
from uncounted.linkage.encoding.encode import encode
from uncounted.records.cells.name_parser import holds_more
from uncounted.records.names.general import father_in, words
from uncounted.records.names.languages.pack import languages
from uncounted.records.names.name import Name
from uncounted.records.names.sounds import script_of
from uncounted.records.report import Report

WELDU, SELAM, YONAS = "Gebremedhin Weldu", "ሰላም ተስፋይ", "ዮናስ ገብረመድህን"


def level(one: str, other: str, language: str) -> str:
    """The level of two names, each on a list of its own whose mapping states the language."""
    reports = [
        Report(source, "1", (Name(text),)) for source, text in zip("AB", (one, other), strict=True)
    ]
    encoded = encode(reports, {"A": (language,), "B": (language,)})
    return NAME[int(levels.levels(encoded, np.array([0]), np.array([1]))[0, 0])]


def is_same(found: str) -> bool:
    return found.startswith("same")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ဇော်၀င်း", "ဇော်ဝင်း"),  # zero for wa
        ("ကို၀င်းအောင်", "Win Aung"),
        ("၀ါ၀ါထွန်း", "ဝါဝါထွန်း"),
        ("မယဥ်မာ", "ယဉ်မာ"),  # u for nya
        ("ဥာဏ်ထွန်း", "ဉာဏ်ထွန်း"),
        ("၇ဲမင်း", "ရဲမင်း"),  # seven for ra
        ("သိင်္ဂီမာ", "Theingi Mar"),
    ],
)
def test_burmese_letters(one: str, other: str) -> None:
    assert is_same(level(one, other, "burmese"))
    assert not holds_more(one)


@pytest.mark.parametrize("text", ["အောင်ကျော် ၂၀", "အောင်ကျော် ၂၀နှစ်", "အောင်ကျော် ၇နှစ်"])
def test_burmese_numbers_beside_a_name_stay_numbers(text: str) -> None:
    assert holds_more(text)


@pytest.mark.parametrize("stated", ["ethiopic", "other"])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ወ/ገብርኤል ሰሎሞን", "Weldegebriel Solomon"),
        ("ገ/መድህን ወልዱ", WELDU),
        ("ዮናስ ተስፋይ ወ/ሚካኤል", "Yonas Tesfay Weldemichael"),  # no second name
        ("ዶ/ር ዮናስ ኃ/ማርያም", "Yonas Hailemariam"),
        ("ወ/ሮ ሰላም ተስፋይ", "Selam Tesfay"),
        ("ወ/ሪት ሰላም ገ/ መድህን", "Selam Gebremedhin"),
        ("አቶ ዮናስ ተስፋይ", "Yonas Tesfay"),
    ],
)
def test_abbreviations_in_ethiopic_script(one: str, other: str, stated: str) -> None:
    assert is_same(level(one, other, stated))
    assert not holds_more(one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("G/Medhin Weldu", WELDU),
        ("Yonas G/Medhin", YONAS),
        ("Yonas G.Medhin", YONAS),
        ("W/Michael Yonas", "ወልደሚካኤል ዮናስ"),
        ("T/Haimanot Gebru", "Tekle Haimanot Gebru"),
        ("Yonas H/Mariam", "ዮናስ ሀ/ማርያም"),
        ("W/ro Selam Tesfay", SELAM),
    ],
)
def test_ethiopian_abbreviations_in_latin_letters(one: str, other: str) -> None:
    assert is_same(level(one, other, "ethiopic"))


def test_names_beside_a_slash_and_initials_are_no_abbreviations() -> None:
    assert is_same(level("Yonas Tesfay / Abraham Kidane", "Abraham Kidane", "ethiopic"))
    assert level("G. Weldu", WELDU, "ethiopic").startswith("given initials agree")


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Bill Turner", "William Turner", "english"),
        ("Will Turner", "Bill Turner", "english"),  # two forms of one name
        ("Kate O'Brien", "Katherine O Brien", "english"),
        ("Peggy Mac Donald", "Margaret MacDonald", "english"),
        ("Саша Петренко", "Олександр Петренко", "slavic"),
        ("Микола Бондар", "Николай Бондар", "slavic"),
        ("Sasha Petrenko", "Олександр Петренко", "slavic"),
        ("Петренко Олена", "Lena Petrenko", "slavic"),
        ("Сяргей Бондар", "Сергей Бондар", "slavic"),  # Belarusian
        ("Вольга Бондар", "Ольга Бондар", "slavic"),
        ("Pepe López", "José López", "spanish"),
        ("Chepe Ramírez Cruz", "José Ramírez Cruz", "spanish"),
    ],
)
def test_short_forms_are_the_same_name(one: str, other: str, language: str) -> None:
    assert is_same(level(one, other, language))
    assert level(one, other, language) == level(other, one, language)


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("Bill Turner", "Richard Turner", "english"),
        ("William Turner", "Robert Turner", "english"),  # Bill is a form of both
        ("Andrew Turner", "Andrea Turner", "english"),
        ("John Turner", "Nathan Turner", "english"),
        ("Susan Turner", "Hannah Turner", "english"),
        ("Оксана Петренко", "Ксенія Петренко", "slavic"),
        ("Дарина Петренко", "Дарія Петренко", "slavic"),
        ("Bill Turner", "William Turner", "other"),
        ("Bill Turner", "William Turner", "spanish"),
        ("Pepe Lopez", "Jose Lopez", "english"),
        ("Саша Петренко", "Сергій Петренко", "slavic"),
        ("Саша Петренко", "Олена Петренко", "slavic"),
    ],
)
def test_names_that_no_table_of_their_language_relates(one: str, other: str, language: str) -> None:
    assert not level(one, other, language).startswith("same,")


@pytest.mark.parametrize(
    ("one", "other", "expect"),
    [
        ("Svetlana Karpovich", "Карпович Светлана Сергеевна", "in part"),
        ("Юрий Карпович", "Карпович Юрий Иванович", "in part"),
        ("Тарас Григорович", "Шевченко Тарас Григорович", "in part"),
        ("Світлана Сергіївна", "Карпович Світлана Сергіївна", "in part"),
        ("Svetlana Karpovich", "Юрий Карпович", "other given, same family"),
    ],
)
def test_the_second_of_two_words_may_be_a_family_name(one: str, other: str, expect: str) -> None:
    assert level(one, other, "slavic").startswith(expect)
    assert level(other, one, "slavic").startswith(expect)


@pytest.mark.parametrize(
    ("text", "father"),
    [
        ("Карпович Юрий Иванович", "иван"),
        ("Карпович Світлана Сергіївна", "сергі"),
        ("Светлана Карпович", ""),
        ("Юрий Карпович", ""),
        ("Іванавіч", "іван"),  # Belarusian
    ],
)
def test_fathers_in_patronymics(text: str, father: str) -> None:
    (slavic,) = [each for each in languages() if each.code == "slavic"]
    assert father_in(words(text, slavic), slavic) == father


@pytest.mark.parametrize(
    "names",
    [
        ("ئابدۇرەشىت تۇرسۇن", "Abdureshit Tursun", "Abudurexiti Tuersun", "Abdurashid Tursun"),
        ("مەمەتجان ئەخمەت", "Memet Exmet", "Maimaitijiang Aihemaiti", "Mehmetjan Ahmad"),
        ("پاتىگۈل ئوسمان", "Patigül Osman", "Patiguli·Wusiman", "Patigul Usman"),
        ("ھەسەن ھاجىم تۇردى", "Hesen Hajim Turdi", "Aishan Tuerdi", "Hasan Haji Turdy"),
        ("ئەكبەر ئىبراھىم", "Ekber Ibrahim", "Aikebaier Yibulayin", "Akbar Ibrayim"),
        ("مەمەت تۇرسۇن", "Memet Tursun", "买买提·图尔逊", "買買提‧圖爾遜"),
        ("ئابدۇرەشىت ئەخمەت", "Abdureshit Ehmet", "阿卜杜热西提·艾合买提"),
    ],
)
def test_uyghur_names_in_three_spellings_and_two_scripts(names: tuple[str, ...]) -> None:
    for one, other in itertools.combinations(names, 2):
        assert is_same(level(one, other, "uyghur"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ablet Tursun", "Ablimit Tursun"),
        ("Aygül Turdi", "Aynur Turdi"),
        ("Memet Eli", "Mahmut Eli"),
        ("Alim Turdi", "Halim Turdi"),
        ("Abdukerim Yasin", "Abduqadir Yasin"),
    ],
)
def test_other_uyghur_names_are_not_the_same(one: str, other: str) -> None:
    assert not is_same(level(one, other, "uyghur"))


@pytest.mark.parametrize(
    "names",
    [
        ("བསྟན་འཛིན་རྒྱ་མཚོ", "Tenzin Gyatso", "Tendzin Gyamtso", "Danzeng Jiacuo", "丹增嘉措"),
        ("ཚེ་རིང་སྒྲོལ་མ།", "Tsering Dolma", "Tshering Drolma", "Cirenzhuoma", "次仁卓玛"),
        ("པདྨ་རྡོ་རྗེ", "Pema Dorje", "Padma Dorjee", "Baima Duojie", "白玛多吉"),
        ("བཀྲ་ཤིས་ཀརྨ", "Tashi Karma", "Ven. Trashi Karma", "Zhaxi Gama", "扎西噶玛"),
        ("ཨ་ནེ་སྐལ་བཟང་བུ་ཁྲིད", "Ani Kelsang Butri", "Kalzang Bhutrid", "Gesang Buchi"),
    ],
)
def test_tibetan_names_in_their_scripts_and_spellings(names: tuple[str, ...]) -> None:
    for one, other in itertools.combinations(names, 2):
        assert is_same(level(one, other, "tibetan"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tenzin Tsering", "Tenpa Tsering"),
        ("Tashi Dolma", "Tashi Dolkar"),
        ("Tseten Dorje", "Tsewang Dorje"),
    ],
)
def test_other_tibetan_names_are_not_the_same(one: str, other: str) -> None:
    assert not is_same(level(one, other, "tibetan"))


@pytest.mark.parametrize("text", ["مصطفى حسن", "رئیسی", "شێرکۆ ئەحمەد", "ئەمین", "علىرضا", "مكى"])
def test_names_of_other_languages_in_arabic_script_are_not_read_as_uyghur(text: str) -> None:
    assert {script_of(word) for word in words(text)} == {"ARABIC"}
    assert {script_of(word) for word in words("تۇرسۇن")} == {"LATIN"}
