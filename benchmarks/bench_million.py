"""A million simulated reports: read, compared, joined: seconds and memory of each step.

    python benchmarks/bench_million.py 20000 100000 1000000

Nobody in them exists. People come from four in five of the counties of nowhere, by a law in
which few names and places are very common (Zipf); each of four lists spells in its own way
(Hangul, Seoul's, Pyongyang's and a foreigner's Latin letters), and gets dates, places and
letters wrong about as often as the lists of `examples/`. Seven people in ten are reported
once. Made in columns, since a million `Report` values alone are heavier than all that is
measured here. Times are of one process, with what else the machine does.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.returns_people import Dice, Place, options, origins, surnames, text, towns

from examples import returns_spelling
from uncounted.linkage import arrays, compare_reports, mcmc, pipeline
from uncounted.linkage.encoding import encode
from uncounted.linkage.encoding.columns import NOTHING, ReportColumns
from uncounted.linkage.sampler import candidate_graph
from uncounted.progress import silent
from uncounted.records.dates.partial_date import PartialDate
from uncounted.records.names.name import Name

Ints = NDArray[np.int64]
LISTS = ("Saebyok", "TumenWatch", "Panel", "OpenDoor")
STYLES = ("hangul", "south", "north", "abroad")
VARIANTS = 8  # ways in which a list may spell one given name
COUNTIES = 200
BATCHES = 40_000  # days and towns on which people were handed over
FIRST_DAY = np.datetime64("1935-01-01")
_MORE = (
    "가나다라마바사아자차카타하강건겸공관교구규근난남담대덕"
    "도동두란량례로록린만면모무문백범별보부빈산상"
)


def _zipf(rng: np.random.Generator, kinds: int, size: int, *, flat: float = 3.0) -> Ints:
    """Whole numbers below `kinds`, the first the commonest."""
    weight = 1.0 / (np.arange(kinds) + flat)
    return rng.choice(kinds, size, p=weight / weight.sum())


def _given_names() -> list[str]:
    """Given names from the commonest: 96 first by 96 last syllables, and some of one."""
    first = list(
        dict.fromkeys([*"".join(text("names.toml", "first", s) for s in "fm").split(), *_MORE])
    )
    last = list(
        dict.fromkeys([*"".join(text("names.toml", "second", s) for s in "fm").split(), *_MORE])
    )
    ranked = sorted(
        itertools.product(range(len(first)), range(len(last))),
        key=lambda p: (p[0] + 3) * (p[1] + 3),
    )
    return [first[a] + last[b] for a, b in ranked if first[a] != last[b]]


def _spellings(dice: Dice, given: Sequence[str]) -> list[list[str]]:
    """For each list, `VARIANTS` ways of spelling each given name, one name after the other."""
    made: list[list[str]] = [[], [], [], []]
    joins = {"south": ("-", "-", "-", " ", ""), "north": (" ",), "abroad": ("", "-", " ")}
    for name in given:
        for _ in range(VARIANTS):
            made[0].append(returns_spelling.southern(name) if dice.chance(0.65) else name)
            for at, style in enumerate(STYLES[1:], start=1):
                parts = returns_spelling.latin_given(dice, name, style)
                join = dice.pick(joins[style])
                made[at].append(
                    join.join(p if join == " " or not i else p.lower() for i, p in enumerate(parts))
                )
    return made


def _families(dice: Dice) -> tuple[list[list[str]], NDArray[np.float64]]:
    """For each list, `VARIANTS` spellings of each family name; and their weights."""
    made: list[list[str]] = [[], [], [], []]
    for _, name in surnames().values():
        for _ in range(VARIANTS):
            made[0].append(name.south if dice.chance(0.93) else name.north)
            for at, style in enumerate(STYLES[1:], start=1):
                made[at].append(dice.weighted(name.latin[style]))
    weight = np.array([weight for weight, _ in surnames().values()])
    return made, weight / weight.sum()


def _names(
    rng: np.random.Generator, family: Ints, given: Ints, source: Ints
) -> tuple[NDArray[np.int32], tuple[tuple[Name, ...], ...]]:
    """What each report calls its person: codes, and the distinct names."""
    dice = Dice(int(rng.integers(1 << 30)))
    all_given = _given_names()
    given_spelt = _spellings(dice, all_given)
    family_spelt, _ = _families(dice)
    pick = rng.integers(0, VARIANTS, (2, len(source)))
    slips = rng.random(len(source)) < np.array([0.05, 0.05, 0.04, 0.07])[source]
    swapped = rng.random(len(source)) < 0.1
    known: dict[str, int] = {}
    codes = np.empty(len(source), np.int32)
    rows = zip(
        source.tolist(),
        (family * VARIANTS + pick[0]).tolist(),
        (given * VARIANTS + pick[1]).tolist(),
        slips.tolist(),
        swapped.tolist(),
        strict=True,
    )
    for at, (where, f, g, slip, swap) in enumerate(rows):
        first, last = family_spelt[where][f], given_spelt[where][g]
        if slip and where:
            last = returns_spelling.mistyped_latin(dice, last)
        elif slip:
            last = returns_spelling.mistyped_hangul(dice, "_" + last)[1:]
        if where == 0:
            name = first + last
        elif where == 3:
            name = f"{first} {last}" if swap else f"{last} {first}"
        else:
            name = f"{first.upper() if where == 2 else first} {last}"
        codes[at] = known.setdefault(name, len(known))
    return codes, tuple((Name(name),) for name in known)


def _counties(rng: np.random.Generator) -> list[list[str]]:
    """For each list, five ways of writing each county."""
    real = list(origins())
    made: list[list[str]] = [[], [], [], []]
    for at in range(COUNTIES):
        model = real[at % len(real)]
        place = model
        if at >= len(real):
            hangul = "".join(_MORE[int(i)] for i in rng.integers(0, len(_MORE), 2))
            latin = [
                "".join(returns_spelling.latin_given(Dice(at), hangul, s)).capitalize()
                for s in STYLES[1:3]
            ]
            place = Place(
                hangul + "군",
                model.province,
                (latin[0], model.south[1]),
                (latin[1], model.north[1]),
                model.region,
            )
        county, (long, short), south, north = place.county, place.province, place.south, place.north
        made[0] += [f"{long} {county}", f"{long} {county}", f"{short} {county[:-1]}", county, long]
        made[1] += [south[0], south[0], south[0], f"{south[0]}, {south[1]}", south[1]]
        made[2] += [f"{north[0]}, {north[1]} Province"] * 3 + [north[0], f"{north[1]} Province"]
        made[3] += [north[0], south[0], north[1], north[1], f"{north[0]} ({north[1]})"]
    return made


def _towns() -> list[list[str]]:
    """For each list, five ways of writing each town."""
    made: list[list[str]] = [[], [], [], []]
    dice = Dice(5)
    for town in towns():
        made[0] += [dice.weighted(options(town.hangul)) for _ in range(5)]
        for at in (1, 2, 3):
            made[at] += [dice.weighted(options(town.latin)) for _ in range(5)]
    return made


def _written(
    rng: np.random.Generator,
    ways: list[list[str]],
    what: Ints,
    source: Ints,
    missing: float,
    known: dict[str, int],
) -> NDArray[np.int32]:
    """Places as each list writes them, as codes into `known`, which grows."""
    codes = np.array(
        [[known.setdefault(word, len(known)) for word in row] for row in ways], np.int32
    )
    found = codes[source, what * 5 + rng.integers(0, 5, len(what))]
    return np.where(rng.random(len(what)) < missing, NOTHING, found).astype(np.int32)


def _dated(
    rng: np.random.Generator, day: Ints, grain: Sequence[float], known: dict[str, int]
) -> NDArray[np.int32]:
    """Days (from 1935) as known to the day, the month or the year; codes into `known`."""
    kind = rng.choice(3, len(day), p=grain)
    dates = FIRST_DAY + day
    out = np.empty(len(day), np.int32)
    for at, unit in enumerate("DMY"):
        mine = kind == at
        distinct, row = np.unique(dates[mine].astype(f"datetime64[{unit}]"), return_inverse=True)
        out[mine] = np.array([known.setdefault(str(d), len(known)) for d in distinct], np.int32)[
            row
        ]
    return out


def _misdated(rng: np.random.Generator, day: Ints, year: float, close: float) -> Ints:
    """A share of days off by whole years, another by up to three days or by a month."""
    kind = rng.random(len(day))
    off = np.where(kind < year, 365 * rng.choice([-2, -1, 1, 1, 2], len(day)), 0)
    small = rng.choice([-30, -3, -2, -1, 1, 2, 3, 30], len(day))
    off = np.where((kind >= year) & (kind < year + close), small, off)
    return np.maximum(day + off, 0)


def made(count: int, seed: int = 1) -> tuple[ReportColumns, Ints]:
    """Reports, and whom each is about.

    Args:
        count: how many reports.
        seed: the same count and seed give the same reports.
    """
    rng = np.random.default_rng([seed, count])
    person = np.arange(count)
    again = rng.random(count) < 0.3  # a report on somebody already reported
    person = np.where(again, rng.integers(0, np.maximum(person, 1)), person)
    person[person == np.arange(count)] = np.flatnonzero(person == np.arange(count))
    while (person[person] != person).any():
        person = person[person]
    order = rng.permutation(count)
    person = person[order]
    sex = 1 + (rng.random(count) < 0.3)
    family = rng.choice(len(surnames()), count, p=_families(Dice(1))[1])
    given = _zipf(rng, len(_given_names()), count, flat=30.0)
    batch = _zipf(rng, BATCHES, count, flat=200.0)
    when = rng.integers(365 * 65, 365 * 89, BATCHES)[batch]
    town = rng.choice(
        len(towns()), BATCHES, p=np.array(list(towns().values())) / sum(towns().values())
    )[batch]
    born = when - 365 * rng.integers(15, 60, count) - rng.integers(0, 365, count)
    county = _zipf(rng, COUNTIES, count, flat=10.0)
    return _reported(
        rng, person, sex, family, given, when, town, np.maximum(born, 0), county
    ), person


def _reported(
    rng: np.random.Generator,
    person: Ints,
    sex: Ints,
    family: Ints,
    given: Ints,
    when: Ints,
    town: Ints,
    born: Ints,
    county: Ints,
) -> ReportColumns:
    """What lists make of people: everything of `person[i]`, as one of four lists tells it."""
    count = len(person)
    source = rng.choice(4, count, p=[0.3, 0.25, 0.25, 0.2])
    other = rng.random(count) < 0.03  # under another name
    said = np.where(other, given, given[person])
    names, name_rows = _names(rng, family[person], said, source)
    places: dict[str, int] = {}
    dates: dict[str, int] = {}
    told = np.where(rng.random(count) < 0.01, 3 - sex[person], sex[person])
    birth = _dated(rng, _misdated(rng, born[person], 0.15, 0.01), (0.3, 0.06, 0.64), dates)
    birth[rng.random(count) < 0.15] = NOTHING
    date = _dated(rng, _misdated(rng, when[person], 0.04, 0.1), (0.67, 0.22, 0.11), dates)
    date[rng.random(count) < 0.03] = NOTHING
    origin = _written(
        rng, _counties(np.random.default_rng(3)), county[person], source, 0.17, places
    )
    place = _written(rng, _towns(), town[person], source, 0.07, places)
    return ReportColumns(
        source=source.astype(np.int64),
        sources=LISTS,
        names=names,
        name_rows=(*name_rows, ()),
        sex=np.where(rng.random(count) < 0.08, 0, told).astype(np.int8),
        birth=birth,
        origin=origin,
        relative=np.full(count, len(name_rows), np.int32),
        occupation=np.full(count, NOTHING, np.int32),
        number=np.full(count, NOTHING, np.int32),
        act_starts=np.arange(count + 1),
        act_kind=(rng.random(count) < 0.08).astype(np.int32),
        act_date=date,
        act_place=place,
        dates=tuple(PartialDate.of(text) for text in dates),
        places=tuple(places),
        texts=(),
    )


def clock[T](what: str, work: Callable[[], T]) -> T:
    """Do it and print what it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"{what:>22} {time.perf_counter() - wall:7.1f} s wall "
        f"{time.process_time() - cpu:7.1f} s CPU, peak {peak} MB",
        flush=True,
    )
    return done


