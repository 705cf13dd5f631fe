"""Evaluation of a linkage: against ground truth, a labelled sample, or its own draws."""
