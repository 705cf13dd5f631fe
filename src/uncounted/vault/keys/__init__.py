"""Keys and identities: who holds which key, and how a lost one comes back.

May import `proof` and the private files of `vault.store`.
"""
