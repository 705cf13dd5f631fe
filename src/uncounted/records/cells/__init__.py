"""Free text in the cells of a table: which part is the name, and what else is stated there.

One lexicon (`records.lexicon`) says what words mean; the parsers name meanings, not words.
What is not certain is kept as written and flagged. May import `records.names` and
`records.tabular`.
"""
