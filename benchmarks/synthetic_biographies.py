"""Simulated entries on 500 people of the past, ten each on average, in the manner of wiki data.

English names, of which a tenth to a third of the entries have a short form, the name after a
marriage or one given name of two; a day and place of birth, sex and an occupation, of which many
people have two. Nobody in it exists. It is there for values that recur: several entries on one
person have the same other name or occupation.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

PEOPLE, ENTRIES, MOST = 500, 9.0, 20
_MEN = (
    "john william thomas george james charles henry robert edward joseph richard samuel francis "
    "arthur alfred frederick walter david alexander edmund philip hugh benjamin peter andrew "
    "matthew stephen nicholas albert ernest percy harold herbert gilbert roger anthony daniel"
)
_WOMEN = (
    "mary elizabeth anne sarah jane margaret catherine frances dorothy charlotte emily alice "
    "florence edith ellen eleanor harriet caroline isabella louisa emma martha hannah helen"
)
_SHORT = (
    "john:jack william:will,bill thomas:tom george:geo james:jim,jas charles:charlie henry:harry "
    "robert:bob,rob edward:ted,ned joseph:joe richard:dick samuel:sam francis:frank alfred:alf "
    "frederick:fred walter:wat alexander:alec,sandy edmund:ned benjamin:ben nicholas:nick "
    "anthony:tony mary:polly,molly elizabeth:eliza,betty anne:nancy,annie sarah:sally "
    "margaret:peggy,maggie catherine:kate frances:fanny dorothy:dolly florence:flo ellen:nell "
    "eleanor:nell harriet:hattie isabella:bella martha:patty hannah:anna"
)
SHORT = {name: short.split(",") for name, short in (x.split(":") for x in _SHORT.split())}
_FAMILIES = (
    "smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker "
    "white roberts green hall wood jackson clarke harris lewis cooper king martin turner hill ward "
    "morris moore baker harrison morgan allen scott phillips watson parker bennett griffiths cook "
    "shaw bell murray stewart campbell graham fraser grant hamilton douglas gordon howard russell "
    "seymour spencer talbot neville grey sinclair carew courtenay drake raleigh hawkins fortescue "
    "acland buller luttrell hoare wyatt sidney dudley bacon coke fairfax lambert blake penn hooke"
)
_PLACES = (
    "Devon Exeter Plymouth London Westminster Norwich York Leeds Manchester Liverpool Bristol Bath "
    "Oxford Cambridge Edinburgh Glasgow Cornwall Kent Canterbury Sussex Suffolk Lincoln Durham"
)
_OCCUPATIONS = (
    "politician writer painter cricketer clergyman poet architect botanist actor lawyer engineer "
    "merchant physician explorer composer photographer judge landowner historian sculptor printer"
)
MEN, WOMEN, FAMILIES = _MEN.split(), _WOMEN.split(), _FAMILIES.split()
PLACES, OCCUPATIONS = _PLACES.split(), _OCCUPATIONS.split()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@attrs.frozen
class Person:
    """Somebody; `later` is another family name, `works` one or two occupations."""

    given: tuple[str, ...]
    family: str
    later: str | None
    sex: str
    born: tuple[int, int, int]
    place: str
    works: tuple[str, ...]


def made(seed: int) -> tuple[list[Report], list[str]]:
    """Reports on one list in random order, and whom each is about."""
    rng = np.random.default_rng([seed, 500])
    reports, truth = [], []
    for person in range(PEOPLE):
        of = _person(rng)
        for entry in range(min(1 + rng.poisson(rng.gamma(2.0, ENTRIES / 2.0)), MOST)):
            reports.append(_entry(rng, of, f"{person}-{entry}"))
            truth.append(str(person))
    order = rng.permutation(len(reports)).tolist()
    return [reports[at] for at in order], [truth[at] for at in order]


def _one(rng: np.random.Generator, words: Sequence[str], steepness: float) -> str:
    share = (1.0 + np.arange(len(words))) ** -steepness
    return words[int(rng.choice(len(words), p=share / share.sum()))]


def _person(rng: np.random.Generator) -> Person:
    male = rng.random() < 0.8
    names = MEN if male else WOMEN
    given = [_one(rng, names, 0.8)]
    if rng.random() < 0.45:
        given.append(_one(rng, names if rng.random() < 0.7 else FAMILIES, 0.5))
    later = _one(rng, FAMILIES, 0.3) if not male and rng.random() < 0.5 else None
    born = int(rng.integers(1600, 1930)), int(rng.integers(1, 13)), int(rng.integers(1, 29))
    works = tuple(_one(rng, OCCUPATIONS, 0.3) for _ in range(1 + (rng.random() < 0.4)))
    family, place = _one(rng, FAMILIES, 0.35), _one(rng, PLACES, 0.3)
    return Person(tuple(given), family, later, "male" if male else "female", born, place, works)


def _entry(rng: np.random.Generator, of: Person, number: str) -> Report:
    given, family = list(of.given), of.family
    if given[0] in SHORT and rng.random() < 0.25:
        given[0] = SHORT[given[0]][int(rng.integers(len(SHORT[given[0]])))]
    if len(given) > 1 and rng.random() < 0.35:
        given = given[:1] if rng.random() < 0.8 else given[1:]
    if of.later and rng.random() < 0.3:
        family = of.later
    given = [_typed(rng, word, 0.06) for word in given]
    family = _typed(rng, family, 0.07)
    if rng.random() < 0.05:
        family = ""
    year, month, day = of.born
    wrong = rng.random()
    if wrong < 0.06:
        year += int(rng.choice([-10, -2, -1, 1, 2, 10]))
    elif wrong < 0.16:
        month, day = (1, 1) if wrong < 0.12 else (int(rng.integers(1, 13)), day)
    elif wrong < 0.22:
        day = int(rng.integers(1, 29))
    place = of.place if rng.random() < 0.9 else _one(rng, PLACES, 0.3)
    work = of.works[int(rng.integers(len(of.works)))]
    name = Name(" ".join([*given, family]).strip(), family=family or None, given=" ".join(given))
    return Report(
        "Entries",
        number,
        (name,),
        sex=of.sex[0] if rng.random() < 0.85 else None,
        birth=parse(f"{year}-{month:02d}-{day:02d}") if rng.random() < 0.86 else None,
        origin=place if rng.random() < 0.85 else None,
        occupation=work if rng.random() < 0.85 else None,
    )


def _typed(rng: np.random.Generator, word: str, share: float) -> str:
    if rng.random() >= share:
        return word
    at, letter = int(rng.integers(len(word))), _LETTERS[int(rng.integers(26))]
    return word[:at] + letter + word[at + int(rng.integers(2)) :]
