"""TODO room vault/access."""
