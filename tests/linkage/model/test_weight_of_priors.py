"""Names and events have a prior of more weight where few reports repeat a person."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.model import em
from uncounted.linkage.model.field_priors import FEW_REPEATS, OF_FEW, WEIGHT

REPORTS = 1000
SAME_NAME, IN_PART = name_levels.SAME + 1, name_levels.IN_PART + 1
SAME_DAY = levels.BIRTH.index("same day")


@pytest.mark.parametrize(("matches", "few"), [(20, True), (400, False)])
def test_few_matches_have_the_prior_of_more_weight(matches: int, few: bool) -> None:
    """Half of the matches have a name in part, of which the prior says hardly any."""
    assert few == (matches < FEW_REPEATS * REPORTS)
    patterns = np.zeros((3, len(levels.FIELDS)), np.uint8)
    patterns[0, :2] = SAME_NAME, SAME_DAY
    patterns[1, :2] = IN_PART, SAME_DAY
    patterns[2, :2] = name_levels.DIFFERENT, levels.BIRTH.index("different")
    every = REPORTS * (REPORTS - 1) / 2
    times = np.array([matches / 2, matches / 2, every - matches])
    rates = em.fit(patterns, times, REPORTS)
    assert rates.few == few
    assert rates.expected_pairs == pytest.approx(matches, rel=0.1)
    thought = OF_FEW if few else WEIGHT
    found = (rates.expected_pairs / 2 + 0.01 * thought) / (rates.expected_pairs + thought)
    assert rates.m[0][IN_PART - 1] == pytest.approx(found, rel=0.02)
    one_to_one = em.with_matches(rates, patterns, np.array([matches / 2, matches / 2, 0.0]))
    assert one_to_one.m[0][IN_PART - 1] == pytest.approx(found, rel=0.1)
