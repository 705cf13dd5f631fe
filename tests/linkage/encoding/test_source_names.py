"""What the names of each list are found to be."""

from __future__ import annotations

import pytest

from uncounted.linkage.encoding.columns import columns
from uncounted.linkage.encoding.source_names import of_lists, of_sources
from uncounted.records.names.name import Name
from uncounted.records.report import Report

NAMES = {
    "A": ("Олександр Шевченко", "Ірина Коваленко", "Микола Бондаренко", "Oksana Tkachenko"),
    "B": ("محمد حسين", "فاطمة علي", "أحمد الحسن", "خديجة عمر"),
    "C": ("김철수", "리영희", "Pak Song Ho", "최은주"),
    "D": ("გიორგი ბერიძე", "ნინო კაპანაძე", "დავით მაისურაძე", "თამარ ჯაფარიძე"),
}


ROHINGYA = "Nur Islam|Md. Ayub|Fatema Khatun|Shofi Ullah|Jamal Uddin|Roshida Begum|Kala Mia"


def test_a_list_in_latin_letters_is_bengali_by_its_titles() -> None:
    reports = [Report("A", f"{at}", (Name(name),)) for at, name in enumerate(ROHINGYA.split("|"))]
    assert of_lists(reports)["A"].languages == ("Bengali and Rohingya",)


ARABIC = tuple(f"{one} {two}" for one in ("Mohammed", "Ahmed") for two in ("Omar", "Khalil"))
OTHERS = tuple(f"{one} {two}" for one in ("Sukri", "Wae", "Rohani") for two in ("Kuno", "Baka"))


