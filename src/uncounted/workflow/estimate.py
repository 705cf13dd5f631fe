"""Multiple systems estimation from a table of counts, or over the posterior draws of a linkage.

What a user asks for is an `EstimateRequest`, which refuses options that do not go together before
anything is computed. What comes of it is a study, strata, or a study given covariates.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import attrs

from uncounted import atomic_files
from uncounted.captures import CaptureTable, read_tables
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate import EstimateSettings, Study, check, run, run_over
from uncounted.estimate.base.claim import Claim
from uncounted.estimate.base.disconnected import SET_ASIDE, Disconnected
from uncounted.estimate.base.priors import read_prior
from uncounted.estimate.base.rows import SelfCheck
from uncounted.estimate.base.settings import XI
from uncounted.estimate.base.warning import EstimateWarning
from uncounted.estimate.covariates.covariate_study import CovariateStudy
from uncounted.estimate.covariates.given_covariates import given_covariates, given_covariates_over
from uncounted.estimate.linkage_sensitivity import strata_with_alternatives, with_alternatives
from uncounted.estimate.small_lists import SmallLists, without_small_lists
from uncounted.estimate.strata.partial_pooling import pool_strata
from uncounted.estimate.strata.stratified import Strata, run_strata, run_strata_over
from uncounted.estimate.text.one_line import quiet_line
from uncounted.estimate.text.summary import lines
from uncounted.histories import read_persons, read_replicates
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.workflow.csv_file import write_csv

if TYPE_CHECKING:  # a table is estimated without loading the vault, records or linkage
    from uncounted.linkage.diagnostics import CopiedList
    from uncounted.vault.case import Case, Commitments
    from uncounted.workflow.captures import CaptureTables

__all__ = [
    "Disconnected",
    "EstimateRequest",
    "EstimateResult",
    "draw",
    "estimate_case",
    "estimate_table",
    "lines",
    "quiet_line",
    "refuse_if_nothing",
    "refuse_pictures",
    "study_over_draws",
]

_AVERAGE = "decomposable"
_OPTION_OF = {  # methods that take an option; of others it would change nothing
    "psi": ("two-list",),
    "delta": (_AVERAGE,),
    "prior": (_AVERAGE, "identified"),
}


@attrs.frozen
class EstimateRequest:
    """What a user asks of an estimate; None leaves a choice to the methods.

    `settings` is what every study takes of it.
    """

    methods: tuple[str, ...] | None = None
    by: tuple[str, ...] = ()
    lists: Sequence[str] | None = None
    xi: Sequence[float] | None = None
    psi: float | None = None
    delta: float | None = None
    prior: str | None = None
    claim: str | None = None
    headline: str = "calibrated"
    level: float = 0.95
    seed: int = 1
    partial_pooling: bool = False
    covariates: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    disconnected: Disconnected = SET_ASIDE
    ends_capture: tuple[str, ...] = ()
    robustness: bool = True
    min_records: int | None = None
    replicates: str | None = None
    settings: EstimateSettings = attrs.field(init=False)

    @settings.default
    def _settings(self) -> EstimateSettings:
        return EstimateSettings(
            self.methods,
            self.level,
            self.seed,
            XI if self.xi is None else self.xi,
            None if self.claim is None else Claim.parse(self.claim),
            self._by_method(),
            self.robustness,
            disconnected=self.disconnected,
            ends_capture=self.ends_capture,
            headline=self.headline,
            imputed=self.replicates is not None,
        )

    def _by_method(self) -> dict[str, dict[str, object]]:
        """The settings of single methods, by their name."""
        named = self.methods or (_AVERAGE,)
        own: dict[str, dict[str, object]] = {}
        if self.psi is not None:
            own["two-list"] = {"psi": self.psi}
        if self.delta is not None:
            own[_AVERAGE] = {"delta": self.delta}
        if self.prior is not None:
            prior = read_prior(self.prior)
            for name in _OPTION_OF["prior"]:
                if name in named:
                    own.setdefault(name, {})["prior"] = prior
        return own

    def check(self, *, on_case: bool) -> None:
        """Refuse options that do not go together, or that would change nothing.

        Raises:
            UsedWrongly: with what to do instead.
        """
        for conflicts, words, hint in _CASE_CONFLICTS if on_case else ():
            if conflicts(self):
                raise UsedWrongly(words, hint=hint)
        for conflicts, words, hint in _CONFLICTS:
            if conflicts(self):
                raise UsedWrongly(words.format(psi=self.psi), hint=hint)
        named = self.methods or ((_AVERAGE,) if self.partial_pooling else None)
        for option, takes in _OPTION_OF.items():
            if named and getattr(self, option) is not None and not set(takes) & set(named):
                raise UsedWrongly(
                    f"--{option} is for {' and '.join(takes)}, which is not what was asked for",
                    hint=f"add --method {takes[0]}, or leave --{option} out",
                )

    def check_psi(self, tables: Sequence[CaptureTable]) -> None:
        """Refuse an odds ratio of two lists where no table has two: it would change nothing."""
        if self.psi is None or self.methods is not None:
            return
        lists = [len(check(table).table.lists) for table in tables]
        if lists and 2 not in lists:
            raise UsedWrongly(
                f"--psi is for two lists, and there are {max(lists)}",
                hint="choose two, e.g. --lists A,B; for more lists use --xi",
            )


type _Conflicts = tuple[tuple[Callable[[EstimateRequest], object], str, str], ...]

_COVARIATES_ALONE = (
    "--covariates cannot be used with --by, --partial-pooling, --method or --pictures",
    "its methods are its own, for one row per person or counts with covariates",
)
_CASE_CONFLICTS: _Conflicts = (
    (
        lambda r: r.replicates or r.min_records is not None,
        "--replicates and --min-records are for tables, not for a case file",
        "a case file has posterior draws of its own; choose its lists with --lists",
    ),
    (
        lambda r: r.partial_pooling or r.covariates,
        "--partial-pooling and --covariates are for tables, not for a case file",
        "write the table with uncounted overlap --by, and estimate from that file",
    ),
)
_CONFLICTS: _Conflicts = (
    (
        lambda r: r.replicates and r.partial_pooling,
        "--replicates cannot be used with --partial-pooling",
        "use --by for strata; each is pooled over the replicates",
    ),
    (
        lambda r: r.replicates and r.replicates in r.by,
        "the column of --replicates cannot define strata",
        "leave it out of --by",
    ),
    (
        lambda r: r.min_records is not None and (r.covariates or r.partial_pooling),
        "--min-records cannot be used with --covariates or --partial-pooling",
        "choose the lists with --lists",
    ),
    (
        lambda r: r.psi is not None and not math.isfinite(r.psi),
        "--psi must be above 0, not {psi}",
        "1: independent lists",
    ),
    (
        lambda r: r.partial_pooling and not r.by,
        "--partial-pooling needs strata",
        "add --by COLUMN",
    ),
    (
        lambda r: r.partial_pooling and len(r.methods or ()) > 1,
        "strata are pooled with one method",
        "name one with --method",
    ),
    (
        lambda r: r.partial_pooling and (r.xi is not None or r.claim is not None),
        "--partial-pooling cannot be used with --xi or --claim",
        "use --xi and --claim with --by alone",
    ),
    (
        lambda r: r.partial_pooling and r.prior is not None,
        "--partial-pooling cannot be used with --prior",
        "omit --prior: the prior is p(N) ~ 1/N",
    ),
    (
        lambda r: r.covariates and (r.by or r.partial_pooling or r.methods),
        *_COVARIATES_ALONE,
    ),
    (
        lambda r: r.covariates and any(each is not None for each in (r.claim, r.delta, r.prior)),
        "--covariates cannot be used with --claim, --delta or --prior",
        "its sensitivity analysis is over xi, and for two lists over psi",
    ),
    (
        lambda r: r.covariates and r.disconnected != SET_ASIDE,
        "--covariates cannot be used with --disconnected",
        "with covariates no list is set aside",
    ),
    (
        lambda r: r.ends_capture and (r.covariates or r.partial_pooling),
        "--ends-capture cannot be used with --covariates or --partial-pooling",
        "estimate by strata alone (--by)",
    ),
    (
        lambda r: r.headline == "model" and (r.covariates or r.partial_pooling),
        "--headline cannot be used with --covariates or --partial-pooling",
        "their interval is always the model's own",
    ),
    (
        lambda r: not r.robustness and (r.covariates or r.partial_pooling),
        "--no-checks cannot be used with --covariates or --partial-pooling",
        "they have no robustness checks",
    ),
    (
        lambda r: r.categorical and not r.covariates,
        "--categorical needs --covariates",
        "name all covariates with --covariates, and the categories among them with --categorical",
    ),
)


@attrs.frozen
class EstimateResult:
    """What was estimated; from a case file also which reports were left out."""

    study: Study | Strata | CovariateStudy
    tables: Sequence[CaptureTable] = ()
    excluded: Mapping[str, int] = attrs.field(factory=dict)
    copied: Sequence[CopiedList] = ()

    def to_json(self) -> JSONObject:
        """The study as plain values."""
        return self.study.to_json()


def estimate_table(
    file: Path, request: EstimateRequest, *, progress: Progress = silent
) -> EstimateResult:
    """Estimate from a table of counts; split by columns, or given covariates."""
    request.check(on_case=False)
    if request.covariates:
        return EstimateResult(_given_covariates(file, request))
    strata = _strata_of(file, request)
    if request.lists:
        strata = [[table.select(request.lists) for table in tables] for tables in strata]
    small: list[SmallLists] = []
    if request.min_records is not None:
        found = [without_small_lists(tables, request.min_records) for tables in strata]
        strata, small = [kept for kept, _ in found], [left_out for _, left_out in found]
    tables = [tables[0] for tables in strata]
    request.check_psi(tables)
    if request.partial_pooling:
        done: Study | Strata = pool_strata(tables, request.settings, progress=progress)
    elif request.replicates and request.by:
        without = [None] * len(strata)
        done = run_strata_over(strata, request.settings, points=without, progress=progress)
    elif request.replicates:
        done = run_over(strata[0], request.settings, progress=progress)
    elif request.by:
        done = run_strata(tables, request.settings, progress=progress)
    else:
        done = run(tables[0], request.settings, progress=progress)
    return EstimateResult(_with_small_lists(done, small), tables)


def _strata_of(file: Path, request: EstimateRequest) -> list[list[CaptureTable]]:
    """For each stratum its table, or its table in every replicate."""
    if request.replicates is None:
        return [[table] for table in read_tables(file, by=request.by)]
    column = request.replicates
    strata: dict[tuple[str, ...], dict[str, CaptureTable]] = {}
    replicates: dict[str, None] = {}
    for table in read_tables(file, by=(column, *request.by)):
        stratum = {name: value for name, value in table.stratum.items() if name != column}
        replicates[table.stratum[column]] = None
        own = strata.setdefault(tuple(stratum.values()), {})
        own[table.stratum[column]] = attrs.evolve(table, stratum=stratum)
    if len(replicates) < 2:
        raise UsedWrongly(
            f"column {column!r} has one value, so there is one replicate",
            hint="leave --replicates out",
        )
    answer = []
    for own in strata.values():
        one = next(iter(own.values()))
        empty = CaptureTable(one.lists, {}, one.stratum)  # no one in it in that replicate
        answer.append([own.get(each, empty) for each in replicates])
    return answer


def _with_small_lists(done: Study | Strata, small: Sequence[SmallLists]) -> Study | Strata:
    if not small:
        return done
    if isinstance(done, Study):
        return small[0].add_warning(done)
    studies = [each.add_warning(study) for each, study in zip(small, done.studies, strict=True)]
    return attrs.evolve(done, studies=tuple(studies))


def _given_covariates(file: Path, request: EstimateRequest) -> CovariateStudy:
    how = _Adjustment(
        lists=request.lists,
        level=request.level,
        seed=request.seed,
        psi=request.psi,
        xi=None if request.xi is None else request.settings.xi,
    )
    if request.replicates is not None:
        replicates = read_replicates(
            file, request.covariates, request.replicates, categorical=request.categorical
        )
        return given_covariates_over(replicates, **how)
    people = read_persons(file, request.covariates, categorical=request.categorical)
    return given_covariates(people, **how)


class _Adjustment(TypedDict):
    """What estimates given covariates take of a request."""

    lists: Sequence[str] | None
    level: float
    seed: int
    psi: float | None
    xi: Sequence[float] | None


def refuse_pictures(folder: Path, request: EstimateRequest) -> None:
    """Refuse, before anything is computed, a folder for pictures that cannot be written."""
    if request.replicates:
        raise UsedWrongly(
            "--pictures cannot be used with --replicates",
            hint="draw the pictures of one replicate",
        )
    if request.covariates:
        words, hint = _COVARIATES_ALONE
        raise UsedWrongly(words, hint=hint)
    atomic_files.refuse_existing(folder)


def draw(done: EstimateResult, folder: Path) -> None:
    """Write the pictures of an estimate, and the figures of each as CSV.

    Strata have a folder each, by their number.
    """
    from uncounted.publish.plots import all_plots, save_plots

    assert not isinstance(done.study, CovariateStudy)
    studies = [done.study] if isinstance(done.study, Study) else list(done.study.studies)
    for number, (study, table) in enumerate(zip(studies, done.tables, strict=True), start=1):
        where = folder if len(studies) == 1 else folder / str(number)
        if table.observed:
            plots = all_plots(study, table)
            save_plots(plots, where)
            for plot in plots:
                header = list(plot.rows[0])
                write_csv(where / f"{plot.name}.csv", header, [row.values() for row in plot.rows])


def estimate_case(
    case: Case, request: EstimateRequest, *, on: dt.date, progress: Progress = silent
) -> EstimateResult:
    """Estimate over the draws of the linkage, and note in the case file that it was done.

    The study's `input` is a commitment under a salt that stays in the case: the bare
    hash of a small table gives its counts away.
    """
    from uncounted.vault.case import Commitments
    from uncounted.workflow.captures import count
    from uncounted.workflow.link import latest_linkage

    request.check(on_case=True)
    linked = latest_linkage(case, on)
    linked.refuse_failed()
    counted = count(linked, request.lists, request.by)
    points = [each.point for each in counted.strata]
    request.check_psi([point for point in points if point.observed])
    commitments = Commitments()
    if request.by:
        done: Study | Strata = _strata_over_draws(commitments, counted, request.settings, progress)
    else:
        done = study_over_draws(commitments, counted, request.settings, progress)
    if not done.refused:  # the log is public: that something was tried in vain is not in it
        uses = ["link", "statistics"]
        case.put("estimate", _noted(done), uses=uses, commitments=commitments)
    return EstimateResult(done, points, counted.excluded, counted.copied)


def _noted(study: Study | Strata) -> dict[str, object]:
    """What the log of the case file notes of an estimate: what it is of, never a number."""
    if isinstance(study, Study):
        return {"lists": list(study.lists), "input": study.input, "level": study.level}
    first = study.studies[0]
    return {"lists": list(first.lists), "by": list(study.labels[0]), "level": first.level}


def study_over_draws(
    commitments: Commitments,
    counted: CaptureTables,
    settings: EstimateSettings,
    progress: Progress,
    *,
    leading: str | None = None,
) -> Study:
    """A study over the draws of the linkage; its `input` is one of the `commitments`.

    Alternative linkages are tried on the method that is `leading` (else on the headline).
    """
    whole = counted.whole
    study = run_over(whole.tables, settings, point=whole.point, progress=progress)
    study = with_alternatives(
        study, counted.alternatives, settings, method=leading, progress=progress
    )
    return _committed(commitments, study, whole.tables, counted.failed_check)


def _strata_over_draws(
    commitments: Commitments,
    counted: CaptureTables,
    settings: EstimateSettings,
    progress: Progress,
) -> Strata:
    tables = [each.tables for each in counted.strata]
    points = [each.point for each in counted.strata]
    done = run_strata_over(tables, settings, points=points, progress=progress)
    done = strata_with_alternatives(done, tables, counted.alternatives, settings, progress=progress)
    studies = tuple(
        _committed(commitments, study, own, counted.failed_check)
        for study, own in zip(done.studies, tables, strict=True)
    )
    return attrs.evolve(done, studies=studies)


def _committed(
    commitments: Commitments,
    study: Study,
    tables: Sequence[CaptureTable],
    failed_check: str | None,
) -> Study:
    """A study with a commitment to its tables, and the check that the linkage itself fails."""
    assert study.linkage is not None  # it was made over draws
    commitment = commitments.to(b"\n".join(table.canonical() for table in tables))
    failed = (EstimateWarning("linkage-check-failed", failed_check),) if failed_check else ()
    return attrs.evolve(
        study,
        input=commitment,
        linkage=attrs.evolve(study.linkage, self_check=SelfCheck(failed_check)),
        warnings=(*failed, *study.warnings),
    )


def refuse_if_nothing(study: Study | Strata | CovariateStudy) -> None:
    """When every method refuses there is no number, and the command fails."""
    if study.refused:
        raise NotEstimable(f"no estimate: {study.first.reason}", hint=study.first.hint)
