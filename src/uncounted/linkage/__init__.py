"""Who is who: comparisons, scored pairs, draws of partitions, and how good they are."""

from uncounted.linkage.draws import Linkage, capture_table
from uncounted.linkage.evaluation import Evaluation, evaluate
from uncounted.linkage.point import at_chance, people_rows, point_partition
from uncounted.linkage.road import link

__all__ = [
    "Evaluation",
    "Linkage",
    "at_chance",
    "capture_table",
    "evaluate",
    "link",
    "people_rows",
    "point_partition",
]
