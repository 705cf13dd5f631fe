"""Draws of who is who against every partition written out, for components of two to eight reports.

    python benchmarks/study_moves.py            50,000 draws each
    python benchmarks/study_moves.py 200000

The simulated components, and the second program that writes every partition out, are those of
`tests/linkage/sampler/test_moves.py`, which compares 4,000 draws of components of up to seven at
every run. Here are more, so that an error of .01 would show, after it was seen how likely
candidates are joined. For each size and prior: how far the chance that two reports are one person
is from the truth, at the most over all pairs; and total variation over partitions, beside that of
as many draws that know nothing of one another.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests import naive_linkage as naive
from tests.linkage.sampler.test_moves import SmallLinkage, drawn, exact, small_linkage, together
from tests.linkage.sampler.test_parameters import rates_for

from uncounted.linkage import mcmc
from uncounted.linkage.sampler import state as partition
from uncounted.linkage.sampler import sweep
from uncounted.linkage.sampler.scan_schedule import every, settle

LISTS = {
    2: [0, 1],
    3: [0, 1, 2],
    4: [0, 0, 1, 1],
    5: [0, 1, 0, 2, 1],
    6: [0, 0, 0, 1, 1, 2],
    7: [1, 0, 2, 0, 0, 1, 2],
    8: [0, 1, 0, 1, 2, 2, 1, 0],
}
Q = [0.3, 0.2, 0.1]
SWEEPS = (10, 10, 400)  # of a warm-up: as many as four chains have


def priors(lists: list[int]) -> dict[str, tuple[partition.PriorParameters, Callable[..., float]]]:
    """Each prior, compiled and as the second program has it."""
    q = np.array(Q[: max(lists) + 1])
    most = partition.MOST_EXACT_LISTS
    return {
        "overlap table": (
            partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, q),
            lambda row: naive.log_overlap(row, lists, 1.0, q.tolist(), most),
        ),
        "no duplicates": (
            partition.PriorParameters(partition.OVERLAP, 1.0, 0.0, 0 * q),
            lambda row: naive.log_overlap(row, lists, 1.0, (0 * q).tolist(), most),
        ),
        "ewens": (
            partition.PriorParameters(partition.EWENS, 1.0, 0.5, q),
            lambda row: naive.log_ewens(row, 0.5),
        ),
        "flat": (partition.PriorParameters(partition.FLAT, 1.0, 0.0, q), lambda row: 0.0),
    }


def settled(case: SmallLinkage, prior: partition.PriorParameters) -> SmallLinkage:
    """The same component after a warm-up, in which it was seen how likely candidates are joined."""
    rng = np.random.default_rng(1)
    near = case.graph
    state = partition.empty_state(len(near.lists), len(prior.q))
    partition.place(near, state, np.arange(len(near.lists)))
    chain = mcmc.Chain(rng, near, state, rates_for(rng), prior, every(near))
    for sweeps in SWEEPS:
        for _ in range(sweeps):
            sweep.sweep(
                rng, chain.graph, state, case.worth, prior, mcmc.SPLITS, chain.scratch, True
            )
        mcmc.share_proposals([chain])
        settle([chain.schedule])
    return attrs.evolve(case, graph=chain.graph)


def main() -> None:
    """One line for each size and prior."""
    draws = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    print(
        f"{'reports':>7} {'prior':>14} {'partitions':>10} {'worst pair':>10} {'TV':>7} {'exact':>7}"
    )
    for size, lists in LISTS.items():
        start = small_linkage(np.random.default_rng(size), lists, 0.8, sparse=size > 3)
        for name, (prior, log_prior) in priors(lists).items():
            case = settled(start, prior)
            truth = {row: p for row, p in exact(case, log_prior).items() if p > 0}
            found = drawn(case, prior, splits=1.0, sweeps=draws)
            worst = max(
                abs(together(truth, i, j) - together(found, i, j))
                for i in range(size)
                for j in range(i)
            )
            shares = np.array(list(truth.values())) / sum(truth.values())
            mine = np.array([found.get(row, 0.0) for row in truth])
            others = np.random.default_rng(1).multinomial(draws, shares, size=50) / draws
            usual = float(np.abs(others - shares).sum(axis=1).mean()) / 2
            print(
                f"{size:>7} {name:>14} {len(truth):>10} {worst:>10.4f} "
                f"{np.abs(mine - shares).sum() / 2:>7.4f} {usual:>7.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
