"""What all estimators share: result type, intervals, priors, MCMC gates, rounding.

Imports no other part of `estimate`.
"""
