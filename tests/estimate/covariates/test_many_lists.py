"""Three lists and more given covariates: against other fits, known totals, and refusals."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.estimate import naive_covariates as naive

from uncounted.captures import CaptureTable
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate.base.xi import saturated
from uncounted.estimate.covariates.averaged_log_linear import averaged_log_linear
from uncounted.estimate.covariates.cross_fitting import _terms, fit_lists, signs_of
from uncounted.estimate.covariates.doubly_robust import assumption, doubly_robust
from uncounted.estimate.covariates.given_covariates import given_covariates, given_covariates_over
from uncounted.estimate.covariates.nuisance import Ints, Predictor, ridge_logit
from uncounted.estimate.covariates.pattern_model import PatternModel, fit_patterns
from uncounted.estimate.covariates.profiles import Profiles, profiles_of
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.hierarchy import completed, hierarchical
from uncounted.estimate.loglinear.mle_existence import Register, code
from uncounted.estimate.loglinear.model_search import rank
from uncounted.estimate.text.one_line import quiet_line
from uncounted.estimate.text.summary import summary
from uncounted.histories import Covariates, PersonTable, read_persons, read_replicates

type Floats = npt.NDArray[np.float64]

EXAMPLES = Path(__file__).parents[3] / "examples"


def people_of(lists: str, strata: dict[str, dict[str, int]]) -> PersonTable:
    rows = [
        (tuple(map(int, pattern)), kind)
        for kind, counts in strata.items()
        for pattern, count in counts.items()
        for _ in range(count)
    ]
    return PersonTable.of(lists, [row for row, _ in rows], {"kind": [kind for _, kind in rows]})


def one_profile(counts: dict[str, int]) -> Profiles:
    J = len(next(iter(counts)))
    x = np.zeros((1, 1 << J))
    for pattern, count in counts.items():
        x[0, int(pattern[::-1], 2)] = count
    return Profiles(tuple("ABCDE"[:J]), x, np.ones((1, 1)), {})


def population(N: int, seed: int, lists: int = 3, slope: float = 0.8) -> PersonTable:
    """Lists that are independent among people alike in age and sex."""
    rng = np.random.default_rng(seed)
    age, sex = rng.normal(40, 12, N).round(), rng.choice(["f", "m"], N)
    ease = slope * (age - 40) / 12 + 0.5 * (sex == "m")
    start = np.array([-1.0, -0.6, -0.8, -0.7, -0.9])[:lists]
    on = rng.random((N, lists)) < 1 / (1 + np.exp(-start - ease[:, None]))
    seen = on.any(axis=1)
    return PersonTable.of("ABCDE"[:lists], on[seen], {"age": age[seen], "sex": sex[seen]})


KOREA = {"001": 41, "010": 5, "100": 5, "110": 54, "101": 6, "111": 12}
FULL = {"100": 60, "010": 45, "001": 38, "110": 22, "101": 17, "011": 14, "111": 9}


@pytest.mark.parametrize("counts", [FULL, KOREA])
def test_without_covariates_it_is_the_log_linear_model(counts: dict[str, int]) -> None:
    cells = CellCounts.of(CaptureTable.of("ABC", counts))
    profiles = one_profile(counts)
    for model in hierarchical(3, 2):
        fit = fit_patterns(profiles, PatternModel(model, False))
        bad = code(model, cells.counts > 0)
        assert (fit is None) == bool(bad)
        if fit is not None:
            ranked = rank(cells, (model,), "aic", 1, Register())
            n0, variance = fit.total(profiles.people)
            assert cells.observed + n0 == pytest.approx(ranked.numbers[0], rel=1e-6)
            assert variance**0.5 == pytest.approx(ranked.errors[0], rel=1e-5)


def test_saturated_in_the_covariate_it_is_the_strata() -> None:
    other = {"100": 20, "010": 35, "001": 50, "110": 6, "101": 9, "011": 20, "111": 5}
    profiles = profiles_of(people_of("ABC", {"x": FULL, "y": other}))
    fit = fit_patterns(profiles, PatternModel(completed(3, [3, 5, 6]), True))
    assert fit is not None
    n0, variance = 0.0, 0.0
    for k, counts in enumerate((FULL, other)):
        one = one_profile(counts)
        alone = fit_patterns(one, PatternModel(completed(3, [3, 5, 6]), False))
        assert alone is not None
        assert fit.n0[k] == pytest.approx(alone.n0[0], rel=1e-6)
        number, own = alone.total(one.people)
        n0, variance = n0 + number, variance + own
    assert fit.total(profiles.people) == pytest.approx((n0, variance), rel=1e-6)


@pytest.mark.parametrize("varying", [False, True])
@pytest.mark.parametrize("sets", [(), ((0, 1),), ((0, 1), (1, 2))])
def test_against_a_poisson_regression(sets: tuple[tuple[int, int], ...], varying: bool) -> None:
    rng = np.random.default_rng(5)
    levels = [(sex, age) for sex in "fm" for age in (20, 35, 50, 70)]
    strata = []
    for _ in levels:
        means = {pattern: count * rng.uniform(0.5, 2) for pattern, count in FULL.items()}
        strata.append({pattern: int(rng.poisson(mean)) + 1 for pattern, mean in means.items()})
    rows, sex, age = [], [], []
    for (own_sex, own_age), counts in zip(levels, strata, strict=True):
        for pattern, count in counts.items():
            rows += [tuple(map(int, pattern))] * count
            sex += [own_sex] * count
            age += [own_age] * count
    profiles = profiles_of(PersonTable.of("ABC", rows, {"sex": sex, "age": age}))
    masks = [(1 << a) | (1 << b) for a, b in sets]
    fit = fit_patterns(profiles, PatternModel(completed(3, masks), varying))
    assert fit is not None
    by_count = {tuple(row.tolist()): k for k, row in enumerate(profiles.counts.astype(int))}
    order = [
        by_count[tuple([0] + [counts[f"{c:03b}"[::-1]] for c in range(1, 8)])] for counts in strata
    ]
    tables = [
        (profiles.features[k, 1:].tolist(), counts) for k, counts in zip(order, strata, strict=True)
    ]
    expected = naive.poisson_regression(tables, sets, varying=varying)
    assert fit.total(profiles.people) == pytest.approx(expected, rel=1e-5)


def test_the_sums_are_those_of_the_paper() -> None:
    people = population(600, 4)
    found = fit_lists(people, ("A", "B", "C"), learner=ridge_logit)
    one_step, plug_in, variance = naive.unseen(
        people.memberships.astype(int).tolist(), found.shares
    )
    assert found.one_step == pytest.approx(one_step, rel=1e-9)
    assert found.plug_in == pytest.approx(plug_in, rel=1e-9)
    assert found.variance(1.0) == pytest.approx(variance, rel=1e-9)


def test_an_empty_overlap_in_one_category() -> None:
    gap = {"100": 20, "010": 35, "001": 50, "101": 9, "011": 20, "111": 0}
    profiles = profiles_of(people_of("ABC", {"x": FULL, "y": gap}))
    varying = fit_patterns(profiles, PatternModel(completed(3, [3]), True))
    alone = fit_patterns(one_profile(gap), PatternModel(completed(3, [3]), False))
    assert varying is not None
    assert alone is not None
    assert varying.n0[1] == pytest.approx(alone.n0[0], rel=1e-6)
    assert fit_patterns(profiles, PatternModel(completed(3, [3, 5, 6]), True)) is None
    found = averaged_log_linear(people_of("ABC", {"x": FULL, "y": gap})).estimate
    assert found.ok
    assert found.diagnostics["inadmissible"] > 0


def test_gaza_by_sex() -> None:
    """Published: 64,260 (55,298 to 78,525), with age and month and imputation besides sex."""
    found = averaged_log_linear(read_persons(EXAMPLES / "gaza-by-sex.csv", ["sex"]))
    main = found.estimate
    assert main.method == "log-linear-covariates"
    assert main.number() == pytest.approx(63_390, rel=1e-3)
    assert main.interval == pytest.approx((56_953, 71_321), rel=1e-3)
    assert [row.category for row in found.categories] == ["female", "male"]
    assert sum(row.point for row in found.categories) == pytest.approx(main.number())


def test_the_screen_of_three_lists() -> None:
    strata = {
        "x": {"111": 5, "110": 57, "101": 38, "100": 797, "011": 9, "010": 127, "001": 53},
        "y": {"111": 15, "110": 136, "101": 80, "100": 1108, "011": 26, "010": 378, "001": 94},
    }  # a tenth of the people of Gaza
    study = given_covariates(people_of("ABC", strata))
    main = study.headline
    assert main is not None
    assert main.method == "log-linear-covariates"
    assert study.read_first
    assert {len(lists) for lists in study.chosen} == {2, 3}
    text = summary(study)
    assert len(text.splitlines()) <= 25
    assert "log-linear, average (main)" in text
    full = summary(study, verbose=True)
    assert "kind x" in full
    assert "[12,13,23]" in full


def test_gaza_against_the_authors_code() -> None:
    """48,534: the one model of theirs by sex that does not use those on social media alone.

    Their other figures are of an earlier state of that list (3,048 people instead of 3,190).
    """
    profiles = profiles_of(read_persons(EXAMPLES / "gaza-by-sex.csv", ["sex"]))
    fit = fit_patterns(profiles, PatternModel(completed(3, [5, 6]), True))
    assert fit is not None
    assert round(fit.total(profiles.people)[0]) == 48_534


def test_brighton() -> None:
    """Published from five lists: 2,300 (1,500 to 3,700); four are in the table."""
    profiles = profiles_of(read_persons(EXAMPLES / "brighton.csv", ["sex", "age"]))
    fit = fit_patterns(profiles, PatternModel(completed(4, [3, 5, 10, 12]), True))
    assert fit is not None
    assert 856 + fit.total(profiles.people)[0] == pytest.approx(2300, rel=0.01)


def test_both_cover_where_a_table_does_not() -> None:
    N, average, robust = 2000, [], []
    for seed in range(8):
        people = population(N, seed)
        low, high = averaged_log_linear(people).estimate.interval or (0, 0)
        average.append(low <= N <= high)
        study = doubly_robust(people, lists=[("A", "B", "C")])
        low, high = study.first.interval or (0, 0)
        robust.append(low <= N <= high)
    assert sum(average) >= 6  # 0.95 of 8, less 3 standard errors
    assert sum(robust) >= 6


def blind(covariates: Covariates, cell: Ints, cells: int) -> Predictor:
    share = np.bincount(cell, minlength=cells) / len(cell)
    return lambda of: np.tile(share, (len(next(iter(of.values()))), 1))


def test_blind_to_covariates_it_is_the_saturated_model() -> None:
    people = population(4000, 3)
    table = CaptureTable(people.lists, people.counts())
    one = doubly_robust(people, lists=[("A", "B", "C")], learner=blind).first
    whole = saturated(table)
    assert one.number() == pytest.approx(whole.number(), rel=5e-3)
    assert one.diagnostics["without_covariates"] == pytest.approx(whole.number() - table.observed)
    assert one.diagnostics["se"] == pytest.approx(whole.diagnostics["se"], rel=0.02)


def test_the_error_is_of_second_order() -> None:
    """A wrong chance of a pattern with an odd number of lists does no harm; others, its square."""
    rng = np.random.default_rng(3)
    signs, cells = signs_of(7), np.arange(7)
    right = rng.dirichlet(np.full(7, 5.0), 50)
    r = np.exp(np.log(right) @ signs)

    def expected(guess: Floats) -> Floats:
        """Of the terms, the patterns being drawn by the right chances."""
        terms = [_terms(guess, np.full(50, c), signs) for c in cells]
        answer: Floats = np.sum(right * np.column_stack(terms), axis=1)
        return answer

    assert expected(right) == pytest.approx(r)
    odd = right * np.where(cells == 6, 1.5, 1.0)
    assert expected(odd) == pytest.approx(r)
    assert np.exp(np.log(odd) @ signs) == pytest.approx(1.5 * r)  # the plug-in is wrong
    error = rng.normal(0, 1, (50, 7))
    large, small = (expected(right * np.exp(size * error)) / r - 1 for size in (2e-3, 1e-3))
    assert large == pytest.approx(4 * small, rel=0.1, abs=1e-7)


def test_on_no_other_list_is_the_same_for_two_lists() -> None:
    people = population(3000, 5, lists=2)
    both = doubly_robust(people, alone=True).first
    assert both.number() == pytest.approx(doubly_robust(people).first.number(), rel=1e-12)
    assert both.interval == doubly_robust(people).first.interval


def test_on_no_other_list_leaves_the_others_out() -> None:
    people = population(3000, 6)
    sums = fit_lists(people, ("A", "B"), learner=ridge_logit, alone=True)
    assert len(sums.terms) == sum(people.counts()[p] for p in ("100", "010", "110"))
    study = doubly_robust(people, lists=[("A", "B")], alone=True)
    assert study.first.number() == pytest.approx(people.observed + sums.one_step)
    assert "and on no other list" in study.first.assumption
    assert study.sensitivity == ()
    assert [row.xi for row in study.xi] == [0.5, 2 / 3, 1.0, 1.5, 2.0]


def test_lists_that_depend_only_where_the_third_documents() -> None:
    """Dulce Rubio and Kennedy's assumption: independent among people whom C misses."""
    rng = np.random.default_rng(9)
    N = 40_000
    kind = rng.integers(0, 2, N)
    a = rng.random(N) < np.where(kind, 0.5, 0.25)
    c = rng.random(N) < 0.4
    odds = np.where(kind, 0.8, 0.4) * np.where(a & c, 6.0, 1.0)
    b = rng.random(N) < odds / (1 + odds)
    on = np.column_stack([a, b, c])
    seen = on.any(axis=1)
    people = PersonTable.of("ABC", on[seen], {"kind": np.array(["x", "y"])[kind[seen]]})
    apart = doubly_robust(people, lists=[("A", "B")], alone=True).first
    assert apart.interval
    assert apart.interval[0] < N < apart.interval[1]
    assert apart.number() == pytest.approx(N, rel=0.02)
    assert doubly_robust(people, lists=[("A", "B")]).first.number() < 0.93 * N
    every = doubly_robust(people, lists=[("A", "B", "C")])
    assert every.first.number() > 1.2 * N
    (six,) = doubly_robust(people, lists=[("A", "B", "C")], xi=(6.0,)).xi[1:]
    assert six.point == pytest.approx(N, rel=0.03)


