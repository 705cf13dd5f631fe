"""TODO room records/places."""
