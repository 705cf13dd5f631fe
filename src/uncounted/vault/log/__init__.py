"""TODO room vault/log."""
