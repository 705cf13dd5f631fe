"""Robustness checks: leave-one-list-out, other priors, range across estimators.

None of these is a test: an answer that does not move may still be wrong, and one
that moves tells the reader where to look. Sentences name lists and methods and hold
no number, so that they may be printed where the table may not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from uncounted.captures import CaptureTable
from uncounted.estimate.base.priors import DEFAULT_PRIOR, prior_of
from uncounted.estimate.base.result import Estimate, Study
from uncounted.estimate.base.rows import (
    DeltaRow,
    LeaveOneOutRow,
    MethodPoint,
    MethodRange,
    PriorRow,
)
from uncounted.estimate.base.settings import MethodSettings
from uncounted.estimate.base.validation import delta_of
from uncounted.estimate.graphical.decomposable import (
    INVERSE,
    GammaPoissonPrior,
    Prior,
    decomposable,
)

MOST_LISTS = 8  # beyond it each fit takes seconds
FACTOR = 2.0  # points further apart than this are said to be
WIDE = 3.0  # an upper end so many times the lower end tells little
_RESAMPLES = 200
_WEAK = 1.6  # shape of a prior whose standard deviation is four fifths of its mean
_EXPECTED = (2, 10)  # times the observed
_FLAT_TO = 20
_average: Callable[..., Estimate] = decomposable


def leave_one_out(
    table: CaptureTable,
    fit: Callable[..., Estimate],
    *,
    level: float,
    seed: int,
    settings: MethodSettings,
) -> tuple[LeaveOneOutRow, ...]:
    """The estimate without each list; people on no other list are dropped with it.

    No rows for two lists, or for more than eight.

    Examples:
        >>> from uncounted.estimate.simple.chao import chao
        >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
        ...                                 "101": 112, "011": 142, "111": 12})
        >>> rows = leave_one_out(table, chao, level=0.95, seed=1, settings={})
        >>> [(row.left_out, row.observed) for row in rows]
        [('A', 566), ('B', 577), ('C', 379)]
    """
    if not 3 <= len(table.lists) <= MOST_LISTS:
        return ()
    rows = []
    for left_out in table.lists:
        rest = table.select(name for name in table.lists if name != left_out)
        estimate = fit(rest, level=level, seed=seed, **settings)
        rows.append(LeaveOneOutRow(left_out, rest.observed, *estimate.result))
    return tuple(rows)


def deltas(
    table: CaptureTable, *, level: float, seed: int, settings: MethodSettings
) -> tuple[DeltaRow, ...]:
    """`decomposable` with a quarter of the prior count, with it, with four times it, and 1/2.

    No rows for more than eight lists. In a sparse table the number can move many times over.
    """
    if len(table.lists) > MOST_LISTS:
        return ()
    used = _delta(table, settings)
    each = sorted({used / 4, used, used * 4, 0.5})
    fits = (
        _average(table, level=level, seed=seed, **{**settings, "delta": delta}) for delta in each
    )
    return tuple(DeltaRow(delta, *fit.result) for delta, fit in zip(each, fits, strict=True))


def priors(
    table: CaptureTable,
    *,
    level: float,
    seed: int,
    settings: MethodSettings,
    made: Sequence[DeltaRow] | None = None,
) -> tuple[PriorRow, ...]:
    """`decomposable` under other prior counts, and under other beliefs about N.

    First the rows of `deltas`, under the prior on N that is used. Then, at the prior
    count that is used, four other priors on N: nearly flat up to some twenty times the
    observed (a uniform prior without an end has no posterior here); N expected at twice,
    and at ten times the observed, both weakly; and 1/N where another one is used.

    Args:
        table: 2 to 8 lists; no rows for more.
        level: of the intervals.
        seed: of the draws.
        settings: of `decomposable`.
        made: the rows of `deltas`, where they have been made before.

    Examples:
        >>> table = CaptureTable.of("ABC", {"100": 60, "010": 49, "110": 4, "001": 247,
        ...                                 "101": 112, "011": 142, "111": 12})
        >>> for row in priors(table, level=0.95, seed=1, settings={})[3:]:
        ...     print(row.delta, row.prior_name, row.point)
        0.125 N ~ Poisson(theta), theta ~ Gamma(1, scale 12520) 732.0
        0.125 N ~ Poisson(theta), theta ~ Gamma(1.6, scale 782.5) 732.0
        0.125 N ~ Poisson(theta), theta ~ Gamma(1.6, scale 3912.5) 732.0
    """
    if len(table.lists) > MOST_LISTS:
        return ()
    prior = prior_of(settings.get("prior", DEFAULT_PRIOR))
    if made is None:
        made = deltas(table, level=level, seed=seed, settings=settings)
    n, used = table.observed, _delta(table, settings)
    others: list[Prior] = [
        INVERSE,
        GammaPoissonPrior(1.0, float(_FLAT_TO * n)),
        *(GammaPoissonPrior(_WEAK, times * n / _WEAK) for times in _EXPECTED),
    ]
    found = []
    for other in others:
        if other != prior:
            own = {**settings, "delta": used, "prior": other}
            fit = _average(table, level=level, seed=seed, **own)
            found.append(PriorRow(used, other.name, *fit.result))
    as_is = (PriorRow(r.delta, prior.name, r.status, r.reason, r.point, r.interval) for r in made)
    return (*as_is, *found)


def _delta(table: CaptureTable, settings: MethodSettings) -> float:
    delta = settings.get("delta")
    return delta_of(delta) if delta else 2.0 ** -len(table.lists)


def too_wide(interval: tuple[float, float]) -> bool:
    """Whether an interval holds so much that holding the truth proves nothing.

    Its upper end is more than three times its lower end, or there is none.

    Examples:
        >>> too_wide((80, 499)), too_wide((100, 300)), too_wide((80, float("inf")))
        (True, False, True)
    """
    low, high = interval
    return high > WIDE * low


def lighter(
    method: str, settings: MethodSettings, *, resamples: int = _RESAMPLES
) -> MethodSettings:
    """A method's settings for fits that stand beside the first: fewer resamples."""
    less = {"resamples": resamples} if method.startswith("log-linear") else {}
    return {**less, **settings}


