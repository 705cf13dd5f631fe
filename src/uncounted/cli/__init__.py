"""The command line: parses arguments, calls one workflow, prints its result."""

from uncounted.cli import (
    custody,
    evaluate,
    identity,
    members,
    pipeline,
    rate,
    reports,
    review,
    timestamp,
)
from uncounted.cli.app import app

__all__ = [
    "app",
    "custody",
    "evaluate",
    "identity",
    "members",
    "pipeline",
    "rate",
    "reports",
    "review",
    "timestamp",
]
