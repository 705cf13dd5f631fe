"""Keys and identities: who holds which key, and how a lost one comes back.

May import `vault.store` and `proof`.
"""
