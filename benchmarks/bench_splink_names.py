"""Splink beside `uncounted` on the simulated names of `study_names.py`: F1 of clusters in one run.

    make bench, or: uv sync --group bench && python benchmarks/bench_splink_names.py arabic

Splink as a careful user might set it up without labels: names transliterated (anyascii) and without
titles and particles; equal names weighed by term frequency, then all words (two at least) of the
shorter name in the other, all their sounds (consonants, of like ones one), Jaro-Winkler similarity
of .92, all sounds but one. The prior assumes that equal names, births or events find half the
matches. Births by day, year and one year apart, sex, origin, the event by day, month and place. All
pairs are scored; u by random sampling. m is judged: learned by EM within blocks it is no better,
since relatives who share an event agree in most fields. Clusters are pairs at .5 and above, at .9,
and at the threshold that is best for each population, which a user does not know.
"""

from __future__ import annotations

import contextlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from anyascii import anyascii
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.bench_splink import RANDOM_PAIRS, database, quiet
from benchmarks.partition_accuracy import evaluate
from benchmarks.study_names import LANGUAGES, made, population_arguments

from uncounted.linkage import link, point_partition
from uncounted.linkage.arrays import connected
from uncounted.records.report import Report

TITLES = {"u", "ko", "daw", "ma", "bin", "ibn", "al", "de", "la", "del", "el"}
THRESHOLDS = (*(at / 20 for at in range(1, 20)), 0.99, 0.999)


def rows(reports: Sequence[Report]) -> pa.Table:
    """A row a report: words of the name in Latin letters, and what else there is."""
    out = []
    for at, report in enumerate(reports):
        text = anyascii(report.names[0].written).lower().replace("-", " ")
        found = "".join(c if c.isalnum() else " " for c in text).split()
        words = [word for word in found if word not in TITLES] or found
        act = report.acts[0] if report.acts else None
        birth = report.birth.edtf if report.birth else None
        event = act.date.edtf if act and act.date else None
        out.append(
            {
                "unique_id": at,
                "given": words[0],
                "name": " ".join(sorted(words)),
                "words": sorted(set(words)),
                "sounds": sorted({_sound(word) for word in words}),
                "sex": report.sex,
                "birth": birth if birth and len(birth) == 10 else None,
                "birth_year": int(birth[:4]) if birth else None,
                "origin": report.origin,
                "event": event if event and len(event) == 10 else None,
                "event_month": event[:7] if event and len(event) >= 7 else None,
                "place": act.place if act else None,
            }
        )
    return pa.Table.from_pylist(out)


def _sound(word: str) -> str:
    """The first letter and the consonants of a word, of like sounds one letter."""
    like = word.translate(str.maketrans("cqgzvwdjy", "kkksfftii"))
    kept = like[0] + "".join(c for c in like[1:] if c not in "aeiouh")
    return "".join(c for at, c in enumerate(kept) if not at or c != kept[at - 1])


def _comparisons() -> list[Any]:
    """Levels of each field, each with the m that a careful user would judge it to have."""
    import splink.comparison_level_library as levels
    from splink.comparison_library import CustomComparison

    def comparison(field: str, recorded: str, *agreeing: tuple[Any, float]) -> Any:
        known = [level.configure(m_probability=m) for level, m in agreeing]
        rest = levels.ElseLevel().configure(m_probability=1 - sum(m for _, m in agreeing))
        return CustomComparison([levels.NullLevel(recorded), *known, rest], field)

    def same(column: str, m: float, **more: str) -> tuple[Any, float]:
        return levels.ExactMatchLevel(column).configure(**more), m

    def sharing(words: str, less: int, at_least: int, m: float) -> tuple[Any, float]:
        common = f"len(list_intersect({words}_l, {words}_r))"
        fewest = f"least(len({words}_l), len({words}_r))"
        rule = f"{common} >= {fewest} - {less} and {common} >= {at_least}"
        return levels.CustomLevel(rule, f"{words}: all but {less} of the shorter name"), m

    return [
        comparison(
            "name",
            "name",
            same("name", 0.35, tf_adjustment_column="name"),
            sharing("words", 0, 2, 0.2),
            sharing("sounds", 0, 2, 0.2),
            (levels.JaroWinklerLevel("name", distance_threshold=0.92), 0.1),
            sharing("sounds", 1, 1, 0.1),
        ),
        comparison(
            "birth",
            "birth_year",
            same("birth", 0.5),
            same("birth_year", 0.3),
            (levels.AbsoluteDifferenceLevel("birth_year", difference_threshold=1), 0.12),
        ),
        comparison("sex", "sex", same("sex", 0.97)),
        comparison("origin", "origin", same("origin", 0.85)),
        comparison("event", "event_month", same("event", 0.6), same("event_month", 0.25)),
        comparison("place", "place", same("place", 0.93)),
    ]


def scores(reports: Sequence[Report], seed: int) -> tuple[NDArray[Any], ...]:
    """Pairs of reports, and their match probability by Splink."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=_comparisons(),
        blocking_rules_to_generate_predictions=["1=1"],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    with quiet(), contextlib.closing(database()) as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(rows(reports)), settings, log_level=logging.CRITICAL + 1)
        training = linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("name"), block_on("birth"), block_on("event", "place", "given")], recall=0.5
        )
        training.estimate_u_using_random_sampling(max_pairs=RANDOM_PAIRS, seed=seed)
        table = linker.inference.predict().as_pyarrow_table()
    return tuple(
        table[name].to_numpy() for name in ("unique_id_l", "unique_id_r", "match_probability")
    )


def one(name: str, seed: int, people: int, noise: float) -> tuple[dict[float, float], float]:
    """Splink's F1 by the threshold above which pairs are one cluster; and that of `uncounted`."""
    reports, truth = made(name, seed, people, noise)
    left, right, chance = scores(reports, seed)
    splinks = {}
    for at in THRESHOLDS:
        linked = chance >= at
        ends = left[linked].astype(np.int64), right[linked].astype(np.int64)
        splinks[at] = evaluate(connected(len(reports), *ends), truth).f1
    linkage = link(reports, draws=100, with_grid=False)
    return splinks, evaluate(point_partition(linkage), truth).f1


def main() -> None:
    """Print F1 by language."""
    asked = population_arguments().parse_args()
    for name in asked.names or [*LANGUAGES]:
        seeds = range(asked.seeds[0], asked.seeds[1] + 1)
        found = [one(name, seed, asked.people, asked.noise) for seed in seeds]
        mean = {at: float(np.mean([row[at] for row, _ in found])) for at in THRESHOLDS}
        best = float(np.mean([max(row.values()) for row, _ in found]))
        print(
            f"{name:>16}: uncounted {np.mean([own for _, own in found]):.3f}; Splink at .5"
            f" {mean[0.5]:.3f}, at .9 {mean[0.9]:.3f}, at the best threshold of each {best:.3f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
