"""TODO room estimate/graphical."""
