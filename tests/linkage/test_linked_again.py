"""Draws that fail a check are made again more strictly; none that fails is counted."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import attrs
import numpy as np
import pytest
from benchmarks.partition_accuracy import evaluate

from benchmarks import synthetic_register
from uncounted.errors import NotConverged, NotLinked
from uncounted.linkage import Linkage, link, pipeline, point_partition, prior_sensitivity
from uncounted.linkage.arrays import within
from uncounted.linkage.blocking import recall
from uncounted.linkage.diagnostics import (
    BlockingDiagnostics,
    FitDiagnostics,
    LinkageDiagnostics,
)
from uncounted.linkage.mcmc import Run
from uncounted.linkage.model.fit import _mutually_best
from uncounted.progress import silent
from uncounted.workflow.link import LinkedReports

FAILS = "325 pairs are linked where agreement alone suggests 143"


def drawing(*found: str | NotConverged | None) -> tuple[Any, list[float]]:
    """A way to draw that ends so, one after the other; and the least probabilities tried."""
    asked: list[float] = []

    def draw(of: Any, how: Any) -> Any:
        asked.append(how.floor)
        end = found[len(asked) - 1]
        if isinstance(end, NotConverged):
            raise end
        return of, f"graph {len(asked)}", "draws", end

    return draw, asked


def until(draw: Any) -> Any:
    tries = [pipeline._Try(floor, Run()) for floor in (0.0001, 0.02, 0.1)]
    return pipeline._until_it_passes(SimpleNamespace(), tries, draw, 1, silent)  # type: ignore[arg-type]


def test_draws_that_fail_a_check_are_made_again_more_strictly() -> None:
    draw, asked = drawing(FAILS, None)
    assert until(draw)[1:] == ("graph 2", "draws", FAILS)
    assert asked == [0.0001, 0.02]
    draw, asked = drawing(None)
    assert until(draw)[1:] == ("graph 1", "draws", None)
    draw, asked = drawing(NotConverged("the linkage sampler did not converge"), FAILS, None)
    assert until(draw)[1:] == ("graph 3", "draws", "the linkage sampler did not converge")


def test_what_passes_under_no_rule_stays_as_it_was_first() -> None:
    draw, asked = drawing(FAILS, "the chains disagree", NotConverged("not either"))
    assert until(draw)[1:] == ("graph 1", "draws", None)
    assert len(asked) == 3
    draw, _ = drawing(NotConverged("the first"), NotConverged("the second"), FAILS)
    with pytest.raises(NotConverged, match="the first"):
        until(draw)


def test_a_linkage_that_fails_is_not_counted() -> None:
    def linked(why: str | None) -> LinkedReports:
        labels, keys = np.zeros((1, 1), np.int32), (("A", "1"),)
        told = LinkageDiagnostics(fit=FitDiagnostics(failed_check=why))
        return LinkedReports(Linkage(keys, labels, diagnostics=told), [], {})

    linked(None).refuse_failed()
    with pytest.raises(NotLinked, match=FAILS) as refused:
        linked(FAILS).refuse_failed()
    assert "uncounted review" in (refused.value.hint or "")


def rows(*sizes: int) -> tuple[Any, Any]:
    """One draw with people of so many reports on one list, and the list of each report."""
    labels = np.repeat(np.arange(len(sizes)), sizes).astype(np.int32)
    return labels[None, :], np.zeros(len(labels), np.int64)


def test_a_person_whom_a_list_without_repeats_has_often() -> None:
    few = (2,) * 10 + (1,) * 2000
    assert prior_sensitivity._too_large(*rows(*few)) is None
    told = prior_sensitivity._too_large(*rows(25, *few))
    assert "up to 25 reports of one list are one person" in (told or "")
    assert prior_sensitivity._too_large(*rows(5, *few)) is None  # a few more than usual
    assert prior_sensitivity._too_large(*rows(*(25,) * 40)) is None  # a list of many repeats
    assert prior_sensitivity._too_large(*rows(20)) is None
    many = (2,) * 1000 + (1,) * 2000  # one wrong person among thousands of links
    assert prior_sensitivity._too_large(*rows(9, *many)) is None


def test_the_number_of_links_has_a_lower_limit_too() -> None:
    labels = rows(*(2,) * 100)[0]
    assert prior_sensitivity.too_few(labels, 240.0) is None
    told = prior_sensitivity.too_few(labels, 260.0)
    assert told is not None
    assert "only 100 pairs are linked where agreement alone suggests 260" in told


def test_matches_that_keys_suggest_and_nothing_shows() -> None:
    def told(
        estimated: float, at_least: float, counted: float | None, links: float | None = None
    ) -> str | None:
        found = BlockingDiagnostics(
            missed_share_estimated=estimated,
            missed_share_at_least=at_least,
            missed_share_counted=counted,
            random_links_at_most=links,
        )
        return recall.describe_unfound(found)

    assert "4% of the matches" in (told(0.116, 0.139, 0.101) or "")
    assert "3% of the matches" in (told(0.13, 0.10, 0.10) or "")
    assert told(0.045, 0.055, 0.043) is None  # few errors
    assert told(0.0, 0.0, 0.26) is None
    few, many = told(0.116, 0.139, 0.101), told(0.116, 0.139, 0.101, 61.2)
    assert few is not None
    assert many is not None
    assert few.endswith("too high by up to about 8%")
    assert many == f"{few}; half of the draws have up to 61 imputed links, so intervals are wider"
    assert "draws have fewer matches" in (told(0.045, 0.055, 0.043, 61.2) or "")
    assert told(0.1, 0.1, None) is None  # not all pairs were compared: `describe_loss` says so


def test_pairs_within_people() -> None:
    left, right = within(np.array([0, 1, 0, 0, 2, 1], np.int32))
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == [
        (2, 0),
        (3, 0),
        (3, 2),
        (5, 1),
    ]


def test_a_report_that_agrees_with_many_has_one_likeliest_match() -> None:
    left, right = np.array([1, 2, 3, 5]), np.array([0, 0, 0, 4])
    likely = np.array([0.9, 0.9, 0.8, 0.6])
    assert _mutually_best(6, left, right, likely).tolist() == [True, False, False, True]


@pytest.mark.sampler
def test_one_event_is_not_one_person_where_names_are_in_one_column() -> None:
    """Ten reports of one first name and one event were a person, through one wrong place."""
    variant = attrs.evolve(synthetic_register.USUAL, one_column=True)
    reports, truth = synthetic_register.made(3, variant)
    found = link(reports, draws=40, with_grid=False)
    assert found.diagnostics.failed_check is None
    assert found.diagnostics.candidates.min_match_probability == pytest.approx(0.02)
    assert found.diagnostics.candidates.largest_component < 330  # of 5,395: 16 to 321 were measured
    assert np.bincount(point_partition(found)).max() <= 3
    assert evaluate(point_partition(found), truth).f1 > 0.65
