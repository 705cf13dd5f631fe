"""Log-linear models: selection, existence of the estimate, bootstrap, profile.

May import `estimate.base` and `estimate.identification`.
"""
