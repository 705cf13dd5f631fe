"""A made-up register of people killed, in which hundreds share an event and hardly a pair is one
person: what plain linkage takes for links are events."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.partition_accuracy import evaluate

from benchmarks import bench_labelled, synthetic_register
from uncounted.linkage import Linkage, link, point_partition
from uncounted.linkage.result import together

pytestmark = pytest.mark.sampler


@pytest.fixture(scope="module")
def register() -> tuple[Linkage, list[str]]:
    reports, truth = synthetic_register.made(2)
    return link(reports, draws=200, with_grid=False), truth


def test_people_and_not_events_are_found(register: tuple[Linkage, list[str]]) -> None:
    linkage, truth = register
    found = evaluate(point_partition(linkage), truth)
    assert found.f1 > 0.7
    low, high = linkage.diagnostics.fit.people_interval
    assert low <= found.true_people <= high
    evidence = linkage.diagnostics.fit.mean_match_weight_by_field
    assert evidence["name"] > evidence["event"]


def test_as_many_links_are_expected_as_are_true(register: tuple[Linkage, list[str]]) -> None:
    linkage, truth = register
    expected = sum(together(linkage.labels).values())
    assert expected == pytest.approx(synthetic_register.REPEATED, rel=0.25)
    _, low, high, true = bench_labelled.doubtful(linkage, truth)
    assert low <= true <= high


def test_the_register_is_what_it_says() -> None:
    reports, truth = synthetic_register.made(2)
    assert len(reports) == synthetic_register.REPORTS
    _, times = np.unique(truth, return_counts=True)
    assert (times == 2).sum() == synthetic_register.REPEATED
    assert set(times) == {1, 2}
    assert synthetic_register.made(2)[0] == reports
