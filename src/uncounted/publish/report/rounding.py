"""Shares and small numbers in words."""

from __future__ import annotations


def percent(share: float) -> str:
    """A share as whole per cent, never 0 or 100 for what is neither."""
    if 0 < share < 0.01:
        return "under 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"


def spelled(number: int) -> str:
    """Small numbers in words, as at the head of a sentence."""
    words = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    return words[number] if number < len(words) else str(number)
