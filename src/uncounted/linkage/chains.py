"""Chains over partitions from two opposite starts, and whether they agree.

Half the chains start with everybody apart, half with each component as one person. What
is watched is the number of people and how many are on each combination of lists. Chains
that do not agree are run for longer, and then refused: no draws are given that depend on
where they started.
"""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.errors import NotConverged
from uncounted.linkage import compare, kernel, model
from uncounted.linkage.components import Components
from uncounted.progress import Progress

Floats = NDArray[np.float64]

CHAINS = 4
WARM_UP = 200
LENGTH = 300  # sweeps of a chain after it, at the least
THIN = 10  # sweeps between kept draws, at the least
WATCH = 5  # sweeps between looks
TARGET_RHAT = 1.03
REFUSED_RHAT = 1.1
MOST_ROUNDS = 3  # each doubles the run
SPLITS = 0.5
# Chance that a list has one more report of somebody it has: Beta prior, one in twenty.
Q_PRIOR = (5.0, 95.0)
# Total weight of the cells of the overlap table in its prior; 1 each up to four lists.
MOST_CELL_WEIGHT = 15.0


@attrs.define
class _Chain:
    rng: np.random.Generator
    state: kernel.State
    rates: model.Rates
    q: Floats
    watched: list[Floats] = attrs.field(factory=list)
    slots: list[NDArray[np.int64]] = attrs.field(factory=list)
    m: list[Floats] = attrs.field(factory=list)
    compared: Floats = attrs.field(factory=lambda: np.zeros(1))


@attrs.frozen
class Sampled:
    """Draws of who is who (slots in the order of the components) and what was watched."""

    slots: NDArray[np.int64]
    facts: dict[str, Any]
    rates: model.Rates  # mean over the draws
    compared: Floats  # (patterns, fields): comparisons within people, over the draws


