"""Lists that share no person with the others: set aside, kept or refused, in one place."""

from __future__ import annotations

import math

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import (
    METHODS,
    EstimateSettings,
    check,
    pool_strata,
    run,
    run_over,
    run_strata,
    run_strata_over,
)
from uncounted.estimate.base.disconnected import split
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.graphical.graph_sum import MAX_GRAPH_LISTS

BASE = {"100": 60, "010": 50, "001": 40, "110": 20, "101": 15, "011": 12, "111": 6}
REST = CaptureTable.of("ABC", BASE)
# N is about 360: of one list of one person and one of two, no overlap is to be expected.
ISLANDS = CaptureTable.of(
    "ABCHK", {**{f"{p}00": n for p, n in BASE.items()}, "00010": 1, "00001": 2}
)
FAR = CaptureTable.of("ABCH", {**{f"{p}0": n for p, n in BASE.items()}, "0001": 40})
QUICK = ("decomposable", "log-linear", "log-linear-stepwise", "sample-coverage", "independence")
FAST = EstimateSettings((*QUICK, "chao"), robustness=False)


def test_groups_are_found_through_chains_of_lists() -> None:
    table = CaptureTable.of(
        "ABCDEF", {"110000": 1, "011000": 1, "000110": 1, "000001": 1, "100000": 9}
    )
    assert table.connected_groups() == [("A", "B", "C"), ("D", "E"), ("F",)]


def test_small_lists_are_set_aside_with_the_overlap_to_be_expected() -> None:
    checked = check(ISLANDS)
    assert checked.refusal is None
    assert checked.table == REST
    one, two = checked.set_aside
    assert (one.lists, one.people, two.lists, two.people) == (("H",), 1, ("K",), 2)
    chao = METHODS["chao"](REST).number()
    assert two.expected_overlap == pytest.approx(2 * 203 / chao)
    assert two.p == pytest.approx(math.exp(-two.expected_overlap))
    (warning,) = checked.warnings
    assert warning.code == "lists-set-aside"
    assert warning.text.startswith("H and K share no person with the others (at most 1.1 expected")
    assert warning.text.endswith("their 3 people count as documented")


def test_a_group_of_two_lists_can_be_set_aside_as_one() -> None:
    table = CaptureTable.of(
        "ABCHK", {**{f"{p}00": n for p, n in BASE.items()}, "00011": 1, "00001": 1}
    )
    (group,) = check(table).set_aside
    assert (group.lists, group.people) == (("H", "K"), 2)


@pytest.mark.parametrize("name", [*QUICK, "chao"])
def test_an_estimate_is_that_of_the_rest_and_says_so(name: str) -> None:
    alone, beside = METHODS[name](REST), METHODS[name](ISLANDS)
    assert (beside.point, beside.interval) == (alone.point, alone.interval)
    assert beside.settings["set_aside"] == ["H", "K"]
    assert beside.assumption.startswith(alone.assumption)
    assert "'H' and 'K' share no person with the other lists and were set aside" in (
        beside.assumption
    )
    assert [w.code for w in beside.warnings].count("lists-set-aside") == 1


def test_the_distribution_of_n0_is_of_those_on_no_list_at_all() -> None:
    """N stays, and three more people are documented: n0 has the same standard error."""
    alone, beside = METHODS["chao"](REST), METHODS["chao"](ISLANDS)
    assert alone.log_n0 is not None
    assert beside.log_n0 is not None
    n0 = [fit.number() - table.observed for fit, table in ((alone, REST), (beside, ISLANDS))]
    assert n0[0] - n0[1] == pytest.approx(3)
    assert math.exp(beside.log_n0[0]) - 0.5 == pytest.approx(n0[1])
    errors = [
        math.expm1(fit.log_n0[1]) ** 0.5 * (n + 0.5)
        for fit, n in zip((alone, beside), n0, strict=True)
        if fit.log_n0
    ]
    assert errors[0] == pytest.approx(errors[1])


def test_no_estimate_is_below_the_documented() -> None:
    """The rest leaves hardly anyone out, and the list that is set aside documents more."""
    counts = {"110": 300, "101": 200, "011": 250, "111": 900, "100": 10, "010": 8, "001": 9}
    table = CaptureTable.of("ABCH", {**{f"{p}0": n for p, n in counts.items()}, "0001": 2})
    lower = run(table, FAST)
    assert lower.observed == 1679
    assert lower.set_aside[0].lists == ("H",)
    for estimate in lower.estimates:
        if estimate.ok:
            low, high = estimate.interval or (0, 0)
            assert 1679 <= low <= estimate.number() <= high
            if estimate.draws is not None:
                assert estimate.draws.min() >= 1679


