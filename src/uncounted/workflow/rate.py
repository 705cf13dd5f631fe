"""Proportions of cases with an outcome, from a table of reports; and a page for publication."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from uncounted import atomic_files
from uncounted.captures import CaptureTable
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.estimate.base.result import Study
from uncounted.estimate.base.rows import as_json
from uncounted.estimate.track_record.calibration import COMBINED_METHODS
from uncounted.progress import Progress, silent
from uncounted.proof.canonical_json import JSONObject
from uncounted.rates import (
    BiasPrior,
    OutcomeColumns,
    Rates,
    RateSettings,
    RowLabels,
    compare,
    read,
    sentence,
)
from uncounted.rates.caveats import SMALL_COUNT, notes, target
from uncounted.rates.claimed import (
    ClaimedRate,
    claim_sentences,
    claims_table,
    compare_claim,
    parse_claim,
)
from uncounted.rates.estimated import EstimatedRate, EstimatedRates, estimate_rates
from uncounted.rates.estimated_sentences import (
    COVERAGE,
    difference_cells,
    estimate_warnings_table,
    estimated_contrasts_table,
    estimated_notes,
    estimated_sentence,
    estimated_table,
    estimated_target,
    long_notes,
    rate_cells,
    ratio_cells,
    reporting_ratio_table,
    unknown_outcomes_table,
    why_they_differ,
)
from uncounted.rates.histories import OutcomeHistories, histories_of, read_histories
from uncounted.rates.parts import parts
from uncounted.rates.result import Contrast, Rate
from uncounted.rates.sentences import (
    MIN_ROWS_FOR_PERCENT,
    counts_with_percent,
    outward,
    per_cent,
    percentage_points,
    points_interval,
    ratio_words,
    reported,
    tipping_sentence,
)
from uncounted.rates.tables import TextTable
from uncounted.records.fields import NAME_FIELDS
from uncounted.records.tabular.headers import fields_of

if TYPE_CHECKING:  # a table is read without loading the vault or linkage
    from uncounted.linkage.diagnostics import CopiedList
    from uncounted.vault.case import Case

__all__ = [
    "COVERAGE",
    "MIN_ROWS_FOR_PERCENT",
    "BiasPrior",
    "Contrast",
    "EstimatedRates",
    "OutcomeColumns",
    "Rate",
    "RateRequest",
    "RateResult",
    "RateSettings",
    "Rates",
    "RowLabels",
    "TextTable",
    "claims_table",
    "counts_with_percent",
    "difference_cells",
    "estimate_warnings_table",
    "estimated_contrasts_table",
    "estimated_table",
    "estimated_target",
    "long_notes",
    "outward",
    "parts",
    "per_cent",
    "percentage_points",
    "points_interval",
    "rate",
    "rate_case",
    "rate_cells",
    "ratio_cells",
    "ratio_words",
    "refuse_if_nothing",
    "reporting_ratio_table",
    "target",
    "tipping_sentence",
    "unknown_outcomes_table",
    "why_they_differ",
]

_LONGEST = 80
_TWO_LISTS = "two-list"
_RELEASE = "the page shows shares of reports; to publish estimates use uncounted release"


@attrs.frozen
class RateRequest:
    """What a user asks of a rate."""

    columns: OutcomeColumns
    settings: RateSettings
    unit: str = "cases"
    outcome_label: str | None = None
    encoding: str | None = None
    out: Path | None = None
    internal: bool = False
    lists: tuple[str, ...] | None = None
    claim: tuple[str, ...] | None = None
    psi: float | None = None

    def check_case(self) -> None:
        """Refuse what a case file has no columns for."""
        columns = self.columns
        if columns.outcome != "outcome" or columns.outcome_is is None:
            raise UsedWrongly(
                "on a case file a rate is of the last known outcome",
                hint="--outcome outcome --outcome-is CODE, with a code of docs/reference/codes.md",
            )
        if columns.source or columns.cluster or self.encoding:
            raise UsedWrongly(
                "--source, --cluster and --encoding are for tables, not for a case file",
                hint="choose the lists with --lists",
            )
        if self.out is not None or self.internal:
            raise UsedWrongly("--out is for tables, not for a case file", hint=_RELEASE)

    def check(self) -> None:
        """Refuse options that do not go together."""
        if self.out is None and self.internal:
            raise UsedWrongly("--not-for-publication needs --out")
        if self.lists is None:
            if self.claim is not None or self.psi is not None:
                raise UsedWrongly(
                    "--claim and --psi need --lists",
                    hint="an interval of documented people cannot test a rate among all",
                )
            return
        if self.out is not None:
            raise UsedWrongly(
                "--lists cannot be used with --out",
                hint=_RELEASE,
            )
        if self.columns.source or self.columns.cluster:
            raise UsedWrongly(
                "--lists cannot be used with --source or --cluster",
                hint="with --lists a row is a person; use them without --lists",
            )

    @property
    def labels(self) -> RowLabels:
        """The words for rows and outcome."""
        unit = _words(self.unit, "--unit")
        if self.outcome_label is not None:
            return RowLabels(unit, _words(self.outcome_label, "--outcome-label"))
        columns = self.columns
        value = columns.outcome if columns.outcome_is is None else columns.outcome_is
        return RowLabels(unit, f"had {_words(value, '--outcome-is')!r} marked")


@attrs.frozen
class RateResult:
    """Rates, their contrasts, and the words for rows and outcome."""

    rates: Rates
    labels: RowLabels
    estimated: EstimatedRates | None = None
    claims: tuple[ClaimedRate, ...] | None = None
    commitment: str | None = None
    excluded: Mapping[str, int] = attrs.field(factory=dict)
    copied: Sequence[CopiedList] = ()

    @property
    def estimates(self) -> tuple[EstimatedRate, ...]:
        """The estimated rates; none without lists."""
        return () if self.estimated is None else self.estimated.rates

    @property
    def claim_words(self) -> str:
        """Whether a stated claim is compatible with the estimates; empty without one."""
        if self.estimated is None or self.claims is None:
            return ""
        return " ".join(claim_sentences(self.estimated, self.claims))

    @property
    def sentence(self) -> str:
        """A paragraph to quote: the estimated rates, where there are any, then the reported."""
        if self.estimated is None:
            return sentence(self.rates, self.labels)
        if all(each.rate is None for each in self.estimates):
            documented = sentence(self.rates, self.labels)
        else:  # without chance and tipping point, which are of the documented difference
            documented = (
                f"{reported(self.rates, self.labels)} They are not a random sample of all "
                f"{self.labels.unit}."
            )
        return f"{estimated_sentence(self.estimated, self.labels)} {documented}"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What must be minded."""
        of_reports = notes(self.rates, self.labels, persons=self.estimated is not None)
        if self.estimated is None:
            return of_reports
        return (*estimated_notes(self.estimated, self.labels), *of_reports)

    @property
    def small_count(self) -> int | None:
        """The count below which an answer is not for publication, if one is."""
        smallest = self.rates.smallest
        return SMALL_COUNT if smallest is not None and smallest < SMALL_COUNT else None

    def to_json(self) -> JSONObject:
        """As plain values."""
        return {
            "sentence": self.sentence,
            "target": target(self.labels)
            if self.estimated is None
            else estimated_target(self.labels),
            **self.rates.to_json(),
            **({} if self.commitment is None else {"input": self.commitment}),
            "estimated": None if self.estimated is None else self.estimated.to_json(),
            "claim": as_json(self.claims),
            "warnings": list(self.warnings),
        }


