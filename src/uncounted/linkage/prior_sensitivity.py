"""Sensitivity to the prior over partitions and to the rule for candidate pairs.

Another prior or rule can move the number of people by more than the draws of one model vary. So
each linkage is repeated, more briefly, under every prior and rule, and every alternative goes
through the same checks. Those that pass widen the interval (`docs/explanation/linkage.md`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import _processes
from uncounted.linkage import chance_agreement, mcmc
from uncounted.linkage.arrays import Labels, connected, within
from uncounted.linkage.checkpoints import NOTHING_KEPT, Checkpoints, keep, recalled
from uncounted.linkage.comparison import levels
from uncounted.linkage.diagnostics import AlternativeFit
from uncounted.linkage.encoding.encode import Encoded
from uncounted.linkage.model import field_priors, partition_priors
from uncounted.linkage.result import AlternativeLinkage, numbered, pairs_within
from uncounted.linkage.sampler import candidate_graph
from uncounted.linkage.sampler.candidate_graph import CandidateGraph, CandidatePairs, Decision
from uncounted.progress import Progress, silent

DRAWS = 10  # of each reading
RUN = mcmc.Run(
    chains=2,
    warm_up=60,
    length=150,
    rounds=3,
    watch=3,
    target=1.05,  # then a cell that passes at REFUSED_RHAT is not at its edge
    hopeless=1.25,
    ess=0.0,
    refuse=np.inf,
)
# The same from where main draws ended, in files of so many reports that an average settles sooner.
FROM_MAIN = attrs.evolve(RUN, warm_up=20, length=80, watch=1, target=1.08)
# Of very many: with 1.03 halves of chains of 600,000 people differ by half a thousandth at most.
FROM_MAIN_OF_VERY_MANY = attrs.evolve(
    FROM_MAIN, unguessed=5, length=40, target=1.03, hopeless=np.inf, sampling_error=True
)
_STRICT, _LOOSE = 20.0, 0.1  # how much likelier or less likely than the floor candidates have to be
MOST_LINKS_UNJUDGED = 25  # links up to which what was learned says little
MOST_TIMES = 1.15  # pairs that are linked, for each that agreement alone suggests
LEAST_TIMES = 0.5  # and for main draws at least, less as many as say little
# Of people who are reported more often on one list than its duplicates explain: so many of a file
# are by chance, with so many reports at the least; and more of all pairs linked than these are not.
_BY_CHANCE, _OFTEN, _MOST_IN_LARGE = 0.01, 6, 0.2
_MOST_A_REPORT = 10  # linked pairs for each report: of more, no share by chance is estimated
_AGAINST = 0.1  # of the links: pairs that speak against one person, past which links are chains
_NAMES_AGREE = 0.86  # of the links: then few links rest on events alone
_AT_THE_CUT = 0.02  # names that agree no more than this above the least allowed
_AS_GOOD = float(np.log(2))  # of worth: where hardly any differ, which is more is chance
_OTHER = 0.5  # a floor that is no lower than so much of another is no other
_FULL = "the usual candidates are as many as can be: there is no looser rule"
_FEWEST = "the usual candidates are as few as can be: there is no stricter rule"
_REPEATS = 0.005  # of the reports: repeats in lists that "no duplicates" cannot be true of


def grid_cells(prior: str, reports: int = 0) -> list[tuple[partition_priors.PartitionPrior, str]]:
    """The other cells of the grid: every prior, strict and usual; and the chosen one, loose.

    Of very many reports, strict candidates and one other prior: a flat prior runs away, lists of
    such size repeat people, and draws have the matches that looser candidates would find.
    """
    chosen = partition_priors.PRIORS[prior]
    if reports > mcmc.VERY_MANY:
        ewens = partition_priors.EWENS
        other = partition_priors.OVERLAP_TABLE if chosen is ewens else ewens
        return [(chosen, "strict"), (other, "usual")]
    found = [
        (each, rule)
        for rule in ("strict", "usual")
        for each in partition_priors.PRIORS.values()
        if (each.name, rule) != (prior, "usual")
    ]
    return [*found, (chosen, "loose")]


def alternative_linkages(
    encoded: Encoded,
    pairs: CandidatePairs,
    usual: CandidateGraph,
    main: mcmc.PartitionDraws,
    *,
    prior: str,
    decisions: Sequence[Decision],
    seed: int,
    checkpoints: Checkpoints = NOTHING_KEPT,
    progress: Progress,
) -> tuple[AlternativeLinkage, ...]:
    """Draw under every other prior and rule, with the rates of the `main` draws.

    Of many reports, chains also start from partitions of the main draws. Each alternative is kept
    among the `checkpoints`, and not drawn again if it is.
    """
    grid = _Grid(encoded, pairs, main, decisions, {"usual": _as_main_draws(usual, main)})
    cells = [
        _Cell(each, rule, seed + at + 1)
        for at, (each, rule) in enumerate(grid_cells(prior, encoded.count))
    ]
    kept = [
        recalled(checkpoints, _stage(at), AlternativeLinkage, functools.partial(_is_of, grid, cell))
        for at, cell in enumerate(cells)
    ]
    todo = [cell for cell, one in zip(cells, kept, strict=True) if one is None]
    there = _processes.cluster() if todo else None
    work = functools.partial(_drawn, grid)
    drawn: Iterator[AlternativeLinkage]
    drawn = map(work, todo) if there is None else there.each(work, todo, lent=there.lend(grid))
    found = list[AlternativeLinkage]()
    for done, one in enumerate(kept):
        progress("linking under other priors and rules", done, len(cells))
        if one is None:
            one = next(drawn)
            keep(checkpoints, _stage(done), one)
        found.append(one)
    progress("linking under other priors and rules", len(cells), len(cells))
    return tuple(found)


@attrs.frozen
class _Grid:
    """What alternatives are drawn from; candidates are built once for each rule."""

    encoded: Encoded
    pairs: CandidatePairs
    main: mcmc.PartitionDraws
    decisions: Sequence[Decision]
    built: dict[str, CandidateGraph]


@attrs.frozen
class _Cell:
    prior: partition_priors.PartitionPrior
    rule: str
    seed: int


def _stage(number: int) -> str:
    return f"alternative-{number}"


def _is_of(grid: _Grid, cell: _Cell, found: AlternativeLinkage) -> bool:
    """Whether what was kept is this alternative, of so many reports."""
    kind = found.prior, found.candidates, found.labels.shape
    right = kind == (cell.prior.name, cell.rule, (DRAWS, grid.encoded.count))
    return right and bool((found.labels >= 0).all())


def _drawn(grid: _Grid, cell: _Cell) -> AlternativeLinkage:
    """Draw under one prior and rule."""
    encoded, main, built = grid.encoded, grid.main, grid.built
    usual = built["usual"]
    many = encoded.count > mcmc.MANY_REPORTS
    run = FROM_MAIN if many else RUN
    if encoded.count > mcmc.VERY_MANY:
        run = FROM_MAIN_OF_VERY_MANY
    run = attrs.evolve(run, most_pairs=_most(main.rates.expected_pairs))
    if cell.rule not in built:
        at = rule_floor(cell.rule, usual.diagnostics.min_match_probability)
        new = candidate_graph.build(encoded, grid.pairs, floor=at, decisions=grid.decisions)
        built[cell.rule] = _as_main_draws(new, main)
    refuted = unchanged_candidates(cell.rule, built[cell.rule], usual)
    refuted = refuted or _repeats(cell.prior, main, encoded)
    if refuted:  # one sweep is enough
        run = attrs.evolve(run, most_pairs=-1.0, warm_up=1 if many else run.warm_up)
    ends = np.linspace(0, len(main.slots), mcmc.CHAINS + 1).astype(int)[1:] - 1
    sampled = mcmc.sample(
        built[cell.rule],
        main.rates,
        int(encoded.source.max()) + 1,
        draws=DRAWS,
        seed=cell.seed,
        progress=silent,  # the grid tells how far it is, not each cell
        prior=cell.prior,
        run=run,
        starts=[main.slots[at] for at in ends[: run.chains]] if many else [],
    )
    labels = np.stack([numbered(row) for row in sampled.slots])
    why = refuted or failed_check(sampled, labels, encoded)
    fit = alternative_fit(sampled, labels)
    return AlternativeLinkage(cell.prior.name, cell.rule, labels, why, fit)


def _as_main_draws(built: CandidateGraph, main: mcmc.PartitionDraws) -> CandidateGraph:
    """The same candidates, of many reports firm if they are together in any of the main draws."""
    if main.slots.shape[1] <= mcmc.MANY_REPORTS:
        return built
    return attrs.evolve(built, graph=candidate_graph.firmer(built.graph, list(main.slots)))


def rule_floor(rule: str, usual: float) -> float:
    """How likely candidates have to be: strictly, none of them is weak to begin with."""
    if rule == "strict":
        return max(
            min(max(usual * _STRICT, candidate_graph.WEAK_BELOW), candidate_graph.MOST_FLOOR), usual
        )
    return usual * _LOOSE


def unchanged_candidates(rule: str, built: CandidateGraph, usual: CandidateGraph) -> str | None:
    """Why a rule has hardly other candidates than the usual one (its floor rose); None: it has."""
    mine, its = built.diagnostics.min_match_probability, usual.diagnostics.min_match_probability
    if rule == "strict" and its > _OTHER * mine:
        return _FEWEST
    return _FULL if rule == "loose" and mine > _OTHER * its else None


def alternative_fit(sampled: mcmc.PartitionDraws, labels: Labels) -> AlternativeFit:
    """Median and range of the number of people, and R-hat."""
    if not sampled.chains.sweeps:  # given up: nothing was drawn
        return AlternativeFit()
    people, rhat = labels.max(axis=1) + 1, sampled.chains.rhat
    return AlternativeFit(
        float(np.median(people)),
        (int(people.min()), int(people.max())),
        rhat if np.isfinite(rhat) else None,
    )


def worth_by_field(sampled: mcmc.PartitionDraws) -> dict[str, float]:
    """The evidence that each field gives a link, on average over the comparisons made."""
    worth = {}
    weights = sampled.rates.weights()
    for row, shown, name in zip(weights, sampled.compared, levels.FIELDS, strict=True):
        value = float((row * shown[: len(row)]).sum())
        made = float(shown[1:].sum())  # level 0 is no comparison
        worth[name] = round(value / made, 3) if made else 0.0
    return worth


def outweighed(sampled: mcmc.PartitionDraws, labels: Labels) -> bool:
    """Whether events outweigh names in the fit, unless nearly all links agree in the name."""
    if _links(labels) <= MOST_LINKS_UNJUDGED or _names_agree(sampled) >= _NAMES_AGREE:
        return False
    worth = worth_by_field(sampled)
    return worth["event"] > max(worth["name"], 0.0) + _AS_GOOD


def _names_agree(sampled: mcmc.PartitionDraws) -> float:
    return float(sampled.rates.m[0][: levels.NAME_AGREES].sum())


def failed_check(
    sampled: mcmc.PartitionDraws,
    labels: Labels,
    encoded: Encoded | None = None,
    by_chance: float | None = None,
) -> str | None:
    """Which check a fit fails, in words; None: it passes.

    `encoded` are the reports that were linked, in the order of `labels`; without them, more links
    than agreement alone suggests fail whatever they are. `by_chance` is the share of the links that
    names which agree by chance explain, where it is known.
    """
    pairs, expected = _pairs(labels), sampled.rates.expected_pairs
    runs_away = pairs > _most(expected)
    rhat = sampled.chains.rhat
    far = f"R-hat {rhat:.2f}" if np.isfinite(rhat) else "each stays where it is"
    disagree = f"the chains disagree ({far})" if rhat > mcmc.REFUSED_RHAT else None
    if disagree and not runs_away:
        return disagree
    if outweighed(sampled, labels):
        return "what happened outweighs names in what was learned"
    if encoded is not None and (large := _too_large(labels, encoded.source)):
        return large
    given_up = not sampled.chains.sweeps
    if runs_away and (
        given_up or encoded is None or _speak_against(sampled, labels, encoded) > _AGAINST
    ):
        return _runaway(pairs, expected)
    if disagree:
        return disagree
    if by_chance is None and encoded is not None:
        by_chance = share_by_chance(labels, encoded, least=chance_agreement.MOST)
    if by_chance is not None and by_chance > chance_agreement.MOST:
        return chance_agreement.describe(by_chance)
    least = field_priors.PRIORS[0].least + _AT_THE_CUT
    agree = _names_agree(sampled)
    if _links(labels) <= MOST_LINKS_UNJUDGED or agree >= least:
        return None
    if encoded is not None and joined_by_name(labels[-1], encoded) >= least:
        return None
    return f"names agree in {agree:.0%} of the links, hardly more than the least allowed"


def joined_by_name(row: NDArray[np.int32], encoded: Encoded) -> float:
    """The share of the links that each person needs at the least which join reports by name.

    A person whose two names recur needs one link more than those. Of pairs it is the share of
    links in which names agree. A report without a name counts as joined.
    """
    left, right = within(row)
    name = levels.levels(encoded, left, right)[:, 0]
    agree = name <= levels.NAME_AGREES
    by_name = len(row) - len(np.unique(connected(len(row), left[agree], right[agree])))
    needed = _links(row[np.newaxis])
    return by_name / needed if needed else 1.0


def _runaway(pairs: float, expected: float) -> str:
    return f"{pairs:,.0f} pairs are linked where agreement alone suggests {expected:,.0f}"


def too_few(labels: Labels, expected: float) -> str | None:
    """That far fewer pairs are linked than agreement alone suggests, in words; None: they are not.

    Of main draws only: candidates of an alternative may be strict on purpose. `expected` are
    matches among the pairs that were compared: of very many reports the others have some, too.
    """
    pairs = _pairs(labels)
    if pairs >= LEAST_TIMES * expected - MOST_LINKS_UNJUDGED:
        return None
    return (
        f"only {pairs:,.0f} pairs are linked where agreement alone suggests {expected:,.0f}:"
        " people are too many"
    )


def _too_large(labels: Labels, source: NDArray[np.int64]) -> str | None:
    """That links are mostly within people whom one list reports too often, in words.

    If one report in a hundred repeats a person, hardly anyone has six: clusters of many reports
    on one list are then one event, or one common name. A list of many repeats may have them.
    """
    linked, large, most = 0.0, 0.0, 0
    for row in labels:
        people, repeats = int(row.max(initial=-1)) + 1, repeated_share(row, source)
        size = np.bincount(row, minlength=people)
        each, times = np.unique(row * np.int64(len(repeats)) + source, return_counts=True)
        by_chance = people * repeats[each % len(repeats)] ** (times - 1.0)
        of_many = (times >= _OFTEN) & (by_chance < _BY_CHANCE)
        beyond = np.unique(each[of_many] // len(repeats))
        linked += float((size * (size - 1.0)).sum())
        large += float((size[beyond] * (size[beyond] - 1.0)).sum())
        most = max(most, int(times[of_many].max(initial=0)))
    if large <= _MOST_IN_LARGE * linked:
        return None
    return (
        f"up to {most:,} reports of one list are one person, where hardly any report repeats"
        " another: links run through one event or one common name"
    )


def share_by_chance(labels: Labels, encoded: Encoded, *, least: float = 0.0) -> float | None:
    """The share of links that names which agree by chance explain.

    None where few are linked, or more pairs than people reported some ten times have: other checks
    reject those. 0 where few links are judged and it cannot be greater than `least`.
    """
    if not MOST_LINKS_UNJUDGED < _pairs(labels) <= _MOST_A_REPORT * encoded.count:
        return None
    return chance_agreement.share_by_chance(encoded, labels, least=least)


def repeated_share(labels: NDArray[np.int32], source: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of each list's reports that repeat a person, but for the one most reported."""
    lists = int(source.max(initial=0)) + 1
    each, times = np.unique(labels * np.int64(lists) + source, return_counts=True)
    repeats, most = np.zeros(lists), np.zeros(lists)
    np.add.at(repeats, each % lists, times - 1.0)
    np.maximum.at(most, each % lists, times - 1.0)
    others = np.bincount(source, minlength=lists) - most
    return np.asarray(np.minimum((repeats - most + 1.0) / np.maximum(others, 1.0), 1.0))


