"""Disclosure control: suppression of small counts, and the audit that attacks it.

Sees counts only; imports no other room.
"""
