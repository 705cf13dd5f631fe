"""Claims where it is open how many are on record: who is who was drawn."""

from __future__ import annotations

import pytest

from uncounted.estimate import Claim
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.robustness.claims import standing

ESTIMATE = Estimate(
    method="independence",
    status="ok",
    point=918.0,
    point_kind="maximum likelihood",
    interval=(910.4, 930.0),
    interval_kind="profile likelihood",
    input="0",
    assumption="Nothing ties the lists together.",
)


@pytest.mark.parametrize(
    ("claim", "stands", "words"),
    [
        (Claim(909), "on record", "needs no estimate: 910 people are on record"),
        (Claim(912), "point", "depends on the linkage: at least 910 people are on record, and 915"),
        (Claim(910, "fewer than"), "against the record", "contradicted by the records: 910"),
    ],
)
def test_the_record_decides_only_what_every_draw_says(
    claim: Claim, stands: str, words: str
) -> None:
    said = standing(ESTIMATE, 915, claim, 910)
    assert said.stands == stands
    assert words in said.words


def test_a_whole_interval_may_hold_a_claim_though_it_begins_below_the_mean() -> None:
    """Of the draws with the fewest: (910.4 - 910) / (917 - 910)."""
    assert "at no xi" in standing(ESTIMATE, 915, Claim(917)).words
    said = standing(ESTIMATE, 915, Claim(917), 910)
    assert "at no xi" not in said.words
    assert said.xi_interval == pytest.approx(0.4 / 7)
