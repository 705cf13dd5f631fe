"""TODO room records/names."""
