"""TODO room estimate/loglinear."""
