"""TODO room workflow."""