def influence_warnings(
    headline: Estimate, rows: Sequence[LeaveOneOutRow], observed: int
) -> tuple[str, ...]:
    """Say which lists the answer hangs on, and where the rest says fewer than are documented.

    It hangs on a list without which the intervals do not even meet. An answer from the other
    lists below what all of them document is known to be wrong: by its point where its
    interval still reaches the documented, else with all of it. No number is in a sentence:
    it may be printed where the table may not.

    Args:
        headline: from all lists.
        rows: of `leave_one_out`.
        observed: people documented by all lists.

    Examples:
        >>> headline = Estimate("chao", "ok", point=900.0, interval=(700.0, 1300.0))
        >>> row = LeaveOneOutRow("C", 379, "ok", None, 156.0, (130.0, 210.0))
        >>> influence_warnings(headline, [row], 627)[1].split(":")[0]
        "Without 'C' the same method gives fewer people than the lists together document"
    """
    found = []
    if headline.interval is not None:
        low, high = headline.interval
        apart = [
            row.left_out
            for row in rows
            if row.interval is not None and (row.interval[1] < low or row.interval[0] > high)
        ]
        if apart:
            found.append(
                f"The answer hangs on a list: without {quoted(apart, 'or')} the same method "
                "gives an interval that does not meet this one."
            )
    fewer = [row for row in rows if row.point is not None and row.point < observed]
    wholly = [row.left_out for row in fewer if row.interval and row.interval[1] < observed]
    partly = [row.left_out for row in fewer if row.left_out not in wholly]
    for names, how in (
        (wholly, "with all of its interval"),
        (partly, "though its interval reaches them"),
    ):
        if names:
            found.append(
                f"Without {quoted(names, 'or')} the same method gives fewer people than the lists "
                f"together document: {how}, that answer is known to be too low. "
                "The one from all lists may be too low in the same way."
            )
    return tuple(found)


