"""What the publisher is told of lists that stand in one another."""

from __future__ import annotations

import numpy as np
import pytest
from tests.publish.made_up_release import LARGE, LISTS, PLAN, study_of

from uncounted import telling
from uncounted.captures import CaptureTable
from uncounted.counting import Counted, Linked
from uncounted.linkage import Linkage
from uncounted.records.dates import parse
from uncounted.records.names import Name
from uncounted.records.report import Report


def reports(source: str, count: int) -> list[Report]:
    return [
        Report(
            source, str(at), (Name(f"Kim Yong {at}"),), birth=parse(f"19{at + 40}"), origin="Musan"
        )
        for at in range(count)
    ]


@pytest.mark.parametrize(
    ("second", "uses", "copied"),
    [("Door", 12, True), ("Door", 9, False), ("left out", 12, False)],
)
def test_copies_are_told_of_lists_and_reports_that_are_counted(
    second: str, uses: int, copied: bool
) -> None:
    rows = [*reports("Dawn", 20), *reports(second, 12)]
    may = [True] * 20 + [at < uses for at in range(12)]
    keys = tuple((each.source, each.id) for each in rows)
    linkage = Linkage(keys, np.zeros((2, len(rows)), np.int32), 0, {}, {}, 1, 0.0)
    table = CaptureTable.of(LISTS, LARGE)
    facts = telling.facts(
        {name: {} for name in LISTS},
        PLAN,
        Linked(linkage, rows, may, {}),
        Counted((table,), table, {name: table.on([name]) for name in LISTS}, {}),
        study_of(table, 1350.0, 1150.0, 1650.0),
        bytes(32),
    )
    assert facts.linkage is not None
    assert facts.linkage.copied is copied
