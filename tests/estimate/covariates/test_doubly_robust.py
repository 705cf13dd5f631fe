"""Two lists given covariates: the paper's sums, populations of known size, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.estimate import naive_doubly_robust as naive

from uncounted.captures import CaptureTable
from uncounted.errors import BadInput, UsedWrongly
from uncounted.estimate import pairs
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.covariates.cross_fitting import fit_lists
from uncounted.estimate.covariates.doubly_robust import doubly_robust
from uncounted.estimate.covariates.nuisance import (
    Floats,
    Ints,
    Predictor,
    _spline,
    fit_multinomial,
    ridge_logit,
)
from uncounted.histories import Covariates, PersonTable, read_persons

BASE = (-0.9, -1.1)


def logistic(eta: Floats) -> Floats:
    answer: Floats = 1 / (1 + np.exp(-eta))
    return answer


def chances(of: Covariates) -> tuple[Floats, Floats]:
    """The true chance of being on A and on B."""
    eta = 0.6 * (of["age"].astype(float) - 40) / 12 + 0.3 * (of["sex"] == "m")
    return logistic(BASE[0] + eta), logistic(BASE[1] + eta)


def population(N: int, seed: int, odds_ratio: float = 1.0) -> PersonTable:
    """Older people and men are easier to record by both lists; those on neither are dropped."""
    rng = np.random.default_rng(seed)
    kinds: dict[str, Any] = {"age": rng.normal(40, 12, N).round(), "sex": rng.choice(["f", "m"], N)}
    p1, p2 = chances(kinds)
    first = rng.random(N) < p1
    # the odds of B are `odds_ratio` times as high on A; p2 is the chance off A
    odds = p2 / (1 - p2) * np.where(first, odds_ratio, 1.0)
    on = np.column_stack([first, rng.random(N) < odds / (1 + odds)])
    seen = on.any(axis=1)
    return PersonTable.of("AB", on[seen], {name: of[seen] for name, of in kinds.items()})


def learner_of(
    h1: Callable[[Covariates], Floats], h2: Callable[[Covariates], Floats]
) -> Callable[[Covariates, Ints, int], Predictor]:
    """A learner that knows P(B | A) = h1 and P(A | B) = h2, right or wrong, and learns nothing."""

    def predict(of: Covariates) -> Floats:
        one, two = h1(of), h2(of)
        shares = np.column_stack([1 / one - 1, 1 / two - 1, np.ones(len(one))])
        answer: Floats = shares / shares.sum(axis=1, keepdims=True)
        return answer

    return lambda covariates, cell, cells: predict


def frequencies(covariates: Covariates, cell: Ints, cells: int) -> Predictor:
    """A learner blind to covariates."""
    share = np.bincount(cell, minlength=cells) / len(cell)
    return lambda of: np.tile(share, (len(of["age"]), 1))


def fit(people: PersonTable, **more: Any) -> Estimate:
    return doubly_robust(people, **more).first


@pytest.fixture(scope="module")
def people() -> PersonTable:
    return population(3000, 5)


def test_the_sums_are_the_papers() -> None:
    people = population(400, 3)
    found = fit_lists(people, ("A", "B"), learner=ridge_logit)
    q10, q01, q11 = found.shares.T.tolist()
    q = [(a + c, b + c, c) for a, b, c in zip(q10, q01, q11, strict=True)]
    rows = [(int(a), int(b)) for a, b in people.memberships.tolist()]
    N, plug_in, variance = naive.one_step(rows, q)
    assert people.observed + found.one_step == pytest.approx(N, rel=1e-10)
    assert people.observed + found.plug_in == pytest.approx(plug_in, rel=1e-10)
    assert found.variance(1.0) == pytest.approx(variance, rel=1e-9)


def test_blind_to_covariates_it_is_lincoln_and_petersen(people: PersonTable) -> None:
    counts = people.counts()
    a, b, m = counts["10"], counts["01"], counts["11"]
    n0 = a * b / m
    one = fit(people, learner=frequencies)
    for way in ("one_step", "plug_in"):
        assert one.diagnostics[way] == pytest.approx(n0, rel=5e-3)  # folds differ a little
    assert one.diagnostics["without_covariates"] == pytest.approx(n0)
    # the variance of Sekar and Deming (1949) on top of that of how many happen to be unseen
    assert one.diagnostics["se"] ** 2 == pytest.approx(
        n0 + n0**2 * (1 / a + 1 / b + 1 / m), rel=0.02
    )


def test_a_covariate_that_says_nothing_changes_little(people: PersonTable) -> None:
    rng = np.random.default_rng(8)
    table = CaptureTable(people.lists, people.counts())
    noise = PersonTable.of(
        "AB", people.memberships, {"shoe": rng.integers(36, 46, people.observed)}
    )
    estimate = fit(noise)
    assert estimate.number() == pytest.approx(pairs(table)[0].point, rel=0.02)


def test_covers_where_two_lists_alone_do_not() -> None:
    N, held, alone = 1500, [], []
    for seed in range(40):
        people = population(N, 100 + seed)
        low, high = fit(people).interval or (0, 0)
        held.append(low <= N <= high)
        row = pairs(CaptureTable(people.lists, people.counts()))[0]
        alone.append(row.interval[0] <= N <= row.interval[1])
    assert np.mean(held) >= 0.85  # 0.95 - 3 standard errors of 40 replicates
    assert np.mean(alone) <= 0.35


def test_one_regression_may_be_wrong_but_not_both() -> None:
    N = 20_000
    people = population(N, 11)
    right1, right2 = (lambda of: chances(of)[1]), (lambda of: chances(of)[0])

    def wrong(of: Covariates) -> Floats:
        return np.full(len(of["age"]), 0.35)

    for h1, h2 in ((right1, right2), (right1, wrong), (wrong, right2)):
        estimate = fit(people, learner=learner_of(h1, h2))
        assert estimate.number() == pytest.approx(N, rel=0.04)
    assert fit(people, learner=learner_of(wrong, wrong)).number() < 0.93 * N


def test_psi_is_the_odds_ratio_within_one_capture_probability() -> None:
    N = 20_000
    people = population(N, 12, odds_ratio=2.0)
    study = doubly_robust(people, psi=2.0)
    assert study.first.number() == pytest.approx(N, rel=0.06)
    assert doubly_robust(people).first.number() < 0.85 * N
    n = people.observed
    points = {row.psi: row.point - n for row in study.sensitivity}
    assert points[2.0] == pytest.approx(study.first.number() - n)
    assert points[0.5] * 4 == pytest.approx(points[2.0])
    assert "2 times as high" in study.first.assumption


def test_the_order_of_rows_and_lists_does_not_matter(people: PersonTable) -> None:
    first = fit(people)
    order = np.random.default_rng(1).permutation(people.observed)
    columns = {name: column[order] for name, column in people.covariates.items()}
    again = fit(PersonTable.of("AB", people.memberships[order], columns))
    assert (again.point, again.interval, again.input) == (first.point, first.interval, first.input)
    swapped = PersonTable.of("BA", people.memberships[:, ::-1], dict(people.covariates))
    assert fit(swapped).point == pytest.approx(first.point, rel=1e-9)


def test_the_scale_of_a_covariate_does_not_matter(people: PersonTable) -> None:
    age = people.covariates["age"].astype(float)
    scaled = {"age": age * 365.25 + 1e4, "sex": people.covariates["sex"]}
    months = PersonTable.of("AB", people.memberships, scaled)
    assert fit(months).point == pytest.approx(fit(people).point, rel=1e-8)


def test_a_seed_repeats(people: PersonTable) -> None:
    assert fit(people, seed=3).point == fit(people, seed=3).point
    assert fit(people, seed=3).point != fit(people, seed=4).point


def test_intervals_never_go_below_the_documented(people: PersonTable) -> None:
    narrow = fit(people, level=0.5)
    wide = fit(people)
    assert narrow.interval is not None
    assert wide.interval is not None
    assert people.observed <= wide.interval[0] < narrow.interval[0]
    assert wide.interval[1] > narrow.interval[1]


def test_every_pair() -> None:
    rng = np.random.default_rng(4)
    N = 4000
    age = rng.normal(40, 12, N).round()
    p = logistic(-0.7 + 0.5 * (age - 40) / 12)
    on = rng.random((N, 3)) < p[:, None]
    seen = on.any(axis=1)
    people = PersonTable.of("ABC", on[seen], {"age": age[seen]})
    study = doubly_robust(people)
    assert study.chosen == (("A", "B"), ("A", "C"), ("B", "C"))
    for each in study.estimates:
        assert each.number() == pytest.approx(N, rel=0.1)
        assert each.diagnostics["elsewhere"] == people.observed - each.diagnostics["rows"]
    answer = study.to_json()
    assert [row["lists"] for row in answer["estimates"]] == [["A", "B"], ["A", "C"], ["B", "C"]]
    assert answer["covariates"] == ["age"]


def some(a: int, b: int, m: int, covariates: dict[str, Any] | None = None) -> PersonTable:
    rows = [[1, 0]] * a + [[0, 1]] * b + [[1, 1]] * m
    kinds = covariates or {"age": [20 + i % 40 for i in range(len(rows))]}
    return PersonTable.of("AB", rows, kinds)


def test_covariates_that_adjust_for_nothing_are_refused() -> None:
    size = 200
    for covariates, words in (
        ({"sex": ["f"] * size}, "covariate 'sex' has one value only"),
        ({"sex": ["f"] * (size - 3) + ["m"] * 3}, "1 of the 2 categories of covariate 'sex'"),
        ({"a": [1, 2] * 100, "b": [2, 4] * 100}, "the covariates a, b determine one another"),
    ):
        assert words in str(fit(some(80, 80, 40, covariates)).reason)
    rows = [[1, 0, 0], [0, 1, 0], [1, 1, 0]] * 40 + [[0, 0, 1]] * 40
    apart = PersonTable.of("ABC", rows, {"sex": ["f"] * 120 + ["m"] * 40})
    reason = str(fit(apart, lists=[("A", "B")]).reason)
    assert reason == "covariate 'sex' has one value only among the people on these lists"


def test_very_small_and_large_numbers_count(people: PersonTable) -> None:
    age = people.covariates["age"].astype(float)
    plain = fit(PersonTable.of("AB", people.memberships, {"age": age}))
    for unit in (1e-200, 1e12):
        scaled = PersonTable.of("AB", people.memberships, {"age": age * unit})
        assert fit(scaled).point == pytest.approx(plain.point, rel=1e-6)
    with pytest.raises(BadInput, match="covariate 'age' has a number beyond 1e15"):
        PersonTable.of("AB", people.memberships, {"age": age * 1e300})


def test_what_must_be_refused_is() -> None:
    assert "99 people are on these lists" in str(fit(some(40, 40, 19)).reason)
    assert "4 people are on both lists" in str(fit(some(80, 80, 4)).reason)
    assert "no person is on two lists" in str(fit(some(80, 80, 0)).reason)
    bare = PersonTable.of("AB", some(80, 80, 40).memberships, {})
    assert "no covariate" in str(fit(bare).reason)
    assert fit(bare).hint == "use two-list, or name covariates"
    hardly = learner_of(
        lambda of: np.full(len(of["age"]), 1e-3), lambda of: np.full(len(of["age"]), 1e-3)
    )
    assert "hardly anyone is on both lists" in str(fit(some(80, 80, 40), learner=hardly).reason)
    assert fit(some(80, 80, 0)).refusal_code == "no-overlap"
    assert fit(bare).refusal_code is None
    for refused in (fit(bare), fit(some(80, 80, 4))):
        assert (refused.status, refused.point) == ("refused", None)


def test_lists_that_give_less_than_is_documented() -> None:
    rng = np.random.default_rng(2)
    rows = (
        [[1, 1, 0]] * 120
        + [[1, 0, 0]] * 20
        + [[0, 1, 0]] * 20
        + [[0, 0, 1]] * 300
        + [[1, 0, 1]] * 5
    )
    people = PersonTable.of("ABC", rows, {"age": rng.integers(18, 70, len(rows))})
    estimate = fit(people, lists=[("A", "B")])
    assert estimate.status == "refused"
    assert estimate.reason is not None
    assert "fewer people than all lists together have documented" in estimate.reason


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"psi": 0.0}, "psi 0.0 is not above 0"),
        ({"lists": [("A", "C")]}, "unknown list 'C'"),
        ({"lists": [("A", "A")]}, "two different lists or more"),
        ({"level": 1.0}, "level 1.0 is not between"),
        (
            {"learner": lambda x, c, k: lambda of: np.full((len(of["age"]), 3), np.nan)},
            "not numbers",
        ),
    ],
)
def test_used_wrongly(people: PersonTable, settings: dict[str, Any], words: str) -> None:
    with pytest.raises(UsedWrongly, match=words):
        doubly_robust(people, **settings)


def test_the_regression_is_at_its_optimum() -> None:
    rng = np.random.default_rng(6)
    X = np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    cell = rng.integers(0, 3, 60)
    found = fit_multinomial(X, cell, 3, 2.0)
    best = minimize(
        lambda b: naive.loss(b.reshape(3, 2), X, cell.tolist(), 3, 2.0), np.zeros(6), tol=1e-9
    )
    assert naive.loss(found, X, cell.tolist(), 3, 2.0) <= best.fun + 1e-7
    assert found.ravel() == pytest.approx(best.x, abs=1e-3)


def test_the_spline() -> None:
    knots = np.array([-1.0, -0.2, 0.5, 1.4])
    x = np.linspace(-2, 3, 11)
    assert _spline(x, knots) == pytest.approx(
        np.array([naive.spline(v, knots.tolist()) for v in x.tolist()])
    )
    beyond = _spline(np.array([2.0, 3.0, 4.0]), knots)
    assert beyond[0] + beyond[2] == pytest.approx(2 * beyond[1])  # a straight line out there


def write(path: Path, text: str) -> Path:
    file = path / "people.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_reading_people(tmp_path: Path) -> None:
    file = write(tmp_path, "A,B,age,sex,region\n1,0,30,f,1\n0,1,41,m,2\n1,1,30,f,2\n")
    people = read_persons(file, ["age", "sex", "region"], categorical=["region"])
    assert people.lists == ("A", "B")
    assert people.counts() == {"11": 1, "10": 1, "01": 1}
    assert [people.covariates[name].dtype.kind for name in ("age", "sex", "region")] == list("fUU")


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("A,B,age\n1,0,\n", BadInput, "row 2, column 'age': empty"),
        ("A,B,age\n1,Kim,30\n", BadInput, "row 2, column 2: neither 0 nor 1"),
        ("A,B,age\n0,0,30\n", BadInput, "1 people are on no list"),
        ("A,B,age\n1,0,2001-05-03\n", BadInput, "looks like a date"),
        ("A,B,sex\n1,0,f\n", UsedWrongly, "no covariate column 'age'"),
        ("count,age\n3,30\n", BadInput, "no column of 0 and 1 that is not a covariate"),
        ("A,B,age\n", BadInput, "no rows"),
        ("A,B,age\n1,0,30\n0,1,nan\n", BadInput, "row 3, column 'age': not a finite number"),
        ("A,B,age\n1,0,inf\n0,1,30\n", BadInput, "row 2, column 'age': not a finite number"),
        ("A,B,age\n1,0,30\n0,1,1e300\n", BadInput, "row 3, column 'age': a number beyond 1e15"),
        ("A,B,age\n" + "".join(f"1,0,n{i}\n" for i in range(60)), BadInput, "60 different values"),
        ("A,B,age\n" + "".join(f"1,0,{i}\n" for i in range(120)), BadInput, "like an identifier"),
    ],
)
def test_people_that_may_not_be_read(
    tmp_path: Path, text: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_persons(write(tmp_path, text), ["age"])
    assert "Kim" not in str(caught.value)
