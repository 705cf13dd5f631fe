"""Verify a release, without a case file or a key; starts without numpy."""

from uncounted.publish.verify import Verdict, verify

__all__ = ["Verdict", "verify"]