def test_signs_and_sensitivity() -> None:
    assert signs_of(7).tolist() == [1, 1, -1, 1, -1, -1, 1]
    people = population(3000, 7)
    study = doubly_robust(people, lists=[("A", "B", "C")], xi=(0.5, 2.0))
    n0 = {row.xi: row.point - people.observed for row in study.xi}
    assert n0[0.5] == pytest.approx(2 * n0[1.0])
    assert n0[2.0] == pytest.approx(n0[1.0] / 2)


def test_xi_of_four_lists_is_one_over_their_interaction() -> None:
    """The lists are independent, but twice as many people are on all four: an interaction of 2."""
    chance = np.array([0.4, 0.5, 0.45, 0.35])
    patterns = [f"{cell:04b}" for cell in range(1, 16)]
    on = np.array([[mark == "1" for mark in pattern] for pattern in patterns])
    size = 8000 * np.where(on, chance, 1 - chance).prod(axis=1)
    size[-1] *= 2
    people = np.repeat(on, size.round().astype(int), axis=0)
    table = PersonTable.of("ABCD", people, {"k": np.tile(["x", "y"], len(people))[: len(people)]})
    study = doubly_robust(table, lists=[("A", "B", "C", "D")], learner=blind, xi=(0.5, 2.0))
    n0 = {row.xi: row.point - table.observed for row in study.xi}
    missed = 8000 * (1 - chance).prod()
    assert n0[0.5] == pytest.approx(missed, rel=0.02)
    assert n0[1.0] == pytest.approx(missed / 2, rel=0.02)


