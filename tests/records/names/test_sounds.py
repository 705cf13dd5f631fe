"""Words of any script as sounds, and the words of names that are not Korean."""

from __future__ import annotations

import pytest

from uncounted.records.names import general
from uncounted.records.names.languages.pack import Language, by_script, languages
from uncounted.records.names.sounds import SOUNDS, UNWRITTEN, folded, skeleton, sounds


def pack(name: str) -> Language:
    return next(each for each in languages() if each.name == name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("youssef", "yoosef"),
        ("hassan", "hasan"),
        ("шевченко", "shevchenko"),
        ("щербак", "shcherbak"),
        ("ярослав", "yaroslav"),
        ("iaroslav", "yaroslav"),
        ("ahmed", "Ahméd".casefold()),
    ],
)
def test_spellings_that_sound_alike(one: str, other: str) -> None:
    assert sounds(one) == sounds(other)


@pytest.mark.parametrize(
    "words",
    [
        ("محمد", "mohammed", "muhamad"),
        ("حسین", "hussein", "husain", "hossein"),
        ("олег", "oleh", "oleg"),
        ("гончаренко", "honcharenko", "goncharenko"),
        ("ተስፋይ", "tesfay"),
        ("გიორგი", "giorgi"),
    ],
)
def test_a_skeleton_is_the_same_in_every_script(words: tuple[str, ...]) -> None:
    assert len({skeleton(word) for word in words}) == 1


def test_a_script_without_vowels_says_so() -> None:
    assert sounds("محمد") == f"{UNWRITTEN}mhmd"
    assert not sounds("mohammed").startswith(UNWRITTEN)


@pytest.mark.parametrize(
    "text", ["محمد", "ስላም", "ဇော်", "שלום", "Ωmega", "日本", "\ud800", "🙂", "ß"]
)
def test_only_known_sounds_come_of_any_text(text: str) -> None:
    assert set(sounds(folded(text)).lstrip(UNWRITTEN)) <= set(SOUNDS)


def test_marks_that_are_seen_as_letters_stay_and_accents_go() -> None:
    assert folded("Nguyễn Văn-An") == "nguyen van an"
    assert folded("أُسَامَة") == "اسامة"
    assert folded("ဇော်") == "ဇော်"


BENGALI = "Bengali and Rohingya"


