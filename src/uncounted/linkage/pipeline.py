"""Record linkage: from reports to posterior draws of the partition into people.

1. reports as integer arrays; 2. pairs worth comparing: all of a small file's, else those
that blocking finds; 3. comparison levels, and m- and u-probabilities; 1 to 3 again where costs of
spelling between scripts are learned; 4. reports reordered so that candidates are neighbours, and
the graph of candidates; 5. MCMC over partitions; 6. checks that may refuse.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import attrs
import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.errors import NotConverged, NotLinkable, UsedWrongly
from uncounted.linkage import compare_reports, mcmc, prior_sensitivity, shared_birthdays
from uncounted.linkage.arrays import Ints
from uncounted.linkage.blocking.recall import matches_not_compared, may_add
from uncounted.linkage.checkpoints import NOTHING_KEPT, Checkpoints, staged
from uncounted.linkage.compare_reports import (
    Compared,
    ComparedOnce,
    arranged,
    comparing_once,
    with_rates_one_to_one,
)
from uncounted.linkage.comparison import levels
from uncounted.linkage.copied_lists import copied
from uncounted.linkage.diagnostics import FitDiagnostics, LinkageDiagnostics, LinkageSettings
from uncounted.linkage.encoding.source_names import NOT_STATED, Stated
from uncounted.linkage.free_memory import PackedKeys, empty_caches, give_back
from uncounted.linkage.missed_matches import (
    MOST_UNLIKELY,
    MissedMatches,
    with_missed,
    with_unfound,
)
from uncounted.linkage.model import partition_priors
from uncounted.linkage.model.field_priors import FEW_REPEATS
from uncounted.linkage.result import AlternativeLinkage, Linkage, numbered
from uncounted.linkage.sampler import candidate_graph
from uncounted.linkage.sampler.candidate_graph import Decision
from uncounted.progress import Progress, silent
from uncounted.records.report import Report

FLOOR = 1e-4  # a pair less likely than this before any fitting is no candidate
# The same in larger files: less likely matches are imputed in draws (`_missed`).
FLOOR_OF_MANY, FLOOR_OF_VERY_MANY = 1e-3, 3e-3
STRICT, STRICTEST = 0.02, 0.1  # where draws fail a check, or few reports repeat a person
_FAR_TOO_MANY = 10.0  # pairs linked for each that is expected, and each report: chains give up
MOST_LISTS = 60
_FEW_SAY_MORE = 0.05  # of the reports
_MOST_LOST = 0.5  # of the expected links: some fiftieth where few links are true


def link(
    reports: Iterable[Report],
    *,
    draws: int = 200,
    seed: int = 1,
    decisions: Sequence[Decision] = (),
    prior: str = partition_priors.OVERLAP_TABLE.name,
    floor: float | None = None,
    with_grid: bool = True,
    languages: Stated = NOT_STATED,
    checkpoints: Checkpoints = NOTHING_KEPT,
    progress: Progress = silent,
) -> Linkage:
    """Draw partitions of reports into people (Bayesian record linkage).

    Names, birth, sex, origin, events and what else is recorded are compared as levels; m- and
    u-probabilities, duplicates within lists and the partition are sampled together by MCMC.

    Parameters
    ----------
    reports : iterable of Report
        Each with its source and id; no two alike. Their order changes nothing. What an iterator
        gives is not kept once it has been read.
    draws : int
        Number of posterior draws of the partition.
    seed : int
        The same reports, draws and seed give the same partitions.
    decisions : sequence of (int, int, bool)
        Clerical decisions, which hold in every draw: two places in `reports`, and whether they
        are one person (must-link) or not (cannot-link).
    prior : {"overlap-table", "no-duplicates", "ewens", "flat"}
        Over partitions.
    floor : float, optional
        Least probability of a candidate pair before any partition; default 1 in 10,000, 1 in
        1,000 of more than 3,000 reports, and 3 in 1,000 of more than 50,000.
    with_grid : bool
        Also draw a few times under every other prior and rule for candidates (`Linkage.grid`).
    languages : mapping of str to sequence of str
        By source, the languages of its names ("korean", "other", or a pack); others are found.
    checkpoints : Checkpoints
        Keeps what each stage has made, by its name, for a call with the same arguments to go on
        from; default: nothing is kept.
    progress : callable
        Called as it goes.

    Returns
    -------
    Linkage
        With labels of shape (draws, reports).

    Raises
    ------
    UsedWrongly
        No draws asked for, two reports with one source and id, more than 60 sources, no such
        prior, no such floor, or decisions that contradict one another.
    NotLinkable
        Events have more weight than names in the fitted model.
    NotConverged
        The chains disagree.

    References
    ----------
    I. P. Fellegi and A. B. Sunter, "A theory for record linkage", JASA 64, 1969.
    M. Sadinle, "Bayesian propagation of record linkage uncertainty into population size
    estimation of human rights violations", Annals of Applied Statistics 12, 2018.

    Examples
    --------
    >>> from uncounted.records.names.name import Name
    >>> from uncounted.records.dates.partial_date import parse
    >>> born = parse("1971-03-04"), parse("1994-10-30")
    >>> names = ("김철수", "Ri Yong Hui"), ("Kim Chol Su", "리영희")
    >>> rows = [
    ...     Report(source, str(at), (Name(name),), birth=born[at])
    ...     for source, pair in zip("AB", names, strict=True)
    ...     for at, name in enumerate(pair)
    ... ]
    >>> labels = link(rows, draws=20).labels
    >>> bool((labels[:, 0] != labels[:, 1]).all())
    True
    >>> (link(rows, draws=20, decisions=[(0, 1, True)]).labels[:, 1] == 0).all()
    np.True_
    """
    began = time.perf_counter()
    chosen = partition_priors.named(prior)
    reports = list(reports)
    keys = _keys(reports, draws, decisions)
    if floor is not None and not 0 < floor <= candidate_graph.MOST_FLOOR:
        raise UsedWrongly(
            f"the minimum match probability {floor} must be above 0 and at most"
            f" {candidate_graph.MOST_FLOOR}",
            hint="omit it, or give a probability",
        )
    if len(keys) < 2:
        labels = np.zeros((draws, len(keys)), np.int32)
        return Linkage(keys, labels, seed=seed, seconds=time.perf_counter() - began)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    place = np.argsort(order)  # of each report in that order
    decided = [(int(place[i]), int(place[j]), same) for i, j, same in decisions]
    alone, shared = _says_names_alone(reports), tuple(copied(reports))
    comparing = partial(
        comparing_once,
        iter([reports[at] for at in order]),
        decided,
        across=not chosen.once_a_list,
        seed=seed,
        languages=languages,
        progress=progress,
    )
    count, packed = len(keys), PackedKeys.of(keys)
    del reports, keys, order  # of a million, half a gigabyte
    made = staged(checkpoints, "pairs", ComparedOnce, lambda found: found.is_of(count), comparing)
    compared, once = made.compared, made.once
    del made, comparing
    tries = _tries(compared, floor, draws)
    compared, nearest = arranged(compared, tries[0].floor)
    once = np.argsort(nearest)[once]  # of each report in order, where it stands
    place = once[place]
    endpoints = [(int(once[i]), int(once[j]), same) for i, j, same in decided]
    decided = [(i, j, same) for i, j, same in endpoints if i != j]
    if count > mcmc.VERY_MANY:
        empty_caches()
    give_back()

    def drawn(of: Compared, how: _Try) -> _Drawn:
        kept = partial(staged, checkpoints, f"draws-{tries.index(how)}")
        return _draw(
            of, decided, how, draws=draws, seed=seed, prior=chosen, kept=kept, progress=progress
        )

    def one_to_one(of: Compared) -> Compared:
        return staged(
            checkpoints,
            "pairs-one-to-one",
            Compared,
            lambda found: found.fits_together and found.encoded.count == of.encoded.count,
            lambda: with_rates_one_to_one(of, seed=seed, progress=progress),
        )

    compared, built, sampled, again = _until_it_passes(compared, tries, drawn, one_to_one, progress)
    missed = (
        None if again else _missed(compared, built.diagnostics.min_match_probability, sampled.slots)
    )

    def all_matches(slots: NDArray[np.int32]) -> NDArray[np.int32]:
        found = with_missed(slots, compared.encoded, missed, decided, seed=seed)
        return _numbered(found[:, place])

    give_back()
    refused = alone or _not_comparable(compared, sampled.slots, place, packed)
    labels = all_matches(sampled.slots)
    fitted = _fit_diagnostics(sampled, _numbered(sampled.slots), labels, compared)
    diagnostics = LinkageDiagnostics(
        sampled.chains,
        built.diagnostics,
        attrs.evolve(
            compared.blocking,
            imputed_matches=round(missed.each, 1) if missed else 0.0,
            random_links_at_most=round(missed.unfound, 1) if missed and missed.unfound else None,
        ),
        attrs.evolve(fitted, failed_check=fitted.failed_check or refused, first_failed=again),
        shared,
        count - len(np.unique(place * len(packed.sources) + packed.source)),
    )
    others: tuple[AlternativeLinkage, ...] = ()
    if with_grid:
        others = prior_sensitivity.alternative_linkages(
            compared.encoded,
            compared.pairs,
            built,
            sampled,
            prior=chosen.name,
            decisions=decided,
            seed=seed,
            checkpoints=checkpoints,
            progress=progress,
        )
        give_back()
        others = tuple(
            attrs.evolve(each, labels=all_matches(each.labels), why=each.why or refused)
            for each in others
        )
        grid = tuple(each.summary() for each in others)
        diagnostics = attrs.evolve(diagnostics, grid=grid)
    settings = LinkageSettings(
        prior=chosen.name,
        prior_words=chosen.words,
        min_match_probability=built.diagnostics.min_match_probability,
        all_pairs_compared=compared.encoded.count <= compare_reports.ALL_PAIRS,
        decisions=len(decisions),
        warm_up=mcmc.usual_run(compared.encoded.count, draws).warm_up,
    )
    seconds, pairs = time.perf_counter() - began, len(compared.pairs.left)
    return Linkage(packed.keys(), labels, pairs, diagnostics, settings, seed, seconds, others)


type _Drawn = tuple[Compared, candidate_graph.CandidateGraph, mcmc.PartitionDraws, str | None]


@attrs.frozen
class _Try:
    """How to draw: the least probability of a candidate, a run, and whether m is one to one."""

    floor: float
    run: mcmc.Run
    one_to_one: bool = False


def _tries(compared: Compared, floor: float | None, draws: int) -> list[_Try]:
    """How to draw, stricter where the draws before fail a check.

    Strictly, m is learned one to one and held: chains that run away take m with them. Where hardly
    any report repeats a person (a register of those killed), candidates are strict to begin with:
    the usual ones would connect thousands of reports, of which none is likely to match. A least
    probability that is asked for is tried alone.
    """
    count, expected = compared.encoded.count, compared.rates.expected_pairs
    most = _FAR_TOO_MANY * (expected + count)
    usual = attrs.evolve(mcmc.usual_run(count, draws), most_pairs=most)
    if floor is not None:
        return [_Try(floor, usual)]
    strict = [_Try(each, attrs.evolve(usual, hold_m=True), True) for each in (STRICT, STRICTEST)]
    if count > compare_reports.ALL_PAIRS and expected < FEW_REPEATS * count:
        return [_Try(STRICT, usual, True), *strict]
    return [_Try(usual_floor(count), usual), *strict]


def _draw(
    compared: Compared,
    decisions: Sequence[Decision],
    how: _Try,
    *,
    draws: int,
    seed: int,
    prior: partition_priors.PartitionPrior,
    kept: Callable[..., mcmc.PartitionDraws],
    progress: Progress,
) -> _Drawn:
    """Draws with candidates at least so likely, and the check that they fail, in words.

    Refused at once are fits that rest on events and not on names.
    """
    encoded = compared.encoded
    built = candidate_graph.build(encoded, compared.pairs, floor=how.floor, decisions=decisions)
    _refuse_all_alike(built)
    sampled = kept(
        mcmc.PartitionDraws,
        lambda found: found.are(draws, encoded.count),
        lambda: mcmc.sample(
            built,
            compared.rates,
            compared.lists,
            draws=draws,
            seed=seed,
            progress=progress,
            prior=prior,
            run=how.run,
        ),
    )
    labels = _numbered(sampled.slots)
    if prior_sensitivity.outweighed(sampled, labels):
        raise NotLinkable(
            "the model relies more on events than on names: people from one event would be merged",
            hint="omit date and place, or import fuller names",
        )
    failed = prior_sensitivity.failed_check(sampled, labels, encoded)
    few = prior_sensitivity.too_few(labels, compared.expected)
    return compared, built, sampled, failed or few


def _until_it_passes(
    compared: Compared,
    tries: Sequence[_Try],
    draw: Callable[[Compared, _Try], _Drawn],
    one_to_one: Callable[[Compared], Compared],
    progress: Progress,
) -> _Drawn:
    """The first draws that pass the checks, and the check that those before them failed.

    If none passes, the first are given, which fail it still, or refused as they were.
    """
    first: _Drawn | NotConverged | None = None
    for how in tries:
        if first is not None:
            progress("linking again with stricter candidates", 0, None)
        if how.one_to_one and not compared.one_to_one:
            compared = one_to_one(compared)
        try:
            found = draw(compared, how)
        except NotConverged as error:
            first = first or error
            continue
        if found[-1] is None:
            why = str(first) if isinstance(first, NotConverged) else first and first[-1]
            return (*found[:-1], why)
        first = first or found
    assert first is not None
    if isinstance(first, NotConverged):
        raise first
    return (*first[:-1], None)


def usual_floor(reports: int) -> float:
    """Least match probability of a candidate pair, in a file of so many reports."""
    if reports <= compare_reports.ALL_PAIRS:
        return FLOOR
    return FLOOR_OF_MANY if reports <= mcmc.VERY_MANY else FLOOR_OF_VERY_MANY


def _keys(
    reports: Sequence[Report], draws: int, decisions: Sequence[Decision]
) -> tuple[tuple[str, str], ...]:
    if draws < 1:
        raise UsedWrongly(f"the number of draws cannot be {draws}", hint="200 is usual")
    keys = tuple((report.source, report.id) for report in reports)
    if len(set(keys)) != len(keys):
        raise UsedWrongly("two reports have the same source and id")
    if len({source for source, _ in keys}) > MOST_LISTS:
        raise UsedWrongly(f"reports come from more than {MOST_LISTS} sources")
    for i, j, _ in decisions:
        if not (0 <= i < len(keys) and 0 <= j < len(keys)) or i == j:
            raise UsedWrongly("a decision names a report that is not linked")
    return keys


def _numbered(slots: NDArray[np.int32]) -> NDArray[np.int32]:
    """Number people by the first of their reports, so that equal partitions look equal."""
    return np.stack([numbered(row) for row in slots])


def _refuse_all_alike(built: candidate_graph.CandidateGraph) -> None:
    """Refuse a file whose links are too unlikely to be candidates, and many in all."""
    lost = built.diagnostics.expected_matches_below_min
    looked_at = float(special.expit(built.kept.log_odds).sum())
    if lost > max(_MOST_LOST * (lost + looked_at), 1.0):
        raise NotLinkable(
            "the reports are nearly identical: nothing tells people apart",
            hint="add columns besides the name: birth, origin, relatives, acts",
        )


def _says_names_alone(reports: Sequence[Report]) -> str | None:
    """That reports say hardly anything but names, in words; None if they do."""
    further = sum(map(_says_more, reports))
    if further > _FEW_SAY_MORE * len(reports):
        return None
    return (
        f"{further:,} of {len(reports):,} reports say more than a name, and how many people have"
        " one name cannot be told from lists that repeat them"
    )


def _says_more(report: Report) -> bool:
    return bool(
        report.sex
        or report.birth
        or report.origin
        or report.relative
        or report.occupation
        or report.number
        or any(act.date or act.place for act in report.acts)
    )


def _not_comparable(
    compared: Compared, slots: NDArray[np.int32], place: Ints, packed: PackedKeys
) -> str | None:
    """That the names of a list cannot be compared with the others', in words; None if they can.

    A copied row stands for reports of two lists, so a list's name is that of most of its reports.
    """
    found = shared_birthdays.not_comparable(compared.encoded, slots)
    if found is None:
        return None
    of_list = packed.source[compared.encoded.source[place] == found.source]
    return found.in_words(packed.sources[int(np.bincount(of_list).argmax())])


def _missed(compared: Compared, least: float, slots: NDArray[np.int32]) -> MissedMatches | None:
    """Matches expected among pairs that are not candidates.

    None where m is one to one, and where far too many are expected among them.
    """
    if compared.one_to_one or not may_add(compared.blocking):
        return None
    lost = matches_not_compared(compared.blocking)
    missed = MissedMatches.of(compared.pairs, least, compared.encoded.source, slots, lost)
    if float(missed.unlikely.sum()) > MOST_UNLIKELY * max(compared.expected, 1.0):
        return None
    missed = missed.limited(slots)
    if compared.encoded.count <= compare_reports.ALL_PAIRS:
        return with_unfound(missed, compared.blocking, slots)
    return missed


def _fit_diagnostics(
    sampled: mcmc.PartitionDraws,
    linked: NDArray[np.int32],
    labels: NDArray[np.int32],
    compared: Compared,
) -> FitDiagnostics:
    """What draws rest on: the checks are of the pairs that the chains linked, `linked`."""
    rates = sampled.rates
    people = labels.max(axis=1) + 1
    low, high = np.quantile(people, [0.025, 0.975])
    by_chance = prior_sensitivity.share_by_chance(linked, compared.encoded)
    return FitDiagnostics(
        mean_match_weight_by_field=prior_sensitivity.worth_by_field(sampled),
        event_correlated_share=round(rates.event_correlated_share, 7),
        share_links_name_agrees=round(float(rates.m[0][: levels.NAME_AGREES].sum()), 4),
        failed_check=prior_sensitivity.failed_check(sampled, linked, compared.encoded, by_chance)
        or prior_sensitivity.too_few(linked, compared.expected),
        people_median=float(np.median(people)),
        people_interval=(float(low), float(high)),
        scripts_learned=compared.learned or None,
        share_links_by_chance=None if by_chance is None else round(by_chance, 6),
    )
