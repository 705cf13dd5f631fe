"""Make the example: people who were never born, returned by nobody, as four lists saw them.

    python examples/make_returns.py              writes examples/returns/
    python examples/make_returns.py --describe   prints what the truth is

Nobody in it exists. The script takes nothing from any real list and shares nothing with
the linkage that is tried on it: how names are spelled here is in `names.toml` and
`places.toml`, and was written down before anything was linked. It is not to be made easier.

How a person comes to be on a list is in `capture_probability`, in words in `CAPTURE`, and
the page of the demo repeats it. Everything follows from one seed and from
`random.Random.random`, whose values are the same on every version of Python.
"""

from __future__ import annotations

import argparse
import csv
import functools
import io
import json
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

HERE = Path(__file__).resolve().parent
# Run as a script, only this folder is on the path.
sys.path.insert(0, str(HERE.parent))

from examples.returns_lists import LAYOUTS, NOT_BOTH, common_cells, seen_by  # noqa: E402
from examples.returns_people import (  # noqa: E402
    CAPTURE,
    LISTS,
    SEED,
    Dice,
    Person,
    population,
    table,
)


@dataclass(frozen=True)
class Line:
    """One row of a list and the truth about it: which person, and whether it may be counted."""

    source: str
    id: str
    person: int
    consented: bool
    cells: Mapping[str, str]


def _lines(dice: Dice, source: str, people: Sequence[Person]) -> list[Line]:
    """One list: who is on it, some of them twice, in the order in which it heard of them."""
    layout = LAYOUTS[source]
    on = [at for at, person in enumerate(people) if source in person.lists]
    again = [at for at in on if dice.chance(0.04)]
    found = []
    for number, at in enumerate(dice.shuffled(on + again), start=1):
        seen = seen_by(dice, people[at], source)
        cells = common_cells(dice, seen, source) | layout.write(dice, seen)
        consented = True
        if layout.consent:
            cells["consent"] = dice.weighted(layout.consent)
            consented = cells["consent"] not in NOT_BOTH
        cells["id"] = layout.number(number)
        found.append(Line(source, cells["id"], at, consented, cells))
    return found


@functools.cache
def world(seed: int = SEED) -> tuple[tuple[Person, ...], tuple[Line, ...]]:
    """Everyone, and every row of every list."""
    people = population(seed)
    lines = [
        line
        for at, source in enumerate(LISTS, start=1)
        for line in _lines(Dice(seed + at), source, people)
    ]
    return tuple(people), tuple(lines)


def truth_table(*, consented: bool = True, seed: int = SEED) -> dict[str, int]:
    """Count people by capture pattern as perfect linkage would.

    Args:
        consented: count only reports whose consent allows linking and statistics.
        seed: of the world.

    Returns:
        People by pattern, one character per list in the order of `LISTS`; on no list is left out.
    """
    on: dict[int, set[str]] = {}
    for line in world(seed)[1]:
        if line.consented or not consented:
            on.setdefault(line.person, set()).add(line.source)
    counts = Counter("".join("01"[name in lists] for name in LISTS) for lists in on.values())
    return {pattern: counts[pattern] for pattern in sorted(counts, reverse=True)}


def _csv(rows: Iterable[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    if encoding == "utf-16":
        # Little-endian with its mark, whatever machine this runs on.
        return b"\xff\xfe" + text.getvalue().encode("utf-16-le")
    return unicodedata.normalize("NFC", text.getvalue()).encode(encoding)


def truth(seed: int = SEED) -> dict[str, object]:
    """What is true of the example, in words and numbers, for `truth.json`."""
    people, lines = world(seed)
    everyone, allowed = (truth_table(consented=c, seed=seed) for c in (False, True))
    return {
        "people": len(people),
        "about": "Nobody in this example exists. It was made by examples/make_returns.py.",
        "seed": seed,
        "lists": list(LISTS),
        "capture": list(CAPTURE),
        "on_no_list": len(people) - sum(everyone.values()),
        "observed": sum(everyone.values()),
        "reports": len(lines),
        "patterns": everyone,
        "with_consent": {
            "reports": sum(line.consented for line in lines),
            "observed": sum(allowed.values()),
            "patterns": allowed,
        },
    }


def files(seed: int = SEED) -> dict[str, bytes]:
    """Every generated file of `examples/returns/`, by name."""
    lines = world(seed)[1]
    made = {}
    for source, layout in LAYOUTS.items():
        columns = table("lists.toml", source, "columns")
        rows = [
            [line.cells[c] for c in columns.values()] for line in lines if line.source == source
        ]
        made[f"{source}.csv"] = _csv([list(columns), *rows], layout.delimiter, layout.encoding)
    made["truth.csv"] = _csv(
        [("source", "id", "person"), *((x.source, x.id, f"p{x.person:04}") for x in lines)]
    )
    made["truth.json"] = (json.dumps(truth(seed), ensure_ascii=False, indent=2) + "\n").encode()
    return made


def odds_ratio(counts: Mapping[str, int], a: int, b: int, people: int) -> float:
    """The odds ratio between two lists over all people, those on no list included."""
    both = sum(n for p, n in counts.items() if p[a] == p[b] == "1")
    one = sum(n for p, n in counts.items() if p[a] == "1" and p[b] == "0")
    other = sum(n for p, n in counts.items() if p[a] == "0" and p[b] == "1")
    return both * (people - both - one - other) / (one * other)


def describe(seed: int = SEED) -> str:
    """The truth in words and tables."""
    people, lines = world(seed)
    rows = Counter(line.source for line in lines)
    counts = truth_table(consented=False, seed=seed)
    allowed = truth_table(seed=seed)
    out = [f"{len(people)} people, {sum(counts.values())} on a list; seed {seed}"]
    for at, name in enumerate(LISTS):
        on = sum(n for p, n in counts.items() if p[at] == "1")
        out.append(f"  {name}: {rows[name]} reports on {on} people")
    out.append(f"patterns over {', '.join(LISTS)}: all reports, and those with consent")
    out += [
        f"  {p}  {counts.get(p, 0):4}  {allowed.get(p, 0):4}" for p in sorted(counts, reverse=True)
    ]
    out.append(
        f"  0000  {len(people) - sum(counts.values()):4}  {len(people) - sum(allowed.values()):4}"
    )
    for a, b in combinations(range(len(LISTS)), 2):
        both = sum(n for p, n in counts.items() if p[a] == p[b] == "1")
        ratio = odds_ratio(counts, a, b, len(people))
        out.append(f"  {LISTS[a]} and {LISTS[b]}: {both} people on both, odds ratio {ratio:.2f}")
    return "\n".join(out)


def main() -> None:
    """Write the files, or say what is in them."""
    parser = argparse.ArgumentParser(description="Make the example of people who do not exist.")
    parser.add_argument("--describe", action="store_true", help="print the truth, write nothing")
    parser.add_argument("--out", type=Path, default=HERE / "returns")
    parser.add_argument("--seed", type=int, default=SEED)
    asked = parser.parse_args()
    if asked.describe:
        print(describe(asked.seed))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    for name, content in files(asked.seed).items():
        (asked.out / name).write_bytes(content)


if __name__ == "__main__":
    main()
