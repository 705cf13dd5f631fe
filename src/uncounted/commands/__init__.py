"""Every command of the program, along the road; `cli` runs them."""

from uncounted.commands import (
    custody,
    decisions,
    evaluate,
    evidence,
    identity,
    members,
    rates,
    reports,
    road,
)
from uncounted.commands.app import app

__all__ = [
    "app",
    "custody",
    "decisions",
    "evaluate",
    "evidence",
    "identity",
    "members",
    "rates",
    "reports",
    "road",
]
