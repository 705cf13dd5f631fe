"""Results: an `Estimate` with its uncertainty or a refusal with its reason; a `Study` of them.

A refusal is a value, not an exception: a study shows it beside the methods that
did answer. No type here can hold a number and a refusal at once.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.errors import NotEstimable
from uncounted.estimate.base.rows import (
    CalibratedInterval,
    ClaimComparison,
    Details,
    Interval,
    KnownListRow,
    LeaveOneOutRow,
    LinkageUncertainty,
    MethodRange,
    MethodXiRow,
    PairRow,
    PriorRow,
    SetAside,
    Status,
    SubsampleRow,
    TrackRecord,
    XiRow,
    as_json,
)
from uncounted.estimate.base.warning import EstimateWarning

LOWER_BOUND = "lower bound"
_LINE = 100

type Floats = npt.NDArray[np.float64]


@attrs.frozen(eq=False, repr=False)
class Estimate:
    """The estimate of one method, or its refusal with the reason.

    Attributes
    ----------
    method : str
        The name the command line knows, such as `decomposable`.
    status : Status
        `ok` or `refused`.
    reason : str or None
        Of a refusal, in a sentence; else None.
    hint : str or None
        What to try after a refusal; may be None.
    refusal_code : str or None
        Code of what `check` found, for a table that every method refuses
        (`disconnected-lists`, `no-overlap`, ...); None for a method's own refusal.
    point : float or None
        Estimated total N, documented and undocumented; None when refused.
    point_kind : str or None
        `posterior median`, `lower bound`, `maximum likelihood`, ...
    mean : float or None
        Posterior mean of N; None where it does not exist (see `settings`).
    interval : Interval or None
        Lowest and highest N; the upper end is `inf` where the data set none.
    level : float
        Of the interval, 0.95 by default.
    interval_kind : str or None
        `credible`, `log-normal`, ...
    assumption : str
        The identifying assumption, in plain words.
    settings : Details
        Priors and choices.
    diagnostics : Details
        Diagnostics of the method.
    warnings : tuple[EstimateWarning, ...]
        Warnings to report with the estimate.
    seconds : float
        How long it took.
    seed : int or None
        Of the draws.
    input : str
        Digest of the table; do not publish it (see `CaptureTable.digest`).
    draws : npt.NDArray[np.int64] or None
        Draws of N from the posterior, for methods that have one.
    chains : npt.NDArray[np.int64] or None
        Draws of N by Markov chain, of shape (chains, draws per chain), in the order in which they
        were drawn; None for methods whose draws are independent.
    log_n0 : tuple[float, float] or None
        Mean and variance of log(n0 + 1/2), by which estimates that have no
        draws are pooled over tables; None for an estimate that is pooled already.
    track_record : TrackRecord or None
        How often the method's 95% interval held the size of a list of known size.
    calibrated : CalibratedInterval or None
        The estimate corrected by the method's errors on lists of known size.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.simple.chao import chao
    >>> found = chao(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}))
    >>> found.status, found.point, found.point_kind
    ('ok', 150.0, 'lower bound')
    """

    method: str
    status: Status
    reason: str | None = None
    hint: str | None = None
    point: float | None = None
    point_kind: str | None = None
    mean: float | None = None
    interval: Interval | None = None
    level: float = 0.95
    interval_kind: str | None = None
    assumption: str = ""
    settings: Details = attrs.field(factory=dict)
    diagnostics: Details = attrs.field(factory=dict)
    warnings: tuple[EstimateWarning, ...] = ()
    seconds: float = 0.0
    seed: int | None = None
    input: str = ""
    draws: npt.NDArray[np.int64] | None = attrs.field(default=None, repr=False)
    chains: npt.NDArray[np.int64] | None = attrs.field(default=None, repr=False)
    log_n0: tuple[float, float] | None = attrs.field(default=None, repr=False)
    refusal_code: str | None = None
    track_record: TrackRecord | None = None
    calibrated: CalibratedInterval | None = None

    def __attrs_post_init__(self) -> None:
        if (self.status == "ok") != (self.point is not None) or (self.status == "ok") == bool(
            self.reason
        ):
            raise ValueError("an estimate has a point, a refusal a reason, and never both")

    @property
    def ok(self) -> bool:
        """Whether there is a number."""
        return self.status == "ok"

    @property
    def bound(self) -> bool:
        """Whether the point is a lower bound."""
        return self.point_kind == LOWER_BOUND

    @property
    def result(self) -> tuple[Status, str | None, float | None, Interval | None]:
        """Status, reason, point and interval: what rows of robustness checks hold."""
        return self.status, self.reason, self.point, self.interval

    def number(self) -> float:
        """The point.

        Raises:
            NotEstimable: the method refused; the reason is the message.
        """
        if self.point is None:
            raise NotEstimable(f"{self.method}: {self.reason}", hint=self.hint)
        return self.point

    def to_arviz(self) -> Any:
        """The posterior draws of N for ArviZ, with the chains kept apart.

        Returns
        -------
        xarray.DataTree
            With a group `posterior`, and in it `N` by `chain` and `draw`. Independent draws are
            one chain. It needs the package arviz-base.

        Raises
        ------
        NotEstimable
            The method has no draws, or was refused.

        Examples
        --------
        >>> from uncounted.captures import CaptureTable
        >>> from uncounted.estimate import decomposable
        >>> table = CaptureTable.of("ABC", {"100": 40, "010": 20, "001": 9, "110": 10, "011": 5})
        >>> dict(decomposable(table).to_arviz()["posterior"].sizes)
        {'chain': 1, 'draw': 4000}
        """
        from arviz_base import from_dict

        self.number()
        if self.draws is None:
            raise NotEstimable(
                f"{self.method} has no posterior draws",
                hint="choose decomposable or latent-class",
            )
        by_chain = self.draws[np.newaxis] if self.chains is None else self.chains
        return from_dict({"posterior": {"N": by_chain}})

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Method, point, interval and what kind of point it is, or why there is none."""
        if self.point is None:
            return self.method, "no estimate", "", self.reason or ""
        interval = ""
        if self.interval is not None:
            low, high = self.interval
            end = f"{high:,.0f}" if math.isfinite(high) else "no upper limit"
            interval = f"{self.level:.0%} {low:,.0f} to {end}"
        return self.method, f"{self.point:,.0f}", interval, self.point_kind or ""

    @property
    def line(self) -> str:
        """The same on one line of at most 100 characters."""
        method, point, interval, note = self.cells
        text = f"{method}: {point}" + (f" ({interval})" if interval else "") + f", {note}"
        return text if len(text) <= _LINE else f"{text[: _LINE - 3]}..."

    def __repr__(self) -> str:
        """One line."""
        return f"Estimate({self.line})"

    def to_json(self) -> dict[str, Any]:
        """The object that `uncounted estimate --json` prints for this method."""
        return {
            "method": self.method,
            "status": self.status,
            "reason": self.reason,
            "refusal_code": self.refusal_code,
            "hint": self.hint,
            "point": as_json(self.point),
            "point_kind": self.point_kind,
            "mean": as_json(self.mean),
            "interval": as_json(self.interval),
            "level": self.level,
            "interval_kind": self.interval_kind,
            "assumption": self.assumption,
            "settings": as_json(self.settings),
            "diagnostics": as_json(self.diagnostics),
            "calibrated": self._calibrated_json(),
            "warnings": as_json(self.warnings),
            "seconds": round(self.seconds, 4),
        }

    def _calibrated_json(self) -> dict[str, Any] | None:
        if self.calibrated is None:
            return None
        record = None if self.track_record is None else self.track_record.sentence
        return {
            "point": as_json(self.calibrated.point),
            "interval": as_json(self.calibrated.interval),
            "reason": self.calibrated.reason,
            "track_record": record,
        }


