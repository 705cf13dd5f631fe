"""Laws of the whole: a decision of people moves those it is about, and nobody else."""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest
from numpy.typing import NDArray
from tests import naive_linkage as naive
from tests.linkage.sampler.test_moves import SmallLinkage, pair_tables

from benchmarks import bench_linkage
from uncounted.linkage import compare_reports, mcmc
from uncounted.linkage.comparison import levels as compare
from uncounted.linkage.model import fellegi_sunter as model
from uncounted.linkage.model import partition_priors
from uncounted.linkage.sampler import candidate_graph
from uncounted.progress import silent

pytestmark = pytest.mark.sampler

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
FLOOR = 0.02
DRAWS, BATCHES = 16_000, 40
MOST = 6  # reports of a component whose partitions are all written out


@functools.cache
def compared() -> compare_reports.Compared:
    """Some hundred reports of a made-up population."""
    rows = list(bench_linkage.fresh([301])[0])[:400]
    found = compare_reports.comparing(rows, seed=1, progress=silent)
    return attrs.evolve(found, rates=attrs.evolve(found.rates, fields_recorded=len(compare.FIELDS)))


def built(decisions: list[candidate_graph.Decision]) -> candidate_graph.CandidateGraph:
    return candidate_graph.build(
        compared().encoded, compared().pairs, floor=FLOOR, decisions=decisions
    )


def components(of: candidate_graph.CandidateGraph) -> list[Ints]:
    """The reports of each component in which there is a choice, and not too many."""
    found = [np.flatnonzero(of.component == at) for at in np.unique(of.component)]
    return [each for each in found if 1 < len(each) <= MOST]


