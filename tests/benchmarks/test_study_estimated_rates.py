"""The study of estimated rates: rates of known size are made from tables as it says."""

from __future__ import annotations

import numpy as np
from benchmarks.study_estimated_rates import CAPTURE, KINDS, TRUE, documented, known, simulated

from uncounted.estimate.track_record.collection import collected_tables


def test_a_list_and_an_outcome_are_numbers_that_add_up_to_the_list() -> None:
    table = next(each for each in collected_tables() if each.name == "eco-voles1")
    found = dict(known(table, 1))
    assert found
    totals = table.table.list_totals
    for (population, outcome), one in found.items():
        assert population is not None
        assert outcome is not None
        having, others = one.cells
        assert having.size + others.size == totals[population]
        assert having.size == table.table.on([population, outcome])
        assert having.documented <= having.size
        assert one.rates == [having.size / totals[population]]
    judged = documented(list(found.values()))
    assert (judged.tests, judged.collections) == (len(found), 1)


def test_simulated_groups_have_people_of_both_outcomes() -> None:
    kind, ease = KINDS["copied list (a third)"], CAPTURE["differing by outcome"]
    found = simulated(kind, ease, np.random.default_rng(1))
    assert set(found.cells) == {(group, outcome) for group in TRUE for outcome in (True, False)}
    for (group, outcome), cell in found.cells.items():
        assert 15 < cell.observed < TRUE[group][0 if outcome else 1]
