"""How often a small list is set aside or refused, where linkage is right and where it fails.

    python benchmarks/study_lists_apart.py [--replicates 400]

A population of 1,000 people, three lists of 150, 120 and 100 people and a small one; the
logits of being on any list have a common normal part with the standard deviation stated.
`lost`: no person of the small list is linked to the others. The figures stand in decision 12.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.estimate.base.checks import check

PEOPLE = 1_000
LISTS = (150, 120, 100)

type Floats = npt.NDArray[np.float64]


def chances(expected: float, ease: Floats) -> Floats:
    """Probabilities with a common logit term and this sum, by halving."""
    low, high = -30.0, 30.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        if np.sum(1 / (1 + np.exp(-middle - ease))) < expected:
            low = middle
        else:
            high = middle
    return np.asarray(1 / (1 + np.exp(-low - ease)))


def table(small: int, sd: float, rng: np.random.Generator, *, lost: bool) -> CaptureTable:
    """One table; with `lost` each person of the small list who is on another counts twice."""
    ease = rng.normal(0, sd, PEOPLE)
    names = ("A", "B", "C", "S")
    on = np.array([rng.random(PEOPLE) < chances(m, ease) for m in (*LISTS, small)]).T
    people: list[list[str]] = []
    for row in on[on.any(axis=1)]:
        found = [name for name, there in zip(names, row, strict=True) if there]
        people += [found[:-1], ["S"]] if lost and row[-1] and row[:-1].any() else [found]
    return CaptureTable.tally(names, people)


def main() -> None:
    """Print a row for each setting."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--replicates", type=int, default=400)
    replicates = options.parse_args().replicates
    print("small list | sd | linkage | shares no person | set aside | refused")
    settings = [(m, sd, False) for sd in (0.0, 0.8) for m in (2, 5, 10, 20)]
    for small, sd, lost in [*settings, *((m, 0.8, True) for m in (5, 10, 20))]:
        rng = np.random.default_rng([small, int(10 * sd), lost])
        apart = aside = 0
        for _ in range(replicates):
            drawn = table(small, sd, rng, lost=lost)
            if drawn.list_totals["S"] and ("S",) in drawn.connected_groups():
                apart += 1
                aside += check(drawn).refusal is None
        shares = (count / replicates for count in (apart, aside, apart - aside))
        print(
            f"{small} | {sd:g} | {'lost' if lost else 'right'} | "
            + " | ".join(f"{share:.1%}" for share in shares)
        )


if __name__ == "__main__":
    main()
