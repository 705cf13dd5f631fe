"""Validation of levels, seeds, numbers of draws and settings of methods.

A wrong level, seed or setting ends in words here, not in a warning of numpy or in a
number that looks like any other.
"""

from __future__ import annotations

import inspect
import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from uncounted.errors import UsedWrongly, unknown
from uncounted.estimate.base.disconnected import WAYS, Disconnected
from uncounted.estimate.base.labels import LABELS

MOST_LEVEL = 0.999999  # nearer to 1 the ends are those of the tails that no table teaches
MOST_DRAWS = 10_000_000
LEAST_XI, MOST_XI = 1 / 1000, 1000.0
LEAST_DELTA, MOST_DELTA = 1e-9, 1000.0
_OF_THE_STUDY = ("level", "seed", "disconnected", "ends_capture")
HEADLINES = ("calibrated", "model")


def level_of(level: Any) -> float:
    """The level of an interval."""
    value = number_of(level)
    if not 0 < value < 1:
        raise UsedWrongly(f"level {level} is not between 0 and 1", hint="0.95 is usual")
    if value > MOST_LEVEL:
        raise UsedWrongly(f"level {level} is above the maximum, {MOST_LEVEL}", hint="0.95 is usual")
    return value


def seed_of(seed: Any) -> int:
    """The seed of all draws."""
    whole = _whole(seed)
    if whole is None or whole < 0:
        raise UsedWrongly(
            f"seed {seed} must be a whole number, 0 or more",
            hint="any whole number; the same seed repeats the result",
        )
    return whole


def draws_of(draws: Any) -> int:
    """How many draws to make."""
    whole = _whole(draws)
    if whole is None or whole < 1:
        raise UsedWrongly(
            f"at least 1 draw is needed, not {draws}",
            hint="4,000 is usual; more draws reduce the Monte Carlo error",
        )
    if whole > MOST_DRAWS:
        raise UsedWrongly(
            f"{whole:,} draws do not fit in memory", hint=f"up to {MOST_DRAWS:,}; 4,000 are usual"
        )
    return whole


def delta_of(delta: Any) -> float:
    """The prior count of a cell."""
    value = number_of(delta)
    if not value > 0:
        raise UsedWrongly(f"delta {delta} is not above 0", hint="2**-J for J lists is usual")
    if not LEAST_DELTA <= value <= MOST_DELTA:
        raise UsedWrongly(
            f"delta {delta} is not from {LEAST_DELTA:g} to {MOST_DELTA:g}",
            hint="delta is the pseudo-count of each cell; 2**-J for J lists is usual",
        )
    return value


def xi_of(xi: Any) -> float:
    """A factor by which an assumption may be wrong."""
    value = number_of(xi)
    if not (value > 0 and math.isfinite(value)):
        raise UsedWrongly(f"xi {xi} is not above 0", hint="1: as the method assumes")
    if not LEAST_XI <= value <= MOST_XI:
        raise UsedWrongly(
            f"xi {xi} is not from 1/1000 to 1000",
            hint="1: as the method assumes",
        )
    return value


def xis_of(xi: Sequence[float] | float) -> tuple[float, ...]:
    """The rows of a table of xi: one number, or several."""
    found = tuple(xi_of(each) for each in (xi if isinstance(xi, Iterable) else (xi,)))
    if not found:
        raise UsedWrongly("no value of xi was given", hint="e.g. 0.5, 1 and 2")
    return found


def headline_of(headline: Any) -> str:
    """What a study leads with."""
    if headline not in HEADLINES:
        raise UsedWrongly(
            unknown("headline", str(headline), HEADLINES), hint=" or ".join(HEADLINES)
        )
    return str(headline)


def names_of(methods: Iterable[str] | str) -> tuple[str, ...]:
    """Names of methods, each once; a bare name is that name."""
    names = (methods,) if isinstance(methods, str) else tuple(dict.fromkeys(methods))
    if not names:
        raise UsedWrongly(
            "no method was named", hint="omit --method to use every method that applies"
        )
    for name in names:
        if name not in LABELS:
            raise UsedWrongly(unknown("method", name, LABELS), hint=f"methods: {', '.join(LABELS)}")
    return names


def disconnected_of(way: Any) -> Disconnected:
    """What to do with lists that share no person with the others."""
    for known in WAYS:
        if way == known:
            return known
    raise UsedWrongly(
        unknown("way with disconnected lists", str(way), WAYS), hint=f"ways: {', '.join(WAYS)}"
    )


def by_method_of(by_method: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, object]]:
    """Settings of single methods; whether a method has them it says itself."""
    for name, own in by_method.items():
        names_of(name)
        for given in own:
            if given in _OF_THE_STUDY:
                raise UsedWrongly(
                    f"{given} is not a setting of {name}: it is the same for every method",
                    hint=f"pass {given} as an argument of its own",
                )
    return {name: dict(own) for name, own in by_method.items()}


def checked(
    name: str, method: Callable[..., object], given: Mapping[str, object]
) -> dict[str, object]:
    """What a method was given, with level, seed, draws and resamples as plain numbers."""
    has = [
        each.name
        for each in inspect.signature(method).parameters.values()
        if each.kind is each.KEYWORD_ONLY and each.name not in _OF_THE_STUDY
    ]
    for key in given:
        if key not in (*_OF_THE_STUDY, *has):
            raise UsedWrongly(
                f"{name} has no setting {key!r}",
                hint=f"its settings: {', '.join(has)}" if has else "it has none",
            )
    plain = {"level": level_of, "seed": seed_of, "draws": draws_of, "resamples": _resamples_of}
    return {key: plain[key](value) if key in plain else value for key, value in given.items()}


def number_of(value: Any) -> float:
    """As a float; nan for what is no number (a bool is none)."""
    if isinstance(value, bool | str | bytes):
        return math.nan
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _resamples_of(resamples: Any) -> int:
    """How many resamples of a bootstrap: none, or so many that something can be said."""
    whole = _whole(resamples)
    if whole is None:
        raise UsedWrongly(
            f"resamples {resamples} is not a whole number", hint="1,000 are usual, 0: none"
        )
    if whole < 0 or whole == 1:
        raise UsedWrongly("resamples must be 0 or at least 2")
    return whole


def _whole(value: Any) -> int | None:
    """As an int; None for what is no whole number (a bool is none)."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)
    except TypeError:
        return None
