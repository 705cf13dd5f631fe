"""How many: what was asked, on a table or on a case file, and what came of it.

The part of the road on which a user has most to choose. Each way ends in a study, in
strata, or in a study given covariates; what may not go together is refused before
anything is computed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from uncounted.captures import CaptureTable, read_tables
from uncounted.errors import NotEstimable, UsedWrongly
from uncounted.progress import Progress, silent
from uncounted.proof import durable
from uncounted.vault.case import Case
from uncounted.workflow.counts import Counted, Linked, count, linked, split_all, split_others

if TYPE_CHECKING:
    from uncounted.estimate import EstimateSettings, Study
    from uncounted.estimate.covariates.doubly_robust import CovariateStudy
    from uncounted.estimate.strata.stratified import Strata


_AVERAGE = "decomposable"
_TAKE_PRIOR = (_AVERAGE, "identified")


@attrs.frozen
class Asked:
    """What a user may ask of an estimate; None leaves a choice to the methods."""

    methods: tuple[str, ...] | None = None
    by: tuple[str, ...] = ()
    lists: Sequence[str] | None = None
    xi: Sequence[float] | None = None
    psi: float | None = None
    delta: float | None = None
    prior: str | None = None
    claim: str | None = None
    level: float = 0.95
    seed: int = 1
    pool: bool = False
    covariates: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    pictures: Path | None = None

    def settings(self) -> EstimateSettings:
        """As every study takes them."""
        from uncounted.estimate.base.claim import Claim
        from uncounted.estimate.base.settings import XI, EstimateSettings

        return EstimateSettings(
            self.methods,
            self.level,
            self.seed,
            XI if self.xi is None else self.xi,
            None if self.claim is None else Claim.parse(self.claim),
            self.own_settings(),
        )

    def own_settings(self) -> dict[str, dict[str, Any]]:
        """What was asked of single methods, by their name."""
        named = self.methods or ()
        own: dict[str, dict[str, Any]] = {}
        if self.psi is not None:
            own["two-list"] = {"psi": self.psi}
        if self.delta is not None:
            own["decomposable"] = {"delta": self.delta}
        if self.prior is not None:
            from uncounted.estimate.base.priors import read_prior

            prior = read_prior(self.prior)
            for name in _TAKE_PRIOR:
                if name in named or (name == _AVERAGE and not named):
                    own.setdefault(name, {})["prior"] = prior
        return own


def estimate_table(
    file: Path, asked: Asked, *, progress: Progress = silent
) -> Study | Strata | CovariateStudy:
    """Estimate from a table of counts; split by columns, or given covariates, if asked.

    Raises:
        UsedWrongly: what was asked does not go together.
    """
    from uncounted.estimate import run
    from uncounted.estimate.strata.stratified import run_strata

    _refuse_mixed(asked)
    if asked.covariates:
        return _given_covariates(file, asked)
    tables = read_tables(file, by=asked.by)
    if asked.lists:
        tables = [table.select(asked.lists) for table in tables]
    _refuse_psi(tables, asked)
    if asked.pool:
        done: Study | Strata = _pooled(tables, asked, progress)
    elif asked.by:
        done = run_strata(tables, asked.settings(), progress=progress)
    else:
        done = run(tables[0], asked.settings(), progress=progress)
    _draw(done, tables, asked)
    return done


def _refuse_mixed(asked: Asked) -> None:
    """What cannot be, or would change nothing, is said before anything is read."""
    asked.settings()
    if asked.psi is not None and not math.isfinite(asked.psi):
        raise UsedWrongly(f"psi {asked.psi} is not a number above 0", hint="1: independent lists")
    if asked.xi is not None:
        from uncounted.estimate.base.validation import xis_of

        xis_of(asked.xi)
    if asked.pool:
        _refuse_beside_pool(asked)
    if asked.covariates:
        _refuse_beside_covariates(asked)
    elif asked.kinds:
        raise UsedWrongly(
            "--kinds says which covariates are codes, and there are none",
            hint="name them all with --covariates",
        )
    else:
        _refuse_unused(asked)
    if asked.pictures is not None:
        durable.refuse_existing(asked.pictures)


def _refuse_beside_pool(asked: Asked) -> None:
    if not asked.by:
        raise UsedWrongly("--pool needs strata", hint="say what splits the table: --by COLUMN")
    if len(asked.methods or ()) > 1:
        raise UsedWrongly("strata are pooled by one method", hint="name one with --method")
    if asked.xi is not None or asked.claim is not None:
        raise UsedWrongly(
            "--pool goes without --xi and --claim",
            hint="ask for them with --by alone: each stratum is then held against them",
        )
    if asked.prior is not None:
        raise UsedWrongly(
            "--pool goes without --prior", hint="strata lean on each other under p(N) ~ 1/N"
        )


def _refuse_beside_covariates(asked: Asked) -> None:
    if asked.by or asked.pool or asked.methods or asked.pictures:
        raise UsedWrongly(
            "--covariates goes without --by, --pool, --method and --pictures",
            hint="it is a method of its own, for rows of people",
        )
    others = (asked.xi, asked.claim, asked.delta, asked.prior)
    if any(other is not None for other in others):
        raise UsedWrongly(
            "--covariates goes without --xi, --claim, --delta and --prior",
            hint="its own table says how the answer moves with psi, the dependence it assumes",
        )


def _refuse_unused(asked: Asked) -> None:
    """An option for a method that is not among those named would change nothing."""
    named = asked.methods or ((_AVERAGE,) if asked.pool else None)
    if named is None:
        return
    for option, value, takes in (
        ("--psi", asked.psi, ("two-list",)),
        ("--delta", asked.delta, (_AVERAGE,)),
        ("--prior", asked.prior, _TAKE_PRIOR),
    ):
        if value is not None and not set(takes) & set(named):
            raise UsedWrongly(
                f"{option} is for {' and '.join(takes)}, which is not what was asked for",
                hint=f"add --method {takes[0]}, or leave {option} out",
            )


def _refuse_psi(tables: Sequence[CaptureTable | None], asked: Asked) -> None:
    """A stated odds ratio is of two lists; with more of them it would change nothing."""
    from uncounted.estimate import check

    if asked.psi is None or asked.methods is not None:
        return
    among = [len(check(table).table.lists) for table in tables if table is not None]
    if among and 2 not in among:
        raise UsedWrongly(
            f"--psi is for two lists, and there are {max(among)}",
            hint="choose two, e.g. --lists A,B; for more, --xi says how far the answer moves",
        )


def _pooled(tables: Sequence[CaptureTable], asked: Asked, progress: Progress) -> Strata:
    from uncounted.estimate.strata.partial_pooling import pool_strata

    return pool_strata(tables, asked.settings(), progress=progress)


def _given_covariates(file: Path, asked: Asked) -> CovariateStudy:
    from uncounted.estimate.covariates.doubly_robust import doubly_robust
    from uncounted.histories import read_persons

    people = read_persons(file, asked.covariates, kinds=asked.kinds)
    chosen = list(combinations(asked.lists, 2)) if asked.lists else None
    psi = 1.0 if asked.psi is None else asked.psi
    return doubly_robust(people, lists=chosen, level=asked.level, seed=asked.seed, psi=psi)


def _draw(done: Study | Strata, tables: Sequence[CaptureTable | None], asked: Asked) -> None:
    """Write the pictures that were asked for; strata have a folder each, by their number."""
    if asked.pictures is None:
        return
    from uncounted.estimate import Study
    from uncounted.publish.plots import all_plots, save_plots

    stated = asked.settings().claim
    claim = stated.number if stated is not None and stated.side == "more than" else None
    studies = [done] if isinstance(done, Study) else list(done.studies)
    for number, (study, table) in enumerate(zip(studies, tables, strict=True), start=1):
        where = asked.pictures if len(studies) == 1 else asked.pictures / str(number)
        if table is not None:
            save_plots(all_plots(study, table, claim=claim), where)


def estimate_case(
    case: Case,
    asked: Asked,
    *,
    on: dt.date,
    progress: Progress = silent,
    left_out: Callable[[Mapping[str, int]], None] | None = None,
    copied: Callable[[Sequence[Mapping[str, Any]]], None] | None = None,
) -> Study | Strata:
    """Estimate over the draws of who is who, and note in the case file that it was done.

    The study's `input` is a commitment under a salt that stays in the case: the bare
    hash of a small table gives its counts away.

    `left_out` is told how many reports were not counted, by reason; `copied`, which lists
    stand in others (`linkage.copied_lists`).

    Raises:
        UsedWrongly: what was asked needs a table, not a case file.
    """
    if asked.pool or asked.covariates:
        raise UsedWrongly(
            "--pool and --covariates are for tables, not for a case file",
            hint="write the table with uncounted captures --by, and estimate from that file",
        )
    _refuse_mixed(asked)
    opened = linked(case, on)
    if left_out is not None:
        left_out(opened.left_out(asked.lists))
    if copied is not None:
        copied(opened.copied(asked.lists))
    if asked.by:
        return _estimate_split(case, opened, asked, progress)
    counted = count(opened, asked.lists)
    _refuse_psi([counted.point], asked)
    study = over_draws(case, counted, asked, progress)
    noted = {"lists": list(counted.point.lists), "level": asked.level, "input": study.input}
    case.put("estimate", noted, uses=["link", "statistics"])
    _draw(study, [counted.point], asked)
    return study


def _estimate_split(case: Case, opened: Linked, asked: Asked, progress: Progress) -> Strata:
    """Each stratum over the draws; every study's `input` is a commitment."""
    from uncounted.estimate.linkage_sensitivity import (
        AlternativeStrataLinkage,
        strata_with_alternatives,
    )
    from uncounted.estimate.strata.stratified import run_strata_over

    parts = split_all(opened, asked.by, asked.lists)
    _refuse_psi([part.point for part in parts], asked)
    done = run_strata_over(
        [part.tables for part in parts],
        asked.settings(),
        points=[part.point for part in parts],
        progress=progress,
    )
    others = split_others(opened, asked.by, asked.lists)
    done = strata_with_alternatives(
        done,
        [part.tables for part in parts],
        [
            AlternativeStrataLinkage(each.name, each.strata, each.why, each.in_grid)
            for each in others
        ],
        asked.settings(),
        progress=progress,
    )
    studies = tuple(
        attrs.evolve(
            study, input=case.commit_to(_canonical(part.tables)), linkage=_with_check(study, opened)
        )
        for study, part in zip(done.studies, parts, strict=True)
    )
    noted = {"lists": list(parts[0].tables[0].lists), "by": list(asked.by), "level": asked.level}
    case.put("estimate", noted, uses=["link", "statistics"])
    done = attrs.evolve(done, studies=studies)
    _draw(done, [part.point for part in parts], asked)
    return done


