"""Track record: each method on populations of known size, and intervals calibrated by it.

    python benchmarks/study_track_record.py [--fresh] [--processes 2]

1. Every method estimates every population of known size in the collection
   (`uncounted.estimate.track_record.collection`). What it says is kept in
   `benchmarks/track_record/errors.csv`; a run that was stopped goes on, `--fresh` begins again.
2. The errors on lists are fitted, each collection with the same weight, and written to
   `record.toml` in the package.
3. The calibrated intervals are judged on lists (by the errors of all other collections), on whole
   populations of known size, which choose nothing, and on simulated populations. The tables stand
   in docs/explanation/track-record.md, and in decision 14, between markers.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np
import numpy.typing as npt

from uncounted.captures import CaptureTable
from uncounted.estimate import METHODS
from uncounted.estimate.base.labels import label
from uncounted.estimate.study import LIGHTER
from uncounted.estimate.track_record.calibration import COMBINED, COMBINED_METHODS, TableFeatures
from uncounted.estimate.track_record.collection import KnownPopulation, known_populations
from uncounted.estimate.track_record.error_model import (
    ErrorModel,
    KnownError,
    combination,
    fit_error_model,
    implied_log_sd,
)
from uncounted.simulate import latent_class_cells, loglinear_cells

ROOT = Path(__file__).parents[1]
ERRORS = Path(__file__).with_name("track_record") / "errors.csv"
RECORD = ROOT / "src" / "uncounted" / "estimate" / "track_record" / "record.toml"
PAGES = (
    ROOT / "docs" / "explanation" / "track-record.md",
    ROOT / "docs" / "dev" / "decisions" / "0014-track-record.md",
)
TESTED = (
    "decomposable",
    "latent-class",
    "log-linear",
    "log-linear-stepwise",
    "sample-coverage",
    "independence",
    "chao",
)
LEVEL = 0.95
TRUTH = 2000  # people in a simulated population
REPLICATES = 100

type Floats = npt.NDArray[np.float64]
type Model = Callable[[str], ErrorModel]  # of a collection


@attrs.frozen
class Answer:
    """What one method says of one population; `low` and `high` are None for a refusal.

    Attributes:
        collection: the group of tables.
        population: its name.
        whole: whether a whole table's population.
        lists: number of lists that see it.
        documented: people on at least one of them.
        shared: share of these on two lists or more.
        size: the known size.
        method: the method.
        point: its estimate.
        low: lower limit of its 95% interval.
        high: upper limit, perhaps infinite.
    """

    collection: str
    population: str
    whole: bool
    lists: int
    documented: int
    shared: float
    size: int
    method: str
    point: float | None
    low: float | None
    high: float | None

    @property
    def covered(self) -> bool:
        """Whether the method's own interval holds the known size."""
        return self.low is not None and self.low <= self.size <= (self.high or 0.0)


def ask(population: KnownPopulation, method: str) -> Answer:
    """Run one method on one population."""
    table, features = population.table, TableFeatures.of([population.table])
    estimate = METHODS[method](table, level=LEVEL, seed=1, **LIGHTER.get(method, {}))
    low, high = estimate.interval or (None, None)
    return Answer(
        population.collection,
        population.name,
        population.whole,
        len(table.lists),
        table.observed,
        round(features.shared, 6),
        population.size,
        method,
        estimate.point,
        low,
        high,
    )


def answers(*, fresh: bool, processes: int) -> list[Answer]:
    """All answers; those that are missing from the file are made and kept there."""
    kept = [] if fresh or not ERRORS.exists() else _read()
    done = {(each.population, each.whole, each.method) for each in kept}
    todo = [
        (population, method)
        for method in TESTED
        for population in known_populations()
        if (population.name, population.whole, method) not in done
    ]
    if todo:
        with multiprocessing.Pool(processes) as pool:
            for i, each in enumerate(pool.imap(_ask, todo), 1):
                kept.append(each)
                if i % 20 == 0 or i == len(todo):
                    print(f"{i} of {len(todo)}", flush=True)
                    _write(kept)
    return kept


def _ask(job: tuple[KnownPopulation, str]) -> Answer:
    return ask(*job)


_FIELDS = [field.name for field in attrs.fields(Answer)]


def _read() -> list[Answer]:
    def number(text: str) -> float | None:
        return float(text) if text else None

    with ERRORS.open(encoding="utf-8", newline="") as file:
        return [
            Answer(
                row["collection"],
                row["population"],
                row["whole"] == "True",
                int(row["lists"]),
                int(row["documented"]),
                float(row["shared"]),
                int(row["size"]),
                row["method"],
                number(row["point"]),
                number(row["low"]),
                number(row["high"]),
            )
            for row in csv.DictReader(file)
        ]


