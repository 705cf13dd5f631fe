"""Reports as arrays of codes, which the kernels compare.

May import `records`.
"""
