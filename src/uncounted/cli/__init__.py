"""The command line: parses arguments, calls one workflow, prints its result."""

from uncounted.cli import (
    custody,
    estimate,
    evaluate,
    identity,
    intake,
    members,
    messages,
    pipeline,
    rate,
    reports,
    review,
)
from uncounted.cli.app import app

__all__ = [
    "app",
    "custody",
    "estimate",
    "evaluate",
    "identity",
    "intake",
    "members",
    "messages",
    "pipeline",
    "rate",
    "reports",
    "review",
]
