"""Latent classes against published runs of R LCMCR, stuck chains, refusals in words."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

import attrs
import numpy as np
import pytest
from scipy.special import gammaln
from tests.estimate.naive_latent import twenty_lists

from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.mcmc import Convergence, convergence, places
from uncounted.estimate.latent_class.chains import (
    ChainDraws,
    _each,
    bound_of,
    pattern_tree,
    sample,
    start,
)
from uncounted.estimate.latent_class.estimator import StickBreakingPrior, _short, latent_class
from uncounted.estimate.latent_class.gibbs import FINE, LOST, TOO_MANY, run_plain
from uncounted.estimate.latent_class.kernels import Prior

PRIOR = Prior(0.25, 0.25, 1.0, 1.0, 35.0)


# R LCMCR 0.4.14, K = 10, alpha ~ Gamma(.25, .25), November 2026: 2.5%, median, 97.5% and the
# effective draws behind them: six chains of 120,000 sweeps (kosovo, korea; R-hat 1.004, 1.003),
# or one run of the man page's settings (hiv), at the rate at which its sampler mixes.
@pytest.mark.parametrize(
    ("name", "low", "middle", "high", "worth"),
    [
        ("kosovo", 9147, 10468, 13952, 1400),
        ("korea", 124, 138, 203, 6000),
        ("hiv", 9327, 10842, 12863, 320),
    ],
)
def test_agrees_with_r_lcmcr(
    tables: Mapping[str, CaptureTable], name: str, low: int, middle: int, high: int, worth: int
) -> None:
    """Within three Monte Carlo standard errors of the log median."""
    fit = latent_class(tables[name], target_ess=1200)
    n = tables[name].observed
    spread = (np.log(high - n) - np.log(low - n)) / 3.92
    error = 1.2533 * spread * (1 / worth + 1 / 1200) ** 0.5
    assert abs(np.log(fit.number() - n) - np.log(middle - n)) < 3 * error + 0.5 / (middle - n)


def test_the_united_kingdom_has_one_answer(tables: Mapping[str, CaptureTable]) -> None:
    """Six chains of R LCMCR (120,000 sweeps): medians 13,285 to 22,812, R-hat 1.15.

    The four that agree are at 21,430 to 22,812; so are all eight here.
    """
    fit = latent_class(tables["uk"], target_ess=1200)
    medians = fit.diagnostics["chain_medians"]
    assert fit.diagnostics["rhat"] <= 1.01
    assert len(medians) == 8
    assert min(medians) > 20_000
    assert 21_400 < fit.number() < 23_200


def test_plain_chains_stick_where_these_do_not() -> None:
    """20 lists: a plain chain looks converged by itself, 40% too low.

    Of 48 chains of 8,000 sweeps, twelve had medians below 3,600; this is one of the six
    with R-hat 1.013 or less over its own parts.
    """
    table = twenty_lists()
    assert len(table.lists) == 20
    assert table.observed == 968
    counts = pattern_tree(table)
    rng = np.random.Generator(np.random.SFC64(3))
    x, y = start("least", counts, PRIOR, 10, rng)
    n0, _, _ = run_plain(rng, x, y, counts, PRIOR, 8000, 4)
    plain = n0[500:]
    alone = convergence(np.log(plain + 0.5).reshape(3, 500))
    fit = latent_class(table, target_ess=1200)
    assert alone.reached(200)
    assert np.median(plain) + 968 < 3000
    assert np.quantile(plain, 0.975) + 968 < 3600
    assert fit.diagnostics["rhat"] <= 1.01
    assert min(fit.diagnostics["chain_medians"]) > 4300
    assert fit.interval is not None
    assert 3700 < fit.interval[0] < 4100


def test_one_class_is_independence(kosovo: CaptureTable) -> None:
    """A rough limit: lists independent, N n-fold binomial; the profile's maximum is 7,395."""
    fit = latent_class(kosovo, prior=StickBreakingPrior(classes=1), target_ess=1000)
    assert fit.number() == pytest.approx(7395, rel=0.005)


