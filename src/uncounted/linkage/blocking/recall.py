"""Recall of blocking (pairs completeness): an estimate, and bounds that do not need it.

A match whose reports share no rule's keys is lost before anything compares it, and makes a count of
people too high. How many are lost is a capture-recapture problem on matches, with the rules as
lists; but rules share keys, so they catch the same matches more often than independent lists would.

1. *By keys.* Whether a match's two reports agree in name, in birth, in family, in origin, in the
month and in the place of what happened is nearly independent. The probability of each is fitted to
the matches found (a multinomial truncated at the combinations that no rule finds; EM, as for
truncated tables: L. A. Goodman, "The analysis of cross-classified data", JASA 63, 1968). What the
fit has in the truncated part is lost.
2. *At the least.* Chao's lower bound, (t - 1) / t f1^2 / (2 f2), over t groups of rules (A. Chao,
"Estimating the population size for capture-recapture data with unequal catchability", Biometrics
43, 1987).

`missed_matches` uses the larger of the two.

Where all pairs were compared, what the rules miss is counted. Each pair counts with its match
probability before any partition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted.linkage.arrays import Floats, Ints
from uncounted.linkage.blocking.rules import RULES
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import NO_KEY

LIKELY = 0.01  # pairs less likely than this are no links to speak of
# Keys that go together: what one person's two reports do with them is one thing.
_TOGETHER = (
    ("given", "alias"),
    ("birth_year", "birth_day"),
    ("family",),
    ("origin",),
    ("event_month", "event_day"),
    ("event_place",),
    ("number",),
)
# Rules that rest on the same key are one list for the lower bound.
_GROUPS = ("given", "family", "birth", "event", "number")
_WORTH_A_WORD = 0.01  # of all links
MOST_ADDED = 0.25  # of the matches: more are not added to draws, since the model is in doubt
_WORTH_A_WORD_UNFOUND = 0.015  # of all; files with few errors have less
_TIMES_TOO_HIGH = 2.0  # an estimate of the total is about, for the share of matches not found
_MOST_LOST = 0.99
_ROUNDS = 2000
_CLOSE = 1e-9


def blocking_loss(
    keys: Mapping[str, Ints],
    left: Ints,
    right: Ints,
    found_by: NDArray[np.uint16],
    chance: Floats,
    *,
    rules: Sequence[tuple[str, ...]] = RULES,
    everything: bool = False,
    found: BlockingDiagnostics | None = None,
) -> BlockingDiagnostics:
    """Add to blocking diagnostics the share of links that no rule finds.

    `found_by` has a bit for each rule that finds a pair, `chance` is its match probability.
    `everything`: all pairs of the file are among these, so that the loss can be counted.
    """
    likely = np.flatnonzero(chance >= LIKELY)
    left, right, found_by, chance = left[likely], right[likely], found_by[likely], chance[likely]
    seen = found_by > 0
    total = float(chance[seen].sum())
    share = by_keys(agreements(keys, left[seen], right[seen]), chance[seen], rules)
    at_least = _chao(found_by[seen], chance[seen], rules)
    shares = [each for each in (share, at_least) if each is not None]
    counted = everything and len(chance) > 0
    return attrs.evolve(
        found or BlockingDiagnostics(),
        expected_matches=round(total, 1),
        missed_share_estimated=None if share is None else round(share, 4),
        by_rule=_by_rule(found_by[seen], chance[seen], rules),
        missed_share_at_least=at_least,
        missed_matches=round(total * max(shares) / (1 - max(shares)), 1) if shares else None,
        all_pairs_compared=everything,
        missed_share_counted=round(float(chance[~seen].sum() / chance.sum()), 4)
        if counted
        else None,
    )


_ADDED = "Each draw has about as many imputed links."
_LOST = "People are too many by as many."
_MANY_LOST = 0.1
_ASSUMED = (
    " With so many, an estimate of the total depends on the assumption that these people are"
    " on the same combinations of lists as others."
)


def matches_not_compared(blocking: BlockingDiagnostics) -> float:
    """How many matches are expected among pairs that were looked at and not kept, or not at all."""
    lost = blocking.expected_matches_below_cut or 0.0
    return lost if blocking.all_pairs_compared else lost + (blocking.missed_matches or 0.0)


def matches_unfound(blocking: BlockingDiagnostics, found: float) -> float:
    """How many matches there may be beyond `found` ones, if all pairs were compared; else 0.

    That is the number that capture-recapture suggests in all, less `found`, or about twice the
    share that it suggests is lost (`unfound_share`), whichever is more: with many errors the fit
    that it starts from finds too few.
    """
    if blocking.missed_share_counted is None:
        return 0.0
    suggested = blocking.expected_matches / (1 - _suggested(blocking))
    return max(suggested - found, _TIMES_TOO_HIGH * unfound_share(blocking) * found)


def may_add(blocking: BlockingDiagnostics) -> bool:
    """Whether matches that are not compared are few enough to be added to draws."""
    lost = matches_not_compared(blocking)
    return lost <= MOST_ADDED * (blocking.expected_matches + lost)


def describe_loss(blocking: BlockingDiagnostics) -> str | None:
    """What is lost with pairs that were not compared, if that is more than 1%; else None."""
    found, lost = blocking.expected_matches, matches_not_compared(blocking)
    if lost >= max(_WORTH_A_WORD * (found + lost), 1.0):
        imputed = may_add(blocking) and blocking.imputed_matches != 0  # None: in earlier linkages
        many = lost > _MANY_LOST * (found + lost)
        added = _ADDED + _ASSUMED if many else _ADDED
        return (
            f"about {lost:,.0f} of {found + lost:,.0f} matches are among pairs that were not"
            " compared: of so many reports only pairs that agree best in names, days and places"
            " are. " + (added if imputed else _LOST)
        )
    left_out = blocking.pairs_in_large_blocks_left_out or 0
    if left_out and blocking.missed_matches is None and not blocking.all_pairs_compared:
        return (
            f"{left_out:,} pairs of reports were not compared, since too many reports share a"
            " value. Matches among them are missed; how many is not known."
        )
    return None


def unfound_share(blocking: BlockingDiagnostics) -> float:
    """The share of matches that keys suggest, and that no rule finds nor the comparison shows.

    Where all pairs were compared, matches without a shared key are counted. What the estimate by
    keys, or the lower bound over groups of rules, has beyond these differs too much to be found at
    all: misspelt in several fields.
    """
    return max(_suggested(blocking) - (blocking.missed_share_counted or 0.0), 0.0)


def _suggested(blocking: BlockingDiagnostics) -> float:
    return max(blocking.missed_share_estimated or 0.0, blocking.missed_share_at_least or 0.0)


def describe_unfound(blocking: BlockingDiagnostics) -> str | None:
    """That all pairs were compared, and matches are still not found, in words; else None."""
    if blocking.missed_share_counted is None:
        return None
    share, links = unfound_share(blocking), blocking.random_links_at_most
    added = (
        f"half of the draws have up to {links:,.0f} imputed links, so intervals are wider"
        if links
        else ""
    )
    if share >= _WORTH_A_WORD_UNFOUND:
        return (
            f"capture-recapture over names, births and places suggests that {share:.0%} of the"
            " matches are not found: people may be too many, and an estimate too high"
            f" by up to about {_TIMES_TOO_HIGH * share:.0%}"
        ) + (added and f"; {added}")
    if added:
        return f"draws have fewer matches than capture-recapture over keys suggests: {added}"
    return None


def _by_rule(
    found_by: NDArray[np.uint16], chance: Floats, rules: Sequence[tuple[str, ...]]
) -> dict[str, dict[str, float]]:
    total = chance.sum() or 1.0
    return {
        ", ".join(rule): {
            "finds": round(float(chance[found_by >> at & 1 == 1].sum() / total), 4),
            "alone": round(float(chance[found_by == 1 << at].sum() / total), 4),
        }
        for at, rule in enumerate(rules)
    }


def _chao(
    found_by: NDArray[np.uint16], chance: Floats, rules: Sequence[tuple[str, ...]]
) -> float | None:
    """Chao's lower bound of the share that no group of rules finds; None without any in two."""
    times = np.zeros(len(found_by), np.int64)
    groups = 0
    for group in _GROUPS:
        bits = sum(1 << at for at, rule in enumerate(rules) if _rests_on(rule) == group)
        caught = found_by & bits > 0
        times += caught
        groups += bool(caught.any())
    once, twice = float(chance[times == 1].sum()), float(chance[times == 2].sum())
    if twice == 0.0:
        return None
    lost = (groups - 1) / groups * once**2 / (2 * twice)
    return round(min(lost / (lost + float(chance.sum())), _MOST_LOST), 4)


