"""The encrypted database of a case file, and files that only their owner may read.

The lowest room of the vault: imports none of the others.
"""
