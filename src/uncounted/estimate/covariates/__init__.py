"""Doubly robust estimates from capture histories with covariates.

May import `estimate.base`.
"""
