"""Plain Splink on the candidate pairs: how many links it expects, beside how many are true.

    make bench, or: uv sync --group bench && python benchmarks/bench_splink.py

A Fellegi-Sunter model with exact agreement on eight keys, m fixed and u from random pairs, run by
Splink on DuckDB, for the shipped example and for twelve simulated registers of people killed
(`synthetic_register`). Splink, DuckDB and PyArrow come with the dependency group `bench` only;
the installed program has none of them. Splink sees numbers (keys, years, codes), never a name, a
date or a place as written. Its database is in memory, on one thread so that results repeat.
"""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import bench_linkage, synthetic_register
from uncounted.linkage.blocking import rules as blocking
from uncounted.linkage.encoding.encode import NO_KEY, Encoded, encode
from uncounted.records.report import Report

Ints = NDArray[np.int64]
MOST_SCORED = 1_000_000  # pairs; more are not scored
# m of agreement to start from; u comes from random pairs, and is not for EM to change.
_START_M = {
    "given": 0.85,
    "family": 0.95,
    "birth_year": 0.7,
    "sex": 0.97,
    "origin": 0.6,
    "event_month": 0.6,
    "event_place": 0.75,
    "number": 0.8,
}
RANDOM_PAIRS = 1_000_000


def expected_links(encoded: Encoded, left: Ints, right: Ints, *, seed: int) -> float | None:
    """The number of links that a plain Splink model expects among these pairs.

    Args:
        encoded: the reports.
        left: one report a pair.
        right: the other.
        seed: for the random pairs from which u is taken.

    Returns:
        The sum of match probabilities; None where nothing can be scored: no pairs, no key
        with two values, or more than `MOST_SCORED` pairs.
    """
    columns = [column for column in _START_M if _useful(encoded, column)]
    if not columns or not 0 < len(left) <= MOST_SCORED:
        return None
    with quiet(), contextlib.closing(database()) as connection:
        linker, api = _linker(connection, encoded, columns, seed)
        pairs = pa.table(
            {
                "match_key": np.zeros(len(left), np.int64),
                "join_key_l": np.minimum(left, right),
                "join_key_r": np.maximum(left, right),
            }
        )
        linker.table_management.register_blocked_pairs_for_predict(api.register(pairs))
        table = linker.inference.predict().as_pyarrow_table()
    return float(np.sum(table["match_probability"].to_numpy()))


def database() -> duckdb.DuckDBPyConnection:
    """A database in memory that touches neither disk nor network."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for setting in (
        "set temp_directory=''",
        "set autoinstall_known_extensions=false",
        "set autoload_known_extensions=false",
        "set enable_progress_bar=false",
    ):
        connection.execute(setting)
    # Splink 5.0 writes the old lambda arrow, which DuckDB 2 refuses without this setting.
    if int(duckdb.__version__.split(".")[0]) >= 2:
        connection.execute("set lambda_syntax='ENABLE_SINGLE_ARROW'")
    return connection


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep Splink from printing: its log lines and warnings go nowhere."""
    logger = logging.getLogger("splink")
    level, propagates = logger.level, logger.propagate
    logger.setLevel(logging.CRITICAL + 1)
    logger.propagate = False
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            # deprecations inside Splink and DuckDB are not the user's to act on
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
        logger.propagate = propagates


def _table(encoded: Encoded) -> pa.Table:
    columns = {"unique_id": pa.array(np.arange(encoded.count))}
    for name, values in encoded.keys.items():
        columns[name] = pa.array(values, mask=values == NO_KEY)
    return pa.table(columns)


def _useful(encoded: Encoded, column: str) -> bool:
    values = encoded.keys[column]
    known = values[values != NO_KEY]
    return len(known) > 1 and len(np.unique(known)) > 1


def _linker(
    connection: Any, encoded: Encoded, columns: Sequence[str], seed: int
) -> tuple[Any, Any]:
    """A model of these keys, and its database."""
    from splink import DuckDBAPI, Linker, SettingsCreator

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[_comparison(column) for column in columns],
        probability_two_random_records_match=min(0.5, 1.0 / encoded.count),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register(_table(encoded)), settings, log_level=logging.CRITICAL + 1)
    linker.training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed)
    return linker, api


def _comparison(column: str) -> Any:
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    m = _START_M[column]
    exact = levels.ExactMatchLevel(column).configure(
        m_probability=m, tf_adjustment_column=column if column in ("given", "family") else None
    )
    rest = levels.ElseLevel().configure(m_probability=1 - m)
    return CustomComparison(
        output_column_name=column,
        comparison_levels=[levels.NullLevel(column), exact, rest],
    )


def report(name: str, reports: Sequence[Report], truth: Sequence[str]) -> None:
    """Print one line: pairs scored, links that Splink expects, true pairs."""
    encoded = encode(reports)
    found = blocking.find(encoded, everybody=False)
    links = expected_links(encoded, found.left, found.right, seed=1)
    true = sum(size * (size - 1) // 2 for size in Counter(truth).values())
    shown = "not scored" if links is None else f"{links:,.0f} links expected"
    print(f"{name:>12} {len(found.left):9,} pairs  {shown}, {true:,} true", flush=True)


def main() -> None:
    """Score the example and the simulated registers."""
    report("example", *bench_linkage.population(bench_linkage.EXAMPLE))
    for seed in range(1, 13):
        report(f"killed {seed}", *synthetic_register.made(seed))


if __name__ == "__main__":
    main()
