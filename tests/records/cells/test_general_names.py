"""Cells with names that are not Korean: numbers, titles, nicknames and notes beside the name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uncounted.records.cells.general_names import name_and_aliases
from uncounted.records.cells.name_parser import forms
from uncounted.records.names.name import Name


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
        ('"Juan Tobar"', ('"Juan Tobar"',)),
    ],
)
def test_a_nickname_is_another_name(text: str, found: tuple[str, ...]) -> None:
    assert name_and_aliases(text) == found


@given(st.text(max_size=60))
def test_any_cell_is_read_and_its_letters_are_not_lost(text: str) -> None:
    name, *aliases = name_and_aliases(text)
    assert all(any(map(str.isalpha, alias)) for alias in aliases)
    if any(map(str.isalpha, text)) and not aliases:
        assert name


def test_forms_of_a_name_beside_notes_are_those_of_the_name() -> None:
    beside = forms([Name("2) сержант Бойко Тарас, 1981 р.н.")], korean=False)
    assert beside == forms([Name("Бойко Тарас")], korean=False)
    main, nickname = forms([Name('Joseph "Scorpion" Mwangi')], korean=False)
    assert (main.is_alias, nickname.is_alias) == (False, True)