def sample(
    components: Components,
    rates: model.Rates,
    lists: int,
    *,
    draws: int,
    seed: int,
    progress: Progress,
) -> Sampled:
    """Run the chains until they agree, then keep `draws` of their partitions.

    Args:
        components: what is sampled.
        rates: m to start from; u and what is said of companions, which stay.
        lists: number of sources.
        draws: partitions to give.
        seed: makes it repeat, bit for bit.
        progress: told as it goes.

    Raises:
        NotConverged: the chains still disagree after the longest run.
    """
    chains = [
        _start(components, rates, lists, np.random.default_rng([seed, 7, at]), together=at % 2 == 1)
        for at in range(CHAINS)
    ]
    length = max(LENGTH, THIN * -(-draws // CHAINS))
    for at, chain in enumerate(chains):
        _run(chain, components, WARM_UP, keep=False)
        progress("finding who is who", at + 1, None)
    for round_ in range(MOST_ROUNDS):
        for chain in chains:
            chain.watched.clear()
            chain.slots.clear()
            chain.m.clear()
            chain.compared = np.zeros(components.patterns.shape)
            _run(chain, components, length, keep=True, progress=progress)
        rhat, ess = agreement(np.array([chain.watched for chain in chains]))
        if rhat <= TARGET_RHAT or round_ == MOST_ROUNDS - 1:
            break
        length *= 2
    if rhat > REFUSED_RHAT:
        raise NotConverged(
            f"the draws of who is who depend on where they start (R-hat {rhat:.2f})",
            hint="too little in the reports tells people apart; add birth dates or places, "
            "or link fewer reports at once",
        )
    return _gather(chains, draws, {"rhat": round(rhat, 4), "ess": round(ess, 1), "sweeps": length})


def _start(
    components: Components,
    rates: model.Rates,
    lists: int,
    rng: np.random.Generator,
    *,
    together: bool,
) -> _Chain:
    state = kernel.empty_state(len(components.rooms.members), lists)
    kernel.place(components.rooms, state, together)
    return _Chain(
        rng,
        state,
        rates,
        np.full(lists, Q_PRIOR[0] / sum(Q_PRIOR)),
    )


def _run(
    chain: _Chain,
    components: Components,
    sweeps: int,
    *,
    keep: bool,
    progress: Progress | None = None,
) -> None:
    rooms, patterns = components.rooms, components.patterns
    cells = len(chain.state.cells) - 1
    alpha = min(1.0, MOST_CELL_WEIGHT / cells)
    penalty = chain.rates.penalty(patterns)
    for at in range(sweeps):
        fields = chain.rates.fields(patterns)
        worth = kernel.Worth(fields, np.exp(fields), penalty, fields.sum(axis=1) - penalty)
        kernel.sweep(chain.rng, rooms, chain.state, worth, alpha, chain.q, SPLITS)
        linked = kernel.comparisons(chain.rng, rooms, chain.state, worth, len(patterns))
        chain.rates = model.draw(chain.rng, model.counts(patterns, linked), chain.rates)
        chain.q = _draw_q(chain.rng, chain.state)
        if keep and at % WATCH == 0:
            chain.watched.append(_watch(chain.state))
        if keep and at % THIN == 0:
            chain.slots.append(chain.state.slot.copy())
            chain.m.append(np.concatenate(chain.rates.m))
            chain.compared += linked
        if progress is not None and at % 50 == 0:
            progress("finding who is who", at, sweeps)


def _draw_q(rng: np.random.Generator, state: kernel.State) -> Floats:
    on = state.on
    clusters = (on > 0).sum(axis=0)
    more = on.sum(axis=0) - clusters
    drawn = rng.beta(Q_PRIOR[0] + more, Q_PRIOR[1] + clusters)
    return np.asarray(np.clip(drawn, 1e-6, 1 - 1e-6))


def _watch(state: kernel.State) -> Floats:
    """The number of people, then people by combination of lists (or by number of lists)."""
    return np.concatenate([state.n, state.cells[1:33]]).astype(np.float64)


def agreement(watched: Floats) -> tuple[float, float]:
    """The worst split R-hat and the least effective sample size of what was watched.

    Args:
        watched: shape (chains, looks, quantities).

    Returns:
        R-hat (1 when nothing ever moves) and bulk effective sample size (Vehtari et al.
        2021), over quantities that move at all.
    """
    from arviz_stats.base import array_stats as untyped

    array_stats: Any = untyped

    worst, least = 1.0, np.inf
    for at in range(watched.shape[2]):
        rows = watched[:, :, at]
        spread = rows.std(axis=1).max()
        if spread == 0.0:
            if np.ptp(rows) > 0:
                return np.inf, 0.0
            continue
        # a count that hardly ever moves has no R-hat worth the name; compare its means
        if np.ptp(rows.mean(axis=1)) < 0.1 and rows.std() < 0.5:
            continue
        worst = max(worst, float(array_stats.rhat(rows, chain_axis=0, draw_axis=1)))
        least = min(least, float(array_stats.ess(rows, chain_axis=0, draw_axis=1)))
    return worst, least if np.isfinite(least) else float(watched.shape[0] * watched.shape[1])


def _gather(chains: list[_Chain], draws: int, facts: dict[str, Any]) -> Sampled:
    """Evenly spaced draws of every chain, in turn."""
    share = [draws // len(chains) + (at < draws % len(chains)) for at in range(len(chains))]
    kept = []
    for chain, wanted in zip(chains, share, strict=True):
        at = np.linspace(0, len(chain.slots) - 1, wanted).round().astype(int)
        kept += [chain.slots[i] for i in at]
    mean_m = np.mean([row for chain in chains for row in chain.m], axis=0)
    bounds = np.cumsum([size - 1 for size in compare.COUNTS])[:-1]
    rates = attrs.evolve(chains[0].rates, m=tuple(np.split(mean_m, bounds)))
    q = np.mean([chain.q for chain in chains], axis=0)
    facts = {
        **facts,
        "chains": len(chains),
        "duplicates_in_a_list": [round(float(x), 4) for x in q],
    }
    compared = np.sum([chain.compared for chain in chains], axis=0)
    return Sampled(np.array(kept, np.int64), facts, rates, compared)
