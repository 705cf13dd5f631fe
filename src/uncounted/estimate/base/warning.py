"""Warnings of an estimate: each has a code, and the figure that triggered it.

`uncounted explain CODE` says what a code means, why it matters and what to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import attrs

from uncounted.explanations import Explanation, explanations_of

LINKAGE_DRAWS = "linkage draws"
REPLICATES = "imputed replicates"


@attrs.frozen
class EstimateWarning:
    """A warning about a table, a method or a number.

    `code` is its name, which `uncounted explain` takes; `text` has the figure that triggered it.

    Examples:
        >>> str(EstimateWarning("low-coverage", "sample coverage 47% (<55%): biased low"))
        'low-coverage: sample coverage 47% (<55%): biased low'
    """

    code: str
    text: str

    @property
    def must_report(self) -> bool:
        """Whether it has to be reported with the number."""
        return explanations()[self.code].level == "warning"

    @property
    def title(self) -> str:
        """What is the case, without a figure."""
        return explanations()[self.code].title

    def __str__(self) -> str:
        return f"{self.code}: {self.text}"


def from_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[EstimateWarning, ...]:
    """Warnings of their codes and texts, as they were kept."""
    return tuple(EstimateWarning(code, text) for code, text in pairs)


def over_draws(
    found: Iterable[tuple[EstimateWarning, int]], draws: int, of: str = LINKAGE_DRAWS
) -> tuple[EstimateWarning, ...]:
    """The warnings of many tables, each once, with the share of the draws.

    Texts that differ in their figures alone are one; that of most draws stands for all.
    """
    texts: dict[tuple[str, str], Counter[str]] = {}
    for warning, times in found:
        kind = "".join(letter for letter in warning.text if not letter.isdigit())
        texts.setdefault((warning.code, kind), Counter())[warning.text] += times
    answer = []
    for (code, _), counted in texts.items():
        text, times = counted.most_common(1)[0][0], counted.total()
        share = "" if times >= draws else f" (in {times:,} of {draws:,} {of})"
        answer.append(EstimateWarning(code, text + share))
    return tuple(answer)


def explanations() -> dict[str, Explanation]:
    """Every code with its explanation, the gravest first."""
    return explanations_of("uncounted.estimate.base")