def first_number(estimates: Iterable[Estimate]) -> Estimate | None:
    """The first estimate that gives more than a lower bound; None if there is none."""
    return next((each for each in estimates if each.ok and not each.bound), None)


def headline_json(
    calibrated: CalibratedInterval | None, model: Estimate | None
) -> dict[str, Any] | None:
    """The figure that a study leads with: calibrated, or a model's with the reason why not."""
    has_number = calibrated is not None and calibrated.point is not None
    leads = calibrated if has_number else model
    if leads is None:
        return None
    return {
        "method": leads.method,
        "point": as_json(leads.point),
        "interval": as_json(leads.interval),
        "level": leads.level,
        "interval_kind": leads.interval_kind if isinstance(leads, Estimate) else "calibrated",
        "reason": None if calibrated is None else calibrated.reason,
    }


@attrs.frozen(eq=False)
class Fitted:
    """One method's estimate on one table, and which linkage draws gave that table.

    Attributes:
        estimate: on the table; may be a refusal.
        observed: people recorded in the table.
        times: how many draws gave it.
        at: their places among the draws, from 0.
    """

    estimate: Estimate
    observed: int
    times: int
    at: tuple[int, ...] = ()


def _each_once(warnings: Iterable[EstimateWarning]) -> tuple[EstimateWarning, ...]:
    return tuple(dict.fromkeys(warnings))


