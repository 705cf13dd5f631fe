"""The model of a method's errors, against direct simulation and numerical integration."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, poisson

from uncounted.estimate.track_record.error_model import (
    ErrorModel,
    KnownError,
    fit_error_model,
    implied_log_sd,
    log_likelihood,
)

MODEL = ErrorModel(0.7, 0.8)


@pytest.mark.parametrize(
    ("estimated", "log_sd"), [(0.0, 0.5), (3.0, 0.3), (400.0, 0.1), (1e6, 0.0)]
)
def test_interval_agrees_with_draws(estimated: float, log_sd: float) -> None:
    rng = np.random.default_rng(1)
    sd = math.hypot(MODEL.sd, log_sd)
    n0 = rng.poisson(
        np.exp(math.log(estimated + 0.5) + MODEL.shift + sd * rng.normal(size=400_000))
    )
    middle, low, high = MODEL.undocumented(estimated, log_sd, 0.9)
    for value, at in ((low, 0.05), (middle, 0.5), (high, 0.95)):
        assert np.mean(n0 <= value) >= at - 0.004
        assert np.mean(n0 < value) <= at + 0.004


@pytest.mark.parametrize(
    ("estimated", "log_sd", "n0"), [(0.0, 0.4, 0), (0.2, 0.9, 2), (40, 0.3, 90)]
)
def test_likelihood_agrees_with_numerical_integration(
    estimated: float, log_sd: float, n0: int
) -> None:
    centre, sd = math.log(estimated + 0.5) + MODEL.shift, math.hypot(MODEL.sd, log_sd)
    found, _ = quad(
        lambda x: poisson.pmf(n0, math.exp(x)) * norm.pdf(x, centre, sd),
        centre - 9 * sd,
        centre + 9 * sd,
        limit=400,
    )
    error = KnownError("a", estimated, log_sd, n0)
    assert log_likelihood(MODEL, [error])[0] == pytest.approx(math.log(found), abs=1e-4)


def test_fit_recovers_what_errors_were_drawn_from() -> None:
    rng = np.random.default_rng(2)
    errors = []
    for collection in range(300):
        estimated = float(rng.uniform(5, 2000))
        log_l = math.log(estimated + 0.5) + rng.normal(0.7, math.hypot(0.8, 0.3))
        errors.append(
            KnownError(str(collection), estimated, 0.3, int(rng.poisson(math.exp(log_l))))
        )
    found = fit_error_model(errors)
    assert found.shift == pytest.approx(0.7, abs=0.17)
    assert found.sd == pytest.approx(0.8, abs=0.12)


def test_a_collection_counts_once_however_many_populations_it_has() -> None:
    few = [KnownError("a", 100, 0.1, 100), KnownError("b", 100, 0.1, 300)]
    many = [*few, *[KnownError("b", 100, 0.1, 300)] * 20]
    assert fit_error_model(many).shift == pytest.approx(fit_error_model(few).shift, abs=0.01)


def test_sd_implied_by_an_interval() -> None:
    z = 1.959964
    limits = (100 * math.exp(-0.4 * z) - 0.5, 100 * math.exp(0.4 * z) - 0.5)
    assert implied_log_sd(limits, 0.95) == pytest.approx(0.4, rel=1e-5)
    assert implied_log_sd((5.0, math.inf), 0.95) is None