def test_one_class_has_the_posterior_that_can_be_summed() -> None:
    """p(n0 | x) ~ [N! / n0!] / N prod over lists of B(1 + n_j, 1 + N - n_j), chances summed out."""
    table = CaptureTable.of("ABC", {"100": 6, "010": 4, "001": 5, "110": 1, "101": 2, "111": 1})
    fit = latent_class(table, prior=StickBreakingPrior(classes=1), target_ess=6000, draws=100_000)
    assert fit.draws is not None
    n0 = np.arange(100_000)
    N = n0 + table.observed
    log_p = gammaln(N) - gammaln(n0 + 1)
    for total in table.list_totals.values():
        log_p += gammaln(N - total + 1) - gammaln(N + 2)
    p = np.exp(log_p - log_p.max())
    p /= p.sum()
    exact = float(p @ np.log(n0 + 0.5))
    spread = float(p @ (np.log(n0 + 0.5) - exact) ** 2) ** 0.5
    found = np.log(fit.draws - table.observed + 0.5)
    assert abs(found.mean() - exact) < 4 * spread / fit.diagnostics["ess"] ** 0.5


def test_order_of_lists_and_threads_change_nothing(
    tables: Mapping[str, CaptureTable], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tables["korea"]
    two = latent_class(table.select(table.lists[::-1]), target_ess=400)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    one = latent_class(table, target_ess=400)
    assert one.draws is not None
    assert two.draws is not None
    assert np.array_equal(one.draws, two.draws)
    assert one.interval == two.interval


def test_draws_and_mean(tables: Mapping[str, CaptureTable]) -> None:
    fit = latent_class(tables["spina-bifida"], target_ess=1000, draws=20_000)
    assert fit.draws is not None
    assert fit.mean is not None
    assert len(fit.draws) == 20_000
    assert np.median(fit.draws[:8000]) == pytest.approx(fit.number(), rel=0.01)
    assert fit.draws.mean() == pytest.approx(fit.mean, rel=0.01)
    assert fit.settings["mean"] == "finite"
    heavy = latent_class(
        tables["spina-bifida"], target_ess=400, prior=StickBreakingPrior(chance=(0.5, 1.0))
    )
    assert heavy.mean is None
    assert "no variance" in heavy.settings["mean"]


def test_says_what_the_prior_decides(kosovo: CaptureTable) -> None:
    fit = latent_class(kosovo, target_ess=400)
    said = json.loads(json.dumps(fit.to_json(), allow_nan=False))
    assert {
        "code": "lca-prior",
        "text": "4 lists give 15 cells; 10 classes have 49 parameters: the prior matters",
    } in said["warnings"]
    assert said["diagnostics"]["modes"] == 1
    assert 0.6 < said["diagnostics"]["acceptance_leap"] < 0.95


def test_no_time_no_number(tables: Mapping[str, CaptureTable]) -> None:
    fit = latent_class(tables["uk"], budget=0.02)
    assert fit.status == "refused"
    assert fit.reason is not None
    assert "have not converged within the steps allowed" in fit.reason
    assert fit.point is None
    assert fit.draws is None


def test_fewer_draws_than_wanted_are_reported(tables: Mapping[str, CaptureTable]) -> None:
    """The steps end between 400 and the target: a number, and what its chains are worth."""
    fit = latent_class(tables["spina-bifida"], target_ess=1e6, budget=0.5)
    assert fit.ok
    assert not fit.diagnostics["target_reached"]
    (warning,) = [each for each in fit.warnings if each.code == "low-ess"]
    assert warning.text.endswith("(<1,000,000)")
    enough = latent_class(tables["spina-bifida"], target_ess=500)
    assert "low-ess" not in {each.code for each in enough.warnings}


def test_limits_known_from_few_draws_are_reported() -> None:
    few = ChainDraws(
        n0=np.ones((4, 10), np.int64),
        logits=np.zeros((4, 10)),
        classes=np.ones((4, 10), np.int64),
        convergence=Convergence(rhat=1.0, ess=900.0, tail=90.0),
        rounds=10,
        leaps=np.ones(4),
        exchanges=np.ones(4),
        dropped=0,
    )
    (warning,) = _short(few, 800.0)
    assert str(warning) == "low-tail-ess: latent class: tail ESS 90 (<400)"
    assert _short(attrs.evolve(few, convergence=Convergence(1.0, 900.0, 400.0)), 800.0) == ()


def test_chains_in_two_places_are_named() -> None:
    rng = np.random.default_rng(1)
    apart = rng.normal(size=(8, 400)) * 0.1 + np.array([8, 8, 9, 8, 9, 9, 8, 8])[:, None]
    assert places(apart) == [[0, 1, 3, 6, 7], [2, 4, 5]]
    assert not convergence(apart).reached(400)


def test_stuck_chains_refuse_and_say_where(monkeypatch: pytest.MonkeyPatch) -> None:
    """With leaps of one step, and half a second, what is left is not enough: no answer."""
    monkeypatch.setattr(sys.modules[sample.__module__], "STEPS", 1)
    fit = latent_class(twenty_lists(), budget=0.2)
    assert fit.status == "refused"
    assert "R-hat is" in (fit.reason or "")


def test_agreement_is_that_of_a_known_series() -> None:
    """AR(1) with coefficient r: effective draws are (1 - r) / (1 + r) of all."""
    rng = np.random.default_rng(6)
    draws = np.zeros((8, 4000))
    for t in range(1, 4000):
        draws[:, t] = 0.8 * draws[:, t - 1] + rng.normal(size=8)
    found = convergence(draws)
    assert found.ess == pytest.approx(32_000 / 9, rel=0.15)
    assert found.rhat < 1.01
    assert convergence(np.ones((4, 100))) == Convergence(1.0, 400.0, 400.0)


@pytest.mark.sampler
def test_many_people_and_many_lists_end() -> None:
    """A thousand million people, and 40 sparse lists: a number or a refusal, in its time."""
    big = CaptureTable.of(
        "ABC",
        {"100": 3 * 10**8, "010": 2 * 10**8, "001": 10**8, "110": 10**7, "101": 10**7,
         "011": 10**7, "111": 10**6},
    )  # fmt: skip
    rng = np.random.default_rng(3)
    names = [f"L{j}" for j in range(40)]
    on = rng.random((3000, 40)) < rng.uniform(0.01, 0.04, 40)
    wide = CaptureTable.tally(
        names, [[n for n, hit in zip(names, row, strict=True) if hit] for row in on if row.any()]
    )
    for table in (big, wide):
        fit = latent_class(table, budget=1.0)
        assert fit.seconds < 30
        assert fit.ok == (fit.diagnostics.get("rhat", 9.0) <= 1.01)


def test_two_lists_are_refused() -> None:
    fit = latent_class(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))
    assert fit.status == "refused"
    assert "at least 3 lists" in (fit.reason or "")


def test_a_person_on_many_lists_narrows_the_chances() -> None:
    names = [f"L{j}" for j in range(12)]
    table = CaptureTable.tally(names, [names, *([[name] for name in names])])
    assert bound_of(table) == pytest.approx(340 / 12)


@pytest.mark.parametrize(
    ("code", "words"), [(TOO_MANY, "64-bit integers"), (LOST, "too small to represent")]
)
def test_why_a_chain_stopped_is_reported(code: int, words: str) -> None:
    _each([FINE, FINE])
    with pytest.raises(NotEstimable, match=words):
        _each([FINE, code])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"prior": StickBreakingPrior(classes=0)}, "not between 1 and 50"),
        ({"chains": 2}, "too few to check convergence"),
        ({"target_ess": 100}, "too small an effective sample size"),
        ({"prior": StickBreakingPrior(alpha=(0.0, 1.0))}, "above 0"),
        ({"budget": 0.0}, "above 0 seconds"),
        ({"level": 1.0}, "not between 0 and 1"),
    ],
)
def test_settings_that_cannot_be(
    kosovo: CaptureTable, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(UsedWrongly, match=words):
        latent_class(kosovo, **settings)  # type: ignore[arg-type]