@pytest.mark.parametrize(
    ("text", "language", "expect"),
    [
        ("Abd al-Rahman bin Ali al-Khatib", "Arabic", ("abdrahman", "ali", "khatib")),
        ("Abdulrahman Alkhatib", "Arabic", ("abdrahman", "khatib")),
        ("عبد الرحمن بن علي الخطيب", "Arabic", ("عبدرحمن", "علي", "خطيب")),
        ("Abdallah", "Arabic", ("abdallah",)),
        ("Abdulla", "Arabic", ("abdallah",)),
        ("الشيخ محمد خليل", "Arabic", ("محمد", "خليل")),
        ("الشيخ محمد", "Arabic", ("شيخ", "محمد")),  # may be a name
        ("Cheikh Mohamed Khalil", "Arabic", ("mohamed", "khalil")),
        ("سید علی حسینی", "Arabic", ("علی", "حسینی")),
        ("سیدعلی حسینی", "Arabic", ("علی", "حسینی")),
        ("الشهيد علي حسن", "Arabic", ("علي", "حسن")),
        ("السيد محمد علي", "Arabic", ("سيد", "محمد", "علي")),  # a given name in Egypt
        ("حاج دکتر علی حسینی", "Arabic", ("علی", "حسینی")),
        ("سید حسینی", "Arabic", ("سید", "حسینی")),  # may be a name
        ("Seyed Ali Hosseini", "Arabic", ("ali", "hosseini")),
        ("El Hadj Mullah Ali Hosseini", "Arabic", ("ali", "hosseini")),
        ("Eng. Seyed Ali Hosseini", "Arabic", ("ali", "hosseini")),
        ("Sayed Mohamed Ali", "Arabic", ("sayed", "mohamed", "ali")),
        ("Sayed Ali", "Arabic", ("sayed", "ali")),
        ("Ahmed El Sayed", "Arabic", ("ahmed", "sayed")),
        ("Said Ali Hassan", "Arabic", ("said", "ali", "hassan")),
        ("إلياس خوري", "Arabic", ("الياس", "خوري")),
        ("الهام الهاشمي", "Arabic", ("الهام", "هاشمي")),
        ("Elyan Alwan Alawi", "Arabic", ("elyan", "alwan", "alawi")),
        ("Elham Aloush", "Arabic", ("elham", "aloush")),
        ("Alhamid Elsayed Alomari Alali", "Arabic", ("hamid", "sayed", "omari", "ali")),
        ("Abdol Reza Alavi", "Arabic", ("abdreza", "alavi")),
        ("Abdolreza Alamdari", "Arabic", ("abdreza", "alamdari")),
        ("Al-Wan Alhaj", "Arabic", ("wan", "haj")),
        ("U Aung Kyaw Moe", "Burmese", ("aung", "kyaw", "mo")),
        ("Sayama Khin Hla", "Burmese", ("khin", "hla")),
        ("Ba Khine", "Burmese", ("ba", "khaing")),
        ("ဘခိုင်", "Burmese", ("ဘ", "ခိုင်")),
        ("Ma Thidar", "Burmese", ("thi", "da")),
        ("ဦးအောင်ကျော်မိုး", "Burmese", ("အောင်", "ကျော်", "မိုး")),
        ("Juan de la Cruz", "Spanish", ("juan", "cruz")),
        ("Girma Haile Mariam", "Amharic and Tigrinya", ("germa", "hailemariam")),
        ("Haile Tadesse", "Amharic and Tigrinya", ("haile", "tadesse")),
        ("Md. Abdul Karim", BENGALI, ("abd", "karim")),
        ("মোঃ আব্দুল করিম", BENGALI, ("আবদ", "করিম")),
        ("Mohammed Shafiullah", BENGALI, ("safi", "ul")),
        ("Shofi Ullah", BENGALI, ("safi", "ul")),
        ("শফিউল্লাহ", BENGALI, ("সফি", "উল")),
        ("Hafez Jamaluddin", BENGALI, ("hafej", "jamal", "ud")),  # may be a name
        ("Hafez Jamal Uddin", BENGALI, ("jamal", "ud")),
        ("Hafez Ullah", BENGALI, ("hafej", "ul")),
        ("Md. Ullah", BENGALI, ("ullah",)),
        ("Mohammed", BENGALI, ("mahammed",)),
        ("Mahmud Hossain", BENGALI, ("mahmud", "hassain")),
        ("Fatema Khatun", BENGALI, ("fatema",)),
        ("ফাতেমা খাতুন", BENGALI, ("ফাতেমা",)),
        ("Saad Ahmed Khan", BENGALI, ("saad", "ahmed", "khan")),
        ("Moulvi Syed Ahmed Khan", BENGALI, ("ahmed", "khan")),
        ("Abdullah Karim", BENGALI, ("abd", "ul", "karim")),
        ("আব্দুল্লাহ করিম", BENGALI, ("আবদ", "উল", "করিম")),
        ("Abdusalam", BENGALI, ("abd", "salam")),
        ("Abdur Rahman", BENGALI, ("abd", "rahman")),
        ("Abdurrahman", BENGALI, ("abd", "rahman")),
        ("Abdulatif", BENGALI, ("abd", "latif")),
        ("Jamilla Khatun", BENGALI, ("jamilla",)),
        ("Mohamud Hasan", BENGALI, ("mahamud", "hasan")),
        ("Tahmina Akther", BENGALI, ("tahmina",)),
        ("Akter Hossain", BENGALI, ("akter", "hassain")),
        ("Nur Jahan Begum", BENGALI, ("nurjahan",)),
        ("Alhaji Umaru Yusuph", "Hausa", ("umar", "yusuf")),
        ("Hajiya Aishatu Hussaini", "Hausa", ("aisha", "hussain")),
        ("Fatimah Mu'azu", "Hausa", ("fatima", "muaz")),
        ("Ibrahima Yau", "Hausa", ("ibrahim", "yau")),
        ("Baba", "Hausa", ("baba",)),
        ("Maxamed Cabdiraxmaan Xasan", "Somali", ("mahamed", "abdirahman", "hasan")),
        ("Mohammed Abdurahman Hassan", "Somali", ("mahamed", "abdirahman", "hasan")),
        ("Abdul Rahman Hassan", "Somali", ("abdirahman", "hasan")),
        ("Abdulaziz Noor", "Somali", ("abdiasis", "nur")),
        ("Cabdicasiis Nuur", "Somali", ("abdiasis", "nur")),
        ("Abdullatif Abdulnur", "Somali", ("abdilatif", "abdinur")),
        ("Abubacar Abukar", "Somali", ("abukar", "abukar")),
        ("Abdulle", "Somali", ("abdule",)),
        ("Abdi Hassan Ali", "Somali", ("abdi", "hasan", "ali")),
        ("Sheikh Maxamuud Cumar", "Somali", ("mahamud", "omar")),
        ("Faadumo Cabdullaahi", "Somali", ("faduma", "abdulahi")),
        ("Fadumo Abdullahi Charmarke", "Somali", ("faduma", "abdulahi", "charmarke")),
    ],
)
def test_what_is_no_part_of_a_name_goes(text: str, language: str, expect: tuple[str, ...]) -> None:
    assert general.words(text, pack(language)) == expect


