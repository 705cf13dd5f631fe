"""Sealed reports: ingest, versions, consent, decisions, attachments, withdrawal.

May import `vault.log`, `vault.keys`, `vault.store` and `proof`.
"""
