"""TODO room estimate/robustness."""
