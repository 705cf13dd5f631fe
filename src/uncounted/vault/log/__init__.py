"""The custody log: entries, tiles and checkpoints, rollback detection, trusted timestamps.

May import `vault.keys`, `vault.store` and `proof`.
"""
