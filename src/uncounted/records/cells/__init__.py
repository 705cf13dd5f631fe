"""Free text in the cells of a table: which part is the name, and what is said of it.

What is not certain is kept as written and flagged. May import `records.names` and
`records.tabular`.
"""
