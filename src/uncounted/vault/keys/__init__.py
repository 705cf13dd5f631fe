"""TODO room vault/keys."""
