"""Exact duplicates: reports entered or taken over twice, word for word.

Taken for two, copies would say of a report that differs from them that it has erred, and teach that
errors are rare. So a copy is merged with its original. Two people may have one name and age: only
reports that are matches almost surely by the comparison model are copies, and of two lists only
those taken over from one to the other (`copied_lists`).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import special

from uncounted.linkage.arrays import Ints, connected
from uncounted.linkage.comparison import levels
from uncounted.linkage.copied_lists import content, taken_over
from uncounted.linkage.encoding.encode import Encoded
from uncounted.linkage.model.fellegi_sunter import MatchProbabilities
from uncounted.linkage.sampler.candidate_graph import Decision
from uncounted.records.report import Report

SURELY = 0.99  # how likely two who are alike have to be one person, to be one report


def first_alike(
    reports: Sequence[Report], decisions: Sequence[Decision] = (), *, across: bool = True
) -> Ints:
    """Of each report, the first with the same content on its list (or itself).

    With `across` also on another list, where one took rows of the other. Notes are not looked at,
    and a report that says hardly more than a name has no duplicate. Decisions hold: of copies
    decided to be two people, the later is itself, as are all reports of a unit that decisions would
    contradict.
    """
    took = taken_over(reports) if across else frozenset()
    seen = dict[Hashable, dict[str, int]]()
    first = np.arange(len(reports))
    for at, report in enumerate(reports):
        if (what := content(report)) is not None:
            theirs = seen.setdefault(what, {})
            found = (
                other
                for source, other in theirs.items()
                if source == report.source or tuple(sorted((source, report.source))) in took
            )
            first[at] = theirs.setdefault(report.source, next(found, at))
    cannot_link = [max(i, j) for i, j, same in decisions if not same and first[i] == first[j]]
    first[cannot_link] = cannot_link
    return np.where(_torn(first, decisions), np.arange(len(first)), first)


def _torn(first: Ints, decisions: Sequence[Decision]) -> NDArray[np.bool_]:
    """Reports of units in which decisions cannot all be true if copies are their originals."""
    joined = [(i, j) for i, j, same in decisions if same]
    endpoints = np.array(joined, np.int64).reshape(-1, 2)
    label = connected(
        len(first),
        np.concatenate([np.arange(len(first)), endpoints[:, 0]]),
        np.concatenate([first, endpoints[:, 1]]),
    )
    torn = [label[i] for i, j, same in decisions if not same and label[i] == label[j]]
    return np.isin(label, torn)


def without(first: Ints, others: Ints) -> Ints:
    """The same, but reports like one of these others are themselves."""
    return np.where(np.isin(first, others), np.arange(len(first)), first)


def unsure(encoded: Encoded, rates: MatchProbabilities, those: Ints) -> Ints:
    """Of some reports, those of which a duplicate may be another person."""
    alike = levels.levels(encoded, those, those)
    log_odds = rates.of(alike) - np.log(encoded.count)
    return np.asarray(those[log_odds < special.logit(SURELY)])
