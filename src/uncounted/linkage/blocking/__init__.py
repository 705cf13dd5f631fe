"""Candidate pairs: blocking rules, their estimated recall, sampled non-matches.

May import `linkage.encoding`.
"""