def _write(kept: Iterable[Answer]) -> None:
    with ERRORS.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(_FIELDS)
        for each in kept:
            values = attrs.astuple(each)
            out.writerow([f"{v:.6g}" if isinstance(v, float) else v for v in values])


# The errors, and models of them.


@attrs.frozen
class Judged:
    """One population, what one method (or the combination) says, and the truth."""

    answer: Answer
    error: KnownError


def errors_of(method: str, found: Sequence[Answer]) -> list[Judged]:
    """Errors of a method, or of the combination of the three that lead."""
    parts = COMBINED_METHODS if method == COMBINED else (method,)
    of: dict[tuple[str, bool], list[Answer]] = defaultdict(list)
    for each in found:
        if each.method in parts:
            of[each.population, each.whole].append(each)
    judged = []
    for together in of.values():
        parts_found = []
        for answer in together:
            if answer.point is None or answer.low is None or answer.high is None:
                continue
            n = answer.documented
            log_sd = implied_log_sd((answer.low - n, answer.high - n), LEVEL)
            if log_sd is not None:
                parts_found.append((answer.point - n, log_sd))
        if parts_found:
            first = together[0]
            estimated, log_sd = combination(parts_found)
            missed = first.size - first.documented
            error = KnownError(first.collection, estimated, log_sd, missed)
            judged.append(Judged(first, error))
    return judged


@attrs.frozen
class Coverage:
    """How often calibrated intervals hold the truth.

    Attributes:
        tests: number of populations.
        collections: number of collections.
        by_test: share of the populations covered.
        by_collection: mean over collections of that share.
        factor: median of sqrt(upper / lower limit) of the number of undocumented people.
    """

    tests: int
    collections: int
    by_test: float
    by_collection: float
    factor: float


def judge(errors: Sequence[KnownError], model: Model) -> Coverage:
    """Coverage of calibrated intervals."""
    covered: dict[str, list[bool]] = defaultdict(list)
    widths = []
    for each in errors:
        _, low, high = model(each.collection).undocumented(each.estimated, each.log_sd, LEVEL)
        covered[each.collection].append(low <= each.undocumented <= high)
        widths.append(np.sqrt((high + 0.5) / (low + 0.5)))
    every = [hit for hits in covered.values() for hit in hits]
    return Coverage(
        len(every),
        len(covered),
        float(np.mean(every)),
        float(np.mean([np.mean(hits) for hits in covered.values()])),
        float(np.median(widths)),
    )


def leave_one_out(errors: Sequence[KnownError]) -> tuple[ErrorModel, Model]:
    """The model of all errors, and for each collection that of the others."""
    every = fit_error_model(errors)
    without = {
        name: fit_error_model([each for each in errors if each.collection != name])
        for name in {each.collection for each in errors}
    }
    return every, lambda name: without.get(name, every)


# Simulated populations: those of the coverage study, and four that turn one dial each.


def _unequal(base: Sequence[float], sd: float, nodes: int = 41) -> Floats:
    """Lists independent given a person's ease of capture, normal on the logit scale."""
    z = np.linspace(-3.5, 3.5, nodes)
    shares = np.exp(-(z**2) / 2) / np.exp(-(z**2) / 2).sum()
    logit = np.log(np.array(base) / (1 - np.array(base)))
    capture = 1 / (1 + np.exp(-(logit + sd * z[:, None])))
    return latent_class_cells(shares.tolist(), capture.tolist())


def _copied(cells: Floats, share: float) -> Floats:
    """The second list takes over a share of the first list's people."""
    found = cells.copy()
    for i in range(len(cells)):
        if i & 1 and not i & 2:
            found[i | 2] += cells[i] * share
            found[i] -= cells[i] * share
    return found


def _apart(base: Sequence[Sequence[float]], much: float) -> Floats:
    """Places (or periods) of equal size; `much` of 0 gives every list the same rate in each."""
    rates = np.array(base)
    mean = rates.mean(axis=0, keepdims=True)
    shares = [1 / len(rates)] * len(rates)
    return latent_class_cells(shares, (mean * (rates / mean) ** much).tolist())


