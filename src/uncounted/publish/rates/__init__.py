"""TODO room publish/rates."""
