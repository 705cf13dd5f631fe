"""TODO room vault/store."""
