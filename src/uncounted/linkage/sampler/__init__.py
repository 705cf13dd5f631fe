"""TODO room linkage/sampler."""
