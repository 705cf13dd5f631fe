"""TODO room linkage/blocking."""
