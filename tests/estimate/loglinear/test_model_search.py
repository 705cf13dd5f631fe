"""The greedy search against fitting every model, and existence against the linear programme."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
import pytest
from tests.estimate import naive_existence

from uncounted.captures import CaptureTable
from uncounted.errors import UsedWrongly
from uncounted.estimate import independence, log_linear
from uncounted.estimate.loglinear.cell_counts import CellCounts
from uncounted.estimate.loglinear.hierarchy import (
    completed,
    hierarchical,
    in_brackets,
    main_effects,
    neighbours,
)
from uncounted.estimate.loglinear.mle_existence import Register, code
from uncounted.estimate.loglinear.model_search import Greedy, greedy, rank, starts
from uncounted.estimate.loglinear.selection import Candidates, leaders


def sparse(seed: int, lists: int = 5, several: int = 8) -> CaptureTable:
    """Lists with few people on two or three of them, most overlaps empty."""
    rng = np.random.default_rng(seed)
    patterns = [format(c, f"0{lists}b") for c in range(1, 1 << lists)]
    counts = {p: int(rng.integers(5, 48)) for p in patterns if p.count("1") == 1}
    some = [p for p in patterns if 2 <= p.count("1") <= 3]
    counts |= {str(p): int(rng.integers(1, 4)) for p in rng.choice(some, several, replace=False)}
    return CaptureTable.of("ABCDEFGHIJ"[:lists], counts)


def population(lists: int, seed: int = 1, people: int = 3000) -> CaptureTable:
    """Some are easier to record than others."""
    rng = np.random.default_rng(seed)
    ease = np.where(rng.random((people, 1)) < 0.8, 0.08, 0.3)
    names = "ABCDEFGHIJ"[:lists]
    on = rng.random((people, lists)) < ease
    return CaptureTable.tally(
        names, [[n for n, hit in zip(names, row, strict=True) if hit] for row in on if row.any()]
    )


def test_existence_is_the_linear_programme() -> None:
    """Of 17,000 drawn like this none differed; scipy's `nnls`, tried first, failed on three."""
    rng = np.random.default_rng(5)
    seen = {0: 0, 1: 0, 2: 0, 3: 0}
    for J in (3, 4, 5):
        models = hierarchical(J, J - 1)
        for _ in range(150):
            model = models[rng.integers(len(models))]
            present = rng.random(1 << J) < rng.choice([0.2, 0.35, 0.5, 0.7])
            present[0] = False
            if rng.random() < 0.7:
                present[[1 << j for j in range(J)]] = True
            if not present.any():
                continue
            found = code(model, present)
            assert found == naive_existence.code(model, present), (model, np.flatnonzero(present))
            seen[found] += 1
    assert min(seen.values()) > 1


def test_existence_where_least_squares_failed() -> None:
    """Off list 3 three people are on lists 1, 2 and 4 once each: on two of them nobody can be."""
    present = np.isin(np.arange(16), [1, 2, 4, 8, 15])
    assert code((0, 1, 2, 4, 5, 6, 8, 12), present) == 1


def test_neighbours_are_the_hierarchical_models_one_set_away() -> None:
    models = hierarchical(4, 3)
    every = set(models)
    for model in models[::7]:
        near = {other for other in every if len(set(model) ^ set(other)) == 1}
        assert set(neighbours(model, 4, 3)) == near


def test_completed_adds_all_parts() -> None:
    assert in_brackets(completed(4, [7, 12])) == "[123,34]"
    assert completed(4, []) == main_effects(4)


@pytest.mark.parametrize("seed", range(6))
def test_greedy_finds_what_all_models_find(seed: int) -> None:
    cells, register = CellCounts.of(sparse(seed)), Register()
    every = rank(cells, hierarchical(5, 4), "bic", 20, register)
    found = greedy(cells, 4, "bic", 20, 24, register)
    assert found.criterion[0] == pytest.approx(every.criterion[0], abs=1e-9)
    assert found.fitted < every.fitted / 4
    assert len(set(found.models) & set(every.models)) >= 17


