"""Robustness checks: leave-one-list-out, other priors, range across estimators.

None of these is a test: an answer that does not move may still be wrong, and one
that moves tells the reader where to look.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from uncounted.captures import CaptureTable
from uncounted.estimate.base.labels import label
from uncounted.estimate.base.mcmc import LEAST_ESS
from uncounted.estimate.base.priors import (
    DEFAULT_PRIOR,
    INVERSE,
    GammaPoissonPrior,
    Prior,
    prior_of,
)
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rounding import round_estimate, round_to_interval
from uncounted.estimate.base.rows import (
    LeaveOneOutRow,
    MethodPoint,
    MethodRange,
    PriorRow,
)
from uncounted.estimate.base.settings import MethodSettings
from uncounted.estimate.base.validation import delta_of
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.graphical.decomposable import decomposable

type Fit = Callable[[CaptureTable], Estimate]  # of a method, its level, seed and settings given

MOST_LISTS = 8  # beyond it each fit takes seconds
FACTOR = 2.0  # points further apart than this are said to be
_RESAMPLES = 200
_LIGHTER: Mapping[str, MethodSettings] = {
    "decomposable": {"edges": False},
    "latent-class": {"chains": 4, "target_ess": LEAST_ESS, "budget": 10.0},
}
_WEAK = 1.6  # shape of a prior whose standard deviation is four fifths of its mean
_EXPECTED = (2, 10)  # times the observed
_FLAT_TO = 20
_average: Callable[..., Estimate] = decomposable


def leave_one_out(
    table: CaptureTable, fit: Fit, always: Sequence[str] = ()
) -> tuple[LeaveOneOutRow, ...]:
    """The estimate without each list but those `always` kept; its people on no other are dropped.

    No rows for two lists, or for more than eight.
    """
    if not 3 <= len(table.lists) <= MOST_LISTS:
        return ()
    rows = []
    for left_out in (name for name in table.lists if name not in always):
        rest = table.select(name for name in table.lists if name != left_out)
        rows.append(LeaveOneOutRow(left_out, rest.observed, *fit(rest).result))
    return tuple(rows)


def priors(
    table: CaptureTable, *, level: float, seed: int, settings: MethodSettings
) -> tuple[PriorRow, ...]:
    """`decomposable` under other prior counts, and under other beliefs about N.

    First, under the prior on N that is used, a quarter of the prior count, it, four times it,
    and 1/2: in a sparse table the number can move many times over. Then, at the prior
    count that is used, four other priors on N: nearly flat up to some twenty times the
    observed (a uniform prior without an end has no posterior here); N expected at twice,
    and at ten times the observed, both weakly; and 1/N where another one is used. No rows for
    more than eight lists.
    """
    if len(table.lists) > MOST_LISTS:
        return ()
    prior = prior_of(settings.get("prior", DEFAULT_PRIOR))
    n, delta = table.observed, settings.get("delta")
    ends = settings.get("ends_capture", ())
    lists = [name for name in table.lists if name not in ends]  # type: ignore[operator]
    used = delta_of(delta) if delta else 2.0 ** -len(lists)
    others: list[Prior] = [
        INVERSE,
        GammaPoissonPrior(1.0, float(_FLAT_TO * n)),
        *(GammaPoissonPrior(_WEAK, times * n / _WEAK) for times in _EXPECTED),
    ]
    pairs = [(delta, prior) for delta in sorted({used / 4, used, used * 4, 0.5})]
    pairs += [(used, other) for other in others if other != prior]
    rows = []
    for delta, belief in pairs:
        own = {**lighter("decomposable", settings), "delta": delta, "prior": belief}
        fit = _average(table, level=level, seed=seed, **own)
        rows.append(PriorRow(delta, belief.name, *fit.result))
    return tuple(rows)


def lighter(
    method: str, settings: MethodSettings, *, resamples: int = _RESAMPLES
) -> MethodSettings:
    """A method's settings for fits that stand beside the first: fewer resamples, shorter chains."""
    less = {"resamples": resamples} if method.startswith("log-linear") else _LIGHTER.get(method, {})
    return {**less, **settings}


