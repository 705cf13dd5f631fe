"""Warnings of an estimate: each has a code, and the figure that triggered it.

`uncounted explain CODE` says what a code means, why it matters and what to do.
"""

from __future__ import annotations

import functools
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from typing import Literal

import attrs


@attrs.frozen
class EstimateWarning:
    """A warning about a table, a method or a number.

    Attributes
    ----------
    code : str
        Its name, such as `influential-list`; `uncounted explain` takes it.
    text : str
        One or two lines, with the figure that triggered it.

    Examples
    --------
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


def unique(*several: Iterable[EstimateWarning]) -> tuple[EstimateWarning, ...]:
    """Each warning once, in order."""
    return tuple(dict.fromkeys(each for some in several for each in some))


def over_draws(
    found: Iterable[tuple[EstimateWarning, int]], draws: int
) -> tuple[EstimateWarning, ...]:
    """One warning of each code from those of many tables, with the share of the draws.

    The text that most draws have stands for all.

    Args:
        found: warnings with the number of draws that each came with.
        draws: all of them.

    Examples:
        >>> a, b = EstimateWarning("a", "1 of 5"), EstimateWarning("a", "2 of 5")
        >>> [str(each) for each in over_draws([(a, 3), (b, 1)], 5)]
        ['a: 1 of 5 (in 4 of 5 linkage draws)']
    """
    texts: dict[str, Counter[str]] = {}
    for warning, times in found:
        texts.setdefault(warning.code, Counter())[warning.text] += times
    answer = []
    for code, counted in texts.items():
        text, times = counted.most_common(1)[0][0], counted.total()
        share = "" if times >= draws else f" (in {times:,} of {draws:,} linkage draws)"
        answer.append(EstimateWarning(code, text + share))
    return tuple(answer)


@attrs.frozen
class Explanation:
    """What a warning means.

    Attributes:
        code: of the warning.
        level: `warning` must be reported with the number; `note` is shown on request.
        title: what is the case, without a figure.
        why: why it matters.
        todo: what to do, in order.
        reference: the paper or the section that says more.
    """

    code: str
    level: Literal["warning", "note"]
    title: str
    why: str
    todo: tuple[str, ...]
    reference: str


@functools.cache
def explanations() -> dict[str, Explanation]:
    """Every code with its explanation, in the order of their file."""
    text = files(__package__).joinpath("explanations.toml").read_text(encoding="utf-8")
    return {
        code: Explanation(code, **{**entry, "todo": tuple(entry["todo"])})
        for code, entry in tomllib.loads(text).items()
    }