@attrs.frozen(eq=False, repr=False)
class Study:
    """Estimates of every method on one table (or on linkage draws), with checks and warnings.

    Attributes
    ----------
    observed : int
        People on at least one list; a rounded mean over linkage draws.
    lists : Mapping[str, int]
        People on each list.
    estimates : tuple[Estimate, ...]
        One per method, refusals included.
    warnings : tuple[EstimateWarning, ...]
        About the table and the methods, each once.
    sensitivity : tuple[XiRow, ...]
        The headline at each xi.
    dependence : tuple[PairRow, ...]
        Chapman's estimate for each pair of lists.
    leave_one_out : tuple[LeaveOneOutRow, ...]
        The headline's method without each list.
    priors : tuple[PriorRow, ...]
        `decomposable` under other prior counts, and under other priors on N.
    consistency : tuple[KnownListRow, ...]
        Each list taken as a population of known size.
    trajectory : tuple[SubsampleRow, ...]
        The headline's method on growing random parts of the records.
    spread : MethodRange or None
        The lowest and the highest point of the methods.
    xi_by_method : tuple[MethodXiRow, ...]
        Each method at each xi.
    claim : ClaimComparison or None
        Whether each method supports a stated claim.
    linkage : LinkageUncertainty or None
        What record linkage adds to the uncertainty; None for a single table.
    input : str
        Digest of the table, or of the list of tables.
    seed : int
        Of the draws.
    level : float
        Of all intervals.
    calibrated : CalibratedInterval or None
        The combined estimate of decomposable graphs, sample coverage and Chao's lower bound,
        corrected by its errors on lists of known size; None if not all three were run.
    fits : Mapping[str, Sequence[Fitted]]
        Over linkage draws, each method on every table: what totals over strata are made
        of. Inside only.
    set_aside : tuple[SetAside, ...]
        Lists that share no person with the others and of which the estimates make no use.
    read_first : tuple[str, ...]
        Sentences to be read before the number: what in the study contradicts its headline.

    Examples
    --------
    >>> from uncounted.captures import CaptureTable
    >>> from uncounted.estimate.base.settings import EstimateSettings
    >>> from uncounted.estimate.study import run
    >>> study = run(CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10}), EstimateSettings("chao"))
    >>> study.observed, study.lists, study["chao"].point
    (70, {'A': 50, 'B': 30}, 150.0)
    """

    observed: int
    lists: Mapping[str, int]
    estimates: tuple[Estimate, ...]
    warnings: tuple[EstimateWarning, ...] = attrs.field(default=(), converter=_each_once)
    sensitivity: tuple[XiRow, ...] = ()
    dependence: tuple[PairRow, ...] = ()
    linkage: LinkageUncertainty | None = None
    input: str = ""
    seed: int = 1
    leave_one_out: tuple[LeaveOneOutRow, ...] = ()
    priors: tuple[PriorRow, ...] = ()
    consistency: tuple[KnownListRow, ...] = ()
    trajectory: tuple[SubsampleRow, ...] = ()
    spread: MethodRange | None = None
    xi_by_method: tuple[MethodXiRow, ...] = ()
    claim: ClaimComparison | None = None
    level: float = 0.95
    calibrated: CalibratedInterval | None = None
    fits: Mapping[str, Sequence[Fitted]] = attrs.field(factory=dict, repr=False)
    set_aside: tuple[SetAside, ...] = ()
    read_first: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Each estimate on a line; `estimate.summary` says more."""
        head = f"Study({len(self.lists)} lists, {self.observed:,} documented, seed={self.seed})"
        return "\n".join([head, *(f"  {each.line}" for each in self.estimates)])

    def to_frame(self, backend: str = "pandas") -> Any:
        """The estimates as a data frame, one row per method; a refusal has a reason and no number.

        Parameters
        ----------
        backend : str, default "pandas"
            `pandas`, `polars` or `pyarrow`, which has to be installed.

        Returns
        -------
        DataFrame
            Columns method, status, point, low, high, level, point_kind, interval_kind, reason. No
            upper limit is infinite.
        """
        import narwhals as nw

        limits = [each.interval or (None, None) for each in self.estimates]
        data = {
            name: [getattr(each, name) for each in self.estimates]
            for name in ("method", "status", "point")
        }
        data["low"], data["high"] = [low for low, _ in limits], [high for _, high in limits]
        for name in ("level", "point_kind", "interval_kind", "reason"):
            data[name] = [getattr(each, name) for each in self.estimates]
        return nw.from_dict(data, backend=backend).to_native()  # type: ignore[arg-type]

    def _repr_html_(self) -> str:
        """The same as a table, for a notebook; a refusal has its reason and no number."""
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in each.cells) + "</tr>"
            for each in self.estimates
        )
        head = "".join(f"<th>{name}</th>" for name in ("method", "total", "interval", "note"))
        caption = f"{len(self.lists)} lists, {self.observed:,} people documented"
        return (
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{rows}</tbody></table>"
        )

    @property
    def refused(self) -> bool:
        """Whether no method gives a number (exit status 1)."""
        return not any(estimate.ok for estimate in self.estimates)

    @property
    def first(self) -> Estimate:
        """The first method's result; if all refuse, its reason is the study's."""
        return self.estimates[0]

    def __getitem__(self, method: str) -> Estimate:
        for estimate in self.estimates:
            if estimate.method == method:
                return estimate
        raise KeyError(method)

    @property
    def deltas(self) -> tuple[PriorRow, ...]:
        """`decomposable` under other prior counts, with the prior on N that is used."""
        used = {row.prior_name for row in self.priors[:1]}
        return tuple(row for row in self.priors if row.prior_name in used)

    @property
    def headline(self) -> Estimate | None:
        """The main estimate: the first that is not only a lower bound; None if there is none."""
        return first_number(self.estimates)

    @property
    def least_observed(self) -> int:
        """The fewest documented people over the linkage draws; no estimate is below that."""
        if self.linkage is None:
            return self.observed
        return min(self.observed, int(self.linkage.observed.interval[0]))

    def to_json(self) -> dict[str, Any]:
        """The object that `uncounted estimate --json` prints."""
        answer: dict[str, Any] = {
            "observed": self.observed,
            "lists": dict(self.lists),
            "seed": self.seed,
            "version": version("uncounted"),
            "input": self.input,
            "set_aside": as_json(self.set_aside),
            "read_first": list(self.read_first),
            "headline": headline_json(self.calibrated, self.headline),
            "estimates": [estimate.to_json() for estimate in self.estimates],
            "method_range": as_json(self.spread),
            "pairwise_chapman": as_json(self.dependence),
            "sensitivity": {
                "xi": as_json(self.xi_by_method),
                "xi_saturated": as_json(self.sensitivity),
                "delta": [
                    {key: value for key, value in as_json(row).items() if key != "prior"}
                    for row in self.deltas
                ],
                "prior": as_json(self.priors),
            },
            "robustness": {
                "leave_one_out": as_json(self.leave_one_out),
                "known_list": as_json(self.consistency),
                "subsampling": as_json(self.trajectory),
            },
            "warnings": as_json(self.warnings),
        }
        if self.claim is not None:
            answer["claim"] = as_json(self.claim)
        if self.linkage is not None:
            answer["linkage"] = as_json(self.linkage)
        return answer
