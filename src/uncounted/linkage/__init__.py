"""Who is who: comparisons, scored pairs, draws of partitions, and how good they are."""

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