def _speak_against(sampled: mcmc.PartitionDraws, labels: Labels, encoded: Encoded) -> float:
    """The share of linked pairs that by themselves speak against one person, in the last draw.

    They are linked through others: many of these are a chain, few are a person.
    """
    left, right = within(labels[-1])
    if not len(left):
        return 0.0
    weights = sampled.rates.of(levels.levels(encoded, left, right))
    return float((weights < 0).mean())


def _most(expected: float) -> float:
    return MOST_TIMES * expected + MOST_LINKS_UNJUDGED


def _links(labels: Labels) -> float:
    return float(labels.shape[1] - (labels.max(axis=1) + 1).mean()) if labels.size else 0.0


def _pairs(labels: Labels) -> float:
    """Pairs that are one person, on average over the draws."""
    return float(np.mean([pairs_within(row) for row in labels]))


def _repeats(
    prior: partition_priors.PartitionPrior, main: mcmc.PartitionDraws, encoded: Encoded
) -> str | None:
    """Whether lists do repeat people, where a prior says that they do not."""
    if not prior.once_a_list:
        return None
    fewest = min(repeats(row, encoded.source) for row in main.slots)
    if fewest <= max(3.0, _REPEATS * encoded.count):
        return None
    return f"lists do repeat people: {fewest:,} times in every draw at the least"


def repeats(labels: NDArray[np.int32], source: NDArray[np.int64]) -> int:
    """How many reports are duplicates within a list."""
    on = labels.astype(np.int64) * (int(source.max(initial=0)) + 1) + source
    return len(labels) - int(np.count_nonzero(np.bincount(on)))
