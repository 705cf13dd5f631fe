"""TODO room estimate/strata."""
