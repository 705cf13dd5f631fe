"""Simulated populations with known numbers of people, for coverage studies and teaching."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly

__all__ = ["latent_class_cells", "loglinear_cells", "simulate"]

type Floats = npt.NDArray[np.float64]

MOST_LISTS = 16


def latent_class_cells(shares: Sequence[float], capture: Sequence[Sequence[float]]) -> Floats:
    """Cell probabilities of a latent class model: independent lists within each class.

    Parameters
    ----------
    shares : Sequence[float]
        Share of the population in each class; they sum to 1.
    capture : Sequence[Sequence[float]]
        Capture probability of each list, a row for each class.

    Returns
    -------
    ndarray of shape (2**J,)
        Probability of each capture history; bit j of the index is list j.

    Raises
    ------
    UsedWrongly
        The shapes differ, or a number is no probability.

    References
    ----------
    Manrique-Vallier, D. (2016). Bayesian population size estimation using Dirichlet process
    mixtures. Biometrics 72(4), equation 1.

    Examples
    --------
    >>> latent_class_cells([1.0], [[0.5, 0.1]]).round(3).tolist()
    [0.45, 0.45, 0.05, 0.05]
    """
    weights, p = np.array(shares, np.float64), np.array(capture, np.float64)
    if p.ndim != 2 or len(weights) != len(p) or not 1 <= p.shape[1] <= MOST_LISTS:
        raise UsedWrongly(
            "shares and capture probabilities do not fit together",
            hint=f"one row of capture probabilities for each share, of 1 to {MOST_LISTS} lists",
        )
    inside = ((p >= 0) & (p <= 1)).all() and (weights >= 0).all()
    if not inside or abs(weights.sum() - 1) > 1e-9:
        raise UsedWrongly(
            "shares must sum to 1 and capture probabilities lie from 0 to 1",
            hint="for one class: [1.0], [[0.1, 0.2, 0.3]]",
        )
    on = _histories(p.shape[1])
    cells: Floats = weights @ np.where(on[None], p[:, None, :], 1 - p[:, None, :]).prod(axis=2)
    return cells


def loglinear_cells(
    main: Sequence[float], interactions: Sequence[tuple[int, int, float]] = ()
) -> Floats:
    """Cell probabilities of a log-linear model with interactions between pairs of lists.

    Parameters
    ----------
    main : Sequence[float]
        Main effect of each list, on the scale of logarithms.
    interactions : Sequence[tuple[int, int, float]], default ()
        Two lists, by their place, and their interaction: above 0, positive dependence.

    Returns
    -------
    ndarray of shape (2**J,)
        Probability of each capture history; bit j of the index is list j.

    References
    ----------
    Fienberg, S. E. (1972). The multiple recapture census for closed populations and incomplete
    2^k contingency tables. Biometrika 59(3).

    Examples
    --------
    >>> loglinear_cells([0.0, 0.0]).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    on = _histories(len(main)).astype(np.float64)
    eta = on @ np.array(main, np.float64)
    for one, other, strength in interactions:
        eta += strength * on[:, one] * on[:, other]
    cells: Floats = np.exp(eta) / np.exp(eta).sum()
    return cells


def simulate(N: int, cells: Floats, *, seed: int, lists: Sequence[str] = ()) -> CaptureTable:
    """Draw a capture-history table of a population of known size.

    Parameters
    ----------
    N : int
        People in the population; those on no list are not in the table.
    cells : ndarray of shape (2**J,)
        Probability of each capture history, as of `latent_class_cells` or `loglinear_cells`.
    seed : int
        Of the draw.
    lists : Sequence[str], default ()
        Names of the lists; A, B, C, ... where none are given.

    Returns
    -------
    CaptureTable
        Multinomial counts of the observed histories.

    Examples
    --------
    >>> table = simulate(2000, latent_class_cells([1.0], [[0.1, 0.2, 0.3]]), seed=1)
    >>> table.lists, table.observed < 2000
    (('A', 'B', 'C'), True)
    """
    J = len(cells).bit_length() - 1
    names = tuple(lists) or tuple("ABCDEFGHIJKLMNOP"[:J])
    if len(cells) != 1 << J or len(names) != J:
        raise UsedWrongly(
            f"{len(cells)} cells are not the capture histories of {len(names)} lists",
            hint="J lists have 2**J cells",
        )
    counts = np.random.default_rng(seed).multinomial(N, cells)
    return CaptureTable(
        names, {format(code, f"0{J}b")[::-1]: int(counts[code]) for code in range(1, 1 << J)}
    )


def _histories(J: int) -> npt.NDArray[np.bool_]:
    """One row per capture history: bit j of its index is list j."""
    return ((np.arange(1 << J)[:, None] >> np.arange(J)) & 1).astype(bool)
