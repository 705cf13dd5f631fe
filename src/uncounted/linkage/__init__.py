"""Bayesian record linkage: which reports are about the same person, with its uncertainty.

`link` compares reports and draws partitions of them into people (Fellegi-Sunter comparison levels,
MCMC over partitions); a `Linkage` holds the draws. `capture_table` counts people by list,
`point_partition` gives one partition to look at.
"""

from uncounted.linkage.pipeline import link
from uncounted.linkage.point_estimate import at_chance, people_rows, point_partition
from uncounted.linkage.result import Linkage, capture_table

__all__ = [
    "Linkage",
    "at_chance",
    "capture_table",
    "link",
    "people_rows",
    "point_partition",
]