def influence_warnings(
    headline: Estimate, rows: Sequence[LeaveOneOutRow], observed: int
) -> tuple[EstimateWarning, ...]:
    """Which lists are influential, and where the others give fewer people than are documented.

    A list is influential if the interval without it does not overlap the headline's.
    """
    if headline.interval is None:
        return ()
    low, high = headline.interval
    without = {
        row.left_out: f"without {row.left_out}: "
        + round_to_interval(row.point, row.interval, row.observed).with_interval
        for row in rows
        if row.point is not None
    }
    apart = [
        row.left_out
        for row in rows
        if row.interval is not None and (row.interval[1] < low or row.interval[0] > high)
    ]
    fewer = [row.left_out for row in rows if row.point is not None and row.point < observed]
    return (
        *(
            EstimateWarning("influential-list", f"{without[name]}, no overlap with main")
            for name in apart
        ),
        *(
            EstimateWarning(
                "below-documented",
                f"{without[name]}; all lists together document {observed:,}",
            )
            for name in fewer
        ),
    )


def joined(names: Sequence[str], word: str) -> str:
    """Names joined in words."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"


def compared(study: Study) -> list[Estimate]:
    """The estimates that are held against one another, lowest first.

    Lower bounds are not among them, nor is independence, which is shown for comparison only
    (unless it is the headline).
    """
    whole = [
        each
        for each in study.estimates
        if each.ok
        and "bound" not in (each.point_kind or "")
        and (each.method != "independence" or each is study.headline)
    ]
    return sorted(whole, key=lambda estimate: estimate.number())


def spread(study: Study) -> MethodRange | None:
    """The lowest and the highest point of the methods compared; None for one method."""
    whole = compared(study)
    if len(whole) < 2:
        return None
    low, high = whole[0], whole[-1]
    added = low.number() - study.observed
    return MethodRange(
        MethodPoint(low.method, low.number()),
        MethodPoint(high.method, high.number()),
        high.number() / low.number(),
        (high.number() - study.observed) / added if added > 0 else None,
        len(whole),
    )


def disagreements(study: Study) -> tuple[EstimateWarning, ...]:
    """Methods whose intervals do not overlap or whose points lie far apart; a bound above them.

    Independence is compared apart: where its interval lies outside those of the others, the
    lists depend on each other.
    """
    whole = compared(study)
    found = [*_disagree(study, whole), *_below_bound(study, whole)]
    for one in study.estimates:
        if one.method == "independence" and one not in whole:
            for others, code in (
                ([other for other in whole if _under(one, other)], "positive-dependence"),
                ([other for other in whole if _under(other, one)], "negative-dependence"),
            ):
                if others:
                    names = joined([label(other.method) for other in others], "and")
                    side = "below" if code == "positive-dependence" else "above"
                    text = f"the interval of independence lies {side} that of {names}"
                    found.append(EstimateWarning(code, text))
    return tuple(found)


def _under(one: Estimate, other: Estimate) -> bool:
    return bool(one.interval and other.interval and one.interval[1] < other.interval[0])


def _disagree(study: Study, whole: Sequence[Estimate]) -> list[EstimateWarning]:
    """Intervals that do not overlap, or else points far apart."""
    if len(whole) < 2:
        return []
    points = [
        rounded.point
        for each in whole
        if (rounded := round_estimate(each, study.observed, least=study.least_observed))
    ]
    limits = f"{min(points):,} to {max(points):,}"
    apart: dict[str, list[str]] = {}
    for low in whole:
        if over := [label(high.method) for high in whole if _under(low, high)]:
            apart[label(low.method)] = over
    if apart:
        text = "; ".join(
            f"{low} does not overlap {joined(highs, 'or')}" for low, highs in apart.items()
        )
        return [EstimateWarning("methods-disagree", f"{limits}; {text}")]
    if whole[-1].number() > FACTOR * whole[0].number():
        text = f"{limits}; the highest is more than {FACTOR:g} times the lowest"
        return [EstimateWarning("methods-disagree", text)]
    return []


def _below_bound(study: Study, whole: Sequence[Estimate]) -> list[EstimateWarning]:
    """A lower bound that is above an estimate with all of its interval.

    A bound is estimated too. Where only its point is above an estimate, chance is enough to
    put it there.
    """
    found = []
    for bound in study.estimates:
        if bound.interval is None or not bound.bound:
            continue
        low = [label(each.method) for each in whole if each.number() < bound.interval[0]]
        if low:
            text = f"the lower bound is above {joined(low, 'and')} with all of its interval"
            found.append(EstimateWarning("bound-above-estimate", text))
    return found
