"""R-hat and effective sample size against arviz-stats."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats as untyped

from uncounted.estimate.base.mcmc import Convergence, Floats, convergence

array_stats = untyped
AXES = {"chain_axis": 0, "draw_axis": 1}


def chains(kind: str, many: int, draws: int) -> Floats:
    rng = np.random.default_rng(len(kind) + many + draws)
    noise = rng.normal(size=(many, draws))
    if kind == "independent":
        return noise
    if kind == "apart":
        return noise + np.arange(many)[:, None]
    if kind == "ties":
        return np.round(noise)
    if kind == "wide":
        return noise * np.linspace(1, 3, many)[:, None]
    for t in range(1, draws):
        noise[:, t] += (-0.7 if kind == "turns" else 0.95) * noise[:, t - 1]
    return noise


@pytest.mark.parametrize("kind", ["independent", "apart", "ties", "wide", "slow", "turns"])
@pytest.mark.parametrize(("many", "draws"), [(4, 50), (8, 201), (4, 2000), (8, 7)])
def test_figures_are_those_of_arviz(kind: str, many: int, draws: int) -> None:
    x = chains(kind, many, draws)
    found = convergence(x)
    assert found.rhat == pytest.approx(max(1.0, float(array_stats.rhat(x, **AXES))), rel=1e-12)
    bulk = float(array_stats.ess(x, method="bulk", **AXES))
    assert found.ess == pytest.approx(bulk, rel=1e-9)
    tail = float(array_stats.ess(x, method="tail", prob=(0.05, 0.95), **AXES))
    assert found.tail == pytest.approx(tail, rel=1e-9)


def test_what_cannot_be_judged_does_not_agree() -> None:
    x = chains("independent", 4, 100)
    assert convergence(x[:, :3]) == Convergence(np.inf, 0.0, 0.0)
    x[0, 0] = np.inf
    assert not convergence(x).reached(1)
    still = np.repeat(np.arange(4.0)[:, None], 100, axis=1)
    assert convergence(still).rhat > 1e6
