"""How often intervals given covariates cover the total, with three lists.

    python benchmarks/study_covariates.py [replicates]

Five populations with age (a number) and region (four categories). Older people are easier to
record. "alike": lists are independent among people alike. "pair": people on A have twice the
odds of being on B. "varying": that odds ratio is 1 in two regions and 3 in the others. "triple":
the odds ratio of A and B is twice as large for people on C, so that every assumption fails.
"hidden": a characteristic that is not recorded makes people easier to record. Prints medians,
root mean squared errors, coverage of 95% intervals, widths as a ratio and refusals, for the
averages by AIC and by BIC, the doubly robust estimate of all lists, and the average without
covariates by the same models.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate import log_linear
from uncounted.estimate.base.result import Estimate
from uncounted.estimate.covariates.averaged_log_linear import averaged_log_linear
from uncounted.estimate.covariates.doubly_robust import doubly_robust
from uncounted.estimate.loglinear.selection import Candidates
from uncounted.histories import PersonTable

REPLICATES = 100
SIZES = (1000, 3000, 10_000)
POPULATIONS = ("alike", "pair", "varying", "triple", "hidden")
START = np.array([-0.9, -0.6, -0.8])


def population(kind: str, N: int, seed: int) -> PersonTable:
    """Three lists; people on none are dropped."""
    rng = np.random.default_rng(seed)
    age, region = rng.normal(40, 12, N).round(), rng.integers(0, 4, N)
    ease = 0.6 * (age - 40) / 12
    logit = START + ease[:, None] + 0.4 * (region[:, None] == [0, 1, 2])
    if kind == "hidden":
        logit = logit + rng.normal(0, 0.7, N)[:, None]
    chance = 1 / (1 + np.exp(-logit))
    a, c = rng.random(N) < chance[:, 0], rng.random(N) < chance[:, 2]
    odds = np.ones(N)
    if kind == "pair":
        odds[:] = 2.0
    if kind == "varying":
        odds[region > 1] = 3.0
    if kind == "triple":
        odds = np.where(c, 3.0, 1.5)
    more = logit[:, 1] + np.log(odds) * a
    b = rng.random(N) < 1 / (1 + np.exp(-more))
    on = np.column_stack([a, b, c])
    seen = on.any(axis=1)
    names = np.array(["north", "east", "south", "west"])[region]
    return PersonTable.of("ABC", on[seen], {"age": age[seen], "region": names[seen]})


def without(people: PersonTable) -> tuple[float, float, float] | None:
    """The average by BIC over log-linear models without covariates."""
    table = CaptureTable(people.lists, people.counts())
    found = log_linear(table, resamples=0, candidates=Candidates()).diagnostics
    return found["average"], *found["average_interval"]


def answer(estimate: Estimate) -> tuple[float, float, float] | None:
    """Point and interval; None for a refusal."""
    if estimate.point is None or estimate.interval is None:
        return None
    return estimate.point, *estimate.interval


METHODS: dict[str, Callable[[PersonTable], tuple[float, float, float] | None]] = {
    "no covariates": without,
    "average, AIC": lambda people: answer(averaged_log_linear(people).estimate),
    "average, BIC": lambda people: answer(averaged_log_linear(people, criterion="bic").estimate),
    "doubly robust": lambda people: answer(doubly_robust(people, lists=[people.lists]).first),
}


def main() -> None:
    """Print the table."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES
    print("| population | N | method | median | RMSE | cover | below | width | refused |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    began = time.perf_counter()
    for kind in POPULATIONS:
        for N in SIZES:
            tables = [population(kind, N, seed) for seed in range(replicates)]
            for name, method in METHODS.items():
                answers = [method(people) for people in tables]
                found = np.array([each for each in answers if each is not None])
                if not len(found):
                    print(f"| {kind} | {N:,} | {name} | | | | | | {replicates} |", flush=True)
                    continue
                point, low, high = found.T
                rmse = np.sqrt(np.mean((point - N) ** 2))
                cover, below = np.mean((low <= N) & (high >= N)), np.mean(high < N)
                print(
                    f"| {kind} | {N:,} | {name} | {np.median(point):,.0f} | {rmse:,.0f} |"
                    f" {cover:.2f} | {below:.2f} | {np.median(high / low):.2f} |"
                    f" {replicates - len(found)} |",
                    flush=True,
                )
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
