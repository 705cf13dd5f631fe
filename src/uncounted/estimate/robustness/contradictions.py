"""What must be read before the number: a headline that the study itself contradicts.

No other number takes its place here: each of these facts rests on assumptions of its own.
They are said first on the terminal, in JSON and in a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from uncounted.estimate.base.labels import label
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import round_estimate, round_to_interval
from uncounted.estimate.base.rows import CalibratedInterval, KnownListRow

FEWEST_LISTS = 3  # of known size, before it is said that all of them are missed


def read_first(
    study: Study,
    main: Estimate | None,
    calibrated: CalibratedInterval | None,
    *,
    observed: int | None = None,
) -> tuple[str, ...]:
    """Sentences to read before the figure that leads, the gravest first.

    1. The lower bound is above the figure: the calibrated one, or else that of the main method.
    2. The main method misses the known size of every list. (Not said where a calibrated figure
       leads, since that allows for such errors.)
    3. Methods that come before the main one refuse.

    Of a main method that is not the study's headline 1 alone is said. `observed`: the
    documented, by which figures are rounded, where it is not the study's.
    """
    if main is None:
        return ()
    n = study.observed if observed is None else observed
    found = [below_bound(calibrated, main, study.estimates, n, study.least_observed)]
    if main is study.headline:
        if calibrated is None or calibrated.point is None:
            found.append(_misses_lists(study.consistency))
        found.append(_in_place_of(main, study.estimates))
    return tuple(filter(None, found))


def below_bound(
    calibrated: CalibratedInterval | None,
    main: Estimate,
    estimates: Iterable[Estimate],
    observed: int,
    least: int,
) -> str:
    """That Chao's bound is above the figure that leads; empty where it is not, as rounded.

    A figure that is a lower bound itself is not contradicted by a higher one.
    """
    leads = calibrated if calibrated is not None and calibrated.point is not None else main
    bound = next((each for each in estimates if each.method == "chao" and each.ok), None)
    if bound is None or leads.point is None or (leads is main and main.bound):
        return ""
    figure = round_to_interval(leads.point, leads.interval, observed, least=least).point
    shown = round_estimate(bound, observed, least=least)
    assert shown is not None
    if figure >= shown.point or leads.point >= bound.number():
        return ""
    why = "though sampling error may explain the difference"
    if bound.interval and leads.point < bound.interval[0]:
        why = "and its interval: it is too low, unless the lists avoid each other"
    return f"The main estimate, {figure:,}, is below the lower bound, {shown.point:,}, {why}."


def _misses_lists(rows: Sequence[KnownListRow]) -> str:
    tested = [row for row in rows if row.covered is not None]
    if len(tested) < FEWEST_LISTS or any(row.covered for row in tested):
        return ""
    low = all(row.point is not None and row.point < row.known_size for row in tested)
    high = all(row.point is not None and row.point > row.known_size for row in tested)
    side = ", too low for each" if low else ", too high for each" if high else ""
    return (
        f"Estimated from the other lists, the known size of each of {len(tested)} lists is missed"
        f" by the main method{side}."
    )


def _in_place_of(main: Estimate, estimates: Sequence[Estimate]) -> str:
    before = estimates[: list(estimates).index(main)]
    refused = [each for each in before if not each.ok]
    if not refused:
        return ""
    names = [label(each.method) for each in refused]
    named = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    return f"The main method is {label(main.method)}, since there is no estimate by {named}."
