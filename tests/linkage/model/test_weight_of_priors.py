"""Names and events have a prior of more weight where few matches are expected."""

from __future__ import annotations

import numpy as np
import pytest

from uncounted.linkage.comparison import levels, name_levels
from uncounted.linkage.model import em

REPORTS = 1000
SAME_NAME, IN_PART = name_levels.SAME + 1, name_levels.IN_PART + 1
SAME_DAY = levels.BIRTH.index("same day")


@pytest.mark.parametrize(("matches", "weight"), [(10, 40.0), (24, 40.0), (38, 24.4), (400, 10.0)])
def test_few_matches_have_the_prior_of_more_weight(matches: int, weight: float) -> None:
    """Half of the matches have a name in part, of which the prior has 5 in 100."""
    patterns = np.zeros((3, len(levels.FIELDS)), np.uint8)
    patterns[0, :2] = SAME_NAME, SAME_DAY
    patterns[1, :2] = IN_PART, SAME_DAY
    patterns[2, :2] = name_levels.DIFFERENT, levels.BIRTH.index("different")
    every = REPORTS * (REPORTS - 1) / 2
    times = np.array([matches / 2, matches / 2, every - matches])
    rates = em.fit(patterns, times, REPORTS)
    assert rates.expected_pairs == pytest.approx(matches, rel=0.02)
    assert rates.prior_weight == pytest.approx(weight, rel=0.05)

    def in_part(found: float) -> float:
        return (found / 2 + 0.05 * rates.prior_weight) / (found + rates.prior_weight)

    assert rates.m[0][IN_PART - 1] == pytest.approx(in_part(rates.expected_pairs), rel=0.01)
    halves = np.array([matches / 2, matches / 2, 0.0])
    one_to_one = em.with_matches(rates, patterns, halves)
    assert one_to_one.m[0][IN_PART - 1] == pytest.approx(in_part(matches), rel=0.01)
