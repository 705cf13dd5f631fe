"""From the rows of a file to reports: mappings, suggestions, amendments.

May import the other parts of `records`, and the values of `vault.reports`.
"""
