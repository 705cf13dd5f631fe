"""A simulated register of people killed, in the manner of a truth commission's.

One list of 5,395 reports, of which 62 repeat somebody; names of one to four Spanish words, of
which a report may leave some out; day and municipality, mostly of killings of many, in which
families share their names. Nobody in it exists. It is there for what such lists do to a
linkage: an event that hundreds share looks like agreement, and hardly any pair is a link.

Variants (`Variant`): the whole name in one column, places in words, one massacre of hundreds, more
errors in the reports that repeat somebody, more of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import attrs
import numpy as np

from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

_MEN = (
    "José Juan Carlos Luis Manuel Francisco Antonio Mario Jorge Miguel Pedro Santos Rafael "
    "Roberto Julio Oscar Ricardo Ramón Víctor Jesús Angel Mauricio Ernesto Salvador Alfredo "
    "Alberto Eduardo Fernando Rigoberto Felipe Tomás Pablo Andrés Marcos Nicolás Gilberto Israel "
    "Cruz Concepción Domingo Isabel Eugenio Lorenzo Vicente Gregorio Agustín Arturo Raúl Daniel "
    "David Samuel Saúl Noé Moisés Elías Jacinto Benito Cecilio Cándido Félix Fidel Leonardo "
    "Napoleón Rogelio Adán Abel Amadeo Anselmo Baltazar Bernabé Catarino Cipriano Dionisio Efraín "
    "Emilio Esteban Eusebio Fermín Gerardo Guadalupe Héctor Hilario Ismael Joaquín Leoncio "
    "Macario Marcelino Maximiliano Natividad Orlando Pilar Próspero Reyes Rubén Sabino Sebastián "
    "Timoteo Ulises Valentín Wilfredo"
)
_WOMEN = (
    "María Ana Rosa Juana Marta Francisca Carmen Teresa Gloria Blanca Dolores Josefa Julia "
    "Margarita Isabel Antonia Santos Sofía Elena Paula Petrona Rosario Luisa Lucía Mercedes "
    "Tomasa Vicenta Catalina Concepción Cristina Esperanza Felipa Filomena Hilda Irma Leonor "
    "Lidia Marina Marcelina Morena Natividad Reina Romelia Rufina Sara Silvia Socorro Susana "
    "Toribia Victoria Virginia Zoila Angela Apolonia Bernarda Candelaria Daysi Delmy Eloísa "
    "Estebana Eva"
)
_FAMILIES = (
    "Hernández Martínez López García Rodríguez Ramírez González Flores Pérez Rivera Ramos Vásquez "
    "Reyes Cruz Guevara Mejía Alvarado Díaz Gómez Guzmán Orellana Chávez Portillo Castro Romero "
    "Sánchez Morales Aguilar Menjívar Rivas Santos Alas Mendoza Escobar Claros Márquez Argueta "
    "Luna Chicas Amaya Ortiz Méndez Granados Ayala Abarca Palacios Barrera Cornejo Henríquez Peña "
    "Serrano Navarro Melgar Zelaya Campos Lemus Tobar Monge Molina Miranda Ventura Vigil Pereira "
    "Caballero Carrillo Castillo Contreras Durán Echeverría Erazo Fuentes Galdámez Iraheta "
    "Landaverde Lara Leiva Marroquín Mancía Mira Murcia Núñez Ochoa Osorio Pineda Pocasangre "
    "Quijada Quintanilla Rosales Salazar Salmerón Sibrián Sorto Tejada Torres Trejo Urrutia Valle "
    "Velasco Villalta Zavala Zepeda Zamora"
)
MEN, WOMEN, FAMILIES = _MEN.split(), _WOMEN.split(), _FAMILIES.split()
REPORTS, REPEATED = 5395, 62
_YEARS = (2.0, 25.0, 25.0, 18.0, 10.0, 8.0, 4.0, 2.0, 2.0, 1.0, 2.0, 0.6, 0.4)  # from 1979
_DEPARTMENTS = 14
_SAINTS = ["San", "Santa", "El", "La", "Las", "Nueva", "Villa"]
_WORDS = (
    "Miguel Vicente Isidro Lucas Ignacio Rita Rosa Tecla Esteban Alegría Laguna Palma Unión "
    "Libertad Paz Reina Joya Loma Cruz Marcos Lorenzo Agustín Simón Julia Elena Bárbara Clara "
    "Concordia Granada Trinidad Esperanza Dolores Carmen Rosario Arenal Jícaro Cedro Ceiba"
)
_PLACE_WORDS = _WORDS.split()


@attrs.frozen
class Variant:
    """How a register differs from the usual one.

    `errors` is how many times as likely each error is in a report that repeats somebody, `massacre`
    how many were killed in one event beside the others.
    """

    one_column: bool = False
    places_in_words: bool = False
    errors: float = 1.0
    repeated: int = REPEATED
    massacre: int = 0


USUAL = Variant()
VARIANTS = {
    "usual": USUAL,
    "one column": Variant(one_column=True),
    "places in words": Variant(places_in_words=True),
    "both": Variant(one_column=True, places_in_words=True),
    "2%": Variant(repeated=106),
    "errors": Variant(errors=2.5),
    "massacre": Variant(massacre=900, places_in_words=True),
}


@attrs.frozen
class Said:
    """What is known of somebody killed; `grain` 0 to the day, 1 to the month, 2 to the year."""

    given: list[str]
    family: list[str]
    day: date
    grain: int
    place: int


def made(seed: int, variant: Variant = USUAL) -> tuple[list[Report], list[str]]:
    """Reports in no order, and whom each is about; a seed gives the same always."""
    rng = np.random.default_rng(seed)
    people = _event(rng, variant.massacre) if variant.massacre else []
    single = REPORTS - variant.repeated
    while len(people) < single:
        people += _event(rng)
    people = people[:single]
    twice = rng.choice(len(people), variant.repeated, replace=False).tolist()
    found = [(_report(rng, said, f"{at}-0", variant), str(at)) for at, said in enumerate(people)]
    for at in twice:
        again = _again(rng, people[at], variant.errors)
        found.append((_report(rng, again, f"{at}-1", variant), str(at)))
    order = rng.permutation(len(found)).tolist()
    return [found[at][0] for at in order], [found[at][1] for at in order]


def _event(rng: np.random.Generator, size: int = 0) -> list[Said]:
    """People killed on one day: one, or up to 400, seven in ten of these in families."""
    if not size:
        size = 1 if rng.random() < 0.45 else int(min(400, 1 + 1.2 * rng.pareto(0.9)))
    year = 1979 + int(rng.choice(len(_YEARS), p=np.array(_YEARS) / sum(_YEARS)))
    day = date(year, 1, 1) + timedelta(int(rng.integers(365)))
    grain = int(rng.choice(3, p=(0.88, 0.09, 0.03)))
    place = _municipality(rng, int(rng.integers(1, _DEPARTMENTS + 1)))
    homes = [_two(rng) for _ in range(max(1, int(size / 3.5)))]
    named: set[tuple[int, str]] = set()
    people = []
    for _ in range(size):
        pool = WOMEN if rng.random() < 0.35 else MEN
        given = [_one(rng, pool, 4) for _ in range(1 + int(rng.random() < 0.5))]
        family = _two(rng)
        if size > 2 and rng.random() < 0.7:
            home = int(rng.integers(len(homes)))
            family = homes[home]
            while (home, given[0]) in named and rng.random() < 0.9:  # hardly two of one name
                given[0] = _one(rng, pool, 4)
            named.add((home, given[0]))
        people.append(Said(given, family[: 1 + int(rng.random() < 0.55)], day, grain, place))
    return people


def _again(rng: np.random.Generator, said: Said, errors: float) -> Said:
    """What somebody else says of the same person."""

    def wrong(usually: float) -> bool:
        return rng.random() < min(errors * usually, 0.9)

    given, family = list(said.given), list(said.family)
    if len(given) > 1 and wrong(0.35):
        given.pop(int(rng.integers(2)))
    if len(family) > 1 and wrong(0.35):
        family.pop()
    elif len(family) == 1 and wrong(0.2):
        family.append(_one(rng, FAMILIES, 6))
    given, family = (
        [_slip(rng, word) if wrong(0.18) else word for word in part] for part in (given, family)
    )
    place = said.place
    if wrong(0.15):
        place = _municipality(rng, place // 100)
    grain = max(said.grain, int(wrong(0.1)))
    day = _other_day(rng, said.day) if wrong(0.35) else said.day
    return Said(given, family, day, grain, place)


def _other_day(rng: np.random.Generator, day: date) -> date:
    kind = rng.random()
    if kind < 0.5:
        return day + timedelta(int(rng.choice([-3, -2, -1, 1, 2, 3])))
    if kind < 0.75:
        return day + timedelta(int(rng.choice([-31, -30, 30, 31])))
    if kind < 0.9:
        return day.replace(day=min(day.day, 28), year=day.year + int(rng.choice([-1, 1])))
    return day.replace(day=int(rng.integers(1, 29)))


def _report(rng: np.random.Generator, said: Said, key: str, variant: Variant) -> Report:
    when = said.day.isoformat()[: (10, 7, 4)[said.grain]]
    place = None if rng.random() < 0.03 else str(said.place)
    if place and variant.places_in_words:
        place = _in_words(said.place)
    family, given = (" ".join(part).upper() for part in (said.family, said.given))
    name = Name(f"{given} {family}")
    if not variant.one_column:
        name = attrs.evolve(name, family=family, given=given)
    return Report("A", key, (name,), acts=(Act("killing", date=parse(when), place=place),))


def _two(rng: np.random.Generator) -> list[str]:
    return [_one(rng, FAMILIES, 6) for _ in range(2)]


def _one(rng: np.random.Generator, words: Sequence[str], flat: int) -> str:
    """A word, the first the commonest (Zipf)."""
    weight = 1 / (np.arange(len(words)) + flat)
    return words[int(rng.choice(len(words), p=weight / weight.sum()))]


def _municipality(rng: np.random.Generator, department: int) -> int:
    return department * 100 + int(1 + min(rng.geometric(0.12), 22))


def _in_words(place: int) -> str:
    """The name of a municipality, one or two words and its department's; many begin alike."""
    department, number = divmod(place, 100)
    words = [_PLACE_WORDS[(7 * department + 5 * number) % len(_PLACE_WORDS)]]
    if place % 3:
        words.insert(0, _SAINTS[place % len(_SAINTS)])
    return f"{' '.join(words)}, {_PLACE_WORDS[-department]}"


def _slip(rng: np.random.Generator, word: str) -> str:
    if len(word) < 4:
        return word
    at = int(rng.integers(1, len(word) - 1))
    letter = "abcdefghijklmnopqrstuvwxyz"[int(rng.integers(26))]
    return (
        word[:at]
        + (letter + word[at + 1 :], word[at + 1 :], letter + word[at:])[int(rng.integers(3))]
    )
