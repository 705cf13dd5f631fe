"""Run a study: what is missing is fitted and kept, and everything is put together.

1. The files are read: strata, each with its table in every replicate.
2. Every method on every different table is a task; those that the store has are not run again.
3. The estimates of a stratum become a study, replicates pooled by Rubin's rules; strata a total.
4. Every result is written as CSV beside the store, and what the run did not use is deleted from it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from uncounted.estimate.base.result import Estimate, Fitted, Study
from uncounted.estimate.base.settings import EstimateSettings
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.strata.stratified import together
from uncounted.estimate.study import distinct_tables, methods_of, study_of, study_over
from uncounted.progress import Progress, silent
from uncounted.workflow.studies.fits import FitTask, failure, task_of, unpacked
from uncounted.workflow.studies.parallel import map_batches, run_tasks
from uncounted.workflow.studies.replicates import Stratum, strata_of
from uncounted.workflow.studies.result import StudyResult, TableResult, Tasks
from uncounted.workflow.studies.store import Store
from uncounted.workflow.studies.study_file import StudyTable, read_study_file
from uncounted.workflow.studies.tables import write_results

MANY = 20  # tables; beyond it every fit is lighter, if it is so in the first run
_TOGETHER = 40  # strata that are put together at a time


@attrs.frozen
class _Work:
    """A stratum and its tasks: for each method its fits, and the places of their replicates."""

    stratum: Stratum
    fits: Mapping[str, Sequence[tuple[FitTask, tuple[int, ...]]]]


@attrs.frozen
class _Works:
    """The strata of a table, and whether its fits are lighter.

    `as_before`: by what was decided in an earlier run, and not by how many tables there are.
    """

    strata: Sequence[_Work]
    lighter: bool
    as_before: str = ""


def run_study(file: Path, *, jobs: int | None = None, progress: Progress = silent) -> StudyResult:
    """Run a study, or the rest of it.

    Args:
        file: the study file.
        jobs: processes of this computer; None: as joblib is configured.
        progress: told of files that are read, fits that are done, strata that are put together.

    Raises:
        BadInput: the study file or a table.
        UsedWrongly: a setting that a method does not take.
        Damaged: the results of earlier runs cannot be read.
        CaseBusy: the study is running already.
        AlreadyThere: the results folder is another one, or of another study.
    """
    stated = read_study_file(file)
    began = time.monotonic()
    with Store.opened(stated.results, file) as store:
        works = [
            _works(entry, strata_of(entry, store=store, jobs=jobs, progress=progress), store)
            for entry in stated.tables
        ]
        tasks = {
            task.key: task
            for own in works
            for work in own.strata
            for fits in work.fits.values()
            for task, _ in fits
        }
        kept = store.has(tasks)
        failed = _compute(
            [task for key, task in tasks.items() if key not in kept], store, jobs, progress
        )
        results = tuple(
            attrs.evolve(
                _put_together(entry, own.strata, store, failed, jobs, progress),
                as_before=own.as_before,
            )
            for entry, own in zip(stated.tables, works, strict=True)
        )
        counts = Tasks(len(tasks), len(kept), len(failed), time.monotonic() - began)
        done = StudyResult(stated.title, stated.results, results, counts)
        write_results(done)
        for entry, own in zip(stated.tables, works, strict=True):
            if entry.lighter is None:
                store.keep_note(_lighter(entry), str(own.lighter))
        store.forget_the_rest()
    return done


def _lighter(entry: StudyTable) -> str:
    """The key under which is noted whether the fits of a table are lighter."""
    return f"lighter {entry.name}"


def _works(entry: StudyTable, strata: Sequence[Stratum], store: Store) -> _Works:
    as_before = ""
    lighter = entry.lighter
    if lighter is None:
        many = sum(len(stratum.tables) for stratum in strata) > MANY
        noted = store.note(_lighter(entry))  # else one more stratum would change every interval
        lighter = many if noted is None else noted == str(True)
        if lighter != many:
            as_before = "lighter" if lighter else "full"
    settings = entry.settings
    named = settings.methods and methods_of(strata[0].tables[0], settings)
    works = []
    for stratum in strata:
        distinct, places = distinct_tables(stratum.tables)
        commonest = distinct[max(places, key=lambda digest: len(places[digest]))]
        fits = {
            method: [
                (task_of(table, method, settings, lighter=lighter), tuple(places[digest]))
                for digest, table in distinct.items()
            ]
            for method in named or methods_of(commonest, settings)
        }
        works.append(_Work(stratum, fits))
    return _Works(works, lighter, as_before)


def _compute(
    tasks: Sequence[FitTask], store: Store, jobs: int | None, progress: Progress
) -> dict[str, str]:
    """Run tasks and keep what comes of them; the reasons of those that failed."""
    failed: dict[str, str] = {}
    count = 0
    if tasks:
        progress("estimating", 0, len(tasks))
    for done in run_tasks(tasks, jobs):
        store.keep(done)
        failed.update((each.key, each.failed) for each in done if each.failed is not None)
        count += len(done)
        progress("estimating", count, len(tasks))
    return failed


def _put_together(
    entry: StudyTable,
    works: Sequence[_Work],
    store: Store,
    failed: Mapping[str, str],
    jobs: int | None,
    progress: Progress,
) -> TableResult:
    settings = entry.settings

    def batches() -> Iterator[Sequence[_Kept]]:
        for at in range(0, len(works), _TOGETHER):
            yield _kept(works[at : at + _TOGETHER], store, failed, settings, len(works) > 1)

    studies: list[Study] = []
    few = len(works) <= _TOGETHER
    for found in map_batches(_studies, batches(), 1 if few else jobs, local=True):
        studies += found
        progress(f"putting together {entry.name}", len(studies), len(works))
    strata = None
    if len(works) > 1:

        def fits(method: str) -> list[list[Fitted]]:
            return [_fitted(work, method, store, failed) for work in works]

        tables = [work.stratum.tables for work in works]
        progress(f"total of {entry.name}", 0, None)
        strata = together(tables, studies, settings, fits=fits)
    return TableResult(
        entry.name,
        len(works[0].stratum.tables),
        tuple(dict(work.stratum.tables[0].stratum) for work in works),
        tuple(studies),
        strata,
    )


def _fitted(work: _Work, method: str, store: Store, failed: Mapping[str, str]) -> list[Fitted]:
    """The fits of a method in a stratum, with their draws; none where it was not run."""
    own = work.fits.get(method, ())
    found = store.estimates(task.key for task, _ in own)
    return [
        Fitted(
            found[task.key] if task.key in found else failure(task, failed[task.key]),
            task.table.observed,
            len(at),
            at,
        )
        for task, at in own
    ]


@attrs.frozen
class _Kept:
    """A stratum with the records of its fits: what a worker needs to make a study of them."""

    stratum: Stratum
    records: Mapping[str, Sequence[tuple[bytes | Estimate, int, tuple[int, ...]]]]
    settings: EstimateSettings
    brief: bool


def _kept(
    works: Sequence[_Work],
    store: Store,
    failed: Mapping[str, str],
    settings: EstimateSettings,
    brief: bool,
) -> list[_Kept]:
    keys = [task.key for work in works for fits in work.fits.values() for task, _ in fits]
    records = store.records(keys)
    return [
        _Kept(
            work.stratum,
            {
                method: [
                    (
                        records[task.key]
                        if task.key in records
                        else failure(task, failed[task.key]),
                        task.table.observed,
                        at,
                    )
                    for task, at in fits
                ]
                for method, fits in work.fits.items()
            },
            settings,
            brief,
        )
        for work in works
    ]


def _studies(batch: Sequence[_Kept]) -> list[Study]:
    """The studies of strata, without draws: done on any process of this computer."""
    return [_study(each) for each in batch]


def _study(kept: _Kept) -> Study:
    tables, settings = kept.stratum.tables, kept.settings
    fits = {
        method: [
            Fitted(each if isinstance(each, Estimate) else unpacked(each), observed, len(at), at)
            for each, observed, at in own
        ]
        for method, own in kept.records.items()
    }
    if settings.imputed:
        study = study_over(tables, fits, settings, brief=kept.brief)
    else:
        estimates = [own[0].estimate for own in fits.values()]
        study = study_of(tables[0], estimates, settings, brief=kept.brief)
    if kept.stratum.small is not None:
        study = kept.stratum.small.add_warning(study)
    if kept.stratum.identical:
        text = f"the files of all {len(tables)} replicates are the same"
        warning = EstimateWarning("identical-replicates", text)
        study = attrs.evolve(study, warnings=(warning, *study.warnings))
    bare = tuple(attrs.evolve(each, draws=None) for each in study.estimates)
    return attrs.evolve(study, estimates=bare, fits={})
