"""TODO room linkage/comparison."""
