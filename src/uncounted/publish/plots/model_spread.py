"""Bayesian model average: each model's estimate against its weight."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import attrs

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.base.rounding import round_to_interval
from uncounted.publish import fonts
from uncounted.publish.plots.base import (
    EDGE,
    SMALL,
    Axis,
    Plot,
    axis_reach,
    draw_plot,
    head,
    notes,
)
from uncounted.publish.report.rounding import percent
from uncounted.publish.svg import ACCENT, GREY, PALE, Drawing, ticks
from uncounted.text_table import whole

type Model = Mapping[str, Any]

_HIGH = 190.0
_APART = 1.3  # neighbours further apart than this factor are of two groups
_NAMED = 4  # of the models
_SLIGHT = 0.05  # a group of less weight is not named


@attrs.frozen
class ModelGroup:
    """Models whose numbers are near each other."""

    models: tuple[Model, ...]

    @property
    def weight(self) -> float:
        """Of all of them."""
        return float(sum(model["weight"] for model in self.models))

    @property
    def point(self) -> float:
        """Their average number, by weight."""
        total = sum(model["weight"] * model["point"] for model in self.models)
        return float(total / self.weight)

    @property
    def error(self) -> float:
        """Their average standard error, by weight."""
        total = sum(model["weight"] * model["se"] for model in self.models)
        return float(total / self.weight)


def groups(models: Sequence[Model]) -> list[ModelGroup]:
    """Split models, in order of their numbers, where the next is more than 30% larger.

    Groups of less than 5% of the weight are left out.
    """
    ordered = sorted(models, key=lambda model: float(model["point"]))
    found = [[ordered[0]]] if ordered else []
    for a, b in pairwise(ordered):
        if b["point"] > _APART * a["point"]:
            found.append([])
        found[-1].append(b)
    return [group for each in found if (group := ModelGroup(tuple(each))).weight >= _SLIGHT]


def model_spread(
    estimate: Estimate, observed: int | None = None, lists: Sequence[str] = ()
) -> Plot:
    """Each log-linear model's estimate against its weight.

    Parameters
    ----------
    estimate : Estimate
        Of `log-linear`, whose `diagnostics["models"]` are drawn.
    observed : int, optional
        People on at least one list, for a line in the plot.
    lists : sequence of str
        Names in the order of the table, to say which list is 1, which is 2.

    Returns
    -------
    Plot
        SVG in two widths, which a notebook shows.

    Raises
    ------
    NotEstimable
        The estimate is a refusal, or carries none.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate import log_linear
    >>> korea = CaptureTable.of("bcd", {"001": 41, "010": 5, "100": 5, "110": 54,
    ...                                 "101": 6, "111": 12})
    >>> model_spread(log_linear(korea, resamples=0)).desc.split(". ")[0]
    'The 6 models that fit best carry over 99% of the weight'
    """
    models = list(estimate.diagnostics.get("models", ()))
    if not estimate.ok or not models:
        raise NotEstimable(
            f"{estimate.method} has no models to plot",
            hint=estimate.reason or "log-linear has",
        )
    carried = min(sum(model["weight"] for model in models), 1.0)
    found = groups(models)
    many = "The model that fits" if len(models) == 1 else f"The {len(models)} models that fit"
    parts = [f"{many} best carry {percent(carried)} of the weight."]
    if len(found) > 1:
        each = "; ".join(
            f"{group_words(g, estimate, observed or 0)} with {percent(g.weight)} of it"
            for g in found
        )
        parts.append(f"They fall into {len(found)} groups: {each}.")
    far = _reach(models, observed or 0)
    beyond = [model for model in models if model["point"] > far]

    def draw(on: Drawing) -> float:
        y = head(on, "higher: more weight; a line through a dot: one standard error to either side")
        near = [m for m in models if m["point"] <= far]
        y = _plot(on, y, near, far, observed)
        words = list(parts)
        if beyond:
            share = percent(sum(model["weight"] for model in beyond))
            words.append(
                f"{len(beyond)} of them, with {share} of the weight, lie beyond the picture."
            )
        words += _legend(models, lists)
        return notes(on, y, words)

    title = "Models that fit nearly as well"
    return draw_plot("models", title, " ".join(parts), draw, models)


def group_words(group: ModelGroup, estimate: Estimate, observed: int) -> str:
    """A group's number: as the estimate's own where it is that, else by its standard errors.

    It is said no finer than groups are told apart.

    Examples:
        >>> heavy = ModelGroup(({"point": 3232.0, "weight": 0.9, "se": 2471.0},))
        >>> other = ModelGroup(({"point": 1232.0, "weight": 0.1, "se": 739.0},))
        >>> estimate = Estimate("log-linear", "ok", point=3232.0, interval=(331.0, 13_688.0))
        >>> group_words(heavy, estimate, 232), group_words(other, estimate, 232)
        ('about 3,000', 'about 1,250')
    """
    if estimate.point is not None and estimate.interval is not None:
        mine = round_to_interval(estimate.point, estimate.interval, observed)
        if abs(group.point - mine.point) <= mine.step / 2:
            return f"about {mine.point:,}"
    low = max(min(group.point - group.error, group.point / _APART), 0.0)
    high = max(group.point + group.error, group.point * _APART)
    return round_to_interval(group.point, (low, high), observed).about


def _legend(models: Sequence[Model], lists: Sequence[str]) -> list[str]:
    """The heaviest models by name, and which number in brackets is which list."""
    heaviest = sorted(models, key=lambda model: -model["weight"])[:_NAMED]
    named = "; ".join(f"{each.get('model', '')} {percent(each['weight'])}" for each in heaviest)
    found = [f"Heaviest: {named}."]
    if lists:
        names = " · ".join(f"{i} {name}" for i, name in enumerate(lists, start=1))
        found.append(f"Lists in one bracket act on one another: {names}")
    return found


def _reach(models: Sequence[Model], observed: int) -> float:
    """All models with some weight, and the rest where they are near these."""
    heavy = [m["point"] for m in models if m["weight"] >= 0.01] or [models[0]["point"]]
    errors = [m["point"] + m["se"] for m in models if m["weight"] >= 0.01]
    return axis_reach([observed, *heavy], errors)


def _plot(
    on: Drawing,
    y: float,
    models: Sequence[Model],
    far: float,
    observed: int | None,
) -> float:
    left = EDGE + fonts.width("100%", SMALL) + 8
    axis = Axis(left, on.width - 12, far)
    if observed is not None:
        words = f"documented: {whole(observed)}"
        wide = fonts.width(words, SMALL, 700)
        at = min(max(axis.at(observed) - wide / 2, EDGE), axis.right - wide)
        on.text(at, y + 12, words, size=SMALL, bold=True)
        y += 16
    top = y + 22
    bottom = top + _HIGH
    most = max(model["weight"] for model in models) * 1.08
    for tick in _weights(most):
        at = bottom - _HIGH * tick / most
        on.line(left, at, axis.right, at, stroke=PALE, width=0.7)
        on.text(left - 6, at + 4, f"{tick:.0%}", size=SMALL, fill=GREY, anchor="end")
    if observed is not None:
        on.line(axis.at(observed), top - 12, axis.at(observed), bottom, dash="4 3")
    for model in sorted(models, key=lambda m: float(m["weight"])):
        x, at = axis.at(model["point"]), bottom - _HIGH * model["weight"] / most
        on.line(x, bottom, x, at, stroke=GREY, width=1)
        low, high = (axis.at(model["point"] + k * model["se"]) for k in (-1, 1))
        on.line(low, at, high, at, stroke=ACCENT, width=2)
        on.dot(x, at, 5, fill=ACCENT, stroke="#ffffff")
    return axis.foot(on, bottom)


def _weights(most: float) -> list[float]:
    """Round shares from 0 up."""
    return [tick / 1000 for tick in ticks(most * 1000, 5)]
