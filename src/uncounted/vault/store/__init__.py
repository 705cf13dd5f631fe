"""The case folder on disk: database, manifest, lock. All SQL is here.

May import `vault.keys` for the key that opens the database.
"""
