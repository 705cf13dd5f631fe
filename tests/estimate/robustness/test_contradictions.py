"""What the study says against its own headline is said before the number."""

from __future__ import annotations

import attrs
import pytest

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run, summary
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import CalibratedInterval, KnownListRow
from uncounted.estimate.robustness.contradictions import below_bound
from uncounted.estimate.robustness.contradictions import read_first as read_first_of
from uncounted.estimate.text.one_line import quiet_line


def answer(method: str, point: float, low: float, high: float) -> Estimate:
    kind = "lower bound" if method == "chao" else "posterior median"
    return Estimate(method, "ok", point=point, point_kind=kind, interval=(low, high))


def study(*estimates: Estimate) -> Study:
    return Study(observed=100, lists={"A": 60, "B": 50, "C": 40}, estimates=estimates)


def read_first(of: Study) -> tuple[str, ...]:
    return read_first_of(of, of.headline, of.calibrated)


AVERAGE = answer("decomposable", 200, 150, 260)


@pytest.mark.parametrize(
    ("point", "low", "said"),
    [
        (150, 120, ""),
        (300, 250, "is below the lower bound, 300, and its interval: it is too low"),
        (240, 190, "is below the lower bound, 240, though sampling error may explain"),
        (201, 120, ""),  # by rounding they are equal
        (200.4, 200.3, ""),
    ],
)
def test_a_headline_below_the_lower_bound(point: float, low: float, said: str) -> None:
    whole = study(AVERAGE, answer("chao", point, low, 2 * point))
    found = read_first(whole)
    assert bool(found) is bool(said)
    assert said in " ".join(found)


def test_the_calibrated_figure_is_what_the_bound_is_held_against() -> None:
    whole = study(AVERAGE, answer("chao", 300, 250, 600))
    above = CalibratedInterval("combined", 0.95, 320.0, (210.0, 700.0), tests=190)
    assert read_first(attrs.evolve(whole, calibrated=above)) == ()
    below = attrs.evolve(above, point=240.0)
    (sentence,) = read_first(attrs.evolve(whole, calibrated=below))
    assert sentence.startswith("The main estimate, 240, is below the lower bound, 300, and its")
    none = CalibratedInterval("combined", 0.95, reason="unlike any in the collection")
    (sentence,) = read_first(attrs.evolve(whole, calibrated=none))
    assert sentence.startswith("The main estimate, 200, is below")


def test_a_bound_is_not_contradicted_by_another() -> None:
    low = attrs.evolve(AVERAGE, point_kind="lower bound")
    assert below_bound(None, low, [low, answer("chao", 900, 800, 1000)], 100, 100) == ""


def row(name: str, known: int, point: float, *, covered: bool) -> KnownListRow:
    return KnownListRow(name, known, 30, (), "decomposable", "ok", None, point, None, covered)


def test_every_list_of_known_size_missed() -> None:
    low = [row(name, 60, 40, covered=False) for name in "ABC"]
    assert read_first(attrs.evolve(study(AVERAGE), consistency=tuple(low))) == (
        "Estimated from the other lists, the known size of each of 3 lists is missed by the main"
        " method, too low for each.",
    )
    mixed = [*low[:2], row("C", 60, 90, covered=False)]
    (sentence,) = read_first(attrs.evolve(study(AVERAGE), consistency=tuple(mixed)))
    assert sentence.endswith("is missed by the main method.")
    leads = CalibratedInterval("combined", 0.95, 250.0, (180.0, 700.0), tests=190)
    allowed_for = attrs.evolve(study(AVERAGE), consistency=tuple(low), calibrated=leads)
    assert read_first(allowed_for) == ()
    for rows in (low[:2], [*low[:2], row("C", 60, 61, covered=True)]):
        assert read_first(attrs.evolve(study(AVERAGE), consistency=tuple(rows))) == ()


def test_the_next_method_leads_where_the_first_refuses() -> None:
    """Of very many people the complete graph is certain, and no estimate is made from the prior."""
    table = CaptureTable.of(
        "ABC",
        {"100": 20000, "010": 30000, "001": 25000, "110": 2000, "101": 4100, "011": 900,
         "111": 700},
    )  # fmt: skip
    found = run(table, EstimateSettings(["decomposable", "log-linear", "chao"], robustness=False))
    assert found.headline is found["log-linear"]
    assert found.read_first[-1] == (
        "The main method is log-linear, lowest BIC, since there is no estimate by decomposable"
        " graphs."
    )
    shown = summary(found).splitlines()
    assert shown[3].startswith("Read first: ")
    assert found.to_json()["read_first"] == list(found.read_first)


def test_nothing_is_said_where_nothing_contradicts(kosovo: CaptureTable) -> None:
    found = run(kosovo, EstimateSettings(["decomposable", "chao"]))
    assert found.read_first == ()
    assert "Read first" not in summary(found)
    assert "below" not in quiet_line(found)


def test_one_line_says_it_too() -> None:
    whole = study(AVERAGE, answer("chao", 300, 250, 400))
    assert quiet_line(whole) == ("200 (95% CI 150–260); below the lower bound; 100 documented")
