"""TODO room records/tabular."""
