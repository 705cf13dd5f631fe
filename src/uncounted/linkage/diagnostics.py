"""Diagnostics and settings of a linkage: convergence, candidate pairs, blocking, checks.

The one place where they become JSON and are read back. Fields that a stored linkage lacks are None,
and are left out again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, Self

import attrs

Json = dict[str, object]
_IF_ANY = {"if_any": True}  # left out of JSON where it is None


def _stored(key: str, **more: object) -> dict[str, object]:
    """A field that a stored linkage has under another key."""
    return {"stored": key, **more}


@attrs.frozen
class _Stored:
    """Values that are fields of one JSON object; a stored one may have older keys."""

    def to_json(self) -> Json:
        """As plain values, for a reader."""
        return attrs.asdict(
            self, filter=lambda field, value: value is not None or not field.metadata.get("if_any")
        )

    def to_stored(self) -> Json:
        """As plain values, under the keys of a stored linkage."""
        values = self.to_json()
        return {
            _key(each): values[each.name]
            for each in attrs.fields(type(self))
            if each.name in values
        }

    @classmethod
    def from_stored(cls, stored: Any) -> Self:
        """Read parsed JSON; a field that is not there has its default."""
        found = {
            each.name: stored[_key(each)] for each in attrs.fields(cls) if _key(each) in stored
        }
        return cls(**{name: _frozen(value) for name, value in found.items()})


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _key(field: attrs.Attribute[Any]) -> str:
    return str(field.metadata.get("stored", field.name))


@attrs.frozen
class LinkageSettings(_Stored):
    """What a linkage was made with."""

    prior: str
    prior_words: str
    # The least probability of a candidate pair before any partition.
    min_match_probability: float = attrs.field(metadata=_stored("floor"))
    all_pairs_compared: bool
    decisions: int
    warm_up: int


@attrs.frozen
class ChainDiagnostics(_Stored):
    """Convergence: the highest split R-hat and lowest effective sample size of what is monitored.

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
    min_match_probability: float = attrs.field(default=0.0, metadata=_stored("floor"))
    expected_matches_below_min: float = attrs.field(
        default=0.0, metadata=_stored("expected_links_below_floor")
    )


@attrs.frozen
class BlockingDiagnostics(_Stored):
    """What blocking found, and the matches that it missed, by estimate and by count.

    `pairs_in_large_blocks_left_out` were not looked at; `pairs_below_cut` were, and not kept.
    `by_rule` has, of each rule, the share of found links that it finds, and that it alone finds.
    `missed_share_estimated` is by keys, `missed_share_at_least` Chao's lower bound, and
    `missed_share_counted` a count, where all pairs were compared. Each draw has about
    `imputed_matches` for pairs that are not candidates, and half of the draws up to
    `random_links_at_most` more for matches that are not found.
    """

    rules: int | None = attrs.field(default=None, metadata=_IF_ANY)
    pairs_in_large_blocks_left_out: int | None = attrs.field(default=None, metadata=_IF_ANY)
    pairs_below_cut: int | None = attrs.field(default=None, metadata=_IF_ANY)
    expected_matches_below_cut: float | None = attrs.field(
        default=None, metadata=_stored("expected_links_below_cut", if_any=True)
    )
    pairs: int | None = attrs.field(default=None, metadata=_IF_ANY)
    expected_matches: float = attrs.field(default=0.0, metadata=_stored("likely_links"))
    missed_share_estimated: float | None = attrs.field(default=None, metadata=_stored("lost_share"))
    by_rule: Mapping[str, Mapping[str, float]] = attrs.field(factory=dict)
    missed_share_at_least: float | None = attrs.field(
        default=None, metadata=_stored("lost_at_least")
    )
    missed_matches: float | None = attrs.field(
        default=None, metadata=_stored("lost_links", if_any=True)
    )
    all_pairs_compared: bool = attrs.field(default=False, metadata=_stored("all_looked_at"))
    missed_share_counted: float | None = attrs.field(
        default=None, metadata=_stored("lost_counted", if_any=True)
    )
    imputed_matches: float | None = attrs.field(default=None, metadata=_IF_ANY)
    random_links_at_most: float | None = attrs.field(default=None, metadata=_IF_ANY)


@attrs.frozen
class FitDiagnostics(_Stored):
    """Evidence of each field, the check it fails (None: none), and the number of people.

    `first_failed` is the check that failed before candidates were made stricter. `scripts_learned`
    has the pairs of scripts between which costs of spelling were learned from likely matches; one
    script twice where lists have orthographies of their own. `share_links_by_chance` is the share
    of links expected to be of two people of one place whose names agree by chance.
    """

    mean_match_weight_by_field: Mapping[str, float] = attrs.field(
        factory=dict, metadata=_stored("evidence_by_field")
    )
    event_correlated_share: float = attrs.field(default=0.0, metadata=_stored("companions"))
    share_links_name_agrees: float = attrs.field(default=0.0, metadata=_stored("name_agrees"))
    failed_check: str | None = attrs.field(default=None, metadata=_stored("fails"))
    people_median: float = 0.0
    people_interval: tuple[float, ...] = ()
    first_failed: str | None = attrs.field(default=None, metadata=_IF_ANY)
    scripts_learned: tuple[tuple[str, str], ...] | None = attrs.field(
        default=None, metadata=_IF_ANY
    )
    share_links_by_chance: float | None = attrs.field(default=None, metadata=_IF_ANY)


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
    fail_reason: str | None = attrs.field(metadata=_stored("why"))
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
    exact_duplicates: int | None = None
    grid: tuple[AlternativeSummary, ...] | None = None  # other priors and rules for candidates

    @property
    def rhat(self) -> float | None:
        """The worst split R-hat; None where no chains were run."""
        return None if self.chains == ChainDiagnostics() else self.chains.rhat

    @property
    def failed_check(self) -> str | None:
        """The check that the linkage fails, in words; None: it passes."""
        return self.fit.failed_check

    def to_json(self) -> Json:
        """As one JSON object, for a reader: chains, candidates and fit side by side."""
        return self._as(_Stored.to_json, "copied_lists", "exact_duplicates", "alternatives")

    def to_stored(self) -> Json:
        """The same, under the keys of a stored linkage."""
        return self._as(_Stored.to_stored, "copied", "entered_twice", "grid")

    def _as(
        self, plain: Callable[[_Stored], Json], copied: str, duplicates: str, alternatives: str
    ) -> Json:
        def of(part: _Stored) -> Json:  # what is unset is left out
            return plain(part) if part != type(part)() else {}

        out = {**of(self.chains), **of(self.candidates)}
        if blocking := of(self.blocking):
            out["blocking"] = blocking
        out |= of(self.fit)
        if self.copied is not None:
            out[copied] = [plain(each) for each in self.copied]
        if self.exact_duplicates is not None:
            out[duplicates] = self.exact_duplicates
        if self.grid is not None:
            out[alternatives] = [plain(each) for each in self.grid]
        return out

    @classmethod
    def from_stored(cls, stored: Any) -> Self:
        """Read parsed JSON."""
        copied, grid = stored.get("copied"), stored.get("grid")
        return cls(
            ChainDiagnostics.from_stored(stored),
            CandidateDiagnostics.from_stored(stored),
            BlockingDiagnostics.from_stored(stored.get("blocking", {})),
            FitDiagnostics.from_stored(stored),
            None if copied is None else tuple(map(CopiedList.from_stored, copied)),
            stored.get("entered_twice"),
            None if grid is None else tuple(map(AlternativeSummary.from_stored, grid)),
        )
