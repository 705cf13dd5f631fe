"""TODO room linkage/encoding."""
