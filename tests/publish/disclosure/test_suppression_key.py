"""What else is hidden follows from a secret, by what it is about and never by a count."""

from __future__ import annotations

import itertools

import pytest
from tests.publish.synthetic_release import SUPPRESSION_KEY

from uncounted.captures import CaptureTable
from uncounted.publish.disclosure.suppression import protect
from uncounted.publish.disclosure.suppression_key import SuppressionKey

pytestmark = pytest.mark.exhaustive

COUNTS = {"100": 50, "010": 40, "001": 30, "110": 20, "101": 3, "011": 12, "111": 9}
SECRETS = [SuppressionKey(bytes([i]) * 32) for i in range(40)]


def test_another_secret_hides_other_counts() -> None:
    table = CaptureTable.of("ABC", COUNTS)
    hidden = {
        frozenset(protect(table, 5, suppression_key).hidden) for suppression_key in SECRETS[:12]
    }
    assert len(hidden) >= 4
    assert all("101" in cells for cells in hidden)


@pytest.mark.parametrize("order", list(itertools.permutations("ABC")))
def test_the_order_of_the_lists_changes_nothing(order: tuple[str, ...]) -> None:
    def reported(lists: tuple[str, ...]) -> dict[frozenset[str], int]:
        protected = protect(CaptureTable.of("ABC", COUNTS).select(lists), 5, SUPPRESSION_KEY)
        return {
            frozenset(name for name, c in zip(lists, cell, strict=True) if c == "1"): n
            for cell, n in protected.shown.items()
        }

    assert reported(order) == reported(("A", "B", "C"))


def test_a_release_of_other_counts_frees_the_same_ones() -> None:
    """Else two releases of one case would have in common only what must be hidden."""
    cells = ["".join(c) for c in itertools.product("01", repeat=4) if "1" in c]
    freed = {c for c in cells if SUPPRESSION_KEY.random_suppression("ABCD", c)}
    assert freed
    for each in (40, 45):
        table = CaptureTable.of("ABCD", {c: each for c in cells if c != "1111"})
        assert freed | {"1111"} <= set(protect(table, 5, SUPPRESSION_KEY).hidden)


def test_about_one_in_four_is_hidden_freely_and_costs_spread() -> None:
    cells = ["".join(c) for c in itertools.product("01", repeat=5)]
    random_suppression = [
        suppression_key.random_suppression("ABCDE", c) for suppression_key in SECRETS for c in cells
    ]
    costs = sorted(suppression_key.cost("ABCDE", c) for suppression_key in SECRETS for c in cells)
    assert 0.2 < sum(random_suppression) / len(random_suppression) < 0.3
    assert costs[0] > 0
    assert costs[-len(costs) // 10] > 10 * costs[len(costs) // 10]


def test_nothing_is_hidden_freely_when_nothing_has_to_be() -> None:
    table = CaptureTable.of("ABC", {c: n + 5 for c, n in COUNTS.items()})
    assert all(protect(table, 5, suppression_key).hidden == () for suppression_key in SECRETS[:5])


def test_a_short_secret_is_refused_and_none_is_shown() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        SuppressionKey(b"short")
    assert "secret" not in repr(SUPPRESSION_KEY)
