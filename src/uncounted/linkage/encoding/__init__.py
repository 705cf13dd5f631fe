"""Reports as arrays of codes, which the kernels compare."""