def quoted(names: Sequence[str], word: str) -> str:
    """Names in quotes, joined in words.

    Examples:
        >>> quoted(["A", "B", "C"], "and")
        "'A', 'B' and 'C'"
    """
    each = [repr(name) for name in names]
    return each[0] if len(each) == 1 else f"{', '.join(each[:-1])} {word} {each[-1]}"


def _whole(study: Study) -> list[Estimate]:
    """Estimates that are no bounds, lowest first."""
    whole = (e for e in study.estimates if e.ok and "bound" not in (e.point_kind or ""))
    return sorted(whole, key=lambda estimate: estimate.number())


def spread(study: Study) -> MethodRange | None:
    """The lowest and the highest point of the methods that are no bounds; None for one method."""
    whole = _whole(study)
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


def disagreements(study: Study) -> tuple[str, ...]:
    """Say which methods' intervals do not meet or whose points lie far apart; what a bound tops.

    Independence is named apart: it is shown so that others can be compared with it, and
    where it stands alone that says something of the lists. No number is in a sentence.
    """
    whole = _whole(study)
    others = [each for each in whole if each.method != "independence"]
    alone = [each for each in whole if each.method == "independence"]
    compared = whole if study.headline in alone else others
    found = [*_apart(others), *_below_bound(study, compared)]
    for one in alone:
        below = [o.method for o in others if _under(one, o)]
        above = [o.method for o in others if _under(o, one)]
        for names, where, then in (
            (below, "below", "people who are on one list are likelier to be on another"),
            (above, "above", "people who are on one list are less likely to be on another"),
        ):
            if names:
                found.append(
                    f"The interval of 'independence' lies wholly {where} that of "
                    f"{quoted(names, 'and')}: if these are right, {then}."
                )
    return tuple(found)


def _under(one: Estimate, other: Estimate) -> bool:
    return bool(one.interval and other.interval and one.interval[1] < other.interval[0])


def _apart(whole: Sequence[Estimate]) -> list[str]:
    """One sentence for intervals that do not meet, or else for points far apart."""
    clauses: dict[tuple[str, ...], list[str]] = {}
    for one in whole:
        over = tuple(other.method for other in whole if _under(one, other))
        if over:
            clauses.setdefault(over, []).append(one.method)
    if clauses:
        text = "; ".join(
            f"that of {quoted(low, 'and')} lies wholly below that of {quoted(high, 'and')}"
            for high, low in clauses.items()
        )
        return [
            f"The methods do not agree, and their intervals do not all meet: {text}. The lists "
            "cannot tell which is right: what may be said is the range of all of them."
        ]
    far: dict[tuple[str, ...], list[str]] = {}
    for high in whole:
        under = tuple(low.method for low in whole if high.number() > FACTOR * low.number())
        if under:
            far.setdefault(under, []).append(high.method)
    if not far:
        return []
    text = "; ".join(
        f"{quoted(highs, 'and')} {'gives' if len(highs) == 1 else 'give'} far more than "
        f"{quoted(lows, 'and')}"
        for lows, highs in far.items()
    )
    return [
        f"The methods do not agree: {text}. How far they lie apart is as much a part of the doubt "
        "as any interval."
    ]


def _below_bound(study: Study, whole: Sequence[Estimate]) -> list[str]:
    """Say when a lower bound, with all of its interval, tops an estimate.

    A bound is estimated too. Where only its point is above an estimate, chance is enough to
    put it there, and nothing is said.
    """
    found = []
    for bound in study.estimates:
        if bound.interval is None or bound.point_kind != "lower bound":
            continue
        low = [each.method for each in whole if each.number() < bound.interval[0]]
        if low:
            what, are = ("estimate", "is") if len(low) == 1 else ("estimates", "are")
            found.append(
                f"The lower bound ({bound.method}) is above the {what} ({', '.join(low)}) with all "
                "of its interval. That may be chance. If it is not, people differ in how easily "
                f"they are recorded and the {what} {are} too low; or some lists avoid each other "
                "and the bound does not hold."
            )
    return found
