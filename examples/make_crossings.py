"""Write `crossings.csv`: people of two periods by outcome, on four lists. None of them exists.

    python examples/make_crossings.py

In 2015-2019, 450 of 900 were arrested, in 2020-2024 280 of 800. Whether a person comes onto a list
depends on the outcome: until 2019 those arrested are recorded more than twice as easily as the
others, since 2020 less easily. Whoever is recorded by one list is more likely to be on the others.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("crossings.csv")
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")
# People, and the probability of coming onto each list, before a person's own ease is counted in.
PEOPLE = {
    ("2015-2019", 1): (450, (0.30, 0.26, 0.20, 0.16)),
    ("2015-2019", 0): (450, (0.10, 0.13, 0.07, 0.09)),
    ("2020-2024", 1): (280, (0.09, 0.12, 0.14, 0.06)),
    ("2020-2024", 0): (520, (0.20, 0.18, 0.24, 0.14)),
}
EASE = 0.4  # standard deviation of a person's own ease, on the logit scale


def rows(seed: int = 3) -> list[tuple[object, ...]]:
    """Period, outcome, lists and count."""
    rng = np.random.default_rng(seed)
    found = []
    for (period, arrested), (people, base) in PEOPLE.items():
        logit = np.log(np.array(base) / (1 - np.array(base)))
        ease = EASE * rng.standard_normal((people, 1))
        on = rng.random((people, len(base))) < 1 / (1 + np.exp(-(logit + ease)))
        counts = Counter(map(tuple, on.astype(int).tolist()))
        found += [
            (period, arrested, *pattern, count)
            for pattern, count in sorted(counts.items(), reverse=True)
            if any(pattern)
        ]
    return found


if __name__ == "__main__":
    lines = [("period", "arrested", *LISTS, "count"), *rows()]
    FILE.write_text("".join(",".join(map(str, line)) + "\n" for line in lines), encoding="utf-8")
