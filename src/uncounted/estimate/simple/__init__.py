"""Estimators with few parameters: Chao, sample coverage, independence, two lists.

May import `estimate.base`, `estimate.identification` and `estimate.loglinear`.
"""
