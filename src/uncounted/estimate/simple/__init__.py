"""TODO room estimate/simple."""
