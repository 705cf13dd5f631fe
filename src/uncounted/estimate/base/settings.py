"""Settings of an estimate: methods, intervals, seed, sensitivity analysis, robustness checks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from uncounted.errors import UsedWrongly
from uncounted.estimate.base.claim import Claim
from uncounted.estimate.base.disconnected import SET_ASIDE, Disconnected
from uncounted.estimate.base.validation import (
    by_method_of,
    disconnected_of,
    headline_of,
    level_of,
    names_of,
    seed_of,
    xis_of,
)

XI = (0.5, 2 / 3, 1.0, 1.5, 2.0)
MAX_REFUSED = 0.05

type MethodSettings = Mapping[str, object]  # keyword arguments of one method


def _tuple_of(names: Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _claim_of(claim: object) -> Claim | None:
    if not (claim is None or isinstance(claim, Claim)):
        raise UsedWrongly("not a claim", hint='e.g. Claim.parse("<15000")')
    return claim


@attrs.frozen
class EstimateSettings:
    """Settings of `run`, `run_over` and their versions for strata.

    Parameters
    ----------
    methods : sequence of str, str or None
        Names from `METHODS`; None for every method that applies.
    level : float, default 0.95
        Of all intervals, strictly between 0 and 1.
    seed : int, default 1
        Of all draws, from 0 up.
    xi : sequence of float or float
        Rows of the sensitivity table, from 1/1000 to 1000; xi = 1 is the method's own
        identifying assumption.
    claim : Claim, optional
        A stated population size, to be compared with every method.
    by_method : mapping of str to mapping
        Keyword arguments of single methods, by method name.
    robustness : bool, default True
        Whether to add the robustness checks: leave-one-list-out, lists of known size,
        growing subsamples, other priors.
    lighter : bool, default False
        Whether this is one of very many fits: fewer resamples and shorter chains.
    max_refused : float, default 0.05
        Over linkage draws: a method is refused if it refuses in a larger share of them.
    disconnected : {"set-aside", "keep", "refuse"}, default "set-aside"
        Lists that share no person with the others: set aside where no overlap was to be
        expected and refuse otherwise; keep them for the log-linear methods, as published work
        does; or refuse.
    ends_capture : sequence of str, optional
        Lists after which nobody comes on another list, such as deaths or returns. Their people are
        counted, and the others are estimated from the other lists among those not on them.
    imputed : bool, default False
        Whether the tables of `run_over` are imputed replicates of one file, pooled by Rubin's rules
        on log n0, and not linkage draws.
    headline : {"calibrated", "model"}, default "calibrated"
        What a study leads with: the interval calibrated on lists of known size, where there is
        one, or the first method's own.

    Raises
    ------
    UsedWrongly
        A value out of range.

    Examples
    --------
    >>> EstimateSettings("chao", xi=2, by_method={"chao": {"variant": "mh"}}).methods
    ('chao',)
    """

    methods: tuple[str, ...] | None = attrs.field(
        default=None, converter=attrs.converters.optional(names_of)
    )
    level: float = attrs.field(default=0.95, converter=level_of)
    seed: int = attrs.field(default=1, converter=seed_of)
    xi: tuple[float, ...] = attrs.field(default=XI, converter=xis_of)
    claim: Claim | None = attrs.field(default=None, converter=_claim_of)
    by_method: Mapping[str, MethodSettings] = attrs.field(factory=dict, converter=by_method_of)
    robustness: bool = True
    lighter: bool = False
    max_refused: float = MAX_REFUSED
    headline: str = attrs.field(default="calibrated", converter=headline_of)
    imputed: bool = False
    disconnected: Disconnected = attrs.field(default=SET_ASIDE, converter=disconnected_of)
    ends_capture: tuple[str, ...] = attrs.field(default=(), converter=_tuple_of)

    @property
    def for_every_method(self) -> dict[str, object]:
        """What every method is given: level, seed, and what to do with certain lists."""
        how: dict[str, object] = {
            "level": self.level,
            "seed": self.seed,
            "disconnected": self.disconnected,
        }
        return {**how, "ends_capture": self.ends_capture} if self.ends_capture else how

    def of(self, method: str) -> MethodSettings:
        """The settings of one method; empty if it has none of its own."""
        return self.by_method.get(method, {})


DEFAULT = EstimateSettings()
