"""Estimates under a stated identifying assumption (xi), and their sensitivity to it.

May import `estimate.base`.
"""