def _rests_on(rule: tuple[str, ...]) -> str:
    keys = {key.partition("_")[0] for key in rule}
    if "alias" in rule:
        return "given"
    return next((group for group in _GROUPS if group in keys), "birth")


def agreements(keys: Mapping[str, Ints], left: Ints, right: Ints) -> dict[str, NDArray[np.bool_]]:
    """Whether the reports of each pair share each key; a key not said is not shared."""
    return {
        name: (values[left] == values[right]) & (values[left] != NO_KEY)
        for name, values in keys.items()
    }


def by_keys(
    shared: Mapping[str, NDArray[np.bool_]], times: Floats, rules: Sequence[tuple[str, ...]]
) -> float | None:
    """The share of links that no rule finds, from which keys the found ones share.

    `shared` says by key whether each found link shares it, `times` its weight. None without links,
    or where every found link shares some key: then the rest cannot be told from them.
    """
    used = {key for rule in rules for key in rule}
    parts = [tuple(key for key in part if key in used and key in shared) for part in _TOGETHER]
    parts = [part for part in parts if part]
    # a cell is a combination of shared keys: one axis a part, a bit a key of it
    cells = np.indices(tuple(1 << len(part) for part in parts))
    sharing = {
        key: cells[axis] >> bit & 1 == 1
        for axis, part in enumerate(parts)
        for bit, key in enumerate(part)
    }
    seen = np.zeros(cells.shape[1:], np.bool_)
    for rule in rules:
        if all(key in sharing for key in rule):
            seen |= np.logical_and.reduce([sharing[key] for key in rule])
    if not parts:
        return None
    axes = tuple(
        sum((shared[key].astype(np.int64) << bit for bit, key in enumerate(part)), np.int64(0))
        for part in parts
    )
    counts = np.zeros(seen.shape)
    np.add.at(counts, axes, times)
    counts *= seen
    return _truncated(counts, seen) if counts.sum() > 0 else None


def _truncated(counts: Floats, seen: NDArray[np.bool_]) -> float | None:
    """The chance of a cell not seen, from independent axes fitted to those that are."""
    total = counts.sum()
    full, before = counts.copy(), -1.0
    for _ in range(_ROUNDS):
        cell_probability = np.ones(counts.shape)
        for axis in range(counts.ndim):
            others = tuple(a for a in range(counts.ndim) if a != axis)
            margin = full.sum(axis=others, keepdims=True)
            cell_probability *= margin / margin.sum()
        lost = float(cell_probability[~seen].sum())
        if lost > _MOST_LOST:
            return None
        if abs(lost - before) < _CLOSE:
            return lost
        full, before = counts + np.where(seen, 0.0, cell_probability * total / (1 - lost)), lost
    return None
