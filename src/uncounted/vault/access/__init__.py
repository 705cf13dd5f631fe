"""Opening a case file, its members, and the rotation of its key.

The uppermost part of the vault below `vault.case`; may import all others.
"""
