"""Blocking: candidate pairs that share the keys of a rule, and whose keys agree best.

1. Reports that share all keys of a rule are a block; of small files, all of them are one more.
2. Every pair of a block is weighed once, by its keys alone, as a plain Fellegi-Sunter model would
(exact and partial agreement, m from a judgement, u from the reports, by value).
3. The best are kept, so many a report. Of the others only their number and their expected matches
are stored, so that memory stays in proportion to the reports.

Blocks that would make a rule too long are left out, largest first, and counted. What the rules miss
is estimated in `recall`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import attrs
import numpy as np
from numpy.typing import NDArray

from uncounted import _threads
from uncounted._numba import compiled, lend
from uncounted.linkage.arrays import Codes, Ints, Singles
from uncounted.linkage.diagnostics import BlockingDiagnostics
from uncounted.linkage.encoding.encode import NO_KEY, Encoded

Found = tuple[Codes, Codes, Singles, NDArray[np.uint16]]  # left, right, weights, rules

RULES = (
    ("given", "family"),
    ("alias", "birth_year"),
    ("given", "event_month"),
    ("given", "event_place"),
    ("given", "origin"),
    ("family", "birth_year"),
    ("family", "event_month"),
    ("birth_day",),
    ("family", "origin"),
    ("number",),
    ("birth_year", "origin"),
    ("event_month", "event_place"),
    ("birth_year", "event_place"),
    ("event_day",),
)
MOST_LOOKED = 300  # pairs a report that a rule may look at
LEAST_LOOKED = 100_000_000  # pairs that a rule may look at whatever the number of reports
LOOKED_AT_ALL = 1_000_000_000  # pairs of a file up to which each is looked at, rule or none
MOST_KEPT = 10  # pairs a report that are kept
LEAST_KEPT = 3_000_000  # pairs that are kept whatever the number of reports
LEAST_CHANCE = 1e-6  # a pair less likely than this by its keys is not kept
# m of agreement of each key: judgements, as good as is needed to rank pairs.
KEY_M = {
    "given": 0.85,
    "sound": 0.84,
    "family": 0.95,
    "birth_year": 0.7,
    "birth_day": 0.8,
    "sex": 0.97,
    "origin": 0.6,
    "event_year": 0.9,
    "event_month": 0.6,
    "event_day": 0.7,
    "event_place": 0.75,
    "number": 0.8,
}
# Values at most so far apart are close, which has this m.
CLOSE = {"birth_year": (2, 0.25), "event_year": (1, 0.07), "event_month": (3, 0.25)}
OTHER_SOUND = 0.05  # what one key of given names is worth if they sound otherwise
# In the order in which they are looked at: what parts most pairs first; alias after given.
_COLUMNS = (
    *("event_month", "event_year", "birth_year", "given", "sound", "alias", "event_place"),
    *("origin", "family", "birth_day", "event_day", "sex", "number"),
)
_GIVEN, _SOUND, _ALIAS, _EVENT_YEAR, _EVENT_MONTH = (
    _COLUMNS.index(key) for key in ("given", "sound", "alias", "event_year", "event_month")
)
_SLICE = 2_000_000  # pairs looked at in one go
_STEP, _BINS = 0.25, 256  # of the histogram of weights
_LOWEST = -32.0
_TILE = 512  # pairs weighed at a time
_NONE = np.float32(0.0)
SAMPLED_EVERY = 16  # one row in so many is looked at to choose the cut


@attrs.frozen(eq=False)
class Blocked:
    """Pairs that rules have found: left > right, by their order; which rules; and facts.

    `rules` has bit r set where `RULES[r]` finds the pair. `weight` is the log odds of its keys.
    With `everybody` all pairs were looked at, and those that no rule finds may be among these.
    """

    left: Ints
    right: Ints
    weight: Singles
    rules: NDArray[np.uint16]
    diagnostics: BlockingDiagnostics
    everybody: bool


@attrs.frozen(eq=False)
class _Rule:
    """The blocks of one rule: `members` sorted by block, and where each one's block ends."""

    members: Codes
    stops: Ints
    left_out: int  # pairs

    @property
    def pairs(self) -> Ints:
        """How many pairs each member begins."""
        return self.stops - np.arange(1, len(self.members) + 1)


class _OfRule(NamedTuple):
    """What compiled loops read of the keys of reports, and of a rule."""

    agree: Singles
    close: Singles
    differ: Singles
    apart: Codes
    blocks: Codes
    own: Codes  # (keys, members)
    members: Codes
    stops: Ints