def test_four_lists_and_five() -> None:
    for lists, search in ((4, "all"), (5, "greedy")):
        people = population(1500, 8, lists=lists)
        sex = {"sex": people.covariates["sex"]}
        found = averaged_log_linear(PersonTable.of(people.lists, people.memberships, sex)).estimate
        assert found.settings["search"] == search
        assert found.number() == pytest.approx(1500, rel=0.2)
    assert "smaller groups" in assumption_of(4)
    assert "no interaction of all 4 lists" in assumption(("A", "B", "C", "D"), ("age",))


def assumption_of(lists: int) -> str:
    from uncounted.estimate.covariates.averaged_log_linear import assumption as words

    return words(("age",), lists)


def test_the_order_of_lists_does_not_matter() -> None:
    people = people_of("ABC", {"x": FULL, "y": {**FULL, "110": 40}})
    turned = PersonTable.of("CBA", people.memberships[:, ::-1], dict(people.covariates))
    first, again = averaged_log_linear(people).estimate, averaged_log_linear(turned).estimate
    assert again.number() == pytest.approx(first.number(), rel=1e-9)


@pytest.mark.parametrize(
    ("covariates", "words"),
    [
        ({}, "no covariate"),
        ({"kind": ["x"] * 205}, "covariate 'kind' has one value only"),
        ({"kind": ["x"] * 200 + ["y"] * 5}, "1 of the 2 categories of covariate 'kind'"),
        (
            {"kind": ["x"] * 100 + ["y"] * 105, "same": [1] * 100 + [2] * 105},
            "the covariates kind, same determine one another",
        ),
    ],
)
def test_what_is_refused(covariates: dict[str, Any], words: str) -> None:
    rows = [tuple(map(int, p)) for p, count in FULL.items() for _ in range(count)]
    people = PersonTable.of("ABC", rows, covariates)
    found = averaged_log_linear(people).estimate
    assert not found.ok
    assert words in str(found.reason)
    assert found.hint


