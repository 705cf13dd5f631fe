"""TODO room estimate/identification."""