@attrs.frozen(eq=False)
class _Keys:
    """Keys as numbers from 0, and what agreement and disagreement are worth."""

    codes: Codes  # (reports, keys), -1 not said
    agree: Singles  # (reports, keys): what the report's value is worth if shared
    close: Singles  # (keys,): if it is close, see `CLOSE`
    differ: Singles  # (keys,)
    apart: Codes  # (keys,): up to which difference that is
    blocks: Codes  # (reports, rules): block of the report, -1 none

    def of_rule(self, rule: _Rule) -> _OfRule:
        own = np.ascontiguousarray(self.codes[rule.members].T)
        return _OfRule(
            *(self.agree, self.close, self.differ, self.apart, self.blocks),
            *(own, rule.members, rule.stops),
        )


def find(encoded: Encoded, *, everybody: bool = True) -> Blocked:
    """Find the pairs that share the keys of one of `RULES`, and keep the best.

    Each pair once, in order of left and right. If pairs that no rule finds are wanted
    (`everybody`), all of up to `LOOKED_AT_ALL` pairs of reports are looked at.
    """
    count = encoded.count
    keys, rules = _prepared(encoded)
    most = max(MOST_KEPT * count, LEAST_KEPT)
    prior = float(np.log(max(count, 2)))
    cut = float(np.log(LEAST_CHANCE)) + prior
    found = BlockingDiagnostics(
        rules=sum(len(rule.members) > 0 for rule in rules),
        pairs_in_large_blocks_left_out=sum(rule.left_out for rule in rules),
    )
    everybody = everybody and count * (count - 1) // 2 <= LOOKED_AT_ALL
    if everybody:
        rules.append(_Rule(np.arange(count, dtype=np.int32), np.full(count, count), 0))
    looked = sum(int(rule.pairs.sum()) for rule in rules)
    if looked > most:
        counts = _weights(keys, rules)
        over = np.flatnonzero(np.cumsum(counts[::-1])[::-1] > most)
        edges = _LOWEST + _STEP * np.arange(_BINS + 1)
        if len(over):
            cut = max(cut, float(edges[over[-1] + 1]))
        below = counts * (edges[1:] <= cut)
        chance = 1 / (1 + np.exp(prior - edges[:-1] - _STEP / 2))
        found = attrs.evolve(
            found,
            pairs_below_cut=int(below.sum()),
            expected_matches_below_cut=round(float((below * chance).sum()), 1),
        )
    parts = [part for at, rule in enumerate(rules) for part in _looked(keys, rule, at, cut)]
    left, right, weight, mask = (
        np.concatenate([part[at] for part in parts]) if parts else np.zeros(0, kind)
        for at, kind in enumerate((np.int32, np.int32, np.float32, np.uint16))
    )
    parts.clear()
    order = np.argsort(left.astype(np.int64) * count + right).astype(np.int32)
    return Blocked(
        left[order].astype(np.int64),
        right[order].astype(np.int64),
        weight[order] - np.float32(prior),
        mask[order],
        attrs.evolve(found, pairs=len(order)),
        everybody,
    )


def rules_of(encoded: Encoded, left: Ints, right: Ints) -> NDArray[np.uint16]:
    """Which rules find each of these pairs, a bit each in the order of `RULES`."""
    blocks = _prepared(encoded)[0].blocks
    found = np.zeros(len(left), np.uint16)
    for rule in range(len(RULES)):
        mine = blocks[:, rule]
        same = (mine[left] == mine[right]) & (mine[left] >= 0)
        found |= same.astype(np.uint16) << np.uint16(rule)
    return found


