"""Stratified estimates and partial pooling over strata.

May import the other estimators.
"""
