"""Random suppression keyed by a secret of the case file.

Which further counts are suppressed must not follow from the table alone: an attacker could run
the program on every table that fits and keep those with the same suppression pattern. Each
choice is drawn from the secret by its subject, never by a count, and is the same whatever the
order of the lists. A case file keeps one secret for all its releases: counts suppressed under
two secrets would be the small ones.
"""

from __future__ import annotations

import hmac
import json
import math
from collections.abc import Sequence

import attrs

SUPPRESSION_KEY_BYTES = 32
RANDOM_SUPPRESSION_SHARE = 0.25  # of the counts that need not be hidden


@attrs.frozen
class SuppressionKey:
    """The secret, and the choices that follow from it."""

    secret: bytes = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if len(self.secret) != SUPPRESSION_KEY_BYTES:
            raise ValueError(f"a suppression key has {SUPPRESSION_KEY_BYTES} bytes")

    def cost(self, lists: Sequence[str], cell: str) -> float:
        """What it costs to suppress a count: 0.05 and more, exponential with mean 1 above that."""
        return 0.05 - math.log(self._share("cost", lists, cell))

    def total_cost(self, lists: Sequence[str], name: str) -> float:
        """The same for the total of a list, 0 to 1."""
        return self._share("total", lists, "".join("1" if n == name else "0" for n in lists))

    def random_suppression(self, lists: Sequence[str], cell: str) -> bool:
        """Whether a count is suppressed though no small count needs it: one in four is.

        Were no more suppressed than must be, the smallness of the pattern would disclose: a
        table whose small counts need less suppression could be ruled out.
        """
        return self._share("freely", lists, cell) < RANDOM_SUPPRESSION_SHARE

    def _share(self, use: str, lists: Sequence[str], cell: str) -> float:
        """Uniform above 0 and up to 1, by the lists and their marks in no order."""
        about = json.dumps([use, sorted(zip(lists, cell, strict=True))], ensure_ascii=False)
        drawn = hmac.digest(self.secret, about.encode(), "sha256")
        return (int.from_bytes(drawn[:6]) + 1) / 2**48