def _prepared(encoded: Encoded) -> tuple[_Keys, list[_Rule]]:
    count = encoded.count
    codes = np.empty((count, len(_COLUMNS)), np.int32)
    agree = np.zeros((count, len(_COLUMNS)), np.float32)
    close, differ = np.zeros((2, len(_COLUMNS)), np.float32)
    apart = np.array([CLOSE.get(key, (0, 0.0))[0] for key in _COLUMNS], np.int32)

    def number(here: slice) -> None:
        at, column = here.start, _COLUMNS[here.start]
        values = encoded.keys[column]
        recorded = values != NO_KEY
        codes[:, at] = -1
        if not recorded.any():
            return
        said = values[recorded]
        row = said - said.min() if apart[at] else np.unique_inverse(said)[1]
        codes[recorded, at] = row
        share = np.bincount(row) / recorded.sum()
        m, near = KEY_M["given" if column == "alias" else column], CLOSE.get(column, (0, 0.0))[1]
        agree[recorded, at] = np.maximum(np.log(m / np.maximum(share, 1e-9)), 0.0)[row]
        u = u_equal = float((share**2).sum())
        for step in range(1, apart[at] + 1):
            u_close = 2 * float((share[step:] * share[:-step]).sum())
            close[at] += u_close
            u += u_close
        differ[at] = min(np.log((1 - m - near) / max(1 - u, 1e-9)), 0.0)
        if near:  # no more than equal values, whatever few are so close
            most = max(np.log(m / u_equal), 0.0)
            close[at] = min(np.log(near / max(close[at], 1e-9)), most)

    _threads.over(len(_COLUMNS), number, size=1)
    # A shared day says more than the year or month does; alias counts where the given name differs.
    for day, around in (("birth_day", "birth_year"), ("event_day", "event_month")):
        inner, outer = _COLUMNS.index(day), _COLUMNS.index(around)
        agree[:, inner] -= np.where(codes[:, inner] >= 0, agree[:, outer], 0)
    # The same sound of a given name says more than its key, and another one less.
    heard = codes[:, _SOUND] >= 0
    agree[heard, _GIVEN] += np.float32(np.log(OTHER_SOUND))
    agree[heard, _SOUND] -= agree[heard, _GIVEN]
    differ[_SOUND] = differ[_ALIAS] = 0.0
    blocks = np.full((count, len(RULES)), -1, np.int32)

    def block(here: slice) -> _Rule:
        columns = [_COLUMNS.index(name) for name in RULES[here.start]]
        return _blocks(codes[:, columns], blocks[:, here.start])

    return _Keys(codes, agree, close, differ, apart, blocks), _threads.over(
        len(RULES), block, size=1
    )


def joined(columns: Sequence[Ints]) -> Ints:
    """Number the combinations of what columns say, each numbered from 0 itself."""
    joint, *others = columns
    for column in others:  # renumbered at every step, so that no product of counts overflows
        joint = np.unique_inverse(joint * (int(column.max(initial=0)) + 1) + column)[1]
    return joint


def _blocks(codes: Codes, block: Codes) -> _Rule:
    """Make a rule's blocks, and write into `block` which of them each report is in."""
    who = np.flatnonzero((codes >= 0).all(axis=1))
    joint = joined(list(codes[who].T.astype(np.int64)))
    sizes = np.bincount(joint) if len(who) else np.zeros(0, np.int64)
    pairs = sizes * (sizes - 1) // 2
    largest = np.argsort(-sizes, kind="stable")
    rest = pairs.sum() - np.cumsum(pairs[largest])  # if so many were left out
    excess = 0
    most = max(MOST_LOOKED * len(block), LEAST_LOOKED)
    if pairs.sum() > most:
        excess = int(np.argmax(rest <= most)) + 1
    kept = sizes > 1
    kept[largest[:excess]] = False
    inside = kept[joint] if len(who) else np.zeros(0, np.bool_)
    who, joint = who[inside], joint[inside]
    block[who] = joint
    order = np.argsort(joint, kind="stable")
    stops = np.cumsum(sizes * kept)[joint[order]]
    return _Rule(who[order].astype(np.int32), stops, int(pairs[largest[:excess]].sum()))


def _weights(keys: _Keys, rules: list[_Rule]) -> Ints:
    """How many pairs have which weight, from a sample of rows, blown up."""
    counts = [_surveyed(keys, rule, at) for at, rule in enumerate(rules)]
    return np.sum(counts, axis=0, dtype=np.int64) * SAMPLED_EVERY


