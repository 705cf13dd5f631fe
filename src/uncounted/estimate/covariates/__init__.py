"""Estimates given covariates: averaged log-linear models, doubly robust sums.

May import `estimate.base`, and of the other rooms what hierarchical models, a lower bound and
contradictions are.
"""