_PLACES = ((0.25, 0.15, 0.05, 0.10), (0.05, 0.20, 0.25, 0.10), (0.10, 0.02, 0.15, 0.30))
_PERIODS = ((0.30, 0.25, 0.02, 0.05), (0.15, 0.15, 0.15, 0.10), (0.02, 0.05, 0.30, 0.20))
POPULATIONS: Mapping[str, Floats] = {
    "independent": latent_class_cells([1.0], [[0.10, 0.15, 0.20, 0.10, 0.05]]),
    "two classes": latent_class_cells(
        [0.9, 0.1], [[0.033, 0.033, 0.099, 0.132, 0.033], [0.660, 0.825, 0.759, 0.990, 0.693]]
    ),
    "three classes": latent_class_cells(
        [0.7, 0.2, 0.1],
        [[0.02, 0.05, 0.05, 0.10, 0.03], [0.2, 0.3, 0.15, 0.25, 0.2], [0.7, 0.8, 0.6, 0.9, 0.5]],
    ),
    "two dependent pairs": loglinear_cells([-2.2, -2.0, -1.8, -2.4], [(0, 1, 1.0), (2, 3, 1.0)]),
    "unequal capture (sd 0.8)": _unequal((0.1, 0.15, 0.2, 0.1), 0.8),
    "copied list (a third)": _copied(_unequal((0.12, 0.06, 0.1, 0.15), 0.6), 0.33),
    "lists in different places": _apart(_PLACES, 1.0),
    "lists in different periods": _apart(_PERIODS, 1.0),
}  # fmt: skip
DIALS: Mapping[str, Mapping[str, Floats]] = {
    "unequal capture, sd on the logit scale": {
        f"{sd:g}": _unequal((0.1, 0.15, 0.2, 0.1), sd) for sd in (0, 0.4, 0.8, 1.2, 1.6)
    },
    "share of list 1 copied into list 2": {
        f"{share:g}": _copied(_unequal((0.12, 0.06, 0.1, 0.15), 0.01), share)
        for share in (0, 0.2, 0.4, 0.6)
    },
    "lists in different places": {f"{much:g}": _apart(_PLACES, much) for much in (0, 0.5, 1, 1.5)},
    "lists in different periods": {
        f"{much:g}": _apart(_PERIODS, much) for much in (0, 0.5, 1, 1.5)
    },
}


def simulated(name: str, cells: Floats, replicates: int, people: int) -> Iterator[KnownPopulation]:
    """Tables drawn from cell probabilities."""
    J = len(cells).bit_length() - 1
    rng = np.random.default_rng([2026, *name.encode()])
    for k in range(replicates):
        counts = rng.multinomial(people, cells / cells.sum())
        table = CaptureTable(
            tuple("ABCDEF"[:J]),
            {format(c, f"0{J}b")[::-1]: int(counts[c]) for c in range(1, 1 << J) if counts[c]},
        )
        yield KnownPopulation(name, f"{name} {k}", True, table, people)


def on_simulated(model: ErrorModel) -> Iterator[tuple[str, Coverage, float]]:
    """Coverage on each simulated population, and the mean of log(estimated / true)."""
    for name, cells in POPULATIONS.items():
        found = [
            ask(population, method)
            for population in simulated(name, cells, REPLICATES, TRUTH)
            for method in COMBINED_METHODS
        ]
        errors = [each.error for each in errors_of(COMBINED, found)]
        yield name, judge(errors, lambda _: model), _bias(errors)


def _bias(errors: Iterable[KnownError]) -> float:
    return float(np.mean([np.log((e.estimated + 0.5) / (e.undocumented + 0.5)) for e in errors]))


def on_dials() -> Iterator[tuple[str, str, float, float]]:
    """Bias of the combination at each setting: on the lists' people, and on the whole."""
    from uncounted.estimate.robustness.list_consistency import within

    for dial, settings in DIALS.items():
        for setting, cells in settings.items():
            whole, lists = [], []
            for population in simulated(f"{dial} {setting}", cells, 5, 50_000):
                whole += [ask(population, method) for method in COMBINED_METHODS]
                for name, size in population.table.list_totals.items():
                    seen = within(population.table, name)
                    one = KnownPopulation(name, f"{population.name} {name}", False, seen, size)
                    lists += [ask(one, method) for method in COMBINED_METHODS]
            on_lists = _bias(each.error for each in errors_of(COMBINED, lists))
            on_whole = _bias(each.error for each in errors_of(COMBINED, whole))
            yield dial, setting, on_lists, on_whole


# What is written.


def record(found: Sequence[Answer]) -> str:
    """`record.toml`."""
    lists = [each for each in found if not each.whole]
    tables = {(e.population, e.whole): e for e in found}.values()
    shared = [e.shared for e in tables]
    most = max(e.lists for e in tables)
    limits = {
        "lists": (min(e.lists for e in tables), most + 1),  # a table is one list more than its test
        "documented": (min(e.documented for e in tables), max(e.documented for e in tables)),
        "shared": (round(min(shared), 4), round(max(shared), 4)),
    }
    out = ["# Written by benchmarks/study_track_record.py", "", "[limits]"]
    out += [f"{name} = [{low:g}, {high:.10g}]" for name, (low, high) in limits.items()]
    for method in (*TESTED, COMBINED):
        errors = errors_of(method, lists)
        if not errors:
            continue
        model = fit_error_model([each.error for each in errors])
        if method == COMBINED:  # by the errors of the other collections
            _, without = leave_one_out([each.error for each in errors])
            covered = judge([each.error for each in errors], without).by_test
        else:
            covered = float(np.mean([each.answer.covered for each in errors]))
        out += [
            "",
            f"[methods.{method}]",
            f"tests = {len(errors)}",
            f"collections = {len({each.answer.collection for each in errors})}",
            f"covered = {covered:.4f}",
        ]
        out += [f"shift = {model.shift:.4f}", f"sd = {model.sd:.4f}"]
    return "\n".join([*out, ""])


