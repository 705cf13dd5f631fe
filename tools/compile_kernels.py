"""Compile the kernels once, into numba's cache: each worker of pytest would do it for itself.

`linkage` or `estimate` says which; `make test` has both done while it checks types.
"""

from __future__ import annotations

import sys

import numpy as np

from uncounted.captures import CaptureTable
from uncounted.estimate import EstimateSettings, run
from uncounted.estimate.study import METHODS
from uncounted.linkage import link
from uncounted.records.dates.partial_date import parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

FAMILY, GIVEN = "김이박최", ("철수", "영희", "성호", "은주", "광일", "향미", "춘화", "명국")


def linkage() -> None:
    """Link 32 people who are on two lists."""
    rng = np.random.default_rng(3)
    reports = list[Report]()
    for at, name in enumerate(family + given for family in FAMILY for given in GIVEN):
        born = parse(f"{rng.integers(1950, 2000)}-{rng.integers(1, 13):02}-07")
        reports += [Report(source, f"{at}", (Name(name),), birth=born) for source in "AB"]
    link(reports, draws=4)


def estimate() -> None:
    """Estimate with every method: Kosovo's table, cut down, in half a second."""
    patterns = {"1000": 11, "0100": 8, "0010": 9, "0001": 3, "1100": 7, "0011": 5, "1111": 2}
    run(CaptureTable.of("ABCD", patterns), EstimateSettings(list(METHODS)))


if __name__ == "__main__":
    {"linkage": linkage, "estimate": estimate}[sys.argv[1]]()
