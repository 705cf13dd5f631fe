"""What a number hangs on beside the draws: other priors and rules of who is who."""

from __future__ import annotations

import attrs
import numpy as np
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import run_over
from uncounted.estimate.readings import Reading, hang_on
from uncounted.estimate.result import Study
from uncounted.words import study_lines


def relinked(table: CaptureTable, merged: int) -> CaptureTable:
    """The table, had `merged` more people been recognised on both EXH and ABA."""
    counts = dict(table.counts)
    counts["1100"] += merged
    counts["1000"] -= merged
    counts["0100"] -= merged
    return CaptureTable.of(table.lists, counts)


@pytest.fixture
def study(kosovo: CaptureTable) -> Study:
    return run_over([kosovo] * 10, ["decomposable"])


def rows(study: Study, *readings: Reading) -> Study:
    return hang_on(study, readings, level=0.95, seed=1)


def test_readings_that_pass_widen_the_envelope(kosovo: CaptureTable, study: Study) -> None:
    low, high = study["decomposable"].interval or (0, 0)
    told = rows(
        study,
        Reading("ewens, usual candidates", [relinked(kosovo, 150)] * 3),
        Reading("flat, usual candidates", [relinked(kosovo, 300)] * 3, why="the chains disagree"),
        Reading("strict", [relinked(kosovo, -100)], in_grid=False),
    )
    assert told.linkage is not None
    passing, failing, strict = told.linkage["readings"]
    assert [passing["passes"], failing["passes"]] == [True, False]
    assert failing["why"] == "the chains disagree"
    assert passing["point"] < study["decomposable"].number() < strict["point"]
    envelope = told.linkage["envelope"]
    # neither the reading that fails nor one outside the grid moves its ends
    assert envelope["interval"] == [min(low, passing["interval"][0]), max(high, 0)]
    assert (envelope["readings"], envelope["passing"]) == (2, 1)
    assert passing["interval"][0] < low


def test_a_reading_that_cannot_be_estimated_says_so(kosovo: CaptureTable, study: Study) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    told = rows(study, Reading("ewens, strict candidates", [apart]))
    assert told.linkage is not None
    (row,) = told.linkage["readings"]
    assert row["point"] is None
    assert row["interval"] is None
    assert "no person is on two lists" in row["why"]
    assert told.linkage["envelope"]["interval"] == list(study["decomposable"].interval or ())


def test_an_interval_without_upper_end_gives_the_envelope_none(
    kosovo: CaptureTable, study: Study
) -> None:
    endless = attrs.evolve(study["decomposable"], interval=(5000, np.inf))
    told = rows(attrs.evolve(study, estimates=(endless,)), Reading("ewens, usual", [kosovo]))
    assert told.linkage is not None
    assert told.linkage["envelope"]["interval"] == [5000, None]
    assert "from 5,000 to no upper end" in " ".join("\n".join(study_lines(told)).split())


def test_a_few_of_many_tables_are_looked_at(kosovo: CaptureTable, study: Study) -> None:
    tables = [relinked(kosovo, merged) for merged in range(0, 60, 3)]
    told = rows(study, Reading("ewens, usual candidates", tables))
    assert told.linkage is not None
    (row,) = told.linkage["readings"]
    assert row["observed"] == sorted(table.observed for table in tables)[10]


def test_another_method_than_the_headline_may_be_held_against_them(kosovo: CaptureTable) -> None:
    study = run_over([kosovo] * 3, ["decomposable", "independence"])
    reading = Reading("ewens, usual candidates", [kosovo])
    told = hang_on(study, [reading], level=0.95, seed=1, method="independence")
    assert told.linkage is not None
    assert told.linkage["readings"][0]["point"] == pytest.approx(study["independence"].point)
    assert hang_on(study, [reading], level=0.95, seed=1, method="two-list") is study


def test_without_other_readings_nothing_is_added(study: Study) -> None:
    assert rows(study) is study


def test_what_is_said_of_other_readings_is_rounded_and_counts_silence(
    kosovo: CaptureTable, study: Study
) -> None:
    apart = CaptureTable.of(kosovo.lists, {"1000": 50, "0100": 40, "0010": 30, "0001": 20})
    told = rows(
        study,
        Reading("ewens, usual candidates", [relinked(kosovo, 150)]),
        Reading("ewens, strict candidates", [apart]),
        Reading("strict", [apart], in_grid=False),
        Reading("loose", [relinked(kosovo, 150)], in_grid=False),
    )
    assert told.linkage is not None
    envelope = told.linkage["envelope"]
    assert (envelope["passing"], envelope["without_number"]) == (2, 1)
    text = " ".join("\n".join(study_lines(told)).split())
    assert "Under 1 of those that pass there is no number at all." in text
    assert "no number read strictly (140 people recorded)" in text
    assert f"{envelope['interval'][0]:,.0f}" not in text  # no finer than it is known
    assert "to 17,000." in text