def method_rows(found: Sequence[Answer]) -> Iterator[str]:
    """Each method: its own interval and its calibrated one, on lists and on whole populations."""
    yield (
        "| method | lists (collections) | own interval covers | median of estimated / true |"
        " calibrated: covers, by collection | factor |"
        " whole populations: own | calibrated, by collection |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for method in (*TESTED, COMBINED):
        judged = errors_of(method, found)
        lists = [each for each in judged if not each.answer.whole]
        whole = [each.error for each in judged if each.answer.whole]
        if not lists:
            continue
        _, model = leave_one_out([each.error for each in lists])
        on_lists, on_whole = judge([each.error for each in lists], model), judge(whole, model)
        ratio = np.median([(e.error.estimated + 0.5) / (e.error.undocumented + 0.5) for e in lists])
        own = whole_own = "–"
        if method != COMBINED:
            own = f"{np.mean([each.answer.covered for each in lists]):.0%}"
            held = [each.answer.covered for each in judged if each.answer.whole]
            whole_own = f"{np.mean(held):.0%}"
        yield (
            f"| {label(method)} | {on_lists.tests} ({on_lists.collections}) | {own} | {ratio:.2f}"
            f" | {on_lists.by_test:.0%}, {on_lists.by_collection:.0%} | {on_lists.factor:.1f}"
            f" | {whole_own} | {on_whole.by_test:.0%}, {on_whole.by_collection:.0%}"
            f" ({on_whole.tests} in {on_whole.collections}) |"
        )


def group_rows(found: Sequence[Answer]) -> Iterator[str]:
    """Decomposable graphs' own interval and the combined one, by number of lists and by size."""
    combination = [each for each in errors_of(COMBINED, found) if not each.answer.whole]
    _, model = leave_one_out([each.error for each in combination])
    own = {each.population: each for each in found if each.method == "decomposable"}
    groups: dict[str, Callable[[Answer], bool]] = {
        "3 lists": lambda a: a.lists == 3,
        "4 or 5 lists": lambda a: a.lists in (4, 5),
        "6 lists or more": lambda a: a.lists >= 6,
        "15 to 99 documented": lambda a: a.documented < 100,
        "100 to 999 documented": lambda a: 100 <= a.documented < 1000,
        "1,000 documented or more": lambda a: a.documented >= 1000,
    }
    yield "| lists of known size | tests | decomposable graphs' own | calibrated | factor |"
    yield "|---|---:|---:|---:|---:|"
    for name, belongs in groups.items():
        inside = [each for each in combination if belongs(each.answer)]
        held = [
            own[each.answer.population].covered
            for each in inside
            if own[each.answer.population].point is not None
        ]
        found_here = judge([each.error for each in inside], model)
        yield (
            f"| {name} | {len(inside)} | {np.mean(held):.0%} | {found_here.by_test:.0%} |"
            f" {found_here.factor:.1f} |"
        )


def main() -> None:
    """Run what is missing, and write the record and the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fresh", action="store_true", help="begin again")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args()
    ERRORS.parent.mkdir(exist_ok=True)
    found = answers(fresh=asked.fresh, processes=asked.processes)
    RECORD.write_text(record(found), encoding="utf-8")
    lists = [each.error for each in errors_of(COMBINED, found) if not each.answer.whole]
    model = fit_error_model(lists)
    simulated_rows = [
        "| simulated population | covers | factor | mean of log(estimated / true) |",
        "|---|---:|---:|---:|",
        *(
            f"| {name} | {c.by_test:.0%} | {c.factor:.1f} | {bias:+.2f} |"
            for name, c, bias in on_simulated(model)
        ),
    ]
    dials = [
        "| dial | setting | on the lists' people | on the whole |",
        "|---|---:|---:|---:|",
        *(f"| {dial} | {s} | {a:+.2f} | {b:+.2f} |" for dial, s, a, b in on_dials()),
    ]
    tables = {
        "methods": list(method_rows(found)),
        "groups": list(group_rows(found)),
        "simulated": simulated_rows,
        "dials": dials,
    }
    for name, rows in tables.items():
        print(f"\n{name}", *rows, sep="\n")
    for path in PAGES:
        page = path.read_text(encoding="utf-8")
        for name, rows in tables.items():
            start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
            text = "\n".join([start, *rows, end])
            if start in page:
                page = page[: page.index(start)] + text + page[page.index(end) + len(end) :]
        path.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
