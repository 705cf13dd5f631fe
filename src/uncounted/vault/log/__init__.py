"""The custody log: entries, tiles and checkpoints, rollback detection, trusted timestamps.

May import `vault.store`, `vault.keys` and `proof`.
"""