def test_a_surprise_refuses_with_what_to_do() -> None:
    checked = check(FAR)
    assert checked.refusal is not None
    assert checked.set_aside == ()
    assert checked.table.lists == ("A", "B", "C", "H")
    assert "'H' (40 people) shares no person with the other lists" in checked.refusal.reason
    assert "(probability of none below 0.001)" in checked.refusal.reason
    assert "--disconnected keep" in checked.refusal.hint
    assert "A, B and C alone (--lists)" in checked.refusal.hint
    assert run(FAR, FAST).refused


def test_n_is_at_least_what_both_groups_document() -> None:
    """A list longer than all the rest leads to expect nearly all of the rest on it."""
    table = CaptureTable.of("ABC", {"110": 20, "100": 2, "010": 3, "001": 100_000})
    (group,) = split(table).apart
    assert group.lists == ("C",)
    assert group.expected_overlap == pytest.approx(25, rel=1e-3)
    assert check(table).refusal is not None


def test_keep_fits_log_linear_models_to_all_lists() -> None:
    """Artificial_3 (Chan, Silverman and Vincent 2021): the models with an estimate have [12, 3]."""
    table = CaptureTable.of("ABC", {"100": 40, "010": 30, "001": 20, "110": 6})
    methods = ["decomposable", "log-linear", "log-linear-stepwise", "chao"]
    assert run(table, EstimateSettings(methods)).refused
    study = run(table, EstimateSettings(methods, disconnected="keep", robustness=False))
    assert study["decomposable"].refusal_code == "disconnected-lists"
    assert study["log-linear"].ok
    assert study["log-linear"].number() > 96
    assert "set_aside" not in study["log-linear"].settings
    assert study.headline is study["log-linear"]


def test_keep_sets_aside_for_the_other_methods() -> None:
    study = run(ISLANDS, EstimateSettings(FAST.methods, disconnected="keep", robustness=False))
    assert study["decomposable"].point == METHODS["decomposable"](REST).point
    assert study["log-linear"].point != METHODS["log-linear"](REST).point
    assert [group.lists for group in study.set_aside] == [("H",), ("K",)]
    kept = run(ISLANDS, EstimateSettings("log-linear", disconnected="keep", robustness=False))
    assert kept.set_aside == ()
    assert "lists-set-aside" not in {warning.code for warning in kept.warnings}


def test_refuse_is_strict() -> None:
    study = run(ISLANDS, EstimateSettings(disconnected="refuse"))
    assert study.refused
    assert study.first.refusal_code == "disconnected-lists"
    assert "the lists form 3 groups with no person in common: 'H' and 'K' share no person" in (
        study.first.reason or ""
    )
    with pytest.raises(UsedWrongly, match="way with disconnected lists"):
        EstimateSettings(disconnected="ignore")
    with pytest.raises(UsedWrongly, match="disconnected is not a setting of chao"):
        EstimateSettings(by_method={"chao": {"disconnected": "keep"}})


def test_json_says_what_was_set_aside() -> None:
    answer = run(ISLANDS, FAST).to_json()
    assert answer["observed"] == 206
    assert answer["lists"]["K"] == 2
    assert answer["set_aside"][0] == {
        "lists": ["H"],
        "people": 1,
        "expected_overlap": pytest.approx(0.563, abs=1e-3),
        "p": pytest.approx(0.569, abs=1e-3),
    }
    assert run(REST, FAST).to_json()["set_aside"] == []


def test_leaving_a_list_out_makes_an_island_and_is_no_refusal() -> None:
    """K shares people with C alone: without C it is set aside."""
    counts = {f"{pattern}0": n for pattern, n in BASE.items()}
    table = CaptureTable.of("ABCK", {**counts, "0011": 2, "0001": 1})
    study = run(table, EstimateSettings("independence"))
    rows = {row.left_out: row for row in study.leave_one_out}
    assert set(rows) == set("ABCK")
    assert rows["C"].status == "ok"
    assert rows["C"].point == METHODS["independence"](table.select("AB")).point


def test_over_linkage_draws_each_table_is_split_by_itself() -> None:
    """In one of four draws the person on H is one of those on A."""
    linked = CaptureTable.of(
        "ABCH", {**{f"{p}0": n for p, n in BASE.items()}, "1000": 59, "1001": 1}
    )
    apart = CaptureTable.of("ABCH", {**{f"{p}0": n for p, n in BASE.items()}, "0001": 1})
    study = run_over([apart, apart, linked, apart], EstimateSettings("chao"), point=apart)
    assert study["chao"].ok
    (group,) = study.set_aside
    assert (group.lists, group.draws) == (("H",), 3)
    assert study.to_json()["set_aside"][0]["draws"] == 3
    (warning,) = [w for w in study.warnings if w.code == "lists-set-aside"]
    assert warning.text.endswith("(in 3 of 4 linkage draws)")


