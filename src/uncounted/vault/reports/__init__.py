"""TODO room vault/reports."""
