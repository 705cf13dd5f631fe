"""Exact averages against published values, and the adaptive grid against the exact one."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import GammaPoissonPrior, decomposable


def test_kosovo_equals_r_dga(kosovo: CaptureTable) -> None:
    """R dga 2.0.2, bma.cr(delta = 2^-4), n0 in 0..60000: mean 12749.344529 (November 2026)."""
    estimate = decomposable(kosovo, grid=range(60_001))
    assert estimate.mean == pytest.approx(12749.344529, abs=1e-6)
    assert (estimate.point, estimate.interval) == (12595, (9827, 16544))


def test_congenital_anomaly_equals_r_dga(tables: Mapping[str, CaptureTable]) -> None:
    """R dga 2.0.2, delta = 0.5, n0 in 0..2000: mean 617.815993 (November 2026)."""
    estimate = decomposable(tables["congenital"], delta=0.5, grid=range(2001))
    assert estimate.mean == pytest.approx(617.815993, abs=1e-6)
    assert (estimate.point, estimate.interval) == (616, (588, 655))


def test_spina_bifida_with_madigan_and_yorks_prior(tables: Mapping[str, CaptureTable]) -> None:
    """Madigan and York (1997): average over 8 graphs, Bayes estimate 731, as R dga's tests say."""
    estimate = decomposable(
        tables["spina-bifida"],
        delta=1.0,
        prior=GammaPoissonPrior(13.14, 55.17),
        grid=range(2001),
        draws=20_000,
    )
    assert estimate.mean == pytest.approx(733.6767, abs=1e-4)
    assert (estimate.point, estimate.interval) == (731, (682, 797))
    assert estimate.draws is not None
    inverse = 1 / estimate.draws
    assert inverse.mean() / (inverse**2).mean() == pytest.approx(731.1814, abs=0.1)


@pytest.mark.parametrize("name", ["spina-bifida", "kosovo", "uk", "congenital"])
def test_steps_agree_with_every_whole_number(tables: Mapping[str, CaptureTable], name: str) -> None:
    table = tables[name]
    steps = decomposable(table)
    exact = decomposable(table, grid=range(20 * table.observed + 1))
    assert steps.point == pytest.approx(exact.point, abs=1)
    assert steps.interval == pytest.approx(exact.interval, abs=3)
    assert steps.diagnostics["points"] < 700


def test_other_priors_on_cells_as_r_dga(kosovo: CaptureTable) -> None:
    """R dga 2.0.2: Kosovo with delta 0.5 gives mean 11013.65, median 11319 [4481, 14484]."""
    estimate = decomposable(kosovo, delta=0.5, grid=range(60_001))
    assert estimate.mean == pytest.approx(11013.65, abs=0.01)
    assert (estimate.point, estimate.interval) == (11319, (4481, 14484))


def test_no_mean_where_it_is_infinite(kosovo: CaptureTable) -> None:
    estimate = decomposable(kosovo)
    assert estimate.mean is None
    assert "infinite" in estimate.settings["mean"]
    informed = decomposable(kosovo, prior=GammaPoissonPrior(20, 600))
    assert informed.draws is not None
    assert informed.mean == pytest.approx(np.mean(informed.draws), rel=1e-3)


def test_a_tail_that_only_the_prior_fills_is_reported(tables: Mapping[str, CaptureTable]) -> None:
    """R dga 2.0.2: Korea, posterior of the complete graph 0.1581."""
    estimate = decomposable(tables["korea"])
    assert estimate.diagnostics["prob_saturated"] == pytest.approx(0.158, abs=0.002)
    (warning,) = [each for each in estimate.warnings if each.code == "prior-dominated"]
    assert warning.text == "posterior probability of the complete graph 0.16 (>0.05)"


def test_a_narrow_peak_next_to_a_wide_shoulder_is_found() -> None:
    """A peak of relative width 1e-3 under the shoulder of the complete graph."""
    million = CaptureTable.of("AB", {"10": 4 * 10**6, "01": 2 * 10**6, "11": 10**6})
    thousand = CaptureTable.of("AB", {"10": 4 * 10**3, "01": 2 * 10**3, "11": 10**3})
    large, small = decomposable(million), decomposable(thousand)
    assert large.point == pytest.approx(15e6, rel=2e-3)
    complete = [each.diagnostics["prob_saturated"] for each in (large, small)]
    assert complete[0] == pytest.approx(complete[1], abs=0.005)


def test_refuses_when_only_the_prior_speaks(kosovo: CaptureTable) -> None:
    many = CaptureTable.of(kosovo.lists, {p: 1000 * n for p, n in kosovo.counts.items()})
    estimate = decomposable(many)
    assert estimate.status == "refused"
    assert "the complete graph holds" in (estimate.reason or "")
    assert estimate.point is None


def test_edges_of_kosovo(kosovo: CaptureTable) -> None:
    """The graph [123,134] has 0.9855 of the posterior: no edge between ABA and HRW."""
    edges = {
        tuple(row["lists"]): row["probability"]
        for row in decomposable(kosovo).diagnostics["edge_probabilities"]
    }
    assert edges["ABA", "HRW"] == pytest.approx(0.0037, abs=0.004)
    assert edges["EXH", "ABA"] > 0.999
    assert 0.98 < edges["EXH", "HRW"] < 0.995


def test_draws_have_the_quantiles_of_the_posterior(kosovo: CaptureTable) -> None:
    estimate = decomposable(kosovo, draws=40_000)
    assert estimate.draws is not None
    assert estimate.interval is not None
    found = np.quantile(estimate.draws.astype(float), [0.025, 0.5, 0.975])
    expected = [estimate.interval[0], estimate.point, estimate.interval[1]]
    assert found == pytest.approx(expected, rel=2e-3)


def test_more_lists_than_r_can() -> None:
    rng = np.random.default_rng(1)
    people = rng.random((400, 8)) < 0.2
    table = CaptureTable.tally(
        "ABCDEFGH", [[n for n, on in zip("ABCDEFGH", row, strict=True) if on]
                     for row in people if row.any()]
    )  # fmt: skip
    eight = decomposable(table)
    assert eight.interval is not None
    assert eight.interval[0] <= 400 <= eight.interval[1] * 1.1


def test_a_large_prior_count_has_an_end_and_a_mean(tables: Mapping[str, CaptureTable]) -> None:
    """The complete graph's tail falls as n0^-(1 + delta (2^J - 1)) under 1/N: it always ends,
    and has a mean when delta (2^J - 1) > 1. R dga on a grid to 20,000 gives 148 [124, 206]."""
    one = decomposable(tables["korea"], delta=1.0)
    assert (one.point, one.interval) == (148.0, (124.0, 206.0))
    on_grid = decomposable(tables["korea"], delta=1.0, grid=range(20_000))
    assert one.mean == pytest.approx(on_grid.mean, rel=1e-4)
    quarter = decomposable(tables["korea"], delta=0.25)
    assert quarter.mean is None
    assert "so heavy a tail" in quarter.settings["mean"]
    assert "infinite" in decomposable(tables["korea"]).settings["mean"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"delta": 0.0}, "not above 0"),
        ({"grid": range(5, 6)}, "at least two values"),
        ({"level": 1.0}, "not between 0 and 1"),
    ],
)
def test_settings_that_cannot_be(
    kosovo: CaptureTable, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(UsedWrongly, match=words):
        decomposable(kosovo, **settings)  # type: ignore[arg-type]