def _languages_of(lists: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    reports = [
        Report(source, f"{at}", (Name(name),))
        for source, names in lists.items()
        for at, name in enumerate(names)
    ]
    return {source: found.languages for source, found in of_lists(reports).items()}


def test_lists_with_some_signs_of_a_language_decide_together() -> None:
    some, many = (*ARABIC[:1], *OTHERS[:5], "Mina Toh", "Nik Daud"), (*ARABIC, *OTHERS)
    few = (*some, "Che Lamae", "Ma Sideh", "Tok Mina", "Nu Toh", "Ya Kob", "Che Ha", "Su Toh")
    assert _languages_of({"A": some}) == {"A": ()}
    assert _languages_of({"A": some, "B": many}) == {"A": ("Arabic",), "B": ("Arabic",)}
    assert _languages_of({"A": few, "B": many}) == {"A": (), "B": ("Arabic",)}
    beside = (*ARABIC[:1], *OTHERS)  # alone it has enough signs; with the other list, too few
    longer = (*some[1:], *ARABIC[2:3], "Che Lamae", "Ma Sideh", "Tok Mina")
    assert _languages_of({"A": beside[:-1]}) == {"A": ("Arabic",)}
    assert _languages_of({"A": beside[:-1], "B": longer, "C": longer}) == dict.fromkeys("ABC", ())


def test_beside_a_list_in_the_script_of_a_language_fewer_signs_are_enough() -> None:
    some = (*ARABIC[:1], *OTHERS[:5], "Mina Toh", "Nik Daud")
    assert _languages_of({"A": some, "B": NAMES["B"]})["A"] == ("Arabic",)
    assert _languages_of({"A": some, "B": NAMES["A"]})["A"] == ()
    fewer = (*some, *(f"{name} Toh" for name in OTHERS))
    assert _languages_of({"A": fewer, "B": NAMES["B"]})["A"] == ()
    somali = ("Jama Guled", *OTHERS, *some[-3:])
    assert _languages_of({"A": somali})["A"] == ()  # in the script of Somali, but so are others


def test_lists_whose_language_is_stated_say_nothing_about_others() -> None:
    some, others = (*ARABIC[:1], *OTHERS[:5]), (*ARABIC[:3], *OTHERS, *map(str.upper, OTHERS))
    rows = [Report("A", f"{at}", (Name(name),)) for at, name in enumerate(some)]
    rows += [Report("B", f"{at}", (Name(f"{name} Toh"),)) for at, name in enumerate(others)]
    assert of_lists(rows, {"B": ("other",)})["A"].languages == ("Arabic",)
    assert of_lists(rows)["A"].languages == ()


def test_names_that_two_languages_share_do_not_outweigh_those_of_one() -> None:
    somali = ("Abdi Warsame", "Jama Guled", "Hersi Ali", "Ahmed Mohamud")
    arabic = ("Khaled Mohamed", "Ahmed Hassan", "Abdel Ali", "Tariq Said", "Mustafa Mahmoud")
    found = _languages_of({"A": arabic, "B": somali, "C": (*somali, "Dirie Farah")})
    assert found == {"A": ("Arabic",), "B": ("Somali",), "C": ("Somali",)}
    sudanese = ("Mohamed Osman", "Ismail Ibrahim", "Nur Hassan", "Fatima Adam", "Ahmed Said")
    assert _languages_of({"A": sudanese}) == {"A": ("Arabic",)}


def test_a_list_in_one_language_keeps_it_beside_lists_in_another() -> None:
    slavic = ("Olena Shevchenko", "Iryna Kovalenko", "Petro Bondarenko", "Ali Hassan")
    arabic = (*ARABIC, "Olena Melnyk")
    found = _languages_of({"A": slavic, "B": arabic, "C": arabic})
    assert found["A"] == ("Ukrainian and Russian",)
    assert found["B"] == found["C"] == ("Arabic",)


def test_a_language_that_shares_its_script_is_known_by_its_own_letters() -> None:
    uyghur = ("ئابدۇرەشىت تۇرسۇن", "مەمەت ئەخمەت", "پاتىگۈل ئوسمان", "روزى تۇردى", "سەمەت")
    reports = [Report("A", f"{at}", (Name(name),)) for at, name in enumerate(uyghur)]
    found = of_lists(reports)["A"]
    assert (found.languages, found.scripts) == (("Uyghur",), ("Arabic",))


@pytest.mark.parametrize(
    ("names", "language"),
    [
        ("买买提·图尔逊|阿卜杜热西提·艾合买提|帕提古丽·吾斯曼|艾山·肉孜|热孜万古丽", "Uyghur"),
        ("次仁卓玛|洛桑嘉措|丹增|扎西多杰|贡觉丹增|央金", "Tibetan"),
        ("王伟|李建国|张秀英|刘洋|李长江|赵小江", "Korean"),  # as Chinese names are read
        ("金哲洙|朴英姬|李明浩|鄭哲", "Korean"),
    ],
)
def test_languages_in_chinese_characters(names: str, language: str) -> None:
    assert _languages_of({"A": tuple(names.split("|"))})["A"] == (language,)


@pytest.mark.parametrize(
    "names",
    [
        "Osman Yilmaz|Zeynep Kaya|Yasin Demir|Meryem Aydin|Adil Kurban|Songul Yildiz|Omer Can",
        "Azad Hesen|Xelil Ehmed|Hemin Osman|Rojin Eli|Sherzad Kerim|Perwin Qadir|Narin Bakir",
        "Akmal Karimov|Dilnoza Yusupova|Rustam Abdullaev|Nodira Tursunova|Sherzod Rahimov",
        "Awang Ahmad|Siti Aminah|Mat Nor|Ramli Yusof|Che Wan|Nor Azizah|Dawa Putra",
    ],
)
def test_lists_in_related_languages_are_not_uyghur_or_tibetan(names: str) -> None:
    assert not {"Uyghur", "Tibetan"} & {*_languages_of({"A": tuple(names.split("|"))})["A"]}


def test_tibetan_script_is_known_by_how_it_is_spoken() -> None:
    tibetan = ("བསྟན་འཛིན་རྒྱ་མཚོ", "ཚེ་རིང་སྒྲོལ་མ", "པདྨ་རྡོ་རྗེ", "བཀྲ་ཤིས།")
    found = of_lists([Report("A", f"{at}", (Name(name),)) for at, name in enumerate(tibetan)])["A"]
    assert (found.languages, found.scripts) == (("Tibetan",), ("Tibetan",))


def test_languages_and_scripts_of_each_list() -> None:
    reports = [
        Report(source, f"{at}", (Name(name),))
        for source, names in NAMES.items()
        for at, name in enumerate(names * 3)
    ]
    found = of_lists(reports)
    assert found["A"].languages[0] == "Ukrainian and Russian"
    assert found["A"].scripts == ("Cyrillic", "Latin")
    assert (found["B"].languages, found["B"].scripts) == (("Arabic",), ("Arabic",))
    assert (found["C"].languages, found["C"].scripts) == (("Korean",), ("Hangul", "Latin"))
    assert (found["D"].languages, found["D"].scripts) == ((), ("Georgian",))


@pytest.mark.parametrize(
    ("names", "stated", "korean", "language", "shown"),
    [
        ("Kim Min|Pak Chol|Ri Yong Hui", (), True, None, ("Korean",)),
        ("Kim Min|Pak Chol|Ri Yong Hui", ("other",), False, None, ("other",)),
        ("Kim Min|Pak Chol|Ri Yong Hui", ("burmese",), False, "Burmese", ("Burmese",)),
        ("Kim Min|Pak Chol", ("korean", "arabic"), True, None, ("Korean", "Arabic")),
        ("Juan Lopez|Ana Garcia", ("korean",), True, None, ("Korean",)),
        ("Juan Lopez|Ana Garcia", ("arabic", "spanish"), False, "Spanish", ("Arabic", "Spanish")),
        ("Nino Beridze|Davit Kapanadze", ("arabic", "other"), False, None, ("Arabic", "other")),
        ("Juan Lopez|Ana Garcia", ("of-a-later-version",), False, None, ("of-a-later-version",)),
    ],
)
def test_what_a_mapping_states_takes_precedence(
    names: str, stated: tuple[str, ...], korean: bool, language: str | None, shown: tuple[str, ...]
) -> None:
    reports = [Report("A", str(at), (Name(name),)) for at, name in enumerate(names.split("|") * 5)]
    by_source = {"A": stated} if stated else {}
    (found,) = of_sources(columns(reports), by_source)
    assert found.korean == korean
    assert (found.language.name if found.language else None) == language
    listed = of_lists(reports, by_source)["A"]
    assert (listed.languages, listed.stated) == (shown, bool(stated))


BURMESE = (
    "Ko Soe Myat|Ko Tun Aung|Min Thu|U Hla Min|Ma Su Lwin|Ko Win Moe|Daw Yi Yi Win|Ma Moe San"
    "|Ko Min Naing|Ko Ye Htet|Ma Cho Mar|Ko Ko Oo"
)
KOREAN = "Kim Ye Jin|Pak Soe Hyon|Yi Min Ho|Cho Ye Rim|Ko Sol Mi|Ma San Ok|Min Yong Suk|U Tong Chuk"


@pytest.mark.parametrize(
    ("names", "korean", "language"),
    [
        (BURMESE, False, "Burmese"),
        (KOREAN, True, None),
        (
            "|".join(name.replace(" ", "-").replace("-", " ", 1) for name in KOREAN.split("|")),
            True,
            None,
        ),
        ("Seyed Reza Karimi|Zahra Rostami|Mohsen Kazemi|Masoud Alavi", False, "Arabic"),
        ("John J R Dunn|Tim A B C Frost|Jane K L Hale|Ava M N Pine", False, "English"),  # initials
        ("Juan Lopez|Maria David|Jose Ruiz|Ana Thomas|Luis Garcia", False, "Spanish"),
        ("Grace Kim|David Park|Michael Choi|Susan Lee|Yi Min Ho", True, None),
        (BURMESE + "|" + KOREAN, True, None),  # of two languages: as Korean, as before
        ("Yun Hyuk|Kim Suk|Pak Ok Suk|Han Chun Hyuk", True, None),  # as endings of Ukrainian names
    ],
)
def test_signs_of_another_language_outweigh_words_that_may_be_korean(
    names: str, korean: bool, language: str | None
) -> None:
    reports = [Report("A", str(at), (Name(name),)) for at, name in enumerate(names.split("|"))]
    (found,) = of_sources(columns(reports))
    assert found.korean == korean
    assert (found.language.name if found.language else None) == language