def exact(of: candidate_graph.CandidateGraph, reports: Ints) -> dict[naive.Partition, float]:
    """Every partition of a component, with its probability where the prior is flat and m known."""
    count, place = len(reports), {int(r): at for at, r in enumerate(reports)}
    one, two = np.tril_indices(count, -1)
    i, j = reports[one], reports[two]  # they ascend, so i > j
    levels = np.zeros((count, count, len(compare.FIELDS)), np.uint8)
    levels[one, two] = levels[two, one] = compare.unpacked(of.graph.dense[i * (i - 1) // 2 + j])
    whose, near = candidate_graph.whose(of.graph), of.graph.near
    pairs = {
        (place[int(r)], place[int(s)])
        for r, s in zip(whose, near, strict=True)
        if r > s and int(r) in place
    }
    alone: Any = SimpleNamespace(lists=of.graph.lists[reports])
    said = pair_tables(SmallLinkage(alone, compared().rates.worth(), levels, pairs))
    unit, apart_starts = of.graph.unit, of.graph.apart_starts
    together = [(place[int(r)], place[int(unit[r])]) for r in reports if unit[r] != r]
    apart = [
        (place[int(r)], place[int(s)])
        for r in reports
        for s in of.graph.apart[apart_starts[r] : apart_starts[r + 1]]
        if int(s) in place
    ]
    return naive.probabilities(
        {
            row: naive.log_evidence(row, *said)
            for row in naive.partitions(count)
            if naive.admits(row, pairs, together, apart)
        }
    )


def sampled(of: candidate_graph.CandidateGraph, patch: pytest.MonkeyPatch) -> NDArray[np.int32]:
    """Draws with m as it is before any partition."""
    patch.setattr(model, "draw_m", lambda rng, linked, kinds, rates: rates)
    patch.setattr(model, "choose_collapsed", lambda graph, rates: None)
    run = mcmc.Run(chains=2, length=5 * DRAWS // 2, watch=100, rounds=1, refuse=np.inf)
    return mcmc.sample(
        of,
        compared().rates,
        compared().lists,
        draws=DRAWS,
        seed=1,
        progress=silent,
        prior=partition_priors.FLAT,
        run=run,
    ).slots


def decided() -> list[candidate_graph.Decision]:
    """Of every third component that two of it are what they are likely not; and two are joined."""
    found, of = list[candidate_graph.Decision](), components(built([]))
    for reports in of[::3]:
        likely = sum(p for row, p in exact(built([]), reports).items() if row[0] == row[1])
        found.append((int(reports[1]), int(reports[0]), likely < 0.5))
    return [*found, (int(of[4][0]), int(of[1][0]), True)]


def touched(
    of: candidate_graph.CandidateGraph, decisions: list[candidate_graph.Decision]
) -> NDArray[np.bool_]:
    """Reports of the components that decisions are about."""
    ends = np.array([[i, j] for i, j, _ in decisions]).ravel()
    return np.isin(of.component, of.component[ends])


def z_scores(
    of: candidate_graph.CandidateGraph, slots: NDArray[np.int32], reports: Ints
) -> list[float]:
    """Of each two, how often they are one person less its chance, in standard errors."""
    truth, found = exact(of, reports), list[float]()
    for x, y in zip(*np.tril_indices(len(reports), -1), strict=True):
        chance = min(sum(p for row, p in truth.items() if row[x] == row[y]), 1.0)
        one = (slots[:, reports[x]] == slots[:, reports[y]]).astype(float)
        error = one.reshape(BATCHES, -1).mean(axis=1).std(ddof=1) / BATCHES**0.5
        # of rare ones, which most batches lack: as if draws were independent
        least = max((chance * (1 - chance) / len(one)) ** 0.5, 1 / len(one))
        found.append((one.mean() - chance) / max(error, least))
    return found


def test_of_others_a_decision_leaves_all_as_it_is() -> None:
    decisions = decided()
    before, after = built([]), built(decisions)
    elsewhere = ~touched(after, decisions)
    assert (elsewhere == ~touched(before, decisions)).all()
    assert 0.1 * len(elsewhere) < (~elsewhere).sum() < 0.3 * len(elsewhere)
    for same in ("starts", "near", "codes", "weak", "lists", "dense"):
        assert (getattr(after.graph, same) == getattr(before.graph, same)).all()
    assert after.diagnostics.min_match_probability == before.diagnostics.min_match_probability
    assert (after.graph.mate == np.arange(len(elsewhere)))[elsewhere].all()
    assert (np.diff(after.graph.apart_starts) == 0)[elsewhere].all()
    assert {(same, bool(elsewhere[i])) for i, _, same in decisions} == {(True, 0), (False, 0)}


def test_a_decision_moves_only_its_component(monkeypatch: pytest.MonkeyPatch) -> None:
    """With m known and a flat prior components know nothing of one another.

    Those that a decision is about have their law given it, and all others theirs without any.
    """
    decisions = decided()
    after, before = built(decisions), built([])
    slots, there = sampled(after, monkeypatch), touched(after, decisions)
    elsewhere = [each for each in components(before) if not there[each].any()]
    assert len(elsewhere) > 25
    far = [z for each in elsewhere for z in z_scores(before, slots, each)]
    assert np.abs(far).max() < 4
    assert np.sqrt(np.mean(np.square(far))) < 1.3
    near = [each for each in components(after) if there[each].any()]
    assert len(near) > 10
    assert np.abs([z for each in near for z in z_scores(after, slots, each)]).max() < 4
    for i, j, same in decisions:
        assert ((slots[:, i] == slots[:, j]) == same).all()


def test_a_decision_that_leaks_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if one of them had told two others apart, too, who may or may not be one person."""
    decisions, before = decided(), built([])
    there = touched(before, decisions)
    elsewhere = [each for each in components(before) if not there[each].any()]
    doubtful = min(
        elsewhere, key=lambda each: abs(exact(before, each).get((0,) * len(each), 0) - 0.5)
    )
    leaked = (int(doubtful[1]), int(doubtful[0]), False)
    slots = sampled(built([*decisions, leaked]), monkeypatch)
    far = [z for each in elsewhere for z in z_scores(before, slots, each)]
    assert np.abs(far).max() > 10
