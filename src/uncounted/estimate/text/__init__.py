"""A study as text: a summary of at most 25 lines, and every diagnostic as tables.

Imports the types of the other rooms of `estimate`, and computes no estimate.
"""
