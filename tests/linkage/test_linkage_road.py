from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from uncounted.errors import Damaged, UsedWrongly
from uncounted.linkage import (
    Linkage,
    capture_table,
    evaluate,
    link,
    people_rows,
    point_partition,
)
from uncounted.linkage.draws import together
from uncounted.records import intake, mapping
from uncounted.records.dates import parse
from uncounted.records.names import Name
from uncounted.records.report import Report

EXAMPLE = Path(__file__).parents[2] / "examples" / "returns"
SHARED = Path(__file__).parents[3] / "shared" / "reference" / "linkage"


def _named(*names: str, source: str = "A") -> list[Report]:
    return [Report(source, str(at), (Name(name),)) for at, name in enumerate(names)]


@pytest.mark.parametrize("reports", [[], _named("김철수")])
def test_nobody_and_one_alone(reports: list[Report]) -> None:
    linkage = link(reports, draws=3)
    assert linkage.labels.tolist() == [[0] * len(reports)] * 3
    assert Linkage.from_bytes(linkage.to_bytes()).keys == linkage.keys


def test_names_of_any_script_are_no_error() -> None:
    reports = _named("王小明", "Ким Чхоль Су", "محمد علي", "\ud800", "김" * 500, "K. S.", "1", "éè")
    linkage = link(reports, draws=4, with_grid=False)
    assert linkage.labels.shape == (4, len(reports))
    assert len(people_rows(linkage)) == len(reports)


def test_the_same_seed_gives_the_same_bytes() -> None:
    reports = _named("Kim Chol Su", "Pak Yong Hui") + _named("김철수", "박영희", source="B")
    assert link(reports, draws=20, seed=5).to_bytes() == link(reports, draws=20, seed=5).to_bytes()


def test_bytes_that_are_none_are_refused() -> None:
    with pytest.raises(Damaged, match="cannot be read"):
        Linkage.from_bytes(b"nothing")


def test_two_reports_with_one_key_are_refused() -> None:
    with pytest.raises(UsedWrongly, match="same source and id"):
        link(_named("A") + _named("B"))


def test_people_are_counted_by_list() -> None:
    table = capture_table(np.array([0, 1, 0, 2]), ["A", "A", "B", "C"], ["B", "A"])
    assert dict(table.counts) == {"11": 1, "01": 1}


def test_evaluation_of_a_known_partition() -> None:
    found = evaluate(np.array([0, 0, 0, 1]), ["a", "a", "b", "b"])
    assert (found.precision, found.recall, found.exact) == (1 / 3, 1 / 2, 0.0)


def test_the_example_is_linked() -> None:
    if not (EXAMPLE / "truth.csv").exists():
        pytest.skip("the example population is not there")
    reports = []
    for source in ("Saebyok", "TumenWatch", "Panel", "OpenDoor"):
        columns = mapping.Mapping.parse(EXAMPLE / f"{source}.toml")
        for row in intake.read(EXAMPLE / f"{source}.csv", columns, source):
            if isinstance(row, intake.Accepted):
                reports.append(row.report)  # noqa: PERF401
    rows = csv.DictReader((EXAMPLE / "truth.csv").read_text("utf-8-sig").splitlines())
    person = {(row["source"], row["id"]): row["person"] for row in rows}
    linkage = link(reports, draws=100, seed=1, with_grid=False)
    found = evaluate(point_partition(linkage), [person[key] for key in linkage.keys])
    assert found.f1 >= 0.92
    assert found.precision >= 0.95
    assert abs(found.people - found.true_people) <= 0.05 * found.true_people
    assert linkage.diagnostics["rhat"] < 1.1


def test_rldata500() -> None:
    if not (SHARED / "RLdata500.csv").exists():
        pytest.skip("the labelled set is not on this machine")
    reports, truth = [], []
    for row in csv.DictReader((SHARED / "RLdata500.csv").read_text().splitlines()):
        day = parse(f"{row['by']}-{int(row['bm']):02}-{int(row['bd']):02}")
        name = Name("x", family=row["lname_c1"], given=row["fname_c1"])
        reports.append(Report("A", row["rec_id"], (name,), birth=day))
        truth.append(row["entity_id"])
    linkage = link(reports, draws=100, seed=1, with_grid=False)
    found = evaluate(point_partition(linkage), truth)
    assert found.f1 >= 0.97
    low, high = linkage.diagnostics["people_interval"]
    assert low <= 450 <= high


@pytest.mark.parametrize(("name", "f1"), [("dup", 0.93), ("no_dup", 0.9)])
def test_misspelt_names_in_three_files(name: str, f1: float) -> None:
    if not (SHARED / f"multilink_{name}_data.csv").exists():
        pytest.skip("the labelled set is not on this machine")
    reports, truth = [], []
    for row in csv.DictReader((SHARED / f"multilink_{name}_data.csv").read_text().splitlines()):
        names = (Name("x", family=row["fname"], given=row["gname"]),)
        youngest, _, oldest = row["age"].partition("-")
        birth = parse(f"{2000 - int(oldest)}/{2000 - int(youngest)}") if oldest else None
        reports.append(
            Report(
                row["source"],
                row["rec_id"],
                names,
                sex=row["sex"] if row["sex"] in ("f", "m") else None,
                birth=birth,
                origin=row["postcode"] or None,
            )
        )
        truth.append(row["entity_id"])
    linkage = link(reports, draws=100, seed=1, with_grid=False)
    assert evaluate(point_partition(linkage), truth).f1 >= f1


def _slightly_wrong(rng: np.random.Generator, text: str) -> str:
    at = int(rng.integers(1, len(text)))
    return text[:at] + "xqz"[int(rng.integers(3))] + text[at + 1 :]


def test_order_of_reports_and_names_of_lists_do_not_matter() -> None:
    """The same people from reports in another order, from lists under other names."""
    rng = np.random.default_rng(4)
    families = ["Okafor", "Lindqvist", "Moreno", "Haddad", "Petrov", "Nguema", "Silva", "Tanaka"]
    given = ["Amara", "Johan", "Lucia", "Samir", "Irina", "Teodoro", "Beatriz", "Kenji"]
    people = [(f, g, int(rng.integers(1950, 2000))) for f in families for g in given[:5]]
    reports, truth = [], []
    for source in "ABC":
        for at, (family, first, year) in enumerate(people):
            if rng.random() < 0.6:
                spelt = _slightly_wrong(rng, family) if rng.random() < 0.3 else family
                name = Name("x", family=spelt, given=first)
                reports.append(Report(source, str(at), (name,), birth=parse(str(year))))
                truth.append(at)
    order = rng.permutation(len(reports))
    again = [
        Report("CAB"["ABC".index(r.source)], r.id, r.names, birth=r.birth)
        for r in (reports[at] for at in order)
    ]
    one = link(reports, draws=200, with_grid=False)
    other = link(again, draws=200, with_grid=False)
    found = together(one.labels)
    moved = together(other.labels[:, np.argsort(order)])
    apart = [abs(found.get(pair, 0.0) - moved.get(pair, 0.0)) for pair in found | moved]
    # 200 draws of a chance of a half: standard error of a difference .05, draws not independent
    assert max(apart) < 0.3
    assert evaluate(one.labels, truth).f1 > 0.9
