"""Errors of the methods on lists of known size, and intervals calibrated by them."""
