"""Candidate pairs: blocking rules, their estimated recall, sampled non-matches."""