def test_a_list_without_anyone_in_a_category() -> None:
    people = people_of("ABC", {"x": FULL, "y": {"001": 40, "011": 12}})
    found = averaged_log_linear(people).estimate
    assert "in 1 of the 2 categories of 'kind' a list has no person" in str(found.reason)
    sums = doubly_robust(people, lists=[("A", "B", "C")]).first
    assert "in a category of 'kind' no person is on one of the lists, where" in str(sums.reason)
    more = people_of("ABC", {"x": FULL, "y": {"001": 40, "011": 12, "010": 20}})
    (warning,) = averaged_log_linear(more).estimate.warnings
    assert warning.code == "category-without-list"


def test_a_category_without_overlap() -> None:
    people = people_of("ABC", {"x": FULL, "y": {"100": 24, "010": 18, "001": 14}})
    found = averaged_log_linear(people).estimate
    assert "too many overlaps of lists are empty in a category" in str(found.reason)
    assert found.hint == "merge categories, or omit a covariate that is known mainly from one list"
    sums = doubly_robust(people, lists=[("A", "B", "C")]).first
    assert "no person is on two of the lists, where" in str(sums.reason)


def test_models_that_disagree() -> None:
    counts = {"100": 30, "010": 26, "001": 20, "110": 3, "101": 6, "011": 3, "111": 1}
    people = people_of("ABC", {"x": counts, "y": counts})
    found = averaged_log_linear(people).estimate
    codes = [warning.code for warning in found.warnings]
    assert "models-disagree" in codes
    assert all(warning.title for warning in found.warnings)
    assert "models-disagree" in summary(given_covariates(people), verbose=True)


