"""The case file: encrypted, tamper-evident, with consent that binds.

Its parts from low to high: `store`, `keys`, `log`, `reports`, `access`, then `case`.
`Damaged` and `NoSpace` may be raised everywhere. May import `proof`; no heavy library.
"""