def _surveyed(keys: _Keys, rule: _Rule, at: int) -> Ints:
    rows = np.arange(SAMPLED_EVERY // 2, len(rule.members), SAMPLED_EVERY)
    arrays = keys.of_rule(rule)
    found = _threads.over(len(rows), lambda here: _survey(arrays, at, rows[here]), size=2000)
    return sum(found, np.zeros(_BINS, np.int64))


def _looked(keys: _Keys, rule: _Rule, at: int, cut: float) -> list[Found]:
    """The pairs of one rule that no rule before it finds, above the cut."""
    arrays = keys.of_rule(rule)
    before = np.concatenate([[0], np.cumsum(rule.pairs)])
    bounds = np.searchsorted(before, np.arange(0, before[-1] + _SLICE, _SLICE))
    bounds = np.unique(np.append(bounds, [0, len(rule.members)]).clip(0, len(rule.members)))

    def work(here: slice) -> Found:
        first, last = int(bounds[here.start]), int(bounds[here.start + 1])
        return _scan(arrays, at, cut, first, last, int(before[last] - before[first]))

    done = _threads.over(len(bounds) - 1, work, size=1)
    return [each for each in done if len(each[0])]


@compiled
def _weigh(keys: _OfRule, x: int, low: int, high: int, worth: Singles, total: Singles) -> None:
    """Log of m / u of the keys of x and each of `low` to `high`, key by key (vectorised)."""
    own, differ = keys.own, keys.differ
    wide = high - low
    total[:wide] = 0.0
    for key in range(len(differ)):
        mine = own[key, x]
        if mine < 0 or (key == _ALIAS and own[_GIVEN, x] < 0):
            continue
        theirs, same, other = own[key, low:high], worth[key], differ[key]
        near, apart = keys.close[key], keys.apart[key]
        if key == _ALIAS:
            given, name, same = own[_GIVEN, low:high], own[_GIVEN, x], same - differ[_GIVEN]
            for y in range(wide):
                other_name = (given[y] >= 0) & (given[y] != name)
                total[y] += same if (theirs[y] == mine) & other_name else _NONE
        elif key == _EVENT_YEAR and own[_EVENT_MONTH, x] >= 0:  # counts where a month is not known
            month = own[_EVENT_MONTH, low:high]
            for y in range(wide):
                gap = abs(theirs[y] - mine)
                said = same if gap == 0 else (near if gap <= apart else other)
                total[y] += _NONE if (theirs[y] < 0) | (month[y] >= 0) else said
        elif apart:
            for y in range(wide):
                gap = abs(theirs[y] - mine)
                said = same if gap == 0 else (near if gap <= apart else other)
                total[y] += _NONE if theirs[y] < 0 else said
        else:
            for y in range(wide):
                total[y] += same if theirs[y] == mine else (_NONE if theirs[y] < 0 else other)


@compiled
def _found_by(blocks: Codes, i: int, j: int) -> int:
    mask = 0
    for rule in range(blocks.shape[1]):
        if blocks[i, rule] >= 0 and blocks[i, rule] == blocks[j, rule]:
            mask |= 1 << rule
    return mask


@compiled
def _survey(keys: _OfRule, rule: int, rows: Ints) -> Ints:
    """How many pairs have which weight, of these rows; pairs that no rule before finds."""
    keys = lend(keys)
    blocks, members, stops = keys.blocks, keys.members, keys.stops
    found = np.zeros(_BINS, np.int64)
    total = np.empty(_TILE, np.float32)
    for x in rows:
        i = members[x]
        for low in range(x + 1, stops[x], _TILE):
            high = min(low + _TILE, stops[x])
            _weigh(keys, x, low, high, keys.agree[i], total)
            for y in range(low, high):
                if _found_by(blocks, i, members[y]) & ((1 << rule) - 1) == 0:
                    found[min(max(int((total[y - low] - _LOWEST) / _STEP), 0), _BINS - 1)] += 1
    return found


@compiled
def _scan(keys: _OfRule, rule: int, cut: float, first: int, last: int, room: int) -> Found:
    """Rows of a rule: pairs above the cut that no rule before finds, the later report first."""
    keys = lend(keys)
    blocks, members, stops = keys.blocks, keys.members, keys.stops
    left, right = np.empty(room, np.int32), np.empty(room, np.int32)
    weights, masks = np.empty(room, np.float32), np.empty(room, np.uint16)
    total = np.empty(_TILE, np.float32)
    count = 0
    for x in range(first, last):
        i = members[x]
        for low in range(x + 1, stops[x], _TILE):
            high = min(low + _TILE, stops[x])
            _weigh(keys, x, low, high, keys.agree[i], total)
            for y in range(low, high):
                if total[y - low] < cut:
                    continue
                j = members[y]
                mask = _found_by(blocks, i, j)
                if mask & ((1 << rule) - 1) == 0:
                    left[count], right[count] = max(i, j), min(i, j)
                    weights[count], masks[count] = total[y - low], mask
                    count += 1
    return left[:count].copy(), right[:count].copy(), weights[:count].copy(), masks[:count].copy()