@pytest.mark.parametrize("written", ["Md. Salim", "Mohd Salim", "MOH. SALIM", "Muhd Salim"])
def test_abbreviations_of_muhammad_in_any_language(written: str) -> None:
    assert general.words(written) == ("mohammad", "salim")
    assert general.words("Md.") == ("mohammad",)


@pytest.mark.parametrize(
    ("man", "woman"),
    [("Іванов", "Іванова"), ("Ковальський", "Ковальська"), ("Ivanov", "Ivanova")],
)
def test_family_names_of_men_and_women_are_one(man: str, woman: str) -> None:
    slavic = pack("Ukrainian and Russian")
    assert general.words(man, slavic) == general.words(woman, slavic)


@pytest.mark.parametrize(
    "given",
    ["Любов", "Любовь", "Яків", "Лев", "Йов", "Єва", "Liubov", "Lubov", "Iakov", "Lev", "Eva"],
)
def test_given_names_with_an_ending_of_family_names_are_none(given: str) -> None:
    slavic = pack("Ukrainian and Russian")

    def place(text: str) -> str | None:
        return general.place_of_family(general.words(text, slavic), slavic)

    for family in ("Мельник", "Петрова") if given[0] > "z" else ("Melnyk", "Petrova"):
        assert place(f"{given} {family}") == "last"
        assert place(f"{family} {given}") == "first"


def test_a_fathers_name_tells_the_given_and_the_family_name() -> None:
    names = general.words("Шевченко Тарас Григорович")
    found = general.form(names)
    assert found.family_words == ("шевченко",)
    assert found.given_words[0] == "тарас"
    assert not found.is_open


def test_initials_beside_a_family_name() -> None:
    (found,) = general.initials("Иванов И. П.", None)
    assert found.initials == ("iyje", "p")  # И as it is spelt
    assert found.family_words == ("иванов",)
    assert found.family == {"иванов": 1.0}
    assert general.initials("Juan Tobar", None) == []
    assert general.initials("Jhon Felipe Castro R.", pack("Spanish")) == []


@pytest.mark.parametrize("language", languages(), ids=lambda each: each.name)
def test_a_pack_is_well_formed(language: Language) -> None:
    assert language.name
    assert language.signs
    allowed = set(SOUNDS) | {""}
    for text in (*language.letters.values(), *language.rhymes.values()):
        assert set(text) <= allowed, text
    if language.script != "LATIN":
        assert by_script()[language.script] is language
    for name, *forms in language.short_forms:
        assert forms, name
        assert len({name, *forms}) == 1 + len(forms), name
        assert all(len(general.words(form, language)) == 1 for form in (name, *forms)), name