def rate(
    table: Path, request: RateRequest, *, on: dt.date, progress: Progress = silent
) -> RateResult:
    """Compare the rates of an outcome between the groups of a table; with lists, estimate them."""
    request.check()
    if request.out is not None:
        atomic_files.refuse_existing(request.out)
    labels = request.labels
    by = request.columns.by
    if by is not None and fields_of(by).keys() & {*NAME_FIELDS, "name_alt", "relative"}:
        raise UsedWrongly(
            "--by takes a column with few values, and this one is of people's names",
            hint="the values are printed: use years, periods or places",
        )
    if request.lists is not None:
        return _estimated(table, request, request.lists, progress)
    found = compare(read(table, request.columns, encoding=request.encoding), request.settings)
    if request.out is not None:
        from uncounted.publish.rates.page import page

        atomic_files.write(request.out, page(found, labels, made=on, internal=request.internal))
    return RateResult(found, labels)


def _estimated(
    table: Path, request: RateRequest, lists: tuple[str, ...], progress: Progress
) -> RateResult:
    histories = read_histories(table, request.columns, lists, encoding=request.encoding)
    return estimated(histories, request, progress=progress)


def rate_case(
    case: Case, request: RateRequest, *, on: dt.date, progress: Progress = silent
) -> RateResult:
    """Rates of the last known outcome, over the draws of the linkage.

    The result's `input` is a commitment under a salt that stays in the case, as of an estimate.
    """
    from uncounted.vault.case import Commitments
    from uncounted.workflow.captures import count
    from uncounted.workflow.link import latest_linkage

    request.check_case()
    linked = latest_linkage(case, on)
    linked.refuse_failed()
    by = [name for name in (request.columns.by, "outcome") if name is not None]
    counted = count(linked, request.lists, by)
    histories = histories_of(
        ((each.point, each.tables) for each in counted.strata), request.columns
    )
    done = estimated(histories, request, progress=progress)
    commitments = Commitments()
    strata = (table.canonical() for each in counted.strata for table in each.tables)
    given = commitments.to(b"\n".join(strata))
    if any(each.rate is not None for each in done.estimates):
        noted: JSONObject = {
            "lists": list(histories.lists),
            "by": by,
            "input": given,
            "level": request.settings.level,
        }
        case.put("estimate", noted, uses=["link", "statistics"], commitments=commitments)
    return attrs.evolve(done, commitment=given, excluded=counted.excluded, copied=counted.copied)


