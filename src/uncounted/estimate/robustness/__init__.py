"""Robustness checks: leave one list out, consistency of lists, growth of the lists.

May import `estimate.base`, `estimate.graphical` and `estimate.simple`.
"""