def test_one_person_may_decide() -> None:
    rng = np.random.default_rng(4)
    people = population(400, 12, slope=2.0)
    far = people.covariates["age"].astype(float)
    outlier = np.append(far, -60.0)
    on = np.vstack([people.memberships, [[True, False, False]]])
    sex = rng.choice(["f", "m"], len(outlier))
    odd = PersonTable.of("ABC", on, {"age": outlier, "sex": sex})
    found = averaged_log_linear(odd).estimate
    assert "influential-person" in [warning.code for warning in found.warnings]


def test_screens_stay_short() -> None:
    rng = np.random.default_rng(2)
    on = rng.random((900, 9)) < 0.2
    on = on[on.any(axis=1)]
    many = PersonTable.of("ABCDEFGHI", on, {"k": rng.choice(["x", "y"], len(on))})
    few = PersonTable.of("ABC", [[1, 0, 0], [0, 1, 1], [0, 0, 1]], {"k": ["x", "y", "x"]})
    for people, words in ((many, "up to 8 lists"), (few, "no estimate")):
        study = given_covariates(people)
        assert study.headline is None
        text = summary(study)
        assert words in " ".join(text.split())
        assert len(text.splitlines()) <= 25
        assert "\n" not in quiet_line(study)


def test_two_lists_have_no_average() -> None:
    assert "three lists or more" in str(averaged_log_linear(population(900, 1, 2)).estimate.reason)
    with pytest.raises(UsedWrongly, match="--xi is for three lists or more"):
        given_covariates(population(900, 1, 2), xi=(1.0,))
    with pytest.raises(UsedWrongly, match="unknown criterion"):
        averaged_log_linear(population(900, 1), criterion="dic")  # type: ignore[arg-type]


