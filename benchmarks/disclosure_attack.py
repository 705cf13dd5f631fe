"""What somebody learns who runs this very program on every table that fits a release.

    python benchmarks/disclosure_attack.py [--tables 16] [--blinds 12] [--known] [--estimates]
                                           [--seed 1]

He knows the program, the rule, and all that is printed of a small table of three lists.
He does not know the secret from which it was drawn what else is hidden. He tries every
table that agrees with the print, and weighs each by how often, over secrets, it would have
been printed just so. With `--known` he knows the secret too, as he did when there was none.

Two figures for each small count that is hidden: whether it is *certain* to be small (or
even one value), whatever he thought before; and whether it is more than 95% likely, if he
held all tables to be alike before. With `--estimates` he also runs the estimators on each
table and keeps those that give the same rounded numbers, which is why a release with a hidden
count prints none.
"""

from __future__ import annotations

import argparse
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

import attrs

from uncounted.captures import CaptureTable
from uncounted.errors import NotPublishable
from uncounted.estimate import EstimateSettings, run
from uncounted.estimate.base.rounding import round_estimate
from uncounted.publish.disclosure.audit import AttackerKnowledge
from uncounted.publish.disclosure.suppression import ProtectedTable, patterns, protect
from uncounted.publish.disclosure.suppression_key import SuppressionKey

LISTS = "ABC"
THRESHOLD = 3
MOST_TABLES = 24  # the fewer fit, the more is learned: releases with more are passed over
METHODS = ("decomposable", "independence", "sample-coverage")


@attrs.frozen
class Print:
    """What is seen of a table: which cells and which totals."""

    shown: tuple[tuple[str, int], ...]
    totals: tuple[int | None, ...]


def fits(knowledge: AttackerKnowledge, counts: Mapping[str, int]) -> bool:
    """Whether a whole table is possible for the reader: it agrees with all that is printed."""
    return (
        all(counts.get(cell, 0) == n for cell, n in knowledge.shown.items())
        and all(
            s.low <= sum(counts.get(cell, 0) for cell in s.cells) <= s.high
            for s in knowledge.published_sums
        )
        and any(counts.get(cell, 0) < knowledge.threshold for cell in knowledge.hidden)
    )


def printed(
    table: CaptureTable, suppression_key: SuppressionKey
) -> tuple[Print, ProtectedTable] | None:
    """Publish, as a release does; None when it is refused."""
    try:
        protected = protect(table, THRESHOLD, suppression_key)
    except NotPublishable:
        return None
    totals = tuple(kept.count for kept in protected.totals.values())
    shown = tuple(protected.shown.items())
    return Print(shown, totals), protected


def rounded_answers(table: CaptureTable) -> tuple[object, ...]:
    """The other estimates as they would be printed if the table were known."""
    study = run(table, EstimateSettings(METHODS))
    return tuple(round_estimate(e, table.observed) for e in study.estimates)


def tables_that_fit(seen: ProtectedTable) -> Iterator[dict[str, int]]:
    """Every table that agrees with the shown cells, the shown totals and the number of people."""
    sums = seen.published_sums
    all_printed = AttackerKnowledge(seen.shown, seen.hidden, sums, seen.threshold)
    hidden = seen.hidden
    left = seen.observed - sum(seen.shown.values())
    exact = [(s.cells, s.high - sum(seen.shown.get(c, 0) for c in s.cells)) for s in sums]

    def fill(at: int, values: dict[str, int]) -> Iterator[dict[str, int]]:
        room = min(
            [left - sum(values.values())]
            + [
                most - sum(n for c, n in values.items() if c in cells)
                for cells, most in exact
                if hidden[at] in cells
            ]
        )
        last = at == len(hidden) - 1
        for n in range(max(room, 0) if last else 0, room + 1):
            if last:
                whole = {**seen.shown, **values, hidden[at]: n}
                if fits(all_printed, whole):
                    yield whole
            else:
                yield from fill(at + 1, {**values, hidden[at]: n})

    yield from fill(0, {})


