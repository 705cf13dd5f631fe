"""Sealed reports: ingest, versions, consent, decisions, attachments, withdrawal.

May import `vault.log`, `vault.store`, `vault.keys` and `proof`.
"""
