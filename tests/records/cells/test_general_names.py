"""Cells with names that are not Korean: numbers, titles, nicknames and notes beside the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.records.cells.general_names import name_and_aliases
from uncounted.records.cells.name_parser import forms
from uncounted.records.names.name import Name

# Family names and given names on either side of a comma, names that are titles or look like notes.
UNCHANGED = (
    "Hassan, Ali (12)|García, Juan (34)|Иванов, Иван (12 лет)|علي، أحمد (25)|García López, Juan 34"
    "|Ahmed, 25; Mohamed, 30|Pérez - Gómez, 25|Smith, Unknown|Diallo, Child"
    "|Mohammed Hassan, al-Tikriti|Jean Dupont, du Bois|GARCÍA, juan carlos|DE LA CRUZ, maria elena"
    "|Майор Іван Петрович|Papa Massata Diack|Major Singh Gill|المدني محمد علي|Nguyễn Tức Mặc"
    "|Jean Dit Pierre|‘Alā’ al-Dīn Ḥasan|'Isa Ridha' Mahdi|Muhammad 'Ali' Hassan|50 Cent"
    "|18-year-old Hassan"
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        # numbers of rows
        ("1. Шевчук Олег Ігорович", "Шевчук Олег Ігорович"),
        ("٧. نوال صالح مقبل", "نوال صالح مقبل"),
        ("३. भीम बहादुर रावल", "भीम बहादुर रावल"),
        ("3.- Eusebio Quispe Ñahui", "Eusebio Quispe Ñahui"),
        ("n°5 Kambale Joseph", "Kambale Joseph"),
        ("12) Rohana Dissanayake", "Rohana Dissanayake"),
        # notes after a comma or a dash
        ("Петренко Ганна Василівна, 1956 р.н.", "Петренко Ганна Василівна"),
        ("Бекова Фатима, беременная", "Бекова Фатима"),
        ("Хамзат, фамилия неизвестна", "Хамзат"),
        ("Rıza Bozkurt - hastanede öldü", "Rıza Bozkurt"),
        ("Marcelino Tum, campesino", "Marcelino Tum"),
        ("Nagamma, widow of Suppiah", "Nagamma"),
        ("Rêber Hesen, 17 salî", "Rêber Hesen"),
        # whose child or wife somebody is
        ("Mohammed Yunus s/o Abdul Hakim", "Mohammed Yunus"),
        ("Nur Begum D/O Sayed Alam", "Nur Begum"),
        # titles and ranks before two words or more
        ("сержант Бойко Тарас Іванович", "Бойко Тарас Іванович"),
        ("العقيد الركن حسين كاظم", "حسين كاظم"),
        ("ستوان رضا مرادی", "رضا مرادی"),
        ("Şehîd Rojhat Silo", "Rojhat Silo"),
        ("Sgto. 2do. Óscar Meléndez", "Óscar Meléndez"),
        ("Mme Uwase Claudine", "Uwase Claudine"),
        ("መምህር ታደሰ አለሙ", "ታደሰ አለሙ"),
        ("Xaaji Nuur Cilmi", "Nuur Cilmi"),
        # left as they are
        ("Comandante Arturo", "Comandante Arturo"),
        ("García López, Juan", "García López, Juan"),
        ("lópez, juan", "lópez, juan"),
        ("Souza, da Silva Pedro", "Souza, da Silva Pedro"),
        ("John Howard, 2nd Baronet", "John Howard, 2nd Baronet"),
        ("O'Brien Seán", "O'Brien Seán"),
        ("Al-Hassan Omar", "Al-Hassan Omar"),
        ("၀င်းအောင်", "၀င်းအောင်"),
        ("", ""),
        ("12", "12"),
        ("s/o Abdul Hakim", "s/o Abdul Hakim"),
        *((text, text) for text in UNCHANGED.split("|")),
        ('Мар"яна Дем"янюк', "Мар’яна Дем’янюк"),
        ("Ali Hassan - Aleppo, 25", "Ali Hassan - Aleppo"),
        ("Ali Hassan; Abu Omar, 25", "Ali Hassan; Abu Omar"),
        ("John Smith, Jr.", "John Smith"),
    ],
)
def test_the_name_apart_from_what_stands_beside_it(text: str, name: str) -> None:
    assert name_and_aliases(text) == (name,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('Joseph "Scorpion" Mwangi', ("Joseph Mwangi", "Scorpion")),
        ("Дорошенко Павло, позивний «Лис»", ("Дорошенко Павло", "Лис")),
        ("Lal Bahadur Chaudhary 'Bikash'", ("Lal Bahadur Chaudhary", "Bikash")),
        ("علی نوری معروف به اکبر سیاه", ("علی نوری", "اکبر سیاه")),
        ("Bizimana Jean dit Rasta", ("Bizimana Jean", "Rasta")),
        ("Delić Fadil zvani Fado", ("Delić Fadil", "Fado")),
        ("Jhon Jairo Restrepo, conocido como Pelusa", ("Jhon Jairo Restrepo", "Pelusa")),
        ("Kandasamy Ravindran @ Amuthan", ("Kandasamy Ravindran", "Amuthan")),
        ("محمد علي المعروف بأبو حسن", ("محمد علي", "أبو حسن")),
        ('"Juan Tobar"', ('"Juan Tobar"',)),
    ],
)
def test_a_nickname_is_another_name(text: str, found: tuple[str, ...]) -> None:
    assert name_and_aliases(text) == found


NAMES = ("Hassan Ali", "Juan Pérez López", "Шевчук Олег", "نوال صالح", "ዮናስ ተኽለ", "Nguyễn Văn An")
BEFORE = ("", "3. ", "12) ", "n°5 ", "Sgto. ", "сержант ", "الشهيد ")
AFTER = ("", ", 34", ", 1956 р.н.", " (12)", ", unknown", " - hastanede öldü", ' "Chino"', ", Jr.")


@given(st.tuples(*map(st.sampled_from, (BEFORE, NAMES, AFTER, AFTER))))
def test_the_words_of_a_name_survive_what_stands_beside_it(parts: tuple[str, ...]) -> None:
    name, *_ = name_and_aliases("".join(parts))
    assert parts[1] in name


@given(st.text(max_size=60))
def test_any_cell_is_read(text: str) -> None:
    name, *aliases = name_and_aliases(text)
    assert all(any(map(str.isalpha, alias)) for alias in aliases)
    assert name or not any(map(str.isalpha, text))


def test_forms_of_a_name_beside_notes_are_those_of_the_name() -> None:
    beside = forms([Name("2) сержант Бойко Тарас, 1981 р.н.")], korean=False)
    assert beside == forms([Name("Бойко Тарас")], korean=False)
    main, nickname = forms([Name('Joseph "Scorpion" Mwangi')], korean=False)
    assert (main.is_alias, nickname.is_alias) == (False, True)
