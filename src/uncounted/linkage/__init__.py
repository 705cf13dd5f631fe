"""Who is who: comparisons, scored pairs, draws of partitions, and how good they are."""
