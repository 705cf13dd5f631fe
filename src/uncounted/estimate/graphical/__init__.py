"""Bayesian model averaging over decomposable graphical models.

May import `estimate.base`.
"""
