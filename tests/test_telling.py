"""What the publisher is told of lists that stand in one another."""

from __future__ import annotations

import attrs
import pytest
from tests.made_linkage import made
from tests.publish.made_up_release import LARGE, LISTS, PLAN, study_of

from uncounted import telling
from uncounted.captures import CaptureTable
from uncounted.counting import Counted, Linked


@pytest.mark.parametrize(
    ("pair", "copied"), [(("Door", "Dawn"), True), (("Door", "left out"), False), (None, False)]
)
def test_only_lists_that_are_published_are_told_to_be_copied(
    pair: tuple[str, str] | None, copied: bool
) -> None:
    found = [{"shorter": pair[0], "longer": pair[1], "alike": 40, "of": 41}] if pair else []
    linkage = attrs.evolve(made(1, rooms=3, sure=2, draws=5).linkage, diagnostics={"copied": found})
    table = CaptureTable.of(LISTS, LARGE)
    facts = telling.facts(
        {name: {} for name in LISTS},
        PLAN,
        Linked(linkage, (), (), {}),
        Counted((table,), table, {name: table.on([name]) for name in LISTS}, {}),
        study_of(table, 1350.0, 1150.0, 1650.0),
        bytes(32),
    )
    assert facts.linkage is not None
    assert facts.linkage.copied is copied
