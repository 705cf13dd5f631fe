"""Diagnostics and settings of a linkage: convergence, candidate pairs, blocking, checks.

Frozen values, and the one place where they become JSON and are read back: keys of a stored
linkage are those of the fields. What a linkage was stored without is None, and is left out again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Self

import attrs

Json = dict[str, object]
_IF_ANY = {"if_any": True}  # left out of JSON where it is None


@attrs.frozen
class _Stored:
    """Values that are fields of one JSON object."""

    def to_json(self) -> Json:
        """As plain values."""
        return attrs.asdict(
            self, filter=lambda field, value: value is not None or not field.metadata.get("if_any")
        )

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """Read parsed JSON; a field that is not there has its default."""
        found = {each.name: stored[each.name] for each in attrs.fields(cls) if each.name in stored}
        lists = {name: tuple(value) for name, value in found.items() if isinstance(value, list)}
        return cls(**found | lists)


@attrs.frozen
class LinkageSettings(_Stored):
    """What a linkage was made with."""

    prior: str
    prior_words: str
    floor: float  # least probability of a candidate pair before any partition
    all_pairs_compared: bool
    decisions: int
    warm_up: int


@attrs.frozen
class ChainDiagnostics(_Stored):
    """Convergence: the worst split R-hat and the least effective sample size of what is watched.

    `duplicates_in_a_list` is q of each list, the probability of one more report of a person it has.
    """

    rhat: float = 1.0
    ess: float = math.inf
    sweeps: int = 0  # 0: the chains were given up
    chains: int = 0
    duplicates_in_a_list: tuple[float, ...] = ()


@attrs.frozen
class CandidateDiagnostics(_Stored):
    """The graph of candidate pairs, and what its floor may have cost."""

    candidate_pairs: int = 0
    components: int = 0
    largest_component: int = 0
    floor: float = 0.0
    expected_links_below_floor: float = 0.0


@attrs.frozen
class BlockingDiagnostics(_Stored):
    """What blocking found, and the links that it lost, by estimate and by count.

    Attributes:
        rules: those that find a pair.
        pairs_in_large_blocks_left_out: not looked at.
        pairs_below_cut: looked at and not kept; None where all are.
        expected_links_below_cut: among those.
        pairs: kept.
        likely_links: expected links among the pairs that a rule finds.
        lost_share: share of links that no rule finds, by keys; None: nothing to tell it from.
        by_rule: of each, the share of found links that it finds, and that it alone finds.
        lost_at_least: Chao's lower bound of the share.
        lost_links: `lost_share` as a number of links.
        all_looked_at: all pairs of the file were looked at.
        lost_counted: the share lost, counted where all pairs were looked at.
    """

    rules: int | None = attrs.field(default=None, metadata=_IF_ANY)
    pairs_in_large_blocks_left_out: int | None = attrs.field(default=None, metadata=_IF_ANY)
    pairs_below_cut: int | None = attrs.field(default=None, metadata=_IF_ANY)
    expected_links_below_cut: float | None = attrs.field(default=None, metadata=_IF_ANY)
    pairs: int | None = attrs.field(default=None, metadata=_IF_ANY)
    likely_links: float = 0.0
    lost_share: float | None = None
    by_rule: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    lost_at_least: float | None = None
    lost_links: float | None = attrs.field(default=None, metadata=_IF_ANY)
    all_looked_at: bool = False
    lost_counted: float | None = attrs.field(default=None, metadata=_IF_ANY)


@attrs.frozen
class FitDiagnostics(_Stored):
    """Evidence of each field, the check it fails (None: none), and the number of people."""

    evidence_by_field: Mapping[str, float] = attrs.field(factory=dict)
    companions: float = 0.0
    name_agrees: float = 0.0
    fails: str | None = None
    people_median: float = 0.0
    people_interval: tuple[float, ...] = ()


@attrs.frozen
class CopiedList(_Stored):
    """Two lists that have rows of one another: `alike` reports, of `of` on the shorter."""

    shorter: str
    longer: str
    alike: int
    of: int


@attrs.frozen
class AlternativeFit(_Stored):
    """People and convergence under another prior or rule; None where the chains were given up."""

    people: float | None = None
    people_interval: tuple[int, ...] | None = None
    rhat: float | None = None


@attrs.frozen
class AlternativeSummary(_Stored):
    """An alternative linkage without its draws."""

    prior: str
    candidates: str
    passes: bool
    why: str | None
    people: float | None
    people_interval: tuple[int, ...] | None
    rhat: float | None


@attrs.frozen
class LinkageDiagnostics:
    """All diagnostics of a linkage; parts that it was stored without have their defaults."""

    chains: ChainDiagnostics = attrs.field(factory=ChainDiagnostics)
    candidates: CandidateDiagnostics = attrs.field(factory=CandidateDiagnostics)
    blocking: BlockingDiagnostics = attrs.field(factory=BlockingDiagnostics)
    fit: FitDiagnostics = attrs.field(factory=FitDiagnostics)
    copied: tuple[CopiedList, ...] | None = None
    entered_twice: int | None = None
    grid: tuple[AlternativeSummary, ...] | None = None  # other priors and rules for candidates

    @property
    def rhat(self) -> float | None:
        """The worst split R-hat; None where no chains were run."""
        return None if self.chains == ChainDiagnostics() else self.chains.rhat

    @property
    def fails(self) -> str | None:
        """The check that the linkage fails, in words; None: it passes."""
        return self.fit.fails

    def to_json(self) -> Json:
        """As one JSON object: chains, candidates and fit side by side; nothing of what is unset."""
        out = {**_set(self.chains), **_set(self.candidates)}
        if blocking := _set(self.blocking):
            out["blocking"] = blocking
        out |= _set(self.fit)
        if self.copied is not None:
            out["copied"] = [each.to_json() for each in self.copied]
        if self.entered_twice is not None:
            out["entered_twice"] = self.entered_twice
        if self.grid is not None:
            out["grid"] = [each.to_json() for each in self.grid]
        return out

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """Read parsed JSON."""
        copied, grid = stored.get("copied"), stored.get("grid")
        return cls(
            ChainDiagnostics.from_json(stored),
            CandidateDiagnostics.from_json(stored),
            BlockingDiagnostics.from_json(stored.get("blocking", {})),
            FitDiagnostics.from_json(stored),
            None if copied is None else tuple(map(CopiedList.from_json, copied)),
            stored.get("entered_twice"),
            None if grid is None else tuple(map(AlternativeSummary.from_json, grid)),
        )


def _set(part: _Stored) -> Json:
    return part.to_json() if part != type(part)() else {}