def estimated(
    histories: OutcomeHistories, request: RateRequest, *, progress: Progress = silent
) -> RateResult:
    """Estimate people by group and outcome, by what `estimate` leads with, and their rates."""
    claim = None if request.claim is None else parse_claim(request.claim)
    settings, done = request.settings, 0
    found = compare(histories.outcomes, settings)
    groups = [each.group for each in found.rates]
    cells = 2 * len(groups)

    def study_of(
        group: str, outcomes: tuple[bool | None, ...], own_seed: int, every: bool
    ) -> Study:
        nonlocal done
        progress("estimating people with each outcome", done % cells, cells)
        done += 1
        tables = histories.tables(group, *outcomes)
        return leading_study(tables, settings.level, own_seed, every=every, psi=request.psi)

    if request.psi is not None and len(histories.lists) != 2:
        raise UsedWrongly(
            f"--psi is for two lists, and there are {len(histories.lists)}",
            hint="choose two, e.g. --lists A,B",
        )
    method = None if request.psi is None else _TWO_LISTS
    rates = estimate_rates(
        histories, groups, study_of, level=settings.level, seed=settings.seed, method=method
    )
    claims = None if claim is None else compare_claim(rates, claim)
    return RateResult(found, request.labels, rates, claims)


def refuse_if_nothing(done: RateResult) -> None:
    """When rates were to be estimated and there is none, the command fails."""
    if done.estimates and all(each.rate is None for each in done.estimates):
        raise NotEstimable(f"no rate is estimated: {done.estimates[0].reason}", hint=_hint(done))


def _hint(done: RateResult) -> str:
    """What may give a rate where there is none."""
    assert done.estimated is not None
    if len(done.estimated.lists) == 2 and done.estimated.method != _TWO_LISTS:
        return (
            "state how the two lists depend on each other: --psi 1 assumes that they are "
            "independent for people of either outcome; compare --psi 0.5 and --psi 2"
        )
    first = "merge groups; or " if len(done.estimates) > 1 else ""
    return f"{first}state the documented counts without a rate among all"


def leading_study(
    tables: Sequence[CaptureTable],
    level: float,
    seed: int,
    *,
    every: bool = False,
    psi: float | None = None,
) -> Study:
    """A study with the methods of the calibrated interval, or with every method that applies.

    Of one table, or over its draws by the linkage.
    """
    from uncounted.estimate import EstimateSettings, run, run_over

    methods: tuple[str, ...] | None = None if every else COMBINED_METHODS
    own = {}
    if psi is not None:
        methods, own = (_TWO_LISTS,), {_TWO_LISTS: {"psi": psi}}
    settings = EstimateSettings(methods, level, seed, by_method=own, robustness=False)
    return run(tables[0], settings) if len(tables) == 1 else run_over(tables, settings)


def _words(text: str, option: str) -> str:
    """Words that are printed in sentences: short, on one line, printable."""
    words = " ".join(text.split())
    if not words or len(words) > _LONGEST or not words.isprintable():
        raise UsedWrongly(
            f"{option} must be a few words on one line, at most {_LONGEST} letters",
            hint='--unit attempts --outcome-label "ended in arrest"',
        )
    return words
