"""Bayesian latent class models with a stick-breaking prior (LCMCR).

May import `estimate.base`.
"""
