"""TODO room records/intake."""
