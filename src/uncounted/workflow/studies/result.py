"""What a study has found: its tables with their strata, and how many fits it took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs

from uncounted.errors import NotEstimable
from uncounted.estimate.base.result import Estimate, Study, headline_json
from uncounted.estimate.strata.stratified import Strata


@attrs.frozen
class Tasks:
    """How many fits a study has: kept from earlier runs, computed now, failed."""

    total: int
    kept: int
    failed: int
    seconds: float

    @property
    def computed(self) -> int:
        """Computed in this run."""
        return self.total - self.kept - self.failed


@attrs.frozen(eq=False)
class TableResult:
    """A table of a study: its strata and their total; one stratum has no total of its own.

    Attributes:
        name: in the study file.
        replicates: imputed replicates that are pooled; 1: none.
        labels: columns and values of each stratum.
        studies: of each stratum.
        strata: the strata together; None for a table without.
        as_before: "full" or "lighter", if its fits are so because they were in the first run.
    """

    name: str
    replicates: int
    labels: tuple[Mapping[str, str], ...]
    studies: tuple[Study, ...]
    strata: Strata | None
    as_before: str = ""

    @property
    def whole(self) -> Study | Strata:
        """The whole table: its one study, or its strata."""
        return self.studies[0] if self.strata is None else self.strata

    @property
    def read_first(self) -> tuple[str, ...]:
        """Sentences to be read before its number."""
        return self.whole.read_first

    def to_json(self) -> dict[str, Any]:
        """Its object in the JSON of a study."""
        done = self.whole
        estimates = done.total if isinstance(done, Strata) else done.estimates
        return {
            "name": self.name,
            "replicates": self.replicates,
            "strata": len(self.studies),
            "observed": done.observed,
            "read_first": list(done.read_first),
            "headline": headline_json(done.calibrated, done.headline),
            "estimates": [each.to_json() for each in estimates],
        }


@attrs.frozen(eq=False)
class StudyResult:
    """What a study has found, and where it is written."""

    title: str
    folder: Path
    tables: tuple[TableResult, ...]
    tasks: Tasks

    def to_json(self) -> dict[str, Any]:
        """The object that `uncounted estimate STUDY.toml --json` prints."""
        tasks = self.tasks
        return {
            "study": self.title,
            "results": str(self.folder),
            "version": version("uncounted"),
            "fits": {
                "total": tasks.total,
                "computed": tasks.computed,
                "kept": tasks.kept,
                "failed": tasks.failed,
            },
            "tables": [table.to_json() for table in self.tables],
            "no_estimate": [
                {"reason": reason, "results": count}
                for reason, count in self.reasons().most_common()
            ],
            "warnings": [
                {"code": code, "strata": count}
                for code, count in self.warning_codes().most_common()
            ],
            "seconds": round(tasks.seconds, 4),
        }

    @property
    def estimates(self) -> Iterator[Estimate]:
        """Every estimate of every stratum."""
        for table in self.tables:
            for study in table.studies:
                yield from study.estimates

    def reasons(self) -> Counter[str]:
        """Why there is no estimate, with how many there are."""
        return Counter(each.reason or "" for each in self.estimates if not each.ok)

    def warning_codes(self) -> Counter[str]:
        """The codes of warnings that must be reported, with how many strata have each."""
        return Counter(
            code
            for table in self.tables
            for study in table.studies
            for code in {warning.code for warning in study.warnings if warning.must_report}
        )


def refuse_if_failed(done: StudyResult) -> None:
    """Fail where a fit failed, or nothing has an estimate; everything is written all the same."""
    if done.tasks.failed:
        count = done.tasks.failed
        raise NotEstimable(
            f"{count:,} of {done.tasks.total:,} fits failed",
            hint="their rows in estimates.csv have the reason; run the study again to try again",
        )
    if all(study.refused for table in done.tables for study in table.studies):
        first = done.tables[0].studies[0].first
        raise NotEstimable(f"no estimate: {first.reason}", hint=first.hint)
