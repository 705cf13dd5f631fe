"""Chao's lower bound: at least how many, when people differ in how easily they are recorded.

It is a bound and is labelled one. It is not safe when lists avoid each other.
"""

from __future__ import annotations

from uncounted.captures import CaptureTable
from uncounted.estimate.method import estimator, log_n0, log_normal_interval
from uncounted.estimate.result import Estimate

ASSUMPTION = (
    "People may differ in how easily they are recorded, but for any one person being on one list "
    "does not make another list less likely. Then there are, on average, at least this many."
)


@estimator("chao")
def chao(table: CaptureTable, *, level: float = 0.95, seed: int = 1) -> Estimate:
    """The lower bound n + (J-1)/J f1^2 / (2 f2), f_k the people on exactly k lists.

    With f2 = 0 the bias-corrected form n + (J-1)/J f1 (f1 - 1) / (2 (f2 + 1)).
    Chao (1987) Biometrics 43:783; variance and log-normal interval as there and in
    Chao (1989), with the factor (J-1)/J for J lists.

    Args:
        table: 2 lists or more.
        level: of the log-normal interval around the bound.
        seed: kept in the result; nothing here is random.

    Examples:
        >>> from uncounted.captures import CaptureTable
        >>> table = CaptureTable.of("AB", {"10": 40, "01": 20, "11": 10})
        >>> chao(table).point
        160.0
    """
    J, n = len(table.lists), table.observed
    f1, f2 = float(table.seen_exactly(1)), float(table.seen_exactly(2))
    share = (J - 1) / J
    if f2 > 0:
        ratio = f1 / f2
        n0 = share * f1 * ratio / 2
        variance = f2 * (share * ratio**2 / 2 + share**2 * ratio**3 + share**2 * ratio**4 / 4)
    else:
        n0 = share * f1 * (f1 - 1) / 2
        variance = (
            share * f1 * (f1 - 1) / 2
            + share**2 * f1 * (2 * f1 - 1) ** 2 / 4
            - (share**2 * f1**4 / (4 * (n + n0)) if n + n0 else 0.0)
        )
    variance = max(variance, 0.0)
    return Estimate(
        method="chao",
        status="ok",
        point=n + n0,
        point_kind="lower bound",
        interval=log_normal_interval(n, n0, variance, level),
        level=level,
        interval_kind="log-normal, of the bound",
        assumption=ASSUMPTION,
        settings={"form": "(J-1)/J f1^2 / (2 f2)" if f2 else "bias-corrected, as f2 = 0"},
        diagnostics={"f1": int(f1), "f2": int(f2), "se": variance**0.5},
        seed=seed,
        log_n0=log_n0(n0, variance),
    )
