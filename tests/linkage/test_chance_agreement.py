"""Links of people of one place whose names agree by chance."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray

from uncounted.linkage import chance_agreement, link
from uncounted.linkage.arrays import within
from uncounted.linkage.diagnostics import FitDiagnostics, LinkageDiagnostics
from uncounted.linkage.encoding.encode import encode
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

GIVEN = (
    *("Juan", "Ana", "Pedro", "Rosa", "Luis", "Carmen", "Julia", "Miguel", "Elena", "Andrés"),
    *("Marta", "Mario", "Pablo", "Sonia", "Adán", "Irma", "Raúl", "Olga", "Félix", "Abel"),
    *("Sara", "Blas", "Edith", "Delmy", "Óscar", "Berta", "Lidia", "Víctor", "Paula", "Tomás"),
)
FAMILY = (
    *("Flores", "Rivera", "Ramos", "Cruz", "Gómez", "Díaz", "López", "Mejía", "Ortiz", "Campos"),
    *(
        "Molina",
        "Vargas",
        "Castro",
        "Guerra",
        "Luna",
        "Pineda",
        "Romero",
        "Sorto",
        "Zelaya",
        "Lara",
    ),
)


def register(
    seed: int, *, families: int, repeats: float, villages: int = 12, people: int = 80
) -> tuple[list[Report], NDArray[np.int32]]:
    """People killed in villages of so few family names, some of them reported twice."""
    rng = np.random.default_rng(seed)
    share = 1 / np.arange(2, len(GIVEN) + 2)
    rows, truth = list[Report](), list[int]()
    for village in range(villages):
        names = rng.choice(FAMILY, families, replace=False)
        day = parse(f"198{village % 10}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}")
        act = Act("killing", date=day, place=f"{101 + village}")
        for person in range(people):
            given = " ".join(rng.choice(GIVEN, 2, replace=False, p=share / share.sum()))
            family = " ".join(rng.choice(names, 2))
            for _ in range(1 + (rng.random() < repeats)):
                name = Name(f"{given} {family}", family=family, given=given)
                rows.append(Report("A", str(len(rows)), (name,), acts=(act,)))
                truth.append(village * people + person)
    return rows, np.array(truth, np.int32)


def by_name(rows: Sequence[Report]) -> NDArray[np.int32]:
    """As if all reports of one place with the same words in their names were one person."""
    key = [
        (row.acts[0].place, *map(words, (row.names[0].family, row.names[0].given))) for row in rows
    ]
    numbers = {each: at for at, each in enumerate(dict.fromkeys(key))}
    return np.array([numbers[each] for each in key], np.int32)


def words(part: str | None) -> str:
    return " ".join(sorted((part or "").split()))


def false_share(labels: NDArray[np.int32], truth: NDArray[np.int32]) -> float:
    left, right = within(labels)
    return float((truth[left] != truth[right]).mean())


@pytest.mark.parametrize(("families", "repeats"), [(3, 0.0), (3, 0.1), (6, 0.1), (20, 0.1)])
def test_as_many_links_as_are_of_two_people(families: int, repeats: float) -> None:
    """Of links by equal names alone, on average over registers."""
    found = []
    for seed in range(6):
        rows, truth = register(seed, families=families, repeats=repeats, people=120)
        labels = by_name(rows)
        share = chance_agreement.share_by_chance(encode(rows), labels[None])
        found.append((share, false_share(labels, truth)))
    mean, true = np.mean(found, axis=0)
    assert 0.5 * true < mean < true + 0.05


def test_close_relatives_do_not_share_a_given_name() -> None:
    """Families of six with a family name of their own, each person with another given name."""
    rng = np.random.default_rng(1)
    rows, truth = list[Report](), list[int]()
    day = parse("1981-12-11")
    for at in range(6 * 12 * 6):
        village, family = at // 72, FAMILY[at // 6 % 12]
        if at % 6 == 0:
            given = rng.choice(GIVEN, 6, replace=False).tolist()
        name = Name(f"{given[at % 6]} {family}", family=family, given=given[at % 6])
        act = Act("killing", date=day, place=f"{101 + village}")
        for _ in range(1 + (rng.random() < 0.1)):
            rows.append(Report("A", str(len(rows)), (name,), acts=(act,)))
            truth.append(at)
    labels = np.array(truth, np.int32)[None]
    # as if they were unrelated, above 0.8
    assert chance_agreement.share_by_chance(encode(rows), labels) < 0.4


def test_right_links_of_rare_names_are_not_by_chance() -> None:
    rows, truth = register(1, families=20, repeats=0.1)
    assert chance_agreement.share_by_chance(encode(rows), truth[None]) < 0.1


def test_no_pairs_but_those_of_one_place_are_judged() -> None:
    rows, _ = register(1, families=3, repeats=0.0)
    labels = by_name(rows)[None]
    assert chance_agreement.share_by_chance(encode(rows), labels) > 0.6
    nowhere = [attrs.evolve(row, acts=(attrs.evolve(row.acts[0], place=None),)) for row in rows]
    assert chance_agreement.share_by_chance(encode(nowhere), labels) == 0.0
    alone = np.arange(len(rows), dtype=np.int32)[None]
    assert chance_agreement.share_by_chance(encode(rows), alone) == 0.0
    half = np.concatenate([labels, alone])
    assert chance_agreement.share_by_chance(encode(rows), half) == pytest.approx(
        chance_agreement.share_by_chance(encode(rows), labels), abs=0.1
    )


def test_links_between_lists_are_not_judged() -> None:
    """Villages of one family name, on two lists that overlap: most links are right."""
    rows, truth = register(1, families=1, repeats=0.7)
    later = np.array([at > 0 and truth[at] == truth[at - 1] for at in range(len(rows))])
    two = [
        attrs.evolve(row, source="AB"[int(second)]) for row, second in zip(rows, later, strict=True)
    ]
    assert chance_agreement.share_by_chance(encode(rows), truth[None]) > 0.1
    assert chance_agreement.share_by_chance(encode(two), truth[None]) == 0.0


@pytest.mark.parametrize("seed", range(8))
def test_places_of_two_reports(seed: int) -> None:
    """Given names may all be drawn from one report, or from two that are linked."""
    rows = [row for row in register(1, families=3, repeats=0.0)[0][:60] for _ in range(2)]
    placed = [
        attrs.evolve(row, id=str(at), acts=(attrs.evolve(row.acts[0], place=str(at // 2)),))
        for at, row in enumerate(rows)
    ]
    labels = (np.arange(len(placed), dtype=np.int32) // 2)[None]
    for some in (placed, placed[:2]):
        count = len(some)
        found = chance_agreement.share_by_chance(encode(some), labels[:, :count], seed=seed)
        assert 0 <= found < 0.5


def test_reports_without_a_name_are_not_judged() -> None:
    rows, _ = register(1, families=3, repeats=0.0)
    nameless = [attrs.evolve(row, names=()) for row in rows]
    labels = np.array([at // 2 for at in range(len(rows))], np.int32)[None]
    assert chance_agreement.share_by_chance(encode(nameless), labels) == 0.0


@pytest.mark.parametrize("most", [10_000_000, 2_000, 1])
def test_a_sample_of_the_pairs_of_one_place(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chance_agreement, "MOST_PAIRS", most)
    place = np.array([3, -1, 0, 3, 3, 0, -1, 7, 3])
    every = {
        (i, j)
        for i, j in itertools.combinations(range(len(place)), 2)
        if place[i] == place[j] and place[i] >= 0
    }
    one, other, stands_for = chance_agreement._pairs(place, np.random.default_rng(1))
    pairs = {(min(i, j), max(i, j)) for i, j in zip(one.tolist(), other.tolist(), strict=True)}
    assert pairs <= every
    assert pairs == every or most == 1
    assert len(one) * stands_for == pytest.approx(len(every))


def test_a_register_of_people_of_one_name_fails_a_check() -> None:
    """Names are often cut to one of two given and family names, so that many agree in part."""
    rows, truth = register(1, families=6, repeats=0.02)
    rng = np.random.default_rng(2)

    def cut(row: Report) -> Report:
        given, family = (
            " ".join((part or "").split()[: 1 + int(rng.random() < 0.6)])
            for part in (row.names[0].given, row.names[0].family)
        )
        name = Name(f"{given} {family}", family=family, given=given)
        return attrs.evolve(row, names=(name,))

    found = link([cut(row) for row in rows], draws=20, with_grid=False)
    assert false_share(found.labels[-1], truth) > 0.5
    assert "names agree by chance" in (found.diagnostics.failed_check or "")


def test_what_is_said_of_them() -> None:
    assert chance_agreement.describe(None) is None
    assert chance_agreement.describe(0.19) is None
    words = chance_agreement.describe(0.25)
    assert words is not None
    assert words.startswith("about 25% of the links are")
    told = LinkageDiagnostics(fit=FitDiagnostics(share_links_by_chance=0.25))
    assert LinkageDiagnostics.from_stored(told.to_stored()) == told
    assert told.to_json()["share_links_by_chance"] == 0.25
    assert "share_links_by_chance" not in LinkageDiagnostics().to_json()
