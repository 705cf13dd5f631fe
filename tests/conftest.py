"""Slow files are begun first, so that neither worker is left with one when the other is done."""

from __future__ import annotations

import pytest

SLOW = ("sampler", "crash", "process", "exhaustive", "volume", "scrypt", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with a test of a slow kind, then the others, each in the order they were in."""
    slow = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}
    items.sort(key=lambda item: item.path not in slow)
