"""How often intervals that adjust for covariates hold the truth, and what two bare lists say.

    python benchmarks/study_doubly_robust.py [replicates]

Populations in which older people and men are easier to record by both lists, weakly or
strongly (an odds ratio of 1.8 or 2.7 a standard deviation of age), and one in which
covariates say nothing. Prints medians, root mean squared errors, the share of 95%
intervals that hold the truth, those that end below it, median widths and refusals.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate import pairs
from uncounted.estimate.covariates.doubly_robust import doubly_robust
from uncounted.histories import PersonTable

REPLICATES = 300
POPULATIONS = {"nothing": 0.0, "weakly": 0.6, "strongly": 1.0}
SIZES = (500, 1500, 5000)


def population(N: int, slope: float, seed: int) -> PersonTable:
    """Two lists that are independent given age and sex; people on neither are dropped."""
    rng = np.random.default_rng(seed)
    age, sex = rng.normal(40, 12, N).round(), rng.choice(["f", "m"], N)
    eta = slope * (age - 40) / 12 + slope / 2 * (sex == "m")
    first = rng.random(N) < 1 / (1 + np.exp(0.9 - eta))
    second = rng.random(N) < 1 / (1 + np.exp(1.1 - eta))
    seen = first | second
    on = np.column_stack([first, second])[seen]
    return PersonTable.of("AB", on, {"age": age[seen], "sex": sex[seen]})


type Answer = tuple[float, float, float]


def bare(people: PersonTable) -> Answer:
    """Chapman's estimate, which knows nothing of covariates."""
    row = pairs(CaptureTable(people.lists, people.counts()))[0]
    return row.point, *row.interval


def adjusted(people: PersonTable) -> Answer | None:
    """The method of the paper."""
    estimate = doubly_robust(people).first
    if estimate.point is None or estimate.interval is None:
        return None
    return estimate.point, *estimate.interval


def main() -> None:
    """Print the table."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else REPLICATES
    methods: dict[str, Callable[[PersonTable], Answer | None]] = {
        "two bare lists": bare,
        "one-step": adjusted,
    }
    print("| covariates matter | N | method | median | RMSE | cover | below | width | refused |")
    print("|---|---:|---|---:|---:|---:|---:|---:|---:|")
    began = time.perf_counter()
    for label, slope in POPULATIONS.items():
        for N in SIZES:
            tables = [population(N, slope, seed) for seed in range(replicates)]
            for name, method in methods.items():
                answers = [method(people) for people in tables]
                found = np.array([each for each in answers if each is not None])
                point, low, high = found.T
                rmse = np.sqrt(np.mean((point - N) ** 2))
                cover, below = np.mean((low <= N) & (high >= N)), np.mean(high < N)
                print(
                    f"| {label} | {N:,} | {name} | {np.median(point):,.0f} | {rmse:,.0f} |"
                    f" {cover:.2f} | {below:.2f} | {np.median(high - low):,.0f} |"
                    f" {replicates - len(found)} |",
                    flush=True,
                )
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