def _with_check(study: Study, made: Linked | Counted) -> Mapping[str, Any]:
    """What a study says of the linkage, and the check that the linkage itself fails."""
    assert study.linkage is not None  # it was made over draws
    return {**study.linkage, "fails": made.fails}


def _canonical(tables: Sequence[CaptureTable]) -> bytes:
    return b"\n".join(table.canonical() for table in tables)


def over_draws(
    case: Case,
    counted: Counted,
    asked: Asked,
    progress: Progress,
    *,
    leading: str | None = None,
) -> Study:
    """A study over the draws of who is who; its `input` is a commitment kept in the case.

    Other ways of linking are tried on the method that is `leading` (else on the headline).
    """
    from uncounted.estimate import run_over
    from uncounted.estimate.linkage_sensitivity import AlternativeLinkage, with_alternatives

    study = run_over(counted.tables, asked.settings(), point=counted.point, progress=progress)
    study = with_alternatives(
        study,
        [
            AlternativeLinkage(each.name, each.tables, each.why, each.in_grid)
            for each in counted.others
        ],
        asked.settings(),
        method=leading,
        progress=progress,
    )
    commitment = case.commit_to(_canonical(counted.tables))
    return attrs.evolve(study, input=commitment, linkage=_with_check(study, counted))


def refuse_unknown_method(name: str | None) -> None:
    """Refuse a plan whose method there is not, before anything is worked out.

    Raises:
        UsedWrongly: naming those that there are.
    """
    from uncounted.estimate import METHODS

    if name is not None and name not in METHODS:
        raise UsedWrongly(
            f"the plan's method {name!r} is none", hint=f"methods: {', '.join(METHODS)}"
        )


def refuse_if_nothing(study: Study | Strata | CovariateStudy) -> None:
    """When every method refuses there is no number, and the command fails.

    Raises:
        NotEstimable: with the reason of the first method.
    """
    if study.refused:
        raise NotEstimable(f"no number can be given: {study.first.reason}", hint=study.first.hint)