def test_from_main_effects_alone_the_united_kingdom_reaches_a_local_optimum(
    tables: Mapping[str, CaptureTable],
) -> None:
    """Silverman, Chan and Vincent (2024) Table 6: 12,262 downhill, 25,311 of all models."""
    downhill = log_linear(
        tables["uk"], candidates=Candidates(search="greedy", starts=1), resamples=0
    )
    assert downhill.point == pytest.approx(12262, abs=0.5)
    several = log_linear(tables["uk"], candidates=Candidates(search="greedy"), resamples=0)
    assert several.point == pytest.approx(25311, abs=0.5)
    assert several.settings["search"] == "greedy"
    assert several.settings["starts"] == 24
    assert "greedy-search" in {each.code for each in several.warnings}


def test_the_interval_after_a_search_is_that_after_all_models(
    tables: Mapping[str, CaptureTable],
) -> None:
    found = log_linear(tables["uk"], candidates=Candidates(search="greedy"), resamples=400).interval
    assert found == pytest.approx(log_linear(tables["uk"], resamples=400).interval, rel=0.1)


def test_descent_stops_where_no_single_step_helps(kosovo: CaptureTable) -> None:
    cells, register = CellCounts.of(kosovo), Register()
    search = Greedy(cells, 3, "bic", register)
    stop = search.descend(main_effects(4))
    near = rank(cells, [stop, *neighbours(stop, 4, 3)], "bic", 1, register)
    assert near.models[0] == stop


def test_starts_do_not_depend_on_the_order_of_lists(kosovo: CaptureTable) -> None:
    one, two = (CellCounts.of(t) for t in (kosovo, kosovo.select(kosovo.lists[::-1])))
    assert starts(one, 3, 24, Register()) == starts(two, 3, 24, Register())
    assert starts(one, 1, 24, Register()) == [main_effects(4)]


@pytest.mark.parametrize("lists", [7, 9])
def test_beyond_six_lists(lists: int) -> None:
    table = population(lists)
    began = time.process_time()
    estimate = log_linear(table, resamples=20)
    assert time.process_time() - began < 8
    assert estimate.settings["search"] == "greedy"
    assert estimate.settings["max_order"] == 2
    assert estimate.interval is not None
    assert estimate.interval[0] < (estimate.point or 0) < estimate.interval[1]
    assert "greedy-search" in {each.code for each in estimate.warnings}


def test_independent_lists_give_independence() -> None:
    rng = np.random.default_rng(4)
    on = rng.random((5000, 8)) < rng.uniform(0.05, 0.3, 8)
    table = CaptureTable.tally(
        "ABCDEFGH",
        [[n for n, hit in zip("ABCDEFGH", row, strict=True) if hit] for row in on if row.any()],
    )
    estimate = log_linear(table, resamples=20)
    assert estimate.settings["model"] == "[1,2,3,4,5,6,7,8]"
    assert estimate.point == pytest.approx(independence(table).point, rel=1e-8)
    assert estimate.point == pytest.approx(5000, rel=0.02)


def test_all_models_that_cannot_be_listed_are_refused_in_words() -> None:
    with pytest.raises(UsedWrongly, match="are too many to enumerate"):
        log_linear(population(7), candidates=Candidates(search="all"))
    six = log_linear(population(6), candidates=Candidates(max_order=3), resamples=0)
    assert six.settings["search"] == "greedy"


def test_leaders_of_a_wide_table_serve_its_like() -> None:
    table = population(7)
    found = leaders(table)
    assert len(found) == 50
    again = log_linear(table, candidates=Candidates(models=found), resamples=0)
    assert again.point == log_linear(table, resamples=0).point
    assert leaders(CaptureTable.of("AB", {"10": 5, "01": 7, "11": 2})) == ()


def test_sparse_lists_and_a_thousand_resamples_are_quick() -> None:
    """Empty overlaps by the hundred: no linear programme is solved for any of them."""
    path = {"11000": 3, "01100": 1, "00110": 1, "00011": 3}
    table = CaptureTable.of(
        "ABCDE", path | {"10000": 76, "01000": 6, "00100": 5, "00010": 12, "00001": 40}
    )
    log_linear(table, resamples=2)
    began = time.process_time()
    log_linear(table)
    assert time.process_time() - began < 4
