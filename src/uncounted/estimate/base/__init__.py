"""TODO room estimate/base."""
