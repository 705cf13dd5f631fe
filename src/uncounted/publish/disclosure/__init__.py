"""TODO room publish/disclosure."""
