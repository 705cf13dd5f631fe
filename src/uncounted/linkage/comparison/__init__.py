"""Comparison vectors: the agreement level of each field for a pair of reports (kernels)."""