def test_strata_set_lists_aside_each_by_itself() -> None:
    women = CaptureTable(ISLANDS.lists, ISLANDS.counts, {"sex": "f"})
    men = CaptureTable(
        ("A", "B", "C", "H", "K"), {f"{p}00": n for p, n in BASE.items()}, {"sex": "m"}
    )
    strata = run_strata([women, men], EstimateSettings(["decomposable", "chao"]))
    assert [len(study.set_aside) for study in strata.studies] == [2, 0]
    twice = run_strata(
        [men, CaptureTable(men.lists, men.counts, {"sex": "f"})],
        EstimateSettings(["decomposable", "chao"]),
    )
    for total, without in zip(strata.total, twice.total, strict=True):
        assert total.number() == pytest.approx(without.number(), rel=0.01)
    over = run_strata_over([[women] * 3, [men] * 3], EstimateSettings("chao"), points=[women, men])
    assert over.total[0].number() == pytest.approx(strata.total[1].number(), rel=0.01)


@pytest.mark.parametrize("method", ["decomposable", "independence"])
def test_pooled_strata_count_people_on_lists_set_aside_once(method: str) -> None:
    def strata(table: CaptureTable) -> list[CaptureTable]:
        return [CaptureTable(table.lists, table.counts, {"year": str(year)}) for year in range(4)]

    settings = EstimateSettings(method)
    beside = pool_strata(strata(ISLANDS), settings, draws=2000)
    alone = pool_strata(strata(REST), settings, draws=2000)
    assert beside.total[0].number() == pytest.approx(alone.total[0].number(), rel=0.01)


def tally(lists: int, on: dict[int, list[int]]) -> CaptureTable:
    names = [f"L{j:02d}" for j in range(lists)]
    return CaptureTable.tally(names, [[names[j] for j in each] for each in on.values() if each])


def random_lists(population: int, sizes: list[int], seed: int) -> CaptureTable:
    rng = np.random.default_rng(seed)
    on: dict[int, list[int]] = {person: [] for person in range(population)}
    for j, size in enumerate(sizes):
        for person in rng.choice(population, size, replace=False).tolist():
            on[person].append(j)
    return tally(len(sizes), on)


HARD = {
    "one-person lists": tally(6, {j: [j] for j in range(6)}),
    "one-person lists of one person": tally(6, {0: list(range(6))}),
    "islands alone": CaptureTable.of("ABCD", {"1000": 90, "0100": 80, "0010": 70, "0001": 60}),
    "a list that is another's copy": CaptureTable.of(
        "ABCD", {pattern + pattern[2]: n for pattern, n in BASE.items()}
    ),
    "an island that is another's copy": CaptureTable.of(
        "ABCDE", {**{f"{pattern}00": n for pattern, n in BASE.items()}, "00011": 2}
    ),
    "a thousand million": CaptureTable.of(
        "ABCD", {**{f"{pattern}0": 10**9 for pattern in BASE}, "0001": 1}
    ),
    "one overlap of a thousand million": CaptureTable.of(
        "ABC", {"100": 10**9, "010": 10**9, "110": 1, "001": 10**9}
    ),
    "40 lists of 5 of 60": random_lists(60, [5] * 40, 1),
    "40 lists of 5 of 2,000": random_lists(2000, [5] * 40, 2),
    "20 lists, most of them small": random_lists(
        3000, [600, 400, 300, 200, 100, 60, 40, 20, 10, 5, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1], 1
    ),
    "8 lists of 185 people": random_lists(1000, [80, 50, 30, 20, 10, 4, 2, 1], 3),
}
SETTLED = {"20 lists, most of them small", "an island that is another's copy"}


@pytest.mark.parametrize("case", HARD)
def test_hard_tables_end_in_an_answer_or_in_words(case: str) -> None:
    """By every method but latent classes, which take their time on any table."""
    table = HARD[case]
    names = [name for name in METHODS if name not in ("latent-class", "identified")]
    many = len(table.lists) > MAX_GRAPH_LISTS  # sampled graphs, which checks would sample anew
    own = {"decomposable": {"budget": 2.0}} if many and case not in SETTLED else {}
    study = run(table, EstimateSettings(names, robustness=not many, by_method=own))
    for estimate in study.estimates:
        _answers_or_says_why(estimate, table.observed)
    if case in SETTLED:
        assert study.headline is not None
        assert study.set_aside


def _answers_or_says_why(estimate: Estimate, observed: int) -> None:
    if estimate.ok:
        low, high = estimate.interval or (0, 0)
        assert observed <= low <= estimate.number() <= high
    else:
        assert len(estimate.reason or "") > 20
