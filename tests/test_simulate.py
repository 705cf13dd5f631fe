"""Simulated populations: cell probabilities against the definition, and draws of known size."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from uncounted.errors import UsedWrongly
from uncounted.simulate import latent_class_cells, loglinear_cells, simulate

SHARES, CAPTURE = [0.7, 0.3], [[0.1, 0.2, 0.3], [0.6, 0.5, 0.9]]


def test_latent_class_cells_are_those_of_the_definition() -> None:
    cells = latent_class_cells(SHARES, CAPTURE)
    for history in product((0, 1), repeat=3):
        index = sum(on << at for at, on in enumerate(history))
        expected = sum(
            share * np.prod([p if on else 1 - p for p, on in zip(row, history, strict=True)])
            for share, row in zip(SHARES, CAPTURE, strict=True)
        )
        assert cells[index] == pytest.approx(expected)


def test_an_interaction_is_the_log_odds_ratio_of_two_lists() -> None:
    cells = loglinear_cells([-1.0, -0.5], [(0, 1, 0.8)])
    none, first, second, both = cells
    assert np.log(none * both / (first * second)) == pytest.approx(0.8)
    assert cells.sum() == pytest.approx(1)


def test_counts_are_of_the_observed_and_repeat_with_the_seed() -> None:
    cells = latent_class_cells(SHARES, CAPTURE)
    table = simulate(50_000, cells, seed=3, lists=["X", "Y", "Z"])
    assert table == simulate(50_000, cells, seed=3, lists=["X", "Y", "Z"])
    assert table != simulate(50_000, cells, seed=4, lists=["X", "Y", "Z"])
    assert table.observed == pytest.approx(50_000 * (1 - cells[0]), rel=0.01)
    # bit 0 is the first list, the first letter of a history
    assert table.counts["100"] == pytest.approx(50_000 * cells[1], rel=0.1)


@pytest.mark.parametrize(
    ("shares", "capture"),
    [([1.0], [[0.1], [0.2]]), ([0.5, 0.4], [[0.1], [0.2]]), ([1.0], [[1.2]]), ([1.0], [[]])],
)
def test_what_is_no_population_is_refused(shares: list[float], capture: list[list[float]]) -> None:
    with pytest.raises(UsedWrongly, match="capture probabilities"):
        latent_class_cells(shares, capture)


def test_names_that_do_not_fit_are_refused() -> None:
    with pytest.raises(UsedWrongly, match="4 cells are not the capture histories of 3 lists"):
        simulate(10, loglinear_cells([0.0, 0.0]), seed=1, lists="ABC")