def _pairs_within(labels: Ints) -> int:
    sizes = np.unique(labels, return_counts=True)[1]
    return int((sizes * (sizes - 1) // 2).sum())


def told_of_pairs(pairs: candidate_graph.CandidatePairs, person: Ints) -> str:
    """How many true pairs are among those that were compared."""
    true = int((person[pairs.left] == person[pairs.right]).sum())
    return f"{len(pairs.left):,} pairs, of true ones {true / _pairs_within(person):.4f}"


def told_of_clusters(labels: Ints, person: Ints) -> str:
    """Pairwise precision, recall and F1, and how many people."""
    both = np.unique(np.stack([labels, person]), axis=1, return_inverse=True)[1].ravel()
    hits, found, true = (_pairs_within(each) for each in (both, labels, person))
    return (
        f"precision {hits / found:.3f}, recall {hits / true:.3f}, "
        f"F1 {2 * hits / (found + true):.3f}, people {len(np.unique(labels)):,} "
        f"of {len(np.unique(person)):,}"
    )


def clustered(count: int, pairs: candidate_graph.CandidatePairs) -> Ints:
    """Connected components of the pairs that are likelier than not."""
    likely = pairs.log_odds >= 0
    return arrays.connected(count, pairs.left[likely], pairs.right[likely])


def sample_pairs(
    built: candidate_graph.CandidateGraph,
    done: compare_reports.Compared,
    person: Ints,
    warm_up: int,
    wanted: int,
    seed: int,
) -> None:
    """Draw partitions and tell how well the chains agree, and what a minute of them gives."""
    run = mcmc.Run(
        chains=2, warm_up=warm_up, length=wanted, rounds=1, watch=1, target=1.01, refuse=np.inf
    )
    began = time.perf_counter()
    sampled = mcmc.sample(
        built, done.rates, done.lists, draws=4, seed=seed, progress=silent, run=run
    )
    seconds = time.perf_counter() - began
    ess = effective(sampled.watched)
    people = " and ".join(f"{row[:, 0].mean():,.0f}" for row in sampled.watched)
    print(
        f"  {warm_up} and {wanted} sweeps of 2 chains: {seconds:.0f} s, R-hat "
        f"{sampled.chains.rhat:.3f}, ESS {ess[0]:.0f} of people, {ess.mean():.0f} on average, "
        f"{ess.min():.0f} least; people {people}; "
        "a draw: " + told_of_clusters(sampled.slots[-1].astype(np.int64), person)
    )


def effective(watched: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effective draws of each quantity that moves; people come first."""
    from arviz_stats.base import array_stats as untyped

    array_stats: Any = untyped
    moving = [at for at in range(watched.shape[2]) if watched[:, :, at].std() > 0.3]
    return np.array(
        [array_stats.ess(watched[:, :, at], chain_axis=0, draw_axis=1) for at in moving], float
    )


def one(count: int, warm_up: int, sweeps: int, seed: int) -> None:
    """A size: each step's time, the peak so far, and what came of it."""
    said, person = clock(f"made {count}", functools.partial(made, count, seed))
    encoded = clock("read", functools.partial(encode.encode, said))
    del said
    done = clock(
        "paired and scored", lambda: compare_reports.compared(encoded, seed=seed, progress=silent)
    )
    labels = clock("clustered at .5", lambda: clustered(count, done.pairs))
    print("  " + told_of_pairs(done.pairs, person))
    print("  " + told_of_clusters(labels, person))
    for name, value in done.blocking.to_json().items():
        print(f"  {name}: {value}")
    floor = pipeline.usual_floor(count)
    near, order = clock("put together", lambda: compare_reports.arranged(done, floor))
    built = clock("graph", lambda: candidate_graph.build(near.encoded, near.pairs, floor=floor))
    print(f"  {built.diagnostics}")
    if sweeps:
        clock("drawn", lambda: sample_pairs(built, near, person[order], warm_up, sweeps, seed))


def _compile(*, sampler: bool) -> None:
    """Compile what is measured, where sources have changed: a minute or two, once."""
    done = compare_reports.compared(encode.encode(made(4000)[0]), seed=1, progress=silent)
    if not sampler:
        return
    floor = pipeline.usual_floor(4000)
    near, _ = compare_reports.arranged(done, floor)
    built = candidate_graph.build(near.encoded, near.pairs, floor=floor)
    run = mcmc.Run(chains=2, warm_up=40, length=20, rounds=1, refuse=np.inf)
    mcmc.sample(built, near.rates, near.lists, draws=4, seed=1, progress=silent, run=run)


def main() -> None:
    """One run for each size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("sizes", type=int, nargs="*", default=[20_000])
    parser.add_argument("--sweeps", type=int, default=100, help="that are kept; 0 for no chains")
    parser.add_argument("--warm-up", type=int, default=100, help="sweeps before these")
    parser.add_argument("--seed", type=int, default=1, help="of the reports and of the chains")
    asked = parser.parse_args()
    _compile(sampler=asked.sweeps > 0)
    for count in asked.sizes:
        one(count, asked.warm_up, asked.sweeps, asked.seed)


if __name__ == "__main__":
    main()
