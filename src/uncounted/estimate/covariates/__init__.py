"""TODO room estimate/covariates."""