@attrs.define
class Found:
    """What was learned of small hidden counts, over all tables tried."""

    releases: int = 0
    hidden: int = 0
    small: int = 0
    certain: Counter[str] = attrs.field(factory=Counter)
    likely: Counter[str] = attrs.field(factory=Counter)
    fitted: list[int] = attrs.field(factory=list)

    def learn(
        self,
        true: dict[str, int],
        seen: ProtectedTable,
        weights: list[tuple[dict[str, int], float]],
    ) -> None:
        """Take note of one release: for each small count, what its weights make of it."""
        whole = sum(w for _, w in weights)
        self.releases += 1
        self.hidden += len(seen.hidden)
        self.fitted.append(len(weights))
        for cell in seen.hidden:
            if true[cell] >= THRESHOLD:
                continue
            self.small += 1
            by_value: defaultdict[int, float] = defaultdict(float)
            for counts, weight in weights:
                by_value[counts[cell]] += weight / whole
            chances = {
                "small": sum(p for n, p in by_value.items() if n < THRESHOLD),
                "somebody, and few": sum(p for n, p in by_value.items() if 0 < n < THRESHOLD),
                "one value": max(by_value.values()),
            }
            for what, chance in chances.items():
                self.certain[what] += chance > 1 - 1e-9
                self.likely[what] += chance > 0.95

    def say(self) -> None:
        """Print what was learned so far."""
        middle = sorted(self.fitted)[len(self.fitted) // 2]
        print(f"\n{self.releases} releases, {self.hidden} hidden counts, {self.small} small ones;")
        print(f"tables that fit and could be printed so: {middle} in the middle case", flush=True)
        for what in ("small", "somebody, and few", "one value"):
            print(f"  {what:18} certain {self.certain[what]:3}  over 95%: {self.likely[what]:3}")


def random_table(rng: random.Random) -> CaptureTable:
    """Three lists, about half of the cells small."""
    counts = {
        p: rng.choice((rng.randint(0, 3), rng.randint(2, 9)))
        for p in ("".join(q) for q in itertools.product("01", repeat=3))
        if "1" in p
    }
    return CaptureTable.of(LISTS, counts)


def attack(
    table: CaptureTable, rng: random.Random, asked: argparse.Namespace
) -> tuple[ProtectedTable, list[tuple[dict[str, int], float]]] | None:
    """Publish under a secret; give every table that fits with its weight."""
    own = SuppressionKey(rng.randbytes(32))
    made = printed(table, own)
    if made is None or not made[1].hidden:
        return None
    print_, seen = made
    fitting = list(itertools.islice(tables_that_fit(seen), MOST_TABLES + 1))
    if len(fitting) > MOST_TABLES:
        return None
    blinds = [own] if asked.known else possible_blinds(rng, seen, asked.blinds)
    answers = rounded_answers(table) if asked.estimates else None
    weights = []
    for counts in fitting:
        other = CaptureTable.of(LISTS, counts)
        if answers is not None and rounded_answers(other) != answers:
            continue
        made_so = (printed(other, suppression_key) for suppression_key in blinds)
        if times := sum(bool(p and p[0] == print_) for p in made_so):
            weights.append((counts, float(times)))
    return (seen, weights) if weights else None


def possible_blinds(rng: random.Random, seen: ProtectedTable, number: int) -> list[SuppressionKey]:
    """Secrets that do not freely hide what is shown: no other can have made this print."""
    found: list[SuppressionKey] = []
    while len(found) < number:
        suppression_key = SuppressionKey(rng.randbytes(32))
        if not any(suppression_key.random_suppression(seen.lists, cell) for cell in seen.shown):
            found.append(suppression_key)
    return found


def main() -> None:
    """Attack random tables, and say what was learned."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=16)
    parser.add_argument("--blinds", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--known", action="store_true")
    parser.add_argument("--estimates", action="store_true")
    asked = parser.parse_args()
    rng, found = random.Random(asked.seed), Found()
    while found.releases < asked.tables:
        table = random_table(rng)
        made = attack(table, rng, asked)
        if made is not None:
            full = {p: table.counts.get(p, 0) for p in patterns(table)}
            found.learn(full, *made)
            found.say()


if __name__ == "__main__":
    main()
