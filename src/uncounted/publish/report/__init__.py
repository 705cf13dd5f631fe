"""TODO room publish/report."""
