"""TODO room records/dates."""
