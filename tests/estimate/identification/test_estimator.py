"""Identification: models of the seen patterns, named assumptions, priors on N."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping

import numpy as np
import pytest
from tests.estimate import naive_identify as naive
from tests.estimate.test_all_estimators import HOPELESS

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate import saturated, two_list
from uncounted.estimate.base.assumptions import (
    NHOI,
    MarginalPair,
    words,
)
from uncounted.estimate.base.posterior import LAST
from uncounted.estimate.base.priors import INVERSE, GammaPoissonPrior, draw_n0, log_acceptance
from uncounted.estimate.identification.cell_models import (
    Dirichlet,
    log_gammas,
    patterns,
)
from uncounted.estimate.identification.estimator import identify

PAIR = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})


def shares_of(J: int, draws: int = 5) -> np.ndarray:
    return np.random.default_rng(J).dirichlet(np.ones(2**J - 1), size=draws)


# The seen patterns -----------------------------------------------------------------------


def test_a_dirichlet_draw_has_the_moments_of_its_distribution(kosovo: CaptureTable) -> None:
    shares = np.exp(next(Dirichlet(1).batches(kosovo, 4000, np.random.default_rng(1))))
    assert shares.sum(axis=1) == pytest.approx(1.0)
    a = np.array([kosovo.counts[p] + 1 for p in patterns(kosovo.lists)])
    mean, A = a / a.sum(), a.sum()
    se = np.sqrt(mean * (1 - mean) / (A + 1) / 4000)
    assert np.abs((shares.mean(axis=0) - mean) / se).max() < 4.5


def test_logs_of_small_gammas_do_not_underflow() -> None:
    """E log Gamma(a) = digamma(a); at a = 2^-10 nearly all draws are 0 as plain numbers."""
    logs = log_gammas(np.array([2.0**-10, 2.0]), 20_000, np.random.default_rng(1))
    assert np.isfinite(logs).all()
    assert logs[:, 0].mean() == pytest.approx(-1024.577, rel=0.03)  # digamma(2^-10)
    assert logs[:, 1].mean() == pytest.approx(0.42278, abs=0.02)  # digamma(2)


# The assumptions ---------------------------------------------------------------------------


@pytest.mark.parametrize("J", [2, 3, 4])
@pytest.mark.parametrize("xi", [0.5, 1.0, 3.0])
def test_assumptions_agree_with_their_twins(J: int, xi: float) -> None:
    lists = tuple("ABCD"[:J])
    rows = shares_of(J, 20)
    for row in rows:
        shares = dict(zip(patterns(lists), row, strict=True))
        logs = np.log(row)[None]
        assert np.exp(NHOI(xi).log_odds(logs, lists))[0] == pytest.approx(
            naive.odds_nhoi(shares, xi)
        )
        twin = naive.odds_pair(shares, 1, 0, xi)
        found = MarginalPair("B", "A", xi).log_odds(logs, lists)[0]
        if twin <= 0:
            assert np.isnan(found)
        else:
            assert np.exp(found) == pytest.approx(twin)


def test_xi_means_what_the_words_say() -> None:
    """On the whole table: 1 / odds ratio, and for three lists a ratio of odds ratios."""
    row = [0.25, 0.25, 0.1, 0.2, 0.1, 0.05, 0.05]
    shares = dict(zip(patterns("ABC"), row, strict=True))
    logs = np.log(list(shares.values()))[None]
    lists = ("A", "B", "C")
    pi = naive.whole(shares, float(np.exp(NHOI(2.5).log_odds(logs, lists))[0]))
    on, off = naive.odds_ratio(pi, 0, 1, {2: "1"}), naive.odds_ratio(pi, 0, 1, {2: "0"})
    assert on / off == pytest.approx(2.5)
    pi = naive.whole(shares, float(np.exp(MarginalPair("A", "B", 0.2).log_odds(logs, lists))[0]))
    assert naive.odds_ratio(pi, 0, 1, {}) == pytest.approx(5.0)


def test_a_pair_of_two_lists_is_the_odds_ratio() -> None:
    logs = np.log(shares_of(2))
    for xi in (0.5, 2.0):
        pair = MarginalPair("A", "B", xi).log_odds(logs, ("A", "B"))
        assert pair == pytest.approx(NHOI(xi).log_odds(logs, ("A", "B")))


@pytest.mark.parametrize("xi", [0.0, -1.0, math.inf, math.nan])
def test_an_xi_that_is_none(xi: float) -> None:
    for make in (NHOI, lambda x: MarginalPair("A", "B", x)):
        with pytest.raises(UsedWrongly, match="is not above 0"):
            make(xi)


def test_lists_that_are_not_there(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="unknown list 'UN'"):
        identify(kosovo, assumption=MarginalPair("UN", "HRW"))
    with pytest.raises(UsedWrongly, match="names each of them once"):
        identify(kosovo, assumption=MarginalPair("ABA", "ABA"))


def test_words_of_the_assumptions() -> None:
    assert words(("A", "B"), 0.5).endswith("are 2 times as high for people on A as for people not "
                                           "on it.")  # fmt: skip
    assert "2 times as large among people on C" in words(("A", "B", "C"), 2.0)
    assert words(("A", "B", "C", "D")).endswith("(no highest-order interaction).")
    assert "0.5 times as many" in words(("A", "B", "C", "D"), 2.0)
    three, four = NHOI(2.0).exact(("A", "B", "C")), NHOI(2.0).exact(("A", "B", "C", "D"))
    assert "over that among people not on it, is 2" in three
    assert "the 4-way log-linear interaction is -0.6931" in four
    assert "the odds ratio of the two lists is 0.5" in NHOI(2.0).exact(("A", "B"))
    pair = MarginalPair("A", "B", 0.5)
    assert "2 times as high for people on A" in pair.plain(("A", "B", "C"))
    assert "all N people" in pair.exact(("A", "B", "C"))


# The priors on N -----------------------------------------------------------------------------


def test_acceptance_is_a_ratio_of_negative_binomials() -> None:
    a, M, n = 9.0, 12_000.0, 4400
    prior = GammaPoissonPrior(a, M / a)
    for odds in (0.01, 1.0, 3.0, 50.0):
        twin = naive.log_negative_binomial(n, a, M / (1 + odds)) - naive.log_negative_binomial(
            n, a, n
        )
        assert log_acceptance(prior, n, np.log([odds]))[0] == pytest.approx(twin, rel=1e-6)
    assert log_acceptance(prior, n, np.array([np.nan]))[0] == -np.inf
    assert log_acceptance(INVERSE, n, np.array([np.nan, 0.0])).tolist() == [-np.inf, 0.0]


@pytest.mark.parametrize(("M", "a"), [(150, 43), (120, 9), (300, 1.6)])
def test_an_informed_prior_agrees_with_a_sum_over_every_n0(M: float, a: float) -> None:
    """The acceptance step against p(n0 | x) summed over the same draws of pi_0."""
    prior = GammaPoissonPrior(a, M / a)
    drawn = next(Dirichlet(1).batches(PAIR, 1500, np.random.default_rng(4)))
    odds = np.exp(NHOI().log_odds(drawn, PAIR.lists))
    mass = naive.posterior_n0(
        odds.tolist(), 70, lambda N: naive.log_negative_binomial(N, a, M), 1500
    )
    estimate = identify(PAIR, assumption=NHOI(), prior=prior, draws=20_000)
    assert estimate.draws is not None
    for level in (0.1, 0.5, 0.9):
        twin = 70 + naive.quantile(mass, level)
        assert np.quantile(estimate.draws, level) == pytest.approx(twin, abs=0.04 * twin)
    assert estimate.mean == pytest.approx(70 + mass @ np.arange(1501), rel=0.03)


def test_the_inverse_prior_agrees_with_a_sum_over_every_n0() -> None:
    odds = np.full(20_000, 1.5)
    n0 = draw_n0(INVERSE, 30, np.log(odds), np.random.default_rng(1))
    mass = naive.posterior_n0([1.5], 30, lambda N: -math.log(N), 1000)
    for level in (0.05, 0.5, 0.95):
        assert abs(np.quantile(n0, level) - naive.quantile(mass, level)) <= 1


def test_pi_0_may_be_as_near_to_one_or_nought_as_it_likes() -> None:
    rng = np.random.default_rng(1)
    far = np.array([-800.0, 800.0])
    assert draw_n0(INVERSE, 10, far, rng).tolist() == [0, LAST]
    prior = GammaPoissonPrior(10, 100)
    chance = log_acceptance(prior, 10, far)
    assert np.isfinite(chance).all()
    assert (chance < 0).all()
    n0 = draw_n0(prior, 10, far, rng)
    assert n0[0] == 0
    # Nearly all are unseen: n0 is then NB(n + a, of mean (n + a) M / a).
    assert 500 < n0[1] < 5000


def test_kosovo_under_the_three_priors(kosovo: CaptureTable) -> None:
    """Priors of Aleshin-Guendel, Sadinle and Wakefield (2024): each pulls as far as it is sure."""
    flat = identify(kosovo)
    pulled = [
        identify(kosovo, prior=GammaPoissonPrior(a, M / a))
        for M, a in ((8000, 43), (12_000, 9), (10_000, 1.6))
    ]
    points = [each.number() for each in pulled]
    assert 8000 < points[0] < points[1] < points[2] < flat.number()
    taken = [each.diagnostics["accepted"] for each in pulled]
    assert taken[0] < 0.1 < taken[1] < taken[2] < 1


@pytest.mark.parametrize(("shape", "scale"), [(0, 5), (5, 0), (math.nan, 5), (5, math.inf)])
def test_priors_that_are_none(shape: float, scale: float) -> None:
    with pytest.raises(UsedWrongly, match="both must be above 0"):
        GammaPoissonPrior(shape, scale)


def test_a_prior_that_the_table_contradicts(kosovo: CaptureTable) -> None:
    estimate = identify(kosovo, prior=GammaPoissonPrior(5000, 1), draws=200)
    assert estimate.status == "refused"
    assert "the table and the prior on N contradict each other" in (estimate.reason or "")


# All together --------------------------------------------------------------------------------


def test_kosovo_at_each_xi(kosovo: CaptureTable) -> None:
    """N(xi) as published from plain counts, and the same by the frequentist version."""
    xis = (0.5, 2 / 3, 1, 1.5, 2)
    published = (29_484, 23_213, 16_942, 12_761, 10_671)
    for xi, N in zip(xis, published, strict=True):
        assert saturated(kosovo, xi=xi).point == pytest.approx(N, abs=0.5)
        assert 4400 + naive.n0_with_offset(kosovo.counts, xi) == pytest.approx(N, abs=0.5)
        estimate = identify(kosovo, assumption=NHOI(xi), cells=Dirichlet(None))
        assert estimate.point == pytest.approx(N, rel=0.03)


def test_the_frequentist_version_with_three_lists(tables: Mapping[str, CaptureTable]) -> None:
    table = tables["hepatitis"]
    for xi in (0.5, 2.0):
        n0 = naive.n0_with_offset(table.counts, xi)
        assert saturated(table, xi=xi).point == pytest.approx(table.observed + n0)


def test_the_mean_is_exact_where_there_is_one(kosovo: CaptureTable) -> None:
    drawn = next(Dirichlet(1).batches(kosovo, 40_000, np.random.default_rng(8)))
    odds = np.exp(NHOI(2.0).log_odds(drawn, kosovo.lists))
    estimate = identify(kosovo, assumption=NHOI(2.0))
    se = 4400 * odds.std() / 200
    assert estimate.mean == pytest.approx(4400 * (1 + odds.mean()), abs=4 * se)
    assert identify(kosovo, assumption=MarginalPair("ABA", "HRW")).mean is None


def test_two_lists_are_the_method_for_two_lists() -> None:
    for psi in (0.5, 1.0, 2.0):
        one = two_list(PAIR, psi=psi, draws=20_000)
        other = identify(PAIR, cells=Dirichlet(0.5), assumption=NHOI(1 / psi), draws=20_000)
        assert one.point == pytest.approx(other.point, rel=0.02)
        assert one.interval == pytest.approx(other.interval, rel=0.05)
    assert two_list(PAIR, psi=2.0).assumption.startswith(NHOI(0.5).plain(("A", "B")))


@pytest.mark.parametrize("psi", [0.0, -1.0, math.nan, math.inf, 1e308])
def test_a_psi_that_is_none(psi: float) -> None:
    with pytest.raises(UsedWrongly, match="is not a number above 0"):
        two_list(PAIR, psi=psi)


@pytest.mark.parametrize("sd", [-1.0, math.nan, math.inf])
def test_a_doubt_about_psi_that_is_none(sd: float) -> None:
    with pytest.raises(UsedWrongly, match="must be 0 or more"):
        two_list(PAIR, psi=1.0, log_psi_sd=sd)


def test_two_lists_need_a_stated_assumption() -> None:
    refusal = identify(PAIR)
    assert "must be assumed" in (refusal.reason or "")
    assert identify(PAIR, assumption=NHOI()).ok
    with pytest.raises(NotEstimable, match="must be assumed"):
        refusal.number()


def test_the_order_of_the_lists_is_nothing(kosovo: CaptureTable) -> None:
    assumption = MarginalPair("ABA", "HRW")
    first = identify(kosovo, assumption=assumption, draws=1600)
    again = identify(kosovo.select(kosovo.lists[::-1]), assumption=assumption, draws=1600)
    assert again.interval == first.interval
    assert np.array_equal(again.draws, first.draws)  # type: ignore[arg-type]
    other = identify(kosovo, assumption=assumption, draws=1600, seed=2)
    assert not np.array_equal(other.draws, first.draws)  # type: ignore[arg-type]


def test_an_empty_pattern_is_answered_and_its_prior_shown(
    tables: Mapping[str, CaptureTable],
) -> None:
    """Korea: nobody on c and d alone. The plain estimate is infinite; here the prior speaks."""
    korea = tables["korea"]
    assert saturated(korea).status == "refused"
    estimate = identify(korea)
    assert estimate.ok
    assert estimate.diagnostics["empty_patterns"] == 1
    (warning,) = [each for each in estimate.warnings if each.code == "prior-share"]
    share = estimate.diagnostics["prior_share"]
    assert warning.text == f"{share:.0%} of the variance is due to the prior of Dirichlet(1)"
    assert estimate.mean is None
    assert "infinite" in estimate.settings["mean"]
    half = identify(korea, cells=Dirichlet(0.5), draws=2000)
    assert (estimate.point or 0) < (half.point or 0)
    smallest = identify(korea, cells=Dirichlet(None))
    assert smallest.status == "refused"
    assert "of the variance comes from the prior of" in (smallest.reason or "")
    assert estimate.diagnostics["prior_share"] < half.diagnostics["prior_share"]


def test_the_prior_says_nothing_where_every_pattern_has_people(kosovo: CaptureTable) -> None:
    estimate = identify(kosovo)
    assert estimate.diagnostics["prior_share"] == 0
    assert estimate.warnings == ()


def test_draws_that_contradict_a_pair_are_counted_and_too_many_refused(
    kosovo: CaptureTable,
) -> None:
    """At a large xi more are seen on neither of the two than there can be."""
    rows = [
        identify(kosovo, assumption=MarginalPair("ABA", "HRW", xi), draws=2000)
        for xi in (1.0, 2.5, 4.0)
    ]
    assert rows[0].diagnostics["contradicted"] == 0
    assert rows[-1].status == "refused"
    assert "of the draws contradict what is assumed" in (rows[-1].reason or "")
    partly = identify(
        CaptureTable.of(
            "ABC", {"100": 9, "010": 8, "110": 6, "001": 10, "101": 3, "011": 3, "111": 2}
        ),
        assumption=MarginalPair("A", "B"),
    )  # fmt: skip
    assert 0.01 < partly.diagnostics["contradicted"] < 0.5
    (warning,) = [each for each in partly.warnings if each.code == "assumption-contradicted"]
    assert warning.text.startswith(f"{partly.diagnostics['contradicted']:.1%} of the draws")


def test_what_cannot_be_requested(kosovo: CaptureTable) -> None:
    with pytest.raises(UsedWrongly, match="not a model of the cell probabilities"):
        identify(kosovo, cells="guess")  # type: ignore[arg-type]
    with pytest.raises(UsedWrongly, match="at least 1 draw"):
        identify(kosovo, draws=0)
    with pytest.raises(UsedWrongly, match="level 2 is not between"):
        identify(kosovo, level=2)
    with pytest.raises(UsedWrongly, match="a pseudo-count must be above 0, not"):
        Dirichlet(0)


def test_what_is_reported_is_plain_json(kosovo: CaptureTable) -> None:
    for assumption in (NHOI(2.0), MarginalPair("EXH", "ABA")):
        said = json.dumps(identify(kosovo, assumption=assumption).to_json(), allow_nan=False)
        back = json.loads(said)
        assert back["method"] == "identified"
        assert back["settings"]["identified_by"] == assumption.name
        assert back["settings"]["exactly"] == assumption.exact(kosovo.lists)
        assert kosovo.digest() not in said


def test_hopeless_tables_are_refused() -> None:
    for table in HOPELESS.values():
        assert identify(table, assumption=NHOI()).status == "refused"


def test_too_many_lists() -> None:
    lists = [f"L{i}" for i in range(11)]
    table = CaptureTable.tally(lists, [{lists[i], lists[i - 1]} for i in range(11)] * 5)
    assert "up to 10 lists" in (identify(table).reason or "")


def test_huge_counts_end_in_finite_numbers() -> None:
    table = CaptureTable.of("AB", {"10": 4 * 10**13, "01": 2 * 10**13, "11": 10**13})
    estimate = identify(table, assumption=NHOI())
    assert estimate.point == pytest.approx(1.5e14, rel=1e-3)
