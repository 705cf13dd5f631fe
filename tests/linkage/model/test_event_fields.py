"""Fits that rest on what happened and not on names are refused, and so is a cell of the grid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest
from benchmarks.partition_accuracy import evaluate

from uncounted.errors import NotLinkable
from uncounted.linkage import link, point_partition, prior_sensitivity
from uncounted.linkage.arrays import Labels
from uncounted.linkage.comparison import levels
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Act, Report

pytestmark = pytest.mark.sampler

TOWNS = ("Yanji", "Tumen", "Longjing", "Helong", "Hunchun", "Dandong", "Shenyang", "Changchun")
FAMILY = ("김", "리", "박", "최", "정", "강")
GIVEN = ("철수", "영희", "성호", "은주", "광일", "향미", "춘화", "명국")
OUTWEIGHED = "what happened outweighs names in what was learned"


def reports(others: float) -> tuple[list[Report], list[str]]:
    """On each of 100 days in some town list A has somebody, and B too: so often another person."""
    rng = np.random.default_rng(1)
    rows, truth = list[Report](), list[str]()
    for at in range(100):
        day = f"20{rng.integers(20):02}-{rng.integers(1, 13):02}-{rng.integers(1, 29):02}"
        act = Act("arrest", date=parse(day), place=TOWNS[at % len(TOWNS)])
        family, given = rng.permutation(FAMILY), rng.permutation(GIVEN)
        for source, which in (("A", 0), ("B", int(rng.random() < others))):
            name = Name(family[which] + given[which])
            rows.append(Report(source, f"{at}", (name,), sex="f", acts=(act,)))
            truth.append(f"{at} {which}")
    return rows, truth


def test_people_of_one_event_who_would_be_one_person_are_refused() -> None:
    rows, _ = reports(others=0.25)
    with pytest.raises(
        NotLinkable, match="the model relies more on events than on names"
    ) as failed:
        link(rows, draws=20, with_grid=False)
    assert failed.value.hint is not None
    assert "omit date and place, or import fuller names" in failed.value.hint
    # as the hint says
    bare = [attrs.evolve(row, acts=()) for row in rows]
    assert link(bare, draws=20, with_grid=False).diagnostics.failed_check is None


def test_events_that_tell_more_than_names_which_agree_are_not_refused() -> None:
    rows, truth = reports(others=0.0)
    found = link(rows, draws=20, with_grid=False)
    worth = found.diagnostics.fit.mean_match_weight_by_field
    assert worth["event"] > worth["name"] + np.log(2)
    assert found.diagnostics.failed_check is None
    assert evaluate(point_partition(found), truth).f1 > 0.98


def fit(agree: float, name: float, event: float) -> Any:
    """What was learned: in how many links names agree, and what a comparison is worth."""
    m = np.empty(levels.COUNTS[0] - 1)
    m[: levels.NAME_AGREES] = agree / levels.NAME_AGREES
    m[levels.NAME_AGREES :] = (1 - agree) / (len(m) - levels.NAME_AGREES)
    worth = dict.fromkeys(levels.FIELDS, 0.0) | {"name": name, "event": event}
    weights = tuple(np.array([0.0, each]) for each in worth.values())
    rates = SimpleNamespace(expected_pairs=30.0, m=(m,), weights=lambda: weights)
    compared = np.tile([5.0, 40.0], (len(weights), 1))
    return SimpleNamespace(
        chains=SimpleNamespace(rhat=1.0, sweeps=150), rates=rates, compared=compared
    )


def pairs(links: int) -> Labels:
    """Two draws in which so many pairs are one person each."""
    return np.repeat(np.arange(links), 2)[None, :].repeat(2, axis=0).astype(np.int32)


@pytest.mark.parametrize(
    ("agree", "name", "event", "links", "is_"),
    [
        (0.85, 3.0, 3.8, 30, True),
        (0.85, 3.0, 3.6, 30, False),  # hardly more: less than log 2
        (0.85, -3.0, 0.8, 30, True),  # a name that speaks against is no reason
        (0.85, -3.0, 0.6, 30, False),
        (0.855, 3.0, 9.0, 30, True),
        (0.865, 3.0, 9.0, 30, False),  # nobody is linked for what happened alone
        (0.85, 3.0, 9.0, 26, True),
        (0.85, 3.0, 9.0, 25, False),  # too few to learn anything
    ],
)
def test_what_happened_outweighs_names(
    agree: float, name: float, event: float, links: int, is_: bool
) -> None:
    learned = fit(agree, name, event)
    assert prior_sensitivity.outweighed(learned, pairs(links)) == is_
    assert prior_sensitivity.failed_check(learned, pairs(links)) == (OUTWEIGHED if is_ else None)


@pytest.mark.parametrize(
    ("agree", "links", "why"),
    [
        (0.81, 30, "names agree in 81% of the links, hardly more than the least allowed"),
        (0.83, 30, None),
        (0.81, 26, "names agree in 81% of the links, hardly more than the least allowed"),
        (0.81, 25, None),
    ],
)
def test_names_that_agree_as_seldom_as_is_allowed(
    agree: float, links: int, why: str | None
) -> None:
    assert prior_sensitivity.failed_check(fit(agree, 3.0, 3.0), pairs(links)) == why


def test_a_fit_that_fails_two_checks_says_the_first() -> None:
    learned = fit(0.81, 3.0, 9.0)
    assert prior_sensitivity.failed_check(learned, pairs(30)) == OUTWEIGHED
    learned.rates.expected_pairs = 0.0
    assert prior_sensitivity.failed_check(learned, pairs(30)) == OUTWEIGHED
    learned.chains.rhat = 1.2
    learned.rates.expected_pairs = 30.0
    assert prior_sensitivity.failed_check(learned, pairs(30)) == "the chains disagree (R-hat 1.20)"
