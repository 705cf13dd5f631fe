"""TODO room records/cells."""
