"""Splink on DuckDB: candidate pairs, and a plain model's view of them. The only SQL here.

Splink sees numbers only (keys, years, codes), never a name, a date or a place as
written. Its database lives in memory, on one thread so that results repeat, with no file
to spill to and no extension to fetch. Its probabilities rank candidates and are told in
the diagnostics; they decide nothing: `kernel` does.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import attrs
import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from uncounted.linkage.encode import NO_KEY, Encoded

Ints = NDArray[np.int64]
RULES = (
    ("given", "family"),
    ("alias", "birth_year"),
    ("given", "event_month"),
    ("given", "event_place"),
    ("given", "origin"),
    ("family", "birth_year", "event_place"),
    ("family", "birth_year", "origin"),
    ("family", "event_month", "event_place"),
    ("birth_day",),
    ("family", "origin"),
)
MOST_PAIRS = 100  # a rule that gives more pairs than so many a report is left out
# m of agreement to start from; u comes from random pairs, and is not for EM to change.
_START_M = {
    "given": 0.85,
    "family": 0.95,
    "birth_year": 0.7,
    "sex": 0.97,
    "origin": 0.6,
    "event_month": 0.6,
    "event_place": 0.75,
}
_RANDOM_PAIRS = 1_000_000
_ODDS_FLOOR = 1e-6


@attrs.frozen
class Candidates:
    """Pairs that share a blocking key, with what a plain Splink model thinks of them."""

    left: Ints
    right: Ints
    probability: NDArray[np.float64]
    facts: dict[str, Any]


def candidates(encoded: Encoded, *, seed: int) -> Candidates:
    """Find pairs that share the keys of one of `RULES`, and score them plainly.

    Args:
        encoded: the reports.
        seed: for the random pairs from which u is taken.
    """
    with _quiet(), contextlib.closing(_database()) as connection:
        rules = _rules_that_match(encoded)
        linker = _linker(connection, encoded, rules, seed)
        if linker is None:
            empty = np.zeros(0, np.int64)
            return Candidates(empty, empty, np.zeros(0), {"rules": 0, "pairs": 0})
        predicted = linker.inference.predict(threshold_match_probability=_ODDS_FLOOR)
        table = predicted.as_pyarrow_table()
    left = table["unique_id_l"].to_numpy().astype(np.int64)
    right = table["unique_id_r"].to_numpy().astype(np.int64)
    chance = table["match_probability"].to_numpy()
    first, second = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((second, first))
    facts = {
        "rules": len(rules),
        "pairs": len(order),
        "expected_links": round(float(chance.sum()), 1),
    }
    return Candidates(first[order], second[order], chance[order], facts)


def _database() -> duckdb.DuckDBPyConnection:
    """A database in memory that touches neither disk nor network."""
    connection = duckdb.connect(":memory:", config={"threads": 1})
    for setting in (
        "set temp_directory=''",
        "set autoinstall_known_extensions=false",
        "set autoload_known_extensions=false",
        "set enable_progress_bar=false",
    ):
        connection.execute(setting)
    # Splink 5.0 writes the old lambda arrow, which DuckDB 2 refuses unless told.
    if int(duckdb.__version__.split(".")[0]) >= 2:
        connection.execute("set lambda_syntax='ENABLE_SINGLE_ARROW'")
    return connection


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
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


def _rules_that_match(encoded: Encoded) -> list[tuple[str, ...]]:
    """The rules that give some pairs, for none break Splink's sums, and not too many."""
    found: list[tuple[str, ...]] = []
    for rule in RULES:
        rows = np.stack([encoded.keys[column] for column in rule], axis=1)
        rows = rows[(rows != NO_KEY).all(axis=1)]
        times = np.unique(rows, axis=0, return_counts=True)[1]
        if 0 < (times * (times - 1) // 2).sum() <= MOST_PAIRS * encoded.count:
            found.append(rule)
    return found


def _linker(connection: Any, encoded: Encoded, rules: Sequence[tuple[str, ...]], seed: int) -> Any:
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    columns = [column for column in _START_M if _useful(encoded, column)]
    if not rules or not columns:
        return None
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in rules],
        comparisons=[_comparison(column) for column in columns],
        probability_two_random_records_match=min(0.5, 1.0 / encoded.count),
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    api = DuckDBAPI(connection)
    linker = Linker(api.register(_table(encoded)), settings, log_level=logging.CRITICAL + 1)
    linker.training.estimate_u_using_random_sampling(max_pairs=_RANDOM_PAIRS, seed=seed)
    return linker


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
