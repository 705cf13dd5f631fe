"""TODO room linkage/model."""