def test_psi_is_of_two_lists_and_of_both_rows() -> None:
    people = population(1500, 2)
    with pytest.raises(UsedWrongly, match="--psi is for two lists, and there are 3"):
        given_covariates(people, psi=2.0)
    with pytest.raises(UsedWrongly, match="--xi is for three lists or more"):
        given_covariates(people, lists=["A", "B"], xi=(0.5,))
    plain = given_covariates(people, lists=["A", "B"])
    study = given_covariates(people, lists=["A", "B"], psi=2.0)
    for each, one in zip(study.estimates, plain.estimates, strict=True):
        assert each.diagnostics["one_step"] == pytest.approx(2 * one.diagnostics["one_step"])
        assert "are 2 times as high" in each.assumption
    lines = summary(study).splitlines()
    (head,) = (line.split() for line in lines if line.startswith("psi "))
    assert head[1:] == ["0.5", "0.667", "1", "1.5", "2"]
    assert any(line.startswith("on no other list ") for line in lines)
    twice = given_covariates_over([people, people], lists=["A", "B"], psi=2.0)
    half, single = ({row.xi: row.point for row in each.xi} for each in (twice, study))
    assert half == pytest.approx(single, rel=1e-3)


def test_chosen_lists() -> None:
    people = population(2500, 9, lists=4)
    two = given_covariates(people, lists=["A", "B"])
    assert two.chosen == (("A", "B"), ("A", "B"))
    assert two.observed == people.observed
    missed = people.observed - people.select(["A", "B"]).observed
    assert two.on_no_list == missed
    assert f"\n{missed} people are on neither A nor B, but among the documented.\n" in summary(two)
    three = given_covariates(people, lists=["A", "B", "C"])
    assert tuple(three.lists) == ("A", "B", "C")
    assert three.on_no_list == people.observed - three.observed > 0
    assert f"\n{three.on_no_list} people are on none of these lists and in no" in summary(three)
    assert len(summary(three).splitlines()) <= 25
    assert set(three.chosen) == {("A", "B", "C"), *combinations("ABC", 2)}
    with pytest.raises(UsedWrongly, match="unknown list 'Z'"):
        given_covariates(people, lists=["A", "B", "Z"])
    with pytest.raises(UsedWrongly, match="at least two lists"):
        given_covariates(people, lists=["A"])


def test_imputed_replicates(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    file = tmp_path / "imputed.csv"
    rows = ["A,B,C,kind,imputation,count"]
    for replicate in "123":
        for pattern, count in FULL.items():
            x = int(rng.binomial(count * 4, 0.6))
            for kind, size in (("x", x), ("y", count * 4 - x)):
                rows.append(",".join([*pattern, kind, replicate, str(size)]))
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    tables = read_replicates(file, ["kind"], "imputation")
    assert [table.observed for table in tables] == [820] * 3
    study = given_covariates_over(tables)
    alone = [given_covariates(table) for table in tables]
    main = study.headline
    assert main is not None
    assert main.settings["replicates"] == 3
    assert main.number() == pytest.approx(np.mean([each.estimates[0].number() for each in alone]))
    assert [row.category for row in study.categories] == ["x", "y"]
    assert sum(row.point for row in study.categories) == pytest.approx(main.number())
    one, half = (row.point for row in study.xi if row.among == "everyone" and row.xi in (0.5, 1.0))
    assert half < one
    assert "few-replicates" in [warning.code for warning in main.warnings]
    assert len(summary(study).splitlines()) <= 25
    study.to_json()
    once = tmp_path / "once.csv"
    once.write_text("A,B,kind,imputation\n1,0,x,1\n0,1,y,1\n", encoding="utf-8")
    with pytest.raises(UsedWrongly, match="one value, so there is one replicate"):
        read_replicates(once, ["kind"], "imputation")
    for covariates, column, words in (
        (["kind"], "count", "or the column 'count'"),
        (["kind"], "kind", "cannot be a covariate"),
        (["kind"], "none", "has no column 'none'"),
    ):
        with pytest.raises(UsedWrongly, match=words):
            read_replicates(file, covariates, column)


def test_counts_may_be_read(tmp_path: Path) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("A,B,C,sex,count\n1,0,0,f,3\n0,1,1,m,2\n1,1,1,m,0\n", encoding="utf-8")
    people = read_persons(file, ["sex"])
    assert people.counts() == {"100": 3, "011": 2}
    for text, error, words in (
        ("A,B,sex,count\n1,0,f,2000000\n", BadInput, "more than 1,000,000 people"),
        ("A,B,sex,count\n1,0,f,some\n", BadInput, "row 2, column 'count'"),
        ("sex,count\nf,2\n", BadInput, "no column of 0 and 1 that is not a covariate"),
    ):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(error, match=words):
            read_persons(file, ["sex"])
    with pytest.raises(UsedWrongly, match="cannot be a covariate"):
        read_persons(file, ["count"])
