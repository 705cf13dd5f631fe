"""A stated population size, "more than 10,000", to be compared with the estimates."""

from __future__ import annotations

import math
from typing import Literal

import attrs

from uncounted.errors import UsedWrongly

type Side = Literal["more than", "fewer than"]


@attrs.frozen
class Claim:
    """A claimed total: more, or fewer, than a number.

    Parameters
    ----------
    number : float
        People; above 0.
    side : Side
        Whether the claim is of more or of fewer.

    Raises
    ------
    UsedWrongly
        The number is not above 0.

    Examples
    --------
    >>> Claim.parse("10,000").words, Claim.parse("<15000").words
    ('more than 10,000', 'fewer than 15,000')
    """

    number: float
    side: Side = "more than"

    def __attrs_post_init__(self) -> None:
        if not 0 < self.number < math.inf:
            raise UsedWrongly(
                f"a claim must be a positive number, not {self.number}", hint="for example 10000"
            )

    @classmethod
    def parse(cls, text: str) -> Claim:
        """From `10000`, `>10000` (more than) or `<15000` (fewer than).

        Raises:
            UsedWrongly: it is neither.
        """
        bare = text.strip()
        side: Side = "fewer than" if bare.startswith("<") else "more than"
        written = bare[1:] if bare[:1] in ("<", ">") else bare
        digits = written.replace(",", "").replace("_", "").strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16) or len(bare) > 40:
            raise UsedWrongly(
                "a claim is a whole number of people",
                hint='10000 or ">10000": more than; "<15000": fewer than',
            )
        return cls(float(digits), side)

    @property
    def words(self) -> str:
        """In words, as in "more than 10,000"."""
        return f"{self.side} {self.number:,.0f}"
