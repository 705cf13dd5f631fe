"""Work in processes of this computer gives what it gives in one."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from uncounted import _processes
from uncounted.errors import BadInput, ClusterLost
from uncounted.linkage.encoding import encode, read_names
from uncounted.records.intake import rows
from uncounted.records.intake.mapping import Mapping
from uncounted.records.tabular.open_table import open_table

RETURNS = Path(__file__).parents[1] / "examples" / "returns"


def _doubled(numbers: list[int]) -> list[int]:
    if -1 in numbers:
        raise BadInput("not a number")
    return [2 * each for each in numbers]


@pytest.mark.parametrize("jobs", [1, 2])
def test_answers_come_in_order_and_errors_reach_the_caller(jobs: int) -> None:
    many = range(3 * _processes.BATCH + 7)
    run = partial(_processes.in_order, _doubled, least=2, jobs=jobs)
    assert list(run(many)) == [2 * each for each in many]
    assert list(run([])) == []
    with pytest.raises(BadInput, match="not a number"):
        list(run([*many, -1]))


def test_items_are_read_while_answers_are_given() -> None:
    many = iter(range(100 * _processes.BATCH))
    answers = _processes.in_order(_doubled, many, least=2, jobs=2)
    assert next(answers) == 0
    assert next(many) <= 9 * _processes.BATCH  # no more in memory than is being worked on
    assert isinstance(answers, Generator)
    answers.close()


def test_rows_and_names_read_in_processes_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    columns = Mapping.parse(RETURNS / "Panel.toml")

    def read() -> list[rows.Accepted | rows.Rejected]:
        return list(rows.read_table(open_table(RETURNS / "Panel.csv"), columns, "Panel"))

    alone = read()
    reports = [row.report for row in alone if isinstance(row, rows.Accepted)]
    encoded = encode.encode(reports)
    in_two = partial(_processes.in_order, least=2, jobs=2)
    monkeypatch.setattr(rows, "in_order", in_two)
    monkeypatch.setattr(read_names, "in_order", in_two)
    assert read() == alone
    again = encode.encode(reports)
    for one, other in zip(encoded.arrays, again.arrays, strict=True):
        np.testing.assert_equal(one, other)
    np.testing.assert_equal(encoded.keys, again.keys)


def _ends(numbers: list[int]) -> list[int]:
    os.kill(os.getpid(), signal.SIGKILL)
    return numbers


def test_a_process_that_is_killed_is_an_error() -> None:
    with pytest.raises(ClusterLost, match="was ended"):
        list(_processes.in_order(_ends, range(9), least=2, jobs=2))
    assert list(_processes.in_order(_doubled, range(9), least=2, jobs=2)) == list(range(0, 18, 2))
